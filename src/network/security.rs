//! Security groups, their rules, prefix lists, and who is in which group (semantics 10.1 to 10.3).

use std::sync::Arc;

use super::arg::{elements, field, link};
use super::traffic::{Default, Groups, Line, Ports, Protocol, Remote};
use super::{Arg, Cidr, Link, Network, Reader, Thing, Traced, VpcId, resolve};
use crate::eval::{Cause, Value};

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct GroupId(pub usize);

#[derive(Clone, Debug)]
pub struct SecurityGroup {
    pub thing: Thing,
    pub vpc: Arg<VpcId>,
    /// An enterprise (advanced) group rather than a basic one.
    pub enterprise: Arg<bool>,
    /// Its members reach one another.
    pub inner: Arg<bool>,
    /// Indexes into `group_rules`.
    pub rules: Vec<usize>,
}

/// One `alicloud_security_group_rule`.
#[derive(Clone, Debug)]
pub struct GroupRule {
    pub line: Line,
    pub link: Arg<Link>,
    /// The group of the files that it belongs to.
    pub group: Option<GroupId>,
    pub ingress: Arg<bool>,
    /// As written.
    pub protocol: Arg<Arc<str>>,
    pub port_range: Arg<Arc<str>>,
    pub cidr: Arg<Cidr>,
    pub ipv6: Arg<Cidr>,
    pub source_group: Arg<Link>,
    pub prefix_list: Arg<Link>,
    /// The other end is left to variables of the root that nobody has set: a module that waits for a caller.
    pub left_open: bool,
}

/// A resource that is a member of a group.
#[derive(Clone, Debug)]
pub struct Enrolment {
    pub thing: Thing,
    pub groups: Groups,
}

/// The arguments of a rule that name the other end.
const ENDS: [&str; 4] = ["cidr_ip", "ipv6_cidr_ip", "source_security_group_id", "prefix_list_id"];

/// Resources that name groups without being in them.
const NO_MEMBERS: [&str; 2] = ["alicloud_security_group", "alicloud_security_group_rule"];

/// Arguments that list the groups of a resource, also inside these blocks.
const ARGUMENTS: [&str; 3] = ["security_group_id", "security_group_ids", "security_groups"];
const BLOCKS: [&str; 3] = ["network_interfaces", "vpc_config", "network_interface"];

/// Resources that are in a group even where they name none: the cloud chooses or makes it.
const ALWAYS: [&str; 8] = [
    "alicloud_instance",
    "alicloud_ecs_network_interface",
    "alicloud_eci_container_group",
    "alicloud_cs_kubernetes",
    "alicloud_cs_managed_kubernetes",
    "alicloud_cs_serverless_kubernetes",
    "alicloud_cs_edge_kubernetes",
    "alicloud_cs_kubernetes_node_pool",
];

impl SecurityGroup {
    pub fn link(&self) -> Link {
        Link::Of { address: self.thing.address.clone(), attribute: "id".into() }
    }
}

impl Network {
    pub fn group(&self, id: GroupId) -> &SecurityGroup {
        &self.groups[id.0]
    }

    /// The group of the files that a link names.
    pub fn group_of(&self, link: &Link) -> Option<GroupId> {
        self.index.groups.get(link.managed("alicloud_security_group", &["id"])?).copied()
    }

    pub(super) fn add_group(&mut self, reader: &Reader<'_, '_>) {
        let vpc = resolve(reader.link("vpc_id"), |link| self.vpc_of(link));
        let enterprise = match reader.text("security_group_type") {
            Arg::Absent => Arg::Absent,
            kind => kind.map(|kind| kind.eq_ignore_ascii_case("enterprise")),
        };
        let inner = match reader.text("inner_access_policy") {
            Arg::Absent => reader.flag("inner_access"),
            policy => policy.map(|policy| policy.eq_ignore_ascii_case("accept")),
        };
        self.index.groups.insert(reader.thing.address.clone(), GroupId(self.groups.len()));
        self.groups.push(SecurityGroup { thing: reader.thing.clone(), vpc, enterprise, inner, rules: Vec::new() });
    }

