use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::source::Files;

fn file(text: &str) -> Arc<File> {
    Files::default().add(Path::new("/x.tf.json"), text.as_bytes().to_vec())
}

/// The errors of a text, each as the text it points at and its message.
fn errors(text: &str) -> Vec<(String, String)> {
    let file = file(text);
    let document = read(&file);
    let shown = |error: Finding| {
        let place = error.place.expect("an error has a place");
        assert!(place.start < place.end && place.end as usize <= text.len(), "{error:?}");
        assert!(error.help.is_some(), "{error:?}");
        assert!(!error.message.ends_with('.'), "{error:?}");
        (file.slice(place).to_owned(), error.message)
    };
    document.errors.into_iter().map(shown).collect()
}

fn one(text: &str) -> (String, String) {
    let mut errors = errors(text);
    assert_eq!(errors.len(), 1, "{text}: {errors:?}");
    errors.remove(0)
}

fn pair(place: &str, message: &str) -> (String, String) {
    (place.to_owned(), message.to_owned())
}

/// A value as compact text: `!` for what is broken, `…` in what is cut off.
fn shown(file: &File, value: &Value) -> String {
    match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number | Kind::String(_) => file.slice(value.span).to_owned(),
        Kind::Array { items, whole } => {
            let mut items: Vec<String> = items.iter().map(|item| shown(file, item)).collect();
            items.extend((!whole).then(|| "…".to_owned()));
            format!("[{}]", items.join(","))
        }
        Kind::Object { properties, whole } => {
            let entry =
                |property: &Property| format!("{}:{}", file.slice(property.name.span), shown(file, &property.value));
            let mut entries: Vec<String> = properties.iter().map(entry).collect();
            entries.extend((!whole).then(|| "…".to_owned()));
            format!("{{{}}}", entries.join(","))
        }
        Kind::Broken => "!".to_owned(),
    }
}

fn tree(text: &str) -> String {
    let file = file(text);
    read(&file).root.map_or_else(String::new, |root| shown(&file, &root))
}

#[test]
fn values_of_every_kind() {
    let text = "{\"a\":[1,-2.5e+3,0,true,false,null,\"x\\\"y\",{},[]],\"b\":{\"c\":\"é\"}}";
    assert_eq!(tree(text), text);
    assert_eq!(tree(&text.replace(',', " ,\r\n\t").replace(':', " : ")), text);
    assert_eq!(errors(text), []);
    assert_eq!((tree(" \n"), errors("")), (String::new(), vec![]));
}

#[test]
fn plain_mistakes_are_read_over() {
    assert_eq!(one("{\"a\": 1,\n}"), pair(",", "a comma before `}`"));
    assert_eq!(one("{\"a\": [1, 2, ]}"), pair(",", "a comma before `]`"));
    assert_eq!(one("{\"a\": 1\n \"b\": 2}"), pair("\"b\"", "a missing comma between two properties"));
    assert_eq!(one("{\"a\": [{}\n {}]}"), pair("{", "a missing comma between two elements"));
    assert_eq!(one("{ // first\n # second\n \"a\": 1 /* third */}"), pair("// first", "JSON has no comments"));
    assert_eq!(one("{\"a\": \"x\ty\tz\"}"), pair("\t", "a control character in a string"));
    for text in ["{\"a\":1,}", "{\"a\":[1,],\"b\":\"\t\"}", "{\"a\":1 /* */ \"b\":[{}[]]}"] {
        assert!(!read(&file(text)).stopped, "{text}");
        assert!(!tree(text).contains(['!', '…']), "{text}");
    }
}

