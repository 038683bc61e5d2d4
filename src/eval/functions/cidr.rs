//! Arithmetic on prefixes: `cidrhost`, `cidrnetmask`, `cidrsubnet`, `cidrsubnets`, for IPv4 and IPv6.
//!
//! Terraform reads octets with leading zeros as decimal, and treats an IPv4 address inside IPv6 (`::ffff:10.0.0.0/104`)
//! half as the one and half as the other; both are followed here, since the text of an address is what it is compared by.

use num_bigint::BigInt;

use super::numbers::whole;
use super::{Function, Shape, takes, text};
use crate::eval::number::Number;
use crate::eval::types::Lookup;
use crate::eval::value::Value;

pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "cidrhost",
        parameters: &[takes(Shape::String), takes(Shape::Number)],
        rest: None,
        returns: Shape::String,
        body: host,
    },
    Function {
        name: "cidrnetmask",
        parameters: &[takes(Shape::String)],
        rest: None,
        returns: Shape::String,
        body: netmask,
    },
    Function {
        name: "cidrsubnet",
        parameters: &[takes(Shape::String), takes(Shape::Number), takes(Shape::Number)],
        rest: None,
        returns: Shape::String,
        body: subnet,
    },
    Function {
        name: "cidrsubnets",
        parameters: &[takes(Shape::String)],
        rest: Some(takes(Shape::Number)),
        returns: Shape::Strings,
        body: subnets,
    },
];

/// A network: the bits of its address, without those of the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Prefix {
    bits: u128,
    length: u32,
    /// 32 or 128.
    width: u32,
}

impl Prefix {
    fn parse(text: &str) -> Result<Prefix, String> {
        let wrong = || format!("\"{text}\" is not a prefix like 10.0.0.0/16");
        let (address, length) = text.split_once('/').ok_or_else(wrong)?;
        let (bits, width) = match address.contains(':') {
            true => (parse_v6(address).ok_or_else(wrong)?, 128),
            false => (u128::from(parse_v4(address).ok_or_else(wrong)?), 32),
        };
        let length = digits(length, 10, width).ok_or_else(wrong)?;
        Ok(Prefix { bits: bits & mask(length, width), length, width })
    }

    fn is_mapped(&self) -> bool {
        self.width == 128 && self.bits >> 32 == 0xffff
    }

    fn show(&self) -> String {
        let length = if self.is_mapped() { self.length.saturating_sub(96) } else { self.length };
        format!("{}/{length}", show_address(self.bits, self.width))
    }
}

fn host(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let prefix = Prefix::parse(text(&args[0]))?;
    let number = integer(&args[1])?;
    let room = BigInt::from(1) << (prefix.width - prefix.length);
    let at = if number < BigInt::from(0) { &number + &room } else { number.clone() };
    if at < BigInt::from(0) || at >= room {
        return Err(format!("the prefix {} has no host {number}", prefix.show()));
    }
    let at = u128::try_from(at).unwrap_or_default();
    // Terraform numbers the hosts of a mapped network from the wrong end of the address.
    let at = if prefix.is_mapped() { at << 96 } else { at };
    Ok(Value::string(show_address(prefix.bits | at, prefix.width)))
}

fn netmask(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let prefix = Prefix::parse(text(&args[0]))?;
    if prefix.width == 128 && !prefix.is_mapped() {
        return Err(format!("the IPv6 prefix {} has no netmask", prefix.show()));
    }
    Ok(Value::string(show_address(mask(prefix.length, prefix.width), prefix.width)))
}

fn subnet(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let prefix = Prefix::parse(text(&args[0]))?;
    let (more, number) = (whole(&args[1])?, integer(&args[2])?);
    let length = i64::from(prefix.length).saturating_add(more);
    let shift = i64::from(prefix.width).saturating_sub(length);
    if shift < 0 {
        return Err(format!("the prefix {} has no room for {more} more bits", prefix.show()));
    }
    let no_such = || format!("{} with {more} more bits has no network {number}", prefix.show());
    // Terraform looks at the size of the number only, and not at all where the prefix gets shorter.
    if u64::try_from(more).is_ok_and(|more| number.bits() > more) {
        return Err(no_such());
    }
    let placed = match u32::try_from(shift) {
        Ok(shift) if shift <= 256 => number.clone() << shift,
        _ if number.bits() == 0 => number.clone(),
        _ => return Err(no_such()),
    };
    // The sign of a negative number is lost on the way, and nothing else.
    let placed = BigInt::from(prefix.bits) | placed;
    let bits = u128::try_from(placed.magnitude().clone()).ok().filter(|bits| *bits <= every(prefix.width));
    let bits = bits.ok_or_else(no_such)?;
    Ok(Value::string(match u32::try_from(length) {
        Ok(length) => Prefix { bits, length, width: prefix.width }.show(),
        Err(_) => "<nil>".into(),
    }))
}