    /// A prefix list with what is known of it.
    fn list_of(&self, link: Arg<Link>) -> Remote {
        let known = link.value().and_then(|link| self.any_prefix_list_of(link));
        let (blocks, more) = match known {
            Some(list) => (list.entries.clone(), list.more.clone()),
            None => {
                let unknown =
                    link.value().map(|link| Cause::Elsewhere(format!("the entries of {}", link.shown()).into()));
                (Vec::new(), Some(unknown.or(link.cause().cloned()).unwrap_or(Cause::Failed)))
            }
        };
        Remote::List(link, blocks, more)
    }

    pub(super) fn add_group_rule(&mut self, reader: &Reader<'_, '_>) {
        let thing = reader.thing.clone();
        let link = reader.link("security_group_id");
        let ingress = reader.text("type").map(|direction| direction.eq_ignore_ascii_case("ingress"));
        let (protocol, port_range) = (reader.text("ip_protocol"), reader.text("port_range"));
        let (cidr, ipv6) = (reader.cidr("cidr_ip"), reader.cidr("ipv6_cidr_ip"));
        let (source_group, prefix_list) = (reader.link("source_security_group_id"), reader.link("prefix_list_id"));
        let mut remotes: Vec<Remote> =
            [&cidr, &ipv6].into_iter().filter(|cidr| !cidr.is_absent()).cloned().map(Remote::Block).collect();
        if !source_group.is_absent() {
            remotes.push(Remote::Group(source_group.clone()));
        }
        if !prefix_list.is_absent() {
            remotes.push(self.list_of(prefix_list.clone()));
        }
        let priority = reader.number("priority");
        let doubt = (!thing.certain).then(|| Cause::Instances(thing.name().into()));
        let line = Line {
            place: thing.header,
            accepts: match accepts(reader.text("policy")) {
                Arg::Absent => Arg::Known(Traced { value: true, place: thing.header, attribute: thing.header }),
                policy => policy,
            },
            priority: match &priority {
                Arg::Known(priority) => priority.value,
                Arg::Absent => 1,
                Arg::Unknown(..) => 0,
            },
            protocol: spoken(protocol.clone()),
            ports: range(port_range.clone()),
            remotes,
            doubt: doubt.or_else(|| priority.cause().cloned()).or_else(|| ingress.cause().cloned()),
            thing,
        };
        let group = link.value().and_then(|link| self.group_of(link));
        if let Some(group) = group {
            self.groups[group.0].rules.push(self.group_rules.len());
        }
        let rule = GroupRule {
            line,
            link,
            group,
            ingress,
            protocol,
            port_range,
            cidr,
            ipv6,
            source_group,
            prefix_list,
            left_open: ENDS.into_iter().any(|name| reader.is_root_variable(name)),
        };
        self.group_rules.push(rule);
    }

    pub(super) fn add_enrolment(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        if let Some(groups) = groups_of(kind, reader) {
            self.enrolments.push(Enrolment { thing: reader.thing.clone(), groups });
        }
    }

    /// Why any group may have rules that are not known as its own.
    pub fn stray_rule(&self) -> Option<Cause> {
        let gap = self.gap(&["alicloud_security_group_rule"]).map(|gap| gap.cause.clone());
        let stray = |rule: &GroupRule| match &rule.link {
            Arg::Known(link) if rule.group.is_none() && link.value.may_be_any() => Some(link.value.why_unknown()),
            link => link.cause().cloned(),
        };
        gap.or_else(|| self.group_rules.iter().find_map(stray))
    }

    /// The lines of several groups in the order in which they count: by priority, and drops before accepts (10.2).
    pub fn group_lines(&self, groups: &[GroupId], ingress: bool) -> Vec<&Line> {
        let mut lines: Vec<&Line> = groups
            .iter()
            .flat_map(|&id| &self.group(id).rules)
            .map(|&at| &self.group_rules[at])
            .filter(|rule| rule.ingress.value().is_none_or(|&own| own == ingress))
            .map(|rule| &rule.line)
            .collect();
        lines.sort_by_key(|line| (line.priority, line.accepts.value() == Some(&true)));
        lines
    }

