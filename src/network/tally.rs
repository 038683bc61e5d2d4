//! How many of a thing do the files make in one scope? One count per quota and scope, from what the quota's entry names.
//!
//! Only what surely exists counts, and only where its scope and its filters are known: every count is a lower bound.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::arg::{elements, field, text};
use super::{Arg, Link, Network, Reader, is_vague};
use crate::eval::value::Fields;
use crate::eval::{Provider, SameAccount};
use crate::facts::{self, Count, Counter, Quota};
use crate::source::{Address, Mode, ModulePath, Span};

/// What a quota limits, counted in one scope.
#[derive(Clone, Debug)]
pub struct Tally {
    pub quota: &'static Quota,
    pub scope: Vec<Part>,
    pub count: u64,
    /// Indexes into the network's things, in address order.
    pub counted: BTreeSet<usize>,
    /// The argument that was counted, when it is one of the scope's own.
    pub place: Option<Span>,
}

/// What a scope is made of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// A resource of the files.
    Managed(Arc<Address>),
    /// The table that a VPC is born with.
    SystemTable(Arc<Address>),
    /// Something that the files only name.
    Named(Link),
    /// An account, by the first provider configuration that speaks for it.
    Account(ModulePath, Arc<str>, Arc<str>),
    Region(Arc<str>),
    /// The one region of a provider configuration, whichever it is.
    RegionOf(ModulePath, Arc<str>, Arc<str>),
    Word(Arc<str>),
}

impl Part {
    /// The resource of the files that it is, or belongs to.
    pub fn owner(&self) -> Option<&Arc<Address>> {
        match self {
            Part::Managed(address) | Part::SystemTable(address) => Some(address),
            _ => None,
        }
    }

    /// How a message names it.
    pub fn shown(&self) -> String {
        let provider = |name: &Arc<str>, alias: &Arc<str>| match alias.is_empty() {
            true => format!("provider `{name}`"),
            false => format!("provider `{name}.{alias}`"),
        };
        match self {
            Part::Managed(address) => address.to_string(),
            Part::SystemTable(address) => format!("the system table of {address}"),
            Part::Named(link) => link.shown(),
            Part::Account(_, name, alias) => format!("the account of {}", provider(name, alias)),
            Part::Region(region) => region.to_string(),
            Part::RegionOf(_, name, alias) => format!("the region of {}", provider(name, alias)),
            Part::Word(word) => word.to_string(),
        }
    }
}

/// Rules of their own speak of these.
const SILENT: [&str; 9] = [
    "association-per-attachment",
    "ecmp-ri-next-hops",
    "ecr-per-tr-region",
    "peer-cross-border-bandwidth",
    "peer-inter-region-bandwidth",
    "route-sync-per-vpc",
    "route-table-per-vswitch",
    "tr-per-cen-region",
    "user-cidrs-per-vpc",
];

/// The counts of all quotas, in the order of their table and of their scopes.
pub(super) fn tallies(network: &Network, readers: &[(Arc<str>, Reader<'_, '_>)]) -> Vec<Tally> {
    let mut by_kind: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, (kind, reader)) in readers.iter().enumerate() {
        if reader.thing.certain {
            by_kind.entry(kind).or_default().push(at);
        }
    }
    let desk = Desk { network, readers, accounts: accounts(readers) };
    let mut tallies = Vec::new();
    for quota in facts::quotas() {
        if SILENT.contains(&&*quota.id) {
            continue;
        }
        let quota = network.quota(&quota.id).unwrap_or(quota);
        let found = match quota.counter {
            Some(Counter::ChainLength) => desk.chains(quota, &by_kind),
            Some(Counter::RulesPerInterface) => desk.rules_per_interface(quota, &by_kind),
            Some(Counter::Largest) => {
                let mut largest: BTreeMap<Vec<Part>, Tally> = BTreeMap::new();
                for count in &quota.count {
                    for (scope, tally) in desk.sum(quota, std::slice::from_ref(count), &by_kind) {
                        match largest.get(&scope) {
                            Some(other) if other.count >= tally.count => {}
                            _ => drop(largest.insert(scope, tally)),
                        }
                    }
                }
                largest
            }
            _ => desk.sum(quota, &quota.count, &by_kind),
        };
        tallies.extend(found.into_values().filter(|tally| desk.surely_there(&tally.scope)));
    }
    tallies
}

type Name = (ModulePath, Arc<str>, Arc<str>);

/// Each provider configuration with the one that stands for its account (semantics 0.2).
fn accounts(readers: &[(Arc<str>, Reader<'_, '_>)]) -> HashMap<Name, Name> {
    let mut first: Vec<Rc<Provider>> = Vec::new();
    let mut found = HashMap::new();
    for (_, reader) in readers {
        let provider = &reader.thing.provider;
        if found.contains_key(&provider.identity()) {
            continue;
        }
        let same = first.iter().find(|other| other.account.compare(&provider.account) == SameAccount::Same);
        let owner = match same {
            Some(other) => other.identity(),
            None => {
                first.push(provider.clone());
                provider.identity()
            }
        };
        found.insert(provider.identity(), owner);
    }
    found
}

