//! Which arguments does a resource type or data source take, and what does it export?
//!
//! `resources.jsonl` has one line per type, sorted by name, and one line about the provider before them. The names
//! and line ends are found once, when the first question comes; a line is parsed when its type is asked for, once.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use serde::Deserialize;
use serde_json::Value;

/// The resource type `kind`, such as `alicloud_vpc`.
pub fn resource(kind: &str) -> Option<Arc<Resource>> {
    if kind.starts_with(DATA) { None } else { lookup(kind) }
}

/// The data source `kind`, such as `alicloud_vpcs`, without the `data.` of its address.
pub fn data_source(kind: &str) -> Option<Arc<Resource>> {
    lookup(&format!("{DATA}{kind}"))
}

/// The newer name of a resource type that has two, else the name itself.
pub fn canonical(kind: &str) -> String {
    resource(kind).and_then(|found| found.alias_of.clone()).unwrap_or_else(|| kind.to_owned())
}

/// A resource type or a data source of the provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// `alicloud_vpc` for the resource type, `data.alicloud_vpcs` for the data source.
    pub name: String,
    /// What a configuration may write, also when the server may fill it in.
    pub args: BTreeMap<String, Argument>,
    /// What only the server fills in. `id` is in neither map, and every type has it.
    pub computed: BTreeMap<String, Argument>,
    pub id: IdShape,
    /// The attribute or argument that always has the same value as a plain `id`.
    pub id_attribute: Option<String>,
    /// The type of which this is another, older name.
    pub alias_of: Option<String>,
    pub deprecated: Option<Deprecation>,
    /// The paths of arguments of which there is more to say than their type: those that are deprecated, and those whose
    /// values are documented. `name`, `servers.server_type`.
    pub noted: Vec<String>,
    /// The file in the provider's repository that defines the schema.
    pub source: String,
    /// The documentation page in the same repository.
    pub doc: String,
}

/// How an `id` is made. In a composite one the parts are attributes of the same resource where there is such an
/// attribute; `a|b` is the one of them that is set, `a[0]` an element, and `unique_id` is made up by the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdShape {
    Plain,
    Composite { separator: char, parts: Vec<String> },
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    #[serde(default)]
    pub mode: Mode,
    #[serde(rename = "type", default)]
    pub kind: Type,
    /// The type of the elements of a list, set or map without `block`.
    #[serde(default)]
    pub elem: Type,
    /// The arguments of a nested block.
    pub block: Option<BTreeMap<String, Argument>>,

    /// The values that the provider checks at plan time; with a `range` as well, either will do.
    #[serde(rename = "enum", default)]
    pub values: Vec<String>,
    /// The values that the documentation lists and nobody checks before the API does.
    #[serde(rename = "doc_enum", default)]
    pub doc_values: Vec<String>,
    #[serde(rename = "elem_enum", default)]
    pub elem_values: Vec<String>,
    /// What an unset argument is worth in the plan.
    pub default: Option<Value>,
    /// What the server takes when nothing is sent; the plan shows null, or nothing known.
    pub doc_default: Option<String>,

    #[serde(default)]
    pub force_new: bool,
    #[serde(default)]
    pub sensitive: bool,
    /// Of a number, checked at plan time.
    pub range: Option<(i64, i64)>,
    /// Of a number, or of the length of a string, as documented.
    pub doc_range: Option<(i64, i64)>,
    /// Of a string, checked at plan time.
    pub length: Option<(u64, u64)>,
    pub min: Option<i64>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub pattern: Option<String>,
    pub elem_pattern: Option<String>,
    #[serde(default)]
    pub conflicts_with: Vec<String>,
    #[serde(default)]
    pub exactly_one_of: Vec<String>,
    #[serde(default)]
    pub at_least_one_of: Vec<String>,
    #[serde(default)]
    pub required_with: Vec<String>,

    pub deprecated: Option<Deprecation>,
    /// Still in the schema, refused when it is set.
    pub removed: Option<Deprecation>,
}

/// Since which provider version, and the argument or resource type that takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deprecation {
    pub since: Option<String>,
    pub replaced_by: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Mode {
    #[serde(rename = "required")]
    Required,
    #[default]
    #[serde(rename = "optional")]
    Optional,
    #[serde(rename = "optional+computed")]
    OptionalComputed,
    #[serde(rename = "computed")]
    Computed,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    #[default]
    String,
    Bool,
    Int,
    Float,
    List,
    Set,
    Map,
    Object,
    /// The table does not say.
    Any,
}

