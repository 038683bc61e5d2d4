//! The names of a zone resolve in the VPCs that are bound to it, however well others are connected (semantics 9.1).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;

use crate::diagnostic::{Finding, Severity};
use crate::eval::Cause;
use crate::network::{Arg, Blocks, BoundVpc, Link, Network, Points, VpcId, ZoneBinding, ZoneRecord, region_of};
use crate::rule::{Rule, Say};

use super::{Neighbours, reference, zone};

pub const RULE: Rule = Rule {
    id: "pvtz-peer-vpc-unbound",
    category: "dns",
    severity: Severity::Warning,
    page: include_str!("pvtz_peer_vpc_unbound.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    if network.dns.bindings.is_empty() {
        return;
    }
    let mut records: HashMap<Link, Vec<&ZoneRecord>> = HashMap::new();
    for record in network.dns.records.iter().filter(|record| record.thing.certain) {
        if let Ok(zone) = network.zone_of(&record.zone) {
            records.entry(zone).or_default().push(record);
        }
    }
    let owners = Owners::of(network);
    let neighbours = Neighbours::of(network);
    let (bindings, open) = network.zone_bindings();
    let others = Others::of(network, &bindings);
    for (link, bound) in &bindings {
        let Some(binding) = bound.iter().find(|binding| binding.thing.certain) else { continue };
        let mut into: BTreeMap<VpcId, &ZoneRecord> = BTreeMap::new();
        for record in records.get(link).into_iter().flatten() {
            // A name for everything is that of a proxy or gateway, which serves others.
            if record.host.value().is_some_and(|host| host.starts_with('*')) {
                continue;
            }
            match network.points(record, |address| owners.owner(address)) {
                Points::Into(vpc) => {
                    into.entry(vpc).or_insert(record);
                }
                Points::Away => {}
                Points::Unknown(cause) => say.undecided(&record.thing, &cause, None),
            }
        }
        if into.is_empty() {
            continue;
        }
        let case = Case { network, neighbours: &neighbours, link, binding, others: &others };
        match case.bound(bound, &open) {
            Ok(bound) => {
                let pointed_at: Vec<VpcId> = into.keys().copied().collect();
                let spoken = into.into_iter().filter(|(vpc, record)| case.target(say, &bound, *vpc, record)).count();
                if spoken == 0 {
                    case.callers(say, &bound, &pointed_at);
                }
            }
            Err(cause) => say.undecided(&binding.thing, &cause, None),
        }
    }
}

/// A zone with a binding.
struct Case<'a, 'n> {
    network: &'n Network,
    neighbours: &'a Neighbours<'n>,
    link: &'a Link,
    binding: &'a ZoneBinding,
    others: &'a Others,
}

impl Case<'_, '_> {
    /// The VPCs that are bound to the zone, when all of them are known.
    fn bound(&self, bindings: &[&ZoneBinding], open: &Option<Cause>) -> Result<BTreeSet<VpcId>, Cause> {
        let mut found = BTreeSet::new();
        if let Some(cause) = open {
            return Err(cause.clone());
        }
        for binding in bindings {
            if let Some(cause) = &binding.more {
                return Err(cause.clone());
            }
            for bound in &binding.vpcs {
                match &bound.vpc {
                    // A VPC that only this binding names is connected to nothing.
                    Arg::Known(link) if matches!(link.value, Link::Literal(_)) => {
                        found.extend(self.network.known_vpc(&link.value));
                    }
                    Arg::Known(link) => match self.network.known_vpc(&link.value) {
                        Some(vpc) if self.network.vpcs_are_one(vpc, vpc) => {
                            found.insert(vpc);
                        }
                        _ => return Err(link.value.why_unknown()),
                    },
                    Arg::Unknown(cause, _) => return Err(cause.clone()),
                    Arg::Absent => {}
                }
            }
        }
        Ok(found)
    }

