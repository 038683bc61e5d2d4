//! Which value, to the last digit, does Terraform give a number?
//!
//! Terraform computes with binary floating point of a chosen precision: 512 bits for literals and parsed strings, 64
//! for the integers that functions make, 53 for the results of `pow` and `log`. A result takes the larger precision of
//! its operands and rounds half to even. Text is the shortest decimal that reads back as the same value at that
//! precision. Infinity has no place here: where Terraform would reach it, the operation has no result, or stays at
//! `LARGEST_EXPONENT`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Pow, ToPrimitive, Zero};

/// A Terraform number: exact in binary, with the precision that its next operation rounds to.
#[derive(Clone, Debug)]
pub struct Number(Form);

/// Every integer of 64 bits is `Small`, so that equal values have equal forms; the one exception is negative zero,
/// which is `Big` and equal to zero.
#[derive(Clone, Debug)]
enum Form {
    Small { value: i64, precision: u32 },
    Big(Arc<Float>),
}

/// `mantissa * 2^exponent`; inside a [`Form::Big`] the mantissa is odd, or zero for negative zero.
#[derive(Clone, Debug)]
struct Float {
    negative: bool,
    mantissa: BigUint,
    exponent: i64,
    precision: u32,
}

/// The bits of a literal and of a number read from a string.
const PARSED_PRECISION: u32 = 512;

/// The bits of an integer that a function makes, such as `length`.
const INTEGER_PRECISION: u32 = 64;

/// The bits of a result that went through a machine float.
const MACHINE_PRECISION: u32 = 53;

/// The largest power of ten, either way, and the most digits that are read: text must not cost seconds.
const LARGEST_DECIMAL_EXPONENT: i64 = 100_000;

/// The largest power of two, either way, that a result reaches: past it, results stay there or become zero.
const LARGEST_EXPONENT: i64 = 1 << 20;

