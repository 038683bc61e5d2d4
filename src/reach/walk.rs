//! The way of packets from one vSwitch to a block, hop by hop, until they arrive or are dropped.

use std::cell::Cell;

use ipnet::IpNet;

use super::prefix::{Index, blurred, contenders, pieces};
use super::table::{self, Via};
use super::{Delivery, End, Reach, Source, existence};
use crate::eval::{Cause, SameAccount};
use crate::network::{Arg, Bound, PeeringId, Route, RouteId, Seen, Target, VpcId};
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
    pub(super) fn delivered(hops: Vec<Step>) -> Fate {
        Fate { delivery: Delivery::Delivered, hops, because: String::new(), causes: Vec::new() }
    }

    pub(super) fn dropped(hops: Vec<Step>, because: impl Into<String>) -> Fate {
        Fate { delivery: Delivery::Dropped, hops, because: because.into(), causes: Vec::new() }
    }

    pub(super) fn unknown(hops: Vec<Step>, cause: Cause) -> Fate {
        Fate { delivery: Delivery::Unknown, hops, because: cause.sentence(), causes: vec![cause] }
    }
}

/// More forks than this are not told apart.
const MANIEST: usize = 2000;

/// Everything that stays the same on one walk, and what has become of the pieces so far.
pub(super) struct Journey<'a> {
    target: &'a Source,
    pub fates: Vec<Fate>,
    /// Ways tried where less is known than which one packets take.
    forks: &'a Cell<usize>,
}

/// One of the ways that packets may take.
enum Way<V> {
    Via(V),
    Missing,
}

impl Journey<'_> {
    /// What was delivered since then is so only if something is there: without it, it is dropped.
    pub fn only_if(&mut self, since: usize, cause: &Cause) {
        for fate in &mut self.fates[since..] {
            if fate.delivery == Delivery::Delivered {
                *fate = Fate::unknown(std::mem::take(&mut fate.hops), cause.clone());
            }
        }
    }
}

