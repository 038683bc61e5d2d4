//! What Terraform itself answers, and values that only the files of a configuration decide.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use alinet::eval::{Type, type_of};
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
                    } else if shown != *expected {
                        wrong.push(format!("{expression}\n    is {expected}, not {shown}"));
                    }
                }
                (Ok(value), None) => {
                    wrong.push(format!("{expression}\n    is an error, not {}", report::value(&value).0));
                }
                (Err(why), Some(expected)) => {
                    wrong.push(format!("{expression}\n    is {expected}, not an error: {why}"))
                }
                (Err(_), None) => {}
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The type of every value is the one that Terraform gives it.
#[test]
fn expressions_have_the_types_that_terraform_gives() {
    let wrong = common::deep(|| {
        let mut wrong = Vec::new();
        let vectors =
            [include_str!("eval/terraform.jsonl"), include_str!("eval/more.jsonl")].into_iter().flat_map(str::lines);
        for line in vectors {
            let vector: Json = serde_json::from_str(line).unwrap();
            let expression = vector["expr"].as_str().unwrap();
            let (Some(expected), Ok(value)) = (vector["type"].as_str(), evaluate(&Memory::default(), expression))
            else {
                continue;
            };
            let got = written(&type_of(&value));
            if plain(&got) != plain(expected) {
                wrong.push(format!("{expression}\n    is of type {expected}, not {got}"));
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A type without the blanks, quotes and last commas that only lay it out.
fn plain(kind: &str) -> String {
    kind.replace([' ', '"'], "").replace(",)", ")").replace(",]", "]").replace(",}", "}")
}

/// A type as Terraform writes it.
fn written(kind: &Type) -> String {
    let all = |items: Vec<String>| items.join(",");
    match kind {
        Type::Dynamic => "dynamic".into(),
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::List(of) => format!("list({})", written(of)),
        Type::Set(of) => format!("set({})", written(of)),
        Type::Map(of) => format!("map({})", written(of)),
        Type::Tuple(items) => format!("tuple([{}])", all(items.iter().map(written).collect())),
        Type::Object(fields) => {
            let fields = fields.iter().map(|field| format!("{}:{}", field.name, written(&field.kind)));
            format!("object({{{}}})", all(fields.collect()))
        }
    }
}
