//! What may be the next hop of a route in a VPC, and which attribute of which resource is its id?
//!
//! `alicloud_vpc_route_entry` checks the type at plan time, `alicloud_route_entry` leaves that to the API.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{canonical, resource};

/// The next hop type, spelt as the API spells it.
pub fn next_hop(kind: &str) -> Option<&'static NextHop> {
    next_hops().iter().find(|hop| hop.kind == kind)
}

pub fn next_hops() -> &'static [NextHop] {
    &TABLE.next_hops
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextHop {
    #[serde(rename = "type")]
    pub kind: String,
    pub accepts: Vec<Accepted>,
    /// How such ids begin in the documentation's examples: a hint, no proof.
    pub id_prefix: Option<String>,
    /// Where it must be, if that is known.
    pub place: Option<Place>,
    /// The only destination that a route to it may have.
    pub only_destination: Option<String>,
    /// Whether `alicloud_route_entry` takes it too; `alicloud_vpc_route_entry` takes all.
    pub route_entry: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    pub resource: String,
    pub attribute: String,
    /// Arguments that the resource must have, with these values.
    #[serde(rename = "where", default)]
    pub only: BTreeMap<String, String>,
}

/// Seen from the VPC whose table holds the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In that VPC.
    SameVpc,
    /// On the router of that VPC, or on the VBR whose table it is.
    OwnRouter,
    /// The attachment of that VPC.
    AttachedVpc,
    /// A connection that has one end in that VPC.
    PeeringEnd,
    /// Associated with that VPC.
    AssociatedVpc,
}

impl NextHop {
    /// Whether such a resource can be the next hop, whichever attribute of it is written. What connects a router
    /// interface goes by the interface's id.
    pub fn takes(&self, kind: &str) -> bool {
        let named = |accepted: &Accepted| accepted.resource == kind || accepted.resource == canonical(kind);
        self.accepts.iter().any(named)
            || self.kind == "RouterInterface" && kind == "alicloud_router_interface_connection"
    }

    /// Whether this attribute is the id that the type wants. An older name of a resource type is as good, and so
    /// is an attribute that repeats a plain id.
    pub fn accepts(&self, kind: &str, attribute: &str) -> bool {
        self.accepts.iter().any(|accepted| same(&accepted.resource, &accepted.attribute, kind, attribute))
    }
}

pub(super) fn same(wanted: &str, wanted_attribute: &str, kind: &str, attribute: &str) -> bool {
    let same_kind = wanted == kind || wanted == canonical(kind);
    let repeats_id = || resource(kind).is_some_and(|found| found.id_attribute.as_deref() == Some(attribute));
    same_kind && (wanted_attribute == attribute || wanted_attribute == "id" && repeats_id())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Table {
    next_hops: Vec<NextHop>,
}

const TEXT: &str = include_str!("nexthops.json");

static TABLE: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_sources_and_a_date() {
        serde_json::from_str::<Table>(TEXT).unwrap();
        let file: serde_json::Value = serde_json::from_str(TEXT).unwrap();
        assert_eq!(file["date"].as_str().map(str::len), Some(10));
        assert!(file["source"].as_array().is_some_and(|sources| !sources.is_empty()));
    }

    #[test]
    fn the_types_are_those_of_the_provider() {
        let checked = &resource("alicloud_vpc_route_entry").unwrap().args["nexthop_type"].values;
        let documented = &resource("alicloud_route_entry").unwrap().args["nexthop_type"].doc_values;
        assert_eq!(next_hops().len(), checked.len());
        for hop in next_hops() {
            assert!(checked.contains(&hop.kind), "{}", hop.kind);
            assert_eq!(documented.contains(&hop.kind), hop.route_entry, "{}", hop.kind);
        }
    }

    #[test]
    fn accepted_attributes_exist() {
        for hop in next_hops() {
            assert!(!hop.accepts.is_empty());
            for accepted in &hop.accepts {
                let found = resource(&accepted.resource).unwrap_or_else(|| panic!("{}", accepted.resource));
                assert!(found.attribute_mode(&accepted.attribute).is_some(), "{}", accepted.resource);
                assert!(accepted.only.keys().all(|name| found.args.contains_key(name)));
            }
        }
    }

    #[test]
    fn an_attachment_is_not_its_composite_id() {
        let hop = next_hop("Attachment").unwrap();
        assert!(hop.accepts("alicloud_cen_transit_router_vpc_attachment", "transit_router_attachment_id"));
        assert!(!hop.accepts("alicloud_cen_transit_router_vpc_attachment", "id"));
        assert!(!hop.accepts("alicloud_cen_transit_router", "transit_router_id"));
        let peer = next_hop("VpcPeer").unwrap();
        assert!(peer.accepts("alicloud_vpc_peer_connection_accepter", "instance_id"));
        assert!(next_hop("HaVip").is_some_and(|hop| hop.accepts("alicloud_havip", "id")));
        assert!(next_hop("NetworkInterface").is_some_and(|hop| hop.accepts("alicloud_network_interface", "id")));
        assert!(next_hop("PeerRouter").is_none());
    }
}
