//! Small networks as blocks of Terraform, and questions to the engine about them.

use std::path::Path;

use alinet::eval::Surroundings;
use alinet::module::Repository;
use alinet::network::{Network, VSwitchId, VpcId};
use alinet::reach::{Delivery, End, Reach};

use super::Memory;

/// A network as blocks of Terraform; `?` for a value or at the end of a name makes it unknown.
#[derive(Clone, Default)]
pub struct Net(pub Vec<String>);

impl Net {
    pub fn new() -> Net {
        let providers =
            [("one", "cn-hangzhou", "main"), ("two", "cn-beijing", "main"), ("partner", "cn-hangzhou", "partner")];
        let provider = |(alias, region, profile): (&str, &str, &str)| {
            format!(
                "provider \"alicloud\" {{\n  alias = \"{alias}\"\n  region = \"{region}\"\n  profile = \"{profile}\"\n}}\n"
            )
        };
        let mut net = Net(providers.map(provider).into());
        net.0.push("resource \"alicloud_cen_instance\" \"c\" {\n  provider = alicloud.one\n}\n".into());
        net
    }

    pub fn block(mut self, kind: &str, name: &str, provider: &str, arguments: &[(&str, &str)]) -> Net {
        let (name, perhaps) = (name.trim_end_matches('?'), name.ends_with('?'));
        let mut text = format!("resource \"alicloud_{kind}\" \"{name}\" {{\n  provider = alicloud.{provider}\n");
        if perhaps {
            text += &format!("  count = var.{kind}_{name} ? 1 : 0\n");
            self.0.push(format!("variable \"{kind}_{name}\" {{\n  type = bool\n}}\n"));
        }
        for (attribute, value) in arguments.iter().filter(|(_, value)| !value.is_empty()) {
            let value = match *value {
                "?" => {
                    let variable = format!("{kind}_{name}_{attribute}");
                    self.0.push(format!("variable \"{variable}\" {{}}\n"));
                    format!("var.{variable}")
                }
                value if value.starts_with("alicloud_") || value == "true" => value.into(),
                value => format!("\"{value}\""),
            };
            text += &format!("  {attribute} = {value}\n");
        }
        self.0.push(text + "}\n");
        self
    }

    /// A VPC of that name with vSwitches `a1`, `a2`, … in its system table.
    pub fn vpc(self, name: &str, provider: &str, cidr: &str, vswitches: &[&str]) -> Net {
        let net = self.block("vpc", name, provider, &[("cidr_block", cidr)]);
        vswitches.iter().enumerate().fold(net, |net, (at, cidr)| {
            let vpc = format!("alicloud_vpc.{name}.id");
            net.block("vswitch", &format!("{name}{}", at + 1), provider, &[("vpc_id", &vpc), ("cidr_block", cidr)])
        })
    }

    pub fn peering(self, from: &str, to: &str, provider: &str) -> Net {
        let ends = [format!("alicloud_vpc.{from}.id"), format!("alicloud_vpc.{to}.id")];
        let arguments = [("vpc_id", &*ends[0]), ("accepting_vpc_id", &*ends[1])];
        self.block("vpc_peer_connection", &format!("{from}{to}"), provider, &arguments)
    }

    /// A route of a VPC's system table, through `pc:NAME`, a connection, or `att:NAME`, an attachment.
    pub fn route(self, name: &str, vpc: &str, to: &str, through: &str) -> Net {
        self.route_in(name, &format!("alicloud_vpc.{vpc}.route_table_id"), to, through)
    }

    pub fn route_in(self, name: &str, table: &str, to: &str, through: &str) -> Net {
        let (kind, id) = match through.split_once(':') {
            Some(("pc", name)) => ("VpcPeer", format!("alicloud_vpc_peer_connection.{name}.id")),
            Some((_, name)) => ("Attachment", attachment(name)),
            None => unreachable!(),
        };
        let arguments =
            [("route_table_id", table), ("destination_cidrblock", to), ("nexthop_type", kind), ("nexthop_id", &id)];
        self.block("route_entry", name, "one", &arguments)
    }

    /// A router with tables `r_0`, `r_1`, ….
    pub fn router(self, name: &str, provider: &str, tables: usize) -> Net {
        let net = self.block("cen_transit_router", name, provider, &[("cen_id", "alicloud_cen_instance.c.id")]);
        let router = router(name);
        (0..tables).fold(net, |net, at| {
            let name = format!("{name}_{at}");
            net.block("cen_transit_router_route_table", &name, provider, &[("transit_router_id", &router)])
        })
    }

    pub fn attach(self, vpc: &str, to: &str, sync: &str) -> Net {
        let (vpc_id, router) = (format!("alicloud_vpc.{vpc}.id"), router(to));
        let arguments = [("transit_router_id", &*router), ("vpc_id", &vpc_id), ("auto_publish_route_enabled", sync)];
        self.block("cen_transit_router_vpc_attachment", vpc, "one", &arguments)
    }

