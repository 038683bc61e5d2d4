use super::*;
use crate::eval::functions::call;
use crate::eval::types::NoLookup;
use crate::eval::value::Kind;

fn run(name: &str, arguments: &[&str]) -> String {
    let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else { return "none".into() };
    let arguments: Vec<Value> = arguments.iter().map(|text| Value::string(*text)).collect();
    match call(function, &arguments, &NoLookup) {
        Ok(Value { kind: Kind::Unknown(_), .. }) => "?".into(),
        Ok(Value { kind: Kind::String(text), .. }) => text.to_string(),
        Ok(value) => json::print(&value).unwrap_or_default(),
        Err(_) => "error".into(),
    }
}

#[test]
fn json_is_written_as_terraform_writes_it() {
    assert_eq!(
        run("jsonencode", &["<a>&\"\\/\u{2028}\u{8}\u{c}\u{1}\u{7f}é"]),
        "\"\\u003ca\\u003e\\u0026\\\"\\\\/\\u2028\\b\\f\\u0001\u{7f}é\""
    );
    let partly = Value::tuple(vec![Value::unknown(Cause::Failed)]);
    let encode = FUNCTIONS
        .iter()
        .find(|function| function.name == "jsonencode")
        .map(|function| call(function, &[partly], &NoLookup));
    assert!(encode.and_then(Result::ok).is_some_and(|value| value.is_unknown()));
}

#[test]
fn json_is_read_as_terraform_reads_it() {
    let read = |text: &str| run("jsondecode", &[text]);
    assert_eq!(read(" {\"b\": [1.50, true, null], \"a\": {}} "), "{\"a\":{},\"b\":[1.5,true,null]}");
    assert_eq!(read("\"\\ud83d\\ude00 \\ud83d x\""), "😀 \u{fffd} x");
    assert_eq!(read("1 ]"), "1");
    assert_eq!(read("{\"a\":1,\"a\":2}"), "{\"a\":2}");
    assert_eq!(read("{\"a\":1,\"a\":\"x\"}"), "?");
    assert_eq!(read(&"[".repeat(1000)), "?");
    for wrong in ["", "01", "1.", "+1", "[1,]", "{\"a\":1,}", "'a'", "1 2", "tru", "\"\t\"", "\"\\x\"", "\u{feff}1"] {
        assert_eq!(read(wrong), "error", "{wrong}");
    }
}

#[test]
fn tables() {
    let read = |text: &str| run("csvdecode", &[text]);
    assert_eq!(read("a,b\r\n1,\"x\"\"y\r\nz\"\n\n"), "[{\"a\":\"1\",\"b\":\"x\\\"y\\nz\"}]");
    assert_eq!(read("a,b"), "[]");
    for wrong in ["", "\n\n", "a,a", "a,b\n1", "a\n1\"2", "a\n\"1\"2", "a\n\"1"] {
        assert_eq!(read(wrong), "error", "{wrong}");
    }
}

#[test]
fn base64_and_charsets() {
    assert_eq!(run("base64decode", &["YW\nJj"]), "abc");
    assert_eq!(run("base64decode", &["YR=="]), "a");
    assert_eq!(run("base64decode", &["YQ"]), "error");
    assert_eq!(run("base64decode", &["gA=="]), "error");
    assert_eq!(run("textencodebase64", &["Hello", "UTF-16LE"]), "SABlAGwAbABvAA==");
    assert_eq!(run("textencodebase64", &["A", "utf-16"]), "/v8AQQ==");
    assert_eq!(run("textencodebase64", &["ÿ", "ISO-8859-1"]), "/w==");
    assert_eq!(run("textencodebase64", &["Ā", "ISO-8859-1"]), "error");
    assert_eq!(run("textencodebase64", &["a", "Shift_JIS"]), "?");
    assert_eq!(run("textdecodebase64", &["//5BAA==", "UTF-16"]), "A");
    assert_eq!(run("urlencode", &["Hello World!?&=ü~"]), "Hello+World%21%3F%26%3D%C3%BC~");
    assert_eq!(run("base64gzip", &["a"]), "?");
}
