//! What would make it work? The fewest additions that carry packets from one end to the other, as Terraform would be
//! written in this configuration.

use super::{Delivery, Direction, End, Reach};
use crate::network::{
    Attachment, AttachmentId, AttachmentKind, Bound, Network, Peering, PeeringId, Thing, VpcId, VpcNode,
};

/// One block to add.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mend {
    pub hcl: String,
    /// Another way to the same end, where there is one.
    pub instead: Option<String>,
}

impl Reach<'_> {
    /// The blocks to add for a direction that drops packets.
    pub fn mends(&self, from: End, to: End, direction: &Direction) -> Vec<Mend> {
        if direction.delivery != Delivery::Dropped {
            return Vec::new();
        }
        let network = self.network;
        let (Some(a), Some(b)) = (vpc_of(network, from), vpc_of(network, to)) else { return Vec::new() };
        if a == b {
            return Vec::new();
        }
        if let Some((id, peering)) = self.peering_between(a, b) {
            return self.peering_mends(from, a, b, id, peering, direction);
        }
        match (self.attachment_of_vpc(a), self.attachment_of_vpc(b)) {
            (Some(near), Some(far)) if same_router(network, near, far) => {
                self.router_mends(from, a, b, near, far, direction)
            }
            _ => self.new_peering(a, b),
        }
    }

    fn peering_between(&self, a: VpcId, b: VpcId) -> Option<(PeeringId, &Peering)> {
        let ends = |peering: &Peering| (peering.requester.value().copied(), peering.accepter.value().copied());
        let found = self.network.peerings.iter().position(|peering| {
            let (x, y) = ends(peering);
            peering.thing.certain && ((x, y) == (Some(a), Some(b)) || (x, y) == (Some(b), Some(a)))
        })?;
        Some((PeeringId(found), &self.network.peerings[found]))
    }

    fn attachment_of_vpc(&self, vpc: VpcId) -> Option<AttachmentId> {
        let fits = |attachment: &Attachment| {
            attachment.vpc() == Some(vpc) && attachment.thing().is_some_and(|thing| thing.certain)
        };
        self.network.attachments.iter().position(fits).map(AttachmentId)
    }

    /// The tables that packets of an end look up, each once: how to refer to them, and a short name.
    fn tables_of(&self, from: End, vpc: VpcId) -> Vec<String> {
        let network = self.network;
        let vswitches = match from {
            End::VSwitch(id) => vec![id],
            End::Placed(at) => {
                network.placements.get(at).map_or_else(Vec::new, |placed| placed.known_vswitches(network))
            }
            End::Vpc(_) => network.vpc(vpc).vswitches.clone(),
        };
        let mut tables = Vec::new();
        let mut bound: Vec<Bound> = vswitches.iter().map(|&id| network.vswitch(id).table.clone()).collect();
        if bound.is_empty() {
            bound.push(Bound::System);
        }
        for bound in bound {
            let reference = match bound {
                Bound::System => format!("{}.route_table_id", vpc_reference(network, vpc)),
                Bound::Custom(table) => match network.table(table).thing() {
                    Some(thing) => format!("{}.id", thing.address),
                    None => network.table_name(table),
                },
                Bound::Unknown(_) => continue,
            };
            if !tables.contains(&reference) {
                tables.push(reference);
            }
        }
        tables
    }

    fn peering_mends(
        &self,
        from: End,
        a: VpcId,
        b: VpcId,
        id: PeeringId,
        peering: &Peering,
        direction: &Direction,
    ) -> Vec<Mend> {
        let network = self.network;
        if direction.because.contains("waits for the other account") {
            let name = &peering.thing.address.name;
            let provider = network.peering(id).accepter.value().and_then(|&vpc| network.vpc(vpc).thing());
            return vec![Mend {
                hcl: block(
                    "alicloud_vpc_peer_connection_accepter",
                    name,
                    provider,
                    &[("instance_id", format!("{}.id", peering.thing.address))],
                ),
                instead: None,
            }];
        }
        if !direction.because.contains("has no route to") {
            return Vec::new();
        }
        let hop = format!("{}.id", peering.thing.address);
        let tables = self.tables_of(from, a).into_iter().enumerate();
        tables.map(|(at, table)| self.route_mend(a, b, at, table, "VpcPeer", hop.clone())).collect()
    }

    fn router_mends(
        &self,
        from: End,
        a: VpcId,
        b: VpcId,
        near: AttachmentId,
        far: AttachmentId,
        direction: &Direction,
    ) -> Vec<Mend> {
        let network = self.network;
        let (Some(here), Some(there)) = (network.attachment(near).thing(), network.attachment(far).thing()) else {
            return Vec::new();
        };
        let mut mends = Vec::new();
        let has_route = direction.hops.first().is_some_and(|step| step.takes.is_some());
        if !has_route {
            for (at, table) in self.tables_of(from, a).into_iter().enumerate() {
                let hop = format!("{}.transit_router_attachment_id", here.address);
                let mut mend = self.route_mend(a, b, at, table, "Attachment", hop);
                mend.instead = Some(format!(
                    "set auto_publish_route_enabled = true on {}: the router then writes its routes into the VPC",
                    here.address
                ));
                mends.push(mend);
            }
        }
        let router = network.attachment(near).router.value().copied();
        let table = match self.lookup_table(near, router) {
            Ok(Some((table, _))) => Some(table),
            Ok(None) => None,
            Err(_) => return mends,
        };
        let reference = match table.or_else(|| router.map(|router| network.router(router).tables[0])) {
            Some(table) => match &network.router_table(table).node {
                crate::network::RouterTableNode::Custom(thing) => {
                    format!("{}.transit_router_route_table_id", thing.address)
                }
                crate::network::RouterTableNode::External(link) => link.shown(),
                crate::network::RouterTableNode::System => {
                    "data.alicloud_cen_transit_router_route_tables.default.tables[0].transit_router_route_table_id"
                        .into()
                }
            },
            None => return mends,
        };
        let member = |kind: &str, thing: &Thing| Mend {
            hcl: block(
                kind,
                &thing.address.name,
                Some(thing),
                &[
                    ("transit_router_route_table_id", reference.clone()),
                    ("transit_router_attachment_id", format!("{}.transit_router_attachment_id", thing.address)),
                ],
            ),
            instead: None,
        };
        if table.is_none() {
            mends.push(member("alicloud_cen_transit_router_route_table_association", here));
        }
        let learned = table.is_some_and(|table| {
            let leads = |line: &super::router::Line| line.via == super::router::Via::Attachment(far);
            self.router_view(table).lines.iter().any(leads)
        });
        if !learned {
            mends.push(member("alicloud_cen_transit_router_route_table_propagation", there));
        }
        mends
    }

    /// Nothing joins the two: a connection, and a route at each end.
    fn new_peering(&self, a: VpcId, b: VpcId) -> Vec<Mend> {
        let network = self.network;
        // The same words whichever direction is asked for.
        let (a, b) = (a.min(b), a.max(b));
        let (VpcNode::Managed(near), VpcNode::Managed(far)) = (&network.vpc(a).node, &network.vpc(b).node) else {
            return Vec::new();
        };
        let region = match network.vpc(b).region.value() {
            Some(region) => format!("\"{region}\""),
            None => format!("\"the region of {}\"", far.address),
        };
        let name = format!("{}_{}", short(network, a), short(network, b));
        let connection = Mend {
            hcl: block(
                "alicloud_vpc_peer_connection",
                &name,
                Some(near),
                &[
                    ("vpc_id", format!("{}.id", near.address)),
                    ("accepting_vpc_id", format!("{}.id", far.address)),
                    ("accepting_ali_uid", "data.alicloud_account.this.id".into()),
                    ("accepting_region_id", region),
                ],
            ),
            instead: Some("attach both VPCs to one transit router; either way both need routes to each other".into()),
        };
        let hop = format!("alicloud_vpc_peer_connection.{name}.id");
        let mut mends = vec![connection];
        for (here, there) in [(a, b), (b, a)] {
            for (at, table) in self.tables_of(End::Vpc(here), here).into_iter().enumerate() {
                mends.push(self.route_mend(here, there, at, table, "VpcPeer", hop.clone()));
            }
        }
        mends
    }

    fn route_mend(&self, from: VpcId, to: VpcId, at: usize, table: String, kind: &str, hop: String) -> Mend {
        let network = self.network;
        let hcl = block(
            "alicloud_route_entry",
            &numbered(&format!("{}_to_{}", short(network, from), short(network, to)), at),
            network.vpc(from).thing(),
            &[
                ("route_table_id", table),
                ("destination_cidrblock", format!("{}.cidr_block", vpc_reference(network, to))),
                ("nexthop_type", format!("\"{kind}\"")),
                ("nexthop_id", hop),
            ],
        );
        Mend { hcl, instead: None }
    }
}

