//! Which moment does a text name, and how is a moment written?

use std::fmt;

/// A moment, and the zone that it is told in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instant {
    /// Since 1970, in UTC.
    seconds: i64,
    nanosecond: i64,
    /// Seconds east of Greenwich.
    offset: i64,
}

/// How much a text may stray from RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    Strict,
    /// As Go's general parser does: hours of one digit, a comma before the fraction, offsets up to 24:60.
    Loose,
}

/// A moment as calendars and clocks show it.
pub struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// From Sunday on.
    pub weekday: i64,
}

impl Instant {
    pub fn parse(text: &str, reading: Reading) -> Option<Instant> {
        let mut reader = Reader(text);
        let hour_digits = if reading == Reading::Strict { 2 } else { 1 };
        let date = reader.date(2)?;
        reader.eat('T')?;
        let clock = reader.clock(hour_digits, 2)?;
        let nanosecond = match reading {
            Reading::Strict => reader.fraction(&['.']),
            Reading::Loose => reader.fraction(&['.', ',']),
        };
        let offset = reader.offset(if reading == Reading::Strict { (23, 59) } else { (24, 60) })?;
        reader.0.is_empty().then_some(Instant { seconds: date + clock - offset, nanosecond, offset })
    }

    /// The forms that YAML knows as times: like RFC 3339 with fewer digits, with a blank and no zone, or only a date.
    pub fn parse_yaml(text: &str) -> Option<Instant> {
        let mut reader = Reader(text);
        let date = reader.date(1)?;
        if reader.0.is_empty() {
            return Some(Instant { seconds: date, nanosecond: 0, offset: 0 });
        }
        let blank = reader.0.starts_with(' ');
        if blank {
            reader.0 = reader.0.trim_start_matches(' ');
        } else {
            reader.eat('T').or_else(|| reader.eat('t'))?;
        }
        let clock = reader.clock(1, 1)?;
        let nanosecond = reader.fraction(&['.', ',']);
        let offset = if blank { 0 } else { reader.offset((24, 60))? };
        reader.0.is_empty().then_some(Instant { seconds: date + clock - offset, nanosecond, offset })
    }

    pub fn plus(self, nanoseconds: i64) -> Instant {
        let nanosecond = self.nanosecond + nanoseconds.rem_euclid(1_000_000_000);
        Instant {
            seconds: self.seconds + nanoseconds.div_euclid(1_000_000_000) + nanosecond / 1_000_000_000,
            nanosecond: nanosecond % 1_000_000_000,
            offset: self.offset,
        }
    }

    pub fn nanoseconds(&self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanosecond)
    }

    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// `+08:00`, or the same with something else between the numbers.
    pub fn offset_text(&self, between: &str) -> String {
        let minutes = self.offset.abs() / 60;
        let sign = if self.offset < 0 { '-' } else { '+' };
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }

    pub fn civil(&self) -> Civil {
        let local = self.seconds + self.offset;
        let days = local.div_euclid(86_400);
        let clock = local.rem_euclid(86_400);
        // Years are counted from March here, so that the leap day is the last of its year.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * from_march + 2) / 5 + 1,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
            weekday: (days + 4).rem_euclid(7),
        }
    }
}

/// RFC 3339 without fractions of seconds.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        let sign = if year < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", year.abs())?;
        match self.offset {
            0 => f.write_str("Z"),
            _ => f.write_str(&self.offset_text(":")),
        }
    }
}

fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn eat(&mut self, c: char) -> Option<()> {
        self.0 = self.0.strip_prefix(c)?;
        Some(())
    }

    /// A number of two digits, or of one where that is enough.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let end = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        if end < least { None } else { digits.parse().ok() }
    }

    /// Seconds from 1970 to the start of a day.
    fn date(&mut self, least: usize) -> Option<i64> {
        let year = self.number(4, 4)?;
        self.eat('-')?;
        let month = self.number(least, 2)?;
        self.eat('-')?;
        let day = self.number(least, 2)?;
        let valid = (1..=12).contains(&month) && (1..=days_in(month, year)).contains(&day);
        valid.then(|| days_before(year, month, day) * 86_400)
    }

    /// Seconds since the start of a day.
    fn clock(&mut self, hour_digits: usize, digits: usize) -> Option<i64> {
        let hour = self.number(hour_digits, 2)?;
        self.eat(':')?;
        let minute = self.number(digits, 2)?;
        self.eat(':')?;
        let second = self.number(digits, 2)?;
        (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
    }

    /// The nanoseconds of a fraction, if one is there.
    fn fraction(&mut self, points: &[char]) -> i64 {
        let Some(rest) = self.0.strip_prefix(points) else { return 0 };
        let end = rest.bytes().take_while(u8::is_ascii_digit).count();
        if end == 0 {
            return 0;
        }
        let digits = rest[..end].bytes().chain(std::iter::repeat(b'0')).take(9);
        self.0 = &rest[end..];
        digits.fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
    }

    /// `Z`, or seconds east of Greenwich as hours and minutes up to these.
    fn offset(&mut self, (hours, minutes): (i64, i64)) -> Option<i64> {
        if self.eat('Z').is_some() {
            return Some(0);
        }
        let sign = if self.eat('-').is_some() {
            -1
        } else {
            self.eat('+')?;
            1
        };
        let hour = self.number(2, 2)?;
        self.eat(':')?;
        let minute = self.number(2, 2)?;
        (hour <= hours && minute <= minutes).then_some(sign * (hour * 3600 + minute * 60))
    }
}
