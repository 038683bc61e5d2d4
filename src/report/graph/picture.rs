//! Which nodes and edges does a network have? The picture before anybody draws it, without places or sizes.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::blame::blame;
use crate::diagnostic::Finding;
use crate::network::{
    Arg, Attachment, AttachmentKind, Cidr, Link, Network, Node as Holder, RouterId, Thing, VpcId, VpcNode,
};
use crate::report::Mask;
use crate::source::{Address, Mode};

#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// In order of name; a region that is not known comes last.
    pub regions: Vec<Option<String>>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum NodeKind {
    Vpc,
    TransitRouter,
    /// What a CEN without a transit router of its own has in a region.
    BasicRouter,
    VpnGateway,
    VpnConnection,
    BorderRouter,
    ExpressRouter,
    /// An end of which nobody knows what it is.
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Node {
    /// The address, or the id or expression by which the files name it.
    pub id: String,
    /// Only for what the files make.
    pub address: Option<String>,
    pub kind: NodeKind,
    /// The id without what the kind already says.
    pub name: String,
    /// An index into the picture's regions.
    pub region: usize,
    pub cidrs: Vec<String>,
    pub subnets: Vec<Subnet>,
    /// Surely there.
    pub certain: bool,
    pub marks: Marks,
}

/// A vSwitch.
#[derive(Clone, Debug)]
pub struct Subnet {
    pub address: String,
    pub name: String,
    pub cidr: String,
    pub zone: Option<String>,
    pub broken: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EdgeKind {
    Peering,
    Attachment,
    /// Between two transit routers.
    RouterPeering,
    CenAttachment,
    ExpressAssociation,
    /// A VPN gateway and the VPC in which it stands.
    Gateway,
    /// A leased line's border router and a VPC.
    RouterInterface,
}

#[derive(Clone, Debug)]
pub struct Edge {
    pub address: Option<String>,
    pub kind: EdgeKind,
    pub from: usize,
    pub to: usize,
    /// In Mbit/s, where it is written.
    pub bandwidth: Option<i64>,
    pub certain: bool,
    pub marks: Marks,
}

/// What the rules say of a node or an edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// There is an error.
    pub broken: bool,
    /// The rules with an error or a warning, errors first.
    pub rules: Vec<&'static str>,
    /// How many of them, from the first on, say that it is broken or may be; the others only advise.
    pub grave: usize,
}

impl Marks {
    /// The rules to show.
    pub fn shown(&self) -> &[&'static str] {
        &self.rules[..self.grave.min(self.rules.len())]
    }
}

impl NodeKind {
    pub fn name(self) -> &'static str {
        match self {
            NodeKind::Vpc => "vpc",
            NodeKind::TransitRouter => "transit-router",
            NodeKind::BasicRouter => "basic-transit-router",
            NodeKind::VpnGateway => "vpn-gateway",
            NodeKind::VpnConnection => "vpn-connection",
            NodeKind::BorderRouter => "virtual-border-router",
            NodeKind::ExpressRouter => "express-connect-router",
            NodeKind::Unknown => "unknown",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            NodeKind::Vpc => "VPC",
            NodeKind::TransitRouter => "transit router",
            NodeKind::BasicRouter => "CEN, basic transit router",
            NodeKind::VpnGateway => "VPN gateway, on premises behind it",
            NodeKind::VpnConnection => "VPN connection, on premises",
            NodeKind::BorderRouter => "border router, on premises",
            NodeKind::ExpressRouter => "Express Connect router",
            NodeKind::Unknown => "not known",
        }
    }

    /// It is drawn as a bar in the middle of its region.
    pub fn is_router(self) -> bool {
        matches!(self, NodeKind::TransitRouter | NodeKind::BasicRouter)
    }
}

