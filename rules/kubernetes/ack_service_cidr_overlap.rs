//! Services of a cluster have a block of their own, which nothing else may use that its pods talk to (semantics 8.1).

use super::{Claim, Clash, meshes, neighbours};
use crate::diagnostic::Severity;
use crate::network::{Cidr, Cluster, ClusterId, Network, Traced};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ack-service-cidr-overlap",
    category: "kubernetes",
    severity: Severity::Error,
    page: include_str!("ack_service_cidr_overlap.md"),
    absorbs: &[],
    check,
};

const HELP: &str = "give the cluster a service block that no VPC and no other cluster uses; it cannot be changed later";

fn check(network: &Network, say: &mut Say<'_>) {
    let mut connected = None;
    for id in network.clusters.ids() {
        let cluster = network.clusters.get(id);
        let Some(value) = cluster.service_cidr.known().filter(|_| cluster.thing.certain) else {
            if let Some(cause) = cluster.service_cidr.cause() {
                say.undecided(&cluster.thing, cause, None);
            }
            continue;
        };
        let Some(net) = value.value.v4() else { continue };
        let claim = Claim { id, argument: "service_cidr", noun: "service", value, net };
        let refused = "the cloud refuses the cluster";
        let mut clashes: Vec<Clash<'_>> = Vec::new();
        clashes.extend(pods(cluster).and_then(|pods| {
            claim.clash(network, &cluster.thing, pods, Severity::Error, "the block of its own pods", refused)
        }));
        let mut unknown = cluster.vpc.cause().cloned();
        if let Some(&vpc) = cluster.vpc.value() {
            let connected = connected.get_or_insert_with(|| network.connected());
            let name = network.vpc(vpc).name();
            let whose = format!("{name}, the VPC of the cluster");
            clashes.extend(claim.in_vpc(network, vpc, Severity::Error, &whose, refused));
            for other in network.clusters.in_vpc(vpc).filter(|&other| other != id) {
                let then = format!("both are in {name}, and the cloud refuses the second cluster");
                clashes.extend(with_cluster(network, &claim, other, Severity::Error, true, &then));
            }
            for (there, circle) in neighbours(connected, vpc) {
                let by = || circle.things((vpc, there));
                let whose = format!("{}, which is connected to {name}", network.vpc(there).name());
                let then = "what the cluster's pods send to these addresses may end at its services";
                let mut far = claim.in_vpc(network, there, Severity::Warning, &whose, then);
                for other in network.clusters.in_vpc(there) {
                    far.extend(with_cluster(network, &claim, other, Severity::Warning, false, then));
                }
                clashes.extend(far.into_iter().map(|clash| Clash { by: by(), ..clash }));
            }
            unknown = network.vpc(vpc).blocks_complete().err();
        }
        for (mesh, others) in meshes(network, id) {
            for other in others {
                let then = format!("{} takes in both, and refuses the second", mesh.thing.address);
                let name = &network.clusters.get(other).thing.address;
                if clashes.iter().any(|clash| clash.severity == Severity::Error && clash.thing.address == *name) {
                    continue;
                }
                let found = with_cluster(network, &claim, other, Severity::Error, true, &then);
                clashes.extend(found.into_iter().map(|clash| Clash { by: vec![&mesh.thing], ..clash }));
            }
        }
        if !claim.say(network, say, &clashes, HELP)
            && let Some(cause) = unknown
        {
            say.undecided(&cluster.thing, &cause, None);
        }
    }
}

/// What of another cluster it overlaps: its pods and, of an earlier one, its services.
fn with_cluster<'n>(
    network: &'n Network,
    claim: &Claim<'n>,
    other: ClusterId,
    severity: Severity,
    services: bool,
    then: &str,
) -> Vec<Clash<'n>> {
    let cluster = network.clusters.get(other);
    let name = &cluster.thing.address;
    let own = cluster.service_cidr.known().filter(|_| services && other < claim.id);
    let services =
        own.and_then(|value| claim.clash(network, &cluster.thing, value, severity, &format!("that of {name}"), then));
    let pods = pods(cluster).and_then(|value| {
        claim.clash(network, &cluster.thing, value, severity, &format!("the pod block of {name}"), then)
    });
    services.into_iter().chain(pods).collect()
}

fn pods(cluster: &Cluster) -> Option<&Traced<Cidr>> {
    cluster.pod_cidr.known().filter(|_| cluster.is_flannel())
}
