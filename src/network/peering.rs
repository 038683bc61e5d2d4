//! VPC peering connections: both ends, their regions and accounts, who accepts, and on which side a route lies
//! (semantics 3).

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::vpc::region;
use super::{Arg, Elsewhere, Link, Network, Reader, Route, RouteId, Seen, Thing, VpcId, VpcNode, is_vague, resolve};
use crate::eval::{Account, Cause, Evaluator, Provider, SameAccount};

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
    /// `accepting_ali_uid` is left out, or null where it is not for the caller of a module to say.
    pub lacks_uid: bool,
    /// The provider of this root whose account `accepting_ali_uid` names.
    pub accepting_provider: Option<Rc<Provider>>,
    pub bandwidth: Arg<i64>,
    pub link_type: Arg<Arc<str>>,
    pub force_delete: Arg<bool>,
    /// Indexes of the accepters that name it.
    pub accepters: Vec<usize>,
    /// Every route whose next hop names it, whatever type or attribute is written.
    pub routes: Vec<RouteId>,
    /// Whether both ends belong to one account.
    pub same_account: SameAccount,
    /// Whether another root accepts it.
    pub accepted_elsewhere: Option<Seen>,
    /// Whether another root has a route into it, by side.
    pub routed_elsewhere: [Option<Seen>; 2],
}

#[derive(Clone, Debug)]
pub struct Accepter {
    pub thing: Thing,
    pub peering: Option<PeeringId>,
    pub link: Arg<Link>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    Requester,
    Accepter,
}

/// Why the routes of an end would be in these files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Keeper {
    /// The root configures a provider of the end's account and region.
    Provider,
    /// The VPC itself is in the files, and with it all its tables.
    Files,
}

impl Side {
    pub const BOTH: [Side; 2] = [Side::Requester, Side::Accepter];

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

    /// The region of an end, as the connection has it.
    pub fn region_of(&self, side: Side) -> &Arg<Arc<str>> {
        match side {
            Side::Requester => &self.region,
            Side::Accepter => &self.accepting_region,
        }
    }

    /// Whether its ends are in two regions; nothing when one of them is not known.
    pub fn is_inter_region(&self) -> Option<bool> {
        Some(self.region.value()? != self.accepting_region.value()?)
    }
}

