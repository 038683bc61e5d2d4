//! Private names: does a name resolve where it is needed?

mod cen_private_zone_missing_dep;
mod pvtz_attachment_duplicate;
mod pvtz_attachment_region_missing;
mod pvtz_peer_vpc_unbound;
mod pvtz_rule_region;
mod pvtz_zone_no_attachment;
mod vpc_dns_hostnames_disabled;

use std::collections::HashMap;

use crate::network::{Connected, Link, Member, Network, Thing, VpcId, Zone};
use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    cen_private_zone_missing_dep::RULE,
    pvtz_attachment_duplicate::RULE,
    pvtz_attachment_region_missing::RULE,
    pvtz_peer_vpc_unbound::RULE,
    pvtz_rule_region::RULE,
    pvtz_zone_no_attachment::RULE,
    vpc_dns_hostnames_disabled::RULE,
];

/// The zone of the files that a link names.
fn zone<'n>(network: &'n Network, link: &Link) -> Option<&'n Zone> {
    network.dns.zone(link.managed("alicloud_pvtz_zone", &["id"])?)
}

/// How the id of a resource is written in the module of another; nothing where only an output leads there.
fn reference(thing: &Thing, from: &Thing) -> Option<String> {
    let address = &thing.address;
    (address.module == from.address.module).then(|| format!("{}.{}{}.id", address.kind, address.name, address.key))
}

/// Made by one provider configuration, so in one region whatever that is.
fn one_provider(a: &Thing, b: &Thing) -> bool {
    let name =
        |thing: &Thing| (thing.provider.module.clone(), thing.provider.name.clone(), thing.provider.alias.clone());
    name(a) == name(b)
}

/// Which VPCs are connected, for many questions about one of them.
struct Neighbours<'n> {
    circles: Vec<Connected<'n>>,
    /// Where a VPC is: which circle, which member.
    of: HashMap<VpcId, Vec<(usize, usize)>>,
}

impl<'n> Neighbours<'n> {
    fn of(network: &'n Network) -> Self {
        let circles = network.connected();
        let mut of: HashMap<VpcId, Vec<(usize, usize)>> = HashMap::new();
        for (at, circle) in circles.iter().enumerate() {
            for (place, member) in circle.members.iter().enumerate() {
                of.entry(member.vpc).or_default().push((at, place));
            }
        }
        Neighbours { circles, of }
    }

    /// The VPCs that one is connected to, each with what connects it.
    fn around(&self, vpc: VpcId) -> impl Iterator<Item = (&Connected<'n>, &Member<'n>)> {
        self.of.get(&vpc).into_iter().flatten().flat_map(|&(at, place)| {
            let circle = &self.circles[at];
            circle.connected_to(&circle.members[place]).map(move |other| (circle, other))
        })
    }
}