impl Number {
    /// Reads a literal, or a string as `tonumber` does: a decimal with an optional sign, point and exponent. An
    /// exponent after `p` is a power of two.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = sign_and_rest(text);
        if !rest.is_empty() && rest.len() <= 18 && rest.bytes().all(|byte| byte.is_ascii_digit()) {
            let value = rest.parse::<i64>().ok()?;
            return Some(if negative {
                Self::small(value, PARSED_PRECISION).neg()
            } else {
                Self::small(value, PARSED_PRECISION)
            });
        }
        let (decimal, exponent, binary) = match rest.find(['e', 'E', 'p', 'P']) {
            Some(at) => (&rest[..at], exponent_value(&rest[at + 1..])?, rest[at..].starts_with(['p', 'P'])),
            None => (rest, 0, false),
        };
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        let digits = [whole, fraction].concat();
        if !has_readable_length(&digits) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mantissa = BigUint::parse_bytes(digits.as_bytes(), 10)?;
        if mantissa.is_zero() {
            return Some(Self::rounded(negative, mantissa, 0, PARSED_PRECISION));
        }
        let places = i64::try_from(fraction.len()).ok()?;
        if exponent.abs() > LARGEST_DECIMAL_EXPONENT {
            return None;
        }
        let (tens, twos) = if binary { (-places, exponent) } else { (exponent - places, 0) };
        let (mantissa, exponent) = scaled_by_power_of_ten(mantissa, tens);
        Some(Self::rounded(negative, mantissa, exponent + twos, PARSED_PRECISION))
    }

    /// Reads an integer as `parseint` does. Up to base 36 the case of letters says nothing; above it, small letters
    /// come before capitals.
    pub fn parse_radix(text: &str, base: u32) -> Option<Self> {
        if !(2..=62).contains(&base) {
            return None;
        }
        let (negative, rest) = sign_and_rest(text);
        if !has_readable_length(rest) {
            return None;
        }
        let digits = rest.bytes().map(|byte| digit_value(byte, base)).collect::<Option<Vec<u8>>>()?;
        let magnitude = BigUint::from_radix_be(&digits, base)?;
        Some(Self::from_bigint(BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, magnitude)))
    }

    /// The value of an integer that a function made: all its bits, and at least 64.
    pub fn from_bigint(value: BigInt) -> Self {
        let precision = u32::try_from(value.bits()).unwrap_or(u32::MAX).max(INTEGER_PRECISION);
        let (sign, magnitude) = value.into_parts();
        Self::rounded(sign == Sign::Minus, magnitude, 0, precision)
    }

    /// The exact value of a machine float, unless it is infinite or not a number.
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let field = i64::try_from((bits >> 52) & 0x7ff).ok()?;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) = if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
        Some(Self::rounded(value.is_sign_negative(), BigUint::from(mantissa), exponent, MACHINE_PRECISION))
    }

    pub fn add(&self, other: &Self) -> Self {
        if let (Some((left, precision)), Some((right, other_precision))) = (self.as_wide(), other.as_wide())
            && let Some(value) = left.checked_add(right)
        {
            return Self::small(value, precision.max(other_precision));
        }
        let (left, right) = (self.float(), other.float());
        sum(&left, &right, left.precision.max(right.precision))
    }

    pub fn sub(&self, other: &Self) -> Self {
        if let (Some((left, precision)), Some((right, other_precision))) = (self.as_wide(), other.as_wide())
            && let Some(value) = left.checked_sub(right)
        {
            return Self::small(value, precision.max(other_precision));
        }
        self.add(&other.neg())
    }

    /// The product, which keeps up to 512 bits even where both operands have fewer.
    pub fn mul(&self, other: &Self) -> Self {
        if let (Some((left, precision)), Some((right, other_precision))) = (self.as_wide(), other.as_wide())
            && let Some(value) = left.checked_mul(right)
            && value != 0
        {
            return Self::small(value, precision.max(other_precision));
        }
        let (left, right) = (self.float(), other.float());
        let negative = left.negative != right.negative;
        let (mantissa, exponent) =
            rounded_to(&left.mantissa * &right.mantissa, left.exponent + right.exponent, PARSED_PRECISION);
        let needed = u32::try_from(mantissa.bits()).unwrap_or(u32::MAX);
        let precision = left.precision.max(right.precision).max(needed);
        Self::rounded(negative, mantissa, exponent, precision)
    }

    /// The quotient, unless the divisor is zero. Terraform refuses only zero by zero, and otherwise computes on with an
    /// infinity.
    pub fn div(&self, other: &Self) -> Option<Self> {
        if let (Some((left, precision)), Some((right, other_precision))) = (self.as_wide(), other.as_wide())
            && left != 0
            && left.checked_rem(right) == Some(0)
            && let Some(value) = left.checked_div(right)
        {
            return Some(Self::small(value, precision.max(other_precision)));
        }
        let (left, right) = (self.float(), other.float());
        quotient(&left, &right, left.precision.max(right.precision))
    }

    /// What `%` gives: the remainder of the division truncated to an integer, with the sign of the dividend. The
    /// remainder by zero is the dividend, as in Terraform.
    pub fn rem(&self, other: &Self) -> Option<Self> {
        if other.signum() == 0 {
            return Some(self.clone());
        }
        if let (Some((left, precision)), Some((right, _))) = (self.as_wide(), other.as_wide())
            && left.unsigned_abs() < 1 << 62
            && let Some(value) = left.checked_rem(right)
        {
            return Some(Self::small(value, precision));
        }
        // Each step rounds to the precision of the dividend, as Terraform's own detour does.
        let (left, right) = (self.float(), other.float());
        let whole = quotient(&left, &right, left.precision.max(right.precision))?.trunc().to_bigint()?;
        let (sign, magnitude) = whole.into_parts();
        let (magnitude, exponent) = rounded_to(magnitude, 0, left.precision);
        let (mantissa, exponent) = rounded_to(magnitude * &right.mantissa, exponent + right.exponent, left.precision);
        let product =
            Float { negative: (sign == Sign::Minus) == right.negative, mantissa, exponent, precision: left.precision };
        Some(sum(&left, &product, left.precision))
    }

    pub fn neg(&self) -> Self {
        if let Form::Small { value, precision } = self.0
            && value != 0
            && let Some(value) = value.checked_neg()
        {
            return Self::small(value, precision);
        }
        let float = self.float();
        Self::rounded(!float.negative, float.mantissa.clone(), float.exponent, float.precision)
    }

    pub fn abs(&self) -> Self {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    pub fn floor(&self) -> Self {
        self.whole(|negative| negative)
    }

    pub fn ceil(&self) -> Self {
        self.whole(|negative| !negative)
    }

    /// The integer towards zero.
    pub fn trunc(&self) -> Self {
        self.whole(|_| false)
    }

    /// What `pow` gives: a machine float, unless that is infinite or not a number. Where the exponent has a fraction,
    /// the last bit may differ from Terraform's.
    pub fn pow(&self, exponent: &Self) -> Option<Self> {
        let (base, exponent) = (self.finite()?, exponent.finite()?);
        Self::from_f64(power(base, exponent))
    }

    /// What `log` gives: a machine float, unless that is infinite or not a number.
    pub fn log(&self, base: &Self) -> Option<Self> {
        let (value, base) = (self.finite()?, base.finite()?);
        Self::from_f64(logarithm(value) / logarithm(base))
    }

    /// -1, 0 or 1. The function `signum` refuses what is not an integer of 64 bits; that is for its caller to check.
    pub fn signum(&self) -> i64 {
        match &self.0 {
            Form::Small { value, .. } => value.signum(),
            Form::Big(float) if float.mantissa.is_zero() => 0,
            Form::Big(float) => 1 - 2 * i64::from(float.negative),
        }
    }

    /// Whether a minus sign is printed, which negative zero has too.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Small { value, .. } => *value < 0,
            Form::Big(float) => float.negative,
        }
    }

    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Small { .. } => true,
            Form::Big(float) => float.exponent >= 0,
        }
    }

    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Small { value, .. } => Some(*value),
            Form::Big(float) => float.mantissa.is_zero().then_some(0),
        }
    }

    pub fn to_u64(&self) -> Option<u64> {
        self.to_i128()?.try_into().ok()
    }

    pub fn to_usize(&self) -> Option<usize> {
        self.to_i128()?.try_into().ok()
    }

    pub fn to_i128(&self) -> Option<i128> {
        match &self.0 {
            Form::Small { value, .. } => Some(i128::from(*value)),
            Form::Big(float) if float.exponent > 128 => None,
            Form::Big(_) => self.to_bigint()?.to_i128(),
        }
    }

    pub fn to_bigint(&self) -> Option<BigInt> {
        match &self.0 {
            Form::Small { value, .. } => Some(BigInt::from(*value)),
            Form::Big(float) => {
                let shift = u64::try_from(float.exponent).ok()?;
                Some(BigInt::from_biguint(float.sign(), &float.mantissa << shift))
            }
        }
    }

    /// The nearest machine float, which is infinite past the range of machine floats.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Form::Small { value, .. } => *value as f64,
            Form::Big(float) => float.to_f64(),
        }
    }

    /// An integer in another base, as `%x`, `%o` and `%b` print it.
    pub fn to_radix(&self, base: u32) -> Option<String> {
        (2..=36).contains(&base).then(|| self.to_bigint())?.map(|value| value.to_str_radix(base))
    }

    /// What `%f` prints with this many digits after the point, or as many as the value needs.
    pub fn fixed(&self, digits: Option<usize>) -> String {
        let mut decimal = match digits {
            None => self.shortest(),
            Some(_) => self.decimal(),
        };
        let digits = match digits {
            None => usize::try_from(decimal.len() - decimal.point).unwrap_or(0),
            Some(digits) => {
                decimal.round(decimal.point.saturating_add_unsigned(digits as u64));
                digits
            }
        };
        decimal.fixed(digits)
    }

    /// What `%e` prints with this many digits after the point, or as many as the value needs.
    pub fn scientific(&self, digits: Option<usize>) -> String {
        match digits {
            None => {
                let decimal = self.shortest();
                decimal.scientific(decimal.digits.len().saturating_sub(1))
            }
            Some(digits) => {
                let mut decimal = self.decimal();
                decimal.round(1_i64.saturating_add_unsigned(digits as u64));
                decimal.scientific(digits)
            }
        }
    }

    /// What `%g` prints with this many digits in all, or as many as the value needs: `%e` for small and large
    /// exponents, otherwise `%f`.
    pub fn general(&self, digits: Option<usize>) -> String {
        let (decimal, digits, limit) = match digits {
            None => {
                let decimal = self.shortest();
                let digits = decimal.len();
                (decimal, digits, 6)
            }
            Some(digits) => {
                let digits = i64::try_from(digits).unwrap_or(i64::MAX).max(1);
                let mut decimal = self.decimal();
                decimal.round(digits);
                let needed = decimal.len();
                let limit = if needed >= decimal.point { digits.min(needed) } else { digits };
                (decimal, digits, limit)
            }
        };
        let needed = decimal.len();
        let exponent = decimal.point - 1;
        if exponent < -4 || exponent >= limit {
            return decimal.scientific(usize::try_from(digits.min(needed) - 1).unwrap_or(0));
        }
        let digits = if digits > decimal.point { needed } else { digits };
        decimal.fixed(usize::try_from(digits - decimal.point).unwrap_or(0))
    }

    fn small(value: i64, precision: u32) -> Self {
        Self(Form::Small { value, precision })
    }

    /// The nearest value of this precision, in the form that is its only one.
    fn rounded(negative: bool, mantissa: BigUint, exponent: i64, precision: u32) -> Self {
        let (mut mantissa, mut exponent) = rounded_to(mantissa, exponent, precision);
        let bits = mantissa.bits();
        let magnitude = exponent.saturating_add_unsigned(bits);
        if mantissa.is_zero() || magnitude < -LARGEST_EXPONENT {
            (mantissa, exponent) = (BigUint::ZERO, 0);
            if !negative {
                return Self::small(0, precision);
            }
        } else if magnitude > LARGEST_EXPONENT {
            (mantissa, exponent) = (BigUint::one(), LARGEST_EXPONENT);
        } else if exponent >= 0
            && magnitude <= 64
            && let Some(value) = i128::try_from(&mantissa).ok().map(|value| value << exponent)
            && let Ok(value) = i64::try_from(if negative { -value } else { value })
        {
            return Self::small(value, precision);
        }
        Self(Form::Big(Arc::new(Float { negative, mantissa, exponent, precision })))
    }

    /// A small integer whose sums and products with its like need no rounding while they fit.
    fn as_wide(&self) -> Option<(i64, u32)> {
        match self.0 {
            Form::Small { value, precision } if precision >= 64 => Some((value, precision)),
            _ => None,
        }
    }

    fn float(&self) -> Cow<'_, Float> {
        match &self.0 {
            Form::Small { value, precision } => {
                let (mantissa, exponent) = rounded_to(BigUint::from(value.unsigned_abs()), 0, 64);
                Cow::Owned(Float { negative: *value < 0, mantissa, exponent, precision: *precision })
            }
            Form::Big(float) => Cow::Borrowed(float),
        }
    }

    fn finite(&self) -> Option<f64> {
        Some(self.to_f64()).filter(|value| value.is_finite())
    }

    /// The integer towards zero, or where the sign says so the one after it.
    fn whole(&self, away: impl Fn(bool) -> bool) -> Self {
        match &self.0 {
            Form::Small { .. } => self.clone(),
            Form::Big(float) if float.mantissa.is_zero() => Self::small(0, float.precision),
            Form::Big(float) => {
                let Ok(places) = u64::try_from(-float.exponent) else { return self.clone() };
                if places == 0 {
                    return self.clone();
                }
                let whole = &float.mantissa >> places;
                let whole = if away(float.negative) { whole + 1_u32 } else { whole };
                Self::rounded(float.negative && !whole.is_zero(), whole, 0, float.precision)
            }
        }
    }

    fn decimal(&self) -> Decimal {
        match &self.0 {
            Form::Small { value, .. } => Decimal::new(*value < 0, value.unsigned_abs().to_string(), 0),
            Form::Big(float) => Decimal::exact(float.negative, &float.mantissa, float.exponent),
        }
    }

    /// The fewest digits that read back as this value at its precision.
    fn shortest(&self) -> Decimal {
        match &self.0 {
            Form::Small { value, precision } if prints_in_full(*value, *precision) => self.decimal(),
            _ => shortest(&self.float()),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::small(value, INTEGER_PRECISION)
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self::from(i64::from(value))
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self::from(i64::from(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self::from(u128::from(value))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}

impl From<u128> for Number {
    fn from(value: u128) -> Self {
        i64::try_from(value).map_or_else(|_| Self::from_bigint(BigInt::from(value)), Self::from)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Small { value, precision } if prints_in_full(*value, *precision) => value.fmt(formatter),
            _ => formatter.write_str(&self.fixed(None)),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Form::Small { value: left, .. }, Form::Small { value: right, .. }) = (&self.0, &other.0) {
            return left.cmp(right);
        }
        let sign = self.signum();
        sign.cmp(&other.signum()).then_with(|| match sign {
            0 => Ordering::Equal,
            1 => compare_magnitudes(&self.float(), &other.float()),
            _ => compare_magnitudes(&other.float(), &self.float()),
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Form::Big(float) if !float.mantissa.is_zero() => {
                float.negative.hash(state);
                float.mantissa.hash(state);
                float.exponent.hash(state);
            }
            _ => self.to_i64().hash(state),
        }
    }
}

impl Float {
    fn sign(&self) -> Sign {
        if self.negative { Sign::Minus } else { Sign::Plus }
    }

    /// One more than the power of two of the leading bit.
    fn magnitude(&self) -> i64 {
        self.exponent.saturating_add_unsigned(self.mantissa.bits())
    }

    fn to_f64(&self) -> f64 {
        // Below the normal range the last bit stays at 2^-1074, which leaves fewer bits than 53.
        let kept = (self.magnitude() + 1074).min(i64::from(MACHINE_PRECISION));
        let value = match u32::try_from(kept) {
            Err(_) => 0.0,
            Ok(0) if self.mantissa.is_one() => 0.0,
            Ok(0) => f64::from_bits(1),
            Ok(kept) => {
                let (mantissa, exponent) = rounded_to(self.mantissa.clone(), self.exponent, kept);
                scaled(mantissa.to_f64().unwrap_or(f64::INFINITY), exponent)
            }
        };
        if self.negative { -value } else { value }
    }
}

/// Decimal digits without zeros at the end, and how many of them stand before the point.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    fn new(negative: bool, digits: String, places: i64) -> Self {
        let mut decimal = Self { negative, digits: digits.into_bytes(), point: 0 };
        decimal.point = decimal.len() - places;
        decimal.trim();
        decimal
    }

    fn exact(negative: bool, mantissa: &BigUint, exponent: i64) -> Self {
        match u64::try_from(exponent) {
            Ok(shift) => Self::new(negative, (mantissa << shift).to_string(), 0),
            Err(_) => {
                let places = exponent.unsigned_abs();
                Self::new(negative, (mantissa * Pow::pow(BigUint::from(5_u32), places)).to_string(), -exponent)
            }
        }
    }

    fn len(&self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or(i64::MAX)
    }

    fn digit(&self, at: i64) -> u8 {
        usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(b'0')
    }

    fn trim(&mut self) {
        let kept = self.digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        self.digits.truncate(kept);
        if kept == 0 {
            self.point = 0;
        }
    }

    /// Keeps this many digits, half to even; a negative count is past all digits and changes nothing, since then none
    /// of them is printed.
    fn round(&mut self, kept: i64) {
        let Ok(kept) = usize::try_from(kept) else { return };
        match self.digits.get(kept) {
            None => {}
            Some(b'5') if kept + 1 == self.digits.len() => {
                let odd = kept.checked_sub(1).is_some_and(|last| self.digits[last] % 2 == 1);
                if odd { self.round_up(kept) } else { self.round_down(kept) }
            }
            Some(b'5'..) => self.round_up(kept),
            Some(_) => self.round_down(kept),
        }
    }

    fn round_down(&mut self, kept: usize) {
        self.digits.truncate(kept);
        self.trim();
    }

    fn round_up(&mut self, kept: usize) {
        self.digits.truncate(kept);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(b'1');
                self.point += 1;
            }
        }
    }

    fn sign(&self) -> &'static str {
        if self.negative { "-" } else { "" }
    }

    fn fixed(&self, places: usize) -> String {
        let mut text = String::from(self.sign());
        if self.point > 0 {
            text.extend((0..self.point).map(|at| char::from(self.digit(at))));
        } else {
            text.push('0');
        }
        if places > 0 {
            text.push('.');
            text.extend((self.point..).take(places).map(|at| char::from(self.digit(at))));
        }
        text
    }

    fn scientific(&self, places: usize) -> String {
        let mut text = String::from(self.sign());
        text.push(char::from(self.digit(0)));
        if places > 0 {
            text.push('.');
            text.extend((1..).take(places).map(|at| char::from(self.digit(at))));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{text}e{sign}{:02}", exponent.unsigned_abs())
    }
}

