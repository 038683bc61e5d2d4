//! Spokes of a peering hub do not reach one another, whatever their filters let through (semantics 3.6).

use std::collections::{BTreeMap, HashMap};

use super::{blocks, unknown_blocks};
use crate::diagnostic::Severity;
use crate::network::{Apart, Arg, Cidr, Line, Network, PeeringId, Remote, Thing, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "hub-spoke-expectation",
    category: "transitive",
    severity: Severity::Warning,
    page: include_str!("hub_spoke_expectation.md"),
    absorbs: &[],
    check,
};

/// One block that a filter of a VPC lets through.
struct Named<'n> {
    thing: &'n Thing,
    argument: &'static str,
    cidr: &'n Arg<Cidr>,
    vpc: VpcId,
}

/// Every block that rules of security groups and entries of network ACLs let through.
fn named(network: &Network) -> impl Iterator<Item = Named<'_>> {
    let passes = |line: &Line| line.thing.certain && (line.accepts.is_absent() || line.accepts.value() == Some(&true));
    let of_groups = network.group_rules.iter().filter(move |rule| passes(&rule.line)).filter_map(|rule| {
        let vpc = *network.group(rule.group?).vpc.value()?;
        Some(Named { thing: &rule.line.thing, argument: "cidr_ip", cidr: &rule.cidr, vpc })
    });
    let of_acls = network.acls.iter().filter_map(|acl| Some((acl, *acl.vpc.value()?))).flat_map(move |(acl, vpc)| {
        [("source_cidr_ip", &acl.ingress), ("destination_cidr_ip", &acl.egress)]
            .into_iter()
            .filter(|(_, entries)| entries.unknown.is_none())
            .flat_map(move |(argument, entries)| {
                let lines = entries.lines.iter().filter(move |line| passes(line));
                let blocks = lines.flat_map(|line| line.remotes.iter().map(move |remote| (line, remote)));
                blocks.filter_map(move |(line, remote)| match remote {
                    Remote::Block(cidr) => Some(Named { thing: &line.thing, argument, cidr, vpc }),
                    _ => None,
                })
            })
    });
    of_groups.chain(of_acls)
}

fn check(network: &Network, say: &mut Say<'_>) {
    let joints = network.joints();
    // Only what is inside one VPC's block names that VPC.
    let mut known = None;
    let mut pairs: BTreeMap<(VpcId, VpcId), Vec<Named<'_>>> = BTreeMap::new();
    for filter in named(network).filter(|filter| !joints.peers(filter.vpc).is_empty()) {
        let here = filter.vpc;
        let Some(net) = filter.cidr.value().and_then(|cidr| cidr.v4()) else {
            if let Some(cause) = filter.cidr.cause() {
                say.undecided(filter.thing, cause, None);
            }
            continue;
        };
        let all = known.get_or_insert_with(|| blocks(network)).overlapping(net);
        let lies_in = |vpc: &VpcId| network.vpc(*vpc).known_blocks().any(|(block, _)| block.contains(&net));
        // What two VPCs have names neither.
        let mut there = all.into_iter().filter(lies_in);
        if let (Some(there), None) = (there.next(), there.next())
            && network.surely_other(here, there)
        {
            pairs.entry((here, there)).or_default().push(filter);
        }
    }
    let mut hubs: HashMap<VpcId, Vec<(VpcId, PeeringId)>> = HashMap::new();
    for ((here, there), filters) in pairs {
        let mine = hubs.entry(here).or_insert_with(|| joints.peers(here).to_vec()).clone();
        let between: Vec<_> = mine
            .iter()
            .flat_map(|&(hub, near)| {
                joints.peers(hub).iter().filter(move |(vpc, _)| *vpc == there).map(move |&(_, far)| (hub, near, far))
            })
            .collect();
        if between.is_empty() {
            continue;
        }
        let cause = match joints.apart(here, there) {
            Apart::No => continue,
            Apart::Surely => unknown_blocks(network),
            Apart::Unknown(cause) => Some(cause),
        };
        match cause {
            None => report(network, say, (here, there), &filters, &between),
            Some(cause) => filters.iter().for_each(|filter| say.undecided(filter.thing, &cause, None)),
        }
    }
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    (here, there): (VpcId, VpcId),
    filters: &[Named<'_>],
    between: &[(VpcId, PeeringId, PeeringId)],
) {
    let (Some(first), Some(&(hub, ..))) = (filters.first(), between.first()) else { return };
    let Some(cidr) = first.cidr.known() else { return };
    let (here_name, there_name, hub_name) =
        (network.vpc(here).name(), network.vpc(there).name(), network.vpc(hub).name());
    let message = format!(
        "{} lets {} of {there_name} talk to {here_name}, but both are only peered with {hub_name}, which passes nothing on: \
         they do not reach each other",
        first.thing.address, cidr.value.text
    );
    let mut finding = say
        .finding(Severity::Warning, first.thing, message)
        .value(cidr, first.argument)
        .help(format!(
            "peer {here_name} with {there_name} and add a route on both sides, attach the three VPCs to a transit router, or \
             remove what lets {} through",
            cidr.value.text
        ))
        .cause(network.pair_key((here, there)));
    for vpc in [here, there].into_iter().filter_map(|vpc| network.vpc(vpc).thing()) {
        finding = finding.with(vpc, "one of the spokes");
    }
    for &(hub, near, far) in between {
        if let Some(hub) = network.vpc(hub).thing() {
            finding = finding.with(hub, "the VPC in the middle: packets stop here");
        }
        for id in [near, far] {
            finding = finding.with(&network.peering(id).thing, "a connection of the VPC in the middle");
        }
    }
    for filter in &filters[1..] {
        if filter.thing.address != first.thing.address {
            finding = finding.with(filter.thing, format!("names {there_name} as well"));
        }
    }
    say.say(finding);
}