fn subnets(args: &[Value], _: &dyn Lookup) -> Result<Value, String> {
    let prefix = Prefix::parse(text(&args[0]))?;
    let mut given = Vec::with_capacity(args.len());
    // The first free address, or nothing when the prefix is used up to its end.
    let mut next = Some(prefix.bits);
    let end = prefix.bits | (every(prefix.width) & !mask(prefix.length, prefix.width));
    for more in &args[1..] {
        let more = whole(more)?;
        if more < 1 {
            return Err(format!("a part of {} must be at least 1 bit longer, not {more}", prefix.show()));
        }
        if more > 32 {
            return Err(format!("a part of {} may be at most 32 bits longer, not {more}", prefix.show()));
        }
        let length = prefix.length + u32::try_from(more).unwrap_or_default();
        if length > prefix.width {
            return Err(format!("the prefix {} has no room for {more} more bits", prefix.show()));
        }
        let full = || format!("the prefix {} has no room left for another /{length}", prefix.show());
        // Terraform looks before the first address, and gives up where there is nothing before it.
        if prefix.bits == 0 || prefix.is_mapped() {
            return Err(full());
        }
        let rest = every(prefix.width) & !mask(length, prefix.width);
        let start = next.and_then(|next| next.checked_add(rest)).map(|next| next & !rest).ok_or_else(full)?;
        if start > end {
            return Err(full());
        }
        next = (start | rest).checked_add(1);
        given.push(Value::string(Prefix { bits: start, length, width: prefix.width }.show()));
    }
    Ok(Value::list(given))
}

fn integer(value: &Value) -> Result<BigInt, String> {
    let number = value.as_number();
    // Anything longer is out of every prefix, and would take long to compute with.
    let short = |number: &&Number| number.is_integer() && number.to_f64().abs() < 1e40;
    match number.filter(short).and_then(Number::to_bigint) {
        Some(integer) => Ok(integer),
        None => Err(format!(
            "{} is not the number of an address or network",
            number.map(Number::to_string).unwrap_or_default()
        )),
    }
}

/// The network bits of a prefix of this length.
fn mask(length: u32, width: u32) -> u128 {
    every(width) & !every(width).checked_shr(length).unwrap_or(0)
}

/// The last address of all.
fn every(width: u32) -> u128 {
    u128::MAX >> (128 - width.clamp(1, 128))
}

/// Digits and nothing else, with any number of leading zeros, at most `limit`.
fn digits(text: &str, base: u32, limit: u32) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    let mut value: u32 = 0;
    for c in text.chars() {
        value = value.checked_mul(base)?.checked_add(c.to_digit(base)?)?;
        if value > limit {
            return None;
        }
    }
    Some(value)
}

fn parse_v4(text: &str) -> Option<u32> {
    let mut address = 0;
    let mut count = 0;
    for octet in text.split('.') {
        address = (address << 8) | digits(octet, 10, 255)?;
        count += 1;
        if count > 4 {
            return None;
        }
    }
    (count == 4).then_some(address)
}

fn parse_v6(text: &str) -> Option<u128> {
    let Some((before, after)) = text.split_once("::") else {
        let (bits, count) = groups(text, true)?;
        return (count == 8).then_some(bits);
    };
    let (high, high_count) = groups(before, false)?;
    let (low, low_count) = groups(after, true)?;
    // The two colons stand for at least one group.
    if high_count + low_count > 7 {
        return None;
    }
    Some(high.checked_shl(16 * (8 - high_count)).unwrap_or(0) | low)
}

/// Groups between single colons, of which the last may be an IPv4 address; their bits, and how many they are.
fn groups(text: &str, last: bool) -> Option<(u128, u32)> {
    if text.is_empty() {
        return Some((0, 0));
    }
    let (mut bits, mut count) = (0_u128, 0);
    let mut parts = text.split(':').peekable();
    while let Some(part) = parts.next() {
        if last && parts.peek().is_none() && part.contains('.') {
            bits = (bits << 32) | u128::from(parse_v4(part)?);
            count += 2;
        } else {
            bits = (bits << 16) | u128::from(digits(part, 16, 0xffff)?);
            count += 1;
        }
        if count > 8 {
            return None;
        }
    }
    Some((bits, count))
}

/// An address as Go prints it: a mapped one as IPv4, else groups with the first longest run of zeros cut out.
fn show_address(bits: u128, width: u32) -> String {
    if width == 32 || bits >> 32 == 0xffff {
        let [.., a, b, c, d] = bits.to_be_bytes();
        return format!("{a}.{b}.{c}.{d}");
    }
    let groups: Vec<u128> = (0..8).rev().map(|at| (bits >> (16 * at)) & 0xffff).collect();
    let (mut run, mut length) = (0, 1);
    let mut at = 0;
    while at < 8 {
        let zeros = groups[at..].iter().take_while(|group| **group == 0).count();
        if zeros > length {
            (run, length) = (at, zeros);
        }
        at += zeros + 1;
    }
    let join = |part: &[u128]| part.iter().map(|group| format!("{group:x}")).collect::<Vec<_>>().join(":");
    match length {
        1 => join(&groups),
        _ => format!("{}::{}", join(&groups[..run]), join(&groups[run + length..])),
    }
}

#[cfg(test)]
mod tests {
    use crate::eval::functions::{call, find};
    use crate::eval::types::NoLookup;
    use crate::eval::value::Value;

