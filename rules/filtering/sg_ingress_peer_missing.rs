//! Two VPCs are connected and routed, and the security groups of one let nobody of the other in (semantics 10.1, 10.2).
//!
//! That a group keeps others out is its purpose, so something in the files must show that they are meant to come in:
//! the other side lets this one in, or is let out to it, or a group lets in a block that nobody has.

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::facts;
use crate::network::{Arg, GroupId, GroupRule, Network, Remote, Routed, SecurityGroup, Thing, VpcId, overlap};
use crate::reach::{End, Reach, Verdict};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "sg-ingress-peer-missing",
    category: "filtering",
    severity: Severity::Warning,
    page: include_str!("sg_ingress_peer_missing.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    if network.groups.is_empty() {
        return;
    }
    let reach = Reach::new(network);
    for ((a, b), ids) in network.peered() {
        if !network.vpcs_differ(a, b) {
            continue;
        }
        let by: Vec<&Thing> = ids.iter().map(|&id| &network.peering(id).thing).collect();
        let routed = || {
            ids.iter().any(|&id| {
                let peering = network.peering(id);
                matches!(network.routed(peering, &network.ways(peering)), Routed::Both)
            })
        };
        both(network, say, (a, b), &by, routed);
    }
    // Of many VPCs on a router nobody says which of them are to talk; of two it is clear.
    for circle in network.connected() {
        let [a, b] = circle.members.as_slice() else { continue };
        if a.through.is_empty() || !network.vpcs_differ(a.vpc, b.vpc) {
            continue;
        }
        let routed = || reach.ask(End::Vpc(a.vpc), End::Vpc(b.vpc), None).verdict == Verdict::Reachable;
        both(network, say, (a.vpc, b.vpc), &circle.things((a.vpc, b.vpc)), routed);
    }
}

fn both(network: &Network, say: &mut Say<'_>, (a, b): (VpcId, VpcId), by: &[&Thing], routed: impl Fn() -> bool) {
    let mut answer = None;
    for (from, to) in [(a, b), (b, a)] {
        if let Some(missing) = judge(network, say, from, to)
            && *answer.get_or_insert_with(&routed)
        {
            report(network, say, from, to, by, &missing);
        }
    }
}

/// What the groups of a VPC lack.
struct Missing {
    groups: Vec<GroupId>,
    /// Rules that let in other addresses.
    rules: Vec<usize>,
    sign: Sign,
    /// Rules over there that let this VPC through.
    there: Vec<usize>,
}

/// A rule that shows that the other VPC is meant to come in.
#[derive(Clone, Copy)]
struct Sign {
    at: usize,
    of: Side,
    /// There is hardly another reason for it.
    is_plain: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Over there it lets this VPC in, or lets packets out to it.
    There,
    /// Here it lets in a block that nobody has.
    Nobody,
}

fn judge(network: &Network, say: &mut Say<'_>, from: VpcId, to: VpcId) -> Option<Missing> {
    let certain = |vpc: VpcId| network.vpc(vpc).thing().is_some_and(|thing| thing.certain);
    if !certain(from) || !certain(to) {
        return None;
    }
    let of = |vpc: VpcId| {
        let groups = network.groups.iter().enumerate();
        groups.filter(move |(_, group)| group.vpc.value() == Some(&vpc)).map(|(at, _)| GroupId(at))
    };
    let here: Vec<GroupId> = of(to).collect();
    let used: Vec<GroupId> = here.iter().copied().filter(|&id| is_used(network, id)).collect();
    let groups = if used.is_empty() { here } else { used };
    let first = network.group(*groups.first()?);
    if of(from).all(|id| network.group(id).rules.is_empty()) {
        return None;
    }
    let mut rules = Vec::new();
    let blocks: Vec<Ipv4Net> = network.vpc(from).known_blocks().map(|(block, _)| block).collect();
    let mut unknown = unknown(network, from, &groups);
    for &id in &groups {
        for &at in &network.group(id).rules {
            let rule = &network.group_rules[at];
            if rule.ingress.value() == Some(&false) || rule.line.accepts.value() == Some(&false) {
                continue;
            }
            match admits(network, rule, from, &blocks) {
                Ok(true) if rule.line.doubt.is_none() => return None,
                Ok(true) => unknown = unknown.or_else(|| rule.line.doubt.clone()),
                Ok(false) => rules.push(at),
                Err(cause) => unknown = unknown.or(Some(cause)),
            }
        }
    }
    if let Some(cause) = unknown {
        say.undecided(&first.thing, &cause, None);
        return None;
    }
    if rules.is_empty() {
        return None;
    }
    let (sign, there) = sign(network, &of(from).collect::<Vec<_>>(), (from, to), &rules)?;
    Some(Missing { groups, rules, sign, there })
}

