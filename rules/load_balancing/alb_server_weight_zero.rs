//! A server without a weight has the weight 0 (semantics 7.4).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Server, ServerGroup};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "alb-server-weight-zero",
    category: "load-balancing",
    severity: Severity::Warning,
    page: include_str!("alb_server_weight_zero.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for group in network.balancers.groups.iter().filter(|group| group.thing.certain && group.is_alb()) {
        if let Some(cause) = &group.unknown {
            say.undecided(&group.thing, cause, None);
        }
        for server in &group.servers {
            if let Some(cause) = server.weight.cause().or(server.kind.cause()) {
                say.undecided(&group.thing, cause, None);
            }
        }
        // Functions have no weight.
        let weighted = |server: &&Server| {
            server.kind.cause().is_none() && server.kind.value().is_none_or(|kind| !kind.eq_ignore_ascii_case("fc"))
        };
        let servers: Vec<&Server> = group.servers.iter().filter(weighted).collect();
        let idle = |server: &Server| server.weight.value() == Some(&0);
        // A zero that is written drains a server on purpose, as long as there is another one.
        let all = servers.len() == group.servers.len()
            && servers.iter().all(|server| server.weight.is_absent() || idle(server));
        let without: Vec<&&Server> =
            servers.iter().filter(|server| server.weight.is_absent() || all && idle(server)).collect();
        if let Some(first) = without.first() {
            report(say, group, first, &without);
        }
    }
}

fn report(say: &mut Say<'_>, group: &ServerGroup, first: &Server, without: &[&&Server]) {
    let what = match &first.weight {
        Arg::Known(_) => "has the weight 0",
        _ => "has no `weight`, which stands for 0",
    };
    let (subject, rest) = match without.len() {
        1 => (format!("the server {}", first.shown()), String::new()),
        n => (format!("the server {}", first.shown()), format!(", as is the case with {} more", n - 1)),
    };
    let message = format!("{subject} of {} {what}{rest}: the load balancer sends nothing there", group.thing.address);
    let mut finding = say.finding(Severity::Warning, &group.thing, message);
    finding = match first.weight.known() {
        Some(weight) => finding.value(weight, "weight"),
        None => finding.at(first.header),
    };
    for server in without.iter().skip(1) {
        finding = finding.related("this one too", Some(group.thing.name()), Some(server.header));
    }
    say.say(finding.help("write a `weight` from 1 to 100 for each server, such as weight = 100"));
}