    fn run(name: &str, prefix: &str, numbers: &[&str]) -> Option<String> {
        let numbers = numbers.iter().map(|number| Value::string(*number));
        let args: Vec<Value> = [Value::string(prefix)].into_iter().chain(numbers).collect();
        let value = call(find(name)?, &args, &NoLookup).ok()?;
        match value.items() {
            Some(items) => {
                Some(items.iter().filter_map(Value::as_str).map(|text| &**text).collect::<Vec<_>>().join(" "))
            }
            None => value.as_str().map(ToString::to_string),
        }
    }

    #[test]
    fn hosts() {
        for (prefix, number, wanted) in [
            ("10.12.112.0/20", "16", Some("10.12.112.16")),
            ("10.12.112.0/20", "-1", Some("10.12.127.255")),
            ("192.168.0.5/24", "0", Some("192.168.0.0")),
            ("010.0.0.08/8", "1", Some("10.0.0.1")),
            ("10.0.0.0/24", "256", None),
            ("10.0.0.0/24", "-256", Some("10.0.0.0")),
            ("10.0.0.0/24", "-257", None),
            ("10.0.0.0/24", "1.5", None),
            ("::/0", "-1", Some("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")),
            ("::/0", "340282366920938463463374607431768211456", None),
            ("2001:db8::/32", "18446744073709551616", Some("2001:db8:0:1::")),
            ("1:0:0:4:5:0:0:8/128", "0", Some("1::4:5:0:0:8")),
            ("1::3:4:5:6:7:8/128", "0", Some("1:0:3:4:5:6:7:8")),
            ("1:2:3:4:5:6:1.2.3.4/128", "0", Some("1:2:3:4:5:6:102:304")),
            ("::ffff:10.0.0.0/104", "1", Some("0:1::ffff:a00:0")),
        ] {
            assert_eq!(run("cidrhost", prefix, &[number]).as_deref(), wanted, "{prefix} {number}");
        }
    }

    #[test]
    fn what_is_no_prefix_is_an_error() {
        for prefix in [
            "",
            "x",
            "/8",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0/8",
            "1.2.3.4.5/8",
            "1..2.3/8",
            "10.0.0.256/8",
            " 10.0.0.0/8",
            "10.0.0.0/8/8",
            "1::2::3/64",
            "1:2:3:4:5:6:7:8:9/64",
            "::/129",
            ":1::/64",
            "1:/64",
            "10000::/64",
            "fe80::1%eth0/64",
        ] {
            assert_eq!(run("cidrhost", prefix, &["0"]), None, "{prefix}");
        }
    }

    #[test]
    fn netmasks() {
        assert_eq!(run("cidrnetmask", "172.16.0.0/12", &[]).as_deref(), Some("255.240.0.0"));
        assert_eq!(run("cidrnetmask", "10.0.0.0/0", &[]).as_deref(), Some("0.0.0.0"));
        assert_eq!(run("cidrnetmask", "fd00::/8", &[]), None);
    }

    #[test]
    fn one_subnet() {
        for (prefix, more, number, wanted) in [
            ("172.16.0.0/12", "4", "2", Some("172.18.0.0/16")),
            ("10.1.2.0/24", "4", "15", Some("10.1.2.240/28")),
            ("fd00:fd12:3456:7890::/56", "16", "162", Some("fd00:fd12:3456:7800:a200::/72")),
            ("10.0.0.0/24", "10", "0", None),
            ("10.0.0.0/8", "0", "0", Some("10.0.0.0/8")),
            ("10.0.0.0/8", "0", "1", None),
            ("10.0.0.0/8", "8", "256", None),
            ("10.0.0.0/8", "8", "-1", Some("0.1.0.0/16")),
            ("10.0.0.0/8", "-4", "1", Some("26.0.0.0/4")),
            ("0.0.0.0/0", "32", "4294967295", Some("255.255.255.255/32")),
            ("::ffff:10.0.0.0/104", "8", "1", Some("10.1.0.0/16")),
        ] {
            assert_eq!(run("cidrsubnet", prefix, &[more, number]).as_deref(), wanted, "{prefix} {more} {number}");
        }
    }

    #[test]
    fn many_subnets() {
        for (prefix, more, wanted) in [
            ("10.1.0.0/16", &["4", "4", "8", "4"][..], Some("10.1.0.0/20 10.1.16.0/20 10.1.32.0/24 10.1.48.0/20")),
            ("fd00::/8", &["16", "4", "32", "1"], Some("fd00::/24 fd10::/12 fd20::/40 fd80::/9")),
            ("255.255.255.0/24", &["1", "1"], Some("255.255.255.0/25 255.255.255.128/25")),
            ("255.255.255.0/24", &["1", "1", "1"], None),
            ("10.0.0.0/8", &[], Some("")),
            ("10.0.0.0/8", &["0"], None),
            ("10.0.0.0/8", &["25"], None),
            ("0.0.0.0/0", &["1"], None),
            ("fd00::/8", &["33"], None),
        ] {
            assert_eq!(run("cidrsubnets", prefix, more).as_deref(), wanted, "{prefix} {more:?}");
        }
    }
}
