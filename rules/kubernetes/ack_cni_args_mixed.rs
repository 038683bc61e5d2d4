//! Flannel takes a block for pods, Terway takes vSwitches; the other's argument does nothing (semantics 8.1, 8.4).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network, Plugin};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ack-cni-args-mixed",
    category: "kubernetes",
    severity: Severity::Warning,
    page: include_str!("ack_cni_args_mixed.md"),
    absorbs: &["ack-peer-pod-sg"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let clusters = network.clusters.list.iter();
    for cluster in clusters.filter(|cluster| cluster.thing.certain && !cluster.is_serverless) {
        let thing = &cluster.thing;
        let address = &thing.address;
        let finding = match (&cluster.plugin, &cluster.pod_cidr, &cluster.pod_vswitches) {
            (Plugin::Flannel(Some(addon)), _, Arg::Known(vswitches)) => {
                let message = format!(
                    "{address} has the addon flannel and `pod_vswitch_ids`, which only Terway reads: its pods do not get \
                     addresses of these vSwitches"
                );
                let finding = say.finding(Severity::Warning, thing, message).value(vswitches, "pod_vswitch_ids");
                let finding = finding.related("the addon is here", Some(thing.name()), Some(*addon));
                finding.help("remove `pod_vswitch_ids`, or take the addon terway-eniip and remove `pod_cidr`")
            }
            (Plugin::Terway(Some(addon)), Arg::Known(cidr), _) => {
                let message = format!(
                    "{address} has the addon terway and a `pod_cidr`, which only Flannel reads: no pod gets an address of {}",
                    cidr.value.text
                );
                let finding = say.finding(Severity::Warning, thing, message).value(cidr, "pod_cidr");
                let finding = finding.related("the addon is here", Some(thing.name()), Some(*addon));
                finding.help("remove `pod_cidr` and name the vSwitches of the pods in `pod_vswitch_ids`")
            }
            (Plugin::Terway(None), Arg::Known(cidr), Arg::Known(vswitches)) => {
                let message = format!(
                    "{address} has both a `pod_cidr`, which only Flannel reads, and `pod_vswitch_ids`, which only Terway \
                     reads: one of the two does nothing"
                );
                let finding = say.finding(Severity::Warning, thing, message).value(cidr, "pod_cidr");
                let other = "`pod_vswitch_ids` is here";
                finding
                    .related(other, Some(thing.name()), Some(vswitches.attribute))
                    .help("keep the one that fits the network plugin, and name the plugin in `addons`")
            }
            (Plugin::Unknown(cause), cidr, vswitches) if !cidr.is_absent() || !vswitches.is_absent() => {
                say.undecided(thing, cause, None);
                continue;
            }
            _ => continue,
        };
        say.say(finding);
    }
}
