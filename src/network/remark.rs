//! Of which written arguments does the provider's table say more than their type: deprecated ones, and values that its
//! documentation does not list or spells in a way that the provider refuses?
//!
//! Only what there is to say is kept; an argument whose value is not known is kept as such.

use std::collections::HashMap;
use std::sync::Arc;

use super::arg::{text, traced};
use super::{Arg, Network, Reader, Thing, Traced};
use crate::eval::{Blocks, Cause, Kind, Value};
use crate::facts::{self, Argument, Deprecation};
use crate::source::{Mode, Span};

#[derive(Clone, Debug)]
pub struct Remark {
    pub thing: Thing,
    /// `name`, or `servers.server_type`; empty for the resource as a whole.
    pub path: String,
    /// What is written there; empty where only that it is written matters.
    pub value: Arg<Arc<str>>,
    pub about: About,
}

#[derive(Clone, Debug)]
pub enum About {
    Deprecated(Deprecation),
    /// The provider refuses it since some version.
    Removed(Deprecation),
    /// The documentation lists only these values, and nobody but the API checks them.
    Unlisted(Vec<String>),
    /// The documentation spells it as it is written here, the provider accepts only this.
    Misspelt(String),
}

/// A resource of the first generation of network ACLs.
#[derive(Clone, Debug)]
pub struct OldAcl {
    pub thing: Thing,
    pub deprecated: Deprecation,
    /// The ACL, where it says the same things itself.
    pub twice: Option<Thing>,
}

/// Families of the provider's table that are no networks, by how their types begin.
const OTHERS: [&str; 13] = [
    "alicloud_account",
    "alicloud_auto_provisioning",
    "alicloud_cloud_firewall",
    "alicloud_cr_",
    "alicloud_db_",
    "alicloud_eci_",
    "alicloud_ga_",
    "alicloud_instance",
    "alicloud_kvstore",
    "alicloud_mongodb",
    "alicloud_mse_",
    "alicloud_polardb",
    "alicloud_resource_manager",
];

/// The blocks of an ACL that say the same as an older resource beside it.
const OLD_ACLS: [(&str, &[&str]); 2] = [
    ("alicloud_network_acl_attachment", &["resources"]),
    ("alicloud_network_acl_entries", &["ingress_acl_entries", "egress_acl_entries"]),
];

impl Remark {
    /// The key by which rules tell that they speak of the same argument.
    pub fn key(&self) -> String {
        format!("argument:{}.{}", self.thing.address, self.path)
    }
}

impl Network {
    pub(super) fn add_remarks(&mut self, reader: &Reader<'_, '_>) {
        let address = &reader.thing.address;
        if !reader.thing.certain || OTHERS.iter().any(|other| address.kind.starts_with(other)) {
            return;
        }
        let schema = match address.mode {
            Mode::Managed => facts::resource(&address.kind),
            Mode::Data => facts::data_source(&address.kind),
        };
        let Some(schema) = schema else { return };
        let renamed = || schema.alias_of.clone().map(|name| Deprecation { since: None, replaced_by: Some(name) });
        if let Some(deprecated) = schema.deprecated.clone().or_else(renamed) {
            self.add_old_acl(reader, &deprecated);
            let header = reader.thing.header;
            let value = Arg::Known(Traced { value: "".into(), place: header, attribute: header });
            self.remark(reader, "", value, About::Deprecated(deprecated));
        }
        let mut nested: HashMap<&str, Blocks> = HashMap::new();
        for path in &schema.noted {
            let Some(argument) = schema.argument(path) else { continue };
            let (head, rest) = path.split_once('.').unwrap_or((path, ""));
            if rest.is_empty() && argument.block.is_none() {
                if reader.is_set(head) {
                    self.add_remark(reader, path, argument, reader.value(head));
                }
                continue;
            }
            let blocks = nested.entry(head).or_insert_with(|| reader.blocks(head));
            if rest.is_empty() {
                let here = blocks.list.first().map(|block| traced(Value::string(""), block.header));
                let unknown = || Arg::Unknown(blocks.unknown.clone().unwrap_or(Cause::Failed), None);
                if here.is_some() || blocks.unknown.is_some() {
                    self.add_remark(reader, path, argument, here.unwrap_or_else(unknown));
                }
                continue;
            }
            let found = blocks.list.iter().flat_map(|block| {
                let fields = Value { kind: Kind::Object(block.fields.clone()), ..Value::null() };
                let mut found = Vec::new();
                dig(&fields, rest, block.header, &mut found);
                found
            });
            for value in found.collect::<Vec<_>>() {
                self.add_remark(reader, path, argument, value);
            }
        }
    }

