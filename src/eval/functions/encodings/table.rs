//! Which rows does a CSV text have?

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::eval::functions::strings::{composed, excerpt, string};
use crate::eval::value::Value;

/// Past this many fields the rows are not built.
const MOST_FIELDS: usize = 1_000_000;

/// A list of objects, whose attributes the first row names.
pub(super) fn decode(text: &str) -> Result<Value, String> {
    let mut rows = Rows { rest: text, line: 0 };
    let Some(header) = rows.next_row()? else { return Err("the table has no header line".into()) };
    let names: Vec<Arc<str>> = header.iter().map(|name| composed(name.as_str())).collect();
    let mut seen = HashSet::new();
    if let Some(twice) = header.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(format!("two columns have the name {}", excerpt(twice)));
    }
    let mut objects = Vec::new();
    while let Some(row) = rows.next_row()? {
        if row.len() != names.len() {
            return Err(format!("line {} has {} fields and the header has {}", rows.line, row.len(), names.len()));
        }
        if objects.len().saturating_mul(names.len()) > MOST_FIELDS {
            return Err("the table is too large".into());
        }
        let fields = names.iter().cloned().zip(row.into_iter().map(string));
        objects.push(Value::object(fields.collect::<BTreeMap<_, _>>()));
    }
    Ok(Value::list(objects))
}

struct Rows<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Rows<'a> {
    /// The next line with its end, which is then `\n`.
    fn line(&mut self) -> Option<(&'a str, bool)> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        match self.rest.split_once('\n') {
            Some((line, rest)) => {
                self.rest = rest;
                Some((line.strip_suffix('\r').unwrap_or(line), true))
            }
            None => {
                let line = std::mem::take(&mut self.rest);
                Some((line.strip_suffix('\r').unwrap_or(line), false))
            }
        }
    }

    fn next_row(&mut self) -> Result<Option<Vec<String>>, String> {
        let (mut line, mut ended) = loop {
            match self.line() {
                None => return Ok(None),
                Some((line, ended)) if line.is_empty() && (ended || self.rest.is_empty()) => {
                    if !ended {
                        return Ok(None);
                    }
                }
                Some(found) => break found,
            }
        };
        let mut fields = Vec::new();
        loop {
            let Some(quoted) = line.strip_prefix('"') else {
                let (field, rest) = match line.split_once(',') {
                    Some((field, rest)) => (field, Some(rest)),
                    None => (line, None),
                };
                if field.contains('"') {
                    return Err(format!("line {} has a quote inside a bare field", self.line));
                }
                fields.push(field.to_owned());
                match rest {
                    Some(rest) => line = rest,
                    None => return Ok(Some(fields)),
                }
                continue;
            };
            let mut field = String::new();
            line = quoted;
            loop {
                match line.split_once('"') {
                    Some((part, rest)) => {
                        field.push_str(part);
                        if let Some(rest) = rest.strip_prefix('"') {
                            field.push('"');
                            line = rest;
                        } else if let Some(rest) = rest.strip_prefix(',') {
                            line = rest;
                            fields.push(field);
                            break;
                        } else if rest.is_empty() {
                            fields.push(field);
                            return Ok(Some(fields));
                        } else {
                            return Err(format!("line {} has text after a closing quote", self.line));
                        }
                    }
                    None => {
                        field.push_str(line);
                        if ended {
                            field.push('\n');
                        }
                        match self.line() {
                            Some((next, next_ended)) => (line, ended) = (next, next_ended),
                            None => return Err(format!("line {} has a quote that does not end", self.line)),
                        }
                    }
                }
            }
        }
    }
}
