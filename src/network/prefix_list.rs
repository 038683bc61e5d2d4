//! Prefix lists: which blocks does a route to a list, or a rule that names one, stand for (semantics 2.14, 10.3)?

use std::collections::HashMap;
use std::sync::Arc;

use ipnet::IpNet;

use super::arg::{field, text};
use super::{Arg, Cidr, Link, Network, Reader};
use crate::eval::Cause;
use crate::source::Address;

/// An `alicloud_vpc_prefix_list` of the files, or an `alicloud_ecs_prefix_list`.
#[derive(Clone, Debug)]
pub struct PrefixList {
    pub entries: Vec<Arg<Cidr>>,
    /// Why there may be other entries than these.
    pub more: Option<Cause>,
}

pub(super) type PrefixLists = HashMap<Arc<Address>, PrefixList>;

impl PrefixList {
    /// The blocks that are known, and why there may be others.
    pub fn blocks(&self) -> (Vec<IpNet>, Option<Cause>) {
        let known = self.entries.iter().filter_map(|entry| entry.value()?.net).collect();
        let vague = self.entries.iter().find_map(Arg::cause).or(self.more.as_ref());
        (known, vague.cloned())
    }
}

impl Network {
    pub(super) fn add_prefix_list(&mut self, reader: &Reader<'_, '_>) {
        let is_of_vpc = &*reader.thing.address.kind == "alicloud_vpc_prefix_list";
        let blocks = reader.blocks(if is_of_vpc { "entrys" } else { "entry" });
        let entries = blocks.list.iter().map(|block| {
            let cidr = text(field(&block.fields, "cidr", block.header));
            cidr.map(|cidr| Cidr::parse(&cidr))
        });
        let incomplete = reader.thing.incomplete.then(|| Cause::Broken("the resource's block".into()));
        let more = blocks.unknown.clone().or(incomplete);
        let list = PrefixList { entries: entries.collect(), more };
        self.index.prefix_lists.insert(reader.thing.address.clone(), list);
    }

    /// The prefix list of either kind that a link names.
    pub(super) fn any_prefix_list_of(&self, link: &Link) -> Option<&PrefixList> {
        match link {
            Link::Of { address, .. } => self.index.prefix_lists.get(address),
            _ => None,
        }
    }

    /// The prefix list of the files that a link names.
    pub fn prefix_list_of(&self, link: &Link) -> Option<&PrefixList> {
        let address = link.managed("alicloud_vpc_prefix_list", &["id", "prefix_list_id"])?;
        self.index.prefix_lists.get(address)
    }

    /// The blocks of all lists that are known.
    pub fn listed_blocks(&self) -> impl Iterator<Item = IpNet> {
        self.index.prefix_lists.values().flat_map(|list| list.entries.iter()).filter_map(|entry| entry.value()?.net)
    }
}
