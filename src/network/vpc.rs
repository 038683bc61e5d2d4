//! VPCs with their blocks, and the vSwitches in them (semantics 1).

use std::sync::Arc;

use ipnet::{Ipv4Net, Ipv6Net};

use super::arg::elements;
use super::{Arg, Bound, Cidr, Ipv6Blocks, Link, Network, Reader, TableId, Thing, Told, resolve};
use crate::eval::Cause;
use crate::facts::{self, Range};

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct VpcId(pub usize);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct VSwitchId(pub usize);

#[derive(Clone, Debug)]
pub enum VpcNode {
    Managed(Thing),
    /// Named in the files and made elsewhere.
    External(Link),
}

#[derive(Clone, Debug)]
pub struct Vpc {
    pub node: VpcNode,
    /// The IPv4 blocks that are in the files, the primary one first.
    pub blocks: Vec<Block>,
    /// Why there may be blocks that are not in `blocks`.
    pub more_blocks: Option<Cause>,
    pub user_cidrs: UserCidrs,
    pub region: Arg<Arc<str>>,
    pub is_default: Arg<bool>,
    pub enable_ipv6: Arg<bool>,
    /// `dns_hostname_status`.
    pub hostnames: Arg<Arc<str>>,
    pub ipv6: Ipv6Blocks,
    pub vswitches: Vec<VSwitchId>,
    /// The system table first, then the custom ones.
    pub tables: Vec<TableId>,
    /// `secondary_cidr_blocks` with something in it, unless changes to it are ignored.
    pub secondary_argument: Arg<()>,
    /// What is told of it, where it is not in the files.
    pub told: Option<Told>,
}

/// The `user_cidrs` of a VPC, each with its place.
pub type UserCidrs = Arg<Vec<Arg<Cidr>>>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockKind {
    Primary,
    Secondary,
    /// One that something else than these files tells of.
    Told,
}

#[derive(Clone, Debug)]
pub struct Block {
    pub kind: BlockKind,
    /// Absent where the cloud or an address pool chooses it.
    pub cidr: Arg<Cidr>,
    /// The resource that writes it: the VPC, or an `alicloud_vpc_ipv4_cidr_block`.
    pub owner: Thing,
}

#[derive(Clone, Debug)]
pub struct VSwitch {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    pub cidr: Arg<Cidr>,
    pub zone: Arg<Arc<str>>,
    /// The route table that it uses.
    pub table: Bound,
    pub is_default: Arg<bool>,
    /// Absent where it has none.
    pub ipv6: Arg<Ipv6Net>,
}

/// What is wrong with the block of a VPC, taken by itself (semantics 1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockFault {
    NotACidr,
    NoMask,
    HostBits,
    Mask,
    StartsWithZero,
    Reserved(&'static Range),
}

impl Block {
    pub fn fault(&self) -> Option<BlockFault> {
        let cidr = self.cidr.value()?;
        let Some(net) = cidr.v4() else { return Some(BlockFault::NotACidr) };
        let reserved = || facts::reserved().filter(|range| range.cidr.network().octets()[0] != 0);
        if let Some(range) = reserved().find(|range| range.cidr.contains(&net)) {
            return Some(BlockFault::Reserved(range));
        }
        match net.prefix_len() {
            _ if !cidr.masked => Some(BlockFault::NoMask),
            _ if net.addr().octets()[0] == 0 => Some(BlockFault::StartsWithZero),
            0..8 | 29.. => Some(BlockFault::Mask),
            _ if cidr.host_bits => Some(BlockFault::HostBits),
            _ => reserved().find(|range| range.overlaps(&net)).map(BlockFault::Reserved),
        }
    }

    /// The argument that holds it.
    pub fn argument(&self) -> &'static str {
        match (self.kind, facts::canonical(&self.owner.address.kind).as_str()) {
            (BlockKind::Primary | BlockKind::Told, _) => "cidr_block",
            (BlockKind::Secondary, "alicloud_vpc") => "secondary_cidr_blocks",
            (BlockKind::Secondary, _) => "secondary_cidr_block",
        }
    }
}

impl Vpc {
    pub fn thing(&self) -> Option<&Thing> {
        match &self.node {
            VpcNode::Managed(thing) => Some(thing),
            VpcNode::External(_) => None,
        }
    }

    pub fn is_managed(&self) -> bool {
        self.thing().is_some()
    }

    /// How a message names it.
    pub fn name(&self) -> String {
        match &self.node {
            VpcNode::Managed(thing) => thing.name(),
            VpcNode::External(link) => link.shown(),
        }
    }

    /// The address, when it is in the files.
    pub fn address(&self) -> Option<String> {
        self.thing().map(Thing::name)
    }

    /// The IPv4 blocks that are known, surely there and well-formed.
    pub fn known_blocks(&self) -> impl Iterator<Item = (Ipv4Net, &Block)> {
        self.blocks
            .iter()
            .filter(|block| block.owner.certain)
            .filter_map(|block| Some((block.cidr.value()?.v4()?, block)))
    }

