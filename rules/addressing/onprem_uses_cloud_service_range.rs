//! The customer's side keeps clear of the range in which cloud services live (semantics 5.1).

use crate::diagnostic::Severity;
use crate::facts;
use crate::network::{CustomerBlock, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "onprem-uses-cloud-service-range",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("onprem_uses_cloud_service_range.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for block in &network.customer_blocks {
        match block.cidr.cause() {
            Some(cause) => say.undecided(&block.thing, cause, None),
            None if block.thing.certain => judge(say, block),
            None => {}
        }
    }
}

fn judge(say: &mut Say<'_>, block: &CustomerBlock) {
    let Some(known) = block.cidr.known() else { return };
    let (Some(net), Some(range)) = (known.value.v4(), facts::cloud_services()) else { return };
    // What is larger than any network selects traffic; it does not say what addresses the customer has.
    if !range.overlaps(&net) || net.prefix_len() < 8 {
        return;
    }
    let (severity, effect) = match range.cidr.contains(&net) {
        true => (Severity::Error, "OSS, SLS and other cloud services at these addresses cannot be reached"),
        false => (Severity::Warning, "the part of it that cloud services use cannot be reached"),
    };
    let message = format!(
        "{} of {} is {}, which overlaps {}, where cloud services live: {effect}",
        block.argument, block.thing.address, known.value.text, range.cidr
    );
    let finding = say
        .finding(severity, &block.thing, message)
        .value(known, block.argument)
        .key(known.value.text.to_string())
        .help(format!(
            "give the customer's side addresses outside {}, or reach the services through PrivateLink endpoints, which have \
             addresses of a VPC",
            range.cidr
        ));
    say.say(finding);
}
