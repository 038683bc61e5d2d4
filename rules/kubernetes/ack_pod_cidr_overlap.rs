//! Pods of a Flannel cluster have a block of their own, apart from all that they talk to (semantics 8.1).

use super::{Claim, Clash, meshes, neighbours};
use crate::diagnostic::Severity;
use crate::network::{Cidr, ClusterId, Network, Plugin, Thing, Traced, VpcId, overlap};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ack-pod-cidr-overlap",
    category: "kubernetes",
    severity: Severity::Error,
    page: include_str!("ack_pod_cidr_overlap.md"),
    absorbs: &["ack-flannel-pod-route-not-advertised", "ack-peer-pod-sg", "route-duplicate-destination"],
    check,
};

const HELP: &str = "give the cluster a pod block that no VPC and no other cluster uses; it cannot be changed later";

fn check(network: &Network, say: &mut Say<'_>) {
    let mut connected = None;
    for id in network.clusters.ids() {
        let cluster = network.clusters.get(id);
        if !cluster.thing.certain || cluster.is_serverless {
            continue;
        }
        let value = match (&cluster.plugin, cluster.pod_cidr.known()) {
            (Plugin::Flannel(_), Some(value)) => value,
            (Plugin::Unknown(cause), Some(_)) => {
                say.undecided(&cluster.thing, cause, None);
                continue;
            }
            (Plugin::Flannel(_), None) => {
                if let Some(cause) = cluster.pod_cidr.cause() {
                    say.undecided(&cluster.thing, cause, None);
                }
                continue;
            }
            _ => continue,
        };
        let Some(net) = value.value.v4() else { continue };
        let claim = Claim { id, argument: "pod_cidr", noun: "pod", value, net };
        let mut clashes = Vec::new();
        let mut unknown = cluster.vpc.cause().cloned();
        if let Some(&vpc) = cluster.vpc.value() {
            let connected = connected.get_or_insert_with(|| network.connected());
            let name = network.vpc(vpc).name();
            let whose = format!("{name}, the VPC of the cluster");
            clashes.extend(claim.in_vpc(network, vpc, Severity::Error, &whose, "the cloud refuses the cluster"));
            for other in network.clusters.in_vpc(vpc) {
                let then = format!("both are in {name}, and the cloud refuses the second cluster");
                clashes.extend(with_pods(network, &claim, other, &then));
            }
            for (there, circle) in neighbours(connected, vpc) {
                let by = || circle.things((vpc, there));
                for other in network.clusters.in_vpc(there) {
                    let then = "their VPCs are connected, and pods of one never reach those of the other";
                    clashes.extend(with_pods(network, &claim, other, then).map(|clash| Clash { by: by(), ..clash }));
                }
                let severity = if is_used(network, &claim, there) { Severity::Error } else { Severity::Warning };
                let whose = format!("{}, which is connected to {name}", network.vpc(there).name());
                let then = "pods and nodes look for these addresses among the pods, and never reach them there";
                let blocks = claim.in_vpc(network, there, severity, &whose, then);
                clashes.extend(blocks.into_iter().map(|clash| Clash { by: by(), ..clash }));
            }
            unknown = network.vpc(vpc).blocks_complete().err();
        }
        for (mesh, others) in meshes(network, id) {
            for other in others {
                if clashes.iter().any(|clash| clash.thing.address == network.clusters.get(other).thing.address) {
                    continue;
                }
                let then = format!("{} takes in both, and refuses the second", mesh.thing.address);
                let clash = with_pods(network, &claim, other, &then);
                clashes.extend(clash.map(|clash| Clash { by: vec![&mesh.thing], ..clash }));
            }
        }
        if !claim.say(network, say, &clashes, HELP)
            && let Some(cause) = unknown
        {
            say.undecided(&cluster.thing, &cause, None);
        }
    }
}

/// The pods of an earlier cluster: of two, the later one is told.
fn with_pods<'n>(network: &'n Network, claim: &Claim<'n>, other: ClusterId, then: &str) -> Option<Clash<'n>> {
    let cluster = network.clusters.get(other);
    let (thing, value): (&Thing, &Traced<Cidr>) = (&cluster.thing, cluster.pod_cidr.known()?);
    if other >= claim.id || !cluster.is_flannel() {
        return None;
    }
    claim.clash(network, thing, value, Severity::Error, &format!("that of {}", thing.address), then)
}

/// A vSwitch of the VPC has some of these addresses.
fn is_used(network: &Network, claim: &Claim<'_>, vpc: VpcId) -> bool {
    let vswitches = network.vpc(vpc).vswitches.iter().map(|&id| network.vswitch(id));
    vswitches
        .filter(|vswitch| vswitch.thing.certain)
        .filter_map(|vswitch| vswitch.cidr.value()?.v4())
        .any(|net| overlap(&net, &claim.net))
}