impl Network {
    pub(super) fn add_peering(&mut self, reader: &Reader<'_, '_>, evaluator: &Evaluator<'_>, elsewhere: &Elsewhere) {
        let id = PeeringId(self.peerings.len());
        let accepting_uid = reader.link("accepting_ali_uid");
        let account = |provider: &Rc<Provider>| Link::of(&evaluator.account_of(provider));
        let own = account(&reader.thing.provider);
        let named = accepting_uid.value().filter(|uid| matches!(uid, Link::Of { .. }));
        // The connection's own provider first: it may be one of a module.
        let accepting_provider = named.and_then(|uid| match own.as_ref() == Some(uid) {
            true => Some(reader.thing.provider.clone()),
            false => self.providers.iter().find(|provider| account(provider).as_ref() == Some(uid)).cloned(),
        });
        let requester = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        let accepter = resolve(reader.link("accepting_vpc_id"), |link| self.vpc_of(link));
        self.peerings.push(Peering {
            requester,
            accepter,
            region: region(&reader.thing),
            thing: reader.thing.clone(),
            accepting_region: reader.text("accepting_region_id"),
            accepting_uid,
            lacks_uid: reader.value("accepting_ali_uid").is_absent()
                && (!reader.is_set("accepting_ali_uid") || reader.thing.provider.place.is_some()),
            accepting_provider,
            bandwidth: reader.number("bandwidth"),
            link_type: reader.text("link_type"),
            force_delete: reader.flag("force_delete"),
            accepters: Vec::new(),
            routes: Vec::new(),
            same_account: SameAccount::Unknown,
            accepted_elsewhere: elsewhere.accepted.get(&reader.thing.address).cloned(),
            routed_elsewhere: Side::BOTH
                .map(|side| elsewhere.routed.get(&(reader.thing.address.clone(), side)).cloned()),
        });
        self.index.peerings.insert(reader.thing.address.clone(), id);
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

    /// Whether both ends are one account's, once routes and accepters are known (semantics 0.2): the provider of the
    /// accepting VPC tells, then the account numbers, then a provider that works on the other end.
    pub(super) fn settle_accounts(&mut self) {
        for at in 0..self.peerings.len() {
            self.peerings[at].same_account = self.compare_ends(&self.peerings[at]);
        }
    }

    fn compare_ends(&self, peering: &Peering) -> SameAccount {
        let own = &peering.thing.provider.account;
        let far = peering.accepter.value().and_then(|&vpc| self.vpc(vpc).account());
        let by_vpc = far.map_or(SameAccount::Unknown, |far| own.compare(far));
        if matches!(by_vpc, SameAccount::Same | SameAccount::Different) {
            return by_vpc;
        }
        let by_uid = match (&peering.accepting_provider, &own.number) {
            (Some(provider), _) => own.compare(&provider.account),
            (None, Some(own)) => is_uid(peering, own),
            (None, None) => SameAccount::Unknown,
        };
        match (by_vpc, by_uid) {
            (by_vpc, SameAccount::Unknown) if by_vpc != SameAccount::Unknown => by_vpc,
            (_, SameAccount::Unknown) => self.compare_workers(peering),
            // Other credentials may well be of the same account, but who is right nobody knows.
            (SameAccount::Likely, SameAccount::Same) if own.number.is_none() => SameAccount::Unknown,
            (_, by_uid) => by_uid,
        }
    }

    /// Where only an id names the other end: an accepter or a route there that another account writes.
    fn compare_workers(&self, peering: &Peering) -> SameAccount {
        let own = &peering.thing.provider.account;
        let accepters = peering.accepters.iter().map(|&at| &self.accepters[at].thing);
        let routes = peering.routes.iter().map(|&route| &self.route(route).thing).filter(|route| {
            matches!((region(route).value(), peering.accepting_region.value()), (Some(here), Some(there)) if here == there)
        });
        accepters
            .chain(routes)
            .filter(|thing| thing.certain)
            .map(|thing| own.compare(&thing.provider.account))
            .find(|same| matches!(same, SameAccount::Different | SameAccount::Likely))
            .unwrap_or(SameAccount::Unknown)
    }

    /// Whether an account is that of an end.
    fn belongs(&self, account: &Account, peering: &Peering, side: Side) -> SameAccount {
        let requester = peering.thing.provider.account.compare(account);
        if side == Side::Requester {
            return requester;
        }
        if let Some(far) = peering.accepter.value().and_then(|&vpc| self.vpc(vpc).account()) {
            return far.compare(account);
        }
        let by_uid = match (&peering.accepting_provider, &account.number) {
            (Some(provider), _) => provider.account.compare(account),
            (None, Some(number)) => is_uid(peering, number),
            (None, None) => SameAccount::Unknown,
        };
        if by_uid != SameAccount::Unknown {
            return by_uid;
        }
        match (peering.same_account, requester) {
            (SameAccount::Same, _) => requester,
            (other @ (SameAccount::Different | SameAccount::Likely), SameAccount::Same) => other,
            (_, SameAccount::Different | SameAccount::Likely) => {
                let accepts =
                    |&at: &usize| self.accepters[at].thing.provider.account.compare(account) == SameAccount::Same;
                if peering.accepters.iter().any(accepts) { SameAccount::Same } else { SameAccount::Unknown }
            }
            _ => SameAccount::Unknown,
        }
    }

    /// On which side of a connection a route lies; why not, where that cannot be told; `Ok(None)` for the table of a
    /// third VPC. With tables that are only named, the provider's region and account tell.
    pub fn side_of(&self, route: &Route, peering: &Peering) -> Result<Option<Side>, Cause> {
        let table = route.table.value().map(|&table| self.table(table));
        let vpc = table.and_then(|table| table.vpc.value().copied());
        let end = |side: Side| vpc.zip(peering.end(side).value().copied());
        if let Some(side) = Side::BOTH.into_iter().find(|&side| end(side).is_some_and(|(a, b)| self.vpcs_are_one(a, b)))
        {
            return Ok(Some(side));
        }
        let other = |side: Side| end(side).is_some_and(|(a, b)| self.vpcs_differ(a, b));
        let here = region(&route.thing);
        let out = |side: Side| {
            let elsewhere = match (here.value(), peering.region_of(side).value()) {
                (Some(here), Some(there)) => here != there,
                _ => false,
            };
            let account = self.belongs(&route.thing.provider.account, peering, side);
            other(side) || elsewhere || matches!(account, SameAccount::Different | SameAccount::Likely)
        };
        if Side::BOTH.into_iter().all(other) {
            return Ok(None);
        }
        // The table of a VPC that is known is on a side only if that VPC is the end.
        let sides = if vpc.is_some() { [false, false] } else { Side::BOTH.map(out) };
        match sides {
            [false, true] => Ok(Some(Side::Requester)),
            [true, false] => Ok(Some(Side::Accepter)),
            _ => Err(match (&route.table, table) {
                (Arg::Unknown(cause, _), _) => cause.clone(),
                (_, Some(table)) => table.vpc.cause().cloned().unwrap_or(Cause::Failed),
                _ => Cause::Failed,
            }),
        }
    }

    /// Two nodes that are certainly not one VPC.
    pub fn vpcs_differ(&self, a: VpcId, b: VpcId) -> bool {
        use VpcNode::*;
        match (&self.vpc(a).node, &self.vpc(b).node) {
            (Managed(x), Managed(y)) => a != b && !is_vague(&x.address) && !is_vague(&y.address),
            (External(x), External(y)) => x.same(y) == Some(false),
            // What is told of is not in these files.
            (Managed(_), External(_)) => self.vpc(b).told.is_some(),
            (External(_), Managed(_)) => self.vpc(a).told.is_some(),
        }
    }

    /// Two nodes that are certainly one VPC: one node that does not stand for several.
    pub fn vpcs_are_one(&self, a: VpcId, b: VpcId) -> bool {
        a == b
            && match &self.vpc(a).node {
                VpcNode::Managed(thing) => !is_vague(&thing.address),
                VpcNode::External(Link::Of { address, .. }) => !is_vague(address),
                VpcNode::External(_) => true,
            }
    }

    /// Both ends are one VPC.
    pub fn is_loop(&self, peering: &Peering) -> bool {
        match (peering.requester.value(), peering.accepter.value()) {
            (Some(&a), Some(&b)) => self.vpcs_are_one(a, b),
            _ => false,
        }
    }

    /// Whether, and why, the routes of an end would be in these files.
    pub fn keeper(&self, peering: &Peering, side: Side) -> Option<Keeper> {
        let managed = peering.end(side).value().and_then(|&vpc| self.vpc(vpc).thing());
        if managed.is_some_and(|vpc| !is_vague(&vpc.address)) {
            return Some(Keeper::Files);
        }
        if let Some(told) = peering.end(side).value().and_then(|&vpc| self.vpc(vpc).told.as_ref()) {
            return told.routed.then_some(Keeper::Files);
        }
        let configured = |provider: &Provider| provider.place.is_some();
        let found = match side {
            Side::Requester => configured(&peering.thing.provider),
            Side::Accepter => {
                let there = peering.accepting_region.value();
                let ours = |provider: &Provider| {
                    configured(provider) && self.belongs(&provider.account, peering, side) == SameAccount::Same
                };
                let accepts = |&at: &usize| {
                    let provider = &self.accepters[at].thing.provider;
                    ours(provider) && peering.thing.provider.account.compare(&provider.account) != SameAccount::Same
                };
                self.providers
                    .iter()
                    .any(|provider| there.is_some() && provider.region.as_str() == there && ours(provider))
                    || peering.accepters.iter().any(accepts)
            }
        };
        found.then_some(Keeper::Provider)
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

/// Whether the number of an account is the one in `accepting_ali_uid`. A masked number can be any.
fn is_uid(peering: &Peering, number: &str) -> SameAccount {
    match peering.accepting_uid.value() {
        Some(Link::Literal(uid)) if uid.bytes().all(|byte| byte.is_ascii_digit()) => {
            if **uid == *number {
                SameAccount::Same
            } else {
                SameAccount::Different
            }
        }
        _ => SameAccount::Unknown,
    }
}
