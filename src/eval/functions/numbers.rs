//! Functions of numbers: `abs`, `ceil`, `floor`, `log`, `max`, `min`, `parseint`, `pow`, `signum`.
//!
//! What has no finite result is an error, since Terraform has no use for infinity either.

use super::{Function, Parameter, Shape, takes};
use crate::eval::number::Number;
use crate::eval::types::Lookup;
use crate::eval::value::{Kind, Value};

pub const FUNCTIONS: &[Function] = &[
    one_number("abs", |args, _| Ok(Value::number(number(args, 0)?.abs()))),
    one_number("ceil", |args, _| Ok(Value::number(number(args, 0)?.ceil()))),
    one_number("floor", |args, _| Ok(Value::number(number(args, 0)?.floor()))),
    one_number("signum", |args, _| Ok(Value::number(whole(&args[0])?.signum()))),
    two_numbers("log", log),
    two_numbers("pow", pow),
    extreme("max", |args, _| most(args, |next, best| next > best)),
    extreme("min", |args, _| most(args, |next, best| next < best)),
    Function {
        name: "parseint",
        parameters: &[takes(Shape::Any), takes(Shape::Number)],
        rest: None,
        returns: Shape::Number,
        body: parseint,
    },
];

const NUMBER: &[Parameter] = &[takes(Shape::Number)];
const NUMBERS: &[Parameter] = &[takes(Shape::Number), takes(Shape::Number)];

type Body = fn(&[Value], &dyn Lookup) -> Result<Value, String>;

const fn one_number(name: &'static str, body: Body) -> Function {
    Function { name, parameters: NUMBER, rest: None, returns: Shape::Number, body }
}

const fn two_numbers(name: &'static str, body: Body) -> Function {
    Function { name, parameters: NUMBERS, rest: None, returns: Shape::Number, body }
}

const fn extreme(name: &'static str, body: Body) -> Function {
    Function { name, parameters: &[], rest: Some(takes(Shape::Number)), returns: Shape::Number, body }
}

/// An argument that must be an integer of 64 bits.
pub(super) fn whole(value: &Value) -> Result<i64, String> {
    match &value.kind {
        Kind::Number(number) => number.to_i64().ok_or_else(|| format!("a whole number is required, not {number}")),
        _ => Err("a whole number is required".into()),
    }
}

fn number(args: &[Value], at: usize) -> Result<&Number, String> {
    args.get(at).and_then(Value::as_number).ok_or_else(|| "a number is required".into())
}

fn log(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let (of, base) = (number(args, 0)?, number(args, 1)?);
    of.log(base).map(Value::number).ok_or_else(|| format!("the logarithm of {of} to base {base} is not a number"))
}

fn pow(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let (base, exponent) = (number(args, 0)?, number(args, 1)?);
    base.pow(exponent).map(Value::number).ok_or_else(|| format!("{base} to the power of {exponent} is not a number"))
}

fn most(args: &[Value], better: fn(&Number, &Number) -> bool) -> Result<Value, String> {
    let mut best = number(args, 0).map_err(|_| "at least one number is required")?;
    for at in 1..args.len() {
        let next = number(args, at)?;
        if better(next, best) {
            best = next;
        }
    }
    Ok(Value::number(best.clone()))
}

fn parseint(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let Some(text) = args[0].as_str() else {
        return Err(format!("the first argument must be a string, not {}", args[0].type_name()));
    };
    let base = whole(&args[1])?;
    let base = u32::try_from(base).ok().filter(|base| (2..=62).contains(base));
    let Some(base) = base else { return Err("the base must be between 2 and 62".into()) };
    // Reading digits takes longer than linear time, and nobody writes numbers of this length.
    if text.len() > 100_000 {
        return Err("this number is too long".into());
    }
    Number::parse_radix(text, base)
        .map(Value::number)
        .ok_or_else(|| format!("\"{text}\" is not a whole number of base {base}"))
}

#[cfg(test)]
mod tests {
    use crate::eval::functions::{call, find};
    use crate::eval::types::NoLookup;
    use crate::eval::value::Value;

    fn run(name: &str, args: &[Value]) -> Result<String, String> {
        let function = find(name).ok_or("no such function")?;
        call(function, args, &NoLookup).map(|value| value.as_number().map(ToString::to_string).unwrap_or_default())
    }

    fn decimals(name: &str, args: &[&str]) -> Result<String, String> {
        run(name, &args.iter().map(|text| Value::string(*text)).collect::<Vec<_>>())
    }

    #[test]
    fn arithmetic_is_that_of_terraform() {
        for (name, args, wanted) in [
            ("abs", &["-12.5"][..], "12.5"),
            ("ceil", &["-1.5"], "-1"),
            ("floor", &["-1.5"], "-2"),
            ("log", &["8", "2"], "3"),
            ("log", &["1000", "10"], "2.9999999999999996"),
            ("max", &["12", "54", "3"], "54"),
            ("min", &["3", "2", "1"], "1"),
            ("pow", &["3", "40"], "12157665459056929000"),
            ("signum", &["-3"], "-1"),
        ] {
            assert_eq!(decimals(name, args).as_deref(), Ok(wanted), "{name}{args:?}");
        }
        for (name, args) in [
            ("log", &["0", "2"][..]),
            ("log", &["8", "1"]),
            ("max", &[]),
            ("pow", &["-8", "0.5"]),
            ("pow", &["10", "400"]),
            ("signum", &["0.5"]),
        ] {
            assert!(decimals(name, args).is_err(), "{name}{args:?}");
        }
    }

    #[test]
    fn parseint_reads_all_bases() {
        let parse = |text: &str, base: i64| run("parseint", &[Value::string(text), Value::number(base)]);
        assert_eq!(parse("FF", 16).as_deref(), Ok("255"));
        assert_eq!(parse("-ff", 16).as_deref(), Ok("-255"));
        assert_eq!(parse("zZ", 62).as_deref(), Ok("2231"));
        for (text, base) in [("0xff", 16), ("1_0", 10), ("", 10), ("1", 63), ("102", 2), (" 1", 10)] {
            assert!(parse(text, base).is_err(), "{text} {base}");
        }
        assert!(run("parseint", &[Value::number(12), Value::number(10)]).is_err());
    }
}
