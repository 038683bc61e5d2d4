//! A table that takes in no routes cannot be given those of a transit router (semantics 2.7, 4.8).

use crate::diagnostic::Severity;
use crate::network::{Arg, AttachmentKind, Network, TableNode};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "route-propagation-off-with-sync",
    category: "routing",
    severity: Severity::Error,
    page: include_str!("route_propagation_off_with_sync.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for attachment in &network.attachments {
        let AttachmentKind::Vpc(attached) = &attachment.kind else { continue };
        let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { continue };
        let Some(&vpc) = attached.vpc.value() else { continue };
        let publish = match &attachment.publish {
            Arg::Known(publish) if publish.value => Ok(publish),
            Arg::Unknown(cause, place) => Err((cause, *place)),
            _ => continue,
        };
        for &id in &network.vpc(vpc).tables {
            let table = network.table(id);
            let (owner, name) = match &table.node {
                TableNode::Custom(thing) => (thing, "route_propagation_enable"),
                TableNode::System => match network.vpc(vpc).thing() {
                    Some(thing) => (thing, "system_route_table_route_propagation_enable"),
                    None => continue,
                },
                TableNode::External(_) => continue,
            };
            if !owner.certain || table.is_gateway() != Some(false) {
                continue;
            }
            let (receives, publish) = match (&table.receives, &publish) {
                (Arg::Known(receives), Ok(publish)) if !receives.value => (receives, publish),
                (Arg::Known(receives), Err((cause, place))) if !receives.value => {
                    say.undecided(owner, cause, *place);
                    continue;
                }
                (Arg::Unknown(cause, place), Ok(_)) => {
                    say.undecided(owner, cause, *place);
                    continue;
                }
                _ => continue,
            };
            let message = format!(
                "{} takes in no routes ({name} = false), but {} has auto_publish_route_enabled = true: the transit router \
                 cannot write its routes there, and the API refuses one of the two",
                network.table_name(id),
                thing.address
            );
            let finding = say
                .finding(Severity::Error, owner, message)
                .value(receives, name)
                .with_value(thing, publish, "route sync is on here")
                .help(format!("remove {name}, or turn auto_publish_route_enabled off and write the routes yourself"));
            say.say(finding.key(name));
        }
    }
}
