//! The shape of `alinet.toml` as a JSON schema, for editors.

use serde_json::{Value, json};

use crate::facts;

/// The schema, with the rules and categories that there are.
pub fn schema(names: &[&str]) -> Value {
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    let rules = json!({ "type": "array", "items": { "enum": names } });
    let severity = json!({
        "type": "object",
        "propertyNames": { "enum": names },
        "additionalProperties": { "enum": ["error", "warning", "note"] }
    });
    let described = |schema: &Value, text: &str| {
        let mut schema = schema.clone();
        schema["description"] = text.into();
        schema
    };
    let quotas: Vec<&str> = facts::quotas()
        .iter()
        .filter(|quota| quota.kind == facts::QuotaKind::Quota && quota.adjustable != Some(false))
        .map(|quota| &*quota.id)
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "alinet.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "select": described(&rules, "Only these rules or categories."),
            "ignore": described(&rules, "Not these rules or categories."),
            "exclude": described(&strings, "Globs of what is not looked at, relative to this file."),
            "var-files": described(&strings, "Files of variable values for every root."),
            "severity": described(&severity, "Another severity for a rule or category."),
            "paths": {
                "description": "Other settings for some paths, on top of the general ones.",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["files"],
                    "properties": {
                        "files": described(&strings, "Globs of files or folders."),
                        "select": rules,
                        "ignore": rules,
                        "severity": severity
                    }
                }
            },
            "roots": {
                "description": "Settings of roots, by globs of their folders.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["var-files"],
                    "properties": { "var-files": described(&strings, "Files of variable values.") }
                }
            },
            "quotas": {
                "description": "Quotas that were raised for the account.",
                "type": "object",
                "propertyNames": { "enum": quotas },
                "additionalProperties": { "type": "integer", "minimum": 0 }
            },
            "external": {
                "description": "Networks that are not in the files; their routes stay unknown.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "vpc": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": ["id", "cidrs"],
                            "properties": {
                                "id": { "type": "string", "pattern": "^vpc-", "description": "The id in the cloud, such as vpc-bp1..." },
                                "cidrs": {
                                    "type": "array",
                                    "items": { "type": "string" },
                                    "minItems": 1,
                                    "description": "All its blocks."
                                },
                                "region": { "type": "string" },
                                "account": { "type": "string", "description": "A uid, or a name in [accounts]." }
                            }
                        }
                    }
                }
            },
            "accounts": {
                "description": "Accounts, and the providers that act in them where the files do not say so.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["uid"],
                    "properties": {
                        "uid": { "type": "string", "pattern": "^[0-9]+$" },
                        "providers": described(&strings, "Such as \"alicloud.network\".")
                    }
                }
            }
        }
    })
}

/// Every word in quotes or before `=`, so that a test can take them for names of rules.
#[cfg(test)]
pub(super) fn names_in(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect()
}
