//! What network is that? The typed model of what a plan would create, with everything that rules and routing ask for.
//!
//! Each product family has its types and its lowering in one file. Things that the files only name (a literal id, a
//! variable, a data source) are nodes too: known to be that one, with unknown contents. All ids here are indexes into
//! the vectors of `Network`, which are in address order.

mod acl;
mod arg;
mod backbone;
mod balancer;
mod border;
mod cen;
mod cluster;
mod composite;
mod connection;
mod dns;
mod express;
mod gateway;
mod home;
mod interface;
mod ipv6;
mod ipv6_block;
mod joined;
mod lookup;
mod overlap;
mod passage;
mod peering;
mod placement;
mod policy;
mod prefix_list;
mod remark;
mod reservation;
mod route;
mod security;
mod snat;
mod table;
mod tally;
mod tenant;
mod told;
mod traffic;
mod transit;
mod uplink;
mod vpc;
mod vpn;
mod whitelist;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

pub use acl::{Acl, AclBinding, AclId, Entries};
pub use arg::{Arg, Cidr, Link, Reader, Thing, Traced, overlap};
pub use backbone::{Aggregate, Backbone, BandwidthLimit, BandwidthPackage, CloudService, Grant, PublishedRoute};
pub use balancer::{Balancers, Listener, Server, ServerGroup, Stand};
pub use border::{
    BORDER, BgpGroup, BgpNetwork, BgpPeer, BorderRouter, BorderUplink, Borders, Circuit, SpareCircuit, Uplink, Watch,
};
pub use cen::{
    Attachment, AttachmentId, AttachmentKind, ChildRoute, LegacyAttachment, Membership, Node, PeerAttachment, RouteMap,
    Router, RouterId, RouterRoute, RouterTable, RouterTableId, RouterTableNode, VpcAttachment, ZoneMapping,
};
pub use cluster::{CLUSTERS, Cluster, ClusterId, Clusters, Mesh, NodePool, Plugin};
pub use composite::CompositeId;
pub use connection::{Connected, Meeting, Member, meetings};
pub use dns::{BoundVpc, CenZone, Dns, Forward, Points, ResolverEndpoint, ResolverRule, Zone, ZoneBinding, ZoneRecord};
pub use express::{
    EXPRESS_ROUTER, Express, ExpressAssociation, ExpressBorder, ExpressRouter, ExpressTransit, VpnGateway,
};
pub use gateway::{Gateways, Presence};
pub use interface::{INTERFACE_CONNECTION, INTERFACES, InterfaceConnection, Interfaces, RouterInterface};
pub use ipv6::Ipv6Use;
pub use ipv6_block::{Ipv6Blocks, is_stand_in};
pub use joined::{Joins, PrefixEntry};
pub use lookup::Blocks;
pub use overlap::{containers, covered, first_overlaps, first_partners, pairs, relation};
pub use passage::{Proof, Routed, Ways};
pub use peering::{Accepter, Keeper, Peering, PeeringId, Side};
pub use placement::{Assigned, Placement};
pub use policy::{Alarm, Grants, Policy};
pub use prefix_list::PrefixList;
pub use remark::{About, OldAcl, Remark};
pub use reservation::Reservation;
pub use route::{Hop, Route, RouteId, Target};
pub use security::{Enrolment, GroupId, GroupRule, SecurityGroup};
pub use snat::SnatEntry;
pub use table::{Binding, Bound, Table, TableId, TableNode};
pub use tally::{Part, Tally};
pub use tenant::Tenant;
pub use told::{Elsewhere, Seen, Told};
pub use traffic::{Groups, Line, Parcel, Ports, Protocol, Remote, Ruling, parcels, ruling};
pub use transit::{Apart, Heard, Joint, Joints, region_of};
pub use uplink::Uplinks;
pub use vpc::{Block, BlockFault, BlockKind, UserCidrs, VSwitch, VSwitchId, Vpc, VpcId, VpcNode};
pub use vpn::{BgpTunnel, CustomerBlock, VPN_CONNECTIONS, VpnConnection, VpnRoute};
pub use whitelist::Whitelist;

use crate::config::Config;
use crate::eval::{Cause, Evaluator, Provider};
use crate::facts::{self, Quota};
use crate::plan::{Gap, Plan};
use crate::source::{Address, Key, Mode};

