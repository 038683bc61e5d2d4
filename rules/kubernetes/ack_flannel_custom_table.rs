//! The routes to pods are written into the system table of the VPC only (semantics 8.2).

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::network::{Bound, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "ack-flannel-custom-table",
    category: "kubernetes",
    severity: Severity::Warning,
    page: include_str!("ack_flannel_custom_table.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for id in network.clusters.ids() {
        let cluster = network.clusters.get(id);
        if !cluster.thing.certain || !cluster.is_flannel() {
            continue;
        }
        let mut astray = Vec::new();
        for (vswitch, by) in network.nodes_in(id) {
            let vswitch = network.vswitch(vswitch);
            match &vswitch.table {
                Bound::Custom(table) if vswitch.thing.certain => astray.push((vswitch, *table, by)),
                Bound::Unknown(cause) => say.undecided(&cluster.thing, cause, None),
                _ => {}
            }
        }
        let Some((first, table, _)) = astray.first() else { continue };
        let message = format!(
            "nodes of {} stand in {}, which uses {}: the cluster writes the routes to its pods into the system table, so \
             nothing in this vSwitch reaches pods on other nodes",
            cluster.thing.address,
            first.thing.address,
            network.table_name(*table)
        );
        let mut finding = say.finding(Severity::Warning, &cluster.thing, message).help(format!(
            "put the nodes into vSwitches that use the system table, remove the alicloud_route_table_attachment of {}, or \
             tell the cloud controller manager to write to several tables",
            first.thing.address
        ));
        let mut seen = BTreeSet::new();
        for (vswitch, table, by) in &astray {
            finding = finding.with(&vswitch.thing, "the vSwitch of the nodes");
            if by.address != cluster.thing.address && seen.insert(by.address.clone()) {
                finding = finding.with(by, "puts nodes there");
            }
            if let Some(thing) = network.table(*table).thing().filter(|thing| seen.insert(thing.address.clone())) {
                finding = finding.with(thing, "the table that the vSwitch uses");
            }
            for &at in &network.table(*table).bindings {
                let binding = &network.bindings[at].thing;
                if network.bindings[at]
                    .to
                    .value()
                    .and_then(|link| network.vswitch_of(link))
                    .is_some_and(|bound| network.vswitch(bound).thing.address == vswitch.thing.address)
                    && seen.insert(binding.address.clone())
                {
                    finding = finding.with(binding, "binds the vSwitch to the table");
                }
            }
        }
        say.say(finding);
    }
}