struct Desk<'d, 'a, 'r> {
    network: &'d Network,
    readers: &'d [(Arc<str>, Reader<'a, 'r>)],
    accounts: HashMap<Name, Name>,
}

/// What an argument says that a filter looks at: a text, nothing, or not known.
enum Said {
    Text(Arc<str>),
    Nothing(Vec<Arc<str>>),
    Unknown,
}

impl Desk<'_, '_, '_> {
    fn reader(&self, address: &Address) -> Option<&Reader<'_, '_>> {
        let (_, reader) = self.readers.get(*self.network.index.things.get(address)?)?;
        Some(reader)
    }

    /// Nothing in the scope may turn out not to exist.
    fn surely_there(&self, scope: &[Part]) -> bool {
        scope.iter().filter_map(Part::owner).all(|owner| self.network.thing(owner).is_some_and(|thing| thing.certain))
    }

    fn sum(
        &self,
        quota: &'static Quota,
        counts: &[Count],
        by_kind: &HashMap<&str, Vec<usize>>,
    ) -> BTreeMap<Vec<Part>, Tally> {
        let mut found: BTreeMap<Vec<Part>, Tally> = BTreeMap::new();
        let mut distinct: BTreeMap<Vec<Part>, BTreeSet<Link>> = BTreeMap::new();
        for count in counts {
            for &at in by_kind.get(&*count.resource).into_iter().flatten() {
                let reader = &self.readers[at].1;
                if !self.counts(quota, reader) {
                    continue;
                }
                for (weight, fields, place) in self.weights(quota, count, reader) {
                    let fields = fields.as_ref();
                    if weight == 0 || !self.passes(count, reader, fields) {
                        continue;
                    }
                    let scope = count.per.iter().map(|path| self.part(reader, count, path, fields));
                    let Some(mut scope) = scope.collect::<Option<Vec<Part>>>() else { continue };
                    if quota.counter == Some(Counter::AreaPair) {
                        scope[1..].sort();
                    }
                    let tally = found.entry(scope.clone()).or_insert_with(|| Tally {
                        quota,
                        scope,
                        count: 0,
                        counted: BTreeSet::new(),
                        place,
                    });
                    if let Some(argument) = &count.distinct {
                        let Arg::Known(link) = reader.link(argument) else { continue };
                        distinct.entry(tally.scope.clone()).or_default().insert(link.value);
                        tally.counted.insert(at);
                    } else if tally.counted.insert(at) || place.is_some() {
                        tally.count += weight;
                    }
                }
            }
        }
        for (scope, links) in distinct {
            if let Some(tally) = found.get_mut(&scope) {
                // A literal may be the id of something in the files, so the kinds are not added up.
                let literal = links.iter().filter(|link| matches!(link, Link::Literal(_))).count();
                let managed = links
                    .iter()
                    .filter(|link| matches!(link, Link::Of { address, .. } if address.mode == Mode::Managed));
                tally.count = literal.max(managed.count()) as u64;
            }
        }
        found
    }

    /// Whether the quota's counter lets it count.
    fn counts(&self, quota: &Quota, reader: &Reader<'_, '_>) -> bool {
        let regions = || {
            let id = self.network.index.peerings.get(&reader.thing.address)?;
            let peering = self.network.peering(*id);
            Some((peering.region.value()?.clone(), peering.accepting_region.value()?.clone()))
        };
        match quota.counter {
            Some(Counter::PeersWithinRegion) => regions().is_some_and(|(a, b)| a == b),
            Some(Counter::PeersAcrossBorder) => {
                regions().is_some_and(|(a, b)| facts::cross_border(&a, &b) == Some(true))
            }
            Some(Counter::PeersAcrossRegions) => regions().is_some_and(|(a, b)| a != b),
            _ => true,
        }
    }

    /// How much an instance counts: once, or once for each element or block, with the fields of the block.
    fn weights(
        &self,
        quota: &Quota,
        count: &Count,
        reader: &Reader<'_, '_>,
    ) -> Vec<(u64, Option<Fields>, Option<Span>)> {
        if let Some(name) = &count.sum {
            return match reader.number(name) {
                Arg::Known(number) => vec![(number.value.max(0) as u64, None, Some(number.place))],
                _ => Vec::new(),
            };
        }
        let Some(name) = &count.each else { return vec![(self.weight(quota, reader), None, None)] };
        if quota.counter == Some(Counter::CommaSeparated) {
            return match reader.text(name) {
                Arg::Known(list) => {
                    let parts = list.value.split(',').filter(|part| !part.trim().is_empty()).count();
                    vec![(parts as u64, None, Some(list.place))]
                }
                _ => Vec::new(),
            };
        }
        let schema = facts::resource(&count.resource);
        let argument = schema.as_ref().and_then(|schema| schema.args.get(name));
        if argument.is_some_and(|argument| argument.block.is_some()) {
            let blocks = reader.blocks(name).list.into_iter();
            return blocks.map(|block| (1, Some(block.fields), Some(block.header))).collect();
        }
        match elements(reader.value(name)) {
            Arg::Known(list) => {
                let is_set = argument.is_some_and(|argument| argument.kind == facts::Type::Set);
                let known = list.value.iter().filter_map(Arg::known);
                let mut seen = Vec::new();
                let mut counted = 0;
                for item in known {
                    let key = Link::of(&item.value);
                    if is_set && (key.is_none() || seen.contains(&key)) {
                        continue;
                    }
                    seen.push(key);
                    counted += 1;
                }
                vec![(counted, None, Some(list.attribute))]
            }
            _ => Vec::new(),
        }
    }

    /// What one instance weighs: more than one for a route to a prefix list, which takes as many places as it may have
    /// entries (semantics 2.14).
    fn weight(&self, quota: &Quota, reader: &Reader<'_, '_>) -> u64 {
        if quota.counter != Some(Counter::RoutesPerTable) {
            return 1;
        }
        let list = reader.link("destination_cidr_block");
        let address = list.value().and_then(|link| link.managed("alicloud_vpc_prefix_list", &["id", "prefix_list_id"]));
        let entries = address.and_then(|address| self.reader(address)?.number("max_entries").value().copied());
        entries.map_or(1, |entries| entries.max(1) as u64)
    }

    fn passes(&self, count: &Count, reader: &Reader<'_, '_>, fields: Option<&Fields>) -> bool {
        let matches = |path: &str, values: &[Option<String>]| match self.said(reader, count, path, fields) {
            Said::Text(text) => Some(values.iter().flatten().any(|value| **value == *text)),
            Said::Nothing(defaults) => {
                let default = |value: &String| defaults.iter().any(|default| **default == **value);
                Some(values.contains(&None) || values.iter().flatten().any(default))
            }
            Said::Unknown => None,
        };
        count.only.iter().all(|(path, values)| matches(path, values) == Some(true))
            && count.unless.iter().all(|(path, values)| matches(path, values) == Some(false))
    }

    fn said(&self, reader: &Reader<'_, '_>, count: &Count, path: &str, fields: Option<&Fields>) -> Said {
        let (head, rest) = path.split_once('.').unwrap_or((path, ""));
        let value = match fields {
            Some(fields) if count.each.as_deref() == Some(head) => text(field(fields, rest, reader.thing.header)),
            _ if rest.is_empty() => reader.text(head),
            _ => {
                let link = reader.link(head);
                let Some(Link::Of { address, .. }) = link.value() else { return Said::Unknown };
                let Some(of) = self.reader(address).filter(|_| address.mode == Mode::Managed) else {
                    return Said::Unknown;
                };
                return self.said(of, count, rest, None);
            }
        };
        match value {
            Arg::Known(text) => Said::Text(text.value),
            Arg::Unknown(..) => Said::Unknown,
            Arg::Absent => Said::Nothing(defaults(&reader.thing.address.kind, head, rest)),
        }
    }

    /// One part of the scope of an instance, when it is known.
    fn part(&self, reader: &Reader<'_, '_>, count: &Count, path: &str, fields: Option<&Fields>) -> Option<Part> {
        let provider = &reader.thing.provider;
        match path {
            "id" => return Some(Part::Managed(reader.thing.address.clone())),
            "provider.account" => {
                let (module, name, alias) = self.accounts.get(&provider.identity())?.clone();
                return Some(Part::Account(module, name, alias));
            }
            "provider.region" => {
                let (module, name, alias) = provider.identity();
                return Some(match provider.region.as_str() {
                    Some(region) => Part::Region(region.clone()),
                    None => Part::RegionOf(module, name, alias),
                });
            }
            _ => {}
        }
        let (head, rest) = path.split_once('.').unwrap_or((path, ""));
        if fields.is_some() && count.each.as_deref() == Some(head) {
            return match self.said(reader, count, path, fields) {
                Said::Text(word) => Some(Part::Word(word)),
                // Those that leave it out all get the same.
                Said::Nothing(defaults) => Some(Part::Word(defaults.first().cloned().unwrap_or_default())),
                Said::Unknown => None,
            };
        }
        let link = reader.link(head);
        let link = link.value()?;
        if rest.is_empty() {
            return part_of(link);
        }
        self.follow(link, rest)
    }

    /// What `path` says of the thing that a link names.
    fn follow(&self, link: &Link, path: &str) -> Option<Part> {
        let Link::Of { address, .. } = link else { return None };
        let (head, rest) = path.split_once('.').unwrap_or((path, ""));
        let next = match (part_of(link)?, head) {
            (Part::SystemTable(vpc), "vpc_id") => Link::Of { address: vpc, attribute: "id".into() },
            (Part::Managed(_), "route_table_id") if is_vpc(address) => {
                Link::Of { address: address.clone(), attribute: "route_table_id".into() }
            }
            (Part::Managed(_), _) => self.reader(address)?.link(head).value()?.clone(),
            _ => return None,
        };
        if rest.is_empty() { part_of(&next) } else { self.follow(&next, rest) }
    }

    /// How long the chains are that the scope's argument makes; each is told at its last link.
    fn chains(&self, quota: &'static Quota, by_kind: &HashMap<&str, Vec<usize>>) -> BTreeMap<Vec<Part>, Tally> {
        let mut found = BTreeMap::new();
        let Some((count, path)) = quota.count.first().and_then(|count| Some((count, count.per.first()?))) else {
            return found;
        };
        let up = |at: usize| {
            let link = self.readers[at].1.link(path);
            match part_of(link.value()?)? {
                Part::Managed(address) => self.network.index.things.get(&address).copied(),
                _ => None,
            }
        };
        let all = by_kind.get(&*count.resource).map(Vec::as_slice).unwrap_or_default();
        let inner: BTreeSet<usize> = all.iter().filter_map(|&at| up(at)).collect();
        for &leaf in all.iter().filter(|at| !inner.contains(at)) {
            let mut counted = BTreeSet::from([leaf]);
            let mut top = leaf;
            // Deeper than any limit is deep enough to know.
            while let Some(next) = up(top).filter(|_| counted.len() <= 1_000) {
                if !counted.insert(next) {
                    break;
                }
                top = next;
            }
            let scope = vec![Part::Managed(self.readers[leaf].1.thing.address.clone())];
            let count = counted.len() as u64;
            found.insert(scope.clone(), Tally { quota, scope, count, counted, place: None });
        }
        found
    }

    /// The rules of all groups that an instance or interface is in.
    fn rules_per_interface(
        &self,
        quota: &'static Quota,
        by_kind: &HashMap<&str, Vec<usize>>,
    ) -> BTreeMap<Vec<Part>, Tally> {
        let groups = self.sum(quota, &quota.count, by_kind);
        let mut found = BTreeMap::new();
        for (kind, argument) in
            [("alicloud_instance", "security_groups"), ("alicloud_ecs_network_interface", "security_group_ids")]
        {
            for &at in by_kind.get(kind).into_iter().flatten() {
                let reader = &self.readers[at].1;
                let links = Network::links(reader, argument);
                let own: BTreeSet<Part> = links.iter().filter_map(|link| part_of(link.value()?)).collect();
                let of_groups = own.into_iter().filter_map(|group| groups.get(&vec![group]));
                let counted: BTreeSet<usize> = of_groups.flat_map(|group| group.counted.iter().copied()).collect();
                if counted.is_empty() {
                    continue;
                }
                let scope = vec![Part::Managed(reader.thing.address.clone())];
                let count = counted.len() as u64;
                found.insert(scope.clone(), Tally { quota, scope, count, counted, place: None });
            }
        }
        found
    }
}

