//! The way of packets from one vSwitch to a block, hop by hop, until they arrive or are dropped.

use ipnet::Ipv4Net;

use super::prefix::pieces;
use super::table::Via;
use super::{Delivery, End, Reach, Source, existence, router};
use crate::eval::{Cause, SameAccount};
use crate::network::{
    Arg, AttachmentId, AttachmentKind, PeeringId, Route, RouteId, RouterId, RouterTableId, Target, VpcId,
};
use crate::source::Span;

/// One hop: where the packet is, and the line that sends it on (none for a system route).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub at: String,
    pub takes: Option<String>,
    pub place: Option<Span>,
}

/// What becomes of the packets of one piece.
#[derive(Clone, Debug)]
pub struct Fate {
    pub delivery: Delivery,
    pub hops: Vec<Step>,
    pub because: String,
    pub causes: Vec<Cause>,
}

impl Fate {
    fn delivered(hops: Vec<Step>) -> Fate {
        Fate { delivery: Delivery::Delivered, hops, because: String::new(), causes: Vec::new() }
    }

    fn dropped(hops: Vec<Step>, because: impl Into<String>) -> Fate {
        Fate { delivery: Delivery::Dropped, hops, because: because.into(), causes: Vec::new() }
    }

    pub(super) fn unknown(hops: Vec<Step>, cause: Cause) -> Fate {
        Fate { delivery: Delivery::Unknown, hops, because: cause.sentence(), causes: vec![cause] }
    }
}

/// More hops than this are a circle.
const LONGEST: usize = 16;

/// Everything that stays the same on one walk.
struct Journey<'a> {
    target: &'a Source,
    fates: Vec<Fate>,
}

