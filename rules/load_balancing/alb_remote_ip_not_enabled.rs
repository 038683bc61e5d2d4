//! A server of another VPC has to be marked as remote (semantics 7.1).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Server, ServerGroup, Stand};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "alb-remote-ip-not-enabled",
    category: "load-balancing",
    severity: Severity::Error,
    page: include_str!("alb_remote_ip_not_enabled.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for group in network.balancers.groups.iter().filter(|group| group.thing.certain && group.is_alb()) {
        if let Some(cause) = &group.unknown {
            say.undecided(&group.thing, cause, None);
        }
        let mut unmarked: Vec<&Server> = Vec::new();
        for server in group.servers.iter().filter(|server| server.is_ip() && !server.is_refused()) {
            match (&server.stand, server.remote.cause()) {
                _ if server.remote.value() == Some(&true) => {}
                (Stand::Own, _) => {}
                (Stand::Unknown(cause), _) | (_, Some(cause)) => say.undecided(&group.thing, cause, None),
                (Stand::In(..) | Stand::Outside, None) => unmarked.push(server),
            }
        }
        // Servers of one group have one defect.
        if let Some(first) = unmarked.first() {
            report(network, say, group, first, &unmarked);
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, group: &ServerGroup, first: &Server, unmarked: &[&Server]) {
    let own = group.vpc.value().map(|&vpc| network.vpc(vpc));
    let name = own.map_or_else(|| "its VPC".into(), |vpc| vpc.name());
    let home = |server: &Server| match server.stand {
        Stand::In(vpc, _) => Some(network.vpc(vpc)),
        _ => None,
    };
    let whose = home(first).map_or_else(String::new, |vpc| format!(" of {}", vpc.name()));
    let rest = match unmarked.len() {
        1 => String::new(),
        n => format!(", as do {} more", n - 1),
    };
    let message = format!(
        "the server {}{whose} lies outside {name}, the VPC of {}{rest}, and `remote_ip_enabled` is not true: the API refuses \
         it",
        first.shown(),
        group.thing.address
    );
    let mut finding = say.finding(Severity::Error, &group.thing, message);
    finding = match &first.remote {
        Arg::Known(remote) => finding.value(remote, "remote_ip_enabled"),
        _ => finding.at(first.header),
    };
    if let Some(thing) = own.and_then(|vpc| vpc.thing()) {
        finding = finding.with(thing, "the VPC of the server group");
    }
    let mut named = std::collections::BTreeSet::new();
    for server in unmarked {
        if let Some(address) = server.address.known() {
            finding = finding.with_value(&group.thing, address, "the address of a server");
        }
        let host = server.host.as_ref().and_then(|host| network.thing(host));
        for (thing, what) in host
            .map(|thing| (thing, "the server"))
            .into_iter()
            .chain(home(server).and_then(|vpc| vpc.thing()).map(|thing| (thing, "the VPC of the server")))
        {
            if named.insert(thing.name()) {
                finding = finding.with(thing, what);
            }
        }
    }
    say.say(finding.help("set remote_ip_enabled = true for each server of another VPC"));
}
