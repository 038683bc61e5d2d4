use std::path::Path;

use super::*;
use crate::source::{Files, Span};
use crate::syntax::{Block, Body, Expression, ExpressionKind, Part};

fn file(text: &str) -> Arc<File> {
    Files::default().add(Path::new("/x.tf.json"), text.as_bytes().to_vec())
}

/// An expression in a notation of its own: `'text'`, `t(template)`, `!` for what was refused.
fn shown(expression: &Expression) -> String {
    let list = |items: &[Expression]| items.iter().map(shown).collect::<Vec<_>>().join(", ");
    match &*expression.kind {
        ExpressionKind::Null => "null".to_owned(),
        ExpressionKind::Bool(value) => value.to_string(),
        ExpressionKind::Number(digits) => digits.to_string(),
        ExpressionKind::String(text) => format!("'{text}'"),
        ExpressionKind::Template(parts) => {
            let part = |part: &Part| match part {
                Part::Literal(text) => format!("'{text}'"),
                Part::Interpolation(inner) => shown(inner),
                other => format!("{other:?}"),
            };
            // A lone interpolation reads as what it interpolates, whether it is wrapped or not.
            let shown: Vec<String> = parts.iter().map(part).collect();
            if let [only] = shown.as_slice() { only.clone() } else { format!("t({})", shown.join(" ")) }
        }
        ExpressionKind::Tuple(items) => format!("[{}]", list(items)),
        ExpressionKind::Object(entries) => {
            let entry = |entry: &super::super::Entry| format!("{} = {}", shown(&entry.key), shown(&entry.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        ExpressionKind::Variable(name) => name.to_string(),
        ExpressionKind::Attribute { on, name } => format!("{}.{}", shown(on), name.text),
        ExpressionKind::Call { name, arguments, .. } => format!("{}({})", name.text, list(arguments)),
        ExpressionKind::Unary { operand, .. } => format!("-{}", shown(operand)),
        ExpressionKind::Refused(_) => "!".to_owned(),
        other => format!("{other:?}"),
    }
}

fn heading(kind: &Name, labels: &[Name]) -> String {
    labels.iter().fold(kind.text.to_string(), |heading, label| format!("{heading} {}", label.text))
}

fn body_shown(body: &Body) -> String {
    let mut lines: Vec<String> = Vec::new();
    for attribute in &body.attributes {
        lines.push(format!("{} = {}", attribute.name.text, shown(&attribute.value)));
    }
    for Block { kind, labels, body, .. } in &body.blocks {
        lines.push(format!("{} {{ {} }}", heading(kind, labels), body_shown(body)));
    }
    lines.join("; ")
}

/// Every item on a line, and the errors at the end as `place: message`.
fn outline_shown(file: &File, outline: &Outline) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut errors: Vec<&Finding> = outline.errors.iter().collect();
    for item in &outline.items {
        match item {
            Item::Attribute(attribute) => lines.push(format!("{} = {}", attribute.name.text, shown(&attribute.value))),
            Item::Block(stub) => {
                let parsed = stub.body();
                let more = if parsed.incomplete { " …" } else { "" };
                lines.push(format!("{} {{ {}{more} }}", heading(&stub.kind, &stub.labels), body_shown(&parsed.body)));
            }
        }
    }
    for item in &outline.items {
        if let Item::Block(stub) = item {
            errors.extend(&stub.body().errors);
        }
    }
    lines.extend(outline.incomplete.then(|| "…".to_owned()));
    lines.extend(errors.iter().map(|error| format!("{}: {}", file.slice(error.place.unwrap()), error.message)));
    lines.join("\n")
}

fn configuration(text: &str) -> String {
    let file = file(text);
    outline_shown(&file, &outline(&file))
}

fn values(text: &str) -> String {
    let file = file(text);
    outline_shown(&file, &outline_values(&file))
}

fn first_stub(outline: &Outline) -> &Stub {
    let stub = outline.items.iter().find_map(|item| if let Item::Block(stub) = item { Some(stub) } else { None });
    stub.expect("a block")
}

#[test]
fn blocks_at_every_level_in_objects_and_arrays() {
    let expected = "resource alicloud_vpc a { cidr_block = '10.0.0.0/8' }\nresource alicloud_vpc b {  }";
    for text in [
        r#"{"resource": {"alicloud_vpc": {"a": {"cidr_block": "10.0.0.0/8"}, "b": {}}}}"#,
        r#"{"resource": {"alicloud_vpc": [{"a": [{"cidr_block": "10.0.0.0/8"}]}, {"b": {}}]}}"#,
        r#"{"resource": [{"alicloud_vpc": {"a": {"cidr_block": "10.0.0.0/8"}}}, {"alicloud_vpc": {"b": {}}}]}"#,
        r#"[{"resource": {"alicloud_vpc": {"a": {"cidr_block": "10.0.0.0/8"}}}}, {"resource": {"alicloud_vpc": {"b": {}}}}]"#,
        r#"{"//": "by hand", "resource": {"alicloud_vpc": {"a": {"//": 1, "cidr_block": "10.0.0.0/8"}}}, "resource": {"alicloud_vpc": {"b": {}}}}"#,
    ] {
        assert_eq!(configuration(text), expected, "{text}");
    }
    assert_eq!(configuration(""), "");
    assert_eq!(configuration("{}"), "");
    assert_eq!(configuration("[]"), "");
    assert_eq!(configuration(r#"{"locals": null, "variable": {"a": null}}"#), "");
}

#[test]
fn every_kind_has_its_labels() {
    let text = r#"{"data": {"t": {"n": {}}}, "ephemeral": {"t": {"n": {}}}, "module": {"n": {}}, "variable": {"n": {}},
        "output": {"n": {}}, "provider": {"n": [{}, {"alias": "x"}]}, "check": {"n": {}}, "locals": [{"a": 1}, {"b": 2}],
        "terraform": {}, "moved": [{}], "import": {}, "removed": {}, "other": {"a": {}}, "word": 1}"#;
    let expected = "data t n {  }\nephemeral t n {  }\nmodule n {  }\nvariable n {  }\noutput n {  }\nprovider n {  }\n\
        provider n { alias = 'x' }\ncheck n {  }\nlocals { a = 1 }\nlocals { b = 2 }\nterraform {  }\nmoved {  }\n\
        import {  }\nremoved {  }\nother { a = {}; a {  } }\nword = 1";
    assert_eq!(configuration(text), expected);
}

#[test]
fn what_may_be_blocks_is_given_as_both() {
    let text = r#"{"resource": {"t": {"n": {"a": [{"b": "${c.d}"}, {}], "tags": {"x": "y"}, "s": ["x"], "e": []}}}}"#;
    let expected = "resource t n { a = [{'b' = c.d}, {}]; tags = {'x' = 'y'}; s = ['x']; e = []; \
        a { b = c.d }; a {  }; tags { x = 'y' } }";
    assert_eq!(configuration(text), expected);
}

#[test]
fn dynamic_blocks_have_a_label_and_content() {
    let text = r#"{"resource": {"t": {"n": {"dynamic": {"zones": {"for_each": "${var.z}", "iterator": "it",
        "content": {"id": "${it.value}", "dynamic": [{"in": {"content": {}}}]}}}}}}}"#;
    let expected = "resource t n { dynamic zones { for_each = var.z; iterator = it; content { id = it.value; \
        dynamic = [{'in' = {'content' = {}}}]; dynamic in { content {  } } } } }";
    assert_eq!(configuration(text), expected);
}

