//! One VPC of a region and CEN may hold load balancers with servers in other regions (semantics 7.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::remote::{Remote, remotes};
use crate::diagnostic::Severity;
use crate::network::{Link, Network, Thing, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "alb-multi-vpc-per-region",
    category: "load-balancing",
    severity: Severity::Error,
    page: include_str!("alb_multi_vpc_per_region.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let remotes = remotes(network);
    let joints = network.joints();
    let mut places: BTreeMap<(Arc<str>, Link), BTreeMap<VpcId, &Remote<'_>>> = BTreeMap::new();
    for remote in &remotes {
        match remote.is_cross_region(network) {
            Some(true) => {}
            Some(false) => continue,
            None => {
                let vpcs = [remote.own, remote.far].map(|vpc| network.vpc(vpc).region.cause());
                if let (Some(cause), Some(group)) = (vpcs.into_iter().flatten().next(), remote.groups().first()) {
                    say.undecided(&group.thing, cause, None);
                }
                continue;
            }
        }
        let Some(region) = network.vpc(remote.own).region.value() else { continue };
        for (near, ..) in remote.joints(&joints) {
            let router = network.attachment(near).router.value().map(|&router| network.router(router));
            if let Some(cen) = router.and_then(|router| router.cen.value()) {
                places.entry((region.clone(), cen.clone())).or_default().entry(remote.own).or_insert(remote);
            }
        }
    }
    for ((region, cen), vpcs) in places {
        let mut all = vpcs.into_values();
        let Some(first) = all.next() else { continue };
        for other in all {
            report(network, say, (&region, &cen), first, other);
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, (region, cen): (&str, &Link), first: &Remote<'_>, other: &Remote<'_>) {
    let holder = |remote: &Remote<'_>| -> Option<Thing> {
        let groups = remote.groups();
        let balancer = groups.iter().flat_map(|group| network.balancers_of(group)).next();
        balancer.or(groups.first().map(|group| &group.thing)).cloned()
    };
    let (Some(one), Some(two)) = (holder(first), holder(other)) else { return };
    let message = format!(
        "{} in {} and {} in {} both have servers in other regions: in {region}, only one VPC of {} may hold such load \
         balancers",
        two.address,
        network.vpc(other.own).name(),
        one.address,
        network.vpc(first.own).name(),
        cen.shown()
    );
    let finding = say.finding(Severity::Error, &two, message).with(&one, "the other load balancer");
    let mut finding = first.with_all(other.with_all(finding, network), network);
    if let Link::Of { address, .. } = cen
        && let Some(thing) = network.thing(address)
    {
        finding = finding.with(thing, "the CEN of both");
    }
    say.say(finding.help(format!(
        "move the load balancers with servers in other regions into one VPC of {region}, or attach the VPCs to two CENs"
    )));
}
