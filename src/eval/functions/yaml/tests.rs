use super::*;
use crate::eval::functions::encodings::json;
use crate::eval::value::Kind;

fn read(text: &str) -> String {
    match decode(text) {
        Ok(Value { kind: Kind::Unknown(_), .. }) => "?".into(),
        Ok(value) => json::print(&value).unwrap_or_default(),
        Err(_) => "error".into(),
    }
}

fn written(text: &str) -> String {
    let value = json::decode(text).unwrap_or_else(Value::string);
    writing::write(&value).unwrap_or_default()
}

#[test]
fn collections() {
    assert_eq!(
        read("a:\n- 1\n- b: x\n  c: [y, {z: w}]\nd: {e, f: }\n"),
        r#"{"a":[1,{"b":"x","c":[true,{"z":"w"}]}],"d":{"e":null,"f":null}}"#
    );
    assert_eq!(read("- - a\n  - b\n-\n- c"), r#"[["a","b"],null,"c"]"#);
    assert_eq!(read("[a, b: c,]"), r#"["a",{"b":"c"}]"#);
    assert_eq!(read("? a\n: b\n? c"), r#"{"a":"b","c":null}"#);
    assert_eq!(read("# only\n---\n...\n"), "null");
    for wrong in [
        "",
        "# x",
        "...",
        "a: 1\n---\nb: 2",
        "a: b: c",
        "a: 1\n b: 2",
        "[a",
        "[a,,b]",
        "a: 1\n- b",
        "\ta: 1",
        "? [a]\n: b",
        "~: a",
        "a: @x",
        "a: \u{7}",
    ] {
        assert_eq!(read(wrong), "error", "{wrong}");
    }
}

#[test]
fn scalars_have_the_types_of_terraform() {
    assert_eq!(
        read("[yes, No, on, y, ~, null, '', \"yes\", yEs]"),
        r#"[true,false,true,true,null,null,"","yes","yEs"]"#
    );
    assert_eq!(
        read("[017, 0o17, 0x1F, 1_000, 1e3, .5, 5., -0o17, 1:30]"),
        r#"[17,15,31,"1_000",1000,0.5,5,"-0o17","1:30"]"#
    );
    assert_eq!(
        read("[2020-01-1, 2020-01-01 0:0:0.5, 2020-13-01, 10.0.0.0/8]"),
        r#"["2020-01-01T00:00:00Z","2020-01-01T00:00:00Z","2020-13-01","10.0.0.0/8"]"#
    );
    assert_eq!(read("[!!str 1, !!int 2, !!int \"3\", !!null x]"), r#"["1",2,"3",null]"#);
    assert_eq!(read("y: 1\n1.0: 2\n"), r#"{"1":2,"true":1}"#);
    assert_eq!(read("!x 1"), "error");
    assert_eq!(read(".nan"), "error");
    assert_eq!(read(".inf"), "?");
}

#[test]
fn text_over_several_lines() {
    assert_eq!(read("a: x\n  y\n\n  z"), r#"{"a":"x y\nz"}"#);
    assert_eq!(read("a: \"x \\\n   y\n\n  z\\t\""), r#"{"a":"x y\nz\t"}"#);
    assert_eq!(read("a: |\n  x\n   y\n\nb: >-\n  p\n  q\n\n  r\n"), r#"{"a":"x\n y\n","b":"p q\nr"}"#);
    assert_eq!(read("a: |+\n  x\n\nb: |2-\n   x\n"), r#"{"a":"x\n\n","b":" x"}"#);
    // What a block holds is resolved, and then made text again.
    assert_eq!(read("[\n|-\n 1\n]"), "error");
    assert_eq!(read("- |-\n  1.50\n- |-\n  yes\n- |-\n  ~\n"), r#"["1.5","true",null]"#);
}

#[test]
fn anchors_and_merges() {
    assert_eq!(read("a: &x [1]\nb: *x\n"), r#"{"a":[1],"b":[1]}"#);
    assert_eq!(read("a: &x {p: 1, q: 2}\nb:\n  p: 0\n  <<: *x\n  q: 3\n"), r#"{"a":{"p":1,"q":2},"b":{"p":1,"q":3}}"#);
    assert_eq!(read("a: &x [*x]"), "error");
    assert_eq!(read("a: *x"), "error");
    assert_eq!(read("a: {<<: 1}"), "error");
    assert_eq!(read("a: {<<: [{b: 1}]}"), "?");
    let laughs: String = (1..30).map(|at| format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1)).collect();
    assert_eq!(read(&format!("a0: &a0 [x]\n{laughs}")), "?");
}

#[test]
fn depth_is_bounded() {
    assert_eq!(read(&"[".repeat(100_000)), "?");
    assert_eq!(read(&"- ".repeat(100_000)), "?");
    assert_eq!(read("%YAML 1.1\n---\na"), "?");
}

#[test]
fn values_are_written_as_terraform_writes_them() {
    assert_eq!(
        written(r#"{"b":[1,["x"],{}],"a":{"c":null,"d":[]}}"#),
        "\"a\":\n  \"c\": null\n  \"d\": []\n\"b\":\n- 1\n- - \"x\"\n- {}\n"
    );
    assert_eq!(written("1.50"), "1.5\n...\n");
    assert_eq!(written("\"a\\nb\""), "|-\n  a\n  b\n");
    assert_eq!(written("{\"k\":\" a\\n\\n\"}"), "\"k\": |2+\n   a\n\n");
    assert_eq!(written("\"a\\tb\\n😀\""), "\"a\\tb\\n\\U0001F600\"\n");
    let long = format!("[\"{}\"]", "word ".repeat(20).trim_end());
    assert_eq!(written(&long), format!("- \"{}\n  word word word word\"\n", "word ".repeat(16).trim_end()));
    let key = "k".repeat(129);
    assert_eq!(written(&format!("{{\"{key}\":[1]}}")), format!("? \"{key}\"\n: - 1\n"));
}
