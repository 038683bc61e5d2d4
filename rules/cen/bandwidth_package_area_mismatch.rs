//! A bandwidth plan serves two areas, and the regions of a connection lie in them (semantics 4.12).

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::facts::{self, CenArea, Confidence};
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "bandwidth-package-area-mismatch",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("bandwidth_package_area_mismatch.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for attachment in &network.attachments {
        let (Some(peer), Some(thing)) = (attachment.peer(), attachment.thing()) else { continue };
        let Some(package) = peer.package.value().and_then(|link| network.package_of(link)) else { continue };
        if !thing.certain || !package.thing.certain {
            continue;
        }
        let near = attachment.router.value().map(|&router| &network.router(router).region);
        let far = match &peer.peer_region {
            Arg::Absent => peer.peer.value().map(|&router| &network.router(router).region),
            region => Some(region),
        };
        let unknown = [near, far].into_iter().flatten().chain(&package.areas).find_map(Arg::cause);
        if let Some(cause) = unknown {
            say.undecided(thing, cause, None);
            continue;
        }
        let (Some(near), Some(far)) = (near.and_then(Arg::value), far.and_then(Arg::value)) else { continue };
        let [Some(a), Some(b)] = package.areas.each_ref().map(|area| area.known()) else { continue };
        let [Some(own), Some(other)] = [near, far].map(|region| area(region)) else {
            say.undecided(thing, &Cause::Unsupported("a region whose area is not in its table".into()), None);
            continue;
        };
        let [Some(x), Some(y)] = [a, b].map(|area| CenArea::parse(&area.value)) else { continue };
        if (own, other) == (x, y) || (own, other) == (y, x) {
            continue;
        }
        let message = format!(
            "{} joins {near} ({}) and {far} ({}), but {} is a bandwidth plan between {} and {}: the API refuses it",
            thing.address,
            name(own),
            name(other),
            package.thing.address,
            a.value,
            b.value
        );
        let mut finding = say
            .finding(Severity::Error, thing, message)
            .with_value(&package.thing, a, format!("one area of the plan is {}", a.value))
            .with_value(&package.thing, b, format!("the other one is {}", b.value))
            .help(format!(
                "use a plan with geographic_region_a_id = \"{}\" and geographic_region_b_id = \"{}\", or \
                 bandwidth_type = \"DataTransfer\", which needs none",
                name(own),
                name(other)
            ));
        if let Some(link) = peer.package.known() {
            finding = finding.at(link.place);
        }
        say.say(finding);
    }
}

fn area(region: &str) -> Option<CenArea> {
    let region = facts::region(region)?;
    (region.cen_area_confidence == Confidence::High && region.confidence != Confidence::Low).then_some(region.cen_area)
}

fn name(area: CenArea) -> &'static str {
    match area {
        CenArea::China => "China",
        CenArea::AsiaPacific => "Asia-Pacific",
        CenArea::NorthAmerica => "North-America",
        CenArea::Europe => "Europe",
        CenArea::Australia => "Australia",
        CenArea::MiddleEast => "Middle-East",
    }
}
