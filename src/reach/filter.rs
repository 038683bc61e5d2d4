//! What is routed, is it also let through? Security groups, network ACLs and whitelists on the way of one kind of packet,
//! and public addresses that hosts look for in the Internet (semantics 1.7, 10).
//!
//! Filters stand before things, not before blocks, so the answer is per placed thing at both ends. Security groups
//! remember connections: only network ACLs judge replies, which go to the ports that clients take.

use ipnet::{IpNet, Ipv4Net};

use super::walk::Step;
use super::{Answer, Delivery, Direction, End, Fate, Pair, Reach, Source, rank, verdict};
use crate::eval::Cause;
use crate::network::{
    Arg, GroupId, Groups, Line, Parcel, Placement, Ports, Protocol, Ruling, VSwitchId, Whitelist, overlap, parcels,
    ruling,
};

/// The packets that a question is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Traffic {
    pub protocol: Protocol,
    /// The destination port of requests; without one, all of them.
    pub port: Option<u16>,
}

/// One thing at one end of the way: where it stands, and its addresses there.
struct Host<'n> {
    end: End,
    placement: &'n Placement,
    vswitch: Option<VSwitchId>,
    block: Ipv4Net,
}

/// What a filter makes of all packets between two things.
enum Judged<'n> {
    Through(Option<&'n Line>),
    Stopped(Option<&'n Line>),
    Unknown(Cause),
}

/// Ports that replies go to.
const REPLIES: Ports = Ports { first: 1024, last: 65535 };

impl Traffic {
    fn ports(&self) -> Ports {
        self.port.map_or(Ports::ALL, |port| Ports { first: port, last: port })
    }

    fn shown(&self) -> String {
        match self.port {
            Some(port) => format!("{} {port}", self.protocol.name()),
            None if self.protocol == Protocol::All => "everything".into(),
            None => self.protocol.name().into(),
        }
    }
}

impl<'n> Reach<'n> {
    /// Whether requests of that kind get from one end to the other, and the replies back.
    pub fn ask_for(&self, from: End, to: End, narrow: Option<Ipv4Net>, traffic: Traffic) -> Answer {
        let forward = self.filtered(from, to, narrow, |here, there| self.request(here, there, traffic));
        let back = self.filtered(to, from, None, |here, there| self.reply(here, there, traffic));
        Answer { verdict: verdict(forward.delivery, back.delivery), forward, back }
    }

    fn filtered(
        &self,
        from: End,
        to: End,
        narrow: Option<Ipv4Net>,
        judge: impl Fn(&Host<'n>, &Host<'n>) -> (Vec<Step>, Vec<Step>, Result<(), Fate>),
    ) -> Direction {
        let mut pairs = Vec::new();
        let mut decided: Option<Fate> = None;
        let mut take = |pair: Pair, fate: Fate, pairs: &mut Vec<Pair>| {
            pairs.push(pair);
            if decided.as_ref().is_none_or(|best| rank(fate.delivery) > rank(best.delivery)) {
                decided = Some(fate);
            }
        };
        let (sources, unknown_source) = self.sources(from, false);
        let (targets, unknown_target) = self.sources(to, false);
        for source in &sources {
            for target in &targets {
                let (IpNet::V4(own), Some(net @ IpNet::V4(block))) =
                    (source.block, super::narrowed(target.block, narrow.map(IpNet::V4)))
                else {
                    continue;
                };
                let routed = self.public(source, target, block).unwrap_or_else(|| self.pair(source, target, net));
                let routed = self.surely((source, from), (target, to), routed);
                let ends = |from: End, to: End, delivery: Delivery| Pair { from, to, delivery };
                if routed.delivery != Delivery::Delivered {
                    take(ends(source.end, target.end, routed.delivery), routed, &mut pairs);
                    continue;
                }
                let (here, there) = (self.hosts(from, source, own), self.hosts(to, target, block));
                if let Some(empty) = here.is_empty().then_some(source).or(there.is_empty().then_some(target)) {
                    let name = empty.end.name(self.network);
                    let cause = Cause::Elsewhere(format!("what stands in {name}, and with it its filters").into());
                    take(
                        ends(source.end, target.end, Delivery::Unknown),
                        Fate::unknown(routed.hops, cause),
                        &mut pairs,
                    );
                    continue;
                }
                for one in &here {
                    for other in there.iter().filter(|other| other.end != one.end) {
                        let (mut hops, last, judged) = judge(one, other);
                        let stopped_at_start = judged.is_err() && last.is_empty();
                        if !stopped_at_start {
                            hops.extend(routed.hops.iter().cloned());
                        }
                        hops.extend(last);
                        let fate = match judged {
                            Ok(()) => Fate { hops, ..routed.clone() },
                            Err(fate) => Fate { hops, ..fate },
                        };
                        take(ends(one.end, other.end, fate.delivery), fate, &mut pairs);
                    }
                }
            }
        }
        for cause in unknown_source.into_iter().chain(unknown_target) {
            if decided.as_ref().is_none_or(|fate| fate.delivery == Delivery::Delivered) {
                decided = Some(Fate::unknown(Vec::new(), cause));
            }
        }
        let fate = decided.unwrap_or_else(|| {
            let nothing = Cause::Elsewhere("anything at one of the ends".into());
            Fate::unknown(Vec::new(), nothing)
        });
        Direction { delivery: fate.delivery, hops: fate.hops, because: fate.because, causes: fate.causes, pairs }
    }

    /// Public addresses that hosts look for in the Internet, whatever the routes say.
    fn public(&self, source: &Source, target: &Source, block: Ipv4Net) -> Option<Fate> {
        if source.vpc == target.vpc || crate::facts::is_private(&block) {
            return None;
        }
        let start = vec![Step { at: source.end.name(self.network), takes: None, place: None }];
        match self.network.leaves(source.vpc, target.vpc, block) {
            Ok(None) => None,
            Ok(Some(exit)) => {
                let because = format!(
                    "{block} is public: hosts of {} look for it in the Internet, through {}",
                    self.network.vpc(source.vpc).name(),
                    exit.address
                );
                Some(Fate::dropped(start, because))
            }
            Err(cause) => Some(Fate::unknown(start, cause)),
        }
    }

    /// The things at an end that filters stand before.
    fn hosts(&self, asked: End, source: &Source, block: Ipv4Net) -> Vec<Host<'n>> {
        let network = self.network;
        let vswitch = match source.end {
            End::VSwitch(id) => Some(id),
            _ => None,
        };
        let placements = network.placements.iter().enumerate().filter(|(at, placement)| match asked {
            End::Placed(only) => *at == only,
            _ => {
                let stands = vswitch.is_some_and(|id| placement.stands_in(network, id));
                stands && placement.thing.certain && (placement.groups.is_some() || self.whitelist(placement).is_some())
            }
        });
        let host = |(at, placement): (usize, &'n Placement)| {
            // An address of its own is all that it has.
            let own = placement.addresses.iter().filter_map(|address| address.address.value());
            let own = own.map(|&address| Ipv4Net::from(address)).find(|own| block.contains(own));
            Host { end: End::Placed(at), placement, vswitch, block: own.unwrap_or(block) }
        };
        placements.map(host).collect()
    }

    fn whitelist(&self, placement: &Placement) -> Option<&'n Whitelist> {
        self.network.whitelists.iter().find(|list| list.thing.address == placement.thing.address)
    }

    /// A request: out by the groups and the ACL of one side, in by the ACL and the groups of the other.
    fn request(&self, here: &Host<'n>, there: &Host<'n>, traffic: Traffic) -> (Vec<Step>, Vec<Step>, Result<(), Fate>) {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        let ports = traffic.ports();
        let mut judge = || {
            self.groups(here, there, traffic, false, &mut first)?;
            self.acl(here, there, traffic, ports, false, &mut first)?;
            self.acl(there, here, traffic, ports, true, &mut last)?;
            self.groups(there, here, traffic, true, &mut last)?;
            self.listed(there, here, &mut last)
        };
        let judged = judge();
        (first, last, judged)
    }

    /// A reply, which only network ACLs judge.
    fn reply(&self, here: &Host<'n>, there: &Host<'n>, traffic: Traffic) -> (Vec<Step>, Vec<Step>, Result<(), Fate>) {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        let mut judge = || {
            self.acl(here, there, traffic, REPLIES, false, &mut first)?;
            self.acl(there, here, traffic, REPLIES, true, &mut last)
        };
        let judged = judge();
        (first, last, judged)
    }

    fn groups(
        &self,
        own: &Host<'n>,
        far: &Host<'n>,
        traffic: Traffic,
        inward: bool,
        hops: &mut Vec<Step>,
    ) -> Result<(), Fate> {
        let network = self.network;
        let Some(groups) = &own.placement.groups else { return Ok(()) };
        let unknown = |cause: Cause| Fate::unknown(Vec::new(), cause);
        let mut ids: Vec<GroupId> = Vec::new();
        for link in &groups.named {
            let id = link.value().and_then(|link| network.group_of(link));
            let Some(id) = id.filter(|&id| !network.group(id).rules.is_empty()) else {
                let name = link.value().map_or_else(|| own.placement.thing.name(), |link| link.shown());
                let cause = Cause::Elsewhere(format!("the rules of {name}").into());
                return Err(unknown(link.cause().cloned().unwrap_or(cause)));
            };
            ids.push(id);
        }
        if let Some(cause) = groups.more.clone().or_else(|| network.stray_rule()) {
            return Err(unknown(cause));
        }
        let none = Groups::default();
        let beyond = far.placement.groups.as_ref().unwrap_or(&none);
        let lines = network.group_lines(&ids, inward);
        let default = network.group_default(&ids, inward, beyond);
        let names: Vec<String> = ids.iter().map(|&id| network.group(id).thing.name()).collect();
        let names = names.join(", ");
        let at = |line: Option<&Line>| Step {
            at: names.clone(),
            takes: line.map(|line| line.thing.name()),
            place: line.map(|line| line.place),
        };
        let (direction, word) = if inward { ("ingress", "from") } else { ("egress", "to") };
        let what = format!("{} {word} {}", traffic.shown(), far.block);
        match through(&lines, traffic.protocol, traffic.ports(), far.block, beyond, &default) {
            Judged::Through(line) => {
                hops.push(at(line));
                Ok(())
            }
            Judged::Stopped(line) => {
                hops.push(at(line));
                Err(Fate::dropped(
                    Vec::new(),
                    match line {
                        Some(line) => format!("{} drops {what}", line.thing.address),
                        None => format!("no {direction} rule of {names} lets {what} through"),
                    },
                ))
            }
            Judged::Unknown(cause) => {
                hops.push(at(None));
                Err(unknown(cause))
            }
        }
    }

    fn acl(
        &self,
        own: &Host<'n>,
        far: &Host<'n>,
        traffic: Traffic,
        ports: Ports,
        inward: bool,
        hops: &mut Vec<Step>,
    ) -> Result<(), Fate> {
        let network = self.network;
        // Inside one vSwitch nothing is filtered, and databases have no interface that an ACL sees.
        let Some(vswitch) = own.vswitch.filter(|_| own.vswitch != far.vswitch) else { return Ok(()) };
        if own.placement.groups.is_none() {
            return Ok(());
        }
        let unknown = |cause: Cause| Fate::unknown(Vec::new(), cause);
        let Some(id) = network.acl_on(vswitch).map_err(unknown)? else { return Ok(()) };
        let acl = network.acl(id);
        let entries = acl.entries(inward);
        let name = acl.thing.name();
        if let Some(cause) = &entries.unknown {
            hops.push(Step { at: name, takes: None, place: Some(acl.thing.header) });
            return Err(unknown(cause.clone()));
        }
        let lines: Vec<&Line> = entries.lines.iter().collect();
        let none = Groups::default();
        let judged = match through(&lines, traffic.protocol, ports, far.block, &none, &Ok(false)) {
            // Clients of today take the upper ports.
            Judged::Unknown(_) | Judged::Stopped(_) if ports == REPLIES && traffic.protocol.has_ports() => {
                through(&lines, traffic.protocol, Ports::EPHEMERAL, far.block, &none, &Ok(false))
            }
            judged => judged,
        };
        let at = |line: Option<&Line>| Step {
            at: name.clone(),
            takes: line.map(|line| line.thing.name()),
            place: Some(line.map_or(acl.thing.header, |line| line.place)),
        };
        let (direction, word) = if inward { ("ingress", "from") } else { ("egress", "to") };
        let what = match ports == REPLIES && traffic.protocol.has_ports() {
            true => format!("replies {word} {}, which go to ports of 1024 to 65535", far.block),
            false => format!("{} {word} {}", traffic.shown(), far.block),
        };
        match judged {
            Judged::Through(line) => {
                hops.push(at(line));
                Ok(())
            }
            Judged::Stopped(line) => {
                hops.push(at(line));
                Err(Fate::dropped(
                    Vec::new(),
                    match line {
                        Some(_) => format!("an {direction} entry of {name} drops {what}"),
                        None => format!("no {direction} entry of {name} lets {what} through"),
                    },
                ))
            }
            Judged::Unknown(cause) => {
                hops.push(at(None));
                Err(unknown(cause))
            }
        }
    }

    /// Whether the whitelist of a database names who asks.
    fn listed(&self, own: &Host<'n>, far: &Host<'n>, hops: &mut Vec<Step>) -> Result<(), Fate> {
        let Some(list) = self.whitelist(own.placement) else { return Ok(()) };
        let name = list.thing.name();
        hops.push(Step { at: name.clone(), takes: None, place: Some(list.thing.header) });
        let nets = || list.blocks.iter().filter_map(|cidr| cidr.value()?.v4());
        if nets().any(|net| net.contains(&far.block)) {
            return Ok(());
        }
        let unknown = list.more.clone().or_else(|| list.blocks.iter().find_map(Arg::cause).cloned());
        let part = || Cause::Unsupported("a whitelist that names some of these addresses".into());
        let unknown = unknown.or_else(|| nets().any(|net| overlap(&net, &far.block)).then(part));
        Err(match unknown {
            Some(cause) => Fate::unknown(Vec::new(), cause),
            None => Fate::dropped(Vec::new(), format!("the whitelist of {name} does not name {}", far.block)),
        })
    }
}