fn vpc_of(network: &Network, end: End) -> Option<VpcId> {
    match end {
        End::Vpc(id) => Some(id),
        End::VSwitch(id) => network.vswitch(id).vpc.value().copied(),
        End::Placed(at) => {
            let vswitches = network.placements.get(at)?.known_vswitches(network);
            network.vswitch(*vswitches.first()?).vpc.value().copied()
        }
    }
}

fn same_router(network: &Network, a: AttachmentId, b: AttachmentId) -> bool {
    let router = |id: AttachmentId| network.attachment(id).router.value();
    matches!(network.attachment(a).kind, AttachmentKind::Vpc(_)) && router(a).is_some() && router(a) == router(b)
}

fn vpc_reference(network: &Network, id: VpcId) -> String {
    match &network.vpc(id).node {
        VpcNode::Managed(thing) => thing.address.to_string(),
        VpcNode::External(link) => link.shown(),
    }
}

/// A name that says which VPC it is: that of its resource, or of the module around it.
fn short(network: &Network, id: VpcId) -> String {
    let VpcNode::Managed(thing) = &network.vpc(id).node else { return "peer".into() };
    let name = match (&*thing.address.name, thing.address.module.0.last()) {
        ("this" | "main" | "vpc" | "default", Some(step)) => &step.name,
        (_, _) => &thing.address.name,
    };
    let key = match &thing.address.key {
        crate::source::Key::Name(key) => format!("_{key}"),
        crate::source::Key::Index(index) => format!("_{index}"),
        _ => String::new(),
    };
    format!("{name}{key}").chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

fn numbered(name: &str, at: usize) -> String {
    if at == 0 { name.to_owned() } else { format!("{name}_{}", at + 1) }
}

fn block(kind: &str, name: &str, like: Option<&Thing>, arguments: &[(&str, String)]) -> String {
    let provider = like.filter(|thing| !thing.provider.alias.is_empty());
    let provider = provider.map(|thing| ("provider", format!("{}.{}", thing.provider.name, thing.provider.alias)));
    let all: Vec<(&str, String)> = provider.into_iter().chain(arguments.iter().cloned()).collect();
    let width = all.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: String = all.iter().map(|(name, value)| format!("  {name:width$} = {value}\n")).collect();
    format!("resource \"{kind}\" \"{name}\" {{\n{lines}}}\n")
}
