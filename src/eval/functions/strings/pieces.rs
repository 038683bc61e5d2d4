//! What do the text functions give when parts of the text are identities?
//!
//! Every function here takes a string, an identity, a text of pieces or an unknown value. It looks only at literals, and
//! answers unknown where the answer would hang on what an identity looks like.

use std::sync::Arc;

use super::{LONGEST, joined, string, too_long};
use crate::eval::functions::{Shape, unknown_because};
use crate::eval::value::{Items, Kind, Of, Piece, Value};

/// Characters that no id, address or prefix has.
const SEPARATORS: [char; 5] = [',', ';', '|', ' ', '\n'];

/// Types of resources whose id is what the cloud made up, and not composed of several.
const PLAIN_IDS: [&str; 12] = [
    "alicloud_cen_instance",
    "alicloud_eip",
    "alicloud_eip_address",
    "alicloud_instance",
    "alicloud_nat_gateway",
    "alicloud_network_acl",
    "alicloud_route_table",
    "alicloud_security_group",
    "alicloud_slb_load_balancer",
    "alicloud_vpc",
    "alicloud_vpn_gateway",
    "alicloud_vswitch",
];

/// Whether the attribute is an id, address or the like, in which no separator occurs.
fn is_word(of: &Of) -> bool {
    let last = of.attribute.rsplit('.').next().unwrap_or_default();
    let last = last.split('[').next().unwrap_or_default();
    let ends = ["_id", "_ids", "_ip", "_ips", "_arn", "_cidr", "cidr_block", "ip_address"];
    matches!(last, "id" | "ids" | "ip" | "arn" | "cidr") || ends.iter().any(|end| last.ends_with(end))
}

/// Whether it is made of letters, digits and hyphens alone.
fn is_plain(of: &Of) -> bool {
    of.attribute.ends_with("_id") || (&*of.attribute == "id" && PLAIN_IDS.contains(&&*of.address.kind))
}

/// Whether no part of such a text can be in what the identity stands for.
fn is_foreign(of: &Of, part: &str) -> bool {
    let outside = |c: char| c.is_ascii_punctuation() && !matches!(c, '-' | '_' | '.');
    !part.is_empty()
        && ((is_word(of) && part.chars().all(|c| SEPARATORS.contains(&c)))
            || (is_plain(of) && part.chars().all(|c| SEPARATORS.contains(&c) || outside(c))))
}

fn all_foreign(pieces: &[Piece], part: &str) -> bool {
    pieces.iter().all(|piece| match piece {
        Piece::Of(of) => is_foreign(of, part),
        Piece::Literal(_) => true,
    })
}

fn known(value: &Value) -> Option<&Arc<str>> {
    value.as_str()
}

pub(super) fn split(separator: &str, value: &Value) -> Value {
    let unknown = || unknown_because(value, Shape::Strings);
    if let Some(text) = known(value) {
        let parts: Vec<Value> = match separator {
            "" => text.chars().map(|c| string(c.to_string())).collect(),
            _ => text.split(separator).map(string).collect(),
        };
        return Value::list(parts);
    }
    let Some(pieces) = value.pieces() else { return unknown() };
    if !all_foreign(&pieces, separator) {
        return unknown();
    }
    let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in pieces {
        let Piece::Literal(text) = &piece else {
            if let Some(last) = parts.last_mut() {
                last.push(piece);
            }
            continue;
        };
        for (at, part) in text.split(separator).enumerate() {
            if at > 0 {
                parts.push(Vec::new());
            }
            if let Some(last) = parts.last_mut() {
                last.push(Piece::Literal(part.into()));
            }
        }
    }
    Kind::List(Items::new(parts.into_iter().map(joined).collect())).into()
}

pub(super) fn replace(value: &Value, old: &str, new: &Value) -> Result<Value, String> {
    let Some(pieces) = value.pieces() else { return Ok(unknown_because(value, Shape::String)) };
    if known(value).is_none() && !all_foreign(&pieces, old) {
        return Ok(unknown_because(value, Shape::String));
    }
    if let (Some(text), Some(new)) = (known(value), known(new)) {
        let count = if old.is_empty() {
            text.chars().count() + 1
        } else {
            memchr::memmem::find_iter(text.as_bytes(), old).count()
        };
        if text.len().saturating_add(count.saturating_mul(new.len())) > LONGEST {
            return Err(too_long());
        }
        return Ok(string(text.replace(old, new)));
    }
    if !pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains(old))) {
        return Ok(value.clone());
    }
    let Some(new) = new.pieces() else { return Ok(unknown_because(new, Shape::String)) };
    let size: usize = new.iter().map(|piece| if let Piece::Literal(text) = piece { text.len() } else { 1 }).sum();
    let mut replaced = Vec::new();
    let mut length = 0_usize;
    for piece in pieces {
        let Piece::Literal(text) = &piece else {
            replaced.push(piece);
            continue;
        };
        length = length.saturating_add(text.len());
        for (at, part) in text.split(old).enumerate() {
            if at > 0 {
                replaced.extend(new.iter().cloned());
                length = length.saturating_add(size);
            }
            replaced.push(Piece::Literal(part.into()));
            if length > LONGEST {
                return Err(too_long());
            }
        }
    }
    Ok(joined(replaced))
}

