//! Which packets does a filter speak of, and what does a list of its lines make of them (semantics 10)?
//!
//! Packets are cut up until each line matches a parcel whole or not at all; the first line that matches decides. What a
//! line with an unknown value may match may go either way.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::{Arg, Cidr, Link, Thing, overlap};
use crate::eval::Cause;
use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Protocol {
    Tcp,
    Udp,
    Icmp,
    Icmpv6,
    Gre,
    All,
}

/// A range of destination ports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ports {
    pub first: u16,
    pub last: u16,
}

/// One line of a filter: what it matches, and what becomes of that.
#[derive(Clone, Debug)]
pub struct Line {
    /// The resource that writes it.
    pub thing: Thing,
    pub place: Span,
    pub accepts: Arg<bool>,
    /// Lower goes first.
    pub priority: i64,
    pub protocol: Arg<Protocol>,
    pub ports: Arg<Ports>,
    pub remotes: Vec<Remote>,
    /// Why it may not be there, or stand elsewhere in the list.
    pub doubt: Option<Cause>,
}

/// Who is at the other end of what a line matches.
#[derive(Clone, Debug)]
pub enum Remote {
    Block(Arg<Cidr>),
    /// A prefix list with the blocks that are known of it, and why there may be more.
    List(Arg<Link>, Vec<Arg<Cidr>>, Option<Cause>),
    Group(Arg<Link>),
}

/// The security groups of something.
#[derive(Clone, Default, Debug)]
pub struct Groups {
    pub named: Vec<Arg<Link>>,
    /// Why there may be others.
    pub more: Option<Cause>,
}

/// Packets that every line matches alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parcel {
    pub protocol: Protocol,
    pub ports: Ports,
    pub remote: Ipv4Net,
}

enum Match {
    Yes,
    No,
    Maybe(Cause),
}

