//! Who counts on a VPC to pass packets on? Peering connections and Express Connect routers do not (semantics 3.6, 3.7,
//! 6.3).

mod cross_cen_assumption;
mod ecr_vpc_to_vpc;
mod hub_spoke_expectation;
mod peering_mesh_suggest_tr;
mod transitive_internet_via_peer;
mod transitive_peering;
mod transitive_peering_to_onprem;
mod transitive_peering_via_tr;

use std::collections::HashMap;

use ipnet::Ipv4Net;

use crate::diagnostic::Finding;
use crate::eval::Cause;
use crate::network::{
    Arg, AttachmentKind, Blocks, Cidr, Joint, Joints, Network, Peering, Route, Side, Thing, Traced, VpcId, overlap,
};
use crate::rule::Rule;

pub const RULES: &[Rule] = &[
    cross_cen_assumption::RULE,
    ecr_vpc_to_vpc::RULE,
    hub_spoke_expectation::RULE,
    peering_mesh_suggest_tr::RULE,
    transitive_internet_via_peer::RULE,
    transitive_peering::RULE,
    transitive_peering_to_onprem::RULE,
    transitive_peering_via_tr::RULE,
];

/// A route into a peering connection whose destination is nowhere in the VPC at the other end.
struct Assumption<'n> {
    route: &'n Route,
    peering: &'n Peering,
    destination: &'n Traced<Cidr>,
    net: Ipv4Net,
    /// The VPC in the middle, where the packets stop.
    middle: VpcId,
    near: Option<VpcId>,
    /// The VPCs that have the destination, with what joins them to the one in the middle.
    meant: Vec<(VpcId, Vec<Joint>)>,
    /// What brings the destination from the customer's own networks into the VPC in the middle.
    on_premises: Vec<(&'n Thing, String)>,
    /// No other route on this side leads into the connection.
    alone: bool,
}

/// What leads out of a VPC, or of a router that it is attached to, to the customer's own networks.
#[derive(Default)]
struct Outside<'n> {
    /// With the blocks that they are known to lead to; without, they lead to something.
    ways: HashMap<VpcId, Vec<(&'n Thing, Option<Ipv4Net>, String)>>,
}

/// All assumptions, and the routes of which nobody can tell.
fn assumptions<'n>(network: &'n Network, joints: &Joints<'_>) -> (Vec<Assumption<'n>>, Vec<(&'n Route, Cause)>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    let mut known = None;
    let mut outside = None;
    for peering in network.peerings.iter().filter(|peering| peering.thing.certain && !network.is_loop(peering)) {
        let ways = network.ways(peering);
        for side in Side::BOTH {
            for route in ways.on(side).iter().map(|&id| network.route(id)) {
                if !route.thing.certain || route.kind() != Some("VpcPeer") {
                    continue;
                }
                let (Arg::Known(destination), Some(&middle)) = (&route.destination, peering.end(side.other()).value())
                else {
                    unknown.extend(route.destination.cause().map(|cause| (route, cause.clone())));
                    continue;
                };
                let Some(net) = destination.value.v4().filter(|net| net.prefix_len() > 0) else { continue };
                if network.vpc(middle).known_blocks().any(|(block, _)| overlap(&block, &net)) {
                    continue;
                }
                if let Err(cause) = network.vpc(middle).blocks_complete() {
                    unknown.push((route, cause));
                    continue;
                }
                if let Some(cause) = handed_on(network, middle, net) {
                    unknown.push((route, cause));
                    continue;
                }
                let known = known.get_or_insert_with(|| blocks(network));
                let outside = outside.get_or_insert_with(|| ways_outside(network));
                let near = peering.end(side).value().copied();
                let other = |vpc: &VpcId| {
                    network.surely_other(*vpc, middle) && near.is_none_or(|near| network.surely_other(*vpc, near))
                };
                let meant = known.overlapping(net).into_iter().filter(other);
                let meant: Vec<_> = meant.map(|vpc| (vpc, joints.between(middle, vpc))).collect();
                let on_premises = outside.ways.get(&middle).into_iter().flatten();
                let on_premises = on_premises.filter(|(_, block, _)| block.is_some_and(|block| overlap(&block, &net)));
                found.push(Assumption {
                    route,
                    peering,
                    destination,
                    net,
                    middle,
                    near,
                    meant,
                    on_premises: on_premises.map(|(thing, _, how)| (*thing, how.clone())).collect(),
                    alone: ways.on(side).len() == 1,
                });
            }
        }
        unknown.extend(ways.unsure.iter().map(|(id, cause)| (network.route(*id), cause.clone())));
    }
    (found, unknown)
}

