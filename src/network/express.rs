//! What joins VPCs to the customer's own networks: Express Connect routers, VPN gateways, border routers (semantics 6).

use super::{Arg, Link, Network, Reader, Thing, VpcId, resolve};

#[derive(Debug, Default)]
pub struct Express {
    pub associations: Vec<ExpressAssociation>,
    pub gateways: Vec<VpnGateway>,
}

/// A VPC on an Express Connect router.
#[derive(Clone, Debug)]
pub struct ExpressAssociation {
    pub thing: Thing,
    pub router: Arg<Link>,
    pub vpc: Arg<VpcId>,
}

#[derive(Clone, Debug)]
pub struct VpnGateway {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    /// It writes what it learns over BGP into the VPC's tables.
    pub auto_propagate: Arg<bool>,
}

impl Network {
    pub(super) fn add_express(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let thing = reader.thing.clone();
        match kind {
            "alicloud_express_connect_router_vpc_association" => {
                let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
                self.express.associations.push(ExpressAssociation { thing, router: reader.link("ecr_id"), vpc });
            }
            "alicloud_vpn_gateway" => {
                let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
                self.express.gateways.push(VpnGateway { thing, vpc, auto_propagate: reader.flag("auto_propagate") });
            }
            _ => {}
        }
    }
}
