//! What belongs to a VPC, and so has to be made in the VPC's region?
//!
//! A resource is made in the region of its provider. One that belongs to a VPC of another region is refused there, since
//! the API does not find the VPC.

use std::collections::BTreeMap;

use super::{Arg, Network, Thing, VSwitch, VpcId, region_of};
use crate::facts;

/// A resource that belongs to a VPC.
#[derive(Clone, Debug)]
pub struct Tenant<'n> {
    pub thing: &'n Thing,
    /// The vSwitch that it is, with a zone.
    pub vswitch: Option<&'n VSwitch>,
}

impl Tenant<'_> {
    /// The region in which it is, as far as it is another one than its VPC's: that of its zone, else that of its provider.
    /// Where neither is known, nothing.
    pub fn region(&self, home: &str) -> Option<String> {
        let own = || region_of(self.thing).map(|region| region.to_string());
        match self.zone_region() {
            Some(zone) if zone == home => own().or_else(|| Some(home.to_owned())),
            Some(zone) => Some(zone.to_owned()),
            None => own(),
        }
    }

    /// The region of its zone.
    pub fn zone_region(&self) -> Option<&'static str> {
        let zone = self.vswitch?.zone.value()?;
        facts::region_of_zone(zone).map(|region| region.id.as_str())
    }
}

impl Network {
    /// What surely belongs to each managed VPC, in order of address.
    pub fn tenants(&self) -> BTreeMap<VpcId, Vec<Tenant<'_>>> {
        let mut found: BTreeMap<VpcId, Vec<Tenant<'_>>> = BTreeMap::new();
        let mut add = |vpc: Option<VpcId>, thing, vswitch| {
            if let Some(vpc) = vpc.filter(|&vpc| self.vpc(vpc).thing().is_some_and(|thing| thing.certain)) {
                found.entry(vpc).or_default().push(Tenant { thing, vswitch });
            }
        };
        for vswitch in &self.vswitches {
            add(vswitch.vpc.value().copied(), &vswitch.thing, Some(vswitch));
        }
        for (table, thing) in self.tables.iter().filter_map(|table| Some((table, table.thing()?))) {
            add(table.vpc.value().copied(), thing, None);
        }
        for route in &self.routes {
            add(self.vpc_of_route(route), &route.thing, None);
        }
        for binding in &self.bindings {
            let vswitch = binding.vswitch.and_then(|vswitch| self.vswitch(vswitch).vpc.value().copied());
            let table = || self.table(*binding.table.value()?).vpc.value().copied();
            add(vswitch.or_else(table), &binding.thing, None);
        }
        for peering in &self.peerings {
            add(peering.requester.value().copied(), &peering.thing, None);
        }
        for thing in &self.things {
            add(self.index.homes.get(&thing.address).and_then(Arg::value).copied(), thing, None);
        }
        for placement in &self.placements {
            let vswitch = placement.vswitches.iter().find_map(|link| self.vswitch_of(link.value()?));
            let vpc = vswitch.and_then(|vswitch| self.vswitch(vswitch).vpc.value().copied());
            add(vpc, &placement.thing, None);
        }
        for tenants in found.values_mut() {
            tenants.retain(|tenant| tenant.thing.certain);
            // The entry with a zone first, and one for each resource.
            tenants
                .sort_by(|a, b| (&a.thing.address, a.vswitch.is_none()).cmp(&(&b.thing.address, b.vswitch.is_none())));
            tenants.dedup_by(|b, a| a.thing.address == b.thing.address);
        }
        found
    }
}