/// What an attribute is worth when the configuration does not set it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unset<'a> {
    Null,
    Default(&'a Value),
    /// A list or set of blocks that is empty.
    NoBlocks,
    /// The server fills it in: not known before apply.
    Server,
}

/// Whose schema the table shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// `namespace/name` in the registry.
    pub provider: String,
    pub released: String,
    pub released_on: String,
    /// The version that the commit will become.
    pub unreleased: String,
    pub commit: String,
    pub source: String,
    /// The day the table was made.
    pub date: String,
}

impl Resource {
    pub fn is_data_source(&self) -> bool {
        self.name.starts_with(DATA)
    }

    /// An argument or computed attribute of the top level. `id` has none.
    pub fn attribute(&self, name: &str) -> Option<&Argument> {
        self.args.get(name).or_else(|| self.computed.get(name))
    }

    /// An argument by its path through nested blocks: `servers.server_type`.
    pub fn argument(&self, path: &str) -> Option<&Argument> {
        let mut names = path.split('.');
        let first = self.args.get(names.next()?);
        names.fold(first, |outer, name| outer?.block.as_ref()?.get(name))
    }

    /// Who sets the attribute; `None` when the type has no such attribute.
    pub fn attribute_mode(&self, name: &str) -> Option<Mode> {
        match self.attribute(name) {
            Some(argument) => Some(argument.mode),
            None => (name == "id").then_some(Mode::Computed),
        }
    }

    /// Whether an attribute names the resource itself: its `id`, or what the cloud calls it where that is composite.
    pub fn is_own_id(&self, attribute: &str) -> bool {
        let last = match &self.id {
            IdShape::Composite { parts, .. } => parts.last().is_some_and(|part| part == attribute),
            IdShape::Plain => false,
        };
        attribute == "id"
            || self.id_attribute.as_deref() == Some(attribute)
            || last && self.computed.contains_key(attribute)
    }

    /// What the attribute is worth when the configuration does not set it; `None` when there is no such attribute.
    pub fn when_unset(&self, name: &str) -> Option<Unset<'_>> {
        match self.attribute(name) {
            Some(argument) => Some(argument.when_unset()),
            None => (name == "id").then_some(Unset::Server),
        }
    }
}

impl Argument {
    /// Whether a configuration may write it.
    pub fn is_settable(&self) -> bool {
        self.mode != Mode::Computed
    }

    pub fn when_unset(&self) -> Unset<'_> {
        match (self.mode, &self.default) {
            (Mode::OptionalComputed | Mode::Computed, _) => Unset::Server,
            (_, Some(default)) => Unset::Default(default),
            _ if self.block.is_some() && matches!(self.kind, Type::List | Type::Set) => Unset::NoBlocks,
            _ => Unset::Null,
        }
    }
}

/// The names of all resource types, sorted.
pub fn resources() -> impl Iterator<Item = &'static str> {
    LINES.iter().map(|line| line.name).filter(|name| !name.starts_with(DATA))
}

/// The names of all data sources, sorted, without `data.`.
pub fn data_sources() -> impl Iterator<Item = &'static str> {
    LINES.iter().filter_map(|line| line.name.strip_prefix(DATA))
}

pub fn provider() -> Option<&'static Provider> {
    static PROVIDER: LazyLock<Option<Provider>> =
        LazyLock::new(|| serde_json::from_str(TABLE.lines().next().unwrap_or_default()).ok());
    PROVIDER.as_ref()
}

const TABLE: &str = include_str!("resources.jsonl");
const DATA: &str = "data.";
const NAME: &str = "{\"name\":\"";

struct Line {
    name: &'static str,
    text: &'static str,
    parsed: OnceLock<Option<Arc<Resource>>>,
}

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let mut lines = Vec::with_capacity(512);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', TABLE.as_bytes()) {
        let text = &TABLE[start..end];
        start = end + 1;
        if let Some((name, _)) = text.strip_prefix(NAME).and_then(|rest| rest.split_once('"')) {
            lines.push(Line { name, text, parsed: OnceLock::new() });
        }
    }
    lines
});

fn lookup(name: &str) -> Option<Arc<Resource>> {
    let at = LINES.binary_search_by(|line| line.name.cmp(name)).ok()?;
    let line = LINES.get(at)?;
    line.parsed.get_or_init(|| parse(line.text).ok().map(Arc::new)).clone()
}