/// Whether no shorter decimal than all digits of an integer reads back as it.
fn prints_in_full(value: i64, precision: u32) -> bool {
    64 - value.unsigned_abs().leading_zeros() <= precision
}

fn shortest(float: &Float) -> Decimal {
    let mut decimal = Decimal::exact(float.negative, &float.mantissa, float.exponent);
    // The value has as many decimal places as bits past the point. While one unit of the last place is more than half a
    // step of the precision, no digit can go; a decimal place is at most 3.322 bits.
    let last_place = float.exponent.min(0).saturating_mul(3322) / 1000 - 1;
    if float.mantissa.is_zero() || last_place >= float.magnitude() - i64::from(float.precision) {
        return decimal;
    }
    // The digits end where the neighbours half a step away on either side first differ enough. They are compared by
    // place from the first digit on, as Go compares them.
    let widened = u64::from(float.precision) + 1 - float.mantissa.bits().min(u64::from(float.precision));
    let middle = &float.mantissa << widened;
    let exponent = float.exponent.saturating_sub_unsigned(widened);
    let inclusive = !middle.bit(1);
    let lower = Decimal::exact(false, &(&middle - 1_u32), exponent);
    let upper = Decimal::exact(false, &(&middle + 1_u32), exponent);
    for at in 0..decimal.digits.len() {
        let digit = decimal.digits[at];
        let below = lower.digits.get(at).copied().unwrap_or(b'0');
        let above = upper.digits.get(at).copied().unwrap_or(b'0');
        let down = below != digit || inclusive && at + 1 == lower.digits.len();
        let up = digit != above && (inclusive || digit + 1 < above || at + 1 < upper.digits.len());
        match (down, up) {
            (true, true) => decimal.round(i64::try_from(at + 1).unwrap_or(i64::MAX)),
            (true, false) => decimal.round_down(at + 1),
            (false, true) => decimal.round_up(at + 1),
            (false, false) => continue,
        }
        break;
    }
    decimal
}

