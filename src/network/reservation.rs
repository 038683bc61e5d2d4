//! Blocks that are kept free inside a vSwitch (semantics 1.5).

use std::sync::Arc;

use super::{Arg, Cidr, Link, Network, Reader, Thing};

#[derive(Clone, Debug)]
pub struct Reservation {
    pub thing: Thing,
    pub vswitch: Arg<Link>,
    pub cidr: Arg<Cidr>,
    /// The mask alone, where the cloud chooses the block.
    pub mask: Arg<i64>,
    pub version: Arg<Arc<str>>,
}

impl Network {
    pub(super) fn add_reservation(&mut self, reader: &Reader<'_, '_>) {
        self.reservations.push(Reservation {
            thing: reader.thing.clone(),
            vswitch: reader.link("vswitch_id"),
            cidr: reader.cidr("cidr_reservation_cidr"),
            mask: reader.number("cidr_reservation_mask"),
            version: reader.text("ip_version"),
        });
    }
}