fn parse(text: &str) -> serde_json::Result<Resource> {
    let row: Row = serde_json::from_str(text)?;
    let id = match row.id {
        Some(id) => IdShape::Composite { separator: id.separator, parts: id.parts },
        None => IdShape::Plain,
    };
    let mut computed = row.computed;
    mark_computed(&mut computed);
    computed.extend(row.elements.into_iter().map(|(name, fields)| (name, listing(fields))));
    let doc = row.doc.unwrap_or_else(|| usual_page(&row.name));
    let mut noted = Vec::new();
    note(&row.args, "", &mut noted);
    Ok(Resource {
        noted,
        name: row.name,
        args: row.args,
        computed,
        id,
        id_attribute: row.id_attribute,
        alias_of: row.alias_of,
        deprecated: row.deprecated,
        source: row.source,
        doc,
    })
}

fn mark_computed(arguments: &mut BTreeMap<String, Argument>) {
    for argument in arguments.values_mut() {
        argument.mode = Mode::Computed;
        if let Some(block) = &mut argument.block {
            mark_computed(block);
        }
    }
}

/// Gathers the paths of what is deprecated or has documented values; in a deprecated block there is nothing more to say.
fn note(arguments: &BTreeMap<String, Argument>, outer: &str, noted: &mut Vec<String>) {
    for (name, argument) in arguments.iter().filter(|(_, argument)| argument.is_settable()) {
        let path = if outer.is_empty() { name.clone() } else { format!("{outer}.{name}") };
        if argument.deprecated.is_some() || argument.removed.is_some() || !argument.doc_values.is_empty() {
            noted.push(path);
        } else if let Some(block) = &argument.block {
            note(block, &path, noted);
        }
    }
}

/// The list that a data source answers with. Of its objects only the names of the fields are known.
fn listing(fields: Vec<String>) -> Argument {
    let computed = |kind| Argument { mode: Mode::Computed, kind, ..Argument::default() };
    let block = fields.into_iter().map(|field| (field, computed(Type::Any))).collect();
    Argument { block: Some(block), ..computed(Type::List) }
}

fn usual_page(name: &str) -> String {
    let (folder, kind) = match name.strip_prefix(DATA) {
        Some(kind) => ('d', kind),
        None => ('r', name),
    };
    format!("website/docs/{folder}/{}.html.markdown", kind.trim_start_matches("alicloud_"))
}

