//! Whose traffic does a NAT gateway translate? SNAT entries, by vSwitch or by block (semantics 2.11).

use super::{Arg, Cidr, Link, Network, Reader, Thing, VSwitch};

#[derive(Clone, Debug)]
pub struct SnatEntry {
    pub thing: Thing,
    pub vswitch: Arg<Link>,
    pub cidr: Arg<Cidr>,
}

impl Network {
    pub(super) fn add_snat_entry(&mut self, reader: &Reader<'_, '_>) {
        self.snat_entries.push(SnatEntry {
            thing: reader.thing.clone(),
            vswitch: reader.link("source_vswitch_id"),
            cidr: reader.cidr("source_cidr"),
        });
    }

    /// The vSwitch for which an entry is there: the one it names, or one that has just its block.
    pub fn vswitch_of_snat(&self, entry: &SnatEntry) -> Option<&VSwitch> {
        match (&entry.vswitch, &entry.cidr) {
            (Arg::Known(link), _) => self.vswitch_of(&link.value).map(|vswitch| self.vswitch(vswitch)),
            (_, Arg::Known(cidr)) => {
                let net = cidr.value.v4()?;
                let same = |vswitch: &&VSwitch| vswitch.cidr.value().and_then(Cidr::v4) == Some(net);
                let mut found = self.vswitches.iter().filter(same);
                // Two vSwitches with one block: it is not known whose entry it is.
                found.next().filter(|_| found.next().is_none())
            }
            _ => None,
        }
    }
}
