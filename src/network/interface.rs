//! Router interfaces: two of them, connected, are a line between two routers (semantics 6.8).

use std::sync::Arc;

use super::{Arg, Link, Network, Reader, Thing};

#[derive(Debug, Default)]
pub struct Interfaces {
    pub list: Vec<RouterInterface>,
    pub connections: Vec<InterfaceConnection>,
}

/// One end, of either generation: `alicloud_router_interface`, `alicloud_express_connect_router_interface`.
#[derive(Clone, Debug)]
pub struct RouterInterface {
    pub thing: Thing,
    /// `InitiatingSide` or `AcceptingSide`.
    pub role: Arg<Arc<str>>,
    /// `VRouter` or `VBR`.
    pub kind: Arg<Arc<str>>,
    pub router: Arg<Link>,
    /// The router at the other end, where the interface itself says so.
    pub opposite: Arg<Link>,
    pub opposite_interface: Arg<Link>,
    pub opposite_kind: Arg<Arc<str>>,
    /// The cloud makes the other end as well.
    pub fast: Arg<bool>,
    pub check_source: Arg<Arc<str>>,
    pub check_target: Arg<Arc<str>>,
}

/// `alicloud_router_interface_connection`: one end is told of the other.
#[derive(Clone, Debug)]
pub struct InterfaceConnection {
    pub thing: Thing,
    pub interface: Arg<Link>,
    pub opposite: Arg<Link>,
}

pub const INTERFACES: [&str; 2] = ["alicloud_express_connect_router_interface", "alicloud_router_interface"];
pub const INTERFACE_CONNECTION: &str = "alicloud_router_interface_connection";

impl RouterInterface {
    pub fn is(&self, role: &str) -> bool {
        self.role.value().is_some_and(|own| &**own == role)
    }

    /// Of the older generation, which knows its other end by a resource of its own only.
    pub fn is_old(&self) -> bool {
        &*self.thing.address.kind == INTERFACES[1]
    }
}

impl Network {
    pub(super) fn add_interfaces(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let thing = reader.thing.clone();
        if INTERFACES.contains(&kind) {
            self.interfaces.list.push(RouterInterface {
                thing,
                role: reader.text("role"),
                kind: reader.text("router_type"),
                router: reader.link("router_id"),
                opposite: reader.link("opposite_router_id"),
                opposite_interface: reader.link("opposite_interface_id"),
                opposite_kind: reader.text("opposite_router_type"),
                fast: reader.flag("fast_link_mode"),
                check_source: reader.text("health_check_source_ip"),
                check_target: reader.text("health_check_target_ip"),
            });
        } else if kind == INTERFACE_CONNECTION {
            let (interface, opposite) = (reader.link("interface_id"), reader.link("opposite_interface_id"));
            self.interfaces.connections.push(InterfaceConnection { thing, interface, opposite });
        }
    }
}
