//! Values that the documentation spells in a way that the provider refuses.

use crate::diagnostic::Severity;
use crate::network::{About, Arg, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "enum-case-docs-code",
    category: "schema",
    severity: Severity::Error,
    page: include_str!("enum_case_docs_code.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for remark in &network.remarks {
        let About::Misspelt(accepted) = &remark.about else { continue };
        let value = match &remark.value {
            Arg::Known(value) => value,
            Arg::Unknown(cause, place) => {
                say.undecided(&remark.thing, cause, *place);
                continue;
            }
            Arg::Absent => continue,
        };
        let message = format!(
            "`{}` of {} is \"{}\" as the documentation spells it, but the provider accepts only \"{accepted}\": the plan fails",
            remark.path, remark.thing.address, value.value
        );
        let argument = remark.path.rsplit('.').next().unwrap_or(&remark.path);
        let finding = say
            .finding(Severity::Error, &remark.thing, message)
            .value(value, argument)
            .help(format!("write {argument} = \"{accepted}\""));
        say.say(finding.key(&*remark.path).cause(remark.key()));
    }
}
