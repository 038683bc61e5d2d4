//! Filters that name address blocks: rules of security groups, entries of network ACLs.

use super::arg::{field, text};
use super::{Arg, Cidr, Link, Network, Reader, Thing, VpcId, resolve};

/// One block that a filter of a VPC lets through.
#[derive(Clone, Debug)]
pub struct Filter {
    pub thing: Thing,
    /// The security group, of a rule.
    pub group: Arg<Link>,
    /// The VPC, of a network ACL.
    pub vpc: Arg<VpcId>,
    pub argument: &'static str,
    pub cidr: Arg<Cidr>,
    pub accepts: Arg<bool>,
    /// It judges what comes in.
    pub ingress: Arg<bool>,
    /// It names a prefix list instead of a block.
    pub is_list: bool,
}

const ENTRIES: [(&str, &str); 2] =
    [("ingress_acl_entries", "source_cidr_ip"), ("egress_acl_entries", "destination_cidr_ip")];

impl Network {
    pub(super) fn add_filters(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        let accepts = |policy: Arg<std::sync::Arc<str>>| policy.map(|policy| policy.eq_ignore_ascii_case("accept"));
        match kind {
            "alicloud_security_group_rule" => self.filters.push(Filter {
                thing: reader.thing.clone(),
                group: reader.link("security_group_id"),
                vpc: Arg::Absent,
                argument: "cidr_ip",
                cidr: reader.cidr("cidr_ip"),
                accepts: accepts(reader.text("policy")),
                ingress: reader.text("type").map(|kind| &*kind == "ingress"),
                is_list: reader.is_set("prefix_list_id"),
            }),
            "alicloud_network_acl" => {
                let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
                for (block, argument) in ENTRIES {
                    let blocks = reader.blocks(block);
                    for entry in blocks.list.iter().filter(|_| blocks.unknown.is_none()) {
                        self.filters.push(Filter {
                            thing: reader.thing.clone(),
                            group: Arg::Absent,
                            vpc: vpc.clone(),
                            argument,
                            cidr: text(field(&entry.fields, argument, entry.header)).map(|text| Cidr::parse(&text)),
                            accepts: accepts(text(field(&entry.fields, "policy", entry.header))),
                            ingress: Arg::Absent,
                            is_list: false,
                        });
                    }
                }
            }
            _ => {}
        }
    }

    /// The VPC whose traffic a filter judges.
    pub fn vpc_of_filter(&self, filter: &Filter) -> Option<VpcId> {
        match filter.group.value() {
            Some(group) => self.home_of(group.managed("alicloud_security_group", &["id"])?).ok(),
            None => filter.vpc.value().copied(),
        }
    }
}
