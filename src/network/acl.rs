//! Network ACLs of both generations: their entries in order, and on which vSwitches they lie (semantics 10.4).
//!
//! Entries stand in the ACL itself or in an `alicloud_network_acl_entries`; a direction of which nothing is written keeps
//! what the cloud begins with, which nobody can see here.

use std::collections::HashMap;
use std::sync::Arc;

use super::arg::{field, field_link, text};
use super::security::{accepts, broken, range, spoken};
use super::traffic::{Line, Remote};
use super::{Arg, Cidr, Link, Network, Reader, Thing, VSwitchId, VpcId, resolve};
use crate::eval::{BlockValue, Blocks, Cause};
use crate::source::Address;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct AclId(pub usize);

#[derive(Clone, Debug)]
pub struct Acl {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    pub ingress: Entries,
    pub egress: Entries,
}

/// The entries of one direction; the first that matches decides, and what none matches is dropped.
#[derive(Clone, Debug)]
pub struct Entries {
    pub lines: Vec<Line>,
    /// Why there may be others.
    pub unknown: Option<Cause>,
}

/// Which ACL lies on a vSwitch, from the resource that says so.
#[derive(Clone, Debug)]
pub struct AclBinding {
    pub thing: Thing,
    pub acl: Option<AclId>,
    pub vswitch: Arg<Link>,
}

#[derive(Debug, Default)]
pub(super) struct AclIndex {
    by_address: HashMap<Arc<Address>, AclId>,
    of: HashMap<VSwitchId, Vec<usize>>,
    /// Why any vSwitch may have one that is not known.
    stray: Option<Cause>,
}

impl Acl {
    pub fn entries(&self, ingress: bool) -> &Entries {
        if ingress { &self.ingress } else { &self.egress }
    }
}

impl Network {
    pub fn acl(&self, id: AclId) -> &Acl {
        &self.acls[id.0]
    }

    fn acl_of(&self, link: &Link) -> Option<AclId> {
        self.index.acls.by_address.get(link.managed("alicloud_network_acl", &["id"])?).copied()
    }

    pub(super) fn add_acl(&mut self, reader: &Reader<'_, '_>) {
        let id = AclId(self.acls.len());
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        let thing = reader.thing.clone();
        let ingress = entries(&thing, reader.blocks("ingress_acl_entries"), "source_cidr_ip");
        let egress = entries(&thing, reader.blocks("egress_acl_entries"), "destination_cidr_ip");
        self.index.acls.by_address.insert(thing.address.clone(), id);
        self.acls.push(Acl { thing, vpc, ingress, egress });
        self.bind(reader, Some(id));
    }

    /// `alicloud_network_acl_entries`, which writes both lists of an ACL.
    pub(super) fn add_acl_entries(&mut self, reader: &Reader<'_, '_>) {
        let of = match reader.link("network_acl_id") {
            Arg::Known(link) => match self.acl_of(&link.value) {
                Some(id) => id,
                None if link.value.may_be_any() => return self.doubt_entries(&link.value.why_unknown()),
                None => return,
            },
            Arg::Unknown(cause, _) => return self.doubt_entries(&cause),
            Arg::Absent => return,
        };
        for (name, argument, inward) in [("ingress", "source_cidr_ip", true), ("egress", "destination_cidr_ip", false)]
        {
            let new = entries(&reader.thing, reader.blocks(name), argument);
            let acl = &mut self.acls[of.0];
            let old = if inward { &mut acl.ingress } else { &mut acl.egress };
            if old.lines.is_empty() {
                *old = new;
            } else {
                let both = format!("which entries of {} count: two resources write them", acl.thing.address);
                old.unknown.get_or_insert(Cause::Unsupported(both.into()));
            }
        }
    }

    fn doubt_entries(&mut self, cause: &Cause) {
        for acl in &mut self.acls {
            acl.ingress.unknown.get_or_insert(cause.clone());
            acl.egress.unknown.get_or_insert(cause.clone());
        }
    }

    /// The two resources that lay an ACL on vSwitches.
    pub(super) fn add_acl_binding(&mut self, reader: &Reader<'_, '_>) {
        match reader.link("network_acl_id") {
            Arg::Known(link) => {
                let acl = self.acl_of(&link.value);
                self.bind(reader, acl);
            }
            _ => self.bind(reader, None),
        }
    }

