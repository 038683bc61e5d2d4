//! What are the digests of a text?

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::strings::excerpt;
use super::{Function, Shape, takes, text};
use crate::eval::types::Lookup;
use crate::eval::value::Value;

const STRING: &[super::Parameter] = &[takes(Shape::String)];

const fn digest(name: &'static str, body: fn(&[Value], &dyn Lookup) -> Result<Value, String>) -> Function {
    Function { name, parameters: STRING, rest: None, returns: Shape::String, body }
}

pub const FUNCTIONS: &[Function] = &[
    digest("base64sha256", |arguments, _| Ok(base64(&Sha256::digest(text(&arguments[0]))))),
    digest("base64sha512", |arguments, _| Ok(base64(&Sha512::digest(text(&arguments[0]))))),
    digest("md5", |arguments, _| Ok(hex(&Md5::digest(text(&arguments[0]))))),
    digest("sha1", |arguments, _| Ok(hex(&Sha1::digest(text(&arguments[0]))))),
    digest("sha256", |arguments, _| Ok(hex(&Sha256::digest(text(&arguments[0]))))),
    digest("sha512", |arguments, _| Ok(hex(&Sha512::digest(text(&arguments[0]))))),
    Function {
        name: "uuidv5",
        parameters: &[takes(Shape::String), takes(Shape::String)],
        rest: None,
        returns: Shape::String,
        body: |arguments, _| uuidv5(text(&arguments[0]), text(&arguments[1])),
    },
];

fn base64(bytes: &[u8]) -> Value {
    Value::string(STANDARD.encode(bytes))
}

fn hex(bytes: &[u8]) -> Value {
    Value::string(digits(bytes))
}

fn digits(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The UUID of a name in a namespace, which is one of four words or itself a UUID.
fn uuidv5(namespace: &str, name: &str) -> Result<Value, String> {
    let well_known = |last: u8| 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8_u128 + (u128::from(last) << 96);
    let namespace = match namespace {
        "dns" => well_known(0),
        "url" => well_known(1),
        "oid" => well_known(2),
        "x500" => well_known(4),
        other => uuid(other).ok_or_else(|| format!("{} is not a UUID, nor dns, url, oid or x500", excerpt(other)))?,
    };
    let hashed = Sha1::new().chain_update(namespace.to_be_bytes()).chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hashed[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = digits(&bytes);
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Ok(Value::string(parts.join("-")))
}

fn uuid(text: &str) -> Option<u128> {
    let bare = match text.len() {
        45 if text.get(..9)?.eq_ignore_ascii_case("urn:uuid:") => text.get(9..)?,
        // Whatever stands around it, as long as it is one character on each side.
        38 => text.get(1..37)?,
        32 | 36 => text,
        _ => return None,
    };
    let hex: String = match bare.len() {
        36 => {
            if [8, 13, 18, 23].iter().any(|at| bare.as_bytes()[*at] != b'-') {
                return None;
            }
            bare.char_indices().filter(|(at, _)| ![8, 13, 18, 23].contains(at)).map(|(_, c)| c).collect()
        }
        _ => bare.to_owned(),
    };
    let valid = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| u128::from_str_radix(&hex, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_namespace() {
        let given = uuidv5("dns", "www.terraform.io").map(|value| value.as_str().map(|text| text.to_string()));
        assert_eq!(given, Ok(Some("a5008fae-b28c-5ba5-96cd-82b4c53552d6".into())));
        assert!(uuidv5("no", "x").is_err());
    }

    #[test]
    fn digests() {
        let md5 = (FUNCTIONS[2].body)(&[Value::string("hello world")], &crate::eval::types::NoLookup);
        assert_eq!(
            md5.ok().and_then(|value| value.as_str().cloned()).as_deref(),
            Some("5eb63bbbe01eeed093cb22bb8f5acdc3")
        );
    }
}