/// What a list makes of a parcel, and the line that decides; none where it is the default.
#[derive(Clone, Debug)]
pub enum Ruling<'a> {
    Passes(Option<&'a Line>),
    Stopped(Option<&'a Line>),
    Unknown(Cause),
}

/// What becomes of what no line matches.
pub type Default = Result<bool, Cause>;

/// More parcels than this are not told apart.
const MOST: usize = 20_000;

impl Protocol {
    pub fn parse(text: &str) -> Option<Protocol> {
        Some(match text.to_ascii_lowercase().as_str() {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            "icmp" => Protocol::Icmp,
            "icmpv6" => Protocol::Icmpv6,
            "gre" => Protocol::Gre,
            "all" => Protocol::All,
            _ => return None,
        })
    }

    pub fn has_ports(self) -> bool {
        matches!(self, Protocol::Tcp | Protocol::Udp)
    }

    /// The protocols of IPv4 that it stands for.
    pub fn each(self) -> Vec<Protocol> {
        match self {
            Protocol::All => vec![Protocol::Tcp, Protocol::Udp, Protocol::Icmp, Protocol::Gre],
            one => vec![one],
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Icmp => "icmp",
            Protocol::Icmpv6 => "icmpv6",
            Protocol::Gre => "gre",
            Protocol::All => "all",
        }
    }
}

impl Ports {
    pub const ALL: Ports = Ports { first: 1, last: 65535 };
    /// The ports that clients of today take: 32768 and up on Linux, 49152 and up on Windows.
    pub const EPHEMERAL: Ports = Ports { first: 32768, last: 65535 };

    /// As providers write them: `22/22`, and `-1/-1` for all.
    pub fn parse(text: &str) -> Option<Ports> {
        let text = text.trim();
        if text == "-1/-1" {
            return Some(Ports::ALL);
        }
        let (first, last) = text.split_once('/')?;
        let ports = Ports { first: first.trim().parse().ok()?, last: last.trim().parse().ok()? };
        (1 <= ports.first && ports.first <= ports.last).then_some(ports)
    }

    pub fn covers(&self, other: &Ports) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    pub fn meets(&self, other: &Ports) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl Groups {
    /// Whether one of them is that group.
    fn holds(&self, link: &Arg<Link>) -> Match {
        let Arg::Known(link) = link else {
            return Match::Maybe(link.cause().cloned().unwrap_or(Cause::Failed));
        };
        let mut maybe = self.more.clone();
        for own in &self.named {
            match own {
                Arg::Known(own) => match own.value.same(&link.value) {
                    Some(true) => return Match::Yes,
                    Some(false) => {}
                    None => maybe = maybe.or_else(|| Some(own.value.why_unknown())),
                },
                own => maybe = maybe.or_else(|| own.cause().cloned()),
            }
        }
        maybe.map_or(Match::No, Match::Maybe)
    }
}

impl Remote {
    /// The IPv4 blocks that it surely names.
    pub fn blocks(&self) -> impl Iterator<Item = Ipv4Net> {
        let all: Vec<&Arg<Cidr>> = match self {
            Remote::Block(cidr) => vec![cidr],
            Remote::List(_, blocks, _) => blocks.iter().collect(),
            Remote::Group(_) => Vec::new(),
        };
        all.into_iter().filter_map(|cidr| cidr.value()?.v4()).collect::<Vec<_>>().into_iter()
    }

    /// Why it may name other blocks; what a group stands for is no block.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Remote::Block(cidr) => cidr.cause(),
            Remote::List(_, blocks, more) => more.as_ref().or_else(|| blocks.iter().find_map(|cidr| cidr.cause())),
            Remote::Group(_) => None,
        }
    }

    fn matches(&self, remote: &Ipv4Net, groups: &Groups) -> Match {
        match self {
            Remote::Group(link) => groups.holds(link),
            Remote::Block(cidr) => block_matches(cidr, remote),
            Remote::List(_, blocks, more) => {
                let mut maybe = more.clone();
                for block in blocks {
                    match block_matches(block, remote) {
                        Match::Yes => return Match::Yes,
                        Match::No => {}
                        Match::Maybe(cause) => maybe = maybe.or(Some(cause)),
                    }
                }
                maybe.map_or(Match::No, Match::Maybe)
            }
        }
    }
}

fn block_matches(cidr: &Arg<Cidr>, remote: &Ipv4Net) -> Match {
    match cidr {
        Arg::Absent => Match::No,
        Arg::Unknown(cause, _) => Match::Maybe(cause.clone()),
        Arg::Known(cidr) => match (cidr.value.v4(), cidr.value.net) {
            (Some(net), _) if net.contains(remote) => Match::Yes,
            (Some(net), _) if !overlap(&net, remote) => Match::No,
            (Some(_), _) => Match::Maybe(Cause::Unsupported("a part of a block".into())),
            (None, Some(_)) => Match::No,
            (None, None) => Match::Maybe(Cause::Failed),
        },
    }
}

impl Line {
    fn matches(&self, parcel: &Parcel, groups: &Groups) -> Match {
        let mut maybe = self.doubt.clone();
        match &self.protocol {
            Arg::Known(own) if own.value == Protocol::All => {}
            Arg::Known(own) if own.value != parcel.protocol => return Match::No,
            Arg::Known(_) if parcel.protocol.has_ports() => match &self.ports {
                Arg::Known(ports) if ports.value.covers(&parcel.ports) => {}
                Arg::Known(ports) if !ports.value.meets(&parcel.ports) => return Match::No,
                Arg::Known(_) => maybe = Some(Cause::Unsupported("a part of a range of ports".into())),
                Arg::Unknown(cause, _) => maybe = maybe.or_else(|| Some(cause.clone())),
                Arg::Absent => {}
            },
            Arg::Known(_) => {}
            other => maybe = maybe.or_else(|| Some(other.cause().cloned().unwrap_or(Cause::Failed))),
        }
        let mut there = Match::No;
        for remote in &self.remotes {
            match remote.matches(&parcel.remote, groups) {
                Match::Yes => {
                    there = Match::Yes;
                    break;
                }
                Match::No => {}
                Match::Maybe(cause) => there = Match::Maybe(cause),
            }
        }
        match (there, maybe) {
            (Match::No, _) => Match::No,
            (_, Some(cause)) | (Match::Maybe(cause), None) => Match::Maybe(cause),
            (Match::Yes, None) => Match::Yes,
        }
    }
}

