//! How many of a thing may there be, and how is it counted from a configuration?
//!
//! A quota is a table entry: which resources count, filtered how, grouped by what. Most need nothing else; the few
//! that do name a counter. Every count is a lower bound, as there may be more in the cloud than in the files.
//!
//! Names are paths that start at the counted resource: `vpc_id` is what that argument refers to,
//! `vswitch_id.vpc_id` what its vSwitch says, `next_hops.nexthop_type` a field of each block, `id` the resource
//! itself, `provider.account` and `provider.region` those of its provider. Older names of a type count as well.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub fn quota(id: &str) -> Option<&'static Quota> {
    quotas().iter().find(|quota| quota.id == id)
}

pub fn quotas() -> &'static [Quota] {
    &TABLE.quotas
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub id: String,
    /// The most there may be, unless the quota was raised.
    pub limit: u64,
    /// The fewest that will do.
    pub least: Option<u64>,
    /// Of `limit`; without one it counts things.
    pub unit: Option<String>,
    /// Whether it can be raised; `None` when the source does not say.
    pub adjustable: Option<bool>,
    pub kind: QuotaKind,
    /// Its name in Quota Center.
    pub code: Option<String>,
    /// What is counted, in the plural, as a message would say it.
    pub what: String,
    /// In what it is counted, in the singular.
    pub scope: String,
    /// Set when the entries of `count` are not simply added up.
    pub counter: Option<Counter>,
    pub count: Vec<Count>,
    /// The counting rule as a sentence.
    pub counts: String,
    pub note: Option<String>,
    pub source: Vec<String>,
}

/// One resource type that counts. Each instance is worth one, or what `each`, `sum` or `distinct` say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    pub resource: String,
    /// One for each element or block of this argument.
    pub each: Option<String>,
    /// As many as this numeric argument says.
    pub sum: Option<String>,
    /// One for each different value of this argument in the scope.
    pub distinct: Option<String>,
    /// Counts only with one of these values; `None` among them stands for an argument that is not set.
    #[serde(rename = "where", default)]
    pub only: BTreeMap<String, Vec<Option<String>>>,
    /// Does not count with one of these values.
    #[serde(default)]
    pub unless: BTreeMap<String, Vec<Option<String>>>,
    /// What the scope is made of. Where one of them is not set the instance does not count.
    pub per: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuotaKind {
    /// A default that an account can have raised.
    Quota,
    /// How the product is built.
    Hard,
}

/// What must be known beyond filter and scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counter {
    /// Custom routes of a table: a prefix list weighs `max_entries`, a Flannel node and a published VPN route count
    /// in the system table.
    RoutesPerTable,
    /// Routes over all tables of a VPC, its system table included.
    RoutesPerVpc,
    /// Only connections whose ends are in two regions.
    PeersAcrossRegions,
    /// Only connections whose ends are in one region.
    PeersWithinRegion,
    /// Only connections with exactly one end in mainland China.
    PeersAcrossBorder,
    /// The elements of a text with commas.
    CommaSeparated,
    /// The entries of `count` are compared one by one, not added up.
    Largest,
    /// The longest chain of references through the scope's argument.
    ChainLength,
    /// The last two of `per` are an unordered pair; `geographic_region_ids` is the older way to write it.
    AreaPair,
    /// The rules of all groups that one interface or instance is in.
    RulesPerInterface,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Table {
    quotas: Vec<Quota>,
}

const TEXT: &str = include_str!("quotas.json");

static TABLE: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::resource;
    use std::collections::BTreeSet;

    #[test]
    fn every_entry_has_a_source_and_the_file_a_date() {
        serde_json::from_str::<Table>(TEXT).unwrap_or_else(|error| panic!("{error}"));
        let file: serde_json::Value = serde_json::from_str(TEXT).unwrap();
        assert_eq!(file["date"].as_str().map(str::len), Some(10));
        for quota in quotas() {
            assert!(!quota.source.is_empty() && quota.source.iter().all(|source| source.len() > 5), "{}", quota.id);
            assert!(quota.limit > 0 && quota.least.is_none_or(|least| least < quota.limit), "{}", quota.id);
            assert!(!quota.what.is_empty() && !quota.scope.is_empty() && !quota.counts.is_empty(), "{}", quota.id);
        }
    }

    #[test]
    fn ids_are_unique() {
        let ids: BTreeSet<_> = quotas().iter().map(|quota| &quota.id).collect();
        assert_eq!(ids.len(), quotas().len());
        assert!(ids.len() > 60);
    }

    #[test]
    fn counted_arguments_exist() {
        for quota in quotas() {
            assert!(!quota.count.is_empty(), "{}", quota.id);
            for count in &quota.count {
                let found = resource(&count.resource).unwrap_or_else(|| panic!("{}", count.resource));
                assert!(found.alias_of.is_none() && !count.per.is_empty(), "{}", quota.id);
                let weights = [&count.each, &count.sum, &count.distinct];
                assert!(weights.iter().filter(|weight| weight.is_some()).count() <= 1, "{}", quota.id);
                let paths = count.per.iter().filter(|path| !path.starts_with("provider."));
                let paths = paths.chain(count.only.keys()).chain(count.unless.keys());
                for path in paths.chain(weights.into_iter().flatten()) {
                    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
                    assert!(found.attribute_mode(head).is_some(), "{}: {path}", quota.id);
                    let block = found.attribute(head).and_then(|argument| argument.block.as_ref());
                    assert!(block.is_none_or(|block| rest.is_empty() || block.contains_key(rest)), "{path}");
                }
            }
        }
    }

    #[test]
    fn some_numbers() {
        let limit = |id| quota(id).map(|quota| quota.limit);
        assert_eq!(limit("peer-intra-region-per-vpc"), Some(10));
        assert_eq!(limit("routes-per-route-table"), Some(200));
        assert_eq!(limit("pvtz-endpoint-ips"), Some(6));
        assert_eq!(limit("snat-entries-per-nat"), None);
        assert!(quota("route-table-per-vswitch").is_some_and(|quota| quota.kind == QuotaKind::Hard));
        assert_eq!(quota("route-tables-per-vpc").map(|quota| quota.count[0].only["associate_type"].len()), Some(2));
    }
}