fn sum(left: &Float, right: &Float, precision: u32) -> Number {
    if left.mantissa.is_zero() && right.mantissa.is_zero() {
        return Number::rounded(left.negative && right.negative, BigUint::ZERO, 0, precision);
    }
    if left.mantissa.is_zero() {
        return Number::rounded(right.negative, right.mantissa.clone(), right.exponent, precision);
    }
    if right.mantissa.is_zero() {
        return Number::rounded(left.negative, left.mantissa.clone(), left.exponent, precision);
    }
    let exponent = left.exponent.min(right.exponent);
    let aligned =
        |float: &Float| BigInt::from_biguint(float.sign(), &float.mantissa << float.exponent.abs_diff(exponent));
    let (sign, magnitude) = (aligned(left) + aligned(right)).into_parts();
    Number::rounded(sign == Sign::Minus, magnitude, exponent, precision)
}

fn quotient(left: &Float, right: &Float, precision: u32) -> Option<Number> {
    if right.mantissa.is_zero() {
        return None;
    }
    let (mantissa, exponent) = divided((&left.mantissa, left.exponent), (&right.mantissa, right.exponent), precision);
    Some(Number::rounded(left.negative != right.negative, mantissa, exponent, precision))
}

/// A quotient with bits enough to round it to this precision: a last bit stands for a remainder.
fn divided(left: (&BigUint, i64), right: (&BigUint, i64), precision: u32) -> (BigUint, i64) {
    let shift = (right.0.bits() + u64::from(precision) + 2).saturating_sub(left.0.bits());
    let widened = left.0 << shift;
    let whole = &widened / right.0;
    let exact = &whole * right.0 == widened;
    let mantissa = (whole << 1_u32) + u32::from(!exact);
    (mantissa, left.1.saturating_sub_unsigned(shift) - right.1 - 1)
}

