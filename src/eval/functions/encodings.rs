//! What does a value look like in another notation, and which value does a text in one stand for?

pub(super) mod json;
mod table;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::strings::{LONGEST, excerpt, string, too_long};
use super::{Function, Shape, open_nullable, takes, text, unknown_because};
use crate::eval::types::Lookup;
use crate::eval::value::{Cause, Value};

const STRING: super::Parameter = takes(Shape::String);

/// Bits that the last character has too many are ignored, as Go does.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

const fn function(
    name: &'static str,
    parameters: &'static [super::Parameter],
    returns: Shape,
    body: fn(&[Value], &dyn Lookup) -> Result<Value, String>,
) -> Function {
    Function { name, parameters, rest: None, returns, body }
}

pub const FUNCTIONS: &[Function] = &[
    function("base64decode", &[STRING], Shape::String, |arguments, _| {
        let bytes = decode(text(&arguments[0]))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(string(text)),
            Err(_) => Err("what is encoded is not UTF-8".into()),
        }
    }),
    function("base64encode", &[STRING], Shape::String, |arguments, _| encode(text(&arguments[0]).as_bytes())),
    function("base64gzip", &[STRING], Shape::String, |_, _| {
        let cause = Cause::Unsupported("gzip, whose bytes may differ between versions".into());
        Ok(Value::unknown_of(cause, Shape::String.to_type()))
    }),
    function("csvdecode", &[STRING], Shape::List, |arguments, _| table::decode(text(&arguments[0]))),
    function("jsondecode", &[STRING], Shape::Any, |arguments, _| json::decode(text(&arguments[0]))),
    function("jsonencode", &[open_nullable(Shape::Any)], Shape::String, |arguments, _| {
        if !arguments[0].is_wholly_known() {
            return Ok(unknown_because(&arguments[0], Shape::String));
        }
        json::print(&arguments[0]).map(string)
    }),
    function("textdecodebase64", &[STRING, STRING], Shape::String, |arguments, _| {
        decode_text(text(&arguments[0]), text(&arguments[1]))
    }),
    function("textencodebase64", &[STRING, STRING], Shape::String, |arguments, _| {
        encode_text(text(&arguments[0]), text(&arguments[1]))
    }),
    function("urlencode", &[STRING], Shape::String, |arguments, _| url(text(&arguments[0]))),
];

fn decode(encoded: &str) -> Result<Vec<u8>, String> {
    let compact: Vec<u8> = encoded.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    BASE64.decode(compact).map_err(|_| "the text is not base64".into())
}

fn encode(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() > LONGEST {
        return Err(too_long());
    }
    Ok(Value::string(BASE64.encode(bytes)))
}

fn url(text: &str) -> Result<Value, String> {
    if text.len() > LONGEST / 3 {
        return Err(too_long());
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Value::string(encoded))
}

enum Charset {
    Utf8,
    Utf16 {
        little: bool,
    },
    /// With a byte order mark.
    Utf16Marked,
    Latin1,
}

fn charset(name: &str) -> Option<Charset> {
    match name.to_ascii_lowercase().as_str() {
        "utf-8" => Some(Charset::Utf8),
        "utf-16" => Some(Charset::Utf16Marked),
        "utf-16be" => Some(Charset::Utf16 { little: false }),
        "utf-16le" => Some(Charset::Utf16 { little: true }),
        "iso-8859-1" | "latin1" => Some(Charset::Latin1),
        _ => None,
    }
}

fn other_charset(name: &str) -> Value {
    Value::unknown_of(Cause::Unsupported(format!("the encoding {}", excerpt(name)).into()), Shape::String.to_type())
}

fn encode_text(text: &str, name: &str) -> Result<Value, String> {
    let Some(charset) = charset(name) else { return Ok(other_charset(name)) };
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    match charset {
        Charset::Utf8 => encode(text.as_bytes()),
        Charset::Utf16 { little: true } => encode(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        Charset::Utf16 { little: false } => encode(&big(text)),
        Charset::Utf16Marked => encode(&[vec![0xfe, 0xff], big(text)].concat()),
        Charset::Latin1 => {
            let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
            encode(&bytes.ok_or("the text has characters that are not in ISO-8859-1")?)
        }
    }
}

fn decode_text(encoded: &str, name: &str) -> Result<Value, String> {
    let Some(charset) = charset(name) else { return Ok(other_charset(name)) };
    let bytes = decode(encoded)?;
    let wide = |bytes: &[u8], little: bool| {
        if !bytes.len().is_multiple_of(2) {
            return None;
        }
        let units = bytes.chunks_exact(2).map(|pair| {
            if little { u16::from_le_bytes([pair[0], pair[1]]) } else { u16::from_be_bytes([pair[0], pair[1]]) }
        });
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    let decoded = match charset {
        Charset::Utf8 => String::from_utf8(bytes).ok(),
        Charset::Utf16 { little } => wide(&bytes, little),
        Charset::Utf16Marked => match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => wide(rest, true),
            [0xfe, 0xff, rest @ ..] => wide(rest, false),
            rest => wide(rest, false),
        },
        Charset::Latin1 => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
    };
    match decoded.filter(|text| !text.contains('\u{fffd}')) {
        Some(text) => Ok(string(text)),
        None => Err(format!("what is encoded is not {}", excerpt(name))),
    }
}

#[cfg(test)]
mod tests;
