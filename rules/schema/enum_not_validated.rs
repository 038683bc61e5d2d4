//! Values that the documentation does not list, where nobody looks before the API does.

use crate::diagnostic::{Severity, nearest};
use crate::network::{About, Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "enum-not-validated",
    category: "schema",
    severity: Severity::Warning,
    page: include_str!("enum_not_validated.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for remark in &network.remarks {
        let About::Unlisted(listed) = &remark.about else { continue };
        let value = match &remark.value {
            Arg::Known(value) => value,
            Arg::Unknown(cause, place) => {
                say.undecided(&remark.thing, cause, *place);
                continue;
            }
            Arg::Absent => continue,
        };
        let message = format!(
            "`{}` of {} is \"{}\", which is none of the documented values: the plan passes, and the API refuses it when it \
             is applied",
            remark.path, remark.thing.address, value.value
        );
        let same = listed.iter().find(|known| known.eq_ignore_ascii_case(&value.value)).map(String::as_str);
        let argument = remark.path.rsplit('.').next().unwrap_or(&remark.path);
        let help = match same.or_else(|| nearest(&value.value, listed.iter().map(String::as_str))) {
            Some(meant) => format!("write {argument} = \"{meant}\""),
            None => format!("write one of {}", listed.join(", ")),
        };
        let finding = say.finding(Severity::Warning, &remark.thing, message).value(value, argument).help(help);
        say.say(finding.key(format!("{}={}", remark.path, value.value)).cause(remark.key()));
    }
}