    /// What becomes of packets that no rule of the groups matches: basic ones let everything out and their own members
    /// in, enterprise ones nothing.
    pub fn group_default(&self, groups: &[GroupId], ingress: bool, far: &Groups) -> Default {
        let mut unknown = None;
        for group in groups.iter().map(|&id| self.group(id)) {
            let basic = match &group.enterprise {
                Arg::Known(enterprise) => !enterprise.value,
                Arg::Absent => true,
                Arg::Unknown(cause, _) => return Err(cause.clone()),
            };
            if !ingress {
                if basic {
                    return Ok(true);
                }
                continue;
            }
            let inner = match &group.inner {
                Arg::Known(inner) => inner.value,
                Arg::Absent => basic,
                Arg::Unknown(cause, _) => {
                    unknown = unknown.or_else(|| Some(cause.clone()));
                    continue;
                }
            };
            let own = group.link();
            if inner && far.named.iter().any(|link| link.value() == Some(&own)) {
                return Ok(true);
            }
            if inner {
                unknown = unknown.or_else(|| far.more.clone());
                unknown = unknown.or_else(|| far.named.iter().find_map(|link| link.cause().cloned()));
            }
        }
        unknown.map_or(Ok(false), Err)
    }
}

/// The groups that a resource is in; nothing where it is a thing that groups do not filter.
pub(super) fn groups_of(kind: &str, reader: &Reader<'_, '_>) -> Option<Groups> {
    if NO_MEMBERS.contains(&kind) {
        return None;
    }
    let mut groups = Groups::default();
    for name in ARGUMENTS.into_iter().filter(|name| reader.is_set(name)) {
        match name {
            "security_group_id" => groups.named.push(reader.link(name)),
            _ => groups.named.extend(Network::links(reader, name)),
        }
    }
    for name in BLOCKS {
        let blocks = reader.blocks(name);
        groups.more = groups.more.or(blocks.unknown);
        for block in &blocks.list {
            for argument in ARGUMENTS {
                let value = field(&block.fields, argument, block.header);
                match argument {
                    "security_group_id" => groups.named.push(one(value)),
                    _ => match elements(value) {
                        Arg::Known(list) => groups.named.extend(list.value.into_iter().map(one)),
                        Arg::Unknown(cause, span) => groups.named.push(Arg::Unknown(cause, span)),
                        Arg::Absent => {}
                    },
                }
            }
        }
    }
    groups.named.retain(|link| !link.is_absent());
    let always = ALWAYS.contains(&kind);
    if groups.named.is_empty() && groups.more.is_none() {
        if !always {
            return None;
        }
        groups.more = Some(Cause::Elsewhere(format!("the security groups of {}", reader.thing.address).into()));
    }
    Some(groups)
}

fn one(value: Arg<Value>) -> Arg<Link> {
    match value {
        Arg::Known(value) => link(Some((value.value, value.attribute))),
        Arg::Unknown(cause, span) => Arg::Unknown(cause, span),
        Arg::Absent => Arg::Absent,
    }
}

/// Why a resource may hold more than was read of it.
pub(super) fn broken(thing: &Thing) -> Option<Cause> {
    thing.incomplete.then(|| Cause::Broken("the resource's block".into()))
}

pub(super) fn accepts(policy: Arg<Arc<str>>) -> Arg<bool> {
    policy.map(|policy| policy.eq_ignore_ascii_case("accept"))
}

pub(super) fn spoken(protocol: Arg<Arc<str>>) -> Arg<Protocol> {
    read(protocol, Protocol::parse)
}

pub(super) fn range(ports: Arg<Arc<str>>) -> Arg<Ports> {
    read(ports, Ports::parse)
}

fn read<T>(written: Arg<Arc<str>>, parse: impl Fn(&str) -> Option<T>) -> Arg<T> {
    match written {
        Arg::Known(written) => match parse(&written.value) {
            Some(value) => Arg::Known(Traced { value, place: written.place, attribute: written.attribute }),
            None => Arg::Unknown(Cause::Unsupported(format!("\"{}\"", written.value).into()), Some(written.place)),
        },
        Arg::Unknown(cause, span) => Arg::Unknown(cause, span),
        Arg::Absent => Arg::Absent,
    }
}