/// The blocks of all VPCs.
fn blocks(network: &Network) -> Blocks<VpcId> {
    let vpcs = network.vpcs.iter().enumerate();
    Blocks::new(vpcs.flat_map(|(at, vpc)| vpc.known_blocks().map(move |(block, _)| (block, VpcId(at)))))
}

/// Why there may be a VPC that has some destination although none is known to.
fn unknown_blocks(network: &Network) -> Option<Cause> {
    let mut vpcs = network.vpcs.iter().filter(|vpc| vpc.is_managed());
    let gap = network.gap(&["alicloud_vpc"]).map(|gap| gap.cause.clone());
    gap.or_else(|| vpcs.find_map(|vpc| vpc.blocks_complete().err()))
}

/// Next hops that take packets out of a VPC, or that none takes which has come over a peering connection.
const NOT_HOSTS: [&str; 9] = [
    "Attachment",
    "Ecr",
    "GatewayEndpoint",
    "IPv6Gateway",
    "Ipv4Gateway",
    "NatGateway",
    "RouterInterface",
    "VpcPeer",
    "VpnGateway",
];

/// A host in the VPC may pass packets on, as a firewall does.
fn handed_on(network: &Network, vpc: VpcId, net: Ipv4Net) -> Option<Cause> {
    let name = || Cause::Elsewhere(format!("where hosts of {} pass {net} on", network.vpc(vpc).name()).into());
    network.leads_on(Some(vpc), |to| overlap(to, &net), &NOT_HOSTS).then(name)
}

fn ways_outside(network: &Network) -> Outside<'_> {
    let mut outside = Outside::default();
    let mut add =
        |vpc: VpcId, thing, block, how: String| outside.ways.entry(vpc).or_default().push((thing, block, how));
    for route in network.routes.iter().filter(|route| route.thing.certain) {
        let leads_out = matches!(route.kind(), Some("VpnGateway" | "RouterInterface" | "Ecr"));
        let block = route.destination.value().and_then(|to| to.v4()).filter(|block| block.prefix_len() > 0);
        if let (true, Some(vpc), Some(block)) = (leads_out, network.vpc_of_route(route), block) {
            add(vpc, &route.thing, Some(block), format!("sends {block} on-premises"));
        }
    }
    for route in network.vpn_routes.iter().filter(|route| route.thing.certain) {
        let block = route.destination.value().and_then(|to| to.v4()).filter(|block| block.prefix_len() > 0);
        if let (Some(&vpc), Some(block)) = (route.vpc.value(), block) {
            add(vpc, &route.thing, Some(block), format!("leads to {block} on-premises"));
        }
    }
    for customer in network.customer_blocks.iter().filter(|customer| customer.thing.certain) {
        let Some(crate::network::Link::Of { address, .. }) = customer.gateway.value() else { continue };
        let block = customer.cidr.value().and_then(|cidr| cidr.v4()).filter(|block| block.prefix_len() > 0);
        if let (Ok(vpc), Some(block)) = (network.home_of(address), block) {
            add(vpc, &customer.thing, Some(block), format!("{block} is on-premises"));
        }
    }
    for gateway in network.express.gateways.iter().filter(|gateway| gateway.thing.certain) {
        if let Some(&vpc) = gateway.vpc.value() {
            add(vpc, &gateway.thing, None, "leads on-premises".into());
        }
    }
    for association in network.express.associations.iter().filter(|association| association.thing.certain) {
        if let Some(&vpc) = association.vpc.value() {
            add(vpc, &association.thing, None, "leads on-premises".into());
        }
    }
    for route in network.router_routes.iter().filter(|route| route.thing.certain) {
        let Some(attachment) = route.attachment.map(|id| network.attachment(id)) else { continue };
        let leads_out =
            matches!(attachment.kind, AttachmentKind::Vbr(_) | AttachmentKind::Vpn(_) | AttachmentKind::Ecr(_));
        let block = route.destination.value().and_then(|to| to.v4()).filter(|block| block.prefix_len() > 0);
        let router = route.table.value().and_then(|&table| network.router_table(table).router.value());
        let (true, Some(block), Some(&router)) = (leads_out, block, router) else { continue };
        for &id in &network.router(router).attachments {
            if let Some(vpc) = network.attachment(id).vpc() {
                add(vpc, &route.thing, Some(block), format!("sends {block} on-premises"));
            }
        }
    }
    outside
}

