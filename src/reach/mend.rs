//! What would make it work? The fewest additions that carry packets from one end to the other and back, as Terraform
//! would be written in this configuration. Where a value decides that is not known, or where something that is written
//! would win over what is added, nothing is proposed.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::draft::{Draft, Mend, named};
use super::prefix::{Entry, Index, pieces};
use super::table::{Line, Via};
use super::{Answer, Delivery, Direction, End, Reach, Source};
use crate::eval::SameAccount;
use crate::network::{AttachmentId, Bound, Joint, Network, PeeringId, RouteId, Target, VpcId, VpcNode};

const ROUTE: &str = "alicloud_route_entry";
const CONNECTION: &str = "alicloud_vpc_peer_connection";

/// The way that packets shall take, and how what they are sent to is written.
pub(super) struct Way<'a> {
    pub from: VpcId,
    pub sources: &'a [Source],
    pub to: VpcId,
    pub blocks: &'a [IpNet],
    destinations: Vec<Destination>,
}

/// How a destination is written, and what that is.
#[derive(Clone, PartialEq)]
pub(super) struct Destination {
    pub written: String,
    pub net: IpNet,
}

/// A next hop: its type, its id, and which lines lead there already.
struct NextHop<'a> {
    kind: &'static str,
    id: String,
    leads: &'a dyn Fn(&Line) -> bool,
    /// The shortest prefix that route sync will bring for it.
    synced: Option<u8>,
    instead: Option<String>,
}

/// How a table leads to some blocks.
pub(super) struct Led {
    /// The pieces that do not get there, each with the line that takes it elsewhere.
    pub lacking: Vec<(IpNet, Option<usize>)>,
    /// The shortest prefix of the lines that lead there.
    pub by: u8,
}

