//! Who can talk to whom, and why? One engine that follows packets through the model.
//!
//! A walk starts at a vSwitch with a block of destinations and splits it wherever the longest match differs, so one walk
//! answers for all addresses. It goes vSwitch, table, next hop, and on through peer VPCs and transit routers, until it
//! stands in a vSwitch or has a reason not to. Every answer carries its hops. Where a deciding value is not known the
//! answer is unknown: knowing less never turns delivered into dropped, or back.

mod alike;
mod between;
mod circle;
mod draft;
mod filter;
mod forward;
mod ground;
mod mend;
mod prefix;
mod router;
mod synced;
mod table;
mod walk;
mod witness;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use ipnet::{IpNet, Ipv4Net};

pub use alike::Alike;
pub use draft::Mend;
pub use filter::Traffic;

pub use synced::Synced;
pub use walk::{Fate, Step};
pub use witness::Witnesses;

use self::prefix::ALL_V6;
use crate::eval::Cause;
use crate::network::{Arg, Bound, Network, TableId, VSwitchId, VpcId, is_stand_in};
use crate::source::Span;

/// The engine over one network; tables are worked out when they are first looked up.
pub struct Reach<'n> {
    pub network: &'n Network,
    router_views: OnceCell<Vec<Rc<router::View>>>,
    table_views: RefCell<HashMap<(VpcId, Option<TableId>), Rc<table::View>>>,
    ground: OnceCell<ground::Ground>,
    written: OnceCell<BTreeSet<IpNet>>,
}

/// One end of a question.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum End {
    Vpc(VpcId),
    VSwitch(VSwitchId),
    /// Something that stands in vSwitches, by its index in `placements`.
    Placed(usize),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Delivery {
    Delivered,
    Dropped,
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    Reachable,
    OneWay,
    Unreachable,
    Unknown,
}

/// The answer for one direction: every pair of blocks, and the pair that decides.
#[derive(Clone, Debug)]
pub struct Direction {
    pub delivery: Delivery,
    pub hops: Vec<Step>,
    /// Why packets are dropped, or what is not known; empty when they arrive.
    pub because: String,
    pub causes: Vec<Cause>,
    pub pairs: Vec<Pair>,
}

#[derive(Clone, Debug)]
pub struct Pair {
    pub from: End,
    pub to: End,
    pub delivery: Delivery,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub verdict: Verdict,
    pub forward: Direction,
    pub back: Direction,
}

/// A block that an end stands for, and the table that packets from it look up.
#[derive(Clone, Debug)]
struct Source {
    end: End,
    vpc: VpcId,
    block: IpNet,
    table: Bound,
}

impl Source {
    /// Why it may not be there.
    fn doubt(&self, network: &Network) -> Option<Cause> {
        match self.end {
            End::VSwitch(id) => {
                let thing = &network.vswitch(id).thing;
                (!thing.certain).then(|| existence(thing))
            }
            End::Vpc(_) | End::Placed(_) => None,
        }
    }
}

impl<'n> Reach<'n> {
    pub fn new(network: &'n Network) -> Self {
        Reach {
            network,
            router_views: OnceCell::new(),
            table_views: RefCell::default(),
            ground: OnceCell::new(),
            written: OnceCell::new(),
        }
    }

    fn ground(&self) -> &ground::Ground {
        self.ground.get_or_init(|| ground::Ground::new(self.network))
    }

    /// Whether two ends reach each other; `narrow` keeps only destinations inside that block.
    pub fn ask(&self, from: End, to: End, narrow: Option<IpNet>) -> Answer {
        let forward = self.direction(from, to, narrow);
        // Answers to IPv6 packets are IPv6 packets.
        let back = self.direction(to, from, narrow.filter(|narrow| is_v6(*narrow)).map(|_| ALL_V6));
        Answer { verdict: verdict(forward.delivery, back.delivery), forward, back }
    }

    /// One direction between two ends.
    pub fn direction(&self, from: End, to: End, narrow: Option<IpNet>) -> Direction {
        let (sources, unknown) = self.sources(from, narrow.is_some_and(is_v6));
        self.sent(from, (sources, unknown), to, narrow)
    }