#[test]
fn references_types_and_literals_stand_where_terraform_wants_them() {
    let managed = r#"{"resource": {"t": {"n": {"provider": "alicloud.hz", "depends_on": ["t.m"], "count": "${var.c}",
        "lifecycle": {"ignore_changes": ["tags", "a.b"], "replace_triggered_by": ["t.m.id"], "prevent_destroy": true,
        "precondition": {"condition": "${var.c}"}},
        "provisioner": {"local-exec": {"command": "x", "when": "destroy"}}}}}}"#;
    let expected = "resource t n { provider = alicloud.hz; depends_on = [t.m]; count = var.c; \
        lifecycle { ignore_changes = [tags, a.b]; replace_triggered_by = [t.m.id]; prevent_destroy = true; \
        precondition { condition = var.c } }; provisioner local-exec { command = 'x'; when = destroy } }";
    assert_eq!(configuration(managed), expected);
    let ignored = r#"{"resource": {"t": {"n": {"lifecycle": {"ignore_changes": "all"}}}}}"#;
    assert_eq!(configuration(ignored), "resource t n { lifecycle { ignore_changes = all } }");
    let module = r#"{"module": {"m": {"source": "./${x}", "version": "~> 1", "for_each": "${var.a}", "b": {"c": "${d.e}"},
        "providers": {"alicloud": "alicloud.hz", "alicloud.x": "alicloud"}, "depends_on": ["t.n"]}}}"#;
    let expected = "module m { source = './${x}'; version = '~> 1'; for_each = var.a; b = {'c' = d.e}; \
        providers = {'alicloud' = alicloud.hz, alicloud.x = alicloud}; depends_on = [t.n] }";
    assert_eq!(configuration(module), expected);
    let variable = r#"{"variable": {"v": {"type": "list(string)", "default": ["${x}", {"${k}": -1}], "nullable": false,
        "validation": [{"condition": "${var.v}"}]}}}"#;
    let expected = "variable v { type = list(string); default = ['${x}', {'${k}' = -1}]; nullable = false; \
        validation { condition = var.v } }";
    assert_eq!(configuration(variable), expected);
    let moves = r#"{"moved": {"from": "t.a", "to": "t.b"}, "import": {"to": "t.b", "id": "${var.i}", "provider": "a.b"},
        "removed": {"from": "t.c", "lifecycle": {"destroy": false}}}"#;
    let expected = "moved { from = t.a; to = t.b }\nimport { to = t.b; id = var.i; provider = a.b }\n\
        removed { from = t.c; lifecycle { destroy = false } }";
    assert_eq!(configuration(moves), expected);
}

