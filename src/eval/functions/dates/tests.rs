use super::*;
use crate::eval::functions::call;
use crate::eval::types::NoLookup;

fn run(name: &str, first: &str, second: &str) -> String {
    let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else { return "none".into() };
    match call(function, &[Value::string(first), Value::string(second)], &NoLookup) {
        Ok(value) => match value.as_number() {
            Some(number) => number.to_string(),
            None => text(&value).to_owned(),
        },
        Err(_) => "error".into(),
    }
}

#[test]
fn parts_of_a_date() {
    let time = "2018-01-02T23:12:01Z";
    assert_eq!(run("formatdate", "DD MMM YYYY hh:mm ZZZ", time), "02 Jan 2018 23:12 UTC");
    assert_eq!(run("formatdate", "EEEE, D-MMMM-YY 'at' HHaa", time), "Tuesday, 2-January-18 at 11pm");
    assert_eq!(run("formatdate", "'it''s' '' 'x''", time), "it's ' x'");
    assert_eq!(run("formatdate", "Z ZZZZ ZZZZZ", "2018-01-02T03:04:05-07:30"), "-07:30 -0730 -07:30");
    assert_eq!(run("formatdate", "ZZZ", "2018-01-02T03:04:05-00:00"), "UTC");
    for wrong in ["Y", "YYY", "MMMMM", "EE", "A", "ZZ", "q", "'", "'a"] {
        assert_eq!(run("formatdate", wrong, time), "error", "{wrong}");
    }
}

#[test]
fn strict_and_loose_times() {
    for wrong in [
        "2021-02-29T00:00:00Z",
        "2018-01-02T3:04:05Z",
        "2018-01-02T03:04:05,5Z",
        "2018-01-02",
        "2018-01-02T03:04:05+24:00",
    ] {
        assert_eq!(run("timeadd", wrong, "0"), "error", "{wrong}");
    }
    assert_eq!(run("timecmp", "2018-01-02T3:04:05Z", "2018-01-02T03:04:05,5Z"), "-1");
    assert_eq!(run("timecmp", "2018-01-02T08:00:00+08:00", "2018-01-02T00:00:00Z"), "0");
}

#[test]
fn durations() {
    let start = "2017-11-22T00:00:00Z";
    assert_eq!(run("timeadd", start, "10m"), "2017-11-22T00:10:00Z");
    assert_eq!(run("timeadd", start, "-1.5h30m"), "2017-11-21T22:00:00Z");
    assert_eq!(run("timeadd", "2020-02-28T23:59:59.9+08:00", "100ms"), "2020-02-29T00:00:00+08:00");
    assert_eq!(run("timeadd", "0000-01-01T00:00:00Z", "-1s"), "-0001-12-31T23:59:59Z");
    for wrong in ["", "1", "s", "1d", "1h 1m", ".s", "9223372036854775808ns"] {
        assert_eq!(run("timeadd", start, wrong), "error", "{wrong}");
    }
}
