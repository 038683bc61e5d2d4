//! Platinum links are paid by traffic, never from a bandwidth plan (semantics 4.10).

use crate::diagnostic::Severity;
use crate::network::{Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "tr-platinum-needs-datatransfer",
    category: "cen",
    severity: Severity::Error,
    page: include_str!("tr_platinum_needs_datatransfer.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for attachment in &network.attachments {
        let Some(peer) = attachment.peer() else { continue };
        let Some(thing) = attachment.thing().filter(|thing| thing.certain) else { continue };
        let link = match &peer.link_type {
            Arg::Known(link) if &*link.value == "Platinum" => link,
            Arg::Unknown(cause, place) => {
                say.undecided(thing, cause, *place);
                continue;
            }
            _ => continue,
        };
        let address = &thing.address;
        let help = "write bandwidth_type = \"DataTransfer\", or default_link_type = \"Gold\"";
        match &peer.bandwidth_type {
            Arg::Known(kind) if &*kind.value == "DataTransfer" => {}
            Arg::Known(kind) => {
                let message = format!(
                    "{address} asks for a Platinum link with bandwidth_type \"{}\": the API grants Platinum only to \
                     connections that are paid by traffic, and refuses this one",
                    kind.value
                );
                let finding = say.finding(Severity::Error, thing, message).value(link, "default_link_type");
                say.say(finding.with_value(thing, kind, "paid from a plan").help(help));
            }
            // What the API takes when nothing is sent is not documented for sure.
            Arg::Absent => {
                let message = format!(
                    "{address} asks for a Platinum link without bandwidth_type = \"DataTransfer\": the API grants Platinum \
                     only to connections that are paid by traffic"
                );
                let finding = say.finding(Severity::Warning, thing, message).value(link, "default_link_type");
                say.say(finding.help(help));
            }
            Arg::Unknown(cause, place) => say.undecided(thing, cause, *place),
        }
    }
}
