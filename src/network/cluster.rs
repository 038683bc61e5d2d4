//! Kubernetes clusters, their node pools, and the service meshes over them (semantics 8).
//!
//! A cluster lies in the VPC of its vSwitches. With Flannel its pods have a block of their own, which the VPC reaches by
//! one route per node; with Terway they take addresses of vSwitches.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use ipnet::Ipv4Net;

use super::arg::{field, field_link, flag, link, number, text};
use super::{Arg, Cidr, Link, Network, Reader, Thing, Traced, VSwitchId, VpcId, VpcNode, resolve};
use crate::eval::Cause;
use crate::source::Address;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ClusterId(pub usize);

#[derive(Debug, Default)]
pub struct Clusters {
    pub list: Vec<Cluster>,
    pub pools: Vec<NodePool>,
    pub meshes: Vec<Mesh>,
    by_address: HashMap<Arc<Address>, ClusterId>,
    pools_of: HashMap<ClusterId, Vec<usize>>,
    in_vpc: HashMap<VpcId, Vec<ClusterId>>,
}

#[derive(Clone, Debug)]
pub struct Cluster {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    /// Where its nodes stand, those of its masters included.
    pub vswitches: Vec<Arg<Link>>,
    /// `pod_vswitch_ids` with something in it.
    pub pod_vswitches: Arg<Vec<Arg<Link>>>,
    pub pod_cidr: Arg<Cidr>,
    pub service_cidr: Arg<Cidr>,
    /// The mask of the block that a node takes from the pods' block.
    pub node_mask: Arg<i64>,
    /// Nodes that the cluster itself makes: masters, and workers in old configurations.
    pub own_nodes: i64,
    pub plugin: Plugin,
    pub group: Arg<Link>,
    /// It has no nodes of its own, and so no block for pods.
    pub is_serverless: bool,
}

/// Which addresses pods have.
#[derive(Clone, Debug)]
pub enum Plugin {
    /// A block of their own; with the addon that says so, or without.
    Flannel(Option<crate::source::Span>),
    /// Those of vSwitches.
    Terway(Option<crate::source::Span>),
    Unknown(Cause),
}

#[derive(Clone, Debug)]
pub struct NodePool {
    pub thing: Thing,
    pub cluster: Arg<Link>,
    pub vswitches: Vec<Arg<Link>>,
    pub desired: Arg<i64>,
    /// What the pool may grow to, where it scales by itself.
    pub most: Arg<i64>,
    pub groups: Vec<Arg<Link>>,
}

#[derive(Clone, Debug)]
pub struct Mesh {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    pub clusters: Vec<Arg<Link>>,
}

/// The types of clusters.
pub const CLUSTERS: [&str; 4] = [
    "alicloud_cs_edge_kubernetes",
    "alicloud_cs_kubernetes",
    "alicloud_cs_managed_kubernetes",
    "alicloud_cs_serverless_kubernetes",
];

impl Cluster {
    pub fn is_flannel(&self) -> bool {
        matches!(self.plugin, Plugin::Flannel(_))
    }

    /// The block of the pods, where they surely have one.
    pub fn pods(&self) -> Option<Ipv4Net> {
        self.is_flannel().then(|| self.pod_cidr.value()?.v4()).flatten()
    }

    pub fn services(&self) -> Option<Ipv4Net> {
        self.service_cidr.value()?.v4()
    }
}

impl Clusters {
    pub fn get(&self, id: ClusterId) -> &Cluster {
        &self.list[id.0]
    }

    /// The cluster of the files that a link names.
    pub fn named(&self, link: &Link) -> Option<ClusterId> {
        let address = CLUSTERS.iter().find_map(|kind| link.managed(kind, &["id"]))?;
        self.by_address.get(address).copied()
    }

    pub fn ids(&self) -> impl Iterator<Item = ClusterId> + use<> {
        (0..self.list.len()).map(ClusterId)
    }

    /// The clusters of the files that a mesh surely takes in.
    pub fn of_mesh(&self, mesh: &Mesh) -> BTreeSet<ClusterId> {
        mesh.clusters.iter().filter_map(|link| self.named(link.value()?)).collect()
    }

    pub fn pools_of(&self, id: ClusterId) -> impl Iterator<Item = &NodePool> {
        self.pools_of.get(&id).into_iter().flatten().map(|&at| &self.pools[at])
    }

    /// The clusters that surely are in a VPC.
    pub fn in_vpc(&self, vpc: VpcId) -> impl Iterator<Item = ClusterId> {
        let there = self.in_vpc.get(&vpc).into_iter().flatten().copied();
        there.filter(|&id| self.get(id).thing.certain)
    }
}