    pub fn connect(self, name: &str, from: &str, to: &str, publish: &str) -> Net {
        let ends = [router(from), router(to)];
        let arguments = [
            ("transit_router_id", &*ends[0]),
            ("peer_transit_router_id", &ends[1]),
            ("bandwidth", "100"),
            ("auto_publish_route_enabled", publish),
        ];
        self.block("cen_transit_router_peer_attachment", name, "one", &arguments)
    }

    /// Associates an attachment with a table, and lets these tables learn from it.
    pub fn join(self, of: &str, with: &str, learned_by: &[&str]) -> Net {
        let id = attachment(of);
        let member = |net: Net, kind: &str, table: &str| {
            let (table_id, name) = (table_of(table), format!("{of}_{table}"));
            let arguments = [("transit_router_route_table_id", &*table_id), ("transit_router_attachment_id", &id)];
            net.block(&format!("cen_transit_router_route_table_{kind}"), &name, "one", &arguments)
        };
        let net = if with.is_empty() { self } else { member(self, "association", with) };
        learned_by.iter().fold(net, |net, table| member(net, "propagation", table))
    }

    /// A static entry, through an attachment or into a black hole.
    pub fn entry(self, name: &str, table: &str, to: &str, through: &str) -> Net {
        let (table, id) = (table_of(table), if through.is_empty() { String::new() } else { attachment(through) });
        let arguments = [
            ("transit_router_route_table_id", &*table),
            ("transit_router_route_entry_destination_cidr_block", to),
            ("transit_router_route_entry_next_hop_type", if through.is_empty() { "BlackHole" } else { "Attachment" }),
            ("transit_router_route_entry_next_hop_id", &id),
        ];
        self.block("cen_transit_router_route_entry", name, "one", &arguments)
    }

    /// Asks with all blocks in one file.
    pub fn ask<T>(&self, question: impl FnOnce(&Reach<'_>) -> T) -> T {
        let text = self.0.concat();
        ask(&Memory::new([("main.tf", &*text)]), question)
    }

    /// What becomes of packets from the first name to the second, and back.
    pub fn ways(&self, from: &str, to: &str) -> [Delivery; 2] {
        self.ask(|reach| {
            let (from, to) = (end(reach.network, from), end(reach.network, to));
            let answer = reach.ask(from, to, None);
            [answer.forward.delivery, answer.back.delivery]
        })
    }
}

pub fn router(name: &str) -> String {
    format!("alicloud_cen_transit_router.{name}.transit_router_id")
}

pub fn table_of(name: &str) -> String {
    format!("alicloud_cen_transit_router_route_table.{name}.transit_router_route_table_id")
}

/// VPCs' attachments have their names, those of connections begin with `p`.
pub fn attachment(name: &str) -> String {
    let kind = if name.starts_with('p') { "peer" } else { "vpc" };
    format!("alicloud_cen_transit_router_{kind}_attachment.{name}.transit_router_attachment_id")
}

pub fn ask<T>(files: &Memory, question: impl FnOnce(&Reach<'_>) -> T) -> T {
    let repository = Repository::new(files, None);
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    let (network, _) = alinet::survey(&repository, Path::new("/"), &surroundings).unwrap();
    question(&Reach::new(&network))
}

pub fn end(network: &Network, name: &str) -> End {
    let vpcs = (0..network.vpcs.len()).map(|at| End::Vpc(VpcId(at)));
    let mut ends = vpcs.chain((0..network.vswitches.len()).map(|at| End::VSwitch(VSwitchId(at))));
    let named = |end: &End| end.name(network).rsplit('.').next().is_some_and(|own| own.trim_end_matches("[0]") == name);
    ends.find(named).unwrap_or_else(|| panic!("no {name}"))
}

pub fn two() -> Net {
    Net::new().vpc("a", "one", "10.1.0.0/16", &["10.1.1.0/24", "10.1.2.0/24"]).vpc(
        "b",
        "one",
        "10.2.0.0/16",
        &["10.2.1.0/24"],
    )
}

pub fn peered() -> Net {
    two().peering("a", "b", "one").route("ab", "a", "10.2.0.0/16", "pc:ab").route("ba", "b", "10.1.0.0/16", "pc:ab")
}

/// Both on one router with one table, and static routes in the VPCs.
pub fn routed() -> Net {
    two()
        .router("r", "one", 2)
        .attach("a", "r", "")
        .attach("b", "r", "")
        .join("a", "r_0", &["r_0"])
        .join("b", "r_0", &["r_0"])
        .route("ab", "a", "10.0.0.0/8", "att:a")
        .route("ba", "b", "10.0.0.0/8", "att:b")
}

/// One VPC each on the routers of two regions; `a`'s router asks for the connection.
pub fn regions(publish: &str) -> Net {
    Net::new()
        .vpc("a", "one", "10.1.0.0/16", &["10.1.1.0/24"])
        .vpc("b", "two", "10.2.0.0/16", &["10.2.1.0/24"])
        .router("r", "one", 1)
        .router("s", "two", 1)
        .attach("a", "r", "true")
        .attach("b", "s", "true")
        .connect("p", "r", "s", publish)
        .join("a", "r_0", &["r_0"])
        .join("b", "s_0", &["s_0"])
        .join("p", "r_0", &["r_0"])
        .join("p", "s_0", &["s_0"])
}