    /// The way of packets that only the system table of a VPC leads, as those of a load balancer (7.2).
    pub fn from_system_table(&self, vpc: VpcId, to: End) -> Direction {
        let (mut sources, unknown) = self.sources(End::Vpc(vpc), false);
        for source in &mut sources {
            source.table = Bound::System;
        }
        self.sent(End::Vpc(vpc), (sources, unknown), to, None)
    }

    fn sent(
        &self,
        from: End,
        (sources, unknown_source): (Vec<Source>, Option<Cause>),
        to: End,
        narrow: Option<IpNet>,
    ) -> Direction {
        let (targets, unknown_target) = self.sources(to, narrow.is_some_and(is_v6));
        self.gather(
            (from, &sources),
            (to, &targets),
            narrow,
            unknown_source.into_iter().chain(unknown_target).collect(),
        )
    }

    /// What becomes of the packets of all pairs of sources and targets.
    fn gather(
        &self,
        (from, sources): (End, &[Source]),
        (to, targets): (End, &[Source]),
        narrow: Option<IpNet>,
        unknown: Vec<Cause>,
    ) -> Direction {
        let v6 = narrow.is_some_and(is_v6);
        let mut all = Direction {
            delivery: Delivery::Delivered,
            hops: Vec::new(),
            because: String::new(),
            causes: Vec::new(),
            pairs: Vec::new(),
        };
        let mut decided: Option<Fate> = None;
        for source in sources {
            for target in targets {
                let block = match narrow {
                    Some(narrow) if narrow.contains(&target.block) => target.block,
                    Some(narrow) if target.block.contains(&narrow) => narrow,
                    // Nobody knows which block the cloud gives to it.
                    Some(narrow) if is_stand_in(&target.block) && is_v6(narrow) && !is_stand_in(&narrow) => {
                        let cause = Cause::Unsupported(self.network.shown_block(target.block).into());
                        decided = decided.take().filter(|fate| fate.delivery != Delivery::Delivered);
                        decided.get_or_insert_with(|| Fate::unknown(Vec::new(), cause));
                        continue;
                    }
                    Some(_) => continue,
                    None => target.block,
                };
                let fate = self.surely((source, from), (target, to), self.pair(source, target, block));
                all.pairs.push(Pair { from: source.end, to: target.end, delivery: fate.delivery });
                // A certain drop decides, then what is not known; else the first way is shown.
                let worse = match &decided {
                    None => true,
                    Some(best) => rank(fate.delivery) > rank(best.delivery),
                };
                if worse {
                    decided = Some(fate);
                }
            }
        }
        for cause in unknown {
            if decided.as_ref().is_none_or(|fate| fate.delivery == Delivery::Delivered) {
                decided = Some(Fate::unknown(Vec::new(), cause));
            }
        }
        match decided {
            Some(fate) => {
                all.delivery = fate.delivery;
                all.hops = fate.hops;
                all.because = fate.because;
                all.causes = fate.causes;
            }
            None if v6 && (sources.is_empty() || targets.is_empty()) => {
                let without = if sources.is_empty() { from } else { to };
                all.delivery = Delivery::Dropped;
                all.because = format!("{} has no IPv6 block", without.name(self.network));
            }
            None => {
                all.delivery = Delivery::Unknown;
                all.because = match narrow {
                    Some(narrow) => format!("no block of the destination lies in {narrow}"),
                    None => "nothing is known of the blocks of an end".into(),
                };
            }
        }
        all
    }

    /// Whether packets for a block that no vSwitch has, such as one of pods, get as far as a VPC.
    pub fn into_vpc(&self, from: End, to: VpcId, block: Ipv4Net) -> Direction {
        let block = IpNet::V4(block);
        let (sources, unknown) = self.sources(from, false);
        let target = Source { end: End::Vpc(to), vpc: to, block, table: Bound::System };
        self.gather((from, &sources), (End::Vpc(to), &[target]), Some(block), unknown.into_iter().collect())
    }