impl Reach<'_> {
    /// The blocks to add for the directions that drop packets.
    pub fn mends(&self, from: End, to: End, answer: &Answer) -> Vec<Mend> {
        let mut draft = Draft::default();
        let forward = self.mend(from, to, &answer.forward, &mut draft);
        // One way alone makes nothing work.
        match forward.and_then(|()| self.mend(to, from, &answer.back, &mut draft)) {
            Some(()) => draft.mends(),
            None => Vec::new(),
        }
    }

    fn mend(&self, from: End, to: End, direction: &Direction, draft: &mut Draft) -> Option<()> {
        let network = self.network;
        if direction.delivery != Delivery::Dropped {
            return Some(());
        }
        let (a, b) = (vpc_of(network, from)?, vpc_of(network, to)?);
        let joints = network.joints().between(a, b);
        if a == b || joints.is_empty() {
            return if a == b { None } else { self.join(a, b, draft) };
        }
        let (sources, targets) = (self.sources(from, false).0, self.sources(to, false).0);
        let blocks: Vec<IpNet> = targets.iter().map(|target| target.block).collect();
        let way = way(network, (a, &sources), (b, &targets), &blocks)?;
        let drafts = joints.iter().filter_map(|joint| {
            let mut longer = draft.clone();
            match *joint {
                Joint::Peering(id) => self.mend_peering(&way, id, &mut longer)?,
                Joint::Routers { ends, over } => self.mend_routers(&way, ends, over, &mut longer)?,
                Joint::Legacy(..) => return None,
            }
            // Where nothing seems to be missing, packets are lost for another reason.
            (longer.len() > draft.len()).then_some(longer)
        });
        *draft = drafts.min_by_key(Draft::len)?;
        Some(())
    }

    fn mend_peering(&self, way: &Way<'_>, id: PeeringId, draft: &mut Draft) -> Option<()> {
        let network = self.network;
        let peering = network.peering(id);
        match self.accepted(id) {
            Ok(()) => {}
            Err(Some(_)) => return None,
            Err(None) => {
                let accepting = peering.accepter.value().and_then(|&vpc| network.vpc(vpc).thing());
                let name = ("alicloud_vpc_peer_connection_accepter", &*named(&peering.thing));
                let arguments = vec![("instance_id", format!("{}.id", peering.thing.address))];
                draft.add(network, name, accepting, arguments);
            }
        }
        let leads = |line: &Line| match line.via {
            Via::Route(route) => network.route(route).target == Some(Target::Peering(id)),
            _ => false,
        };
        let hop = format!("{}.id", peering.thing.address);
        let hop = NextHop { kind: "VpcPeer", id: hop, leads: &leads, synced: None, instead: None };
        self.mend_tables(way, &hop, draft)
    }

    /// Routes in the VPC's own tables to the attachment; `synced` is the shortest prefix that route sync will bring.
    pub(super) fn mend_attached(
        &self,
        way: &Way<'_>,
        near: AttachmentId,
        synced: Option<u8>,
        draft: &mut Draft,
    ) -> Option<()> {
        let network = self.network;
        let attachment = network.attachment(near);
        let here = attachment.thing()?;
        let leads = |line: &Line| match line.via {
            Via::Route(route) => {
                let link = network.route(route).hop.id.value();
                link.and_then(|link| network.attachment_named(link)) == Some(near)
            }
            Via::Child(at) => network.child_routes[at].attachment == Some(near),
            Via::Synced(by) => by == near,
            _ => false,
        };
        let instead = (attachment.publish.value() != Some(&true)).then(|| {
            format!(
                "set auto_publish_route_enabled = true on {}: the router then writes its routes into the VPC",
                here.address
            )
        });
        let id = format!("{}.transit_router_attachment_id", here.address);
        self.mend_tables(way, &NextHop { kind: "Attachment", id, leads: &leads, synced, instead }, draft)
    }

    /// Routes to a next hop in every table that the sources look up.
    fn mend_tables(&self, way: &Way<'_>, hop: &NextHop<'_>, draft: &mut Draft) -> Option<()> {
        let network = self.network;
        let mut seen = Vec::new();
        for source in way.sources {
            let (table, reference) = match &source.table {
                Bound::System => (None, format!("{}.route_table_id", network.vpc(way.from).thing()?.address)),
                Bound::Custom(table) => (Some(*table), format!("{}.id", network.table(*table).thing()?.address)),
                Bound::Unknown(_) => return None,
            };
            if seen.contains(&table) {
                continue;
            }
            seen.push(table);
            let view = self.table_view(way.from, &source.table).ok()?;
            if view.vague.is_some() || view.open.is_some() || !view.anywhere.is_empty() {
                return None;
            }
            let led = led(way.blocks, &view.lines, &view.index, hop.leads)?;
            let (mut missing, mut turned) = (Vec::new(), BTreeSet::new());
            for (piece, line) in led.lacking {
                let line = line.map(|at| &view.lines[at]);
                let length = line.map_or(0, |line| line.prefix.prefix_len());
                let destination = way.destination(piece)?;
                match line.map(|line| &line.via) {
                    _ if hop.synced.is_some_and(|by| length < by) => {}
                    _ if length < destination.net.prefix_len() => {
                        if !missing.contains(&destination) {
                            missing.push(destination);
                        }
                    }
                    Some(Via::Route(id)) => {
                        turned.insert(*id);
                    }
                    _ => return None,
                }
            }
            for id in turned {
                self.turn(way, hop, id, draft)?;
            }
            let name = format!("{}_to_{}", self.short(way.from), self.short(way.to));
            for destination in missing {
                let arguments = vec![
                    ("route_table_id", reference.clone()),
                    ("destination_cidrblock", destination.written.clone()),
                    ("nexthop_type", format!("\"{}\"", hop.kind)),
                    ("nexthop_id", hop.id.clone()),
                ];
                let like = network.vpc(way.from).thing();
                let name = draft.add(network, (ROUTE, &name), like, arguments);
                if let Some(instead) = &hop.instead {
                    draft.or(ROUTE, &name, instead.clone());
                }
            }
        }
        Some(())
    }

    /// Leads elsewhere a route that is written for these very addresses: the cloud takes no second one of its
    /// destination, and a wider one would lose.
    fn turn(&self, way: &Way<'_>, hop: &NextHop<'_>, id: RouteId, draft: &mut Draft) -> Option<()> {
        let network = self.network;
        let route = network.route(id);
        let net = route.destination.value()?.v4()?;
        // It may be meant for another VPC with the same addresses.
        let others = network.vpcs.iter().enumerate().filter(|(at, _)| *at != way.to.0 && *at != way.from.0);
        let mut blocks = others.flat_map(|(_, vpc)| vpc.known_blocks());
        if blocks.any(|(block, _)| block.contains(&net) || net.contains(&block)) || route.hop.id.value().is_none() {
            return None;
        }
        let arguments = vec![("nexthop_type", format!("\"{}\"", hop.kind)), ("nexthop_id", hop.id.clone())];
        draft.change(&route.thing, arguments);
        Some(())
    }

    /// Nothing joins the two: a connection, and a route at each end. The same words whichever direction is asked for.
    fn join(&self, a: VpcId, b: VpcId, draft: &mut Draft) -> Option<()> {
        let network = self.network;
        let (a, b) = (a.min(b), a.max(b));
        let (near, far) = (network.vpc(a).thing()?, network.vpc(b).thing()?);
        let region = match network.vpc(b).region.value() {
            Some(region) => format!("\"{region}\""),
            None => format!("\"the region of {}\"", far.address),
        };
        let other = matches!(
            near.provider.account.compare(&far.provider.account),
            SameAccount::Different | SameAccount::Likely
        );
        let account = match other {
            true => format!("\"the id of the account of {}\"", far.address),
            false => "data.alicloud_account.this.id".into(),
        };
        let name = format!("{}_{}", named(near), named(far));
        let arguments = vec![
            ("vpc_id", format!("{}.id", near.address)),
            ("accepting_vpc_id", format!("{}.id", far.address)),
            ("accepting_ali_uid", account),
            ("accepting_region_id", region),
        ];
        let name = draft.add(network, (CONNECTION, &name), Some(near), arguments);
        let instead = "attach both VPCs to one transit router; either way both need routes to each other";
        draft.or(CONNECTION, &name, instead.into());
        let hop = format!("{CONNECTION}.{name}.id");
        if other {
            let arguments = vec![("instance_id", hop.clone())];
            draft.add(network, ("alicloud_vpc_peer_connection_accepter", &name), Some(far), arguments);
        }
        for (here, there) in [(a, b), (b, a)] {
            let (sources, targets) = (self.sources(End::Vpc(here), false).0, self.sources(End::Vpc(there), false).0);
            let blocks: Vec<IpNet> = targets.iter().map(|target| target.block).collect();
            let way = way(network, (here, &sources), (there, &targets), &blocks)?;
            let hop = NextHop { kind: "VpcPeer", id: hop.clone(), leads: &|_| false, synced: None, instead: None };
            self.mend_tables(&way, &hop, draft)?;
        }
        Some(())
    }

    fn short(&self, id: VpcId) -> String {
        self.network.vpc(id).thing().map_or_else(|| "peer".into(), named)
    }
}