    /// A record leads into a VPC where the name does not resolve. Whether there is something to say.
    fn target(&self, say: &mut Say<'_>, bound: &BTreeSet<VpcId>, vpc: VpcId, record: &ZoneRecord) -> bool {
        let network = self.network;
        let Some(thing) = network.vpc(vpc).thing().filter(|thing| thing.certain && !bound.contains(&vpc)) else {
            return false;
        };
        let found = self.neighbours.around(vpc).find(|(_, other)| bound.contains(&other.vpc));
        let Some((circle, near)) = found else { return false };
        match self.resolves_otherwise(vpc) {
            Ok(false) => {}
            Ok(true) => return false,
            Err(cause) => {
                say.undecided(&self.binding.thing, &cause, None);
                return false;
            }
        }
        let home = network.vpc(near.vpc);
        let message = format!(
            "{} is not bound to {}, whose records point into it, although {}, which is connected to it, is: these names do \
             not resolve in {}",
            thing.address,
            self.link.shown(),
            home.name(),
            thing.address
        );
        let mut finding = say
            .finding(Severity::Warning, &self.binding.thing, message)
            .with(thing, "the VPC without these names")
            .with(&record.thing, "this record points into it")
            .key(thing.name());
        if let Some(home) = home.thing() {
            finding = finding.with(home, "the VPC that has them");
        }
        for by in circle.things((vpc, near.vpc)) {
            finding = finding.with(by, "connects the two");
        }
        say.say(self.finish(finding, vpc));
        true
    }

    /// All VPCs that the records lead into have the names; others that are connected to them do not.
    fn callers(&self, say: &mut Say<'_>, bound: &BTreeSet<VpcId>, pointed_at: &[VpcId]) {
        let network = self.network;
        let around = pointed_at.iter().filter(|vpc| bound.contains(vpc));
        let mut lacking: Vec<(VpcId, VpcId)> = Vec::new();
        for &vpc in around {
            for (_, other) in self.neighbours.around(vpc) {
                let seen = lacking.iter().any(|(known, _)| *known == other.vpc);
                let here = network.vpc(other.vpc).thing().is_some_and(|thing| thing.certain);
                if here && !seen && !bound.contains(&other.vpc) {
                    match self.resolves_otherwise(other.vpc) {
                        Ok(false) => lacking.push((other.vpc, vpc)),
                        Ok(true) => {}
                        Err(cause) => return say.undecided(&self.binding.thing, &cause, None),
                    }
                }
            }
        }
        let Some(&(first, home)) = lacking.first() else { return };
        let (first_name, others) = (network.vpc(first).name(), lacking.len() - 1);
        let more = if others == 0 { String::new() } else { format!(" and {others} more") };
        let message = format!(
            "the names of {} do not resolve in {first_name}{more}: connected to {}, into which they point, and not bound to \
             the zone",
            self.link.shown(),
            network.vpc(home).name()
        );
        let mut finding = say.finding(Severity::Note, &self.binding.thing, message);
        for (vpc, home) in lacking {
            for (vpc, what) in [(vpc, "connected, without these names"), (home, "the records point in here")] {
                if let Some(thing) = network.vpc(vpc).thing() {
                    finding = finding.with(thing, what);
                }
            }
        }
        say.say(self.finish(finding, first));
    }

    fn finish(&self, finding: Finding, vpc: VpcId) -> Finding {
        let Some(thing) = self.network.vpc(vpc).thing() else { return finding };
        let region = region_of(thing).map(|region| format!(" and region_id = \"{region}\"")).unwrap_or_default();
        let block = match reference(thing, &self.binding.thing) {
            Some(id) => format!("a `vpcs` block with vpc_id = {id}{region}"),
            None => format!("a `vpcs` block with the id of {}{region}", thing.address),
        };
        let finding = finding.help(format!(
            "add {block} to {}, unless nobody in {} asks for these names",
            self.binding.thing.address, thing.address
        ));
        match zone(self.network, self.link) {
            Some(zone) => finding.with(&zone.thing, "the zone"),
            None => finding,
        }
    }

