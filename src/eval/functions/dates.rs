//! What do the functions over times give?
//!
//! Times are RFC 3339 text. `timecmp` reads them as loosely as Go's own parser does; the others are strict.

mod duration;
mod instant;

use super::strings::excerpt;
use super::{Function, Shape, takes, text};
use crate::eval::value::Value;
pub(super) use instant::Instant;
use instant::Reading;

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "formatdate",
        parameters: &[takes(Shape::String), takes(Shape::String)],
        rest: None,
        returns: Shape::String,
        body: |arguments, _| format(text(&arguments[0]), &time(text(&arguments[1]), Reading::Strict)?),
    },
    Function {
        name: "timeadd",
        parameters: &[takes(Shape::String), takes(Shape::String)],
        rest: None,
        returns: Shape::String,
        body: |arguments, _| {
            let start = time(text(&arguments[0]), Reading::Strict)?;
            let given = text(&arguments[1]);
            let length = duration::parse(given).ok_or_else(|| format!("{} is not a duration", excerpt(given)))?;
            Ok(Value::string(start.plus(length).to_string()))
        },
    },
    Function {
        name: "timecmp",
        parameters: &[takes(Shape::String), takes(Shape::String)],
        rest: None,
        returns: Shape::Number,
        body: |arguments, _| {
            let first = time(text(&arguments[0]), Reading::Loose)?;
            let second = time(text(&arguments[1]), Reading::Loose)?;
            Ok(Value::number(first.nanoseconds().cmp(&second.nanoseconds()) as i64))
        },
    },
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn time(text: &str, reading: Reading) -> Result<Instant, String> {
    Instant::parse(text, reading).ok_or_else(|| format!("{} is not an RFC 3339 time", excerpt(text)))
}

fn format(pattern: &str, time: &Instant) -> Result<Value, String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            rest = quoted(rest, &mut out)?;
        } else if c.is_ascii_alphabetic() {
            let end = rest.find(|other| other != c).unwrap_or(rest.len());
            out.push_str(
                &part(c, end, time)
                    .ok_or_else(|| format!("{} is not a part of a date format", excerpt(&rest[..end])))?,
            );
            rest = &rest[end..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(super::strings::string(out))
}

/// Copies text between quotes, in which two quotes stand for one, and returns what follows.
fn quoted<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    if let Some(rest) = text.strip_prefix("''") {
        out.push('\'');
        return Ok(rest);
    }
    let mut rest = &text[1..];
    while let Some(at) = rest.find('\'') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
                // At the very end, two quotes also end the text.
                if rest.is_empty() {
                    return Ok(rest);
                }
            }
            None => return Ok(rest),
        }
    }
    Err("a quote in the date format has no end".into())
}

fn part(letter: char, count: usize, time: &Instant) -> Option<String> {
    let civil = time.civil();
    let number = |value: i64| match count {
        1 => Some(value.to_string()),
        2 => Some(format!("{value:02}")),
        _ => None,
    };
    let name = |name: &str| match count {
        3 => Some(name[..3].to_owned()),
        4 => Some(name.to_owned()),
        _ => None,
    };
    let half = |names: [&str; 2]| (count == 2).then(|| names[usize::from(civil.hour >= 12)].to_owned());
    match letter {
        'Y' if count == 2 => Some(format!("{:02}", civil.year % 100)),
        'Y' if count == 4 => Some(format!("{:04}", civil.year)),
        'M' if count < 3 => number(civil.month),
        'M' => name(MONTHS.get(usize::try_from(civil.month - 1).ok()?)?),
        'D' => number(civil.day),
        'E' => name(DAYS.get(usize::try_from(civil.weekday).ok()?)?),
        'h' => number(civil.hour),
        'H' => number((civil.hour + 11) % 12 + 1),
        'A' => half(["AM", "PM"]),
        'a' => half(["am", "pm"]),
        'm' => number(civil.minute),
        's' => number(civil.second),
        'Z' => match count {
            1 if time.offset() == 0 => Some("Z".into()),
            1 | 5 => Some(time.offset_text(":")),
            3 if time.offset_text("") == "+0000" => Some("UTC".into()),
            3 | 4 => Some(time.offset_text("")),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
