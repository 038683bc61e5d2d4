//! What is known of VPCs that these files only name: their blocks, region and account, as `alinet.toml` or another root of
//! the repository tells them.
//!
//! A node that is told of is as good as one of the files where its blocks are compared. What stands in it, and which
//! routes its tables have, stays unknown.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ipnet::IpNet;

use super::{Arg, AttachmentKind, Block, BlockKind, Cidr, Link, Network, Side, Thing, Traced, Vpc, VpcId, VpcNode};
use crate::config::ExternalVpc;
use crate::eval::{Account, Cause};
use crate::source::{Address, Span};

/// What is told of a VPC.
#[derive(Clone, Debug)]
pub struct Told {
    /// Who tells: a file, or a root.
    pub by: Arc<str>,
    pub blocks: Vec<Arc<str>>,
    /// Why it may have more.
    pub more_blocks: Option<Cause>,
    pub region: Option<Arc<str>>,
    pub account: Option<Account>,
    /// All its routes are known, too.
    pub routed: bool,
}

/// What other roots of the repository tell a root.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    pub vpcs: BTreeMap<Link, Told>,
    /// In which VPC a route table is.
    pub tables: BTreeMap<Link, Link>,
    /// Connections that another root accepts.
    pub accepted: BTreeMap<Arc<Address>, Seen>,
    /// Sides of connections from which another root has a route.
    pub routed: BTreeMap<(Arc<Address>, Side), Seen>,
}

/// What another root does at a connection of this one.
#[derive(Clone, Debug)]
pub enum Seen {
    Surely,
    /// Why that is not known.
    Perhaps(Cause),
}

impl Told {
    pub(super) fn of(vpc: &ExternalVpc) -> Told {
        Told {
            by: "alinet.toml".into(),
            blocks: vpc
                .cidrs
                .iter()
                .filter(|cidr| matches!(cidr, IpNet::V4(_)))
                .map(|cidr| cidr.to_string().into())
                .collect(),
            more_blocks: None,
            region: vpc.region.clone(),
            account: vpc.account.clone().map(Account::numbered),
            routed: false,
        }
    }
}

impl Vpc {
    /// Whose account it is in, where something tells.
    pub fn account(&self) -> Option<&Account> {
        match &self.node {
            VpcNode::Managed(thing) => Some(&thing.provider.account),
            VpcNode::External(_) => self.told.as_ref()?.account.as_ref(),
        }
    }

    /// Why something may stand in it that these files do not make.
    pub fn more_inside(&self) -> Option<Cause> {
        match (&self.node, &self.more_blocks) {
            (VpcNode::Managed(_), _) => None,
            (VpcNode::External(_), Some(cause)) => Some(cause.clone()),
            (VpcNode::External(_), None) => Some(Cause::Elsewhere(format!("what is in {}", self.name()).into())),
        }
    }
}

impl Network {
    /// Gives the VPCs that are told of their blocks and regions. Each is shown where something first names it.
    pub(super) fn settle_told(&mut self) {
        if self.vpcs.iter().all(|vpc| vpc.told.is_none()) {
            return;
        }
        let named = self.named();
        for (at, vpc) in self.vpcs.iter_mut().enumerate() {
            let (Some(told), Some((thing, link))) = (&vpc.told, named.get(&VpcId(at))) else { continue };
            let at = |value: Arc<str>| Traced { value, place: *link, attribute: *link };
            if let Some(region) = &told.region {
                vpc.region = Arg::Known(at(region.clone()));
            }
            for text in &told.blocks {
                let cidr = Cidr::parse(text);
                if vpc.blocks.iter().any(|block| block.cidr.value().is_some_and(|known| known.net == cidr.net)) {
                    continue;
                }
                let cidr = Arg::Known(Traced { value: cidr, place: *link, attribute: *link });
                vpc.blocks.push(Block { kind: BlockKind::Told, cidr, owner: (*thing).clone() });
            }
        }
    }

    /// Who names a VPC that is not in the files, and where.
    fn named(&self) -> HashMap<VpcId, (Thing, Span)> {
        let mut named = HashMap::new();
        let mut note = |vpc: &Arg<VpcId>, thing: &Thing| {
            if let Arg::Known(link) = vpc
                && !self.vpc(link.value).is_managed()
            {
                let thing = Thing { certain: true, ..thing.clone() };
                named.entry(link.value).or_insert((thing, link.place));
            }
        };
        for peering in &self.peerings {
            note(&peering.requester, &peering.thing);
            note(&peering.accepter, &peering.thing);
        }
        for attachment in &self.attachments {
            if let (AttachmentKind::Vpc(attached), Some(thing)) = (&attachment.kind, attachment.thing()) {
                note(&attached.vpc, thing);
            }
        }
        for legacy in &self.legacy_attachments {
            note(&legacy.vpc, &legacy.thing);
        }
        for vswitch in &self.vswitches {
            note(&vswitch.vpc, &vswitch.thing);
        }
        for table in &self.tables {
            if let Some(thing) = table.thing() {
                note(&table.vpc, thing);
            }
        }
        named
    }

    pub(super) fn told(&self, link: &Link) -> Option<Told> {
        self.index.told.get(link).cloned()
    }
}
