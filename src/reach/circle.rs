//! Do routers send packets in a circle? Static entries are followed from router to router until they come back (semantics
//! 4.13, 4.18).

use ipnet::IpNet;

use super::Reach;
use super::prefix::pieces;
use super::router::Via;
use crate::eval::Cause;
use crate::network::{Attachment, AttachmentId, RouterId, RouterTableId};

impl Reach<'_> {
    /// The static entries, by their index, that send a part of this entry's destination around; none when it ends
    /// somewhere.
    pub fn circle(&self, entry: usize) -> Result<Option<Vec<usize>>, Cause> {
        let route = &self.network.router_routes[entry];
        let (Some(&table), Some(net)) = (route.table.value(), route.destination.value().and_then(|cidr| cidr.net))
        else {
            return Ok(None);
        };
        if let Some(gap) = self.network.gap(&["alicloud_cen_transit_router_route_entry"]) {
            return Err(gap.cause.clone());
        }
        self.around(table, net, &mut Vec::new())
    }

    /// Follows what a table does with a block, after the tables and entries on the way.
    fn around(
        &self,
        table: RouterTableId,
        block: IpNet,
        way: &mut Vec<(RouterTableId, usize)>,
    ) -> Result<Option<Vec<usize>>, Cause> {
        let network = self.network;
        let view = self.router_view(table);
        if let Some(cause) = view.unsettled() {
            return Err(cause.clone());
        }
        for (piece, best) in pieces(block, &view.lines, &view.index) {
            let &[line] = best.as_slice() else { continue };
            let line = &view.lines[line];
            let (true, true, Via::Attachment(next)) = (line.is_static, line.certain, &line.via) else { continue };
            let written = |&&at: &&usize| {
                let route = &network.router_routes[at];
                route.attachment == Some(*next)
                    && route.destination.value().and_then(|cidr| cidr.net) == Some(line.prefix)
            };
            let Some(&entry) = network.router_table(table).routes.iter().find(written) else { continue };
            if let Some(from) = way.iter().position(|step| *step == (table, entry)) {
                return Ok(Some(way[from..].iter().map(|(_, entry)| *entry).collect()));
            }
            let Some(there) = self.far_table(table, *next)? else { continue };
            way.push((table, entry));
            let found = self.around(there, piece, way)?;
            way.pop();
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The table that packets look up after they have left a router through a peer attachment.
    fn far_table(&self, table: RouterTableId, next: AttachmentId) -> Result<Option<RouterTableId>, Cause> {
        let network = self.network;
        let here = network.router_table(table).router.value().copied();
        let attachment = network.attachment(next);
        if !attachment.thing().is_some_and(|thing| thing.certain) {
            return Ok(None);
        }
        let Some(far) = here.and_then(|here| other_end(attachment, here)) else { return Ok(None) };
        match self.lookup_table(next, Some(far))? {
            Some((table, false)) => Ok(Some(table)),
            _ => Ok(None),
        }
    }
}

/// The router at the other end of a peer attachment.
fn other_end(attachment: &Attachment, here: RouterId) -> Option<RouterId> {
    let (near, far) = (*attachment.router.value()?, *attachment.peer()?.peer.value()?);
    match here {
        here if here == near => Some(far),
        here if here == far => Some(near),
        _ => None,
    }
}