#[derive(Debug, Default)]
pub struct Network {
    pub vpcs: Vec<Vpc>,
    pub vswitches: Vec<VSwitch>,
    pub tables: Vec<Table>,
    pub bindings: Vec<Binding>,
    pub routes: Vec<Route>,
    pub peerings: Vec<Peering>,
    pub accepters: Vec<Accepter>,
    pub routers: Vec<Router>,
    pub attachments: Vec<Attachment>,
    pub router_tables: Vec<RouterTable>,
    pub associations: Vec<Membership>,
    pub propagations: Vec<Membership>,
    pub router_routes: Vec<RouterRoute>,
    pub prefix_entries: Vec<PrefixEntry>,
    pub child_routes: Vec<ChildRoute>,
    pub legacy_attachments: Vec<LegacyAttachment>,
    pub route_maps: Vec<RouteMap>,
    /// Where a composite id stands for a plain one.
    pub composite_ids: Vec<CompositeId>,
    /// Secondary blocks of which nobody knows the VPC.
    pub stray_blocks: Vec<Block>,
    pub reservations: Vec<Reservation>,
    pub private_nats: Gateways,
    pub ipv4_gateways: Gateways,
    /// What gives hosts of a VPC a way to the Internet.
    pub exits: HashMap<VpcId, Thing>,
    pub customer_blocks: Vec<CustomerBlock>,
    pub vpn_routes: Vec<VpnRoute>,
    pub vpn_connections: Vec<VpnConnection>,
    /// How many things there are where a quota limits them.
    pub tallies: Vec<Tally>,
    /// What CENs have besides routers.
    pub backbone: Backbone,
    /// Kubernetes clusters and service meshes.
    pub clusters: Clusters,
    /// What leads to the customer's own networks.
    pub express: Express,
    pub borders: Borders,
    pub interfaces: Interfaces,
    /// Private names.
    pub dns: Dns,
    /// Server groups of load balancers, and who sends to them.
    pub balancers: Balancers,
    pub groups: Vec<SecurityGroup>,
    pub group_rules: Vec<GroupRule>,
    /// What is in security groups.
    pub enrolments: Vec<Enrolment>,
    pub acls: Vec<Acl>,
    pub acl_bindings: Vec<AclBinding>,
    pub whitelists: Vec<Whitelist>,
    /// What stands in vSwitches: instances, load balancers, clusters.
    pub placements: Vec<Placement>,
    pub snat_entries: Vec<SnatEntry>,
    pub ipv6_uses: Vec<Ipv6Use>,
    /// What the provider's table has to say of written arguments.
    pub remarks: Vec<Remark>,
    pub old_acls: Vec<OldAcl>,
    /// What users of the account may do, and what is watched.
    pub policies: Vec<Policy>,
    pub alarms: Vec<Alarm>,
    /// Every managed instance of the provider.
    pub things: Vec<Thing>,
    /// The provider configurations of the root, in order of name and alias.
    pub providers: Vec<Rc<Provider>>,
    /// Where something may be missing.
    pub gaps: Vec<Gap>,
    index: Index,
}

/// Where to find things by what names them.
#[derive(Debug, Default)]
struct Index {
    vpcs: HashMap<Link, VpcId>,
    vswitches: HashMap<Arc<Address>, VSwitchId>,
    tables: HashMap<Link, TableId>,
    peerings: HashMap<Arc<Address>, PeeringId>,
    routers: HashMap<Link, RouterId>,
    attachments: HashMap<Link, AttachmentId>,
    router_tables: HashMap<Link, RouterTableId>,
    vpn_gateways: HashMap<Arc<Address>, Arg<VpcId>>,
    homes: HashMap<Arc<Address>, Arg<VpcId>>,
    things: HashMap<Arc<Address>, usize>,
    prefix_lists: prefix_list::PrefixLists,
    ipv6: ipv6_block::Ipv6Index,
    strays: passage::Strays,
    /// The VPCs of tables that the files only name.
    /// What is told of VPCs that the files only name.
    acls: acl::AclIndex,
    config: Option<Arc<Config>>,
    groups: HashMap<Arc<Address>, GroupId>,
    told: HashMap<Link, Told>,
    told_tables: BTreeMap<Link, Link>,
}

/// Works out the network of a plan.
pub fn network(evaluator: &Evaluator<'_>, plan: &Plan) -> Network {
    network_among(evaluator, plan, &Elsewhere::default())
}

