//! Which value does a YAML scalar have?

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::tokens::Style;
use super::{Failure, wrong};
use crate::eval::functions::dates::Instant;
use crate::eval::functions::strings::{excerpt, string};
use crate::eval::number::Number;
use crate::eval::value::{Kind, Value};

const PREFIX: &str = "tag:yaml.org,2002:";

/// The value of a scalar with its tag in long form; an empty one when it has none.
pub(super) fn resolve(tag: &str, text: &str, style: Style) -> Result<Value, Failure> {
    let short = match tag.strip_prefix(PREFIX) {
        _ if tag.is_empty() => "",
        Some(short @ ("str" | "bool" | "int" | "float" | "null" | "timestamp" | "binary")) => short,
        _ => return wrong(format!("the tag {} is not supported", excerpt(tag))),
    };
    if matches!(short, "str" | "binary") {
        let compact = text.replace(['\r', '\n'], "");
        if short == "binary" && STANDARD.decode(compact).is_err() {
            return wrong("the binary data is not base64");
        }
        return Ok(string(text));
    }
    let first = text.chars().next();
    let is_hint = first.is_none_or(|c| c.is_ascii_digit() || "+-.yYnNtTfFoO~".contains(c));
    if is_hint {
        if style == Style::Quoted {
            return Ok(string(text));
        }
        if let Some(word) = word(text) {
            return word;
        }
        if short.is_empty() && matches!(text, ".nan" | ".NaN" | ".NAN") {
            return wrong("there is no number for NaN");
        }
        if first == Some('.')
            && let Some(number) = Number::parse(text)
        {
            return Ok(Value::number(number));
        }
        if first.is_some_and(|c| c.is_ascii_digit() || c == '+' || c == '-') {
            if matches!(short, "" | "timestamp")
                && let Some(time) = time(text)
            {
                return Ok(time);
            }
            if is_integer(text) || is_decimal(text) {
                return number(text);
            }
        }
    }
    match short {
        "" => Ok(string(text)),
        "null" => Ok(Value::null()),
        "int" | "float" => number(text),
        "timestamp" => time(text).map_or_else(|| wrong(format!("{} is not a time", excerpt(text))), Ok),
        _ => match word(text) {
            Some(Ok(Value { kind: Kind::Bool(flag), .. })) => Ok(Value::bool(flag)),
            _ => wrong(format!("{} is not a bool", excerpt(text))),
        },
    }
}

fn word(text: &str) -> Option<Result<Value, Failure>> {
    Some(Ok(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::null(),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Some(Err(Failure::Beyond("infinite numbers")));
        }
        _ => return None,
    }))
}

fn time(text: &str) -> Option<Value> {
    let starts = text.len() > 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit()) && text.as_bytes()[4] == b'-';
    starts.then(|| Instant::parse_yaml(text)).flatten().map(|time| Value::string(time.to_string()))
}

fn all(text: &str, is: impl Fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.as_bytes().iter().all(is)
}

fn is_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    all(unsigned, u8::is_ascii_digit)
        || text.strip_prefix("0o").is_some_and(|octal| all(octal, |byte| (b'0'..=b'7').contains(byte)))
        || text.strip_prefix("0x").is_some_and(|hex| all(hex, u8::is_ascii_hexdigit))
}

/// Digits with a point somewhere, perhaps with an exponent.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent =
        exponent.is_none_or(|exponent| all(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), u8::is_ascii_digit));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    exponent && digits(whole) && digits(fraction) && (!whole.is_empty() || !fraction.is_empty())
}

/// A decimal number, or a whole one with the prefix of its base; underscores between digits say nothing.
fn number(text: &str) -> Result<Value, Failure> {
    let plain = text.replace('_', "");
    if is_decimal(&plain) {
        // A decimal that is not read has an exponent of a size that Terraform may still accept.
        return Number::parse(&plain).map(Value::number).ok_or(Failure::Beyond("numbers this large"));
    }
    let (negative, unsigned) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let based = |prefixes: [&str; 2], base: u32| {
        let digits = prefixes.iter().find_map(|prefix| unsigned.strip_prefix(prefix))?;
        // No further sign may stand here.
        digits.starts_with(|c: char| c.is_digit(base)).then(|| u64::from_str_radix(digits, base).ok()).flatten()
    };
    let value = based(["0x", "0X"], 16).or_else(|| based(["0o", "0O"], 8)).or_else(|| based(["0b", "0B"], 2));
    match value {
        Some(value) if !negative => Ok(Value::number(value)),
        Some(value) if value <= 1 << 63 => Ok(Value::number(Number::from(value).neg())),
        _ if plain.eq_ignore_ascii_case("inf") || plain.contains(['p', 'P']) => Err(Failure::Beyond("such numbers")),
        _ => wrong(format!("{} is not a number", excerpt(text))),
    }
}