impl<'n> Assumption<'n> {
    /// The name of the VPC that sends, or of its table where nobody knows the VPC.
    fn sender(&self, network: &Network) -> String {
        match self.near {
            Some(near) => network.vpc(near).name(),
            None => self.route.table.value().map_or_else(|| "a VPC".into(), |&table| network.table_name(table)),
        }
    }

    /// Everything that takes part, whichever rule speaks: the route, the connection, the middle, and what was meant.
    fn witness(&self, network: &'n Network, finding: Finding) -> Finding {
        let middle = network.vpc(self.middle);
        let mut finding = finding
            .value(self.destination, self.route.destination_name())
            .with(&self.peering.thing, "the connection that the route enters")
            .cause(self.route.key());
        if let Some(thing) = middle.thing() {
            finding = finding.with(thing, "the VPC in the middle: the packets stop here");
        }
        for block in middle.blocks.iter().filter(|block| block.argument() != "cidr_block") {
            if let Some(cidr) = block.cidr.known() {
                finding = finding.with_value(
                    &block.owner,
                    cidr,
                    format!("the VPC in the middle has {} as well", cidr.value.text),
                );
            }
        }
        if let Some(thing) = self.near.and_then(|near| network.vpc(near).thing()) {
            finding = finding.with(thing, "the VPC that sends");
        }
        for (vpc, joints) in &self.meant {
            for (block, owner) in network.vpc(*vpc).known_blocks() {
                if let (true, Some(cidr)) = (overlap(&block, &self.net), owner.cidr.known()) {
                    let about = network.vpc(*vpc).thing().unwrap_or(&owner.owner);
                    finding = finding.with_value(about, cidr, format!("{block} is here"));
                    if owner.owner.address != about.address {
                        finding = finding.with_value(&owner.owner, cidr, "adds the block");
                    }
                }
            }
            for joint in joints {
                for (thing, message) in joint_things(network, *joint, self.middle) {
                    finding = finding.with(thing, message);
                }
            }
            if let Some(near) = self.near {
                finding = finding.cause(network.pair_key((near, *vpc)));
            }
        }
        for (thing, how) in &self.on_premises {
            finding = finding.with(thing, how.clone());
        }
        if self.alone {
            // Without it nothing leads into the connection from here, and what the other side lacks is no matter.
            let key = format!("peering:{}", self.peering.thing.address);
            finding = finding.cause(format!("{key}:vpc_id")).cause(format!("{key}:accepting_vpc_id")).cause(key);
        }
        finding
    }
}

/// The resources that join the VPC in the middle to another.
fn joint_things(network: &Network, joint: Joint, middle: VpcId) -> Vec<(&Thing, String)> {
    let name = network.vpc(middle).name();
    match joint {
        Joint::Peering(id) => {
            vec![(
                &network.peering(id).thing,
                format!("joins {name} to it, and carries nothing that comes from elsewhere"),
            )]
        }
        Joint::Routers { ends: (near, far), over } => [Some(near), over, Some(far)]
            .into_iter()
            .flatten()
            .filter_map(|id| Some((network.attachment(id).thing()?, format!("joins {name} to it by a transit router"))))
            .collect(),
        Joint::Legacy(a, b) => [a, b]
            .into_iter()
            .map(|at| (&network.legacy_attachments[at].thing, format!("joins {name} to it by a CEN")))
            .collect(),
    }
}