    /// Why there may be more on an end than is known, and the blocks that are.
    fn sources(&self, end: End, v6: bool) -> (Vec<Source>, Option<Cause>) {
        let network = self.network;
        match end {
            End::Placed(at) => {
                let (mut sources, mut unknown) = (Vec::new(), None);
                for link in network.placements.get(at).into_iter().flat_map(|placement| &placement.vswitches) {
                    let vswitch = link.value().and_then(|link| network.vswitch_of(link));
                    let (mut found, cause) = match vswitch {
                        Some(id) => self.sources(End::VSwitch(id), v6),
                        None => {
                            let cause = link.value().map(|link| link.why_unknown()).or(link.cause().cloned());
                            (Vec::new(), Some(cause.unwrap_or(Cause::Failed)))
                        }
                    };
                    sources.append(&mut found);
                    unknown = unknown.or(cause);
                }
                (sources, unknown)
            }
            End::VSwitch(id) if v6 => {
                let vswitch = network.vswitch(id);
                let unsure = (!vswitch.thing.certain).then(|| existence(&vswitch.thing));
                match (&vswitch.ipv6, vswitch.vpc.value()) {
                    (Arg::Known(block), Some(&vpc)) => {
                        let block = IpNet::V6(block.value);
                        (vec![Source { end, vpc, block, table: vswitch.table.clone() }], unsure)
                    }
                    (Arg::Absent, _) => (Vec::new(), None),
                    (block, _) => {
                        let cause = block.cause().or(vswitch.vpc.cause()).cloned();
                        (Vec::new(), Some(cause.unwrap_or(Cause::Failed)))
                    }
                }
            }
            End::VSwitch(id) => {
                let vswitch = network.vswitch(id);
                match (vswitch.cidr.value().and_then(|cidr| cidr.v4()).map(IpNet::V4), vswitch.vpc.value()) {
                    (Some(block), Some(&vpc)) => {
                        let source = Source { end, vpc, block, table: vswitch.table.clone() };
                        (vec![source], (!vswitch.thing.certain).then(|| existence(&vswitch.thing)))
                    }
                    _ => {
                        let cause = vswitch.cidr.cause().or(vswitch.vpc.cause()).cloned();
                        (Vec::new(), Some(cause.unwrap_or(Cause::Failed)))
                    }
                }
            }
            End::Vpc(id) => {
                let vpc = network.vpc(id);
                let mut unknown = network.gap(&["alicloud_vswitch"]).map(|gap| gap.cause.clone());
                // Without a vSwitch that is known it counts with its whole blocks, where those are told.
                if vpc.more_blocks.is_some() || !vpc.vswitches.is_empty() {
                    unknown = unknown.or_else(|| vpc.more_inside());
                }
                let mut sources = Vec::new();
                for &vswitch in &vpc.vswitches {
                    let (mut found, cause) = self.sources(End::VSwitch(vswitch), v6);
                    sources.append(&mut found);
                    unknown = unknown.or(cause);
                }
                // A vSwitch of an unknown VPC may be one of this.
                unknown = unknown.or_else(|| self.ground().stray_vswitch.clone());
                if vpc.vswitches.is_empty() && unknown.is_none() && v6 {
                    unknown = vpc.ipv6.more.clone();
                    let whole = vpc.ipv6.known.iter().map(|&block| IpNet::V6(block));
                    sources.extend(whole.map(|block| Source { end, vpc: id, block, table: Bound::System }));
                } else if vpc.vswitches.is_empty() && unknown.is_none() {
                    unknown = vpc.blocks_complete().err();
                    let whole = vpc.known_blocks().map(|(block, _)| Source {
                        end,
                        vpc: id,
                        block: IpNet::V4(block),
                        table: Bound::System,
                    });
                    sources.extend(whole);
                }
                (sources, unknown)
            }
        }
    }

