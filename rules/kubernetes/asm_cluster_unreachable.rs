//! A mesh takes in only clusters that its own VPC reaches (semantics 8.5).

use super::{is_dropped, with_vpc};
use crate::diagnostic::{Finding, Severity};
use crate::eval::Cause;
use crate::network::{Arg, Joint, Link, Mesh, Network, Thing, Traced, VpcId};
use crate::reach::{End, Reach};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "asm-cluster-unreachable",
    category: "kubernetes",
    severity: Severity::Error,
    page: include_str!("asm_cluster_unreachable.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let mut reach = None;
    for mesh in network.clusters.meshes.iter().filter(|mesh| mesh.thing.certain) {
        let here = match &mesh.vpc {
            Arg::Known(vpc) if network.vpc(vpc.value).is_managed() => vpc.value,
            vpc => {
                if let Some(cause) = vpc.cause() {
                    say.undecided(&mesh.thing, cause, None);
                }
                continue;
            }
        };
        for link in &mesh.clusters {
            let link = match link {
                Arg::Known(link) => link,
                other => {
                    if let Some(cause) = other.cause() {
                        say.undecided(&mesh.thing, cause, None);
                    }
                    continue;
                }
            };
            let there = network.clusters.named(&link.value).filter(|&id| network.clusters.get(id).thing.certain);
            let Some(there) = there.and_then(|id| network.vpc_of_cluster_here(id)).filter(|&there| there != here)
            else {
                continue;
            };
            if let Some(cause) = elsewhere(network, [here, there]) {
                say.undecided(&mesh.thing, &cause, None);
                continue;
            }
            let reach = reach.get_or_insert_with(|| Reach::new(network));
            let answer = reach.ask(End::Vpc(here), End::Vpc(there), None);
            if is_dropped(&answer.forward) {
                report(network, say, mesh, link, (here, there), &answer.forward.because);
            } else if is_dropped(&answer.back) {
                report(network, say, mesh, link, (here, there), &answer.back.because);
            } else if let Some(cause) = answer.forward.causes.first().or(answer.back.causes.first()) {
                say.undecided(&mesh.thing, cause, None);
            }
        }
    }
}

/// Why the way of a VPC may be written elsewhere: it is attached to a router that is not in the files, or a vSwitch may
/// be its.
fn elsewhere(network: &Network, vpcs: [VpcId; 2]) -> Option<Cause> {
    let own = network.attachments.iter().filter(|attachment| attachment.vpc().is_some_and(|vpc| vpcs.contains(&vpc)));
    own.filter_map(|attachment| network.managed_router(&attachment.router).err())
        .next()
        .or_else(|| network.stray_vswitch())
}

fn report(
    network: &Network,
    say: &mut Say<'_>,
    mesh: &Mesh,
    link: &Traced<Link>,
    (here, there): (VpcId, VpcId),
    because: &str,
) {
    let (near, far) = (network.vpc(here).name(), network.vpc(there).name());
    let cluster = network.clusters.named(&link.value).map(|id| &network.clusters.get(id).thing);
    let Some(cluster) = cluster else { return };
    let message = format!(
        "{} takes in {}, but {near} and {far} do not reach each other ({because}): the mesh cannot add the cluster",
        mesh.thing.address, cluster.address
    );
    let mut finding = say
        .finding(Severity::Error, &mesh.thing, message)
        .value(link, "cluster_ids")
        .key(cluster.name())
        .with(cluster, "the cluster that cannot be added")
        .help(format!(
            "attach {near} and {far} to transit routers of one CEN, with routes both ways; between two regions the routers \
             need an alicloud_cen_transit_router_peer_attachment with a bandwidth"
        ))
        .cause(network.pair_key((here, there)));
    finding = with_vpc(finding, network, here, "the VPC of the mesh");
    finding = with_vpc(finding, network, there, "the VPC of the cluster");
    // Whatever another rule says of what joins the two is the reason.
    let mut routers = Vec::new();
    for attachment in &network.attachments {
        if attachment.vpc().is_some_and(|vpc| vpc == here || vpc == there)
            && let Some(thing) = attachment.thing()
        {
            routers.extend(attachment.router.value());
            finding = with_causes(finding, thing);
        }
    }
    for attachment in &network.attachments {
        let ends = attachment.peer().map(|peer| (attachment.router.value(), peer.peer.value()));
        if let (Some((Some(a), Some(b))), Some(thing)) = (ends, attachment.thing())
            && (routers.contains(a) || routers.contains(b))
        {
            finding = with_causes(finding, thing);
        }
    }
    for router in routers.iter().filter_map(|&router| network.router(router).node.thing()) {
        finding = finding.cause(format!("router:{}", router.address));
    }
    for joint in network.joints().between(here, there) {
        if let Joint::Peering(id) = joint {
            let key = format!("peering:{}", network.peering(id).thing.address);
            finding = finding.cause(format!("{key}:vpc_id")).cause(format!("{key}:accepting_vpc_id")).cause(key);
        }
    }
    say.say(finding);
}

/// The keys by which rules speak of an attachment.
fn with_causes(finding: Finding, attachment: &Thing) -> Finding {
    let address = &attachment.address;
    let keys = ["attachment", "association", "propagation"];
    keys.into_iter().fold(finding, |finding, key| finding.cause(format!("{key}:{address}")))
}