    /// The blocks that these files write.
    pub fn own_blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| block.kind != BlockKind::Told)
    }

    /// All IPv4 blocks, where they are known.
    pub fn all_blocks(&self) -> Option<Vec<Ipv4Net>> {
        self.blocks_complete().ok()?;
        Some(self.known_blocks().map(|(block, _)| block).collect())
    }

    /// Every block is known: nothing else can be in this VPC.
    pub fn blocks_complete(&self) -> Result<(), Cause> {
        if let Some(cause) = &self.more_blocks {
            return Err(cause.clone());
        }
        for block in &self.blocks {
            match &block.cidr {
                Arg::Known(traced) if traced.value.v4().is_some() && block.owner.certain => {}
                Arg::Unknown(cause, _) => return Err(cause.clone()),
                Arg::Absent => return Err(Cause::Unsupported("a block that the cloud chooses".into())),
                _ if !block.owner.certain => return Err(Cause::Instances(block.owner.name().into())),
                _ => return Err(Cause::Failed),
            }
        }
        Ok(())
    }
}

impl VSwitch {
    /// Its mask is too long because the VPC's block, in which it lies, is too small itself.
    pub fn follows_from(&self, block: &Block) -> bool {
        let net = |cidr: &Arg<Cidr>| cidr.value().and_then(|cidr| cidr.v4());
        block.fault() == Some(BlockFault::Mask)
            && net(&block.cidr).is_some_and(|outer| {
                outer.prefix_len() > 28
                    && net(&self.cidr).is_some_and(|own| own.prefix_len() > 29 && outer.contains(&own))
            })
    }
}

impl Network {
    /// Why a vSwitch may lie in any VPC.
    pub fn stray_vswitch(&self) -> Option<Cause> {
        self.vswitches.iter().find_map(|vswitch| match &vswitch.vpc {
            // A variable may stand for any of them.
            Arg::Known(vpc) => match &self.vpc(vpc.value).node {
                VpcNode::External(link @ Link::Variable(..)) => Some(link.why_unknown()),
                _ => None,
            },
            vpc => vpc.cause().cloned(),
        })
    }

    /// The VPC that a link names; one that is not in the files becomes a node of its own.
    pub(crate) fn vpc_of(&mut self, link: &Link) -> Result<VpcId, Cause> {
        if let Some(&id) = self.index.vpcs.get(link) {
            return Ok(id);
        }
        if let Link::Of { address, attribute } = link
            && address.mode == crate::source::Mode::Managed
            && crate::facts::canonical(&address.kind) == "alicloud_vpc"
            && &**attribute != "id"
        {
            return Err(Cause::Unsupported(format!("`{attribute}` as the id of a VPC").into()));
        }
        let id = VpcId(self.vpcs.len());
        let told = self.told(link);
        self.vpcs.push(Vpc {
            node: VpcNode::External(link.clone()),
            blocks: Vec::new(),
            more_blocks: match &told {
                Some(told) => told.more_blocks.clone(),
                None => Some(Cause::Unsupported(format!("the contents of {}", link.shown()).into())),
            },
            told,
            user_cidrs: Arg::Absent,
            region: Arg::Absent,
            is_default: Arg::Absent,
            enable_ipv6: Arg::Absent,
            hostnames: Arg::Absent,
            ipv6: Ipv6Blocks {
                known: Vec::new(),
                more: Some(Cause::Unsupported(format!("the contents of {}", link.shown()).into())),
            },
            vswitches: Vec::new(),
            tables: Vec::new(),
            secondary_argument: Arg::Absent,
        });
        self.index.vpcs.insert(link.clone(), id);
        Ok(id)
    }

    pub(super) fn add_vpc(&mut self, reader: &Reader<'_, '_>) {
        let thing = reader.thing.clone();
        let id = VpcId(self.vpcs.len());
        let mut more_blocks = self
            .gap(&["alicloud_vpc_ipv4_cidr_block"])
            .map(|gap| gap.cause.clone())
            .or_else(|| thing.incomplete.then(|| Cause::Broken("the resource's block".into())))
            .or_else(|| {
                reader.is_set("secondary_cidr_mask").then(|| Cause::Unsupported("a block from an address pool".into()))
            });
        let mut blocks =
            vec![Block { kind: BlockKind::Primary, cidr: reader.cidr("cidr_block"), owner: thing.clone() }];
        let secondary_argument = match reader.list("secondary_cidr_blocks") {
            Arg::Known(list) => {
                for item in list.value.iter().filter(|item| !item.is_absent()) {
                    let cidr = super::arg::text(item.clone()).map(|text| Cidr::parse(&text));
                    blocks.push(Block { kind: BlockKind::Secondary, cidr, owner: thing.clone() });
                }
                match blocks.len() {
                    1 => Arg::Absent,
                    _ if reader.ignores("secondary_cidr_blocks") => Arg::Absent,
                    _ => Arg::Known(super::Traced { value: (), place: list.place, attribute: list.attribute }),
                }
            }
            Arg::Unknown(cause, span) => {
                more_blocks = more_blocks.or(Some(cause.clone()));
                Arg::Unknown(cause, span)
            }
            Arg::Absent => Arg::Absent,
        };
        let user_cidrs = reader.list("user_cidrs").map(|items| {
            items.into_iter().map(|item| super::arg::text(item).map(|text| Cidr::parse(&text))).collect::<Vec<_>>()
        });
        let link = Link::Of { address: thing.address.clone(), attribute: "id".into() };
        let ipv6 = self.ipv6_of_vpc(reader);
        self.vpcs.push(Vpc {
            region: region(&thing),
            node: VpcNode::Managed(thing),
            blocks,
            more_blocks,
            user_cidrs,
            is_default: reader.flag("is_default"),
            enable_ipv6: reader.flag("enable_ipv6"),
            hostnames: reader.text("dns_hostname_status"),
            ipv6,
            vswitches: Vec::new(),
            tables: Vec::new(),
            secondary_argument,
            told: None,
        });
        self.index.vpcs.insert(link.clone(), id);
        self.system_table(id, &link, reader.flag("system_route_table_route_propagation_enable"));
    }

