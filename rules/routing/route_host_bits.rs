//! A destination must be a block: its network address and a mask (semantics 2.1).

use ipnet::IpNet;

use crate::diagnostic::Severity;
use crate::network::{Arg, Cidr, Network, Route, Traced};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-host-bits",
    category: "routing",
    severity: Severity::Warning,
    page: include_str!("route_host_bits.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        match &route.destination {
            Arg::Known(to) => {
                if let Some(net) = to.value.net.filter(|_| to.value.host_bits || !to.value.masked) {
                    report(say, route, to, net);
                }
            }
            Arg::Unknown(cause, place) => say.undecided(&route.thing, cause, *place),
            Arg::Absent => {}
        }
    }
}

fn report(say: &mut Say<'_>, route: &Route, to: &Traced<Cidr>, net: IpNet) {
    let what = match to.value.masked {
        true => format!("has bits set beyond its mask: the block is {net}"),
        false => "has no mask".to_owned(),
    };
    let message = format!(
        "the destination {} of {} {what}; the API refuses it, or takes it for another block than was meant",
        to.value.text, route.thing.address
    );
    let help = match to.value.masked {
        true => format!("write {} = \"{net}\"", route.destination_name()),
        false => {
            format!("write {} = \"{net}\" for this one address, or the mask that was meant", route.destination_name())
        }
    };
    say.say(say.finding(Severity::Warning, &route.thing, message).value(to, route.destination_name()).help(help));
}
