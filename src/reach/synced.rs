//! Which routes does a transit router write into a VPC (semantics 4.8)?

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net};

use super::Reach;
use super::prefix::ALL_V4;
use super::router::Via;
use crate::network::{AttachmentId, AttachmentKind, VpcId};

/// A route that a VPC surely receives, and from which attachment of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Synced {
    pub prefix: Ipv4Net,
    pub attachment: AttachmentId,
}

impl Reach<'_> {
    /// What these of the VPCs with route sync surely receive from other attachments than their own.
    pub fn synced(&self, which: impl Fn(VpcId) -> bool) -> BTreeMap<VpcId, Vec<Synced>> {
        let mut found: BTreeMap<VpcId, Vec<Synced>> = BTreeMap::new();
        for (at, attachment) in self.network.attachments.iter().enumerate() {
            let id = AttachmentId(at);
            let AttachmentKind::Vpc(attached) = &attachment.kind else { continue };
            let certain = attachment.thing().is_some_and(|thing| thing.certain);
            let vpc = attached.vpc.value().copied().filter(|&vpc| which(vpc));
            let (Some(vpc), Some(true), true) = (vpc, attachment.publish.value(), certain) else { continue };
            let Ok(Some((table, false))) = self.lookup_table(id, attachment.router.value().copied()) else { continue };
            let view = self.router_view(table);
            if view.unsettled().is_some() {
                continue;
            }
            // What leads back into this VPC is not sent to it, and an entry that leads nobody knows where may do so.
            let own = |via: &Via| match via {
                Via::Attachment(via) => {
                    let attachment = self.network.attachment(*via);
                    attachment.thing().is_none() || attachment.vpc() == Some(vpc)
                }
                Via::BlackHole => false,
                Via::Unknown(_) => true,
            };
            let lines = view.lines.iter().filter(|line| line.certain && line.publishes() && !own(&line.via));
            let prefixes = lines.filter_map(|line| match line.prefix {
                IpNet::V4(prefix) => Some(prefix),
                IpNet::V6(_) => None,
            });
            found.entry(vpc).or_default().extend(prefixes.map(|prefix| Synced { prefix, attachment: id }));
        }
        for synced in found.values_mut() {
            synced.sort();
            synced.dedup();
        }
        found
    }

    /// Whether a router surely has no way for anything beyond its prefixes: no default route, and nothing that is not
    /// known. Asked for what comes in from an attachment.
    pub fn lacks_default(&self, attachment: AttachmentId) -> bool {
        let router = self.network.attachment(attachment).router.value().copied();
        let Ok(Some((table, false))) = self.lookup_table(attachment, router) else { return false };
        let view = self.router_view(table);
        view.unsettled().is_none() && view.open.is_none() && view.lines.iter().all(|line| line.prefix != ALL_V4)
    }
}