/// Why there may be a rule that lets the other VPC in.
fn unknown(network: &Network, from: VpcId, groups: &[GroupId]) -> Option<Cause> {
    let gap = network.gap(&["alicloud_security_group", "alicloud_security_group_rule"]).map(|gap| gap.cause.clone());
    let vpc = || network.groups.iter().find_map(|group| group.vpc.cause().cloned());
    let empty = || {
        let group = groups.iter().map(|&id| network.group(id)).find(|group| group.rules.is_empty())?;
        Some(Cause::Elsewhere(format!("the rules of {}", group.thing.address).into()))
    };
    let unsure = || {
        let group = groups.iter().map(|&id| network.group(id)).find(|group| !group.thing.certain)?;
        Some(Cause::Instances(group.thing.name().into()))
    };
    gap.or_else(|| network.stray_rule())
        .or_else(vpc)
        .or_else(empty)
        .or_else(unsure)
        .or_else(|| network.vpc(from).blocks_complete().err())
}

fn is_used(network: &Network, id: GroupId) -> bool {
    let own = network.group(id).link();
    network.enrolments.iter().any(|one| one.groups.named.iter().any(|link| link.value() == Some(&own)))
}

/// Whether a rule lets anybody of a VPC in.
fn admits(network: &Network, rule: &GroupRule, from: VpcId, blocks: &[Ipv4Net]) -> Result<bool, Cause> {
    // A rule for nobody is refused, and says so itself: whom it was to let in stays open.
    let mut unknown = rule.line.remotes.is_empty().then_some(Cause::Failed);
    for remote in &rule.line.remotes {
        match remote {
            Remote::Block(Arg::Unknown(cause, _)) | Remote::List(_, _, Some(cause)) => unknown = Some(cause.clone()),
            Remote::Group(link) => match link {
                Arg::Known(link) => match network.group_of(&link.value) {
                    Some(other) => match &network.group(other).vpc {
                        Arg::Known(vpc) if vpc.value == from => return Ok(true),
                        Arg::Known(_) | Arg::Absent => {}
                        Arg::Unknown(cause, _) => unknown = Some(cause.clone()),
                    },
                    None => unknown = Some(link.value.why_unknown()),
                },
                link => unknown = link.cause().cloned(),
            },
            Remote::Block(Arg::Known(cidr)) if cidr.value.net.is_none() => unknown = Some(Cause::Failed),
            _ => {}
        }
        if remote.blocks().any(|net| blocks.iter().any(|block| overlap(&net, block))) {
            return Ok(true);
        }
        if let Remote::List(_, list, _) = remote {
            unknown = unknown.or_else(|| list.iter().find_map(|cidr| cidr.cause().cloned()));
        }
    }
    unknown.map_or(Ok(false), Err)
}

/// Something that shows that packets from there are meant to come in.
fn sign(
    network: &Network,
    there: &[GroupId],
    (from, to): (VpcId, VpcId),
    rules: &[usize],
) -> Option<(Sign, Vec<usize>)> {
    let own: Vec<Ipv4Net> = network.vpc(to).known_blocks().map(|(block, _)| block).collect();
    // A block around everything names nobody.
    let names =
        |net: &Ipv4Net| own.iter().any(|block| overlap(block, net) && net.prefix_len() + 4 >= block.prefix_len());
    let mirrored = there.iter().flat_map(|&id| &network.group(id).rules).copied().filter(|&at| {
        let rule = &network.group_rules[at];
        rule.line.accepts.value() == Some(&true)
            && rule.line.doubt.is_none()
            && rule.line.remotes.iter().flat_map(|remote| remote.blocks()).any(|net| names(&net))
    });
    let mirrored: Vec<usize> = mirrored.collect();
    let there = mirrored.iter().map(|&at| Sign { at, of: Side::There, is_plain: is_mutual(network, at, rules) });
    if let Some(plain) = there.clone().find(|sign| sign.is_plain) {
        return Some((plain, mirrored));
    }
    let nobodys = |net: &Ipv4Net| {
        facts::is_private(net)
            && network.vpcs.iter().all(|vpc| {
                let apart = |(block, _): (Ipv4Net, _)| !overlap(&block, net);
                vpc.blocks_complete().is_ok() && vpc.known_blocks().all(apart)
            })
            && network.customer_blocks.is_empty()
            && network.vpc(to).is_managed()
    };
    // A block of the other VPC's size is that VPC's block with a slip of the pen; others may be networks elsewhere.
    let alike =
        |net: &Ipv4Net| network.vpc(from).known_blocks().any(|(block, _)| block.prefix_len() == net.prefix_len());
    let nobody = rules.iter().copied().filter_map(|at| {
        let mut blocks = network.group_rules[at].line.remotes.iter().flat_map(|remote| remote.blocks());
        let net = blocks.find(|net| nobodys(net))?;
        Some(Sign { at, of: Side::Nobody, is_plain: alike(&net) })
    });
    let nobody: Vec<Sign> = nobody.collect();
    let plain = nobody.iter().find(|sign| sign.is_plain).copied();
    let sign = plain.or_else(|| there.clone().next()).or_else(|| nobody.first().copied());
    sign.map(|sign| (sign, mirrored.clone()))
}