/// What a list makes of a parcel whose other end is in those groups.
pub fn ruling<'a>(lines: &[&'a Line], parcel: &Parcel, groups: &Groups, default: &Default) -> Ruling<'a> {
    let (mut may_pass, mut may_stop) = (None, None);
    let decide = |passes: bool, may_pass: Option<Cause>, may_stop: Option<Cause>, line: Option<&'a Line>| match passes {
        true => may_stop.map_or(Ruling::Passes(line), Ruling::Unknown),
        false => may_pass.map_or(Ruling::Stopped(line), Ruling::Unknown),
    };
    for line in lines {
        let cause = match (line.matches(parcel, groups), &line.accepts) {
            (Match::No, _) => continue,
            (Match::Yes, Arg::Known(accepts)) => return decide(accepts.value, may_pass, may_stop, Some(line)),
            (Match::Maybe(cause), Arg::Known(accepts)) => {
                let side = if accepts.value { &mut may_pass } else { &mut may_stop };
                side.get_or_insert(cause);
                continue;
            }
            (Match::Maybe(cause), _) => cause,
            (Match::Yes, unknown) => unknown.cause().cloned().unwrap_or(Cause::Failed),
        };
        may_pass.get_or_insert(cause.clone());
        may_stop.get_or_insert(cause);
    }
    match default {
        Ok(passes) => decide(*passes, may_pass, may_stop, None),
        Err(cause) => Ruling::Unknown(cause.clone()),
    }
}

/// Cuts packets up so that no line matches only a part of a parcel; nothing where that would be too many.
pub fn parcels(lines: &[&Line], protocol: Protocol, ports: Ports, block: Ipv4Net) -> Option<Vec<Parcel>> {
    let mut cuts: Vec<Ipv4Net> =
        lines.iter().flat_map(|line| &line.remotes).flat_map(|remote| remote.blocks()).collect();
    cuts.sort();
    cuts.dedup();
    let mut blocks = Vec::new();
    cut(block, &cuts, &mut blocks);
    let mut starts = BTreeSet::from([ports.first]);
    for own in lines.iter().filter_map(|line| line.ports.value()).filter(|own| own.meets(&ports)) {
        starts.insert(own.first.max(ports.first));
        starts.extend(own.last.checked_add(1).filter(|&next| next <= ports.last));
    }
    let starts: Vec<u16> = starts.into_iter().collect();
    let protocols = protocol.each();
    if blocks.len() * starts.len() * protocols.len() > MOST {
        return None;
    }
    let mut parcels = Vec::new();
    for remote in blocks {
        for &protocol in &protocols {
            if !protocol.has_ports() {
                parcels.push(Parcel { protocol, ports: Ports::ALL, remote });
                continue;
            }
            for (at, &first) in starts.iter().enumerate() {
                let last = starts.get(at + 1).map_or(ports.last, |next| next - 1);
                parcels.push(Parcel { protocol, ports: Ports { first, last }, remote });
            }
        }
    }
    Some(parcels)
}

/// The parts of a block that no other block divides further.
fn cut(block: Ipv4Net, cuts: &[Ipv4Net], found: &mut Vec<Ipv4Net>) {
    let inside: Vec<Ipv4Net> = cuts.iter().copied().filter(|net| block.contains(net) && *net != block).collect();
    match block.subnets(block.prefix_len() + 1) {
        Ok(halves) if !inside.is_empty() => halves.for_each(|half| cut(half, &inside, found)),
        _ => found.push(block),
    }
}