/// `mantissa * 10^tens` with bits enough to round it. The power of five is itself rounded to 64 bits more than the
/// result has, by the steps that Go takes.
fn scaled_by_power_of_ten(mantissa: BigUint, tens: i64) -> (BigUint, i64) {
    if tens == 0 {
        return (mantissa, 0);
    }
    let (power, exponent) = power_of_five(tens.unsigned_abs(), PARSED_PRECISION + 64);
    if tens > 0 {
        (mantissa * power, exponent + tens)
    } else {
        let (mantissa, exponent) = divided((&mantissa, 0), (&power, exponent), PARSED_PRECISION);
        (mantissa, exponent + tens)
    }
}

fn power_of_five(count: u64, precision: u32) -> (BigUint, i64) {
    const FIRST: u64 = 27; // The largest power of five in 64 bits.
    let five = BigUint::from(5_u32);
    let mut product = (Pow::pow(&five, count.min(FIRST)), 0);
    let mut square = (five, 0);
    let mut rest = count.saturating_sub(FIRST);
    while rest > 0 {
        if rest % 2 == 1 {
            product = rounded_to(&product.0 * &square.0, product.1 + square.1, precision);
        }
        square = rounded_to(&square.0 * &square.0, square.1 + square.1, precision + 64);
        rest /= 2;
    }
    product
}

