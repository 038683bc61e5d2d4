//! Who may connect VPCs with whose, and who is told when a connection is full? RAM policies and CloudMonitor alarms.

use std::sync::Arc;

use serde_json::Value as Json;

use super::arg::{elements, field, text};
use super::{Arg, Link, Network, Reader, Thing};
use crate::eval::{Cause, Piece, Value};
use crate::source::{Address, Mode};

#[derive(Clone, Debug)]
pub struct Policy {
    pub thing: Thing,
    pub grants: Arg<Grants>,
}

/// What a policy says of peering connections.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Grants {
    /// Lets users ask for peering connections, or accept them.
    pub peering: bool,
    /// Has a condition on the resource directory of the other account.
    pub restricts: bool,
}

#[derive(Clone, Debug)]
pub struct Alarm {
    pub thing: Thing,
    pub project: Arg<Arc<str>>,
    /// The managed resources whose ids it names; unknown where one of its dimensions may be any.
    pub watches: Result<Vec<Arc<Address>>, Cause>,
}

const PEERING: [&str; 2] = ["vpc:createvpcpeerconnection", "vpc:acceptvpcpeerconnection"];
const RESTRICTIONS: [&str; 2] = ["acs:targetrdid", "acs:targetrdpath"];

impl Network {
    pub(super) fn add_governance(&mut self, kind: &str, reader: &Reader<'_, '_>) {
        match kind {
            "alicloud_ram_policy" => {
                let thing = reader.thing.clone();
                self.policies.push(Policy { thing, grants: grants(reader) });
            }
            "alicloud_cms_alarm" => {
                let dimensions = [reader.value("metric_dimensions"), reader.value("dimensions")];
                let watches = dimensions.iter().try_fold(Vec::new(), |mut found, dimension| {
                    found.extend(named(dimension)?);
                    Ok(found)
                });
                self.alarms.push(Alarm { thing: reader.thing.clone(), project: reader.text("project"), watches });
            }
            _ => {}
        }
    }
}

fn grants(reader: &Reader<'_, '_>) -> Arg<Grants> {
    let (name, document) = match reader.value("policy_document") {
        Arg::Absent => ("document", reader.value("document")),
        document => ("policy_document", document),
    };
    let value = match document {
        Arg::Known(value) => value,
        Arg::Unknown(cause, place) => return Arg::Unknown(cause, place),
        Arg::Absent => return written(reader),
    };
    if let Arg::Known(link) = reader.link(name)
        && let Link::Of { address, .. } = &link.value
        && address.mode == Mode::Data
        && &*address.kind == "alicloud_ram_policy_document"
    {
        let instance = reader.evaluator.instance(address);
        let source = instance.as_ref().map(|instance| Reader::new(reader.evaluator, instance));
        return source.map_or(Arg::Unknown(link.value.why_unknown(), Some(link.place)), |source| written(&source));
    }
    let Some(pieces) = value.value.pieces() else {
        return Arg::Unknown(value.value.cause().unwrap_or(Cause::Failed), Some(value.place));
    };
    // What is not known is an id or a name somewhere in it.
    let whole: String = pieces.iter().map(|piece| if let Piece::Literal(text) = piece { text } else { "?" }).collect();
    match serde_json::from_str::<Json>(&whole) {
        Ok(json) => Arg::Known(super::Traced { value: of_json(&json), place: value.place, attribute: value.attribute }),
        Err(_) => Arg::Unknown(Cause::Unsupported("a policy that is no JSON".into()), Some(value.place)),
    }
}

/// The statements of a document that is written as blocks.
fn written(reader: &Reader<'_, '_>) -> Arg<Grants> {
    let blocks = reader.blocks("statement");
    let mut grants = Grants::default();
    let mut unknown = blocks.unknown.clone();
    for block in &blocks.list {
        let mut words = |value: Arg<Value>| match elements(value) {
            Arg::Known(list) => {
                let texts = list.value.into_iter().map(text);
                let texts: Vec<String> = texts.filter_map(|text| Some(text.value()?.to_lowercase())).collect();
                texts
            }
            Arg::Unknown(cause, _) => {
                unknown.get_or_insert(cause);
                Vec::new()
            }
            Arg::Absent => Vec::new(),
        };
        let actions = words(field(&block.fields, "action", block.header));
        let effect = text(field(&block.fields, "effect", block.header));
        let conditions = field(&block.fields, "condition", block.header);
        let keys: Vec<String> = match elements(conditions) {
            Arg::Known(list) => {
                let each =
                    list.value.iter().filter_map(|one| one.value()?.fields()?.get("variable")?.as_str().cloned());
                each.map(|key| key.to_lowercase()).collect()
            }
            _ => Vec::new(),
        };
        let allows = effect.value().is_none_or(|effect| effect.eq_ignore_ascii_case("allow"));
        add(&mut grants, allows, &actions, &keys);
    }
    match unknown {
        Some(cause) => Arg::Unknown(cause, Some(reader.thing.header)),
        None => {
            let header = reader.thing.header;
            Arg::Known(super::Traced { value: grants, place: header, attribute: header })
        }
    }
}