impl Network {
    pub(super) fn add_cluster(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        match kind {
            kind if CLUSTERS.contains(&kind) => {
                let cluster = self.cluster(kind, reader);
                // Unless it is told not to, a cluster makes a NAT gateway for itself.
                if let Arg::Absent | Arg::Known(Traced { value: true, .. }) = reader.flag("new_nat_gateway") {
                    self.add_exit(cluster.vpc.value().copied(), cluster.thing.clone());
                }
                let id = ClusterId(self.clusters.list.len());
                self.clusters.by_address.insert(cluster.thing.address.clone(), id);
                self.clusters.list.push(cluster);
            }
            "alicloud_cs_kubernetes_node_pool" => {
                let pool = pool(reader);
                if reader.number("internet_max_bandwidth_out").value().is_some_and(|&bandwidth| bandwidth > 0) {
                    let vpc = pool.vswitches.iter().find_map(|link| self.vpc_of_placed(link));
                    self.add_exit(vpc, pool.thing.clone());
                }
                self.clusters.pools.push(pool);
            }
            "alicloud_service_mesh_service_mesh" => {
                let networks = reader.blocks("network");
                let vpc = match (networks.list.first(), networks.unknown) {
                    (Some(block), None) => field_link(&block.fields, "vpc_id", block.header),
                    (_, Some(cause)) => Arg::Unknown(cause, None),
                    (None, None) => Arg::Absent,
                };
                let vpc = resolve(vpc, |link| self.vpc_of(link));
                let clusters = Network::links(reader, "cluster_ids");
                self.clusters.meshes.push(Mesh { thing: reader.thing.clone(), vpc, clusters });
            }
            _ => {}
        }
    }

    fn cluster(&mut self, kind: &str, reader: &Reader<'_, '_>) -> Cluster {
        let names = ["vswitch_ids", "worker_vswitch_ids", "master_vswitch_ids"];
        let mut vswitches: Vec<Arg<Link>> = names.into_iter().flat_map(|name| Network::links(reader, name)).collect();
        vswitches.extend(Some(reader.link("vswitch_id")).filter(|link| !link.is_absent()));
        let pod_vswitches = match reader.list("pod_vswitch_ids") {
            Arg::Known(list) if list.value.iter().all(Arg::is_absent) => Arg::Absent,
            list => list.map(|list| list.into_iter().filter(|item| !item.is_absent()).map(linked).collect()),
        };
        let pod_cidr = reader.cidr("pod_cidr");
        let profile = reader.text("profile");
        let is_serverless = kind == "alicloud_cs_serverless_kubernetes"
            || profile.value().is_some_and(|profile| matches!(&**profile, "Serverless" | "Acs"));
        let masters = Network::links(reader, "master_vswitch_ids").len() as i64;
        let workers = reader.number("worker_number").value().copied().unwrap_or_default();
        let plugin = match profile.cause() {
            Some(cause) => Plugin::Unknown(cause.clone()),
            None if is_serverless => Plugin::Terway(None),
            None => plugin(reader, &pod_cidr, &pod_vswitches),
        };
        Cluster {
            thing: reader.thing.clone(),
            vpc: self.vpc_of_cluster(reader, &vswitches),
            vswitches,
            pod_vswitches,
            pod_cidr,
            service_cidr: reader.cidr("service_cidr"),
            node_mask: reader.number("node_cidr_mask"),
            own_nodes: masters + workers,
            plugin,
            group: reader.link("security_group_id"),
            is_serverless,
        }
    }

    pub(super) fn settle_clusters(&mut self) {
        let clusters = &mut self.clusters;
        for at in 0..clusters.pools.len() {
            if let Some(id) = clusters.pools[at].cluster.value().and_then(|link| clusters.named(link)) {
                clusters.pools_of.entry(id).or_default().push(at);
            }
        }
        for id in clusters.ids() {
            if let Some(&vpc) = clusters.get(id).vpc.value() {
                clusters.in_vpc.entry(vpc).or_default().push(id);
            }
        }
    }

    /// The VPC that a cluster names, or that of its vSwitches.
    fn vpc_of_cluster(&mut self, reader: &Reader<'_, '_>, vswitches: &[Arg<Link>]) -> Arg<VpcId> {
        let named = reader.link("vpc_id");
        if !named.is_absent() {
            return resolve(named, |link| self.vpc_of(link));
        }
        let mut unknown = Arg::Absent;
        for link in vswitches {
            match link {
                Arg::Known(traced) => match self.vswitch_of(&traced.value) {
                    Some(vswitch) => match &self.vswitch(vswitch).vpc {
                        Arg::Absent => {}
                        Arg::Known(vpc) => return Arg::Known(vpc.clone()),
                        other => unknown = other.clone(),
                    },
                    None => unknown = Arg::Unknown(traced.value.why_unknown(), Some(traced.place)),
                },
                Arg::Unknown(cause, place) => unknown = Arg::Unknown(cause.clone(), *place),
                Arg::Absent => {}
            }
        }
        match unknown {
            Arg::Absent => Arg::Unknown(Cause::Unsupported("the VPC that the cluster makes for itself".into()), None),
            unknown => unknown,
        }
    }