/// A line as it is written: a mode left out is optional, a type left out is string, an id left out is plain.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    source: String,
    doc: Option<String>,
    alias_of: Option<String>,
    deprecated: Option<Deprecation>,
    id: Option<RowId>,
    id_attribute: Option<String>,
    args: BTreeMap<String, Argument>,
    #[serde(default)]
    computed: BTreeMap<String, Argument>,
    #[serde(default)]
    elements: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowId {
    separator: char,
    parts: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_parses_and_names_its_source() {
        assert_eq!(LINES.len(), TABLE.lines().count() - 1);
        let provider = provider().unwrap();
        assert!(provider.commit.len() == 40 && provider.date.len() == 10 && provider.source.starts_with("https://"));
        for line in LINES.iter() {
            let parsed = parse(line.text).unwrap_or_else(|error| panic!("{}: {error}", line.name));
            assert_eq!(parsed.name, line.name);
            assert!(parsed.source.starts_with("alicloud/") && parsed.source.ends_with(".go"), "{}", parsed.source);
            assert!(parsed.doc.starts_with("website/docs/"), "{}", parsed.doc);
        }
    }

    #[test]
    fn lines_are_sorted() {
        assert!(LINES.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(resources().count() > 200 && data_sources().count() > 140);
    }

    #[test]
    fn lookups() {
        assert_eq!(resource("alicloud_vpc").unwrap().args["cidr_block"].mode, Mode::OptionalComputed);
        assert!(Arc::ptr_eq(&resource("alicloud_vpc").unwrap(), &resource("alicloud_vpc").unwrap()));
        assert!(resource("alicloud_vpcs").is_none());
        assert!(resource("data.alicloud_vpcs").is_none());
        assert!(resource("aws_vpc").is_none());
        assert!(resource("").is_none());
        let vpcs = data_source("alicloud_vpcs").unwrap();
        assert!(vpcs.is_data_source());
        assert!(vpcs.computed["vpcs"].block.as_ref().unwrap().contains_key("cidr_block"));
        assert_eq!(vpcs.computed["names"].kind, Type::List);
    }

    #[test]
    fn unset_attributes() {
        let entry = resource("alicloud_route_entry").unwrap();
        assert_eq!(entry.when_unset("nexthop_type"), Some(Unset::Null));
        assert_eq!(entry.when_unset("id"), Some(Unset::Server));
        assert_eq!(entry.when_unset("no_such_thing"), None);
        assert_eq!(entry.attribute_mode("route_table_id"), Some(Mode::Required));
        let rule = resource("alicloud_security_group_rule").unwrap();
        assert_eq!(rule.when_unset("policy"), Some(Unset::Default(&Value::from("accept"))));
        assert_eq!(rule.when_unset("priority"), Some(Unset::Default(&Value::from(1))));
        let group = resource("alicloud_alb_server_group").unwrap();
        assert_eq!(group.when_unset("servers"), Some(Unset::NoBlocks));
        assert_eq!(resource("alicloud_vpc").unwrap().attribute_mode("route_table_id"), Some(Mode::Computed));
    }

    #[test]
    fn composite_ids_of_semantics_11_1() {
        for (kind, own) in [
            ("alicloud_cen_transit_router", "transit_router_id"),
            ("alicloud_cen_transit_router_vpc_attachment", "transit_router_attachment_id"),
            ("alicloud_cen_transit_router_peer_attachment", "transit_router_attachment_id"),
            ("alicloud_cen_transit_router_vbr_attachment", "transit_router_attachment_id"),
            ("alicloud_cen_transit_router_route_table", "transit_router_route_table_id"),
            ("alicloud_cen_route_map", "route_map_id"),
        ] {
            let found = resource(kind).unwrap();
            let IdShape::Composite { separator: ':', parts } = &found.id else { panic!("{kind} is plain") };
            assert_eq!(parts.len(), 2);
            assert_eq!(parts[1], own);
            assert_eq!(found.attribute_mode(own), Some(Mode::Computed), "{kind}");
        }
        for kind in ["alicloud_cen_transit_router_vpn_attachment", "alicloud_cen_transit_router_ecr_attachment"] {
            assert_eq!(resource(kind).unwrap().id, IdShape::Plain);
        }
    }

    #[test]
    fn separators_of_semantics_11_3() {
        for (kind, expected) in [
            ("alicloud_cen_transit_route_table_aggregation", '#'),
            ("alicloud_vpc_ipv6_cidr_block", '#'),
            ("alicloud_vpc_ipam_ipam_pool_cidr", '#'),
            ("alicloud_nlb_server_group_server_attachment", '_'),
        ] {
            let IdShape::Composite { separator, .. } = resource(kind).unwrap().id.clone() else { panic!("{kind}") };
            assert_eq!(separator, expected, "{kind}");
        }
    }

    #[test]
    fn arguments_with_something_to_say() {
        let group = resource("alicloud_alb_server_group").unwrap();
        assert!(group.noted.iter().any(|path| path == "servers.server_type"));
        assert_eq!(group.argument("servers.server_type").unwrap().mode, Mode::Required);
        assert!(group.argument("servers.no_such").is_none() && group.argument("").is_none());
        for kind in resources() {
            let found = resource(kind).unwrap();
            for path in &found.noted {
                let argument = found.argument(path).unwrap_or_else(|| panic!("{kind}: {path}"));
                // A documented value that the provider refuses is there because of how it is spelt.
                for value in argument.doc_values.iter().filter(|_| !argument.values.is_empty()) {
                    assert!(argument.values.iter().any(|known| known.eq_ignore_ascii_case(value)), "{kind}: {path}");
                }
            }
        }
    }

    #[test]
    fn the_parts_of_ids_are_attributes() {
        for kind in resources() {
            let found = resource(kind).unwrap();
            if let Some(attribute) = &found.id_attribute {
                assert!(found.id == IdShape::Plain && found.attribute(attribute).is_some(), "{kind}: {attribute}");
            }
            let IdShape::Composite { parts, .. } = &found.id else { continue };
            assert!(parts.len() > 1, "{kind}");
            for part in parts.iter().flat_map(|part| part.split('|')) {
                let name = part.split('[').next().unwrap_or(part);
                assert!(name == "unique_id" || found.attribute(name).is_some(), "{kind}: {part}");
            }
        }
    }

    #[test]
    fn plain_ids_that_other_attributes_repeat() {
        let accepter = resource("alicloud_vpc_peer_connection_accepter").unwrap();
        assert_eq!(accepter.id_attribute.as_deref(), Some("instance_id"));
        assert_eq!(resource("alicloud_vpc").unwrap().id_attribute, None);
        assert_eq!(canonical("alicloud_subnet"), "alicloud_vswitch");
        assert_eq!(canonical("alicloud_vpc"), "alicloud_vpc");
    }

    #[test]
    fn aliases_and_deprecations_lead_somewhere() {
        for kind in resources() {
            let found = resource(kind).unwrap();
            let deprecated = found.deprecated.as_ref().and_then(|d| d.replaced_by.as_ref());
            for target in found.alias_of.iter().chain(deprecated) {
                assert!(resource(target).is_some(), "{kind}: {target}");
            }
        }
    }
}