/// The same, with what other roots tell.
pub fn network_among(evaluator: &Evaluator<'_>, plan: &Plan, elsewhere: &Elsewhere) -> Network {
    let mut network = Network { gaps: plan.gaps.clone(), ..Network::default() };
    let config = evaluator.surroundings.config.clone();
    for vpc in config.iter().flat_map(|config| &config.external) {
        network.index.told.insert(Link::Literal(vpc.id.clone()), Told::of(vpc));
    }
    network.index.config = config;
    network.index.told.extend(elsewhere.vpcs.iter().map(|(link, told)| (link.clone(), told.clone())));
    network.index.told_tables = elsewhere.tables.clone();
    let root = evaluator.root();
    let keys: Vec<_> = root.module.providers().keys().cloned().collect();
    network.providers = keys
        .iter()
        .filter(|(name, _)| &**name == "alicloud")
        .map(|(name, alias)| evaluator.provider(root, name, alias))
        .collect();
    let mut names: HashMap<&Arc<str>, Arc<str>> = HashMap::new();
    let mut readers: Vec<(Arc<str>, Reader<'_, '_>)> = Vec::new();
    let mut kinds: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    for instance in plan.resources.iter().filter(|instance| instance.address.kind.starts_with("alicloud_")) {
        let kind = &instance.address.kind;
        let kind = names.entry(kind).or_insert_with(|| facts::canonical(kind).into());
        kinds.entry(kind.clone()).or_default().push(readers.len());
        readers.push((kind.clone(), Reader::new(evaluator, instance)));
    }
    for (at, (_, reader)) in readers.iter().enumerate() {
        network.index.things.insert(reader.thing.address.clone(), at);
        network.things.push(reader.thing.clone());
    }
    let of = |kind: &str| kinds.get(kind).into_iter().flatten().map(|&at| &readers[at].1);
    // Things before what refers to them.
    for reader in of("alicloud_vpc") {
        network.add_vpc(reader);
    }
    for reader in of("alicloud_vpc_ipv4_cidr_block") {
        network.add_secondary_block(reader);
    }
    for reader in of("alicloud_vpc_ipv6_cidr_block") {
        network.add_ipv6_block(reader);
    }
    for reader in of("alicloud_vswitch") {
        network.add_vswitch(reader);
    }
    for reader in of("alicloud_route_table") {
        network.add_table(reader);
    }
    for reader in of("alicloud_route_table_attachment") {
        network.add_binding(reader, false);
    }
    for reader in of("alicloud_vpc_gateway_route_table_attachment") {
        network.add_binding(reader, true);
    }
    for reader in of("alicloud_vpc_peer_connection") {
        network.add_peering(reader, evaluator, elsewhere);
    }
    for reader in of("alicloud_vpc_peer_connection_accepter") {
        network.add_accepter(reader);
    }
    for reader in of("alicloud_cen_transit_router") {
        network.add_router(reader);
    }
    for reader in of("alicloud_cen_transit_router_route_table") {
        network.add_router_table(reader);
    }
    for kind in ["vpc", "peer", "vbr", "vpn", "ecr"] {
        let kind = format!("alicloud_cen_transit_router_{kind}_attachment");
        for reader in of(&kind) {
            network.add_attachment(&kind, reader);
        }
    }
    for reader in of("alicloud_cen_transit_router_route_table_association") {
        network.add_membership(reader, true);
    }
    for reader in of("alicloud_cen_transit_router_route_table_propagation") {
        network.add_membership(reader, false);
    }
    for reader in of("alicloud_cen_transit_router_route_entry") {
        network.add_router_route(reader);
    }
    for kind in ["alicloud_vpc_prefix_list", "alicloud_ecs_prefix_list"] {
        of(kind).for_each(|reader| network.add_prefix_list(reader));
    }
    for reader in of("alicloud_cen_transit_router_prefix_list_association") {
        network.add_prefix_entry(reader);
    }
    for reader in of("alicloud_cen_child_instance_route_entry_to_attachment") {
        network.add_child_route(reader);
    }
    for reader in of("alicloud_cen_instance_attachment") {
        network.add_legacy_attachment(reader);
    }
    for reader in of("alicloud_cen_route_map") {
        network.add_route_map(reader);
    }
    for kind in ["alicloud_route_entry", "alicloud_vpc_route_entry"] {
        for reader in of(kind) {
            network.add_route(reader);
        }
    }
    for (kind, reader) in &readers {
        network.add_placement(kind, reader);
        network.add_composite_ids(kind, reader);
        network.add_home(kind, reader);
        network.add_customer_blocks(kind, reader);
        network.add_backbone(kind, reader);
        network.add_cluster(kind, reader);
        network.add_express(kind, reader);
        network.add_borders(kind, reader);
        network.add_interfaces(kind, reader);
        network.add_vpn_connections(kind, reader);
        network.add_dns(kind, reader);
        network.add_enrolment(kind, reader);
        network.add_governance(kind, reader);
        network.add_ipv6_use(kind, reader);
        network.add_remarks(reader);
        network.add_balancers(kind, reader);
        network.add_whitelist(kind, reader);
    }
    of("alicloud_security_group").for_each(|reader| network.add_group(reader));
    of("alicloud_security_group_rule").for_each(|reader| network.add_group_rule(reader));
    of("alicloud_network_acl").for_each(|reader| network.add_acl(reader));
    of("alicloud_network_acl_entries").for_each(|reader| network.add_acl_entries(reader));
    for kind in ["alicloud_network_acl_attachment", "alicloud_vpc_network_acl_attachment"] {
        of(kind).for_each(|reader| network.add_acl_binding(reader));
    }
    network.settle_acls();
    let data = plan.data.iter().filter(|instance| instance.address.kind.starts_with("alicloud_"));
    for reader in data.map(|instance| Reader::new(evaluator, instance)) {
        network.add_composite_ids(&reader.thing.address.kind, &reader);
        network.add_vpc_source(&reader);
        network.add_remarks(&reader);
    }
    for reader in of("alicloud_snat_entry") {
        network.add_snat_entry(reader);
    }
    for reader in of("alicloud_vpc_vswitch_cidr_reservation") {
        network.add_reservation(reader);
    }
    for reader in of("alicloud_nat_gateway") {
        network.add_nat_gateway(reader);
    }
    for reader in of("alicloud_vpc_ipv4_gateway") {
        network.add_ipv4_gateway(reader);
    }
    for reader in of("alicloud_instance") {
        network.add_public_server(reader);
    }
    network
        .settle_exits(of("alicloud_eip_association").map(|reader| (reader.thing.clone(), reader.link("instance_id"))));
    for kind in ["alicloud_vpn_gateway", "alicloud_vpn_gateway_enhanced_vpn_gateway"] {
        of(kind).for_each(|reader| network.add_vpn_gateway(reader));
    }
    for kind in ["alicloud_vpn_route_entry", "alicloud_vpn_pbr_route_entry"] {
        of(kind).for_each(|reader| network.add_vpn_route(reader));
    }
    network.settle_clusters();
    network.settle_blocks();
    network.settle_told();
    network.settle_flags();
    network.settle_customer_blocks();
    network.settle_tables();
    network.settle_routes();
    for reader in of("alicloud_nlb_server_group_server_attachment") {
        network.add_backend(reader);
    }
    network.settle_balancers();
    network.tallies = tally::tallies(&network, &readers);
    network
}

