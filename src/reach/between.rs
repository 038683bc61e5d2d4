//! What do transit routers lack on the way from one VPC to another? An association, something to learn, or an entry, on
//! one router or on two that a peer attachment joins (semantics 4.10, 4.18).

use super::Reach;
use super::draft::{Draft, named};
use super::mend::{Led, Way, led};
use super::router::{Line, Via};
use crate::network::{AttachmentId, RouterId, RouterTableId, RouterTableNode};

const ASSOCIATION: &str = "alicloud_cen_transit_router_route_table_association";
const ENTRY: &str = "alicloud_cen_transit_router_route_entry";
const PROPAGATION: &str = "alicloud_cen_transit_router_route_table_propagation";

impl Reach<'_> {
    /// What is missing from the tables of a VPC to its attachment, on through the routers, and out by the other one's;
    /// nothing where that cannot be said.
    pub(super) fn mend_routers(
        &self,
        way: &Way<'_>,
        (near, far): (AttachmentId, AttachmentId),
        over: Option<AttachmentId>,
        draft: &mut Draft,
    ) -> Option<()> {
        let network = self.network;
        let router = |id: AttachmentId| network.attachment(id).router.value().copied();
        let before = draft.len();
        // The far router first: what the near one learns hangs on it.
        let last = self.mend_association(over.unwrap_or(near), router(far)?, far, way, draft)?;
        let mut brings = self.mend_learning(last, far, way, draft)?;
        if let Some(over) = over {
            let changed = draft.len() > before;
            let first = self.mend_association(near, router(near)?, over, way, draft)?;
            brings = self.mend_crossing((first, router(near)?), over, (brings, changed), way, draft)?;
        }
        let publish = &network.attachment(near).publish;
        if publish.cause().is_some() {
            return None;
        }
        let synced = (publish.value() == Some(&true) && draft.len() > before).then_some(brings);
        self.mend_attached(way, near, synced, draft)
    }

    /// The table that is looked up for what comes from an attachment; where there is none, one that leads on, or else may
    /// be made to.
    fn mend_association(
        &self,
        of: AttachmentId,
        router: RouterId,
        next: AttachmentId,
        way: &Way<'_>,
        draft: &mut Draft,
    ) -> Option<RouterTableId> {
        let network = self.network;
        match self.associated(of, Some(router)).ok()?.as_slice() {
            [] => {}
            [(table, None), ..] => return Some(*table),
            _ => return None,
        }
        let thing = network.attachment(of).thing()?;
        let custom = |id: &RouterTableId| matches!(&network.router_table(*id).node, RouterTableNode::Custom(thing) if thing.certain);
        let tables = || network.router(router).tables.iter().copied().filter(custom);
        let leads = |id: &RouterTableId| self.leads(*id, next, way).is_some_and(|led| led.lacking.is_empty());
        let system = network.router(router).tables.first().copied();
        let table = tables().find(leads).or_else(|| tables().next()).or(system)?;
        self.mend_membership(ASSOCIATION, table, of, &named(thing), draft)?;
        Some(table)
    }

    fn mend_membership(
        &self,
        kind: &'static str,
        table: RouterTableId,
        of: AttachmentId,
        name: &str,
        draft: &mut Draft,
    ) -> Option<()> {
        let network = self.network;
        let attachment = network.attachment(of);
        let arguments = vec![
            ("transit_router_route_table_id", self.table_reference(table, draft)?),
            ("transit_router_attachment_id", format!("{}.{}", attachment.thing()?.address, attachment.own_id())),
        ];
        let router = network.router_table(table).router.value().and_then(|&id| network.router(id).node.thing());
        draft.add(network, (kind, name), router, arguments);
        Some(())
    }

    /// How a table is referred to; the one that a router is born with is looked up.
    fn table_reference(&self, table: RouterTableId, draft: &mut Draft) -> Option<String> {
        let network = self.network;
        match &network.router_table(table).node {
            RouterTableNode::Custom(thing) => Some(format!("{}.transit_router_route_table_id", thing.address)),
            RouterTableNode::External(_) => None,
            RouterTableNode::System => {
                const TABLES: &str = "alicloud_cen_transit_router_route_tables";
                let router = network.router(*network.router_table(table).router.value()?).node.thing()?;
                let name = format!("{}_system", named(router));
                let arguments = vec![
                    ("transit_router_id", format!("{}.transit_router_id", router.address)),
                    ("transit_router_route_table_type", "\"System\"".into()),
                ];
                draft.look_up(TABLES, name.clone(), arguments);
                Some(format!("data.{TABLES}.{name}.tables[0].transit_router_route_table_id"))
            }
        }
    }

    /// How a router's table leads out through an attachment; nothing where less is known than that.
    fn leads(&self, table: RouterTableId, next: AttachmentId, way: &Way<'_>) -> Option<Led> {
        let view = self.router_view(table);
        if view.unsettled().is_some() || view.open.is_some() || view.denied.is_some() {
            return None;
        }
        led(way.blocks, &view.lines, &view.index, |line: &Line| line.via == Via::Attachment(next))
    }

    /// How long the prefix of a line is; 0 for none.
    fn length(&self, table: RouterTableId, line: Option<usize>) -> u8 {
        line.map_or(0, |at| self.router_view(table).lines[at].prefix.prefix_len())
    }

    fn learns(&self, table: RouterTableId, from: AttachmentId) -> bool {
        let learned = self.network.router_table(table).propagations.iter().map(|&at| &self.network.propagations[at]);
        learned.into_iter().any(|learned| learned.attachment.value() == Some(&from))
    }

    /// Lets a table learn the VPC behind an attachment; the shortest prefix that then leads there.
    fn mend_learning(&self, table: RouterTableId, far: AttachmentId, way: &Way<'_>, draft: &mut Draft) -> Option<u8> {
        let led = self.leads(table, far, way)?;
        if led.lacking.is_empty() {
            return Some(led.by);
        }
        // One more propagation cannot bring it twice.
        if self.learns(table, far) {
            return None;
        }
        let mut shortest = led.by;
        for (piece, line) in led.lacking {
            let block = way.blocks.iter().find(|block| block.contains(&piece))?;
            // What is learned loses against an entry of its own prefix.
            if self.length(table, line) >= block.prefix_len() {
                return None;
            }
            shortest = shortest.min(block.prefix_len());
        }
        let name = named(self.network.attachment(far).thing()?);
        self.mend_membership(PROPAGATION, table, far, &name, draft)?;
        Some(shortest)
    }

    /// Leads a table over the connection to the other router, which has prefixes as short as `brings`, some of them only
    /// now; the shortest prefix that then leads there.
    fn mend_crossing(
        &self,
        (table, router): (RouterTableId, RouterId),
        over: AttachmentId,
        (brings, changed): (u8, bool),
        way: &Way<'_>,
        draft: &mut Draft,
    ) -> Option<u8> {
        let network = self.network;
        let led = self.leads(table, over, way)?;
        if led.lacking.is_empty() {
            return Some(led.by);
        }
        let connection = network.attachment(over);
        let thing = connection.thing()?;
        if connection.publish.cause().is_some() {
            return None;
        }
        // Only what the side that asked for the connection publishes is sure to be learned (4.11).
        let accepts = connection.peer()?.peer.value() == Some(&router);
        let publishes = connection.publish.value() == Some(&true);
        let learns = self.learns(table, over);
        if publishes && (accepts || learns && changed) {
            if led.lacking.iter().any(|(_, line)| self.length(table, *line) >= brings) || learns && !changed {
                return None;
            }
            if !learns {
                self.mend_membership(PROPAGATION, table, over, &named(thing), draft)?;
            }
            return Some(brings);
        }
        let reference = self.table_reference(table, draft)?;
        let (mut shortest, mut seen) = (led.by, Vec::new());
        for (piece, line) in led.lacking {
            let destination = way.destination(piece)?;
            if self.length(table, line) >= destination.net.prefix_len() {
                return None;
            }
            if seen.contains(&destination) {
                continue;
            }
            seen.push(destination);
            shortest = shortest.min(destination.net.prefix_len());
            let arguments = vec![
                ("transit_router_route_table_id", reference.clone()),
                ("transit_router_route_entry_destination_cidr_block", destination.written.clone()),
                ("transit_router_route_entry_next_hop_type", "\"Attachment\"".into()),
                ("transit_router_route_entry_next_hop_id", format!("{}.transit_router_attachment_id", thing.address)),
            ];
            let name = format!("{}_{}", named(thing), network.vpc(way.to).thing().map_or_else(|| "far".into(), named));
            let like = network.router(router).node.thing();
            let name = draft.add(network, (ENTRY, &name), like, arguments);
            if accepts {
                let instead = format!(
                    "set auto_publish_route_enabled = true on {}, and let {} learn from it",
                    thing.address,
                    network.router_table_name(table)
                );
                draft.or(ENTRY, &name, instead);
            }
        }
        Some(shortest)
    }
}