impl EdgeKind {
    pub fn name(self) -> &'static str {
        match self {
            EdgeKind::Peering => "peering",
            EdgeKind::Attachment => "attachment",
            EdgeKind::RouterPeering => "peer-attachment",
            EdgeKind::CenAttachment => "cen-attachment",
            EdgeKind::ExpressAssociation => "express-association",
            EdgeKind::Gateway => "gateway",
            EdgeKind::RouterInterface => "router-interface",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            EdgeKind::Peering => "VPC peering",
            EdgeKind::Attachment => "attachment",
            EdgeKind::RouterPeering => "transit routers joined",
            EdgeKind::CenAttachment => "CEN attachment",
            EdgeKind::ExpressAssociation => "Express Connect association",
            EdgeKind::Gateway => "VPN gateway of a VPC",
            EdgeKind::RouterInterface => "router interface",
        }
    }
}

/// The picture of a network. Texts that a secret holds are not shown.
pub fn picture(network: &Network, findings: &[Finding], secrets: &Mask) -> Picture {
    let mut sketch = Sketch { network, secrets, drawn: Vec::new(), index: HashMap::new(), edges: Vec::new() };
    sketch.draw();
    let names: BTreeSet<(bool, Option<String>)> =
        sketch.drawn.iter().map(|(_, region)| (region.is_none(), region.clone())).collect();
    let regions: Vec<Option<String>> = names.into_iter().map(|(_, name)| name).collect();
    let nodes = sketch.drawn.into_iter().map(|(mut node, region)| {
        node.region = regions.iter().position(|other| *other == region).unwrap_or(0);
        node
    });
    let mut picture = Picture { nodes: nodes.collect(), edges: sketch.edges, regions };
    blame(network, findings, &mut picture);
    picture
}

struct Sketch<'a> {
    network: &'a Network,
    secrets: &'a Mask,
    /// Nodes with their regions.
    drawn: Vec<(Node, Option<String>)>,
    /// Nodes by kind and id.
    index: HashMap<(NodeKind, String), usize>,
    edges: Vec<Edge>,
}