fn of_json(json: &Json) -> Grants {
    let list = |value: &Json| match value {
        Json::Array(items) => items.clone(),
        Json::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let mut grants = Grants::default();
    for statement in json.get("Statement").map(list).unwrap_or_default() {
        let words = |value: Option<&Json>| -> Vec<String> {
            let items = value.map(list).unwrap_or_default();
            items.iter().filter_map(|item| Some(item.as_str()?.to_lowercase())).collect()
        };
        let allows =
            statement.get("Effect").and_then(Json::as_str).is_some_and(|word| word.eq_ignore_ascii_case("allow"));
        let conditions = statement.get("Condition").and_then(Json::as_object);
        let keys: Vec<String> = conditions
            .into_iter()
            .flat_map(|conditions| conditions.values().filter_map(Json::as_object))
            .flat_map(|operands| operands.keys().map(|key| key.to_lowercase()))
            .collect();
        add(&mut grants, allows, &words(statement.get("Action")), &keys);
    }
    grants
}

fn add(grants: &mut Grants, allows: bool, actions: &[String], keys: &[String]) {
    let peering = actions.iter().any(|pattern| PEERING.iter().any(|action| matches(pattern, action)));
    grants.peering |= allows && peering;
    grants.restricts |= keys.iter().any(|key| RESTRICTIONS.contains(&&**key));
}

/// Whether a pattern with `*` covers an action.
fn matches(pattern: &str, action: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| action.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = Some(part);
    }
    match last {
        None => rest.is_empty(),
        Some(last) => last.is_empty() || action.ends_with(last),
    }
}

/// The managed resources that a value names.
fn named(value: &Arg<Value>) -> Result<Vec<Arc<Address>>, Cause> {
    let value = match value {
        Arg::Absent => return Ok(Vec::new()),
        Arg::Unknown(cause, _) => return Err(cause.clone()),
        Arg::Known(value) => &value.value,
    };
    let mut found = Vec::new();
    let mut open = vec![value.clone()];
    while let Some(value) = open.pop() {
        if let Some(fields) = value.fields() {
            open.extend(fields.values().cloned());
            continue;
        }
        let pieces = value.pieces().ok_or_else(|| value.cause().unwrap_or(Cause::Failed))?;
        for piece in pieces {
            match piece {
                Piece::Literal(_) => {}
                Piece::Of(of) if of.address.mode == Mode::Managed => found.push(of.address.clone()),
                Piece::Of(of) => return Err(Cause::Data(of.address.clone())),
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_actions() {
        let create = PEERING[0];
        for pattern in ["*", "vpc:*", "vpc:*vpcpeerconnection", "vpc:create*", create, "vpc:create*connection"] {
            assert!(matches(pattern, create), "{pattern}");
        }
        for pattern in ["", "ecs:*", "vpc:describe*", "vpc:create", "vpc:*vpc", "vpc:*peerconnections"] {
            assert!(!matches(pattern, create), "{pattern}");
        }
    }

    #[test]
    fn documents() {
        let read = |text: &str| of_json(&serde_json::from_str(text).unwrap_or_default());
        let allow = r#"{"Statement": {"Effect": "Allow", "Action": "vpc:*", "Resource": "*"}}"#;
        assert_eq!(read(allow), Grants { peering: true, restricts: false });
        let deny = r#"{"Statement": [{"Effect": "Deny", "Action": ["vpc:CreateVpcPeerConnection"],
            "Condition": {"StringNotEquals": {"acs:TargetRDId": ["rd-1"]}}}]}"#;
        assert_eq!(read(deny), Grants { peering: false, restricts: true });
        assert_eq!(read("[]"), Grants::default());
    }
}
