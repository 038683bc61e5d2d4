//! A route map that denies without a condition denies every route (semantics 4.17).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-map-deny-all",
    category: "cen",
    severity: Severity::Warning,
    page: include_str!("route_map_deny_all.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for map in network.route_maps.iter().filter(|map| map.thing.certain && !map.conditional && !map.thing.incomplete) {
        let result = match &map.result {
            Arg::Known(result) if result.value.eq_ignore_ascii_case("deny") => result,
            Arg::Unknown(cause, place) => {
                say.undecided(&map.thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        let which = match map.direction.value().map(|direction| &**direction) {
            Some("RegionIn") => "that the region receives",
            Some("RegionOut") => "that the region tells to others",
            _ => "in its direction",
        };
        let table = map.table.value().map(|&table| format!(" of {}", network.router_table_name(table)));
        let message = format!(
            "{} denies every route{} {which}, since it has no condition: nothing is reached over them",
            map.thing.address,
            table.unwrap_or_default()
        );
        let finding = say
            .finding(Severity::Warning, &map.thing, message)
            .value(result, "map_result")
            .help("say which routes are meant, for instance with destination_cidr_blocks and cidr_match_mode");
        say.say(finding);
    }
}
