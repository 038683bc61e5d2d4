//! What does Alibaba Cloud allow, and what does its Terraform provider accept?
//!
//! The answers are data files beside this one, each entry with a source and a date; the modules here are typed
//! views of them. Nothing is read before it is asked for, and nothing below this floor is of this crate.

mod nexthops;
mod quotas;
mod ranges;
mod references;
mod regions;
mod resources;

pub use nexthops::{Accepted, NextHop, Place, next_hop, next_hops};
pub use quotas::{Count, Counter, Quota, QuotaKind, quota, quotas};
pub use ranges::{Range, RangeKind, cloud_services, is_private, private, range, ranges, reserved, tunnel_reserved};
pub use references::{Reference, references};
pub use regions::{CenArea, Confidence, Partition, Region, cross_border, region, region_of_zone, regions};
pub use resources::{
    Argument, Deprecation, IdShape, Mode, Provider, Resource, Type, Unset, canonical, data_source, data_sources,
    provider, resource, resources,
};