impl Network {
    pub fn vpc(&self, id: VpcId) -> &Vpc {
        &self.vpcs[id.0]
    }

    pub fn vswitch(&self, id: VSwitchId) -> &VSwitch {
        &self.vswitches[id.0]
    }

    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0]
    }

    pub fn route(&self, id: RouteId) -> &Route {
        &self.routes[id.0]
    }

    pub fn peering(&self, id: PeeringId) -> &Peering {
        &self.peerings[id.0]
    }

    /// The limit of a quota, raised where the settings say so.
    pub fn quota(&self, id: &str) -> Option<&'static Quota> {
        match &self.index.config {
            Some(config) => config.quota(id),
            None => facts::quota(id),
        }
    }

    /// The managed instance that an address names.
    pub fn thing(&self, address: &Address) -> Option<&Thing> {
        self.index.things.get(address).map(|&at| &self.things[at])
    }

    /// Why there may be more resources of these types than are known; nothing when they are all known.
    pub fn gap(&self, kinds: &[&str]) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.kind.as_deref().is_none_or(|kind| kinds.contains(&&*facts::canonical(kind))))
    }
}

/// What an address stands for may be several instances, of which nobody knows which.
pub fn is_vague(address: &Address) -> bool {
    address.key == Key::Unknown || address.module.0.iter().any(|step| step.key == Key::Unknown)
}

/// The address of a data source that a link names.
pub(crate) fn data_of(link: &Link) -> Option<&Arc<Address>> {
    match link {
        Link::Of { address, .. } if address.mode == Mode::Data => Some(address),
        _ => None,
    }
}

/// Turns an argument that names a thing into one that holds the thing.
pub(crate) fn resolve<T>(link: Arg<Link>, mut find: impl FnMut(&Link) -> Result<T, Cause>) -> Arg<T> {
    match link {
        Arg::Absent => Arg::Absent,
        Arg::Unknown(cause, span) => Arg::Unknown(cause, span),
        Arg::Known(traced) => match find(&traced.value) {
            Ok(value) => Arg::Known(Traced { value, place: traced.place, attribute: traced.attribute }),
            Err(cause) => Arg::Unknown(cause, Some(traced.place)),
        },
    }
}