    pub(super) fn add_secondary_block(&mut self, reader: &Reader<'_, '_>) {
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        let cidr = reader.cidr("secondary_cidr_block");
        match vpc {
            Arg::Known(vpc) => self.vpcs[vpc.value.0].blocks.push(Block {
                kind: BlockKind::Secondary,
                cidr,
                owner: reader.thing.clone(),
            }),
            Arg::Unknown(cause, _) => {
                for vpc in &mut self.vpcs {
                    vpc.more_blocks.get_or_insert(cause.clone());
                }
                self.stray_blocks.push(Block { kind: BlockKind::Secondary, cidr, owner: reader.thing.clone() });
            }
            Arg::Absent => {}
        }
    }

    /// A block of a VPC that is only named may belong to one of the files, unless its id is written out.
    pub(super) fn settle_blocks(&mut self) {
        let named = self.vpcs.iter().find_map(|vpc| match &vpc.node {
            VpcNode::External(Link::Literal(_)) | VpcNode::Managed(_) => None,
            VpcNode::External(link) => (!vpc.blocks.is_empty()).then(|| link.why_unknown()),
        });
        if let Some(cause) = named {
            for vpc in self.vpcs.iter_mut().filter(|vpc| vpc.is_managed()) {
                vpc.more_blocks.get_or_insert(cause.clone());
            }
        }
    }

    pub(super) fn add_vswitch(&mut self, reader: &Reader<'_, '_>) {
        let id = VSwitchId(self.vswitches.len());
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        let ipv6 = self.ipv6_of_vswitch(reader, vpc.value().copied());
        if let Some(vpc) = vpc.value() {
            self.vpcs[vpc.0].vswitches.push(id);
        }
        let zone = match reader.text("zone_id") {
            Arg::Absent => reader.text("availability_zone"),
            zone => zone,
        };
        self.index.vswitches.insert(reader.thing.address.clone(), id);
        self.vswitches.push(VSwitch {
            thing: reader.thing.clone(),
            vpc,
            cidr: match reader.cidr("cidr_block") {
                Arg::Absent => Arg::Unknown(Cause::Unsupported("a block that the cloud chooses".into()), None),
                cidr => cidr,
            },
            zone,
            table: Bound::System,
            is_default: reader.flag("is_default"),
            ipv6,
        });
    }

    /// The vSwitch of the files that a link names.
    pub fn vswitch_of(&self, link: &Link) -> Option<VSwitchId> {
        let address = link.managed("alicloud_vswitch", &["id"])?;
        self.index.vswitches.get(address).copied()
    }

    /// The elements of an argument that lists ids.
    pub(crate) fn links(reader: &Reader<'_, '_>, name: &str) -> Vec<Arg<Link>> {
        match elements(reader.value(name)) {
            Arg::Known(list) => list
                .value
                .into_iter()
                .map(|item| match item {
                    Arg::Known(item) => super::arg::link(Some((item.value, item.attribute))),
                    Arg::Unknown(cause, span) => Arg::Unknown(cause, span),
                    Arg::Absent => Arg::Absent,
                })
                .collect(),
            Arg::Unknown(cause, span) => vec![Arg::Unknown(cause, span)],
            Arg::Absent => Vec::new(),
        }
    }
}

/// The region of a managed thing: that of its provider.
pub(crate) fn region(thing: &Thing) -> Arg<Arc<str>> {
    let value = thing.provider.region.clone();
    let place = value.trail.place().or(thing.provider.place).unwrap_or(thing.header);
    match (value.as_str(), value.cause()) {
        // An empty one is none: the environment has it.
        (Some(text), _) if text.is_empty() => Arg::Unknown(Cause::Unsupported("an empty region".into()), Some(place)),
        (Some(text), _) => Arg::Known(super::Traced { value: text.clone(), place, attribute: place }),
        (None, cause) => Arg::Unknown(cause.unwrap_or(Cause::Failed), Some(place)),
    }
}