#[test]
fn outputs_locals_checks_and_settings() {
    let text = r#"{"output": {"o": {"value": {"a": {"b": "${t.n.id}"}}, "description": "${x", "depends_on": ["t.n"]}},
        "locals": {"l": {"x": ["${var.a}", "$${b}"]}},
        "check": {"c": {"data": {"t": {"n": {"a": 1}}}, "assert": {"condition": true}}}}"#;
    let expected = "output o { value = {'a' = {'b' = t.n.id}}; description = '${x'; depends_on = [t.n] }\n\
        locals { l = {'x' = [var.a, '${b}']} }\n\
        check c { data t n { a = 1 }; assert { condition = true } }";
    assert_eq!(configuration(text), expected);
    let text = r#"{"terraform": {"required_version": ">= 1", "backend": {"oss": {"bucket": "b"}},
        "required_providers": {"alicloud": {"source": "aliyun/alicloud", "configuration_aliases": ["alicloud.x"]}},
        "cloud": {"workspaces": {"name": "w"}}}}"#;
    let expected = "terraform { required_version = '>= 1'; backend oss { bucket = 'b' }; required_providers { \
        alicloud = {'source' = 'aliyun/alicloud', 'configuration_aliases' = [alicloud.x]} }; \
        cloud { workspaces = {'name' = 'w'}; workspaces { name = 'w' } } }";
    assert_eq!(configuration(text), expected);
}

