//! Queries are forwarded by an endpoint in the region of the VPC, from two addresses at least (semantics 9.4).

use crate::diagnostic::Severity;
use crate::network::{Arg, Forward, Network, ResolverEndpoint, region_of};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "pvtz-rule-region",
    category: "dns",
    severity: Severity::Error,
    page: include_str!("pvtz_rule_region.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for endpoint in network.dns.endpoints.iter().filter(|endpoint| endpoint.thing.certain) {
        addresses(say, endpoint);
        if let (Arg::Known(written), Arg::Known(link)) = (&endpoint.region, &endpoint.vpc)
            && let Some(vpc) = network.regional(&link.value)
            && let Some(region) = region_of(vpc).filter(|region| *region != written.value)
        {
            let message = format!(
                "{} looks for {} in {}, and it is in {region}: the API does not find it",
                endpoint.thing.address, vpc.address, written.value
            );
            let finding = say
                .finding(Severity::Error, &endpoint.thing, message)
                .value(written, "vpc_region_id")
                .with(vpc, format!("this VPC is in {region}"))
                .help(format!("write vpc_region_id = \"{region}\""))
                .key("region");
            say.say(finding);
        }
    }
    for forward in network.dns.forwards.iter().filter(|forward| forward.thing.certain) {
        regions(network, say, forward);
    }
}

fn addresses(say: &mut Say<'_>, endpoint: &ResolverEndpoint) {
    let thing = &endpoint.thing;
    match &endpoint.addresses {
        Arg::Unknown(cause, place) => say.undecided(thing, cause, *place),
        Arg::Known(count) if count.value < 2 => {
            let has = if count.value == 0 { "no `ip_configs` block" } else { "one `ip_configs` block" };
            let message = format!("{} has {has}: the API wants two to six, so that one zone may fail", thing.address);
            let finding = say
                .finding(Severity::Error, thing, message)
                .help("add an `ip_configs` block with a vSwitch of another zone")
                .key("addresses");
            say.say(finding);
        }
        _ => {}
    }
}

fn regions(network: &Network, say: &mut Say<'_>, forward: &Forward) {
    let thing = &forward.thing;
    let rule = forward.rule.value().and_then(|link| link.managed("alicloud_pvtz_rule", &["id", "rule_id"]));
    let rule = rule.and_then(|address| network.dns.rule(address));
    let endpoint = rule.and_then(|rule| rule.endpoint.value()?.managed("alicloud_pvtz_endpoint", &["id"]));
    let endpoint = endpoint.and_then(|address| network.dns.endpoint(address));
    let (Some(rule), Some(endpoint)) = (rule, endpoint) else {
        let cause = forward.rule.cause().or(rule.and_then(|rule| rule.endpoint.cause()));
        if let Some(cause) = cause {
            say.undecided(thing, cause, None);
        }
        return;
    };
    let region = match &endpoint.region {
        Arg::Known(region) => region,
        Arg::Unknown(cause, place) => return say.undecided(thing, cause, *place),
        Arg::Absent => return,
    };
    for bound in &forward.vpcs {
        let vpc = bound.vpc.value().and_then(|link| network.regional(link));
        let name = bound.vpc.value().map_or_else(|| "a VPC".into(), |link| link.shown());
        let tail = format!("and {} is in {}: the API refuses it", endpoint.thing.address, region.value);
        let finding = match (&bound.region, vpc.and_then(region_of)) {
            (Arg::Known(written), _) if written.value != region.value => {
                let message = format!("{} joins {name} in {}, {tail}", thing.address, written.value);
                say.finding(Severity::Error, thing, message).value(written, "region_id")
            }
            (_, Some(own)) if own != region.value => {
                let message = format!("{} joins {name}, which is in {own}, {tail}", thing.address);
                say.finding(Severity::Error, thing, message).at(bound.header)
            }
            (Arg::Unknown(cause, place), _) => {
                say.undecided(thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        let mut finding = finding
            .with_value(&endpoint.thing, region, "the region of the endpoint")
            .with(&rule.thing, "the rule")
            .help(format!("make an endpoint and a rule in the region of {name}, and join it to that rule"))
            .key(name);
        if let Some(vpc) = vpc {
            finding = finding.with(vpc, "the VPC");
        }
        say.say(finding);
    }
}
