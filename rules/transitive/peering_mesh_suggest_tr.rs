//! A mesh of peering connections grows with the square of its VPCs (semantics 3.11).

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Severity;
use crate::network::{Network, PeeringId, VpcId};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "peering-mesh-suggest-tr",
    category: "transitive",
    severity: Severity::Note,
    page: include_str!("peering_mesh_suggest_tr.md"),
    absorbs: &[],
    check,
};

/// So many VPCs joined each with each are a mesh.
const MESH: usize = 4;

fn check(network: &Network, say: &mut Say<'_>) {
    let mut peers: BTreeMap<VpcId, BTreeMap<VpcId, PeeringId>> = BTreeMap::new();
    for ((a, b), by) in network.peered() {
        if let (true, Some(&id)) = (network.surely_other(a, b), by.first()) {
            peers.entry(a).or_default().insert(b, id);
            peers.entry(b).or_default().insert(a, id);
        }
    }
    let mut told: BTreeSet<VpcId> = BTreeSet::new();
    for (&vpc, own) in &peers {
        if told.contains(&vpc) || own.len() + 1 < MESH {
            continue;
        }
        // Taking each peer that is joined to all before it finds a mesh, not always the largest one.
        let mut mesh = vec![vpc];
        for (&other, _) in own.iter().filter(|(other, _)| !told.contains(other)) {
            let joined = |member: &VpcId| peers.get(member).is_some_and(|peers| peers.contains_key(&other));
            if mesh.iter().all(joined) {
                mesh.push(other);
            }
        }
        if mesh.len() >= MESH {
            told.extend(&mesh);
            report(network, say, &peers, &mesh);
        }
    }
}

fn report(network: &Network, say: &mut Say<'_>, peers: &BTreeMap<VpcId, BTreeMap<VpcId, PeeringId>>, mesh: &[VpcId]) {
    let within = |vpc: &VpcId| {
        let own = peers.get(vpc).into_iter().flatten();
        own.filter(|(other, _)| mesh.contains(other)).map(|(_, id)| *id).collect::<Vec<_>>()
    };
    let connections: BTreeSet<PeeringId> = mesh.iter().flat_map(within).collect();
    let mut connections = connections.into_iter().map(|id| &network.peering(id).thing);
    let Some(first) = connections.next() else { return };
    let names: Vec<String> = mesh.iter().take(4).map(|&vpc| network.vpc(vpc).name()).collect();
    let more = if mesh.len() > 4 { format!(" and {} more", mesh.len() - 4) } else { String::new() };
    let message = format!(
        "{}{more} are peered each with each: the next VPC needs {} more connections and {} more routes, and a VPC may have 10 \
         connections in its region and 20 to others",
        names.join(", "),
        mesh.len(),
        2 * mesh.len()
    );
    let mut finding = say
        .finding(Severity::Note, first, message)
        .help("attach the VPCs to a transit router: one attachment per VPC, and its route table says who reaches whom");
    for vpc in mesh.iter().filter_map(|&vpc| network.vpc(vpc).thing()) {
        finding = finding.with(vpc, "a VPC of the mesh");
    }
    for connection in connections {
        finding = finding.with(connection, "another connection of the mesh");
    }
    say.say(finding);
}