/// The nearest mantissa of at most so many bits, half to even, without zero bits at its end.
fn rounded_to(mut mantissa: BigUint, mut exponent: i64, precision: u32) -> (BigUint, i64) {
    let excess = mantissa.bits().saturating_sub(u64::from(precision));
    if excess > 0 {
        let half = mantissa.bit(excess - 1);
        let above_half = half && mantissa.trailing_zeros() != Some(excess - 1);
        mantissa >>= excess;
        if half && (above_half || mantissa.bit(0)) {
            mantissa += 1_u32;
        }
        exponent = exponent.saturating_add_unsigned(excess);
    }
    match mantissa.trailing_zeros() {
        None => (mantissa, 0),
        Some(0) => (mantissa, exponent),
        Some(zeros) => (mantissa >> zeros, exponent.saturating_add_unsigned(zeros)),
    }
}

fn compare_magnitudes(left: &Float, right: &Float) -> Ordering {
    left.magnitude().cmp(&right.magnitude()).then_with(|| {
        let exponent = left.exponent.min(right.exponent);
        let aligned = |float: &Float| &float.mantissa << float.exponent.abs_diff(exponent);
        aligned(left).cmp(&aligned(right))
    })
}

fn sign_and_rest(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn has_readable_length(digits: &str) -> bool {
    !digits.is_empty() && i64::try_from(digits.len()).is_ok_and(|length| length <= LARGEST_DECIMAL_EXPONENT)
}

fn exponent_value(text: &str) -> Option<i64> {
    let (negative, rest) = sign_and_rest(text);
    if !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    rest.parse::<i64>().ok().map(|value| if negative { -value } else { value })
}

fn digit_value(byte: u8, base: u32) -> Option<u8> {
    let value = match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'z' => byte - b'a' + 10,
        b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
        b'A'..=b'Z' => byte - b'A' + 36,
        _ => return None,
    };
    (u32::from(value) < base).then_some(value)
}

/// The power as Go computes it: by squaring for the integer part of the exponent, which rounds at each step.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 0.0 || base == 1.0 {
        return 1.0;
    }
    if exponent == 1.0 {
        return base;
    }
    if base == 0.0 {
        return base.powf(exponent);
    }
    if exponent == 0.5 {
        return base.sqrt();
    }
    if exponent == -0.5 {
        return 1.0 / base.sqrt();
    }
    let (mut whole, mut fraction) = (exponent.abs().trunc(), exponent.abs().fract());
    if fraction != 0.0 && base < 0.0 {
        return f64::NAN;
    }
    if whole >= 9.223_372_036_854_776e18 {
        return base.powf(exponent);
    }
    let mut result = 1.0;
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        result = (fraction * logarithm(base)).exp();
    }
    let (mut square, mut square_exponent) = fraction_and_exponent(base);
    let mut result_exponent = 0_i64;
    let mut rest = whole as i64;
    while rest != 0 {
        if square_exponent.abs() > 1 << 12 {
            result_exponent += square_exponent;
            break;
        }
        if rest % 2 == 1 {
            result *= square;
            result_exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        rest /= 2;
    }
    if exponent < 0.0 { scaled(1.0 / result, -result_exponent) } else { scaled(result, result_exponent) }
}

/// The natural logarithm by the series and the constants that Go uses too. The one of the machine's own library differs
/// in the last bit for some values, and from one system to the next.
fn logarithm(value: f64) -> f64 {
    const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const SERIES: [f64; 7] = [
        f64::from_bits(0x3fe5_5555_5555_5593),
        f64::from_bits(0x3fd9_9999_9997_fa04),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fc3_9a09_d078_c69f),
        f64::from_bits(0x3fc2_f112_df3e_5244),
    ];
    if value <= 0.0 || !value.is_finite() {
        return value.ln();
    }
    let (mut fraction, mut exponent) = fraction_and_exponent(value);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let rest = fraction - 1.0;
    let exponent = exponent as f64;
    let ratio = rest / (2.0 + rest);
    let square = ratio * ratio;
    let fourth = square * square;
    let odd = square * (SERIES[0] + fourth * (SERIES[2] + fourth * (SERIES[4] + fourth * SERIES[6])));
    let even = fourth * (SERIES[1] + fourth * (SERIES[3] + fourth * SERIES[5]));
    let half_square = 0.5 * rest * rest;
    exponent * LN_2_HIGH - ((half_square - (ratio * (half_square + (odd + even)) + exponent * LN_2_LOW)) - rest)
}

/// The fraction from 0.5 up to 1, and the power of two that it is to be multiplied by.
fn fraction_and_exponent(value: f64) -> (f64, i64) {
    const BIAS: u64 = 1022;
    let (value, correction) = if value.abs() < f64::MIN_POSITIVE { (scaled(value, 54), -54) } else { (value, 0) };
    let bits = value.to_bits();
    let field = (bits >> 52) & 0x7ff;
    (f64::from_bits(bits & !(0x7ff << 52) | BIAS << 52), 0_i64.saturating_add_unsigned(field) - 1022 + correction)
}