/// How the targets are written as destinations: the block of their VPC where they lie in it, else each of them.
fn way<'a>(
    network: &Network,
    (from, sources): (VpcId, &'a [Source]),
    (to, targets): (VpcId, &[Source]),
    blocks: &'a [IpNet],
) -> Option<Way<'a>> {
    let vpc = network.vpc(to);
    let mut destinations: Vec<Destination> = Vec::new();
    for target in targets {
        let destination = match (&vpc.node, vpc.known_blocks().next()) {
            (VpcNode::Managed(thing), Some((first, _))) if IpNet::V4(first).contains(&target.block) => {
                Destination { written: format!("{}.cidr_block", thing.address), net: IpNet::V4(first) }
            }
            _ => {
                let written = match target.end {
                    End::VSwitch(id) => format!("{}.cidr_block", network.vswitch(id).thing.address),
                    _ => format!("\"{}\"", target.block),
                };
                Destination { written, net: target.block }
            }
        };
        if !destinations.contains(&destination) {
            destinations.push(destination);
        }
    }
    let certain = targets.iter().all(|target| target.doubt(network).is_none());
    let any = certain && !blocks.is_empty() && !sources.is_empty();
    // No route leads out of a VPC to addresses that it has itself.
    let own =
        |block: &IpNet| sources.iter().any(|source| source.block.contains(block) || block.contains(&source.block));
    (any && !blocks.iter().any(own)).then_some(Way { from, sources, to, blocks, destinations })
}

impl Way<'_> {
    pub fn destination(&self, piece: IpNet) -> Option<&Destination> {
        self.destinations.iter().find(|destination| destination.net.contains(&piece))
    }
}

/// How lines lead to blocks; nothing where what takes them elsewhere may not be there, or is not one line.
pub(super) fn led<E: Entry>(blocks: &[IpNet], lines: &[E], index: &Index, leads: impl Fn(&E) -> bool) -> Option<Led> {
    let mut found = Led { lacking: Vec::new(), by: u8::MAX };
    for (piece, best) in blocks.iter().flat_map(|&block| pieces(block, lines, index)) {
        match best.as_slice() {
            [] => found.lacking.push((piece, None)),
            [first, ..] if best.iter().all(|&at| leads(&lines[at])) => {
                found.by = found.by.min(lines[*first].prefix().prefix_len());
            }
            &[at] if lines[at].certain() => found.lacking.push((piece, Some(at))),
            _ => return None,
        }
    }
    Some(found)
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
