//! VPC peering connections: both ends, their regions and accounts, and who accepts (semantics 3).

use std::collections::HashMap;
use std::sync::Arc;

use super::vpc::region;
use super::{Arg, Link, Network, Reader, Route, RouteId, Thing, VpcId, resolve};
use crate::eval::{Account, Cause, Evaluator, SameAccount};

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PeeringId(pub usize);

#[derive(Clone, Debug)]
pub struct Peering {
    pub thing: Thing,
    /// The VPC of `vpc_id`.
    pub requester: Arg<VpcId>,
    /// The VPC of `accepting_vpc_id`.
    pub accepter: Arg<VpcId>,
    /// The region of the requester: that of the connection's provider.
    pub region: Arg<Arc<str>>,
    pub accepting_region: Arg<Arc<str>>,
    pub accepting_uid: Arg<Link>,
    /// The number of the requester's account, or the identity it stands for.
    pub account: Link,
    pub bandwidth: Arg<i64>,
    pub link_type: Arg<Arc<str>>,
    pub force_delete: Arg<bool>,
    /// Indexes of the accepters that name it.
    pub accepters: Vec<usize>,
    /// Every route whose next hop it is, whatever type is written.
    pub routes: Vec<RouteId>,
    /// Whether both ends belong to one account.
    pub same_account: SameAccount,
}

#[derive(Clone, Debug)]
pub struct Accepter {
    pub thing: Thing,
    pub peering: Option<PeeringId>,
    pub link: Arg<Link>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Requester,
    Accepter,
}

impl Side {
    pub fn other(self) -> Side {
        match self {
            Side::Requester => Side::Accepter,
            Side::Accepter => Side::Requester,
        }
    }
}

impl Peering {
    pub fn end(&self, side: Side) -> &Arg<VpcId> {
        match side {
            Side::Requester => &self.requester,
            Side::Accepter => &self.accepter,
        }
    }
}

impl Network {
    pub(super) fn add_peering(&mut self, reader: &Reader<'_, '_>, evaluator: &Evaluator<'_>) {
        let id = PeeringId(self.peerings.len());
        let requester = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        let accepter = resolve(reader.link("accepting_vpc_id"), |link| self.vpc_of(link));
        let account = evaluator.account_of(&reader.thing.provider);
        let account = Link::of(&account).unwrap_or(Link::Literal("".into()));
        let accepting_uid = reader.link("accepting_ali_uid");
        let same_account = self.compare_ends(reader, requester.value(), accepter.value(), &account, &accepting_uid);
        self.peerings.push(Peering {
            region: region(&reader.thing),
            thing: reader.thing.clone(),
            requester,
            accepter,
            accepting_region: reader.text("accepting_region_id"),
            accepting_uid,
            account,
            bandwidth: reader.number("bandwidth"),
            link_type: reader.text("link_type"),
            force_delete: reader.flag("force_delete"),
            accepters: Vec::new(),
            routes: Vec::new(),
            same_account,
        });
        self.index.peerings.insert(reader.thing.address.clone(), id);
    }

    /// Whether both ends are one account's (semantics 0.2): where both are in the files their providers decide; else only
    /// account numbers that are known on both sides can tell.
    fn compare_ends(
        &self,
        reader: &Reader<'_, '_>,
        requester: Option<&VpcId>,
        accepter: Option<&VpcId>,
        account: &Link,
        uid: &Arg<Link>,
    ) -> SameAccount {
        let provider = |vpc: Option<&VpcId>| -> Option<Account> {
            self.vpc(*vpc?).thing().map(|thing| thing.provider.account.clone())
        };
        if let (Some(_), Some(b)) = (provider(requester), provider(accepter)) {
            return reader.thing.provider.account.compare(&b);
        }
        match uid {
            Arg::Known(uid) => match (account, &uid.value) {
                (a, b) if a == b => SameAccount::Same,
                (Link::Literal(_), Link::Literal(_)) => SameAccount::Different,
                _ => SameAccount::Unknown,
            },
            _ => SameAccount::Unknown,
        }
    }

    pub(super) fn add_accepter(&mut self, reader: &Reader<'_, '_>) {
        let at = self.accepters.len();
        let link = reader.link("instance_id");
        let peering = link.value().and_then(|link| self.peering_of(link));
        if let Some(peering) = peering {
            self.peerings[peering.0].accepters.push(at);
            // Its own id is that of the connection.
            self.index.peerings.insert(reader.thing.address.clone(), peering);
        }
        self.accepters.push(Accepter { thing: reader.thing.clone(), peering, link });
    }

    /// The connection of the files that a link names, by itself or through its accepter.
    pub fn peering_of(&self, link: &Link) -> Option<PeeringId> {
        let Link::Of { address, attribute } = link else { return None };
        (&**attribute == "id").then(|| self.index.peerings.get(address).copied()).flatten()
    }

    /// On which side of a connection a route lies; why not, where that cannot be told; `Ok(None)` for the table of a
    /// third VPC.
    pub fn side_of(&self, route: &Route, peering: &Peering) -> Result<Option<Side>, Cause> {
        let table = match &route.table {
            Arg::Known(table) => Some(self.table(table.value)),
            _ => None,
        };
        if let Some(vpc) = table.and_then(|table| table.vpc.value()) {
            for side in [Side::Requester, Side::Accepter] {
                if peering.end(side).value() == Some(vpc) {
                    return Ok(Some(side));
                }
            }
            // The table's VPC is known; it is a third one when both ends are surely others.
            let other = |side: Side| match peering.end(side) {
                Arg::Known(end) => self.vpcs_differ(end.value, *vpc),
                _ => false,
            };
            if other(Side::Requester) && other(Side::Accepter) {
                return Ok(None);
            }
        }
        self.side_by_provider(route, peering)
    }