    fn add_remark(&mut self, reader: &Reader<'_, '_>, path: &str, argument: &Argument, value: Arg<Value>) {
        if value.is_absent() {
            return;
        }
        let old = argument.deprecated.clone().map(About::Deprecated);
        if let Some(about) = old.or_else(|| argument.removed.clone().map(About::Removed)) {
            self.remark(reader, path, value.clone().map(|_| "".into()), about);
        }
        // Of next hop types a rule of its own speaks, which knows more of them than the documentation.
        if argument.doc_values.is_empty() || path == "nexthop_type" {
            return;
        }
        let items = value.value().and_then(Value::items).cloned();
        let (attribute, whole) = (value.known().map(|value| value.attribute), value);
        let each = match items.zip(attribute) {
            Some((items, attribute)) => items.iter().map(|item| traced(item.clone(), attribute)).collect(),
            None => vec![whole],
        };
        for value in each.into_iter().map(text) {
            let written = value.value().map(|text| text.to_string());
            let listed = |values: &[String]| written.as_ref().is_some_and(|text| values.contains(text));
            let about = match argument.values.is_empty() {
                _ if written.as_ref().is_some_and(String::is_empty) => continue,
                true if !listed(&argument.doc_values) => About::Unlisted(argument.doc_values.clone()),
                false if written.is_none() || listed(&argument.doc_values) && !listed(&argument.values) => {
                    let same = |known: &&String| written.as_ref().is_some_and(|text| known.eq_ignore_ascii_case(text));
                    About::Misspelt(argument.values.iter().find(same).cloned().unwrap_or_default())
                }
                _ => continue,
            };
            self.remark(reader, path, value, about);
        }
    }

    fn remark(&mut self, reader: &Reader<'_, '_>, path: &str, value: Arg<Arc<str>>, about: About) {
        self.remarks.push(Remark { thing: reader.thing.clone(), path: path.to_owned(), value, about });
    }

    fn add_old_acl(&mut self, reader: &Reader<'_, '_>, deprecated: &Deprecation) {
        let old = OLD_ACLS.iter().find(|(kind, _)| *kind == &*reader.thing.address.kind);
        let Some((_, blocks)) = old.filter(|_| reader.thing.address.mode == Mode::Managed) else { return };
        let link = reader.link("network_acl_id");
        let acl = link.value().and_then(|link| link.managed("alicloud_network_acl", &["id"]));
        let acl = acl.and_then(|address| reader.evaluator.instance(address));
        let acl = acl.as_ref().map(|instance| Reader::new(reader.evaluator, instance));
        let twice = acl
            .filter(|acl| acl.thing.certain && blocks.iter().any(|block| !acl.blocks(block).list.is_empty()))
            .map(|acl| acl.thing);
        self.old_acls.push(OldAcl { thing: reader.thing.clone(), deprecated: deprecated.clone(), twice });
    }
}

/// The values at a path through nested blocks.
fn dig(value: &Value, path: &str, header: Span, found: &mut Vec<Arg<Value>>) {
    if let Some(items) = value.items() {
        items.iter().for_each(|item| dig(item, path, header, found));
    } else if let Some(fields) = value.fields() {
        let (head, rest) = path.split_once('.').unwrap_or((path, ""));
        match fields.get(head) {
            Some(inner) if rest.is_empty() => found.push(traced(inner.clone(), header)),
            Some(inner) => dig(inner, rest, header, found),
            None => {}
        }
    } else if let Some(cause) = value.cause() {
        found.push(Arg::Unknown(cause, Some(header)));
    }
}