    /// The vSwitches of the files in which the nodes of a cluster surely stand, with what says so.
    pub fn nodes_in(&self, id: ClusterId) -> Vec<(VSwitchId, &Thing)> {
        let cluster = self.clusters.get(id);
        let own = cluster.vswitches.iter().map(|link| (link, &cluster.thing));
        let pools = self.clusters.pools_of(id).filter(|pool| pool.thing.certain);
        let pools = pools.flat_map(|pool| pool.vswitches.iter().map(move |link| (link, &pool.thing)));
        let mut seen = BTreeSet::new();
        own.chain(pools)
            .filter_map(|(link, thing)| Some((self.vswitch_of(link.value()?)?, thing)))
            .filter(|(vswitch, _)| seen.insert(*vswitch))
            .collect()
    }

    /// The VPC of a cluster, where it is one of the files.
    pub fn vpc_of_cluster_here(&self, id: ClusterId) -> Option<VpcId> {
        let vpc = *self.clusters.get(id).vpc.value()?;
        matches!(self.vpc(vpc).node, VpcNode::Managed(_)).then_some(vpc)
    }
}

fn pool(reader: &Reader<'_, '_>) -> NodePool {
    let desired = match reader.number("desired_size") {
        Arg::Absent => reader.number("node_count"),
        desired => desired,
    };
    let scaling = reader.blocks("scaling_config");
    let most = match (scaling.list.first(), scaling.unknown) {
        (Some(block), None) => match flag(field(&block.fields, "enable", block.header)) {
            Arg::Known(on) if !on.value => Arg::Absent,
            Arg::Unknown(cause, place) => Arg::Unknown(cause, place),
            _ => number(field(&block.fields, "max_size", block.header)),
        },
        (_, Some(cause)) => Arg::Unknown(cause, None),
        (None, None) => Arg::Absent,
    };
    let mut groups = Network::links(reader, "security_group_ids");
    groups.extend(Some(reader.link("security_group_id")).filter(|link| !link.is_absent()));
    NodePool {
        thing: reader.thing.clone(),
        cluster: reader.link("cluster_id"),
        vswitches: Network::links(reader, "vswitch_ids"),
        desired,
        most,
        groups,
    }
}

/// The network plugin: the addon says it, else the argument that only one of the two takes.
fn plugin(reader: &Reader<'_, '_>, pod_cidr: &Arg<Cidr>, pod_vswitches: &Arg<Vec<Arg<Link>>>) -> Plugin {
    let addons = reader.blocks("addons");
    for addon in &addons.list {
        let name = text(field(&addon.fields, "name", addon.header));
        if flag(field(&addon.fields, "disabled", addon.header)).value() == Some(&true) {
            continue;
        }
        match name {
            Arg::Known(name) if &*name.value == "flannel" => return Plugin::Flannel(Some(name.place)),
            Arg::Known(name) if name.value.starts_with("terway") => return Plugin::Terway(Some(name.place)),
            Arg::Unknown(cause, _) => return Plugin::Unknown(cause),
            _ => {}
        }
    }
    if let Some(cause) = addons.unknown {
        return Plugin::Unknown(cause);
    }
    match reader.text("cluster_network_type") {
        Arg::Known(name) if &*name.value == "flannel" => return Plugin::Flannel(Some(name.place)),
        Arg::Known(name) if &*name.value == "terway" => return Plugin::Terway(Some(name.place)),
        Arg::Unknown(cause, _) => return Plugin::Unknown(cause),
        _ => {}
    }
    match (pod_cidr, pod_vswitches) {
        (Arg::Unknown(cause, _), _) | (_, Arg::Unknown(cause, _)) => Plugin::Unknown(cause.clone()),
        (_, Arg::Known(_)) => Plugin::Terway(None),
        (Arg::Known(_), Arg::Absent) => Plugin::Flannel(None),
        (Arg::Absent, Arg::Absent) => Plugin::Unknown(Cause::Unsupported("the network plugin of a cluster".into())),
    }
}

fn linked(item: Arg<crate::eval::Value>) -> Arg<Link> {
    match item {
        Arg::Known(item) => link(Some((item.value, item.attribute))),
        Arg::Unknown(cause, place) => Arg::Unknown(cause, place),
        Arg::Absent => Arg::Absent,
    }
}
