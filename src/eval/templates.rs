//! Templates to text: interpolations, `%{ if }` and `%{ for }`, and text of which some pieces are identities.

use super::types::{Type, convert};
use super::value::{Cause, Kind, Piece, Value};
use super::{Evaluated, Evaluator, Fault, Frame, Scope, fault};
use crate::source::{Span, Trail, What};
use crate::syntax::Part;

/// The longest text that a template may make.
const LONGEST: usize = 10_000_000;

#[derive(Default)]
struct Output {
    pieces: Vec<Piece>,
    last: String,
    length: usize,
    trails: Vec<Trail>,
    sensitive: bool,
    /// The first part of which nothing is known.
    unknown: Option<Cause>,
}

impl Output {
    fn push(&mut self, text: &str) {
        self.length += text.len();
        self.last.push_str(text);
    }

    fn finish(mut self) -> (Value, Vec<Trail>, bool) {
        let value = match self.unknown {
            Some(cause) => Value::unknown_of(cause, Type::String),
            None => {
                self.pieces.push(Piece::Literal(self.last.into()));
                Value::text(self.pieces)
            }
        };
        (value, self.trails, self.sensitive)
    }
}

impl Evaluator<'_> {
    pub(crate) fn template(&self, parts: &[Part], span: Span, scope: &Scope<'_>) -> Evaluated {
        // A template that is one interpolation has the value of its expression, whatever its type.
        if let [Part::Interpolation(only)] = parts {
            return self.evaluate(only, scope);
        }
        let mut output = Output::default();
        self.parts(parts, span, scope, &mut output)?;
        let (value, trails, sensitive) = output.finish();
        let trail = if trails.is_empty() { Trail::Leaf(span) } else { Trail::step(span, What::Expression, trails) };
        Ok(value.with_trail(trail).mark(sensitive))
    }

    fn parts(&self, parts: &[Part], span: Span, scope: &Scope<'_>, output: &mut Output) -> Result<(), Box<Fault>> {
        for part in parts {
            if output.length > LONGEST {
                return fault(span, "this template makes more than 10 MB of text");
            }
            match part {
                Part::Literal(text) => {
                    output.push(text);
                    if parts.len() > 1 {
                        output.trails.push(Trail::Leaf(span));
                    }
                }
                Part::Interpolation(expression) => {
                    let value = self.evaluate(expression, scope)?;
                    self.interpolate(&value, expression.span, output)?;
                }
                Part::If { condition, yes, no, .. } => {
                    let asked = self.evaluate(condition, scope)?;
                    if asked.is_null() {
                        return fault(condition.span, "a condition must not be null");
                    }
                    let asked = convert(&asked, &Type::Bool, self)
                        .map_err(|why| super::expression::wrong(condition.span, format!("this condition: {why}")))?;
                    output.sensitive |= asked.sensitive;
                    output.trails.push(asked.trail.clone());
                    match asked.as_bool() {
                        Some(true) => self.parts(yes, span, scope, output)?,
                        Some(false) => self.parts(no, span, scope, output)?,
                        None => output.unknown = output.unknown.take().or(asked.cause()),
                    }
                }
                Part::For { key_name, value_name, collection, body, .. } => {
                    let items = self.evaluate(collection, scope)?;
                    output.sensitive |= items.sensitive;
                    output.trails.push(items.trail.clone());
                    let pairs: Vec<(Value, Value)> = match &items.kind {
                        Kind::Tuple(items) | Kind::List(items) => items
                            .iter()
                            .enumerate()
                            .map(|(at, item)| (Value::number(at as i64), item.clone()))
                            .collect(),
                        Kind::Set(items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
                        Kind::Object(fields) | Kind::Map(fields) => {
                            fields.iter().map(|(key, field)| (Value::string(key.clone()), field.clone())).collect()
                        }
                        _ if items.is_opaque() => {
                            output.unknown = output.unknown.take().or(items.cause());
                            continue;
                        }
                        _ => {
                            return fault(
                                collection.span,
                                format!("a {} has no elements to go through", items.type_name()),
                            );
                        }
                    };
                    for (key, value) in pairs {
                        let outer = Frame {
                            name: key_name.as_ref().map_or("", |name| &name.text),
                            value: key,
                            outer: scope.frame,
                        };
                        let frame = Frame { name: &value_name.text, value, outer: Some(&outer) };
                        self.parts(body, span, &scope.with(&frame), output)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn interpolate(&self, value: &Value, span: Span, output: &mut Output) -> Result<(), Box<Fault>> {
        output.sensitive |= value.sensitive;
        output.trails.push(value.trail.clone());
        if value.is_null() {
            return fault(span, "a null value cannot stand in a text");
        }
        let text = convert(value, &Type::String, self)
            .map_err(|_| super::expression::wrong(span, format!("a {} cannot stand in a text", value.type_name())))?;
        match text.kind {
            Kind::String(text) => output.push(&text),
            Kind::Of(of) => {
                let last = std::mem::take(&mut output.last);
                output.pieces.extend([Piece::Literal(last.into()), Piece::Of(of)]);
            }
            Kind::Text(text) => {
                let last = std::mem::take(&mut output.last);
                output.pieces.push(Piece::Literal(last.into()));
                output.pieces.extend(text.pieces.iter().cloned());
            }
            _ => output.unknown = output.unknown.take().or(text.cause()),
        }
        Ok(())
    }
}
