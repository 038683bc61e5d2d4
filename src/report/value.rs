//! A value as JSON: what is not known is null, and listed beside with its path and cause.

use serde_json::Value as Json;

use crate::eval::{Cause, Kind, Value};

pub fn value(value: &Value) -> (Json, Vec<(String, Cause)>) {
    let mut unknown = Vec::new();
    let shown = show(value, String::new(), &mut unknown);
    (shown, unknown)
}

fn show(value: &Value, path: String, unknown: &mut Vec<(String, Cause)>) -> Json {
    if value.sensitive {
        unknown.push((path, Cause::Sensitive));
        return Json::Null;
    }
    if let Some(text) = value.as_str() {
        return Json::String(text.to_string());
    }
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => Json::Bool(*value),
        Kind::Number(number) => {
            let digits = number.to_string();
            serde_json::from_str(&digits).unwrap_or(Json::String(digits))
        }
        Kind::String(text) => Json::String(text.to_string()),
        Kind::Tuple(items) | Kind::List(items) | Kind::Set(items) => {
            let each = items.iter().enumerate().map(|(at, item)| show(item, format!("{path}[{at}]"), unknown));
            Json::Array(each.collect())
        }
        Kind::Object(fields) | Kind::Map(fields) => {
            let each = fields.iter().map(|(key, field)| (key.to_string(), show(field, step(&path, key), unknown)));
            Json::Object(each.collect())
        }
        Kind::Of(_) | Kind::Text(_) | Kind::Unknown(_) | Kind::Instance(_) | Kind::Module(_) => {
            unknown.push((path, value.cause().unwrap_or(Cause::Failed)));
            Json::Null
        }
    }
}

fn step(path: &str, key: &str) -> String {
    let plain = key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        && key.starts_with(|c: char| c.is_alphabetic() || c == '_');
    match (plain, path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[{}]", Json::String(key.to_owned())),
    }
}
