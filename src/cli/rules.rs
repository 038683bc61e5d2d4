//! `alinet rules` and `alinet explain`.

use serde::Serialize;

use super::arguments::{EvalFormat, Explain, Rules};
use super::{Failure, print};
use crate::diagnostic::nearest;
use crate::rule;

#[derive(Serialize)]
struct Listed {
    id: &'static str,
    severity: &'static str,
    category: &'static str,
    summary: String,
}

pub fn list(list: &Rules) -> Result<u8, Failure> {
    let listed: Vec<Listed> = rule::every()
        .map(|rule| Listed {
            id: rule.id,
            severity: rule.severity.name(),
            category: rule.category,
            summary: rule.summary().split_whitespace().collect::<Vec<_>>().join(" "),
        })
        .collect();
    match list.format {
        EvalFormat::Json => print(&crate::report::pretty(&listed))?,
        EvalFormat::Human => {
            let width = listed.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            let mut text = String::new();
            for rule in &listed {
                text.push_str(&format!(
                    "{:width$}  {:7}  {:12}  {}\n",
                    rule.id, rule.severity, rule.category, rule.summary
                ));
            }
            print(&text)?;
        }
    }
    Ok(0)
}

pub fn explain(explain: &Explain) -> Result<u8, Failure> {
    match rule::every().find(|rule| rule.id == explain.rule) {
        Some(rule) => {
            print(rule.page)?;
            Ok(0)
        }
        None => Err(unknown(&explain.rule)),
    }
}

/// There is no rule or category of that name; perhaps one that is nearly the same.
pub fn unknown(name: &str) -> Failure {
    match nearest(name, rule::every().flat_map(|rule| [rule.id, rule.category])) {
        Some(near) => Failure(format!("there is no rule or category `{name}`; did you mean `{near}`?")),
        None => Failure(format!("there is no rule or category `{name}`; `alinet rules` lists them")),
    }
}
