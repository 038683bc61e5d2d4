//! Whitelists of databases: whom they let in, besides what filters of the network say (semantics 10.5).

use super::arg::{elements, field, text};
use super::security::broken;
use super::{Arg, Cidr, Link, Network, Reader, Thing};
use crate::eval::{Cause, Value};

#[derive(Clone, Debug)]
pub struct Whitelist {
    pub thing: Thing,
    pub vswitch: Arg<Link>,
    pub argument: &'static str,
    pub blocks: Vec<Arg<Cidr>>,
    /// Why others may be let in as well.
    pub more: Option<Cause>,
}

/// The argument that lists blocks, by type.
const ARGUMENTS: [(&str, &str); 8] = [
    ("alicloud_db_instance", "security_ips"),
    ("alicloud_db_readonly_instance", "security_ips"),
    ("alicloud_kvstore_instance", "security_ips"),
    ("alicloud_mongodb_instance", "security_ip_list"),
    ("alicloud_mongodb_sharding_instance", "security_ip_list"),
    ("alicloud_polardb_cluster", "security_ips"),
    ("alicloud_gpdb_instance", "security_ip_list"),
    ("alicloud_gpdb_elastic_instance", "security_ip_list"),
];

/// Blocks of further lists, and the argument in them.
const BLOCKS: [(&str, &str); 3] = [
    ("db_cluster_ip_array", "security_ips"),
    ("security_ip_groups", "security_ip_list"),
    ("ip_whitelist", "security_ip_list"),
];

/// Arguments that let in by other means.
const OTHERS: [&str; 4] =
    ["security_group_id", "security_group_ids", "global_security_group_list", "whitelist_template_list"];

impl Network {
    pub(super) fn add_whitelist(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let Some(&(_, argument)) = ARGUMENTS.iter().find(|(own, _)| *own == kind) else { return };
        let mut more = broken(&reader.thing);
        let mut blocks = Vec::new();
        take(reader.value(argument), &mut blocks, &mut more);
        for (name, argument) in BLOCKS {
            let list = reader.blocks(name);
            more = more.or(list.unknown);
            for block in &list.list {
                take(field(&block.fields, argument, block.header), &mut blocks, &mut more);
            }
        }
        for name in OTHERS.into_iter().filter(|name| reader.is_set(name)) {
            if !reader.value(name).is_absent() {
                more = more.or_else(|| Some(Cause::Elsewhere(format!("whom `{name}` lets in").into())));
            }
        }
        if blocks.is_empty() {
            let what = format!("the whitelist of {}", reader.thing.address);
            more = more.or_else(|| Some(Cause::Elsewhere(what.into())));
        }
        let vswitch = reader.link("vswitch_id");
        self.whitelists.push(Whitelist { thing: reader.thing.clone(), vswitch, argument, blocks, more });
    }
}

/// A list of blocks, or a text with commas.
fn take(value: Arg<Value>, blocks: &mut Vec<Arg<Cidr>>, more: &mut Option<Cause>) {
    let list = match &value {
        Arg::Known(known) if known.value.items().is_none() => vec![value],
        _ => match elements(value) {
            Arg::Known(list) => list.value,
            Arg::Absent => return,
            Arg::Unknown(cause, _) => {
                more.get_or_insert(cause);
                return;
            }
        },
    };
    for one in list {
        match text(one) {
            Arg::Known(written) => blocks.extend(written.value.clone().split(',').map(|part| {
                let part = std::sync::Arc::from(part.trim());
                Arg::Known(written.clone()).map(|_| Cidr::parse(&part))
            })),
            Arg::Unknown(cause, _) => {
                more.get_or_insert(cause);
            }
            Arg::Absent => {}
        }
    }
}
