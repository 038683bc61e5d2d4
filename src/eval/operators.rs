//! What the operators do with two values, and with values that are not known.

use super::number::Number;
use super::types::{NoLookup, Type, convert};
use super::value::{Cause, Kind, Value, equal};
use crate::syntax::{BinaryOperator, UnaryOperator};

pub fn unary(operator: UnaryOperator, operand: &Value) -> Result<Value, String> {
    let to = match operator {
        UnaryOperator::Not => Type::Bool,
        UnaryOperator::Negate => Type::Number,
    };
    let operand = ready(operand, &to, "the operand")?;
    Ok(match (operator, &operand.kind) {
        (UnaryOperator::Not, Kind::Bool(value)) => Value::bool(!value),
        (UnaryOperator::Negate, Kind::Number(number)) => Value::number(number.neg()),
        _ => unknown(&operand, to),
    })
}

/// The result when the left side alone decides it.
pub fn decided(operator: BinaryOperator, left: &Value) -> Option<Value> {
    let left = convert(left, &Type::Bool, &NoLookup).ok()?.as_bool()?;
    match (operator, left) {
        (BinaryOperator::And, false) => Some(Value::bool(false)),
        (BinaryOperator::Or, true) => Some(Value::bool(true)),
        _ => None,
    }
}

pub fn binary(operator: BinaryOperator, a: &Value, b: &Value) -> Result<Value, String> {
    use BinaryOperator::*;
    match operator {
        Equal | NotEqual => Ok(match equal(a, b) {
            Some(same) => Value::bool(same == (operator == Equal)),
            None => unknown(if a.is_wholly_known() { b } else { a }, Type::Bool),
        }),
        And | Or => {
            let a = ready(a, &Type::Bool, "the left side")?;
            let b = ready(b, &Type::Bool, "the right side")?;
            Ok(match (a.as_bool(), b.as_bool()) {
                (Some(a), Some(b)) => Value::bool(if operator == And { a && b } else { a || b }),
                (_, Some(b)) if b == (operator == Or) => Value::bool(b),
                (None, _) => unknown(&a, Type::Bool),
                (_, None) => unknown(&b, Type::Bool),
            })
        }
        Less | LessOrEqual | Greater | GreaterOrEqual => {
            let Some((a, b)) = numbers(a, b)? else { return Ok(unknown_of(a, b, Type::Bool)) };
            Ok(Value::bool(match operator {
                Less => a < b,
                LessOrEqual => a <= b,
                Greater => a > b,
                _ => a >= b,
            }))
        }
        Add | Subtract | Multiply | Divide | Remainder => {
            let Some((a, b)) = numbers(a, b)? else { return Ok(unknown_of(a, b, Type::Number)) };
            let result = match operator {
                Add => Some(a.add(&b)),
                Subtract => Some(a.sub(&b)),
                Multiply => Some(a.mul(&b)),
                // A number divided by zero is infinite in Terraform, which alinet has no number for.
                Divide if b.signum() == 0 && a.signum() != 0 => {
                    return Ok(Value::unknown_of(Cause::Unsupported("infinite numbers".into()), Type::Number));
                }
                Divide => a.div(&b),
                _ => a.rem(&b),
            };
            result.map(Value::number).ok_or_else(|| "zero divided by zero".to_owned())
        }
    }
}

fn numbers(a: &Value, b: &Value) -> Result<Option<(Number, Number)>, String> {
    let a = ready(a, &Type::Number, "the left side")?;
    let b = ready(b, &Type::Number, "the right side")?;
    Ok(match (a.kind, b.kind) {
        (Kind::Number(a), Kind::Number(b)) => Some((a, b)),
        _ => None,
    })
}

fn ready(value: &Value, to: &Type, side: &str) -> Result<Value, String> {
    if value.is_null() {
        return Err(format!("{side} is null"));
    }
    convert(value, to, &NoLookup).map_err(|why| format!("{side}: {why}"))
}

fn unknown_of(a: &Value, b: &Value, to: Type) -> Value {
    unknown(if a.is_opaque() { a } else { b }, to)
}

fn unknown(because: &Value, to: Type) -> Value {
    Value::unknown_of(because.cause().unwrap_or(Cause::Failed), to)
}
