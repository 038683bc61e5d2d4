//! Where is the composite id of a CEN resource written although the cloud wants the plain one (semantics 11.1)?

use std::sync::Arc;

use super::arg::field_link;
use super::{Arg, Link, Network, Reader, Thing, Traced};
use crate::facts::{self, IdShape};
use crate::source::{Address, Mode};

/// An argument that holds a composite id and wants a plain one.
#[derive(Clone, Debug)]
pub struct CompositeId {
    pub thing: Thing,
    pub argument: &'static str,
    pub link: Traced<Link>,
    /// Whose id it is, when that is a resource of the files.
    pub of: Option<Arc<Address>>,
    /// The attribute that holds the plain id.
    pub wanted: Option<Arc<str>>,
}

/// The arguments that take the plain id of a transit router, of one of its tables or of an attachment.
const ARGUMENTS: [&str; 9] = [
    "next_hop",
    "nexthop_id",
    "peer_transit_router_id",
    "transit_route_table_id",
    "transit_router_attachment_id",
    "transit_router_id",
    "transit_router_route_entry_next_hop_id",
    "transit_router_route_table_id",
    "transit_router_table_id",
];

/// The types whose `id` is of that kind.
const KINDS: &str = "alicloud_cen_transit_router";

impl Network {
    pub(super) fn add_composite_ids(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let mut found = Vec::new();
        for argument in ARGUMENTS.into_iter().filter(|argument| reader.is_set(argument)) {
            found.extend(composite(kind, reader, argument, reader.link(argument)));
        }
        if matches!(kind, "alicloud_route_entry" | "alicloud_vpc_route_entry") {
            for block in reader.blocks("next_hops").list {
                let link = field_link(&block.fields, "nexthop_id", block.header);
                found.extend(composite(kind, reader, "nexthop_id", link));
            }
        }
        self.composite_ids.extend(found);
    }
}

fn composite(kind: &str, reader: &Reader<'_, '_>, argument: &'static str, link: Arg<Link>) -> Option<CompositeId> {
    let Arg::Known(link) = link else { return None };
    let (of, wanted) = match &link.value {
        Link::Of { address, attribute } if &**attribute == "id" && address.mode == Mode::Managed => {
            (Some(address.clone()), Some(plain(kind, argument, address)?))
        }
        // No plain id has a colon in it.
        Link::Literal(text) if is_pair(text) => (None, None),
        _ => return None,
    };
    Some(CompositeId { thing: reader.thing.clone(), argument, link, of, wanted })
}

/// The attribute that the argument wants of this resource, when that is not its `id`.
fn plain(kind: &str, argument: &str, address: &Address) -> Option<Arc<str>> {
    if !address.kind.starts_with(KINDS) {
        return None;
    }
    let schema = facts::resource(&address.kind)?;
    let IdShape::Composite { parts, .. } = &schema.id else { return None };
    let own = parts.last()?;
    let fits = match facts::references(kind, argument) {
        Some(reference) => !reference.admits(&address.kind, "id") && reference.admits(&address.kind, own),
        None => own == "transit_router_attachment_id",
    };
    fits.then(|| own.as_str().into())
}

/// Two ids joined with a colon: `cen-…:tr-…`.
fn is_pair(text: &str) -> bool {
    text.split_once(':').is_some_and(|(first, second)| {
        let is_id = |part: &str| {
            part.contains('-') && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_*".contains(&byte))
        };
        is_id(first) && is_id(second)
    })
}
