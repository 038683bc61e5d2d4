//! A border router on an Express Connect router speaks BGP with that router's number (semantics 6.2).

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::network::{EXPRESS_ROUTER, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vbr-bgp-asn-mismatch",
    category: "express-connect",
    severity: Severity::Error,
    page: include_str!("vbr_bgp_asn_mismatch.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    let routers: HashMap<_, _> = network.express.routers.iter().map(|router| (&router.thing.address, router)).collect();
    let mut children: HashMap<_, Vec<_>> = HashMap::new();
    for child in network.express.borders.iter().filter(|child| child.thing.certain) {
        if let Some(border) = child.border.value() {
            children.entry(border).or_default().push(child);
        }
    }
    for group in network.borders.groups.iter().filter(|group| group.thing.certain) {
        let Some(border) = group.border.value() else { continue };
        for child in children.get(border).into_iter().flatten() {
            let address = child.express.value().and_then(|link| link.managed(EXPRESS_ROUTER, &["id"]));
            let Some(router) = address.and_then(|address| routers.get(address)) else { continue };
            if let Some(cause) = group.local_asn.cause().or(router.asn.cause()) {
                say.undecided(&group.thing, cause, None);
                continue;
            }
            // Without a number of its own the group takes the router's.
            let (Some(own), Some(wanted)) = (group.local_asn.known(), router.asn.known()) else { continue };
            if own.value == wanted.value || !router.thing.certain {
                continue;
            }
            let message = format!(
                "{} speaks BGP as AS {}, and {}, to which {} adds {}, is AS {}: the session with the other side does not \
                 come up",
                group.thing.address,
                own.value,
                router.thing.address,
                child.thing.address,
                border.shown(),
                wanted.value
            );
            let mut finding = say
                .finding(Severity::Error, &group.thing, message)
                .value(own, "local_asn")
                .with_value(&router.thing, wanted, "alibaba_side_asn")
                .with(&child.thing, "puts the border router on the Express Connect router")
                .help(format!("write local_asn = {}.alibaba_side_asn, or leave it out", router.thing.address));
            if let Some(border) = network.border_of(&group.border) {
                finding = finding.with(&border.thing, "the border router");
            }
            say.say(finding);
        }
    }
}
