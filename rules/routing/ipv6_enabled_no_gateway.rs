//! IPv6 to the Internet needs a gateway, and a route to it in the table that is looked up (semantics 2.11).

use std::collections::HashMap;

use super::route_default_to_nat_missing::{cause_of, stray};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Bound, Ipv6Use, Network, Presence, TableId, Thing, VSwitch, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ipv6-enabled-no-gateway",
    category: "routing",
    severity: Severity::Warning,
    page: include_str!("ipv6_enabled_no_gateway.md"),
    absorbs: &[],
    check,
};

const GATEWAY: &str = "alicloud_vpc_ipv6_gateway";

fn check(network: &Network, say: &mut Say<'_>) {
    if network.ipv6_uses.is_empty() {
        return;
    }
    let gateways = Gateways::new(network);
    for user in network.ipv6_uses.iter().filter(|user| user.thing.certain) {
        let Some(vswitch) = user.vswitch.value().and_then(|link| network.vswitch_of(link)) else { continue };
        let vswitch = network.vswitch(vswitch);
        let Some(&vpc) = vswitch.vpc.value() else { continue };
        let Some(thing) = network.vpc(vpc).thing().filter(|thing| thing.certain) else { continue };
        if network.vpc(vpc).enable_ipv6.value() != Some(&true) {
            continue;
        }
        match gateways.of(vpc) {
            _ if user.has_gateway => through_table(network, say, user, vswitch),
            Presence::Here(_) => {}
            Presence::Maybe(cause) => say.undecided(&user.thing, &cause, None),
            Presence::Nowhere => {
                let message = format!(
                    "{} is open to the Internet over IPv6, but {} has no IPv6 gateway: nothing gets in or out that way",
                    user.thing.address, thing.address
                );
                let finding = say
                    .finding(Severity::Warning, &user.thing, message)
                    .with(thing, "this VPC has IPv6 addresses")
                    .help(format!("add an {GATEWAY} with vpc_id = {}.id", thing.address));
                say.say(finding);
            }
        }
    }
}

/// The gateway's own route is in the system table; a vSwitch with another table needs one there.
fn through_table(network: &Network, say: &mut Say<'_>, user: &Ipv6Use, vswitch: &VSwitch) {
    let table = match &vswitch.table {
        Bound::System => return,
        Bound::Custom(table) => *table,
        Bound::Unknown(cause) => return say.undecided(&user.thing, cause, None),
    };
    let Some(owner) = network.table(table).thing().filter(|thing| thing.certain && vswitch.thing.certain) else {
        return;
    };
    if leads_out(network, table) {
        return;
    }
    let unsure = network.table(table).routes.iter().find_map(|&id| cause_of(network.route(id)));
    if let Some(cause) = unsure.or_else(|| stray(network)) {
        return say.undecided(&user.thing, &cause, None);
    }
    let message = format!(
        "{} opens {} to the Internet over IPv6, but its route table {} has no route for ::/0: packets are dropped before they \
         reach the IPv6 gateway",
        user.thing.address, vswitch.thing.address, owner.address
    );
    let finding = say
        .finding(Severity::Warning, &user.thing, message)
        .with(&vswitch.thing, "the vSwitch of the address")
        .with(owner, "this table has no route for ::/0")
        .help(format!(
            "add an alicloud_route_entry with destination_cidrblock = \"::/0\", nexthop_type = \"IPv6Gateway\" and the id of \
             the IPv6 gateway to {}",
            owner.address
        ));
    say.say(finding);
}

fn leads_out(network: &Network, table: TableId) -> bool {
    network.table(table).routes.iter().map(|&id| network.route(id)).filter(|route| route.thing.certain).any(|route| {
        let net = route.destination.value().and_then(|cidr| cidr.net);
        let whole = net.is_some_and(|net| net.addr().is_ipv6() && net.prefix_len() == 0);
        whole
            || route
                .every_hop()
                .any(|hop| hop.kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("IPv6Gateway")))
    })
}

/// The IPv6 gateways of the files by their VPC.
struct Gateways<'n> {
    network: &'n Network,
    of: HashMap<VpcId, &'n Thing>,
    unsure: Option<Cause>,
}

impl<'n> Gateways<'n> {
    fn new(network: &'n Network) -> Self {
        let mut of = HashMap::new();
        let mut unsure = network.gap(&[GATEWAY]).map(|gap| gap.cause.clone());
        for thing in network.things.iter().filter(|thing| &*thing.address.kind == GATEWAY) {
            match network.home_of(&thing.address) {
                Ok(vpc) if network.vpc(vpc).is_managed() => drop(of.insert(vpc, thing)),
                Ok(_) => {}
                Err(cause) => unsure = unsure.or(Some(cause)),
            }
        }
        Gateways { network, of, unsure }
    }

    fn of(&self, vpc: VpcId) -> Presence<'n> {
        match (self.of.get(&vpc), &self.unsure) {
            (Some(thing), _) if thing.certain => Presence::Here(thing),
            (Some(thing), _) => Presence::Maybe(Cause::Instances(thing.name().into())),
            (None, Some(cause)) => Presence::Maybe(cause.clone()),
            (None, None) => match self.network.gap(&[]) {
                Some(gap) => Presence::Maybe(gap.cause.clone()),
                None => Presence::Nowhere,
            },
        }
    }
}
