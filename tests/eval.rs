//! What Terraform itself answers, and values that only the files of a configuration decide.

mod common;

use alinet::report;
use common::{Memory, evaluate};
use serde_json::Value as Json;

/// Every expression of the vectors has the value that Terraform gives it, or is an error where Terraform fails.
#[test]
fn expressions_have_the_values_that_terraform_gives() {
    let wrong = common::deep(|| {
        let mut wrong = Vec::new();
        let vectors =
            [include_str!("eval/terraform.jsonl"), include_str!("eval/more.jsonl")].into_iter().flat_map(str::lines);
        for line in vectors {
            let vector: Json = serde_json::from_str(line).unwrap();
            let expression = vector["expr"].as_str().unwrap();
            let got = evaluate(&Memory::default(), expression);
            match (got, vector.get("value")) {
                (Ok(value), Some(expected)) => {
                    let (shown, unknown) = report::value(&value);
                    if !unknown.is_empty() {
                        wrong.push(format!("{expression}\n    is unknown: {}", unknown[0].1.sentence()));
                    } else if shown.to_string() != expected.to_string() && shown != *expected {
                        wrong.push(format!("{expression}\n    is {expected}, not {shown}"));
                    }
                }
                (Ok(value), None) => {
                    wrong.push(format!("{expression}\n    is an error, not {}", report::value(&value).0));
                }
                (Err(why), Some(expected)) => wrong.push(format!("{expression}\n    is {expected}, not an error: {why}")),
                (Err(_), None) => {}
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
