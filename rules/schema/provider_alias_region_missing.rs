//! A resource under the provider of another region than what it belongs to.

use std::collections::HashMap;

use crate::diagnostic::{Finding, Severity};
use crate::eval::SameAccount;
use crate::facts;
use crate::network::{Arg, BoundVpc, Link, Network, PeeringId, Tenant, Thing, VpcId, is_vague, region_of};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "provider-alias-region-missing",
    category: "schema",
    severity: Severity::Error,
    page: include_str!("provider_alias_region_missing.md"),
    absorbs: &[
        "peering-region-mismatch",
        "pvtz-attachment-region-missing",
        "tr-region-mismatch",
        "tr-zone-mapping-mismatch",
    ],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let mut accepted: HashMap<VpcId, Vec<PeeringId>> = HashMap::new();
    for (at, peering) in network.peerings.iter().enumerate() {
        if let Some(&vpc) = peering.accepter.value() {
            accepted.entry(vpc).or_default().push(PeeringId(at));
        }
    }
    for (id, tenants) in network.tenants() {
        let Some(vpc) = network.vpc(id).thing() else { continue };
        let region = match &network.vpc(id).region {
            Arg::Known(region) => region.value.clone(),
            Arg::Unknown(cause, place) => {
                let elsewhere = |tenant: &&Tenant<'_>| tenant.thing.provider.identity() != vpc.provider.identity();
                for tenant in tenants.iter().filter(elsewhere) {
                    say.undecided(tenant.thing, cause, *place);
                }
                continue;
            }
            Arg::Absent => continue,
        };
        let (here, away): (Vec<_>, Vec<_>) = tenants
            .iter()
            .filter_map(|tenant| Some((tenant, tenant.region(&region)?)))
            .partition(|(_, other)| **other == *region);
        // A vSwitch in a zone of another region, under the provider of the VPC: both are under the wrong one. What only
        // has the VPC's provider says nothing then.
        let by_zone = away.iter().any(|(tenant, _)| is_beside(tenant, vpc));
        let against = match by_zone {
            true => here.iter().filter(|(tenant, _)| tenant.zone_region().is_some() || !is_beside(tenant, vpc)).count(),
            false => here.len(),
        };
        // A zone of the VPC's region says that only the provider of its vSwitch is wrong.
        let against = against + away.iter().filter(|(tenant, _)| tenant.zone_region() == Some(&*region)).count();
        let one_region = away.windows(2).all(|pair| pair[0].1 == pair[1].1);
        // Its zone and its provider agree against the VPC.
        let twice = |(tenant, other): &(&Tenant<'_>, String)| {
            tenant.zone_region() == Some(&**other) && region_of(tenant.thing).is_some_and(|own| *own == **other)
        };
        match away.first() {
            None => {}
            Some((_, other)) if one_region && against == 0 && (by_zone || away.len() > 1 || away.iter().any(twice)) => {
                let joined = accepted.get(&id).map(Vec::as_slice).unwrap_or_default();
                let things = away.iter().map(|(tenant, _)| *tenant);
                say.say(of_vpc(network, say, (id, vpc), &region, other, things, joined));
            }
            Some(_) => {
                for (tenant, other) in &away {
                    say.say(of_tenant(network, say, tenant, vpc, &region, other));
                }
            }
        }
    }
    check_accepters(network, say);
}

/// Whether both are made by one provider configuration.
fn is_beside(tenant: &Tenant<'_>, vpc: &Thing) -> bool {
    tenant.thing.provider.identity() == vpc.provider.identity()
}

/// The VPC itself is in the wrong region: everything in it says so.
fn of_vpc<'n>(
    network: &'n Network,
    say: &Say<'_>,
    (id, vpc): (VpcId, &Thing),
    region: &str,
    other: &str,
    tenants: impl Iterator<Item = &'n Tenant<'n>>,
    joined: &[PeeringId],
) -> Finding {
    let name = vpc.name();
    let message = format!(
        "{name} is made in {region}, the region of its provider, but what belongs to it is in {other}: the API finds neither \
         there"
    );
    let mut finding = say.finding(Severity::Error, vpc, message).help(help(network, vpc, other)).cause(name.clone());
    for tenant in tenants {
        let label = match tenant.zone_region() {
            Some(zone) => format!("a vSwitch of it, in a zone of {zone}"),
            None => format!("made in {other}"),
        };
        finding = with_zone(finding, tenant, label).cause(tenant.thing.name());
    }
    for &peering in joined {
        let peering = network.peering(peering);
        if peering.accepting_region.value().is_some_and(|region| **region == *other) {
            finding = finding
                .with(&peering.thing, format!("the connection looks for it in {other}"))
                .cause(format!("peering:{}", peering.thing.address));
        }
    }
    for binding in &network.dns.bindings {
        let meant = |bound: &BoundVpc| {
            bound.region.value().is_some_and(|region| **region == *other)
                && bound.vpc.value().and_then(|link| network.known_vpc(link)) == Some(id)
        };
        if !binding.vpcs.iter().any(meant) {
            continue;
        }
        finding = finding
            .with(&binding.thing, format!("binds it as a VPC of {other}"))
            .cause(format!("binding:{}|{name}", binding.thing.address));
        if let Ok(Link::Of { address, .. }) = network.zone_of(&binding.zone)
            && let Some(zone) = network.thing(&address)
        {
            finding = finding.with(zone, "the zone");
        }
    }
    for attachment in &network.attachments {
        if let Some(thing) = attachment.thing().filter(|_| attachment.vpc() == Some(id)) {
            finding = finding.with(thing, "attaches it").cause(format!("attachment:{}", thing.address));
        }
    }
    finding
}