    /// Of what may not be there, nothing that it does is sure; a vSwitch that is asked about itself delivers nothing
    /// either way.
    fn surely(&self, source: (&Source, End), target: (&Source, End), mut fate: Fate) -> Fate {
        for (side, asked) in [source, target] {
            let unsure = side.doubt(self.network);
            if let Some(cause) = unsure
                && (side.end != asked || fate.delivery == Delivery::Delivered)
            {
                fate = Fate::unknown(std::mem::take(&mut fate.hops), cause);
            }
        }
        fate
    }

    fn pair(&self, source: &Source, target: &Source, block: IpNet) -> Fate {
        let mut worst: Option<Fate> = None;
        for fate in self.walk(source, target, block) {
            let worse = match &worst {
                None => true,
                Some(best) => rank(fate.delivery) > rank(best.delivery),
            };
            if worse {
                worst = Some(fate);
            }
        }
        worst.unwrap_or_else(|| Fate::unknown(Vec::new(), Cause::Failed))
    }

    /// Every ordered pair of VPCs of the files.
    pub fn matrix(&self) -> Vec<(VpcId, VpcId, Verdict)> {
        let vpcs: Vec<VpcId> =
            (0..self.network.vpcs.len()).map(VpcId).filter(|&id| self.network.vpc(id).is_managed()).collect();
        let mut one_way: HashMap<(VpcId, VpcId), Delivery> = HashMap::new();
        for &a in &vpcs {
            for &b in &vpcs {
                if a != b {
                    one_way.insert((a, b), self.direction(End::Vpc(a), End::Vpc(b), None).delivery);
                }
            }
        }
        let mut pairs = Vec::new();
        for &a in &vpcs {
            for &b in &vpcs {
                if let (Some(&forward), Some(&back)) = (one_way.get(&(a, b)), one_way.get(&(b, a))) {
                    pairs.push((a, b, verdict(forward, back)));
                }
            }
        }
        pairs
    }
}

/// The part of a block that is asked for.
fn narrowed(block: IpNet, narrow: Option<IpNet>) -> Option<IpNet> {
    match narrow {
        Some(narrow) if narrow.contains(&block) => Some(block),
        Some(narrow) => block.contains(&narrow).then_some(narrow),
        None => Some(block),
    }
}

pub fn verdict(forward: Delivery, back: Delivery) -> Verdict {
    use Delivery::*;
    match (forward, back) {
        (Delivered, Delivered) => Verdict::Reachable,
        (Delivered, Dropped) | (Dropped, Delivered) => Verdict::OneWay,
        (Dropped, Dropped) => Verdict::Unreachable,
        _ => Verdict::Unknown,
    }
}

fn is_v6(net: IpNet) -> bool {
    matches!(net, IpNet::V6(_))
}

/// A certain drop outweighs what is not known, which outweighs an arrival.
fn rank(delivery: Delivery) -> u8 {
    match delivery {
        Delivery::Delivered => 0,
        Delivery::Unknown => 1,
        Delivery::Dropped => 2,
    }
}

pub(crate) fn existence(thing: &crate::network::Thing) -> Cause {
    Cause::Instances(thing.address.to_string().into())
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Reachable => "reachable",
            Verdict::OneWay => "one-way",
            Verdict::Unreachable => "unreachable",
            Verdict::Unknown => "unknown",
        }
    }
}

impl Delivery {
    pub fn name(self) -> &'static str {
        match self {
            Delivery::Delivered => "delivered",
            Delivery::Dropped => "dropped",
            Delivery::Unknown => "unknown",
        }
    }
}

impl End {
    pub fn name(self, network: &Network) -> String {
        match self {
            End::Vpc(id) => network.vpc(id).name(),
            End::VSwitch(id) => network.vswitch(id).thing.name(),
            End::Placed(at) => network.placements.get(at).map(|placed| placed.thing.name()).unwrap_or_default(),
        }
    }

    pub fn place(self, network: &Network) -> Option<Span> {
        match self {
            End::Vpc(id) => network.vpc(id).thing().map(|thing| thing.header),
            End::VSwitch(id) => Some(network.vswitch(id).thing.header),
            End::Placed(at) => network.placements.get(at).map(|placed| placed.thing.header),
        }
    }
}
