//! A table serves vSwitches and gateways of its own VPC (semantics 2.2).

use crate::diagnostic::Severity;
use crate::network::{Arg, Binding, Link, Network, Thing, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-table-cross-vpc-attachment",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_table_cross_vpc_attachment.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for binding in network.bindings.iter().filter(|binding| binding.thing.certain) {
        let Some(table) = binding.table.value().map(|&table| network.table(table)) else { continue };
        let Some((user, home)) = user(network, say, binding) else { continue };
        match &table.vpc {
            Arg::Known(vpc) if network.vpcs_differ(vpc.value, home) => {
                report(network, say, binding, user, (vpc.value, home))
            }
            Arg::Unknown(cause, place) => say.undecided(&binding.thing, cause, *place),
            _ => {}
        }
    }
}

/// What the table is attached to, and its VPC.
fn user<'n>(network: &'n Network, say: &mut Say<'_>, binding: &'n Binding) -> Option<(&'n Thing, VpcId)> {
    if !binding.is_gateway {
        let vswitch = network.vswitch(binding.vswitch?);
        return match &vswitch.vpc {
            Arg::Known(vpc) => Some((&vswitch.thing, vpc.value)),
            Arg::Unknown(cause, place) => {
                say.undecided(&binding.thing, cause, *place);
                None
            }
            Arg::Absent => None,
        };
    }
    let Link::Of { address, .. } = binding.to.value()? else { return None };
    Some((network.thing(address)?, network.home_of(address).ok()?))
}

fn report(network: &Network, say: &mut Say<'_>, binding: &Binding, user: &Thing, (vpc, home): (VpcId, VpcId)) {
    let Some(table) = binding.table.known() else { return };
    let message = format!(
        "{} attaches {} of {} to {} in {}: the API refuses it, since a table serves its own VPC only",
        binding.thing.address,
        network.table_name(table.value),
        network.vpc(vpc).name(),
        user.address,
        network.vpc(home).name()
    );
    let mut finding = say
        .finding(Severity::Error, &binding.thing, message)
        .value(table, "route_table_id")
        .with(user, format!("this is in {}", network.vpc(home).name()))
        .help(format!("attach a table of {}", network.vpc(home).name()));
    if let Some(thing) = network.table(table.value).thing() {
        finding = finding.with(thing, format!("this is in {}", network.vpc(vpc).name()));
    }
    say.say(finding);
}
