//! A CEN has one transit router in a region (semantics 4.1).

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::network::{Link, Network, Thing};
use crate::rule::{Rule, Say};
use crate::source::ModulePath;

pub const RULE: Rule = Rule {
    id: "tr-duplicate-per-region",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_duplicate_per_region.md"),
    absorbs: &["quota-exceeded"],
    check,
};

/// Where a router is: in a region, or wherever a provider is.
#[derive(PartialEq, Eq, Hash)]
enum Place {
    Region(Arc<str>),
    Provider(ModulePath, Arc<str>),
}

fn check(network: &Network, say: &mut Say<'_>) {
    let mut first: HashMap<(&Link, Place), &Thing> = HashMap::new();
    for router in &network.routers {
        let Some(thing) = router.node.thing() else { continue };
        let cen = match (router.cen.known(), router.cen.cause()) {
            (Some(cen), _) => cen,
            (None, Some(cause)) => {
                say.undecided(thing, cause, None);
                continue;
            }
            _ => continue,
        };
        if !thing.certain {
            continue;
        }
        let place = match router.region.value() {
            Some(region) => Place::Region(region.clone()),
            // Two resources of one provider are in one region, whichever it is.
            None => Place::Provider(thing.provider.module.clone(), thing.provider.alias.clone()),
        };
        let before = match first.entry((&cen.value, place)) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(thing);
                continue;
            }
            std::collections::hash_map::Entry::Occupied(taken) => *taken.get(),
        };
        let region = match router.region.value() {
            Some(region) => format!("in {region}"),
            None => "in the region of its provider".into(),
        };
        let message = format!(
            "{} is the second transit router of {} {region}, after {}: the API refuses it, since a CEN has one per region",
            thing.address,
            cen.value.shown(),
            before.address
        );
        let finding = say
            .finding(Severity::Error, thing, message)
            .with(before, "the first transit router of this CEN in this region")
            .help(format!(
                "attach everything to {} and separate it with route tables, or give {} a CEN or a provider region of its own",
                before.address, thing.address
            ));
        say.say(match cen.value.managed("alicloud_cen_instance", &["id"]).and_then(|address| network.thing(address)) {
            Some(cen) => finding.with(cen, "the CEN"),
            None => finding,
        });
    }
}