/// What an argument is worth that is not set.
fn defaults(kind: &str, name: &str, inner: &str) -> Vec<Arc<str>> {
    let Some(schema) = facts::resource(kind) else { return Vec::new() };
    let outer = schema.args.get(name);
    let argument = match inner {
        "" => outer,
        inner => outer.and_then(|outer| outer.block.as_ref()?.get(inner)),
    };
    let Some(argument) = argument else { return Vec::new() };
    let set = argument.default.as_ref().map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    set.into_iter().chain(argument.doc_default.clone()).map(Arc::from).collect()
}

fn is_vpc(address: &Address) -> bool {
    address.mode == Mode::Managed && facts::canonical(&address.kind) == "alicloud_vpc"
}

/// What a link names, the same for every way to write it; nothing where it may be one of several.
fn part_of(link: &Link) -> Option<Part> {
    let Link::Of { address, attribute } = link else { return Some(Part::Named(link.clone())) };
    if is_vague(address) || attribute.contains("[*]") {
        return None;
    }
    if address.mode == Mode::Data {
        return Some(Part::Named(link.clone()));
    }
    if is_vpc(address) && matches!(&**attribute, "route_table_id" | "router_table_id") {
        return Some(Part::SystemTable(address.clone()));
    }
    let own = facts::resource(&address.kind).is_some_and(|schema| schema.is_own_id(attribute));
    Some(if own || &**attribute == "id" { Part::Managed(address.clone()) } else { Part::Named(link.clone()) })
}