#[test]
fn spans_name_what_they_are_of() {
    let text =
        r#"{"resource": {"t": {"n": {"a": "x${v.w}", "b": [{"c": -1}, {"c": 2}], "d": {"e": 1}}}}, "locals": {}}"#;
    let file = file(text);
    let outline = outline(&file);
    let at = |span: Span| file.slice(span);
    let stub = first_stub(&outline);
    assert_eq!((at(stub.kind.span), at(stub.labels[0].span), at(stub.header)), ("\"resource\"", "\"t\"", "\"n\""));
    let whole = r#""n": {"a": "x${v.w}", "b": [{"c": -1}, {"c": 2}], "d": {"e": 1}}"#;
    assert_eq!(at(stub.span), whole);
    let body = &stub.body().body;
    let a = body.attribute("a").unwrap();
    assert_eq!((at(a.name.span), at(a.span), at(a.value.span)), ("\"a\"", r#""a": "x${v.w}""#, r#""x${v.w}""#));
    let [first, second] = body.blocks("b").collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!((at(first.kind.span), at(first.header), at(first.span)), ("\"b\"", "{", r#"{"c": -1}"#));
    assert_eq!(at(second.span), r#"{"c": 2}"#);
    let c = &first.body.attributes[0].value;
    let ExpressionKind::Unary { operand, .. } = &*c.kind else { panic!("{c:?}") };
    assert_eq!((at(c.span), at(operand.span)), ("-1", "1"));
    let d = body.blocks("d").next().unwrap();
    assert_eq!((at(d.header), at(d.span)), ("\"d\"", r#""d": {"e": 1}"#));
    let Some(Item::Block(locals)) = outline.items.last() else { panic!() };
    assert_eq!((at(locals.header), at(locals.span)), ("\"locals\"", "\"locals\": {}"));
}

#[test]
fn the_last_of_a_name_wins_and_is_reported() {
    let text = r#"{"locals": {"a": 1, "b": {"k": 1, "l": 2, "k": 3}, "\u0061": {}}}"#;
    let file = file(text);
    let outline = outline(&file);
    let parsed = first_stub(&outline).body();
    assert_eq!(shown(&parsed.body.attribute("b").unwrap().value), "{'l' = 2, 'k' = 3}");
    assert_eq!(shown(&parsed.body.attribute("a").unwrap().value), "{}");
    let places: Vec<u32> = parsed.errors.iter().map(|error| error.place.unwrap().start).collect();
    assert_eq!(places, [text.find("\"k\": 3").unwrap() as u32, text.find("\"\\u0061").unwrap() as u32]);
    assert_eq!(parsed.errors[0].message, "`k` is set twice in one object");
    assert_eq!(parsed.errors[0].related.len(), 1);
    assert!(!parsed.incomplete);
    // Two objects of one name are two blocks, perhaps.
    let blocks = r#"{"resource": {"t": {"n": {"a": {"x": 1}, "a": {"x": 2}, "b": {"c": {}, "c": {}}}}}}"#;
    assert!(!configuration(blocks).contains("twice"), "{}", configuration(blocks));
    let mixed = r#"{"resource": {"t": {"n": {"a": {"x": 1}, "a": 2}}}}"#;
    assert!(configuration(mixed).ends_with("\"a\": `a` is set twice in one object"));
}

#[test]
fn what_does_not_fit_is_reported_and_leaves_the_rest() {
    let fits = |text: &str| configuration(text).lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        fits(r#"{"resource": {"t": {"n": "x", "m": {}}, "u": 3}}"#),
        [
            "resource t m {  }",
            "…",
            "\"x\": a string where `n` takes an object",
            "3: a number where `u` takes an object"
        ]
    );
    assert_eq!(fits(r#"{"locals": [[{}]]}"#), ["…", "[{}]: an array in an array where `locals` takes an object"]);
    assert_eq!(
        fits(r#"{"resource": {"t": {"n": {"lifecycle": true, "a": 1}}}}"#),
        ["resource t n { a = 1 … }", "true: `true` or `false` where `lifecycle` takes an object"]
    );
    assert_eq!(fits("3"), ["…", "3: a file of JSON syntax must hold an object"]);
    assert_eq!(
        fits(r#"{"resource": {"t": {"n": {"depends_on": ["${t.m}"]}}}}"#),
        ["resource t n { depends_on = [t.m] }", "\"${t.m}\": a template where only a reference can stand"]
    );
}

#[test]
fn a_broken_file_keeps_what_came_before_and_says_so() {
    let text = r#"{"locals": {"a": 1}, "resource": {"t": {"m": {"b": 1}, "n": {"b": 2, "c": [1, {"d": 2"#;
    let expected =
        "locals { a = 1 }\nresource t m { b = 1 }\nresource t n { b = 2; c = ! … }\n…\n{: `{` without its `}`";
    assert_eq!(configuration(text), expected);
    for text in ["[[", "\"\"\"", "[{}, 3", "{\"locals\": [[1,"] {
        assert_eq!(configuration(text).lines().filter(|line| *line != "…").count(), 1, "{text}");
    }
    // A value that is unclear costs its block only.
    let text = r#"{"locals": {"a": 01, "b": 2}, "resource": {"t": {"n": {"c": [1, "\x"]}}}}"#;
    let configured = configuration(text);
    assert!(configured.starts_with("locals { a = !; b = 2 … }\nresource t n { c = [1, !] … }\n01: "), "{configured}");
    let text = r#"{"resource": {"t": {"n": {"c": "${a.", "d": [{"e": "${f."}], "g": 1}}}}"#;
    let configured = configuration(text);
    let (tree, errors) = configured.split_once('\n').unwrap();
    assert_eq!(tree, "resource t n { c = !; d = [{'e' = !}]; g = 1; d { e = ! } … }");
    assert_eq!(errors.lines().count(), 2, "{errors}");
}

#[test]
fn values_are_only_texts() {
    let text = r#"{"//": "c", "a": "${var.x}", "b": {"${k}": [1, null, true, "\u00e9"]}, "c": -0.5}"#;
    assert_eq!(values(text), "a = '${var.x}'\nb = {'${k}' = [1, null, true, 'é']}\nc = -0.5");
    assert_eq!(values(r#"{"a": 1, "a": 2}"#), "a = 1\na = 2\n\"a\": `a` is set twice in one object");
    assert_eq!(values(r#"{"a": [1, 2], "b": [1"#), "a = [1, 2]\nb = !\n…\n[: `[` without its `]`");
    assert_eq!(values(""), "");
}

#[test]
fn nested_objects_do_not_multiply_a_large_file() {
    let depth = 120;
    let numbers = vec!["1"; SPARE / 8].join(",");
    let text =
        format!("{{\"resource\":{{\"t\":{{\"n\":{}[{numbers}]{}}}}}}}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let file = file(&text);
    let outline = outline(&file);
    let parsed = first_stub(&outline).body();
    let mut body = &parsed.body;
    let mut refused = 0;
    while let Some(inner) = body.blocks("a").next() {
        refused += usize::from(matches!(*body.attributes[0].value.kind, ExpressionKind::Refused(_)));
        body = &inner.body;
    }
    assert!(matches!(&*body.attributes[0].value.kind, ExpressionKind::Tuple(items) if items.len() == SPARE / 8));
    assert!(refused > depth - 10, "{refused}");
}