fn of_tenant(network: &Network, say: &Say<'_>, tenant: &Tenant<'_>, vpc: &Thing, region: &str, other: &str) -> Finding {
    let thing = tenant.thing;
    let zone = tenant
        .vswitch
        .and_then(|vswitch| vswitch.zone.known())
        .filter(|_| tenant.zone_region().is_some_and(|zone| zone != region));
    let message = match zone {
        Some(zone) => format!(
            "{} is in zone {}, but its VPC {} is in {region}: the zone is not found there",
            thing.address, zone.value, vpc.address
        ),
        None => format!(
            "{} is made in {other}, the region of its provider, but belongs to {} in {region}: the API does not find that VPC \
             in {other}",
            thing.address, vpc.address
        ),
    };
    let finding = say.finding(Severity::Error, thing, message).with(vpc, format!("its VPC, in {region}"));
    let finding = match (zone, thing.provider.place) {
        (Some(zone), _) => finding.value(zone, "zone_id"),
        (None, Some(place)) => finding.related("its provider", None, Some(place)),
        (None, None) => finding,
    };
    let finding = match zone {
        Some(_) if is_beside(tenant, vpc) => finding.help(format!("write a zone of {region}")),
        _ => finding.help(help(network, thing, region)),
    };
    finding.cause(thing.name())
}

fn with_zone(finding: Finding, tenant: &Tenant<'_>, label: String) -> Finding {
    match tenant.vswitch.and_then(|vswitch| vswitch.zone.known()) {
        Some(zone) => finding.with_value(tenant.thing, zone, label),
        None => finding.with(tenant.thing, label),
    }
}

/// Which provider to write, by its real name where the root has one of that region.
fn help(network: &Network, thing: &Thing, region: &str) -> String {
    let there = |provider: &&std::rc::Rc<crate::eval::Provider>| {
        provider.region.as_str().is_some_and(|own| **own == *region)
            && provider.account.compare(&thing.provider.account) == SameAccount::Same
    };
    let found = network.providers.iter().find(there);
    match found {
        Some(provider) if !thing.address.module.0.is_empty() => {
            let name =
                if provider.alias.is_empty() { "alicloud".into() } else { format!("alicloud.{}", provider.alias) };
            format!("pass the provider {name} to the module of {}", thing.address)
        }
        Some(provider) if provider.alias.is_empty() => format!("leave `provider` out of {}", thing.address),
        Some(provider) => format!("write provider = alicloud.{} in {}", provider.alias, thing.address),
        None => format!("add a provider with an alias and region = \"{region}\", and name it in {}", thing.address),
    }
}

/// An accepter works in the region of the accepting VPC (semantics 3.3).
fn check_accepters(network: &Network, say: &mut Say<'_>) {
    for accepter in network.accepters.iter().filter(|accepter| accepter.thing.certain) {
        let Some(peering) = accepter.peering.map(|id| network.peering(id)) else { continue };
        let accounts = peering.thing.provider.account.compare(&accepter.thing.provider.account);
        let apart = matches!(accounts, SameAccount::Different | SameAccount::Likely);
        if !peering.thing.certain || is_vague(&peering.thing.address) || !apart {
            continue;
        }
        let (Some(here), Arg::Known(there)) = (region_of(&accepter.thing), &peering.accepting_region) else { continue };
        // Where the VPC lies elsewhere, it is the connection that is wrong.
        let vpc = peering.accepter.value().map(|&vpc| network.vpc(vpc));
        let misled = vpc.and_then(|vpc| vpc.region.value()).is_some_and(|region| *region != there.value);
        if here == there.value || misled || facts::region(&there.value).is_none() {
            continue;
        }
        let severity = if accounts == SameAccount::Different { Severity::Error } else { Severity::Warning };
        let message = format!(
            "{} accepts in {here}, the region of its provider, but {} asks in {}: the connection is not found there",
            accepter.thing.address, peering.thing.address, there.value
        );
        let mut finding = say
            .finding(severity, &accepter.thing, message)
            .with(&peering.thing, format!("accepting_region_id is {}", there.value))
            .help(help(network, &accepter.thing, &there.value));
        if let Some(place) = accepter.thing.provider.place {
            finding = finding.related("its provider", None, Some(place));
        }
        say.say(finding);
    }
}