impl Reach<'_> {
    pub(super) fn walk(&self, source: &Source, target: &Source, block: IpNet) -> Vec<Fate> {
        let forks = Cell::new(0);
        let mut journey = Journey { target, fates: Vec::new(), forks: &forks };
        match &source.table {
            Bound::Unknown(cause) => match self.tables_maybe(source.end) {
                Some(tables) => self.fork(block, &tables, cause, &mut journey, |table, piece, one| {
                    let source = Source { table: table.clone(), ..source.clone() };
                    self.set_out(&source, piece, one);
                }),
                // The same vSwitch's own VPC is local in every table.
                None if source.vpc == target.vpc => {
                    let hops = vec![self.step(source.end, None, None)];
                    self.arrive(source.vpc, block, hops, "", &mut journey);
                }
                None => {
                    journey.fates.push(Fate::unknown(vec![self.step(source.end, None, None)], cause.clone()));
                }
            },
            _ => self.set_out(source, block, &mut journey),
        }
        journey.fates
    }

    /// The tables that a vSwitch may be bound to, where they are known.
    fn tables_maybe(&self, end: End) -> Option<Vec<Bound>> {
        let network = self.network;
        let End::VSwitch(id) = end else { return None };
        let bindings = || network.bindings.iter().filter(|binding| !binding.is_gateway);
        if network.gap(&["alicloud_route_table_attachment"]).is_some() || bindings().any(|one| one.stray().is_some()) {
            return None;
        }
        let mut tables = vec![Bound::System];
        for binding in bindings().filter(|binding| binding.vswitch == Some(id)) {
            let &table = binding.table.value()?;
            tables.push(if network.table(table).is_system() { Bound::System } else { Bound::Custom(table) });
        }
        Some(tables)
    }

    /// What becomes of a piece that takes one of several ways: what all of them come to, or nobody knows.
    pub(super) fn fork<W>(
        &self,
        piece: IpNet,
        ways: &[W],
        cause: &Cause,
        journey: &mut Journey<'_>,
        go: impl Fn(&W, IpNet, &mut Journey<'_>),
    ) {
        for part in self.atoms(piece) {
            let mut fates: Vec<Fate> = Vec::new();
            for way in ways {
                journey.forks.set(journey.forks.get() + 1);
                let mut one = Journey { target: journey.target, fates: Vec::new(), forks: journey.forks };
                match journey.forks.get() > MANIEST {
                    true => one.fates.push(Fate::unknown(Vec::new(), cause.clone())),
                    false => go(way, part, &mut one),
                }
                fates.append(&mut one.fates);
                if fates.iter().any(|fate| fate.delivery == Delivery::Unknown || fate.delivery != fates[0].delivery) {
                    break;
                }
            }
            journey.fates.push(agreed(fates, cause));
        }
    }

    /// The parts of a piece that no table tells apart further.
    fn atoms(&self, piece: IpNet) -> Vec<IpNet> {
        let written = self.written.get_or_init(|| {
            let network = self.network;
            let routes = network.routes.iter().map(|route| &route.destination);
            let children = network.child_routes.iter().map(|route| &route.destination);
            let entries = network.router_routes.iter().map(|route| &route.destination);
            let lists = network.listed_blocks();
            let vswitches = network.vswitches.iter().map(|vswitch| &vswitch.cidr);
            let aggregates = network.backbone.aggregates.iter().map(|aggregate| &aggregate.cidr);
            let all = routes.chain(children).chain(entries).chain(vswitches).chain(aggregates);
            let v6 = network.vswitches.iter().filter_map(|vswitch| vswitch.ipv6.value().map(|&net| IpNet::V6(net)));
            let v6 = v6.chain(network.vpcs.iter().flat_map(|vpc| vpc.ipv6.known.iter().map(|&net| IpNet::V6(net))));
            let blocks = network.vpcs.iter().flat_map(|vpc| vpc.known_blocks().map(|(block, _)| IpNet::V4(block)));
            all.filter_map(|cidr| cidr.value().and_then(|cidr| cidr.net)).chain(blocks).chain(lists).chain(v6).collect()
        });
        let last = IpNet::from(piece.broadcast());
        let inside: Vec<IpNet> = written.range(piece..=last).copied().filter(|net| piece.contains(net)).collect();
        pieces(piece, &inside, &Index::new(&inside)).into_iter().map(|(part, _)| part).collect()
    }

    /// Out of a vSwitch, by its table.
    fn set_out(&self, source: &Source, block: IpNet, journey: &mut Journey<'_>) {
        let target = journey.target;
        let start = || vec![self.step(source.end, None, None)];
        let view = match self.table_view(source.vpc, &source.table) {
            Ok(view) => view,
            Err(cause) => return journey.fates.push(Fate::unknown(start(), cause)),
        };
        let name = self.table_name(source);
        for (piece, best) in pieces(block, &view.lines, &view.index) {
            let lines: Vec<&table::Line> = best.iter().map(|&at| &view.lines[at]).collect();
            if let Some(Via::Local(vswitch)) = lines.first().map(|line| &line.via)
                && lines.iter().any(|line| line.certain)
            {
                journey.fates.push(match self.is_target(target, source.vpc, End::VSwitch(*vswitch)) {
                    true => Fate::delivered(start()),
                    false => {
                        let local = &self.network.vswitch(*vswitch).thing.address;
                        Fate::dropped(start(), format!("{} is local: it stays in {local}", self.shown(piece)))
                    }
                });
                continue;
            }
            if let Some(cause) = &view.vague {
                journey.fates.push(Fate::unknown(start(), cause.clone()));
                continue;
            }
            let blurred = blurred(piece, &view.lines, |line| match line.via {
                Via::Local(_) => None,
                ref via => Some(via.clone()),
            });
            let anywhere: Vec<_> = view.anywhere.iter().filter(|one| one.may_take(piece)).chain(&blurred).collect();
            let missing = |journey: &mut Journey<'_>| {
                // A VPC without vSwitches counts with its whole blocks.
                journey.fates.push(match &view.open {
                    _ if source.vpc == target.vpc && matches!(target.end, End::Vpc(_)) => Fate::delivered(start()),
                    Some(cause) => Fate::unknown(start(), cause.clone()),
                    None => Fate::dropped(start(), format!("{name} has no route to {}", self.shown(piece))),
                });
            };
            match lines.as_slice() {
                [] if anywhere.is_empty() => missing(journey),
                [line] if line.certain && anywhere.is_empty() => {
                    self.follow(source, piece, &line.via, Some(line.prefix), Vec::new(), journey);
                }
                _ => {
                    // Equals share the load, or the cloud refuses one; what is not certain may leave it to the next.
                    let (contenders, surely) = contenders(piece, &view.lines, &view.index);
                    let lines = contenders.iter().map(|&at| &view.lines[at]);
                    let cause = lines
                        .clone()
                        .find_map(|line| self.line_exists(line))
                        .or_else(|| anywhere.first().map(|one| one.cause.clone()))
                        .unwrap_or_else(|| {
                            Cause::Unsupported("routes of one destination that lead to different places".into())
                        });
                    let mut ways: Vec<_> = lines.map(|line| Way::Via((&line.via, Some(line.prefix)))).collect();
                    ways.extend(anywhere.iter().map(|one| Way::Via((&one.via, None))));
                    if !surely {
                        ways.push(Way::Missing);
                    }
                    self.fork(piece, &ways, &cause, journey, |way, part, one| match way {
                        Way::Via((via, by)) => self.follow(source, part, via, *by, Vec::new(), one),
                        Way::Missing => missing(one),
                    });
                }
            }
        }
    }

    pub(super) fn shown(&self, piece: IpNet) -> String {
        self.network.shown_block(piece)
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

    /// Along a line of a VPC's table; `by` is its prefix.
    fn follow(
        &self,
        source: &Source,
        piece: IpNet,
        via: &Via,
        by: Option<IpNet>,
        mut hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        match via {
            Via::Local(_) => {
                hops.push(self.step(source.end, None, None));
                self.arrive(source.vpc, piece, hops, "", journey);
            }
            Via::Legacy(far) => {
                hops.push(self.step(source.end, None, None));
                self.arrive(*far, piece, hops, "", journey);
            }
            Via::CloudServices => {
                hops.push(self.step(source.end, None, None));
                journey
                    .fates
                    .push(Fate::dropped(hops, format!("{} belongs to the cloud's own services", self.shown(piece))));
            }
            Via::Route(id) => self.follow_route(source, piece, *id, hops, journey),
            Via::Child(at) => {
                let route = &self.network.child_routes[*at];
                hops.push(self.step(source.end, Some(&route.thing), None));
                match route.attachment {
                    Some(attachment) => self.enter(source.vpc, piece, attachment, None, hops, journey),
                    None => {
                        let cause = route.link.cause().cloned().unwrap_or(Cause::Failed);
                        journey.fates.push(Fate::unknown(hops, cause));
                    }
                }
            }
            Via::Synced(attachment) => {
                let node = &self.network.attachment(*attachment).node;
                hops.push(self.step(source.end, node.thing(), None));
                self.enter(source.vpc, piece, *attachment, by, hops, journey);
            }
        }
    }

    fn follow_route(&self, source: &Source, piece: IpNet, id: RouteId, mut hops: Vec<Step>, journey: &mut Journey<'_>) {
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
                    Some(attachment) => self.enter(source.vpc, piece, attachment, None, hops, journey),
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
        piece: IpNet,
        id: PeeringId,
        route: &Route,
        mut hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let peering = network.peering(id);
        let since = journey.fates.len();
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
                        format!(
                            "{} leads to {}, which does not end in this VPC",
                            route.thing.address, peering.thing.address
                        ),
                    ),
                    false => Fate::unknown(hops, Cause::Unsupported("which VPC this is".into())),
                });
            }
        };
        let accepted = self.accepted(id);
        if let Err(None) = accepted {
            let because = format!("{} waits for the other account to accept it", peering.thing.address);
            return journey.fates.push(Fate::dropped(hops, because));
        }
        hops.push(Step { at: peering.thing.name(), takes: None, place: Some(peering.thing.header) });
        let tail = "a peering connection does not forward further";
        self.arrive(far, piece, hops, tail, journey);
        if let Err(Some(cause)) = accepted {
            journey.only_if(since, &cause);
        }
        if !peering.thing.certain {
            journey.only_if(since, &existence(&peering.thing));
        }
    }

    /// Whether a connection is active (3.3); the cause where that is not known. Only the accepting account can accept.
    pub(super) fn accepted(&self, id: PeeringId) -> Result<(), Option<Cause>> {
        let network = self.network;
        let peering = network.peering(id);
        if peering.same_account == SameAccount::Same {
            return Ok(());
        }
        let owner = peering.accepter.value().and_then(|&vpc| network.vpc(vpc).account());
        let elsewhere = match &peering.accepted_elsewhere {
            Some(Seen::Surely) => return Ok(()),
            Some(Seen::Perhaps(cause)) => Some(cause.clone()),
            None => None,
        };
        let mut unsure =
            elsewhere.or_else(|| network.gap(&["alicloud_vpc_peer_connection_accepter"]).map(|gap| gap.cause.clone()));
        unsure = unsure.or_else(|| {
            network.accepters.iter().find_map(|accepter| match &accepter.link {
                Arg::Known(link) if accepter.peering.is_none() && link.value.may_be_any() => {
                    Some(link.value.why_unknown())
                }
                other => other.cause().cloned(),
            })
        });
        for accepter in peering.accepters.iter().map(|&at| &network.accepters[at].thing) {
            let own = owner.map_or(SameAccount::Same, |owner| owner.compare(&accepter.provider.account));
            match own {
                SameAccount::Same if accepter.certain => return Ok(()),
                SameAccount::Same => unsure = unsure.or_else(|| Some(existence(accepter))),
                SameAccount::Unknown => {
                    let cause = Cause::Unsupported(format!("which account {} acts for", accepter.address).into());
                    unsure = unsure.or(Some(cause));
                }
                SameAccount::Different | SameAccount::Likely => {}
            }
        }
        match peering.same_account {
            // Other keys or profiles count as another account (0.2).
            SameAccount::Different | SameAccount::Likely => Err(unsure),
            _ => {
                let cause = Cause::Unsupported(format!("whether {} is accepted", peering.thing.address).into());
                Err(Some(unsure.unwrap_or(cause)))
            }
        }
    }

    /// In the last VPC only its vSwitches count: nothing is forwarded from there.
    pub(super) fn arrive(&self, vpc: VpcId, piece: IpNet, hops: Vec<Step>, tail: &str, journey: &mut Journey<'_>) {
        let network = self.network;
        let target = journey.target;
        if target.vpc == vpc {
            match target.end {
                End::Vpc(_) | End::Placed(_) => return journey.fates.push(Fate::delivered(hops)),
                End::VSwitch(id) if network.vswitch(id).thing.certain => {
                    return journey.fates.push(Fate::delivered(hops));
                }
                End::VSwitch(id) => {
                    return journey.fates.push(Fate::unknown(hops, existence(&network.vswitch(id).thing)));
                }
            }
        }
        let certain = network.vpcs_differ(vpc, target.vpc);
        if !certain {
            return journey.fates.push(Fate::unknown(hops, Cause::Unsupported("which VPC this is".into())));
        }
        let name = network.vpc(vpc).name();
        let tail = if tail.is_empty() { String::new() } else { format!(": {tail}") };
        journey.fates.push(Fate::dropped(
            hops,
            format!("{} ends in {name}, which is not where it lives{tail}", self.shown(piece)),
        ));
    }
}

/// The fate of equals: the one that all come to, or unknown.
fn agreed(fates: Vec<Fate>, otherwise: &Cause) -> Fate {
    let mut fates = fates.into_iter();
    let Some(first) = fates.next() else { return Fate::unknown(Vec::new(), Cause::Failed) };
    for other in fates {
        if other.delivery != first.delivery {
            return Fate::unknown(first.hops, otherwise.clone());
        }
    }
    first
}

fn hop_cause(route: &Route) -> Cause {
    route.hop.id.cause().cloned().unwrap_or(Cause::Failed)
}
