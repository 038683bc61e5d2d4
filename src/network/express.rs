//! What joins the cloud to the customer's own networks: Express Connect routers and all that is on them (semantics 6.1 to
//! 6.5).

use std::sync::Arc;

use super::arg::text;
use super::{Arg, Cidr, Link, Network, Presence, Reader, RouterId, Thing, VpcId, is_vague, resolve};
use crate::eval::Cause;
use crate::source::{Address, Mode};

#[derive(Debug, Default)]
pub struct Express {
    pub routers: Vec<ExpressRouter>,
    pub associations: Vec<ExpressAssociation>,
    pub transits: Vec<ExpressTransit>,
    pub borders: Vec<ExpressBorder>,
    pub gateways: Vec<VpnGateway>,
}

#[derive(Clone, Debug)]
pub struct ExpressRouter {
    pub thing: Thing,
    /// `alibaba_side_asn`.
    pub asn: Arg<i64>,
}

/// A VPC on an Express Connect router.
#[derive(Clone, Debug)]
pub struct ExpressAssociation {
    pub thing: Thing,
    pub router: Arg<Link>,
    pub vpc: Arg<VpcId>,
    pub allowed: Vec<Arg<Cidr>>,
}

/// The side of an Express Connect router in its link to a transit router.
#[derive(Clone, Debug)]
pub struct ExpressTransit {
    pub thing: Thing,
    pub express: Arg<Link>,
    pub router: Arg<RouterId>,
    pub region: Arg<Arc<str>>,
    /// What it tells the customer's side of, where that is narrowed.
    pub allowed: Vec<Arg<Cidr>>,
}

/// A border router on an Express Connect router.
#[derive(Clone, Debug)]
pub struct ExpressBorder {
    pub thing: Thing,
    pub express: Arg<Link>,
    pub border: Arg<Link>,
}

#[derive(Clone, Debug)]
pub struct VpnGateway {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    /// It writes what it learns over BGP into the VPC's tables.
    pub auto_propagate: Arg<bool>,
}

pub const EXPRESS_ROUTER: &str = "alicloud_express_connect_router_express_connect_router";

impl Network {
    pub(super) fn add_express(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let thing = reader.thing.clone();
        match kind {
            EXPRESS_ROUTER => {
                self.express.routers.push(ExpressRouter { thing, asn: reader.number("alibaba_side_asn") });
            }
            "alicloud_express_connect_router_vpc_association" => {
                let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
                let (router, allowed) = (reader.link("ecr_id"), blocks(reader, "allowed_prefixes"));
                self.express.associations.push(ExpressAssociation { thing, router, vpc, allowed });
            }
            "alicloud_express_connect_router_tr_association" => {
                let router = resolve(reader.link("transit_router_id"), |link| self.router_of(link));
                self.express.transits.push(ExpressTransit {
                    thing,
                    express: reader.link("ecr_id"),
                    router,
                    region: reader.text("association_region_id"),
                    allowed: blocks(reader, "allowed_prefixes"),
                });
            }
            "alicloud_express_connect_router_vbr_child_instance" => {
                let (express, border) = (reader.link("ecr_id"), reader.link("child_instance_id"));
                self.express.borders.push(ExpressBorder { thing, express, border });
            }
            "alicloud_vpn_gateway" | "alicloud_vpn_gateway_enhanced_vpn_gateway" => {
                let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
                self.express.gateways.push(VpnGateway { thing, vpc, auto_propagate: reader.flag("auto_propagate") });
            }
            _ => {}
        }
    }

    /// Whether something of a list names a thing of the files. More of such `kinds` may be made where nobody looks.
    pub fn naming<'n>(
        &self,
        address: &Address,
        list: impl IntoIterator<Item = (&'n Thing, &'n Arg<Link>)>,
        kinds: &[&str],
    ) -> Presence<'n> {
        let mut maybe = None;
        for (thing, link) in list {
            match link.names(address) {
                Ok(true) if thing.certain => return Presence::Here(thing),
                Ok(true) => maybe = maybe.or_else(|| Some(Cause::Instances(thing.name().into()))),
                Ok(false) => {}
                Err(cause) => maybe = maybe.or(Some(cause)),
            }
        }
        match maybe.or_else(|| self.gap(kinds).map(|gap| gap.cause.clone())) {
            Some(cause) => Presence::Maybe(cause),
            None => Presence::Nowhere,
        }
    }

    /// The thing of the files that a link names, when that is certain.
    pub fn certain_of(&self, link: &Link, kind: &str) -> Option<&Thing> {
        let address = link.managed(kind, &["id"])?;
        self.thing(address).filter(|thing| thing.certain)
    }
}

impl Arg<Link> {
    /// Whether it names this resource of the files; why that cannot be told.
    pub fn names(&self, address: &Address) -> Result<bool, Cause> {
        match self {
            Arg::Absent => Ok(false),
            Arg::Unknown(cause, _) => Err(cause.clone()),
            Arg::Known(link) => match &link.value {
                // An id written out is not that of something which the files make.
                Link::Literal(_) => Ok(false),
                Link::Of { address: other, .. } if **other == *address => Ok(true),
                Link::Of { address: other, .. } if other.mode == Mode::Managed && other.kind == address.kind => {
                    match is_vague(other) {
                        true => Err(Cause::Instances(other.to_string().into())),
                        false => Ok(false),
                    }
                }
                other => Err(other.why_unknown()),
            },
        }
    }
}

/// The blocks of a list, each with its own place.
pub(super) fn blocks(reader: &Reader<'_, '_>, name: &str) -> Vec<Arg<Cidr>> {
    match reader.list(name) {
        Arg::Known(list) => list.value.into_iter().map(|item| text(item).map(|text| Cidr::parse(&text))).collect(),
        Arg::Unknown(cause, place) => vec![Arg::Unknown(cause, place)],
        Arg::Absent => Vec::new(),
    }
}
