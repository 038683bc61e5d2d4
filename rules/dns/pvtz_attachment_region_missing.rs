//! A VPC is bound to a zone by its id and its region (semantics 9.2).

use crate::diagnostic::Severity;
use crate::network::{Arg, BoundVpc, Network, Thing, ZoneBinding, region_of};
use crate::rule::{Rule, Say};

use super::{one_provider, zone};

pub const RULE: Rule = Rule {
    id: "pvtz-attachment-region-missing",
    category: "dns",
    severity: Severity::Error,
    page: include_str!("pvtz_attachment_region_missing.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for binding in network.dns.bindings.iter().filter(|binding| binding.thing.certain) {
        for bound in &binding.vpcs {
            judge(network, say, binding, bound);
        }
    }
}

fn judge(network: &Network, say: &mut Say<'_>, binding: &ZoneBinding, bound: &BoundVpc) {
    let here = &binding.thing;
    let vpc = match &bound.vpc {
        Arg::Known(link) => network.regional(&link.value),
        Arg::Unknown(cause, place) => return say.undecided(here, cause, *place),
        Arg::Absent => None,
    };
    // Of a VPC that is only named, nobody knows the region.
    let Some(vpc) = vpc else { return };
    if bound.region.is_absent() && one_provider(here, vpc) {
        return;
    }
    let Some(region) = region_of(vpc) else {
        if let Some(cause) = vpc.provider.region.cause() {
            say.undecided(here, &cause, None);
        }
        return;
    };
    let (message, finding) = match &bound.region {
        Arg::Unknown(cause, place) => return say.undecided(here, cause, *place),
        Arg::Known(written) if written.value == region => return,
        Arg::Known(written) => {
            let message = format!(
                "{} binds {} as a VPC of {}, and it is in {region}: the cloud does not find it there",
                here.address, vpc.address, written.value
            );
            (message, Some(written))
        }
        Arg::Absent => {
            let Some(own) = region_of(here) else {
                if let Some(cause) = here.provider.region.cause() {
                    say.undecided(here, &cause, None);
                }
                return;
            };
            if own == region {
                return;
            }
            let lacks = if bound.listed { "in `vpc_ids`, without a region" } else { "without `region_id`" };
            let message = format!(
                "{} binds {} {lacks}: it is looked for in {own}, and it is in {region}",
                here.address, vpc.address
            );
            (message, None)
        }
    };
    let help = match bound.listed {
        true => format!(
            "write `vpcs` blocks instead of `vpc_ids`, the one of {} with region_id = \"{region}\"",
            vpc.address
        ),
        false => format!("write region_id = \"{region}\" beside the vpc_id of {}", vpc.address),
    };
    let finding = match finding {
        Some(written) => say.finding(Severity::Error, here, message).value(written, "region_id"),
        None => say.finding(Severity::Error, here, message).at(place(bound, here)),
    };
    let mut finding = finding
        .with(vpc, format!("this VPC is in {region}"))
        .help(help)
        .key(vpc.name())
        .cause(format!("binding:{}|{}", here.address, vpc.address));
    if let Some(zone) = network.zone_of(&binding.zone).ok().and_then(|link| zone(network, &link)) {
        finding = finding.with(&zone.thing, "the zone");
    }
    say.say(finding);
}

fn place(bound: &BoundVpc, here: &Thing) -> crate::source::Span {
    if bound.listed { bound.vpc.known().map_or(here.header, |vpc| vpc.place) } else { bound.header }
}