    fn bind(&mut self, reader: &Reader<'_, '_>, acl: Option<AclId>) {
        let blocks = reader.blocks("resources");
        let mut vswitches: Vec<Arg<Link>> =
            blocks.list.iter().map(|block| field_link(&block.fields, "resource_id", block.header)).collect();
        if reader.is_set("resource_id") {
            vswitches.push(reader.link("resource_id"));
        }
        if let Some(cause) = blocks.unknown.or_else(|| broken(&reader.thing)) {
            vswitches.push(Arg::Unknown(cause, None));
        }
        for vswitch in vswitches {
            let known = vswitch.value().and_then(|link| self.vswitch_of(link));
            let stray = match &vswitch {
                Arg::Known(link) if known.is_none() && link.value.may_be_any() => Some(link.value.why_unknown()),
                other => other.cause().cloned(),
            };
            if let Some(id) = known {
                self.index.acls.of.entry(id).or_default().push(self.acl_bindings.len());
            }
            if let Some(cause) = stray {
                self.index.acls.stray.get_or_insert(cause);
            }
            self.acl_bindings.push(AclBinding { thing: reader.thing.clone(), acl, vswitch });
        }
    }

    /// The ACL of a vSwitch, where that can be told.
    pub fn acl_on(&self, vswitch: VSwitchId) -> Result<Option<AclId>, Cause> {
        let index = &self.index.acls;
        let gap = self.gap(&[
            "alicloud_network_acl",
            "alicloud_network_acl_attachment",
            "alicloud_vpc_network_acl_attachment",
        ]);
        let mut found = None;
        for binding in index.of.get(&vswitch).into_iter().flatten().map(|&at| &self.acl_bindings[at]) {
            match binding.acl {
                Some(acl) if binding.thing.certain => found = Some(acl),
                Some(_) => return Err(Cause::Instances(binding.thing.name().into())),
                None => {
                    let what = format!("the network ACL that {} names", binding.thing.address);
                    return Err(Cause::Elsewhere(what.into()));
                }
            }
        }
        match (found, gap, &index.stray) {
            (Some(acl), ..) => Ok(Some(acl)),
            (None, Some(gap), _) => Err(gap.cause.clone()),
            (None, None, Some(cause)) => Err(cause.clone()),
            (None, None, None) => Ok(None),
        }
    }

    /// The vSwitches on which an ACL surely lies.
    pub fn vswitches_of_acl(&self, id: AclId) -> Vec<VSwitchId> {
        let mine = self.acl_bindings.iter().filter(|binding| binding.acl == Some(id) && binding.thing.certain);
        mine.filter_map(|binding| self.vswitch_of(binding.vswitch.value()?)).collect()
    }

    /// Entries that may be elsewhere.
    pub(super) fn settle_acls(&mut self) {
        if let Some(cause) = self.gap(&["alicloud_network_acl_entries"]).map(|gap| gap.cause.clone()) {
            self.doubt_entries(&cause);
        }
    }
}

fn entries(thing: &Thing, blocks: Blocks, argument: &'static str) -> Entries {
    let unknown = blocks.unknown.clone().or_else(|| broken(thing)).or_else(|| {
        let what = format!("the entries with which the cloud begins {}", thing.address);
        blocks.list.is_empty().then(|| Cause::Elsewhere(what.into()))
    });
    let lines = blocks.list.iter().enumerate().map(|(at, block)| entry(thing, block, at, argument)).collect();
    Entries { lines, unknown }
}

fn entry(thing: &Thing, block: &BlockValue, at: usize, argument: &'static str) -> Line {
    let value = |name: &str| text(field(&block.fields, name, block.header));
    let cidr = value(argument).map(|text| Cidr::parse(&text));
    Line {
        thing: thing.clone(),
        place: block.header,
        accepts: accepts(value("policy")),
        priority: at as i64,
        protocol: spoken(value("protocol")),
        ports: range(value("port")),
        remotes: vec![Remote::Block(cidr)],
        doubt: (!thing.certain).then(|| Cause::Instances(thing.name().into())),
    }
}
