//! On-premises reaches the cloud's own services through a VPC, and something has to lead there (semantics 5.2).

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::facts;
use crate::network::{AttachmentKind, Cidr, Network, Thing, Traced, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "cloud-service-path-missing",
    category: "express-connect",
    severity: Severity::Note,
    page: include_str!("cloud_service_path_missing.md"),
    absorbs: &[],
    check,
};

const SERVICE: &str = "alicloud_cen_route_service";
const ENTRY: &str = "alicloud_cen_transit_router_route_entry";

/// A block of cloud services that something tells the other side of.
struct Promise<'n> {
    thing: &'n Thing,
    cidr: &'n Traced<Cidr>,
    argument: &'static str,
    net: Ipv4Net,
}

fn check(network: &Network, say: &mut Say<'_>) {
    let Some(services) = facts::cloud_services() else { return };
    for promise in promises(network, services.cidr) {
        match path(network, promise.net) {
            Ok(true) => {}
            Err(cause) => say.undecided(promise.thing, &cause, None),
            Ok(false) => {
                let message = format!(
                    "{} tells the customer's side that {} is reached this way, and nothing leads there: no entry of a \
                     transit router sends it to a VPC, and no {SERVICE} offers it, so OSS, SLS and the like stay out of \
                     reach",
                    promise.thing.address, promise.cidr.value.text
                );
                let finding = say
                    .finding(Severity::Note, promise.thing, message)
                    .value(promise.cidr, promise.argument)
                    .key(promise.net.to_string())
                    .help(format!(
                        "add an {ENTRY} for {} whose next hop is the attachment of a VPC in the service's region; where \
                         addresses conflict, reach the service through a PrivateLink endpoint in the VPC",
                        promise.net
                    ));
                say.say(finding);
            }
        }
    }
}

fn promises(network: &Network, services: Ipv4Net) -> Vec<Promise<'_>> {
    let told = network.borders.networks.iter().map(|told| (&told.thing, &told.cidr, "dst_cidr_block"));
    let allowed = network
        .express
        .transits
        .iter()
        .flat_map(|transit| transit.allowed.iter().map(|cidr| (&transit.thing, cidr, "allowed_prefixes")));
    // A VPN gateway stands in a VPC, which has its own way to the services.
    let local = network
        .vpn_connections
        .iter()
        .filter(|connection| connection.gateway.is_absent())
        .flat_map(|connection| connection.local.iter().map(|cidr| (&connection.thing, cidr, "local_subnet")));
    let certain = told.chain(allowed).chain(local).filter(|(thing, ..)| thing.certain);
    let known = certain.filter_map(|(thing, cidr, argument)| {
        let cidr = cidr.known()?;
        let net = cidr.value.v4().filter(|net| services.contains(net))?;
        Some(Promise { thing, cidr, argument, net })
    });
    known.collect()
}

/// Whether something leads on-premises hosts to a block of services; why that cannot be told.
fn path(network: &Network, net: Ipv4Net) -> Result<bool, Cause> {
    // Which addresses a service by name, or a list, stands for is not looked up.
    if !network.backbone.services.is_empty() || !network.prefix_entries.is_empty() {
        return Ok(true);
    }
    for entry in &network.router_routes {
        let meets = entry.destination.value().is_none_or(|to| to.v4().is_some_and(|to| overlap(&to, &net)));
        let black_hole = entry.kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("blackhole"));
        let attachment = entry.attachment.map(|id| network.attachment(id));
        let outward = attachment.is_some_and(|attachment| {
            matches!(attachment.kind, AttachmentKind::Vbr(_) | AttachmentKind::Ecr(_) | AttachmentKind::Vpn(_))
        });
        if meets && !black_hole && !outward {
            return Ok(true);
        }
    }
    // The transit router, or the CEN, is of another configuration.
    let elsewhere = network.routers.iter().all(|router| router.node.thing().is_none());
    let gap = network.gap(&[ENTRY, SERVICE, "alicloud_cen_transit_router_prefix_list_association"]);
    match gap.map(|gap| gap.cause.clone()) {
        Some(cause) => Err(cause),
        None if elsewhere => Err(Cause::Elsewhere("the routes of the transit router".into())),
        None => Ok(false),
    }
}