/// `value * 2^exponent`, in steps that lose no bits unless the result has no room for them.
fn scaled(value: f64, exponent: i64) -> f64 {
    const STEP: i64 = 1000;
    let power_of_two = |exponent: i64| f64::from_bits(1023_u64.saturating_add_signed(exponent) << 52);
    let mut value = value;
    let mut rest = exponent.clamp(-4 * STEP, 4 * STEP);
    while rest > STEP {
        value *= power_of_two(STEP);
        rest -= STEP;
    }
    while rest < -STEP {
        value *= power_of_two(-STEP);
        rest += STEP;
    }
    value * power_of_two(rest)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    fn shown(number: Option<Number>) -> String {
        number.map_or_else(|| "none".to_owned(), |number| number.to_string())
    }

    fn binary(left: &str, operator: char, right: &str) -> String {
        let (left, right) = (number(left), number(right));
        shown(match operator {
            '+' => Some(left.add(&right)),
            '-' => Some(left.sub(&right)),
            '*' => Some(left.mul(&right)),
            '/' => left.div(&right),
            '%' => left.rem(&right),
            '^' => left.pow(&right),
            _ => left.log(&right),
        })
    }

    #[test]
    fn reads_what_tonumber_reads() {
        for (text, printed) in [
            ("1e3", "1000"),
            ("+1", "1"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-0", "-0"),
            ("-0.0", "-0"),
            ("1E5", "100000"),
            ("1e+5", "100000"),
            ("1p3", "8"),
            ("1P3", "8"),
            ("1p-3", "0.125"),
            ("1.5p1", "3"),
            ("007", "7"),
            ("0.1", "0.1"),
            ("1e-30", "0.000000000000000000000000000001"),
            ("12345678901234567890", "12345678901234567890"),
            ("9007199254740993", "9007199254740993"),
            ("9223372036854775807", "9223372036854775807"),
            ("-9223372036854775808", "-9223372036854775808"),
        ] {
            assert_eq!(number(text).to_string(), printed, "{text}");
        }
        for text in [
            "",
            " 1",
            "1 ",
            "-",
            "+",
            ".",
            "--1",
            "1e",
            "1e+",
            "e1",
            "0x1F",
            "0b1",
            "0o7",
            "1_000",
            "1e1_0",
            "1e3.5",
            "NaN",
            "Inf",
            "1.2.3",
            "1e1e1",
            "1e99999999999",
            "1e999999999",
            "1e-999999999",
            "1e99999999999999999999",
        ] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
        assert!(Number::parse(&"9".repeat(1_000_000)).is_none());
    }

    #[test]
    fn computes_as_terraform() {
        let third = "3".repeat(153);
        let remainder = format!("0.0{}88", "9".repeat(152));
        for (left, operator, right, result) in [
            ("10", '/', "4", "2.5"),
            ("10", '/', "3", &*format!("3.{third}2")),
            ("6", '/', "3", "2"),
            ("0.1", '+', "0.2", "0.3"),
            ("1e20", '+', "0.5", "100000000000000000000.5"),
            ("9223372036854775807", '+', "1", "9223372036854775808"),
            ("-9223372036854775808", '-', "1", "-9223372036854775809"),
            ("9223372036854775808", '-', "1", "9223372036854775807"),
            ("18446744073709551615", '*', "18446744073709551615", "340282366920938463426481119284349108225"),
            ("0", '-', "0", "0"),
            ("0", '*', "-1", "-0"),
            ("-0", '+', "0", "0"),
            ("-0", '-', "0", "-0"),
            ("0", '/', "-1", "-0"),
            ("1", '/', "0", "none"),
            ("-7", '%', "3", "-1"),
            ("7", '%', "-3", "1"),
            ("7.5", '%', "2", "1.5"),
            ("-7.5", '%', "2", "-1.5"),
            ("0.3", '%', "0.1", "0"),
            ("1e30", '%', "7", "1"),
            ("1", '%', "0", "1"),
            ("5", '%', "0.7", &*remainder),
            ("2", '^', "0.5", "1.4142135623730951"),
            ("10", '^', "30", "1000000000000000000000000000000"),
            ("2", '^', "60", "1152921504606847000"),
            ("3", '^', "40", "12157665459056929000"),
            ("507717.2505113161", '^', "3", "130877731424896380"),
            ("2", '^', "-3", "0.125"),
            ("0", '^', "-1", "none"),
            ("-8", '^', "0.5", "none"),
            ("10", '^', "400", "none"),
            ("8", 'l', "2", "3"),
            ("1000", 'l', "10", "2.9999999999999996"),
            ("51094", 'l', "3", "9.868287897645521"),
            ("8", 'l', "0", "-0"),
            ("8", 'l', "1", "none"),
            ("0", 'l', "2", "none"),
            ("-1", 'l', "2", "none"),
        ] {
            assert_eq!(binary(left, operator, right), result, "{left} {operator} {right}");
        }
        assert_eq!(binary("1", '/', "3").len(), 157);
        assert_eq!(number("1").div(&number("3")).unwrap().mul(&number("3")), number("1"));
    }

    #[test]
    fn keeps_the_larger_precision() {
        let two = Number::from(2);
        assert_eq!(shown(Number::from(1).div(&Number::from(3))), "0.33333333333333333334");
        assert_eq!(two.mul(&number("0.5")).to_string(), "1");
        assert_eq!(
            Number::from(u64::MAX).mul(&Number::from(u64::MAX)).to_string(),
            "340282366920938463426481119284349108225"
        );
        let nines = Number::parse_radix(&"9".repeat(100), 10).unwrap();
        let product = format!("{}98{}", "9".repeat(98), "0".repeat(100));
        assert_eq!(nines.mul(&nines).to_string(), product);
    }

    #[test]
    fn finds_the_integers_around() {
        for (text, floor, ceil, trunc) in [
            ("-1.5", "-2", "-1", "-1"),
            ("-0.5", "-1", "0", "0"),
            ("1e-300", "0", "1", "0"),
            ("7", "7", "7", "7"),
            ("-0", "0", "0", "0"),
            (
                "1000000000000000000000000000000.5",
                "1000000000000000000000000000000",
                "1000000000000000000000000000001",
                "1000000000000000000000000000000",
            ),
        ] {
            let number = number(text);
            let all = [number.floor().to_string(), number.ceil().to_string(), number.trunc().to_string()];
            assert_eq!(all, [floor, ceil, trunc], "{text}");
        }
    }

    #[test]
    fn reads_other_bases() {
        for (text, base, result) in [
            ("ff", 16, "255"),
            ("FF", 16, "255"),
            ("-ff", 16, "-255"),
            ("+ff", 16, "255"),
            ("zZ", 62, "2231"),
            ("0xff", 16, "none"),
            ("1_0", 10, "none"),
            ("2", 2, "none"),
            ("", 10, "none"),
            ("1", 63, "none"),
        ] {
            assert_eq!(shown(Number::parse_radix(text, base)), result, "{text} {base}");
        }
    }

    #[test]
    fn formats_as_go() {
        for (text, digits, fixed) in [
            ("2.675", 2, "2.67"),
            ("2.5", 0, "2"),
            ("3.5", 0, "4"),
            ("0.5", 0, "0"),
            ("0.00001", 2, "0.00"),
            ("1.5", 6, "1.500000"),
            ("99.95", 1, "99.9"),
            ("-0.04", 1, "-0.0"),
            ("999.996", 2, "1000.00"),
        ] {
            assert_eq!(number(text).fixed(Some(digits)), fixed, "{text}");
        }
        for (text, digits, scientific) in [
            ("123456", 6, "1.234560e+05"),
            ("0", 6, "0.000000e+00"),
            ("0.00012345", 2, "1.23e-04"),
            ("9.5", 0, "1e+01"),
            ("1e400", 6, "1.000000e+400"),
        ] {
            assert_eq!(number(text).scientific(Some(digits)), scientific, "{text}");
        }
        for (text, digits, general) in [
            ("1000000", None, "1e+06"),
            ("1234567", None, "1.234567e+06"),
            ("100000", None, "100000"),
            ("0.0001", None, "0.0001"),
            ("0.00001", None, "1e-05"),
            ("1234.5", Some(3), "1.23e+03"),
            ("1234.5", Some(10), "1234.5"),
        ] {
            assert_eq!(number(text).general(digits), general, "{text}");
        }
        assert_eq!(number("-255").to_radix(16).as_deref(), Some("-ff"));
        assert_eq!(number("5").to_radix(2).as_deref(), Some("101"));
        assert_eq!(number("1.5").to_radix(10), None);
    }

    #[test]
    fn equal_values_are_one_key() {
        let keys: HashSet<Number> = [
            number("4"),
            number("4.0"),
            Number::from(4),
            Number::from_f64(4.0).unwrap(),
            number("2").pow(&number("2")).unwrap(),
            number("1e30").div(&number("25e28")).unwrap(),
        ]
        .into();
        assert_eq!(keys.len(), 1);
        assert_eq!(HashSet::from([number("0"), number("-0")]).len(), 1);
        assert_eq!(HashSet::from([number("0.5"), Number::from_f64(0.5).unwrap()]).len(), 1);
        assert_ne!(number("0.1"), Number::from_f64(0.1).unwrap());
    }

    #[test]
    fn orders_across_forms() {
        let ascending =
            ["-1e30", "-9223372036854775809", "-2", "-1.5", "-0", "1e-30", "0.1", "1", "1.5", "2", "1e18", "1e19"];
        for pair in ascending.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
            assert!(number(pair[1]) > number(pair[0]), "{pair:?}");
        }
    }

    #[test]
    fn converts_to_machine_types() {
        assert_eq!(number("1.5").to_i64(), None);
        assert_eq!(number("-0").to_u64(), Some(0));
        assert_eq!(number("-1").to_usize(), None);
        assert_eq!(number("18446744073709551615").to_u64(), Some(u64::MAX));
        assert_eq!(number("18446744073709551615").to_i64(), None);
        assert_eq!(number("1e30").to_i128(), Some(10_i128.pow(30)));
        assert_eq!(number("1e50").to_i128(), None);
        assert_eq!(number("1e50").to_bigint(), BigInt::parse_bytes(format!("1{}", "0".repeat(50)).as_bytes(), 10));
        for text in [
            "0.1",
            "1e23",
            "5e-324",
            "2.5e-324",
            "2.4e-324",
            "1e-310",
            "2.2250738585072011e-308",
            "1.7976931348623157e308",
            "1e309",
        ] {
            assert_eq!(number(text).to_f64(), text.parse::<f64>().unwrap(), "{text}");
        }
        for value in [0.1, -2.5, 5e-324, 1e-310, f64::MAX, 3.0, 1e22] {
            assert_eq!(Number::from_f64(value).unwrap().to_f64(), value);
        }
        assert!(Number::from_f64(f64::INFINITY).is_none());
        assert!(Number::from_f64(f64::NAN).is_none());
    }

    #[test]
    fn stays_within_bounds() {
        let mut large = number("7e90000");
        let mut small = number("7e-90000");
        for _ in 0..100 {
            large = large.mul(&large);
            small = small.mul(&small);
        }
        assert!(large > number("1e100000"));
        assert_eq!(small.to_string(), "0");
        assert_eq!(large.to_i128(), None);
        assert_eq!(large.to_f64(), f64::INFINITY);
    }
}
