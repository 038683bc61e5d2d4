//! Nodes of clusters in one mesh let in one another's pods (semantics 8.4, 8.5).

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::{meshes, with_vpc};
use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Arg, ClusterId, Link, Mesh, Network, Plugin, Remote, Thing, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ack-peer-pod-sg",
    category: "kubernetes",
    severity: Severity::Warning,
    page: include_str!("ack_peer_pod_sg.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for id in network.clusters.ids() {
        let cluster = network.clusters.get(id);
        let Some(home) = network.vpc_of_cluster_here(id).filter(|_| cluster.thing.certain) else { continue };
        let mut said = BTreeSet::new();
        for (mesh, others) in meshes(network, id) {
            for other in others {
                let there = network.vpc_of_cluster_here(other);
                if !there.is_some_and(|there| network.surely_other(there, home)) || !said.insert(other) {
                    continue;
                }
                match admits(network, id, other) {
                    Ok(None) => {}
                    Ok(Some(blocks)) => report(network, say, mesh, id, other, &blocks),
                    Err(cause) => say.undecided(&cluster.thing, &cause, None),
                }
            }
        }
    }
}

/// The addresses of another cluster's pods, when no rule of a cluster's groups lets any of them in.
fn admits(network: &Network, id: ClusterId, other: ClusterId) -> Result<Option<Vec<Ipv4Net>>, Cause> {
    let blocks = pods_of(network, other)?;
    if let Some(gap) = network.gap(&["alicloud_security_group_rule"]) {
        return Err(gap.cause.clone());
    }
    let groups = groups(network, id)?;
    for rule in &network.group_rules {
        let Some(named) = rule.link.value() else {
            match rule.link.cause() {
                Some(cause) => return Err(cause.clone()),
                None => continue,
            }
        };
        let is_own = groups.contains(named) || is_own_group(network, id, named);
        let open = rule.group.is_none() && named.may_be_any();
        if !is_own && !open {
            continue;
        }
        if rule.ingress.value() == Some(&false) || rule.line.accepts.value() == Some(&false) {
            continue;
        }
        if rule.line.remotes.iter().flat_map(Remote::blocks).any(|net| blocks.iter().any(|block| overlap(block, &net)))
        {
            let unsure = (!is_own).then(|| Cause::Instances(rule.line.thing.name().into()));
            return unsure.or_else(|| rule.line.doubt.clone()).map_or(Ok(None), Err);
        }
        if let Some(cause) = rule.line.remotes.iter().find_map(Remote::cause) {
            return Err(cause.clone());
        }
    }
    Ok(Some(blocks))
}

/// From where the pods of a cluster send.
fn pods_of(network: &Network, id: ClusterId) -> Result<Vec<Ipv4Net>, Cause> {
    let cluster = network.clusters.get(id);
    match &cluster.plugin {
        Plugin::Unknown(cause) => Err(cause.clone()),
        Plugin::Flannel(_) => {
            let unknown = || Cause::Unsupported(format!("the pod block of {}", cluster.thing.address).into());
            let cause = || cluster.pod_cidr.cause().cloned().unwrap_or_else(unknown);
            cluster.pods().map(|net| vec![net]).ok_or_else(cause)
        }
        Plugin::Terway(_) => {
            let vswitches = cluster.pod_vswitches.value().unwrap_or(&cluster.vswitches);
            let blocks = vswitches.iter().map(|link| {
                let vswitch = network.vswitch_of(link.value()?)?;
                network.vswitch(vswitch).cidr.value()?.v4()
            });
            let unknown = || Cause::Unsupported(format!("the vSwitches of {}", cluster.thing.address).into());
            let blocks: Vec<Ipv4Net> = blocks.collect::<Option<_>>().ok_or_else(unknown)?;
            if blocks.is_empty() { Err(unknown()) } else { Ok(blocks) }
        }
    }
}

/// The security groups of a cluster's nodes; none of the files where the cluster makes one for itself.
fn groups(network: &Network, id: ClusterId) -> Result<Vec<Link>, Cause> {
    let cluster = network.clusters.get(id);
    let pools = network.clusters.pools_of(id).flat_map(|pool| &pool.groups);
    let mut found = Vec::new();
    for group in std::iter::once(&cluster.group).chain(pools) {
        match group {
            Arg::Absent => {}
            Arg::Unknown(cause, _) => return Err(cause.clone()),
            // Who keeps a group elsewhere keeps its rules there.
            Arg::Known(link) => {
                match link.value.managed("alicloud_security_group", &["id"]) {
                    Some(_) => found.push(link.value.clone()),
                    None if is_own_group(network, id, &link.value) => {}
                    None => return Err(link.value.why_unknown()),
                };
            }
        }
    }
    Ok(found)
}

/// The group that a cluster has made for itself, named by the cluster's attribute.
fn is_own_group(network: &Network, id: ClusterId, link: &Link) -> bool {
    let own = &network.clusters.get(id).thing.address;
    matches!(link, Link::Of { address, attribute } if address == own && &**attribute == "security_group_id")
}

fn report(network: &Network, say: &mut Say<'_>, mesh: &Mesh, id: ClusterId, other: ClusterId, blocks: &[Ipv4Net]) {
    let (here, there) = (network.clusters.get(id), network.clusters.get(other));
    let group: Option<&Thing> =
        here.group.value().and_then(|link| network.thing(link.managed("alicloud_security_group", &["id"])?));
    let name = group
        .map_or_else(|| format!("{}.security_group_id", here.thing.address), |group| format!("{}.id", group.address));
    let list = blocks.iter().map(Ipv4Net::to_string).collect::<Vec<_>>().join(" and ");
    let message = format!(
        "{} joins {} and {}, but no rule of the security group of {} lets in the pods of {} ({list}): calls between the \
         clusters time out",
        mesh.thing.address, here.thing.address, there.thing.address, here.thing.address, there.thing.address
    );
    let mut finding = say.finding(Severity::Warning, group.unwrap_or(&here.thing), message).key(there.thing.name());
    finding = finding.with(&here.thing, "the cluster that is called").with(&there.thing, "the cluster that calls");
    finding = finding.with(&mesh.thing, "the mesh of both");
    // A rule that was meant to let somebody in and does not say whom.
    let nobodys = network.group_rules.iter().filter(|rule| rule.line.remotes.is_empty());
    let own = nobodys.filter(|rule| rule.link.value().is_some_and(|link| here.group.value() == Some(link)));
    finding.causes = own.map(|rule| rule.line.thing.name()).chain(finding.address.clone()).collect();
    // Where the addresses of the pods are wrong, they change, and what lets them in with them.
    finding = finding.cause(there.thing.name());
    if let Some(cidr) = there.pod_cidr.known().filter(|_| there.is_flannel()) {
        finding = finding.with_value(&there.thing, cidr, "the pods are here");
    }
    for cluster in [here, there] {
        if let Some(&vpc) = cluster.vpc.value() {
            finding = with_vpc(finding, network, vpc, "the VPC of one of them");
        }
    }
    say.say(finding.help(format!(
        "add an alicloud_security_group_rule with security_group_id = {name}, type = \"ingress\", ip_protocol = \"all\", \
         port_range = \"-1/-1\" and cidr_ip = \"{}\"",
        blocks.first().map(Ipv4Net::to_string).unwrap_or_default()
    )));
}
