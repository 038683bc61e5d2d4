//! What is found once for all questions: where things lie that tables do not hold themselves, and what may lie anywhere.

use std::collections::HashMap;

use crate::eval::Cause;
use crate::network::{
    Arg, AttachmentId, AttachmentKind, Network, Node, RouterTableNode, TableId, TableNode, VpcId, VpcNode,
};

#[derive(Debug)]
pub(super) struct Ground {
    /// Why a vSwitch may lie in any VPC.
    pub stray_vswitch: Option<Cause>,
    /// Why a written route may lie in any table.
    pub stray_route: Option<Cause>,
    /// Why a route that a CEN writes may lie in any table.
    pub stray_child: Option<Cause>,
    /// `alicloud_cen_child_instance_route_entry_to_attachment` by table.
    pub children: HashMap<TableId, Vec<usize>>,
    /// Tables that are only named, with routes in them.
    pub named_tables: Vec<TableId>,
    /// Attachments with route sync, or that may have it, by VPC.
    pub publishing: HashMap<VpcId, Vec<AttachmentId>>,
    /// Those whose VPC is not known, with the reason, or only named.
    pub publishing_anywhere: Vec<(AttachmentId, Option<Cause>)>,
    /// Why a legacy attachment may be of any VPC, or bring anything.
    pub stray_legacy: Option<Cause>,
    /// Routes that are told to the CEN, by table.
    pub published: HashMap<TableId, Vec<usize>>,
    /// Why one of them may be of any table.
    pub stray_published: Option<Cause>,
    /// Why any attachment may be associated.
    pub stray_association: Option<Cause>,
    /// Why an entry, or what is learned, may lie in any table of a router.
    pub stray_entry: Option<Cause>,
    pub stray_propagation: Option<Cause>,
    /// Why a table of a router that is only named, and holds something, may be any.
    pub stray_router_table: Option<Cause>,
}

impl Ground {
    pub fn new(network: &Network) -> Ground {
        let mut children: HashMap<TableId, Vec<usize>> = HashMap::new();
        for (at, route) in network.child_routes.iter().enumerate() {
            if let Some(&table) = route.table.value() {
                children.entry(table).or_default().push(at);
            }
        }
        let mut published: HashMap<TableId, Vec<usize>> = HashMap::new();
        let mut stray_published = None;
        for (at, route) in network.backbone.published.iter().enumerate() {
            let stray = match &route.table {
                Arg::Known(table) => {
                    published.entry(table.value).or_default().push(at);
                    match &network.table(table.value).node {
                        // One that is only named may be that of any VPC, unless its id is written out.
                        TableNode::External(link) if link.may_be_any() => Some(link.why_unknown()),
                        _ => None,
                    }
                }
                table => table.cause().cloned(),
            };
            stray_published = stray_published.or(stray);
        }
        let mut publishing: HashMap<VpcId, Vec<AttachmentId>> = HashMap::new();
        let mut publishing_anywhere = Vec::new();
        for id in (0..network.attachments.len()).map(AttachmentId) {
            let attachment = network.attachment(id);
            let AttachmentKind::Vpc(attached) = &attachment.kind else { continue };
            if attachment.publish.value() != Some(&true) && attachment.publish.cause().is_none() {
                continue;
            }
            match &attached.vpc {
                Arg::Known(vpc) => {
                    publishing.entry(vpc.value).or_default().push(id);
                    if !network.vpc(vpc.value).is_managed() {
                        publishing_anywhere.push((id, None));
                    }
                }
                Arg::Unknown(cause, _) => publishing_anywhere.push((id, Some(cause.clone()))),
                Arg::Absent => {}
            }
        }
        let named = |id: &TableId| {
            let table = network.table(*id);
            matches!(table.node, TableNode::External(_)) && !table.routes.is_empty()
        };
        let mut vague_tables = network.router_tables.iter().filter_map(|table| match &table.node {
            RouterTableNode::External(link) if link.may_be_any() => {
                let empty = table.routes.is_empty() && table.propagations.is_empty();
                (!empty).then(|| link.why_unknown())
            }
            _ => None,
        });
        Ground {
            stray_vswitch: network.stray_vswitch(),
            stray_route: network.routes.iter().find_map(|route| route.table.cause().cloned()),
            stray_child: network.child_routes.iter().find_map(|route| route.table.cause().cloned()),
            children,
            named_tables: (0..network.tables.len()).map(TableId).filter(named).collect(),
            published,
            stray_published,
            publishing,
            publishing_anywhere,
            stray_legacy: network.legacy_attachments.iter().find_map(|one| match &one.vpc {
                Arg::Known(of) => match &network.vpc(of.value).node {
                    VpcNode::External(link) if link.may_be_any() => Some(link.why_unknown()),
                    _ => None,
                },
                of => of.cause().cloned(),
            }),
            stray_association: network.associations.iter().find_map(|association| match &association.attachment {
                Arg::Known(other) => match &network.attachment(other.value).node {
                    Node::External(link) if link.may_be_any() => Some(link.why_unknown()),
                    _ => None,
                },
                other => other.cause().cloned(),
            }),
            stray_entry: network.router_routes.iter().find_map(|route| route.table.cause().cloned()),
            stray_propagation: network.propagations.iter().find_map(|learned| learned.table.cause().cloned()),
            stray_router_table: vague_tables.next(),
        }
    }
}
