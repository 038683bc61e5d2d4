//! The tables of a VPC receive dynamic routes from one source at a time (semantics 2.7, 4.8, 6.4).

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Arg, AttachmentKind, Network, Thing, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "dynamic-route-source-conflict",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("dynamic_route_source_conflict.md"),
    absorbs: &[],
    check,
};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Express,
    Legacy,
    Vpn,
    Sync,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Source::Express => "an Express Connect router",
            Source::Legacy => "a Basic transit router",
            Source::Vpn => "a VPN gateway that propagates BGP routes",
            Source::Sync => "route sync of a transit router",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Source::Express => "routes from an Express Connect router",
            Source::Legacy => "routes from a Basic transit router",
            Source::Vpn => "auto_propagate: routes from a VPN gateway",
            Source::Sync => "auto_publish_route_enabled: routes from a transit router",
        }
    }
}

fn check(network: &Network, say: &mut Say<'_>) {
    let mut sources: BTreeMap<VpcId, Vec<(Source, &Thing)>> = BTreeMap::new();
    let mut unsure: Vec<(VpcId, &Thing, Cause)> = Vec::new();
    let mut add = |vpc: &Arg<VpcId>, source, thing, cause: Option<&Cause>| match (vpc.value(), cause) {
        (Some(&vpc), None) => sources.entry(vpc).or_default().push((source, thing)),
        (Some(&vpc), Some(cause)) => unsure.push((vpc, thing, cause.clone())),
        (None, _) => {}
    };
    for attachment in &network.attachments {
        if let (AttachmentKind::Vpc(attached), Some(thing)) = (&attachment.kind, attachment.thing())
            && !is_off(&attachment.publish)
        {
            add(&attached.vpc, Source::Sync, thing, attachment.publish.cause());
        }
    }
    for gateway in network.express.gateways.iter().filter(|gateway| !is_off(&gateway.auto_propagate)) {
        add(&gateway.vpc, Source::Vpn, &gateway.thing, gateway.auto_propagate.cause());
    }
    for association in &network.express.associations {
        add(&association.vpc, Source::Express, &association.thing, None);
    }
    for legacy in &network.legacy_attachments {
        add(&legacy.vpc, Source::Legacy, &legacy.thing, None);
    }
    for (&vpc, sources) in &sources {
        let certain: Vec<_> = sources.iter().filter(|(_, thing)| thing.certain).copied().collect();
        judge(network, say, vpc, &certain);
    }
    for (vpc, thing, cause) in unsure {
        if sources.contains_key(&vpc) {
            say.undecided(thing, &cause, None);
        }
    }
}

fn is_off(flag: &Arg<bool>) -> bool {
    flag.is_absent() || flag.value() == Some(&false)
}

fn judge(network: &Network, say: &mut Say<'_>, vpc: VpcId, sources: &[(Source, &Thing)]) {
    let Some(&(last, thing)) = sources.iter().max_by_key(|(source, thing)| (*source, &thing.address)) else { return };
    // Two of one kind: only route sync is known to allow no second one.
    let other =
        |(source, other): &&(Source, &Thing)| *source != last || last == Source::Sync && other.address != thing.address;
    let others: Vec<_> = sources.iter().filter(other).collect();
    let Some(&&(first, before)) = others.first() else { return };
    let name = network.vpc(vpc).name();
    let message = format!(
        "{name} would receive dynamic routes from {} ({}) and from {} ({}): a VPC has one such source at a time, so the \
         second one is refused",
        first.name(),
        before.address,
        last.name(),
        thing.address
    );
    let help = match last {
        Source::Sync => format!(
            "set auto_publish_route_enabled = false on {} and write its routes as alicloud_route_entry with nexthop_type = \
             \"Attachment\"",
            thing.address
        ),
        Source::Vpn => format!("set auto_propagate = false on {} and write its routes by hand", thing.address),
        Source::Legacy | Source::Express => {
            format!("keep one of the two, and write the routes of {} by hand", thing.address)
        }
    };
    let mut finding = say.finding(Severity::Error, thing, message).help(help).cause(thing.name());
    for (source, thing) in others {
        finding = finding.with(thing, source.label()).cause(thing.name());
    }
    if let Some(thing) = network.vpc(vpc).thing() {
        finding = finding.with(thing, "the VPC");
    }
    say.say(finding);
}