pub(super) fn starts_with(value: &Value, prefix: &str) -> Value {
    let unknown = unknown_because(value, Shape::Bool);
    if prefix.is_empty() {
        return Value::bool(true);
    }
    if let Some(text) = known(value) {
        return Value::bool(text.starts_with(prefix));
    }
    match value.pieces().as_deref() {
        Some([Piece::Literal(first), ..]) if first.starts_with(prefix) => Value::bool(true),
        Some([Piece::Literal(first), ..]) if !prefix.starts_with(&**first) => Value::bool(false),
        _ => unknown,
    }
}

pub(super) fn ends_with(value: &Value, suffix: &str) -> Value {
    if suffix.is_empty() && !value.is_unknown() {
        return Value::bool(true);
    }
    if let Some(text) = known(value) {
        return Value::bool(text.ends_with(suffix));
    }
    match value.pieces().as_deref() {
        Some([.., Piece::Literal(last)]) if last.ends_with(suffix) => Value::bool(true),
        Some([.., Piece::Literal(last)]) if !suffix.ends_with(&**last) => Value::bool(false),
        _ => unknown_because(value, Shape::Bool),
    }
}

pub(super) fn contains(value: &Value, part: &str) -> Value {
    if let Some(text) = known(value) {
        return Value::bool(text.contains(part));
    }
    let Some(pieces) = value.pieces() else { return unknown_because(value, Shape::Bool) };
    if pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains(part))) || part.is_empty() {
        return Value::bool(true);
    }
    if all_foreign(&pieces, part) {
        return Value::bool(false);
    }
    unknown_because(value, Shape::Bool)
}

pub(super) fn chomp(value: &Value) -> Value {
    trimmed(value, |text| text, |text| text.trim_end_matches(['\r', '\n']), "\n")
}

pub(super) fn trim_space(value: &Value) -> Value {
    trimmed(value, str::trim_start, str::trim_end, " \n")
}

pub(super) fn trim(value: &Value, cut: &str) -> Value {
    let is_cut = |c: char| cut.contains(c);
    trimmed(value, |text| text.trim_start_matches(is_cut), |text| text.trim_end_matches(is_cut), cut)
}

/// Trims the outer literals. An identity that comes to stand at an end is only right there if nothing of it can be cut.
fn trimmed(value: &Value, start: impl Fn(&str) -> &str, end: impl Fn(&str) -> &str, cut: &str) -> Value {
    if let Some(text) = known(value) {
        return string(start(end(text)));
    }
    let Some(mut pieces) = value.pieces() else { return unknown_because(value, Shape::String) };
    let before = pieces.clone();
    if let Some(Piece::Literal(first)) = pieces.first_mut() {
        *first = start(first).into();
    }
    if let Some(Piece::Literal(last)) = pieces.last_mut() {
        *last = end(last).into();
    }
    if pieces == before && matches!((before.first(), before.last()), (Some(Piece::Literal(_)), Some(Piece::Literal(_))))
    {
        return value.clone();
    }
    pieces.retain(|piece| !matches!(piece, Piece::Literal(text) if text.is_empty()));
    let outer = [pieces.first(), pieces.last()].into_iter().flatten();
    let safe = |piece: &Piece| match piece {
        Piece::Of(of) => cut.is_empty() || cut == "\n" || cut == " \n" || is_foreign(of, cut),
        Piece::Literal(_) => true,
    };
    if !outer.into_iter().all(safe) {
        return unknown_because(value, Shape::String);
    }
    if pieces == before { value.clone() } else { joined(pieces) }
}

pub(super) fn trim_prefix(value: &Value, prefix: &str) -> Value {
    if let Some(text) = known(value) {
        return string(text.strip_prefix(prefix).unwrap_or(text));
    }
    match value.pieces() {
        Some(mut pieces) => match pieces.first_mut() {
            _ if prefix.is_empty() => value.clone(),
            Some(Piece::Literal(first)) if first.starts_with(prefix) => {
                *first = first[prefix.len()..].into();
                joined(pieces)
            }
            Some(Piece::Literal(first)) if !prefix.starts_with(&**first) => value.clone(),
            _ => unknown_because(value, Shape::String),
        },
        None => unknown_because(value, Shape::String),
    }
}

pub(super) fn trim_suffix(value: &Value, suffix: &str) -> Value {
    if let Some(text) = known(value) {
        return string(text.strip_suffix(suffix).unwrap_or(text));
    }
    match value.pieces() {
        Some(mut pieces) => match pieces.last_mut() {
            _ if suffix.is_empty() => value.clone(),
            Some(Piece::Literal(last)) if last.ends_with(suffix) => {
                *last = last[..last.len() - suffix.len()].into();
                joined(pieces)
            }
            Some(Piece::Literal(last)) if !suffix.ends_with(&**last) => value.clone(),
            _ => unknown_because(value, Shape::String),
        },
        None => unknown_because(value, Shape::String),
    }
}
