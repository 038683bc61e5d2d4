//! Servers of another VPC let their load balancer in by its back-to-origin addresses, not by its VPC's (semantics 7.2, 7.3).
//!
//! Newer load balancers ask from their vSwitches, so only who routes back-to-origin blocks is asked for a rule about them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::origin::{router_entries, vpc_routes};
use super::remote::{Remote, remotes};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::facts;
use crate::network::{
    GroupId, Groups, Link, Network, Placement, Ports, Protocol, Ruling, SecurityGroup, Server, VpcId, parcels, ruling,
};
use crate::rule::{Rule, Say};
use crate::source::Address;

pub const RULE: Rule = Rule {
    id: "alb-sg-100-64",
    category: "load-balancing",
    severity: Severity::Warning,
    page: include_str!("alb_sg_100_64.md"),
    absorbs: &[],
    check,
};

/// What puts a server behind a group, or lets somebody into one.
const KINDS: [&str; 4] =
    ["alicloud_security_group", "alicloud_security_group_rule", "alicloud_instance", "alicloud_ecs_network_interface"];

fn check(network: &Network, say: &mut Say<'_>) {
    let remotes = remotes(network);
    if remotes.is_empty() || network.groups.is_empty() {
        return;
    }
    let joints = network.joints();
    let hosts = Hosts::new(network);
    let gap = network.gap(&KINDS).map(|gap| gap.cause.clone()).or_else(|| network.stray_rule());
    for remote in &remotes {
        let Some(&(near, far, over)) = remote.joints(&joints).first() else { continue };
        let mut blocks = router_entries(network, near, over.unwrap_or(far)).blocks;
        blocks.extend(vpc_routes(network, remote, far).blocks);
        if blocks.is_empty() {
            continue;
        }
        // Servers with the same groups lack the same rule.
        let mut shut: BTreeMap<Vec<GroupId>, (Vec<&Server>, BTreeSet<Ipv4Net>)> = BTreeMap::new();
        for &(group, server) in &remote.servers {
            let judged = match &gap {
                Some(cause) => Err(cause.clone()),
                None => hosts.groups_of(network, remote.far, server),
            };
            let judged = judged.and_then(|sets| {
                let mut lacking = BTreeSet::new();
                for set in &sets {
                    let shut = kept_out(network, set, &blocks)?;
                    // Nobody says in which of several it is: one that lets the load balancer in is enough.
                    if shut.is_empty() {
                        return Ok(None);
                    }
                    lacking.extend(shut);
                }
                Ok(sets.into_iter().flatten().collect::<BTreeSet<_>>()).map(|groups| Some((groups, lacking)))
            });
            match judged {
                Ok(Some((groups, lacking))) if !groups.is_empty() => {
                    let (servers, all) = shut.entry(groups.into_iter().collect()).or_default();
                    servers.push(server);
                    all.extend(lacking);
                }
                Ok(_) => {}
                Err(cause) => say.undecided(&group.thing, &cause, None),
            }
        }
        for (groups, (servers, lacking)) in shut {
            let groups: Vec<&SecurityGroup> = groups.into_iter().map(|id| network.group(id)).collect();
            report(network, say, remote, &groups, &servers, &lacking);
        }
    }
}

/// Who has which address in which VPC.
struct Hosts<'n> {
    by_name: HashMap<&'n Address, &'n Placement>,
    by_ip: HashMap<(VpcId, Ipv4Addr), &'n Placement>,
    /// Those behind security groups.
    of: HashMap<VpcId, Vec<&'n Placement>>,
    /// Why something with an unknown address may be any server.
    open: Option<Cause>,
}

impl<'n> Hosts<'n> {
    fn new(network: &'n Network) -> Self {
        let mut hosts = Hosts { by_name: HashMap::new(), by_ip: HashMap::new(), of: HashMap::new(), open: None };
        for placement in network.placements.iter().filter(|placement| placement.groups.is_some()) {
            hosts.by_name.insert(&placement.thing.address, placement);
            for link in &placement.vswitches {
                let vswitch = link.value().and_then(|link| network.vswitch_of(link));
                let vpc = vswitch.map(|id| &network.vswitch(id).vpc);
                let Some(&vpc) = vpc.and_then(|vpc| vpc.value()) else {
                    let cause = link.cause().or(vpc.and_then(|vpc| vpc.cause())).cloned();
                    let cause = cause.or_else(|| link.value().map(Link::why_unknown));
                    hosts.open = hosts.open.or(cause);
                    continue;
                };
                hosts.of.entry(vpc).or_default().push(placement);
                for given in &placement.addresses {
                    match given.address.value() {
                        Some(&ip) => drop(hosts.by_ip.insert((vpc, ip), placement)),
                        None => hosts.open = hosts.open.or(given.address.cause().cloned()),
                    }
                }
            }
        }
        hosts
    }

