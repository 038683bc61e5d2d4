//! Requests have to get from the load balancer's VPC to its servers (semantics 7.1, 7.2).

use super::remote::remotes;
use crate::diagnostic::Severity;
use crate::network::{Network, Stand};
use crate::reach::{Delivery, End, Reach};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "alb-remote-unreachable",
    category: "load-balancing",
    severity: Severity::Error,
    page: include_str!("alb_remote_unreachable.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let remotes = remotes(network);
    if remotes.is_empty() {
        return;
    }
    let reach = Reach::new(network);
    let joints = network.joints();
    let stray = network.stray_vswitch();
    for remote in &remotes {
        let mut because = None;
        for (group, server) in &remote.servers {
            let to = match server.stand {
                Stand::In(_, Some(vswitch)) => End::VSwitch(vswitch),
                _ => End::Vpc(remote.far),
            };
            // A vSwitch that may lie anywhere may be the server's.
            if let (End::Vpc(_), Some(cause)) = (to, &stray) {
                say.undecided(&group.thing, cause, None);
                continue;
            }
            let answer = reach.from_system_table(remote.own, to);
            match answer.delivery {
                Delivery::Delivered => {}
                Delivery::Dropped if answer.pairs.iter().all(|pair| pair.delivery == Delivery::Dropped) => {
                    because.get_or_insert((*server, answer));
                }
                _ => {
                    if let Some(cause) = answer.causes.first() {
                        say.undecided(&group.thing, cause, None);
                    }
                }
            }
        }
        let (Some((server, answer)), Some(group)) = (because, remote.groups().first().copied()) else { continue };
        let (own, far) = (network.vpc(remote.own).name(), network.vpc(remote.far).name());
        let message = format!(
            "{} sends to {} in {far}, but requests do not get there from {own}: {}",
            group.thing.address,
            server.shown(),
            answer.because
        );
        let finding = say.finding(Severity::Error, &group.thing, message).at(server.header);
        let mut finding = remote.with_all(finding, network);
        if let Some(thing) = server.host.as_ref().and_then(|host| network.thing(host)) {
            finding = finding.with(thing, "the server");
        }
        finding.causes = remote.causes(network, &joints);
        finding.key = far.clone();
        say.say(finding.help(format!(
            "attach {own} and {far} to transit routers of one CEN that learn both, and add a route for {far} to the system \
             table of {own}, with nexthop_type = \"Attachment\""
        )));
    }
}