/// What a list makes of all packets of a kind: through, stopped, or one as well as the other.
fn through<'a>(
    lines: &[&'a Line],
    protocol: Protocol,
    ports: Ports,
    block: Ipv4Net,
    groups: &Groups,
    default: &Result<bool, Cause>,
) -> Judged<'a> {
    let some = |what: &str| Judged::Unknown(Cause::Unsupported(what.into()));
    let Some(all) = parcels(lines, protocol, ports, block) else { return some("so many lines of a filter") };
    let (mut passing, mut stopped): (Option<(Parcel, Option<&Line>)>, Option<(Parcel, Option<&Line>)>) = (None, None);
    for parcel in all {
        match ruling(lines, &parcel, groups, default) {
            Ruling::Passes(line) => passing = passing.or(Some((parcel, line))),
            Ruling::Stopped(line) => stopped = stopped.or(Some((parcel, line))),
            Ruling::Unknown(cause) => return Judged::Unknown(cause),
        }
    }
    match (passing, stopped) {
        (Some((_, line)), None) => Judged::Through(line),
        (None, Some((_, line))) => Judged::Stopped(line),
        (Some((a, _)), Some((b, _))) if a.remote != b.remote => {
            some("filters that let only some of these addresses through")
        }
        (Some(_), Some(_)) => some("filters that let only some of these ports or protocols through: name one"),
        (None, None) => some("an empty question"),
    }
}