/// Whether a rule over there is one for both ways. A port that is open to this VPC makes it a client, which need not be
/// asked itself, unless it has a rule of its own for that port.
fn is_mutual(network: &Network, at: usize, rules: &[usize]) -> bool {
    let line = |at: usize| &network.group_rules[at].line;
    let Some(protocol) = line(at).protocol.value() else { return false };
    let twin = |&other: &usize| {
        line(other).protocol.value() == Some(protocol)
            && line(other).ports.value().is_some_and(|ports| line(at).ports.value() == Some(ports))
    };
    network.group_rules[at].ingress.value() == Some(&false) || !protocol.has_ports() || rules.iter().any(twin)
}

fn report(network: &Network, say: &mut Say<'_>, from: VpcId, to: VpcId, by: &[&Thing], missing: &Missing) {
    let groups: Vec<&SecurityGroup> = missing.groups.iter().map(|&id| network.group(id)).collect();
    let Some(first) = groups.first() else { return };
    let (client, server) = (network.vpc(from), network.vpc(to));
    let blocks: Vec<String> = client.known_blocks().map(|(block, _)| block.to_string()).collect();
    let (block, through) = (blocks.join(", "), by.first().map(|thing| thing.name()).unwrap_or_default());
    let many = match groups.len() {
        1 => first.thing.name(),
        2 => format!("{} and {}", first.thing.address, groups[1].thing.address),
        more => format!("{} and {} other groups", first.thing.address, more - 1),
    };
    let verb = if groups.len() == 1 { "lets" } else { "let" };
    let message = format!(
        "{many} of {} {verb} nothing of {} ({block}) in, although {through} connects the two and both have routes: the packets \
         arrive and are dropped",
        server.name(),
        client.name()
    );
    let severity = if missing.sign.is_plain { Severity::Warning } else { Severity::Note };
    let mut finding = say
        .finding(severity, &first.thing, message)
        .help(format!(
            "add an alicloud_security_group_rule of type \"ingress\" to {} with cidr_ip = \"{}\", and the port that is asked for",
            first.thing.address,
            blocks.first().cloned().unwrap_or_default()
        ))
        .key(client.name())
        .cause(super::way_key(network, from, to));
    let nobodys = network.group_rules.iter().filter(|rule| rule.line.remotes.is_empty());
    let own = nobodys.filter(|rule| rule.group.is_some_and(|group| missing.groups.contains(&group)));
    finding.causes.extend(own.map(|rule| rule.line.thing.name()));
    let about = |at: usize| &network.group_rules[at].line.thing;
    let (at, rule) = (missing.sign.at, &network.group_rules[missing.sign.at]);
    finding = match (missing.sign.of, rule.cidr.known()) {
        (Side::There, _) => finding.with(about(at), format!("lets packets of {} through over there", server.name())),
        (Side::Nobody, Some(cidr)) => finding.with_value(about(at), cidr, "no VPC here has these addresses"),
        (Side::Nobody, None) => finding.with(about(at), "no VPC here has these addresses"),
    };
    for &other in missing.there.iter().filter(|&&other| other != at) {
        finding = finding.with(about(other), format!("lets packets of {} through as well", server.name()));
    }
    for vpc in [server, client].into_iter().filter_map(|vpc| vpc.thing()) {
        finding = finding
            .with(vpc, if vpc.address.to_string() == client.name() { "is not let in" } else { "the VPC of the group" });
    }
    for thing in by {
        finding = finding.with(thing, "connects them");
    }
    for group in &groups[1..] {
        finding = finding.with(&group.thing, "lets nothing of it in either");
    }
    for &at in missing.rules.iter().take(8) {
        if missing.sign.at != at {
            finding = finding.with(about(at), "lets in others only");
        }
    }
    say.say(finding);
}
