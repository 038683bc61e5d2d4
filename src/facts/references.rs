//! Which attribute of which resource does an argument want?
//!
//! `transit_router_id` wants `alicloud_cen_transit_router.transit_router_id`, not its composite `id`. The table is by
//! the argument's own name, also inside blocks; an entry for certain resource types goes before the general one.

use std::sync::LazyLock;

use serde::Deserialize;

use super::nexthops::same;

/// What `argument` of a resource type wants, if the table says. `next_hops` answers for `nexthop_id`.
pub fn references(kind: &str, argument: &str) -> Option<&'static Reference> {
    let mut found = None;
    for reference in TABLE.references.iter().filter(|reference| reference.argument == argument) {
        if reference.resources.iter().any(|resource| resource == kind) {
            return Some(reference);
        }
        if reference.resources.is_empty() {
            found = Some(reference);
        }
    }
    found
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    pub argument: String,
    /// The resource types it holds for; none means all.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Pairs of a resource type and an attribute. Data sources have their `data.`, and `vpcs[].id` is the field of
    /// any element; of other data sources nothing is said.
    pub accepts: Vec<(String, String)>,
}

impl Reference {
    /// Whether this attribute is what the argument wants.
    pub fn admits(&self, kind: &str, attribute: &str) -> bool {
        self.accepts.iter().any(|(resource, wanted)| same(resource, wanted, kind, attribute))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Table {
    references: Vec<Reference>,
}

const TEXT: &str = include_str!("references.json");

static TABLE: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{data_source, resource};

    #[test]
    fn the_file_has_a_source_and_a_date() {
        serde_json::from_str::<Table>(TEXT).unwrap();
        let file: serde_json::Value = serde_json::from_str(TEXT).unwrap();
        assert_eq!(file["date"].as_str().map(str::len), Some(10));
        assert!(file["source"].as_str().is_some_and(|source| !source.is_empty()));
    }

    #[test]
    fn both_ends_exist() {
        assert!(TABLE.references.len() > 30);
        for reference in &TABLE.references {
            for kind in &reference.resources {
                assert!(resource(kind).unwrap().args.contains_key(&reference.argument), "{kind}");
            }
            for (kind, attribute) in &reference.accepts {
                let found = match kind.strip_prefix("data.") {
                    Some(kind) => data_source(kind).unwrap(),
                    None => resource(kind).unwrap(),
                };
                let (outer, inner) = attribute.split_once("[].").unwrap_or((attribute, ""));
                assert!(found.attribute_mode(outer).is_some(), "{kind}.{attribute}");
                if !inner.is_empty() {
                    assert!(found.computed[outer].block.as_ref().unwrap().contains_key(inner), "{kind}.{attribute}");
                }
            }
        }
    }

    #[test]
    fn composite_ids_are_not_wanted() {
        let router = references("alicloud_cen_transit_router_vpc_attachment", "transit_router_id").unwrap();
        assert!(router.admits("alicloud_cen_transit_router", "transit_router_id"));
        assert!(!router.admits("alicloud_cen_transit_router", "id"));
        let attachment =
            references("alicloud_cen_transit_router_route_table_association", "transit_router_attachment_id").unwrap();
        assert!(attachment.admits("alicloud_cen_transit_router_ecr_attachment", "id"));
        assert!(!attachment.admits("alicloud_cen_transit_router_vpc_attachment", "id"));
        assert!(references("alicloud_route_entry", "route_table_id").unwrap().admits("alicloud_vpc", "route_table_id"));
        assert!(references("alicloud_vpc", "vswitch_id").unwrap().admits("alicloud_subnet", "id"));
    }

    #[test]
    fn certain_resource_types_go_first() {
        assert!(references("alicloud_pvtz_zone_record", "zone_id").is_some());
        assert!(references("alicloud_vswitch", "zone_id").is_none());
        let instance = references("alicloud_vpc_peer_connection_accepter", "instance_id").unwrap();
        assert!(instance.admits("alicloud_vpc_peer_connection", "id"));
        assert!(references("alicloud_security_group_rule", "prefix_list_id").unwrap().accepts.len() == 2);
    }
}