    /// The VPC gets these names some other way: its queries are forwarded, or it has a zone of that name of its own.
    fn resolves_otherwise(&self, vpc: VpcId) -> Result<bool, Cause> {
        if self.others.forwards_any || self.others.forwarded.contains(&vpc) {
            return Ok(true);
        }
        if let Some(gap) = self.network.gap(&["alicloud_pvtz_rule_attachment"]) {
            return Err(gap.cause.clone());
        }
        let own = zone(self.network, self.link).and_then(|zone| zone.name.value());
        let differs = |name: &Option<Arc<str>>| matches!((own, name), (Some(own), Some(name)) if own != name);
        let loose = self.others.loose.iter().any(|(link, name)| link != self.link && !differs(name));
        // This zone is not bound to the VPC, so a zone that is bound there is another one.
        let there = self.others.bound.get(&vpc);
        Ok(loose || there.is_some_and(|names| own.is_none() || names.contains(&own.cloned()) || names.contains(&None)))
    }
}

/// What else brings names to VPCs.
#[derive(Default)]
struct Others {
    forwarded: HashSet<VpcId>,
    forwards_any: bool,
    /// The names of the zones that are bound to a VPC, as far as they are known.
    bound: HashMap<VpcId, HashSet<Option<Arc<str>>>>,
    /// Zones that may be bound to any VPC.
    loose: Vec<(Link, Option<Arc<str>>)>,
}

impl Others {
    fn of(network: &Network, bindings: &BTreeMap<Link, Vec<&ZoneBinding>>) -> Others {
        let mut others = Others::default();
        for forward in &network.dns.forwards {
            others.forwards_any |= forward.more.is_some();
            for bound in &forward.vpcs {
                match which(network, bound) {
                    Which::This(vpc) => {
                        others.forwarded.insert(vpc);
                    }
                    Which::Any => others.forwards_any = true,
                    Which::Other => {}
                }
            }
        }
        for (link, bindings) in bindings {
            let name = zone(network, link).and_then(|zone| zone.name.value().cloned());
            let mut any = bindings.iter().any(|binding| binding.more.is_some());
            for bound in bindings.iter().flat_map(|binding| &binding.vpcs) {
                match which(network, bound) {
                    Which::This(vpc) => {
                        others.bound.entry(vpc).or_default().insert(name.clone());
                    }
                    Which::Any => any = true,
                    Which::Other => {}
                }
            }
            if any {
                others.loose.push((link.clone(), name));
            }
        }
        others
    }
}

/// Which VPC of the files is bound?
enum Which {
    This(VpcId),
    Any,
    Other,
}

fn which(network: &Network, bound: &BoundVpc) -> Which {
    match &bound.vpc {
        Arg::Known(link) if matches!(link.value, Link::Literal(_)) => Which::Other,
        Arg::Known(link) => match network.known_vpc(&link.value) {
            Some(vpc) if network.vpc(vpc).is_managed() && network.vpcs_are_one(vpc, vpc) => Which::This(vpc),
            _ => Which::Any,
        },
        Arg::Unknown(..) => Which::Any,
        Arg::Absent => Which::Other,
    }
}

/// Which VPC has an address?
struct Owners {
    blocks: Blocks<VpcId>,
    unknown: Option<Cause>,
}

impl Owners {
    fn of(network: &Network) -> Owners {
        let mut blocks = Vec::new();
        let mut unknown = None;
        for (at, vpc) in network.vpcs.iter().enumerate().filter(|(_, vpc)| vpc.is_managed()) {
            blocks.extend(vpc.known_blocks().map(|(block, _)| (block, VpcId(at))));
            unknown = unknown.or(vpc.blocks_complete().err());
        }
        let gap = network.gap(&["alicloud_vpc"]).map(|gap| gap.cause.clone());
        Owners { blocks: Blocks::new(blocks), unknown: unknown.or(gap) }
    }

    fn owner(&self, address: Ipv4Addr) -> Points {
        match (self.blocks.overlapping(Ipv4Net::from(address)).as_slice(), &self.unknown) {
            (_, Some(cause)) => Points::Unknown(cause.clone()),
            ([vpc], None) => Points::Into(*vpc),
            _ => Points::Away,
        }
    }
}
