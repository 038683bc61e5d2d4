//! Which address ranges have a meaning of their own?
//!
//! The reserved ones no VPC may use, the private ones of RFC 1918, and those that habit has taken.

use std::sync::LazyLock;

use ipnet::Ipv4Net;
use serde::{Deserialize, Deserializer, de::Error};

/// Ranges that no VPC block may overlap.
pub fn reserved() -> impl Iterator<Item = &'static Range> {
    ranges().iter().filter(|range| range.kind == RangeKind::Reserved)
}

/// The three ranges of RFC 1918. Anything else in a VPC is treated as public space.
pub fn private() -> impl Iterator<Item = &'static Range> {
    ranges().iter().filter(|range| range.kind == RangeKind::Private)
}

/// Whether all of a block is private.
pub fn is_private(block: &Ipv4Net) -> bool {
    private().any(|range| range.cidr.contains(block))
}

/// 100.64.0.0/10, where cloud services live and to which every VPC has a route.
pub fn cloud_services() -> Option<&'static Range> {
    range("cloud-services")
}

/// Blocks that the BGP addresses of a VPN tunnel may not be in.
pub fn tunnel_reserved() -> impl Iterator<Item = &'static Range> {
    ranges().iter().filter(|range| range.kind == RangeKind::Tunnel)
}

pub fn range(name: &str) -> Option<&'static Range> {
    ranges().iter().find(|range| range.name == name)
}

pub fn ranges() -> &'static [Range] {
    &TABLE.ranges
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    pub name: String,
    pub kind: RangeKind,
    #[serde(deserialize_with = "network")]
    pub cidr: Ipv4Net,
    /// What it is, as a message would say it.
    pub what: String,
    /// Of the semantics that the routing engine follows.
    pub paragraph: String,
    pub source: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RangeKind {
    Reserved,
    Private,
    Customary,
    /// Not for the BGP addresses of a VPN tunnel.
    Tunnel,
}

impl Range {
    pub fn overlaps(&self, block: &Ipv4Net) -> bool {
        self.cidr.contains(block) || block.contains(&self.cidr)
    }
}

fn network<'de, D: Deserializer<'de>>(input: D) -> Result<Ipv4Net, D::Error> {
    String::deserialize(input)?.parse().map_err(D::Error::custom)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Table {
    ranges: Vec<Range>,
}

const TEXT: &str = include_str!("ranges.json");

static TABLE: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_source_and_the_file_a_date() {
        serde_json::from_str::<Table>(TEXT).unwrap();
        let file: serde_json::Value = serde_json::from_str(TEXT).unwrap();
        assert_eq!(file["date"].as_str().map(str::len), Some(10));
        for range in ranges() {
            assert!(!range.source.is_empty() && !range.paragraph.is_empty(), "{}", range.name);
            assert_eq!(range.cidr, range.cidr.trunc(), "{}", range.name);
        }
    }

    #[test]
    fn kinds() {
        let net = |text: &str| text.parse::<Ipv4Net>().unwrap();
        assert_eq!((reserved().count(), private().count(), tunnel_reserved().count()), (5, 3, 8));
        assert!(is_private(&net("172.31.0.0/16")));
        assert!(!is_private(&net("172.32.0.0/12")));
        assert!(!is_private(&net("0.0.0.0/0")));
        assert!(cloud_services().is_some_and(|range| range.overlaps(&net("100.100.0.0/16"))));
        assert!(!cloud_services().is_some_and(|range| range.overlaps(&net("100.128.0.0/16"))));
    }
}