    /// Two nodes that are certainly not one VPC.
    pub fn vpcs_differ(&self, a: VpcId, b: VpcId) -> bool {
        use super::VpcNode::*;
        match (&self.vpc(a).node, &self.vpc(b).node) {
            (Managed(x), Managed(y)) => a != b && !super::is_vague(&x.address) && !super::is_vague(&y.address),
            (External(x), External(y)) => x.same(y) == Some(false),
            _ => false,
        }
    }

    /// With tables that are only named, the provider's region and account tell on which side a route lies.
    fn side_by_provider(&self, route: &Route, peering: &Peering) -> Result<Option<Side>, Cause> {
        let unknown = || {
            let cause = match &route.table {
                Arg::Unknown(cause, _) => Some(cause.clone()),
                Arg::Known(table) => self.table(table.value).vpc.cause().cloned(),
                Arg::Absent => None,
            };
            cause.unwrap_or(Cause::Failed)
        };
        let here = region(&route.thing);
        let account = |side: Side| match side {
            Side::Requester => peering.thing.provider.account.compare(&route.thing.provider.account),
            Side::Accepter => match peering.end(side).value().and_then(|&vpc| self.vpc(vpc).thing()) {
                Some(thing) => thing.provider.account.compare(&route.thing.provider.account),
                None => match (&route.thing.provider.account.number, peering.accepting_uid.value()) {
                    (Some(number), Some(Link::Literal(uid))) if number == uid => SameAccount::Same,
                    (Some(_), Some(Link::Literal(_))) => SameAccount::Different,
                    // Another account than the requester's can only be the accepter's.
                    _ => match peering.thing.provider.account.compare(&route.thing.provider.account) {
                        SameAccount::Different | SameAccount::Likely => SameAccount::Same,
                        SameAccount::Same if peering.same_account == SameAccount::Different => SameAccount::Different,
                        _ => SameAccount::Unknown,
                    },
                },
            },
        };
        let fits = |side: Side| {
            let region = match side {
                Side::Requester => &peering.region,
                Side::Accepter => &peering.accepting_region,
            };
            let same_region = match (here.value(), region.value()) {
                (Some(here), Some(there)) => Some(here == there),
                // One provider configuration has one region, even where nobody knows which.
                _ if side == Side::Requester
                    && route.thing.provider.identity() == peering.thing.provider.identity() =>
                {
                    Some(true)
                }
                _ => None,
            };
            match (same_region, account(side)) {
                (Some(false), _) | (_, SameAccount::Different) => Some(false),
                (Some(true), SameAccount::Likely) => Some(false),
                (Some(true), SameAccount::Same) => Some(true),
                _ => None,
            }
        };
        match (fits(Side::Requester), fits(Side::Accepter)) {
            (Some(false), Some(false)) => Err(unknown()),
            (_, Some(false)) if fits(Side::Requester) != Some(false) => Ok(Some(Side::Requester)),
            (Some(false), _) => Ok(Some(Side::Accepter)),
            _ => Err(unknown()),
        }
    }

    /// The provider configurations by their region and account, for asking whether an end is managed here.
    pub fn manages(&self, peering: &Peering, side: Side) -> Option<bool> {
        let end = peering.end(side).value().map(|&vpc| self.vpc(vpc));
        if end.is_some_and(|vpc| vpc.is_managed()) {
            return Some(true);
        }
        if side == Side::Requester {
            return Some(true);
        }
        let region = peering.accepting_region.value()?;
        let mut unsure = false;
        for provider in &self.providers {
            let here = provider.region.as_str();
            let account = match (&provider.account.number, peering.accepting_uid.value()) {
                (Some(number), Some(Link::Literal(uid))) => {
                    if number == uid { SameAccount::Same } else { SameAccount::Different }
                }
                _ => match peering.same_account {
                    SameAccount::Same => peering.thing.provider.account.compare(&provider.account),
                    _ => match peering.thing.provider.account.compare(&provider.account) {
                        // A second account beside the requester's, in the accepter's region.
                        SameAccount::Different | SameAccount::Likely => SameAccount::Same,
                        _ => SameAccount::Unknown,
                    },
                },
            };
            match (here, account) {
                (Some(here), SameAccount::Same) if here == region => return Some(true),
                (Some(here), _) if here != region => {}
                (_, SameAccount::Different) => {}
                _ => unsure = true,
            }
        }
        if unsure { None } else { Some(false) }
    }

    /// The pairs of VPCs that peering joins, each once, with the connections that do.
    pub fn peered(&self) -> Vec<((VpcId, VpcId), Vec<PeeringId>)> {
        let mut pairs: HashMap<(VpcId, VpcId), Vec<PeeringId>> = HashMap::new();
        for (at, peering) in self.peerings.iter().enumerate() {
            if !peering.thing.certain {
                continue;
            }
            let (Some(&a), Some(&b)) = (peering.requester.value(), peering.accepter.value()) else { continue };
            pairs.entry((a.min(b), a.max(b))).or_default().push(PeeringId(at));
        }
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort();
        pairs
    }
}