impl Reach<'_> {
    pub(super) fn walk(&self, source: &Source, target: &Source, block: Ipv4Net) -> Vec<Fate> {
        let mut journey = Journey { target, fates: Vec::new() };
        match self.table_view(source.vpc, &source.table) {
            Err(cause) => {
                // The same vSwitch's own VPC is local in every table.
                if source.vpc == target.vpc {
                    let hops = vec![self.step(source.end, None, None)];
                    self.arrive(source.vpc, block, hops, "", &mut journey);
                } else {
                    journey.fates.push(Fate::unknown(vec![self.step(source.end, None, None)], cause));
                }
            }
            Ok(view) => {
                let name = self.table_name(source);
                for (piece, best) in pieces(block, &view.lines) {
                    let lines: Vec<&super::table::Line> = best.iter().map(|&at| &view.lines[at]).collect();
                    if let Some(Via::Local(vswitch)) = lines.first().map(|line| &line.via)
                        && lines.iter().all(|line| matches!(line.via, Via::Local(_)))
                    {
                        let hops = vec![self.step(source.end, None, None)];
                        let fate = match lines.iter().find_map(|line| self.line_exists(line)) {
                            Some(cause) => Fate::unknown(hops, cause),
                            None if self.is_target(target, source.vpc, End::VSwitch(*vswitch)) => Fate::delivered(hops),
                            None => {
                                let local = &self.network.vswitch(*vswitch).thing.address;
                                Fate::dropped(hops, format!("{piece} is local: it stays in {local}"))
                            }
                        };
                        journey.fates.push(fate);
                        continue;
                    }
                    let hops = Vec::new();
                    if let Some(cause) = &view.vague {
                        journey.fates.push(Fate::unknown(vec![self.step(source.end, None, None)], cause.clone()));
                        continue;
                    }
                    match lines.as_slice() {
                        [] => {
                            // A VPC without vSwitches counts with its whole blocks.
                            if source.vpc == target.vpc && matches!(target.end, End::Vpc(_)) {
                                journey.fates.push(Fate::delivered(vec![self.step(source.end, None, None)]));
                                continue;
                            }
                            let hops = vec![self.step(source.end, None, None)];
                            journey.fates.push(match &view.open {
                                Some(cause) => Fate::unknown(hops, cause.clone()),
                                None => Fate::dropped(hops, format!("{name} has no route to {piece}")),
                            });
                        }
                        [line] => {
                            if let Some(cause) = self.line_exists(line) {
                                journey.fates.push(Fate::unknown(vec![self.step(source.end, None, None)], cause));
                                continue;
                            }
                            self.follow(source, piece, &line.via, hops, &mut journey);
                        }
                        several => {
                            // Equals: load sharing, or a conflict that the cloud refuses; both must come to the same.
                            let mut fates = Vec::new();
                            for line in several {
                                let mut one = Journey { target, fates: Vec::new() };
                                match self.line_exists(line) {
                                    Some(cause) => one.fates.push(Fate::unknown(Vec::new(), cause)),
                                    None => self.follow(source, piece, &line.via, Vec::new(), &mut one),
                                }
                                fates.extend(one.fates);
                            }
                            journey.fates.push(agreed(fates, "routes of one destination lead to different places"));
                        }
                    }
                }
            }
        }
        journey.fates
    }

    fn table_name(&self, source: &Source) -> String {
        match &source.table {
            crate::network::Bound::Custom(table) => self.network.table_name(*table),
            _ => format!("the system table of {}", self.network.vpc(source.vpc).name()),
        }
    }

    fn step(&self, at: End, takes: Option<&crate::network::Thing>, place: Option<Span>) -> Step {
        Step {
            at: at.name(self.network),
            takes: takes.map(|thing| thing.name()),
            place: takes.map(|thing| thing.header).or(place),
        }
    }

    fn is_target(&self, target: &Source, vpc: VpcId, end: End) -> bool {
        target.end == end || (matches!(target.end, End::Vpc(_)) && target.vpc == vpc)
    }

    fn follow(&self, source: &Source, piece: Ipv4Net, via: &Via, mut hops: Vec<Step>, journey: &mut Journey<'_>) {
        match via {
            Via::Local(_) => self.arrive(source.vpc, piece, hops, "", journey),
            Via::CloudServices => {
                hops.push(self.step(source.end, None, None));
                journey.fates.push(Fate::dropped(hops, format!("{piece} belongs to the cloud's own services")));
            }
            Via::Route(id) => self.follow_route(source, piece, *id, hops, journey),
            Via::Child(at) => {
                let route = &self.network.child_routes[*at];
                hops.push(self.step(source.end, Some(&route.thing), None));
                match route.attachment {
                    Some(attachment) => self.enter(source.vpc, piece, attachment, hops, journey),
                    None => {
                        let cause = route.link.cause().cloned().unwrap_or(Cause::Failed);
                        journey.fates.push(Fate::unknown(hops, cause));
                    }
                }
            }
            Via::Synced(attachment) => {
                let node = &self.network.attachment(*attachment).node;
                hops.push(self.step(source.end, node.thing(), None));
                self.enter(source.vpc, piece, *attachment, hops, journey);
            }
        }
    }

    fn follow_route(
        &self,
        source: &Source,
        piece: Ipv4Net,
        id: RouteId,
        mut hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let route = network.route(id);
        hops.push(self.step(source.end, Some(&route.thing), None));
        let kind = match &route.hop.kind {
            Arg::Known(kind) => kind.value.clone(),
            Arg::Unknown(cause, _) => return journey.fates.push(Fate::unknown(hops, cause.clone())),
            Arg::Absent => {
                let cause = Cause::Unsupported("a route with several next hops".into());
                return journey.fates.push(Fate::unknown(hops, cause));
            }
        };
        let leaves = |where_to: &str| format!("{} leaves through {where_to}", route.thing.address);
        match &*kind {
            "VpcPeer" => match &route.target {
                Some(Target::Peering(peering)) => self.cross(source.vpc, piece, *peering, route, hops, journey),
                Some(Target::Other(link)) => {
                    let cause = Cause::Unsupported(format!("where {} leads", link.shown()).into());
                    journey.fates.push(match link.is_other_kind("alicloud_vpc_peer_connection") {
                        true => Fate::dropped(hops, format!("{} is not a peering connection", link.shown())),
                        false => Fate::unknown(hops, cause),
                    });
                }
                None => journey.fates.push(Fate::unknown(hops, hop_cause(route))),
            },
            "Attachment" => match route.hop.id.value() {
                Some(link) => match network.attachment_named(link) {
                    Some(attachment) => self.enter(source.vpc, piece, attachment, hops, journey),
                    None => {
                        let cause = Cause::Unsupported(format!("where {} leads", link.shown()).into());
                        journey.fates.push(Fate::unknown(hops, cause));
                    }
                },
                None => journey.fates.push(Fate::unknown(hops, hop_cause(route))),
            },
            "NatGateway" => journey.fates.push(Fate::dropped(hops, leaves("a NAT gateway"))),
            "Ipv4Gateway" | "IPv6Gateway" => journey.fates.push(Fate::dropped(hops, leaves("an Internet gateway"))),
            "VpnGateway" => journey.fates.push(Fate::dropped(hops, leaves("a VPN gateway"))),
            "Ecr" => journey.fates.push(Fate::dropped(hops, leaves("an Express Connect router, which joins no VPCs"))),
            other => {
                let cause = Cause::Unsupported(format!("what a next hop of type {other} does with packets").into());
                journey.fates.push(Fate::unknown(hops, cause));
            }
        }
    }

    /// Over a peering connection, into the VPC at its other end, and no further (3.6).
    fn cross(
        &self,
        vpc: VpcId,
        piece: Ipv4Net,
        id: PeeringId,
        route: &Route,
        mut hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let peering = network.peering(id);
        if !peering.thing.certain {
            return journey.fates.push(Fate::unknown(hops, existence(&peering.thing)));
        }
        let (Some(&requester), Some(&accepter)) = (peering.requester.value(), peering.accepter.value()) else {
            let cause = peering.requester.cause().or(peering.accepter.cause()).cloned();
            return journey.fates.push(Fate::unknown(hops, cause.unwrap_or(Cause::Failed)));
        };
        let far = match vpc {
            here if here == requester => accepter,
            here if here == accepter => requester,
            here => {
                let other = network.vpcs_differ(here, requester) && network.vpcs_differ(here, accepter);
                return journey.fates.push(match other {
                    true => Fate::dropped(
                        hops,
                        format!("{} leads to {}, which does not end in this VPC", route.thing.address, peering.thing.address),
                    ),
                    false => Fate::unknown(hops, Cause::Unsupported("which VPC this is".into())),
                });
            }
        };
        match (peering.same_account, peering.accepters.is_empty()) {
            (SameAccount::Same, _) => {}
            (_, false) if peering.accepters.iter().any(|&at| network.accepters[at].thing.certain) => {}
            (SameAccount::Different, true)
                if network.gap(&["alicloud_vpc_peer_connection_accepter"]).is_none()
                    && network.accepters.iter().all(|accepter| accepter.link.cause().is_none()) =>
            {
                let because = format!("{} waits for the other account to accept it", peering.thing.address);
                return journey.fates.push(Fate::dropped(hops, because));
            }
            _ => {
                let cause = Cause::Unsupported(format!("whether {} is accepted", peering.thing.address).into());
                return journey.fates.push(Fate::unknown(hops, cause));
            }
        }
        hops.push(Step {
            at: peering.thing.name(),
            takes: None,
            place: Some(peering.thing.header),
        });
        let tail = "a peering connection does not forward further";
        self.arrive(far, piece, hops, tail, journey);
    }

    /// Through an attachment of the VPC into its transit router (4.18).
    fn enter(&self, vpc: VpcId, piece: Ipv4Net, id: AttachmentId, hops: Vec<Step>, journey: &mut Journey<'_>) {
        let network = self.network;
        let attachment = network.attachment(id);
        let attached = match &attachment.kind {
            AttachmentKind::Vpc(attached) => &attached.vpc,
            AttachmentKind::Unknown => {
                let cause = attachment.router.cause().cloned().unwrap_or(Cause::Failed);
                return journey.fates.push(Fate::unknown(hops, cause));
            }
            _ => {
                let because = format!("{} is not the attachment of a VPC", attachment.node.name());
                return journey.fates.push(Fate::dropped(hops, because));
            }
        };
        if attachment.thing().is_some_and(|thing| !thing.certain) {
            return journey.fates.push(Fate::unknown(hops, Cause::Instances(attachment.node.name().into())));
        }
        match attached {
            Arg::Known(other) if other.value == vpc => {}
            Arg::Known(other) if network.vpcs_differ(other.value, vpc) => {
                let because = format!(
                    "{} attaches {}, not {}",
                    attachment.node.name(),
                    network.vpc(other.value).name(),
                    network.vpc(vpc).name()
                );
                return journey.fates.push(Fate::dropped(hops, because));
            }
            Arg::Known(_) => {
                return journey.fates.push(Fate::unknown(hops, Cause::Unsupported("which VPC this is".into())));
            }
            other => {
                let cause = other.cause().cloned().unwrap_or(Cause::Failed);
                return journey.fates.push(Fate::unknown(hops, cause));
            }
        }
        let router = attachment.router.value().copied();
        self.in_router(router, id, piece, hops, journey);
    }

    fn in_router(
        &self,
        router: Option<RouterId>,
        from: AttachmentId,
        piece: Ipv4Net,
        hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        if hops.len() > LONGEST {
            return journey.fates.push(Fate::dropped(hops, "the packets go in a circle"));
        }
        let name = match router {
            Some(router) => network.router(router).node.name(),
            None => "the transit router".into(),
        };
        match self.lookup_table(from, router) {
            Ok(Some((table, false))) => self.look_up(router, table, from, piece, hops, journey),
            Ok(Some((_, true))) => {
                journey.fates.push(Fate::unknown(hops, Cause::Instances("an association".into())));
            }
            Ok(None) => {
                let because =
                    format!("{name} has no route table for {}: it is not associated", network.attachment(from).node.name());
                journey.fates.push(Fate::dropped(hops, because));
            }
            Err(cause) => journey.fates.push(Fate::unknown(hops, cause)),
        }
    }

    fn look_up(
        &self,
        router: Option<RouterId>,
        table: RouterTableId,
        from: AttachmentId,
        piece: Ipv4Net,
        hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let view = self.router_view(table);
        let name = network.router_table_name(table);
        let step = |line: Option<&router::Line>| Step {
            at: name.clone(),
            takes: line.and_then(|line| line.by.as_ref()).map(|(address, _)| address.clone()),
            place: line.and_then(|line| line.by.as_ref()).map(|(_, place)| *place),
        };
        if let Some(cause) = &view.vague {
            let mut hops = hops;
            hops.push(step(None));
            return journey.fates.push(Fate::unknown(hops, cause.clone()));
        }
        for (part, best) in pieces(piece, &view.lines) {
            let lines: Vec<&router::Line> = best.iter().map(|&at| &view.lines[at]).collect();
            let mut hops = hops.clone();
            hops.push(step(lines.first().copied()));
            let same = lines.windows(2).all(|pair| pair[0].via == pair[1].via);
            match lines.first() {
                None => journey.fates.push(match &view.open {
                    Some(cause) => Fate::unknown(hops, cause.clone()),
                    None => Fate::dropped(hops, format!("{name} has no route to {part}")),
                }),
                Some(line) if same => {
                    if !lines.iter().any(|line| line.certain) {
                        journey.fates.push(Fate::unknown(hops, Cause::Instances("a route of the router".into())));
                        continue;
                    }
                    match &line.via {
                        router::Via::BlackHole => {
                            journey.fates.push(Fate::dropped(hops, format!("{name} drops {part} in a black hole")));
                        }
                        router::Via::Unknown(cause) => journey.fates.push(Fate::unknown(hops, cause.clone())),
                        router::Via::Attachment(next) => self.leave(router, from, *next, part, hops, journey),
                    }
                }
                Some(_) => {
                    let mut fates = Vec::new();
                    for line in &lines {
                        let mut one = Journey { target: journey.target, fates: Vec::new() };
                        match &line.via {
                            router::Via::Attachment(next) if line.certain => {
                                self.leave(router, from, *next, part, hops.clone(), &mut one);
                            }
                            _ => one.fates.push(Fate::unknown(hops.clone(), Cause::Instances("a route".into()))),
                        }
                        fates.extend(one.fates);
                    }
                    journey.fates.push(agreed(fates, "two attachments bring the same prefix, and only one of them counts"));
                }
            }
        }
    }

    /// Out of a router through an attachment.
    fn leave(
        &self,
        router: Option<RouterId>,
        from: AttachmentId,
        next: AttachmentId,
        piece: Ipv4Net,
        hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let attachment = network.attachment(next);
        if attachment.thing().is_some_and(|thing| !thing.certain) {
            return journey.fates.push(Fate::unknown(hops, Cause::Instances(attachment.node.name().into())));
        }
        match &attachment.kind {
            AttachmentKind::Vpc(attached) => match attached.vpc.value() {
                Some(&vpc) => self.arrive(vpc, piece, hops, "a transit router delivers to vSwitches only", journey),
                None => {
                    let cause = attached.vpc.cause().cloned().unwrap_or(Cause::Failed);
                    journey.fates.push(Fate::unknown(hops, cause));
                }
            },
            AttachmentKind::Peer(peer) => {
                let ends = (attachment.router.value().copied(), peer.peer.value().copied());
                let far = match (router, ends) {
                    (Some(here), (Some(near), far)) if here == near => far,
                    (Some(here), (near, Some(far))) if here == far => near,
                    _ => None,
                };
                match far {
                    Some(far) if next != from => self.in_router(Some(far), next, piece, hops, journey),
                    Some(_) => journey.fates.push(Fate::dropped(hops, "the packets go back where they came from")),
                    None => {
                        let cause = attachment.router.cause().or(peer.peer.cause()).cloned();
                        journey.fates.push(Fate::unknown(hops, cause.unwrap_or(Cause::Failed)));
                    }
                }
            }
            AttachmentKind::Vbr(_) | AttachmentKind::Vpn(_) | AttachmentKind::Ecr(_) => {
                let because = format!("{piece} leaves through {}", attachment.node.name());
                journey.fates.push(Fate::dropped(hops, because));
            }
            AttachmentKind::Unknown => {
                let cause = attachment.router.cause().cloned().unwrap_or(Cause::Failed);
                journey.fates.push(Fate::unknown(hops, cause));
            }
        }
    }

    /// In the last VPC only its vSwitches count: nothing is forwarded from there.
    fn arrive(&self, vpc: VpcId, piece: Ipv4Net, hops: Vec<Step>, tail: &str, journey: &mut Journey<'_>) {
        let network = self.network;
        let target = journey.target;
        if target.vpc == vpc {
            match target.end {
                End::Vpc(_) => return journey.fates.push(Fate::delivered(hops)),
                End::VSwitch(id) if network.vswitch(id).thing.certain => {
                    return journey.fates.push(Fate::delivered(hops));
                }
                End::VSwitch(id) => return journey.fates.push(Fate::unknown(hops, existence(&network.vswitch(id).thing))),
            }
        }
        let certain = network.vpcs_differ(vpc, target.vpc);
        if !certain {
            return journey.fates.push(Fate::unknown(hops, Cause::Unsupported("which VPC this is".into())));
        }
        let name = network.vpc(vpc).name();
        let tail = if tail.is_empty() { String::new() } else { format!(": {tail}") };
        journey.fates.push(Fate::dropped(hops, format!("{piece} ends in {name}, which is not where it lives{tail}")));
    }
}

/// The fate of equals: the one that all come to, or unknown.
fn agreed(fates: Vec<Fate>, otherwise: &str) -> Fate {
    let mut fates = fates.into_iter();
    let Some(first) = fates.next() else { return Fate::unknown(Vec::new(), Cause::Failed) };
    for other in fates {
        if other.delivery != first.delivery {
            return Fate::unknown(first.hops, Cause::Unsupported(otherwise.into()));
        }
    }
    first
}

fn hop_cause(route: &Route) -> Cause {
    route.hop.id.cause().cloned().unwrap_or(Cause::Failed)
}