    /// The groups of a server; several sets where only its VPC is known, and it may be in any.
    fn groups_of(&self, network: &Network, far: VpcId, server: &Server) -> Result<Vec<Vec<GroupId>>, Cause> {
        let nowhere = || Cause::Elsewhere(format!("the security groups of {}", server.shown()).into());
        let host = match (&server.host, server.ip()) {
            (Some(host), _) => Some(*self.by_name.get(&**host).ok_or_else(nowhere)?),
            (None, Some(ip)) => self.by_ip.get(&(far, ip.value)).copied(),
            (None, None) => return Err(nowhere()),
        };
        if let Some(host) = host {
            return known(network, host).map(|groups| vec![groups]);
        }
        if let Some(cause) = &self.open {
            return Err(cause.clone());
        }
        let mut sets = Vec::new();
        for placement in self.of.get(&far).into_iter().flatten() {
            sets.push(known(network, placement)?);
        }
        if sets.is_empty() {
            for (at, group) in network.groups.iter().enumerate() {
                match group.vpc.value() {
                    Some(&vpc) if vpc == far && group.rules.is_empty() => return Err(nowhere()),
                    Some(&vpc) if vpc == far && group.thing.certain => sets.push(vec![GroupId(at)]),
                    Some(&vpc) if vpc == far => return Err(Cause::Instances(group.thing.name().into())),
                    Some(_) => {}
                    None => return Err(group.vpc.cause().cloned().unwrap_or_else(nowhere)),
                }
            }
        }
        sets.sort();
        sets.dedup();
        Ok(sets)
    }
}

/// The groups of a thing, if all of them are in the files.
fn known(network: &Network, placement: &Placement) -> Result<Vec<GroupId>, Cause> {
    let name = || placement.thing.name();
    let Some(groups) = &placement.groups else { return Ok(Vec::new()) };
    let unsure = (!placement.thing.certain).then(|| Cause::Instances(name().into()));
    if let Some(cause) = unsure.or_else(|| groups.more.clone()) {
        return Err(cause);
    }
    let mut found = Vec::new();
    for link in &groups.named {
        let elsewhere = || Cause::Elsewhere(format!("the security groups of {}", name()).into());
        let id = link.value().and_then(|link| network.group_of(link));
        let id = id.ok_or_else(|| link.cause().cloned().unwrap_or_else(elsewhere))?;
        if !network.group(id).thing.certain {
            return Err(Cause::Instances(network.group(id).thing.name().into()));
        }
        found.push(id);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The blocks of which no address gets in on any port. A route may be wider than what the load balancer asks from, so a
/// part of it is enough.
fn kept_out(network: &Network, groups: &[GroupId], blocks: &BTreeSet<Ipv4Net>) -> Result<Vec<Ipv4Net>, Cause> {
    let lines = network.group_lines(groups, true);
    let nobody = Groups::default();
    let default = network.group_default(groups, true, &nobody);
    let mut shut = Vec::new();
    for &block in blocks {
        let too_many = || Cause::Unsupported("so many rules of security groups".into());
        let mut passes = Ok(false);
        for parcel in parcels(&lines, Protocol::Tcp, Ports::ALL, block).ok_or_else(too_many)? {
            match ruling(&lines, &parcel, &nobody, &default) {
                Ruling::Passes(_) => passes = Ok(true),
                Ruling::Unknown(cause) if passes == Ok(false) => passes = Err(cause),
                _ => {}
            }
        }
        if !passes? {
            shut.push(block);
        }
    }
    Ok(shut)
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    remote: &Remote<'_>,
    groups: &[&SecurityGroup],
    servers: &[&Server],
    lacking: &BTreeSet<Ipv4Net>,
) {
    let (Some(first), Some(server), Some(block)) = (groups.first(), servers.first(), lacking.first()) else { return };
    let Some(group) = remote.groups().first().copied() else { return };
    let more = |n: usize, what: &str| if n > 1 { format!(" and {} more {what}", n - 1) } else { String::new() };
    let message = format!(
        "{} sends to {}{} from {block}{}, and no rule of {}{} lets that in: health checks fail, and the load balancer takes the \
         servers for dead",
        group.thing.address,
        server.shown(),
        more(servers.len(), "servers"),
        more(lacking.len(), "back-to-origin blocks"),
        first.thing.address,
        more(groups.len(), "groups"),
    );
    let all = facts::cloud_services().map_or_else(|| block.to_string(), |range| range.cidr.to_string());
    let mut finding = say
        .finding(Severity::Warning, &first.thing, message)
        .help(format!(
            "add an alicloud_security_group_rule with security_group_id = {}.id, type = \"ingress\", ip_protocol = \"tcp\", the \
             port of the servers and cidr_ip = \"{all}\"",
            first.thing.address
        ))
        .key(network.vpc(remote.own).name());
    for group in &groups[1..] {
        finding = finding.with(&group.thing, "does not let it in either");
    }
    for server in servers {
        if let Some(host) = server.host.as_ref().and_then(|host| network.thing(host)) {
            finding = finding.with(host, "a server");
        }
    }
    // A rule that was meant to let somebody in and does not say whom.
    let nobodys = network.group_rules.iter().filter(|rule| rule.line.remotes.is_empty());
    let own = nobodys.filter(|rule| rule.group.is_some_and(|id| network.group(id).thing.name() == first.thing.name()));
    finding.causes = own.map(|rule| rule.line.thing.name()).chain(finding.address.clone()).collect();
    say.say(remote.with_all(finding, network));
}
