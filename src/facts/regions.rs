//! Which regions are there, and what do they have to do with each other?
//!
//! Hong Kong is outside the mainland although its id begins with `cn-`; finance and government regions are
//! partitions of their own. A region that the table does not know is unknown, not wrong.

use std::sync::LazyLock;

use serde::Deserialize;

pub fn region(id: &str) -> Option<&'static Region> {
    let at = regions().binary_search_by(|region| region.id.as_str().cmp(id)).ok()?;
    regions().get(at)
}

/// The region of a zone: `cn-hangzhou` of `cn-hangzhou-h`, `ap-southeast-1` of `ap-southeast-1a`.
pub fn region_of_zone(zone: &str) -> Option<&'static Region> {
    let letter = |rest: &str| matches!(rest.strip_prefix('-').unwrap_or(rest).as_bytes(), [b'a'..=b'z']);
    regions().iter().find(|region| zone.strip_prefix(region.id.as_str()).is_some_and(letter))
}

/// Whether exactly one of two regions lies in mainland China; `None` when one of them is not in the table.
pub fn cross_border(one: &str, other: &str) -> Option<bool> {
    Some(region(one)?.mainland != region(other)?.mainland)
}

/// All regions, sorted by id.
pub fn regions() -> &'static [Region] {
    &TABLE.regions
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    pub id: String,
    pub name: String,
    pub partition: Partition,
    pub mainland: bool,
    /// The area to which a CEN bandwidth plan counts it.
    pub cen_area: CenArea,
    /// Whether the page on VPC peering lists it; `None` when it is not clear which name there is meant.
    pub peering: Option<bool>,
    /// A transit router attachment needs two zones elsewhere.
    #[serde(default)]
    pub single_zone: bool,
    /// How sure the id is.
    #[serde(default)]
    pub confidence: Confidence,
    #[serde(default)]
    pub cen_area_confidence: Confidence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Partition {
    Public,
    Finance,
    Gov,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum CenArea {
    #[serde(rename = "China")]
    China,
    #[serde(rename = "Asia-Pacific")]
    AsiaPacific,
    #[serde(rename = "North-America")]
    NorthAmerica,
    #[serde(rename = "Europe")]
    Europe,
    #[serde(rename = "Australia")]
    Australia,
    #[serde(rename = "Middle-East")]
    MiddleEast,
}

impl CenArea {
    /// As the arguments of `alicloud_cen_bandwidth_package` spell it.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "China" => Self::China,
            "Asia-Pacific" => Self::AsiaPacific,
            "North-America" => Self::NorthAmerica,
            "Europe" => Self::Europe,
            "Australia" => Self::Australia,
            "Middle-East" => Self::MiddleEast,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Low,
    Medium,
    #[default]
    High,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Table {
    regions: Vec<Region>,
}

const TEXT: &str = include_str!("regions.json");

static TABLE: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_tell_their_region() {
        let of = |zone| region_of_zone(zone).map(|region| region.id.as_str());
        assert_eq!(of("cn-hangzhou-h"), Some("cn-hangzhou"));
        assert_eq!(of("ap-southeast-1a"), Some("ap-southeast-1"));
        assert_eq!(of("cn-hangzhou"), None);
        assert_eq!(of("cn-hangzhou-MAZ1"), None);
        assert_eq!(of("cn-nowhere-a"), None);
    }

    #[test]
    fn the_table_parses_and_is_sorted() {
        serde_json::from_str::<Table>(TEXT).unwrap();
        assert!(regions().len() > 40);
        assert!(regions().windows(2).all(|pair| pair[0].id < pair[1].id));
    }

    #[test]
    fn every_column_has_a_source_and_the_file_a_date() {
        let file: serde_json::Value = serde_json::from_str(TEXT).unwrap();
        assert_eq!(file["date"].as_str().map(str::len), Some(10));
        for column in ["id", "mainland", "partition", "peering", "cen_area", "single_zone"] {
            assert!(file["source"][column].as_str().is_some_and(|source| !source.is_empty()), "{column}");
        }
    }

    #[test]
    fn borders() {
        assert_eq!(cross_border("cn-hangzhou", "cn-hongkong"), Some(true));
        assert_eq!(cross_border("cn-hangzhou", "cn-beijing"), Some(false));
        assert_eq!(cross_border("cn-hongkong", "eu-central-1"), Some(false));
        assert_eq!(cross_border("cn-hangzhou", "cn-atlantis"), None);
        assert_eq!(region("cn-north-2-gov-1").map(|region| region.partition), Some(Partition::Gov));
        assert_eq!(region("cn-hongkong").map(|region| region.cen_area), Some(CenArea::AsiaPacific));
        assert_eq!(region("eu-west-2").map(|region| region.confidence), Some(Confidence::Low));
        assert!(region("cn-nanjing").is_some_and(|region| region.single_zone));
    }

    #[test]
    fn areas_are_those_of_the_provider() {
        let package = crate::facts::resource("alicloud_cen_bandwidth_package").unwrap();
        let areas = &package.args["geographic_region_a_id"].values;
        assert!(areas.len() == 6 && areas.iter().all(|area| CenArea::parse(area).is_some()));
    }
}