impl Sketch<'_> {
    fn draw(&mut self) {
        let network = self.network;
        for at in 0..network.vpcs.len() {
            self.vpc(VpcId(at));
        }
        for at in 0..network.routers.len() {
            self.router(RouterId(at));
        }
        for gateway in &network.express.gateways {
            let from = self.gateway(&gateway.thing);
            if let Arg::Known(vpc) = &gateway.vpc {
                let to = self.vpc(vpc.value);
                self.join(EdgeKind::Gateway, None, from, to, gateway.thing.certain);
            }
        }
        for thing in &network.things {
            let kind = match &*crate::facts::canonical(&thing.address.kind) {
                "alicloud_express_connect_virtual_border_router" => NodeKind::BorderRouter,
                "alicloud_express_connect_router_express_connect_router" => NodeKind::ExpressRouter,
                _ => continue,
            };
            self.managed(kind, thing);
        }
        for peering in &network.peerings {
            let from = self.end(&peering.requester, &peering.thing, "requester", peering.region.value());
            let to = self.end(&peering.accepter, &peering.thing, "accepter", peering.accepting_region.value());
            let edge = self.join(EdgeKind::Peering, Some(&peering.thing), from, to, peering.thing.certain);
            self.edges[edge].bandwidth = peering.bandwidth.value().copied();
        }
        for attachment in &network.attachments {
            self.attachment(attachment);
        }
        for legacy in &network.legacy_attachments {
            self.legacy(legacy);
        }
        for association in &network.express.associations {
            let from = self.end(&association.vpc, &association.thing, "VPC", None);
            let to = self.named(NodeKind::ExpressRouter, &association.router, &association.thing);
            self.join(EdgeKind::ExpressAssociation, Some(&association.thing), from, to, association.thing.certain);
        }
        self.lines();
    }

    /// What joins border routers to Express Connect routers and VPCs, and the former to transit routers.
    fn lines(&mut self) {
        let network = self.network;
        for child in &network.express.borders {
            let from = self.named(NodeKind::BorderRouter, &child.border, &child.thing);
            let to = self.named(NodeKind::ExpressRouter, &child.express, &child.thing);
            self.join(EdgeKind::ExpressAssociation, Some(&child.thing), from, to, child.thing.certain);
        }
        for transit in &network.express.transits {
            let Arg::Known(router) = &transit.router else { continue };
            let from = self.named(NodeKind::ExpressRouter, &transit.express, &transit.thing);
            let to = self.router(router.value);
            // The attachment on the other side is the same line.
            if !self.edges.iter().any(|edge| edge.from == from && edge.to == to) {
                self.join(EdgeKind::ExpressAssociation, Some(&transit.thing), from, to, transit.thing.certain);
            }
        }
        for interface in &network.interfaces.list {
            let (Some(border), Ok(vpc)) =
                (network.border_of(&interface.opposite), network.home_of(&interface.thing.address))
            else {
                continue;
            };
            let from = self.managed(NodeKind::BorderRouter, &border.thing);
            let to = self.vpc(vpc);
            self.join(EdgeKind::RouterInterface, Some(&interface.thing), from, to, interface.thing.certain);
        }
    }

    fn push(&mut self, node: Node, region: Option<String>) -> usize {
        let key = (node.kind, node.id.clone());
        if let Some(&at) = self.index.get(&key) {
            return at;
        }
        self.index.insert(key, self.drawn.len());
        self.drawn.push((node, region));
        self.drawn.len() - 1
    }

    fn join(&mut self, kind: EdgeKind, thing: Option<&Thing>, from: usize, to: usize, certain: bool) -> usize {
        let address = thing.map(Thing::name);
        self.edges.push(Edge { address, kind, from, to, bandwidth: None, certain, marks: Marks::default() });
        self.edges.len() - 1
    }

    fn vpc(&mut self, id: VpcId) -> usize {
        let vpc = self.network.vpc(id);
        let mut node = match &vpc.node {
            VpcNode::Managed(thing) => of_thing(NodeKind::Vpc, thing),
            VpcNode::External(link) => self.of_link(NodeKind::Vpc, link),
        };
        if let Some(&at) = self.index.get(&(node.kind, node.id.clone())) {
            return at;
        }
        node.cidrs = vpc.blocks.iter().map(|block| self.cidr(&block.cidr)).collect();
        if vpc.is_managed() && vpc.more_blocks.is_some() && !node.cidrs.iter().any(|cidr| cidr == "?") {
            node.cidrs.push("?".into());
        }
        let subnet = |&id: &crate::network::VSwitchId| {
            let vswitch = self.network.vswitch(id);
            Subnet {
                address: vswitch.thing.name(),
                // Within the VPC's own module its name is enough.
                name: match vpc.thing().is_some_and(|thing| thing.address.module == vswitch.thing.address.module) {
                    true => format!("{}{}", vswitch.thing.address.name, vswitch.thing.address.key),
                    false => short(&vswitch.thing.address),
                },
                cidr: self.cidr(&vswitch.cidr),
                zone: vswitch.zone.value().map(|zone| self.shown(zone)),
                broken: false,
            }
        };
        node.subnets = vpc.vswitches.iter().map(subnet).collect();
        let region = match vpc.is_managed() {
            true => vpc.region.value().map(|region| region.to_string()),
            false => self.region_of_named(id),
        };
        self.push(node, region)
    }

    /// The region of a VPC that is only named: what its peerings, vSwitches and attachments say.
    fn region_of_named(&self, id: VpcId) -> Option<String> {
        let network = self.network;
        let by_peering = network.peerings.iter().find_map(|peering| {
            let requester = peering.requester.value() == Some(&id);
            let accepter = peering.accepter.value() == Some(&id);
            let region = if requester { peering.region.value() } else { None };
            region.or(if accepter { peering.accepting_region.value() } else { None }).map(|region| region.to_string())
        });
        let by_vswitch = || {
            let vswitch = network.vpc(id).vswitches.first()?;
            region(&network.vswitch(*vswitch).thing)
        };
        let by_attachment = || {
            let attached = network.attachments.iter().find(|attachment| attachment.vpc() == Some(id))?;
            let router = attached.router.value().and_then(|&id| network.router(id).region.value());
            router.map(|name| name.to_string()).or_else(|| region(attached.thing()?))
        };
        let by_legacy = || {
            let legacy = network.legacy_attachments.iter().find(|legacy| legacy.vpc.value() == Some(&id))?;
            legacy.region.value().map(|region| region.to_string())
        };
        by_peering.or_else(by_vswitch).or_else(by_attachment).or_else(by_legacy)
    }

    fn router(&mut self, id: RouterId) -> usize {
        let router = self.network.router(id);
        let node = match &router.node {
            Holder::Managed(thing) => of_thing(NodeKind::TransitRouter, thing),
            Holder::External(link) => self.of_link(NodeKind::TransitRouter, link),
        };
        let by_peer = || {
            let peers = self.network.attachments.iter().filter_map(|attachment| attachment.peer());
            peers.filter(|peer| peer.peer.value() == Some(&id)).find_map(|peer| peer.peer_region.value())
        };
        // One that is only named stands where its attachments are made.
        let by_attachment = || {
            let own = self.network.attachments.iter().find(|attachment| attachment.router.value() == Some(&id));
            own.and_then(|attachment| region(attachment.thing()?))
        };
        let region = router.region.value().or_else(by_peer).map(|region| region.to_string()).or_else(by_attachment);
        self.push(node, region)
    }

    fn attachment(&mut self, attachment: &Attachment) {
        // One that the files only name says nothing about its ends.
        let Some(thing) = attachment.thing() else { return };
        let router = match &attachment.router {
            Arg::Known(router) => self.router(router.value),
            _ => self.unknown(thing, "transit router", region(thing)),
        };
        let (kind, end) = match &attachment.kind {
            AttachmentKind::Vpc(attached) => (EdgeKind::Attachment, self.end(&attached.vpc, thing, "VPC", None)),
            AttachmentKind::Peer(peer) => {
                let far = match &peer.peer {
                    Arg::Known(router) => self.router(router.value),
                    _ => self.unknown(
                        thing,
                        "other transit router",
                        peer.peer_region.value().map(|name| name.to_string()),
                    ),
                };
                (EdgeKind::RouterPeering, far)
            }
            AttachmentKind::Vbr(link) => (EdgeKind::Attachment, self.named(NodeKind::BorderRouter, link, thing)),
            AttachmentKind::Vpn(link) => (EdgeKind::Attachment, self.named(NodeKind::VpnConnection, link, thing)),
            AttachmentKind::Ecr(link) => (EdgeKind::Attachment, self.named(NodeKind::ExpressRouter, link, thing)),
            AttachmentKind::Unknown => return,
        };
        let edge = match kind {
            EdgeKind::RouterPeering => self.join(kind, Some(thing), router, end, thing.certain),
            _ => self.join(kind, Some(thing), end, router, thing.certain),
        };
        self.edges[edge].bandwidth = attachment.peer().and_then(|peer| peer.bandwidth.value().copied());
    }

    fn legacy(&mut self, legacy: &crate::network::LegacyAttachment) {
        let thing = &legacy.thing;
        let region = legacy.region.value().map(|name| name.to_string()).or_else(|| region(thing));
        let from = match legacy.child_type.value().map(|kind| &**kind) {
            Some("VPC") => self.end(&legacy.vpc, thing, "VPC", legacy.region.value()),
            Some("VBR") => self.named(NodeKind::BorderRouter, &legacy.child, thing),
            _ => self.unknown(thing, "end", region.clone()),
        };
        let region = self.drawn[from].1.clone().or(region);
        let to = match legacy.cen.value() {
            Some(cen) => {
                let mut node = self.of_link(NodeKind::BasicRouter, cen);
                node.id = format!("{} in {}", node.id, region.as_deref().unwrap_or("?"));
                self.push(node, region)
            }
            None => self.unknown(thing, "CEN", region),
        };
        self.join(EdgeKind::CenAttachment, Some(thing), from, to, thing.certain);
    }

    /// The VPC at an end of something.
    fn end(&mut self, vpc: &Arg<VpcId>, of: &Thing, which: &str, there: Option<&Arc<str>>) -> usize {
        match vpc {
            Arg::Known(vpc) => self.vpc(vpc.value),
            _ => self.unknown(of, which, there.map(|name| name.to_string())),
        }
    }

    fn unknown(&mut self, of: &Thing, which: &str, region: Option<String>) -> usize {
        self.unknown_of(NodeKind::Unknown, of, which, region)
    }

    fn unknown_of(&mut self, kind: NodeKind, of: &Thing, which: &str, region: Option<String>) -> usize {
        let node = Node {
            id: format!("{which} of {}", of.name()),
            address: None,
            kind,
            name: format!("{which} of {}", short(&of.address)),
            region: 0,
            cidrs: Vec::new(),
            subnets: Vec::new(),
            certain: of.certain,
            marks: Marks::default(),
        };
        self.push(node, region)
    }

    /// What a link names, of the files or not.
    fn named(&mut self, kind: NodeKind, link: &Arg<Link>, by: &Thing) -> usize {
        let Arg::Known(link) = link else { return self.unknown_of(kind, by, kind.title(), region(by)) };
        let thing = match &link.value {
            Link::Of { address, .. } => self.network.thing(address),
            _ => None,
        };
        match thing {
            Some(thing) => self.managed(kind, thing),
            None => {
                let node = self.of_link(kind, &link.value);
                self.push(node, region(by))
            }
        }
    }

    fn managed(&mut self, kind: NodeKind, thing: &Thing) -> usize {
        let mut node = of_thing(kind, thing);
        if kind == NodeKind::VpnConnection {
            node.cidrs = self.customer(|block| block.thing.address == thing.address);
        }
        self.push(node, region(thing))
    }

    fn gateway(&mut self, thing: &Thing) -> usize {
        let mut node = of_thing(NodeKind::VpnGateway, thing);
        let leads_here = |link: &Link| matches!(link, Link::Of { address, .. } if *address == thing.address);
        node.cidrs = self.customer(|block| block.gateway.value().is_some_and(leads_here));
        self.push(node, region(thing))
    }

    /// The blocks of the customer's side, each once.
    fn customer(&self, wanted: impl Fn(&crate::network::CustomerBlock) -> bool) -> Vec<String> {
        let blocks = self.network.customer_blocks.iter().filter(|block| wanted(block));
        let blocks: BTreeSet<String> = blocks.map(|block| self.cidr(&block.cidr)).collect();
        blocks.into_iter().collect()
    }

    fn of_link(&self, kind: NodeKind, link: &Link) -> Node {
        let (id, name) = match link {
            Link::Literal(text) => (self.shown(text), self.shown(text)),
            Link::Of { address, attribute }
                if address.mode == Mode::Managed && matches!(&**attribute, "id" | "transit_router_id") =>
            {
                (address.to_string(), short(address))
            }
            other => (other.shown(), other.shown()),
        };
        Node {
            id,
            address: None,
            kind,
            name,
            region: 0,
            cidrs: Vec::new(),
            subnets: Vec::new(),
            certain: true,
            marks: Marks::default(),
        }
    }

    fn cidr(&self, cidr: &Arg<Cidr>) -> String {
        cidr.value().map_or("?".into(), |cidr| self.shown(&cidr.text))
    }

    fn shown(&self, text: &str) -> String {
        self.secrets.over(text)
    }
}

fn of_thing(kind: NodeKind, thing: &Thing) -> Node {
    Node {
        id: thing.name(),
        address: Some(thing.name()),
        kind,
        name: short(&thing.address),
        region: 0,
        cidrs: Vec::new(),
        subnets: Vec::new(),
        certain: thing.certain,
        marks: Marks::default(),
    }
}

fn region(thing: &Thing) -> Option<String> {
    thing.provider.region.as_str().map(|region| region.to_string())
}

/// An address without the words that a reader of the picture knows: `net["hub"].this[0]`.
fn short(address: &Address) -> String {
    let mut text: String = address.module.0.iter().map(|step| format!("{}{}.", step.name, step.key)).collect();
    text.push_str(&address.name);
    text.push_str(&address.key.to_string());
    text
}