#[test]
fn what_has_no_clear_value_is_broken() {
    let text = r#"{"a": "\x", "b": "\u12", "c": 01, "d": True, "e": .5, "f": 1}"#;
    assert_eq!(tree(text), r#"{"a":!,"b":!,"c":!,"d":!,"e":!,"f":1}"#);
    let expected = [
        pair("\\x", "the escape `\\x` is not JSON"),
        pair("\\u12", "an escape that is too short"),
        pair("01", "`01` is not a JSON number"),
        pair("True", "`True` is not a JSON value"),
        pair(".5", "`.5` is not a JSON number"),
    ];
    assert_eq!(errors(text), expected);
    assert_eq!(tree(r#"{"\é": 1, "b": 2}"#), r#"{"\é":1,"b":2,…}"#);
}

#[test]
fn what_cannot_be_read_ends_the_file() {
    let quotes = "a string without its closing quote";
    assert_eq!(one("{\"a\": \"b,\r\n \"c\": 1}"), pair("\"b,", quotes));
    assert_eq!(one("{\"a"), pair("\"a", quotes));
    assert_eq!(one("{\"a\": \"\\"), pair("\"\\", quotes));
    assert_eq!(one("{\"a\": \"x\ty\nz\"}"), pair("\"x\ty", quotes));
    assert_eq!(one("{\"a\": 'b c'}"), pair("'b c'", "a string in single quotes"));
    assert_eq!(one("{'a': 1}"), pair("'a'", "a string in single quotes"));
    assert_eq!(one("{a: 1}"), pair("a", "`a` where a property name in double quotes should stand"));
    assert_eq!(one("{\"a\" = 1}"), pair("=", "`=` where `:` should stand"));
    assert_eq!(one("{\"a\": “b”}"), pair("“", "`“` where a value should stand"));
    assert_eq!(one("{\"a\": var.x[0]}"), pair("var.x", "`var.x` is not a JSON value"));
    assert_eq!(one("{\"a\": [1 2]}"), pair("2", "`2` where `,` or `]` should stand"));
    assert_eq!(one("{\"a\": [1}"), pair("}", "`}` where `,` or `]` should stand"));
    assert_eq!(one("{\"a\": {\"b\": 1]}"), pair("]", "`]` where `,` or `}` should stand"));
    assert_eq!(one("{\"a\": {\"b\": 1}"), pair("{", "`{` without its `}`"));
    assert_eq!(one("[1,"), pair("[", "`[` without its `]`"));
    assert_eq!(one("{\"é\""), pair("\"", "the file ends where `:` should stand"));
    assert_eq!(one("{\"é\": "), pair(":", "the file ends where a value should stand"));
    assert_eq!(one("{} x\ny"), pair("x", "text after the end of the JSON value"));
    assert_eq!(one("\u{1}"), pair("\u{1}", "a control character where a value should stand"));
}

#[test]
fn what_was_read_before_the_end_is_kept() {
    assert_eq!(tree("{\"a\":{\"b\":[1,{\"c\":2"), "{\"a\":{\"b\":[1,{\"c\":2,…},…],…},…}");
    assert_eq!(tree("{\"a\":1,\"b\" \"c\"}"), "{\"a\":1,\"b\":!,…}");
    assert!(read(&file("{\"a\":[1,")).stopped);
}

#[test]
fn a_deep_or_bad_file_costs_no_more_than_a_long_one() {
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        let document = read(&file(&open.repeat(100_000)));
        assert_eq!(document.errors.len(), 1);
        assert_eq!(document.errors[0].message, "JSON that is nested too deep");
        assert!(document.stopped);
    }
    let deep = format!("{}1{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    assert_eq!(errors(&deep), []);
    assert_eq!(errors(&format!("[{}1]", "01,".repeat(100_000))).len(), MISTAKES);
    assert_eq!(errors(&format!("{}1", "/* */".repeat(100_000))).len(), 1);
    assert_eq!(one(&format!("\"{}", "\\\"".repeat(100_000))).1, "a string without its closing quote");
}

#[test]
fn nothing_panics_on_a_truncated_file() {
    let text = "{\"a\": [1, -2e3, \"é\\u00e9\\\"\\ud83d\\ude00\", null], // c\n \"b\": {\"c\": /* */ true, }}";
    for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
        errors(&text[..end]);
        errors(&format!("{}'{}", &text[..end], &text[end..]));
        tree(&text[end..]);
    }
}
