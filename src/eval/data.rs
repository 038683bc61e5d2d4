//! Data sources that the configuration itself answers: the provider's own region and account, and the lookup of things
//! that the same configuration makes.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::value::{ACCOUNT, Hint, Kind, Of, Value};
use super::{Evaluator, ResourceInstance};
use crate::source::{Address, Key, Mode, ModulePath, Trail};

impl Evaluator<'_> {
    /// The attribute of a data source, where the configuration decides it.
    pub(crate) fn answer(&self, instance: &Rc<ResourceInstance>, name: &str) -> Option<Value> {
        let address = &instance.address;
        if address.mode != Mode::Data {
            return None;
        }
        match (&*address.kind, name) {
            ("alicloud_regions", _) => self.regions(instance, name),
            ("alicloud_account", "id") => Some(self.account(instance)),
            ("alicloud_caller_identity", "account_id") => Some(self.account(instance)),
            ("alicloud_route_tables", "ids" | "tables") => self.route_tables(instance, name),
            ("terraform_remote_state", "outputs") => self.surroundings.remote.get(address).cloned(),
            ("alicloud_cen_transit_router_route_tables", "ids" | "tables") => self.router_tables(instance, name),
            ("alicloud_vpcs", "ids" | "vpcs") => self.looked_up(instance, name, "alicloud_vpc", "vpc_id"),
            ("alicloud_vswitches", "ids" | "vswitches") => {
                self.looked_up(instance, name, "alicloud_vswitch", "vswitch_id")
            }
            _ => None,
        }
    }

    fn regions(&self, instance: &Rc<ResourceInstance>, name: &str) -> Option<Value> {
        let current = self.plain(instance, "current")?;
        if current.as_bool() != Some(true) {
            return None;
        }
        let region = self.provider_of(instance).region.clone();
        Some(match name {
            "ids" => Value::list(vec![region]),
            "regions" => {
                one_block(instance, name, [("id".into(), region.clone()), ("region_id".into(), region)].into())
            }
            _ => return None,
        })
    }

    fn account(&self, instance: &Rc<ResourceInstance>) -> Value {
        self.account_of(&self.provider_of(instance))
    }

    /// The number of the account of a provider: known where it is written, else the same for the same credentials.
    pub fn account_of(&self, provider: &Rc<super::Provider>) -> Value {
        if let Some(number) = &provider.account.number {
            let place = provider.account.credentials.iter().find_map(|(_, value)| value.trail.place());
            return Value::string(number.clone()).with_trail(place.map_or(Trail::None, Trail::Leaf));
        }
        // Providers with the same credentials speak for one account, so it is named after the credentials. Looking for
        // another provider to name it after would evaluate that one, whose credentials may need this account.
        let (module, kind, name, key) = match provider.account.is_ambient() {
            true => (ModulePath::default(), "ambient".into(), "account".into(), Key::None),
            false => match provider.account.fingerprint() {
                Some(print) => (ModulePath::default(), provider.name.clone(), "account".into(), Key::Name(print)),
                None => (provider.module.clone(), provider.name.clone(), provider.alias.clone(), Key::None),
            },
        };
        Value::of(Arc::new(Address { module, mode: Mode::Data, kind, name, key }), ACCOUNT)
    }

    /// The tables of a VPC that is in the files: its system table, unless the data source asks for others.
    fn route_tables(&self, instance: &Rc<ResourceInstance>, name: &str) -> Option<Value> {
        let vpc = self.plain(instance, "vpc_id")?;
        let Kind::Of(of) = &vpc.kind else { return None };
        if &*of.attribute != "id" || &*of.address.kind != "alicloud_vpc" || of.address.mode != Mode::Managed {
            return None;
        }
        let narrowing = ["route_table_type", "name_regex", "ids", "route_table_name", "router_id", "tags", "status"];
        for argument in narrowing {
            let Some(value) = self.plain(instance, argument) else { continue };
            if argument != "route_table_type" || value.as_str().map(|text| &**text) != Some("System") {
                return None;
            }
        }
        let system = self.plain(instance, "route_table_type").is_some();
        if !system && self.has_custom_tables() {
            return None;
        }
        let table = Value::of(of.address.clone(), "route_table_id");
        Some(match name {
            "ids" => Value::list(vec![table]),
            _ => {
                let known =
                    [("id".into(), table.clone()), ("route_table_id".into(), table), ("vpc_id".into(), vpc.clone())];
                one_block(instance, name, known.into())
            }
        })
    }

    /// Whether the configuration makes route tables anywhere, which may belong to that VPC.
    fn has_custom_tables(&self) -> bool {
        let mut open = vec![self.root().module.clone()];
        let mut seen = std::collections::HashSet::new();
        while let Some(module) = open.pop() {
            if !seen.insert(module.directory.clone()) {
                continue;
            }
            if module.resources.keys().any(|name| &*name.kind == "alicloud_route_table") {
                return true;
            }
            for call in module.calls.values() {
                let source = call.body().attribute("source").and_then(|source| source.value.literal());
                let local = source.and_then(|source| self.repository.local_source(&module.directory, source));
                match local.and_then(|directory| self.repository.module(&directory)) {
                    Some(called) => open.push(called),
                    None => return true,
                }
            }
        }
        false
    }

    /// The system table of a transit router that is in the files.
    fn router_tables(&self, instance: &Rc<ResourceInstance>, name: &str) -> Option<Value> {
        let router = self.plain(instance, "transit_router_id")?;
        let Kind::Of(of) = &router.kind else { return None };
        if &*of.attribute != "transit_router_id" || &*of.address.kind != "alicloud_cen_transit_router" {
            return None;
        }
        let system = self.plain(instance, "transit_router_route_table_type")?;
        if system.as_str().map(|text| &**text) != Some("System") {
            return None;
        }
        let table = Value::of(of.address.clone(), SYSTEM_TABLE);
        Some(match name {
            "ids" => Value::list(vec![table]),
            _ => {
                let known = [("id".into(), table.clone()), ("transit_router_route_table_id".into(), table)];
                one_block(instance, name, known.into())
            }
        })
    }

    /// One thing of the files that is looked up by its id alone: what is found is that one.
    fn looked_up(&self, instance: &Rc<ResourceInstance>, name: &str, kind: &str, id: &str) -> Option<Value> {
        let ids = self.plain(instance, "ids")?;
        let [one] = ids.items()?.as_slice() else { return None };
        let Kind::Of(of) = &one.kind else { return None };
        if &*of.attribute != "id" || &*of.address.kind != kind || of.address.mode != Mode::Managed {
            return None;
        }
        // Anything that narrows the search may leave nothing.
        let plain = ["ids", "output_file", "enable_details", "page_size", "page_number"];
        let body = instance.declaration.body();
        let written = body.attributes.iter().map(|attribute| &*attribute.name.text);
        if written.into_iter().any(|name| !plain.contains(&name) && !META.contains(&name)) {
            return None;
        }
        Some(match name {
            "ids" => Value::list(vec![one.clone()]),
            _ => {
                let mut known: BTreeMap<Arc<str>, Value> =
                    [("id".into(), one.clone()), (id.into(), one.clone())].into();
                let found = self.instance(&of.address)?;
                let span = found.declaration.header();
                if let Some(cidr) = self.argument(&found, "cidr_block", span) {
                    known.insert("cidr_block".into(), cidr);
                }
                if kind == "alicloud_vpc" {
                    known.insert("route_table_id".into(), Value::of(of.address.clone(), "route_table_id"));
                }
                one_block(instance, name, known)
            }
        })
    }

    /// A set argument that is not null.
    fn plain(&self, instance: &Rc<ResourceInstance>, name: &str) -> Option<Value> {
        let span = instance.declaration.header();
        self.argument(instance, name, span).filter(|value| !value.is_null())
    }
}

/// The one element that a data source answers with: these attributes, and others that only the cloud knows.
fn one_block(instance: &ResourceInstance, name: &str, known: BTreeMap<Arc<str>, Value>) -> Value {
    let of = Of { address: instance.address.clone(), attribute: format!("{name}[0]").into() };
    Value::list(vec![Value::object(known).with_hint(Hint::Block(Arc::new(of)))])
}

/// What any data source may have besides its own arguments.
const META: [&str; 4] = ["count", "for_each", "provider", "depends_on"];

/// The attribute under which a transit router's system route table is known; the provider has none for it.
pub const SYSTEM_TABLE: &str = "system_route_table_id";
