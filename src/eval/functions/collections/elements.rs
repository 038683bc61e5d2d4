//! What is in a collection: its elements when they are known, and whether something is among them.

use std::collections::HashSet;

use crate::eval::value::{Fields, Items, Kind, MOST_COMPARISONS, Value, equal};

/// The elements of a list, tuple or set; nothing when they are not known.
pub(in super::super) fn elements<'a>(value: &'a Value, wanted: &str) -> Result<Option<&'a Items>, String> {
    match (&value.kind, value.items()) {
        (_, Some(items)) => Ok(Some(items)),
        (Kind::Unknown(_) | Kind::Of(_), _) => Ok(None),
        _ => Err(format!("{wanted} is required, not {}", value.type_name())),
    }
}

/// The same, for functions that need an order.
pub(in super::super) fn ordered<'a>(value: &'a Value, wanted: &str) -> Result<Option<&'a Items>, String> {
    match &value.kind {
        Kind::Set(_) => Err(format!("{wanted} is required, not set; convert it with `tolist`")),
        _ => elements(value, wanted),
    }
}

/// The elements of a map or object; nothing when they are not known.
pub(in super::super) fn entries<'a>(value: &'a Value, wanted: &str) -> Result<Option<&'a Fields>, String> {
    match (&value.kind, value.fields()) {
        (_, Some(fields)) => Ok(Some(fields)),
        (Kind::Unknown(_) | Kind::Of(_) | Kind::Instance(_) | Kind::Module(_), _) => Ok(None),
        _ => Err(format!("{wanted} is required, not {}", value.type_name())),
    }
}

/// A list where there was a list, a tuple where there was a tuple.
pub(in super::super) fn like(value: &Value, items: Vec<Value>) -> Value {
    match value.kind {
        Kind::Tuple(_) => Value::tuple(items),
        _ => Value::list(items),
    }
}

/// The elements of a collection, to be asked for others.
pub(in super::super) struct Members<'a> {
    texts: HashSet<&'a str>,
    others: Vec<&'a Value>,
}

impl<'a> Members<'a> {
    pub(in super::super) fn of(items: &'a [Value]) -> Members<'a> {
        let texts = items.iter().filter_map(|item| item.as_str().map(|text| &**text)).collect();
        // Any one text stands for all where a value is of another type.
        let first = items.iter().position(|item| item.as_str().is_some());
        let stays = |at: usize, item: &Value| item.as_str().is_none() || first == Some(at);
        let others = items.iter().enumerate().filter(|(at, item)| stays(*at, item)).map(|(_, item)| item).collect();
        Members { texts, others }
    }

    /// Whether so many values are too many to ask for, because each is compared with all that cannot be looked up.
    pub(in super::super) fn are_too_many_for(&self, count: usize) -> bool {
        self.others.len().saturating_mul(count) > MOST_COMPARISONS
    }

    /// Whether the value is among them; nothing when that depends on what is not known.
    pub(in super::super) fn contain(&self, value: &Value) -> Option<bool> {
        if value.as_str().is_some_and(|text| self.texts.contains(&**text)) {
            return Some(true);
        }
        let may_be = |text: &&str| equal(value, &Value::string(*text)).is_none();
        let partly = matches!(value.kind, Kind::Text(_)) && self.texts.iter().any(may_be);
        let mut answer = if partly { None } else { Some(false) };
        for other in &self.others {
            match equal(value, other) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => answer = None,
            }
        }
        answer
    }
}
