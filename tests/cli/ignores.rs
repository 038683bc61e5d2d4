//! Comments that ignore rules: what they cover, when they are reported, and the flags that change it.

use crate::{OVERLAP, Project};

/// The rules of the findings in order, and how many are suppressed.
fn check(files: &[(&str, &str)], flags: &[&str]) -> (Vec<String>, u64) {
    let project = Project::new(files);
    let ran = project.run(&[&["check", "--format", "json"], flags].concat());
    assert_eq!(ran.err, "");
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let rules = report["findings"].as_array().unwrap().iter().map(|found| found["rule"].as_str().unwrap().to_owned());
    let rules: Vec<String> = rules.collect();
    assert_eq!(ran.status, i32::from(!rules.is_empty()));
    (rules, report["summary"]["suppressed"].as_u64().unwrap())
}

const COMMENT: &str = "alinet:ignore vswitch-overlap -- one of them is going away";
const A: &str = "resource \"alicloud_vswitch\" \"a\"";
const B: &str = "resource \"alicloud_vswitch\" \"b\"";
const BLOCK: &str = "cidr_block = \"10.0.0.0/25\"";

fn ignored(text: &str) {
    assert_eq!(check(&[("main.tf", text)], &[]), (vec![], 1), "{text}");
}

fn useless(text: &str) {
    let (rules, suppressed) = check(&[("main.tf", text)], &[]);
    assert!(rules.contains(&"vswitch-overlap".to_owned()) && rules.contains(&"unused-ignore".to_owned()), "{text}");
    assert_eq!(suppressed, 0);
}

#[test]
fn a_comment_covers_a_block_an_attribute_or_a_file() {
    ignored(&OVERLAP.replace(B, &format!("# {COMMENT}\n{B}")));
    ignored(&OVERLAP.replace(B, &format!("// {COMMENT}\n# and more about it\n{B}")));
    ignored(&OVERLAP.replace(BLOCK, &format!("{BLOCK} # {COMMENT}")));
    ignored(&OVERLAP.replace(BLOCK, &format!("// {COMMENT}\n  {BLOCK}")));
    ignored(&OVERLAP.replace(BLOCK, &format!("# {}\n  {BLOCK}", COMMENT.replace("vswitch-overlap", "addressing"))));
    ignored(&OVERLAP.replace(BLOCK, &format!("# {}\n  {BLOCK}", COMMENT.replace("-overlap", "-overlap, peering"))));
    ignored(&format!("{OVERLAP}# alinet:ignore-file vswitch-overlap -- test bed\n"));
    ignored(&OVERLAP.replace('\n', "\r\n").replace(B, &format!("# {COMMENT}\r\n{B}")));
}

#[test]
fn a_comment_elsewhere_covers_nothing_and_is_reported() {
    useless(&OVERLAP.replace(A, &format!("# {COMMENT}\n{A}")));
    useless(&OVERLAP.replace(B, &format!("# {COMMENT}\n\n{B}")));
    useless(&OVERLAP.replace(B, &format!("# {}\n{B}", COMMENT.replace(" -- one of them is going away", ""))));
    useless(&OVERLAP.replace(B, &format!("# {}\n{B}", COMMENT.replace("overlap", "overlop"))));
    useless(&OVERLAP.replace(BLOCK, &format!("# {}\n  {BLOCK}", COMMENT.replace("vswitch-overlap", "routing"))));
}

#[test]
fn a_value_from_elsewhere_is_covered_where_it_stands_and_where_it_is_used() {
    let text = OVERLAP.replace("\"10.0.0.0/25\"", "var.block");
    let variable = "variable \"block\" {\n  type = string\n}\n";
    let values = format!("block = \"10.0.0.0/25\" # {COMMENT}\n");
    let files = [("main.tf", &*text), ("variables.tf", variable), ("terraform.tfvars", &*values)];
    assert_eq!(check(&files, &[]), (vec![], 1));
    let text = text.replace("var.block", &format!("var.block # {COMMENT}"));
    let files = [("main.tf", &*text), ("variables.tf", variable), ("terraform.tfvars", "block = \"10.0.0.0/25\"\n")];
    assert_eq!(check(&files, &[]), (vec![], 1));
}

#[test]
fn a_comment_above_a_module_covers_what_is_in_it_for_that_caller() {
    let call = "module \"net\" {\n  source = \"../net\"\n}\n";
    let quiet = format!("# {COMMENT}\n{call}");
    let both = [("net/main.tf", OVERLAP), ("one/main.tf", &*quiet), ("two/main.tf", call)];
    let project = Project::new(&both);
    let report: serde_json::Value = serde_json::from_str(&project.run(&["check", "--format", "json"]).out).unwrap();
    assert_eq!(report["findings"][0]["roots"], serde_json::json!(["two"]));
    assert_eq!(report["summary"]["suppressed"], 1);
    assert_eq!(check(&[("net/main.tf", OVERLAP), ("one/main.tf", &quiet)], &[]), (vec![], 1));
    let deep = format!("# {COMMENT}\nmodule \"deep\" {{\n  source = \"./one\"\n}}\n");
    assert_eq!(check(&[("net/main.tf", OVERLAP), ("one/main.tf", call), ("main.tf", &deep)], &[]), (vec![], 1));
}

#[test]
fn ignores_expire() {
    let text = OVERLAP.replace(B, &format!("# {}\n{B}", COMMENT.replace(" --", " until 2027-01-31 --")));
    let files = [("main.tf", &*text)];
    assert_eq!(check(&files, &["--today", "2027-01-31"]), (vec![], 1));
    let both = vec!["unused-ignore".to_owned(), "vswitch-overlap".to_owned()];
    assert_eq!(check(&files, &["--today", "2027-02-01"]), (both, 0));
    let ran = Project::new(&files).run(&["check", "--today", "tomorrow"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("2027-01-31"), "{}", ran.err);
}

#[test]
fn auditors_see_everything() {
    let text = OVERLAP.replace(B, &format!("# {COMMENT}\n{B}")).replace(A, &format!("# {COMMENT}\n{A}"));
    assert_eq!(check(&[("main.tf", &text)], &["--no-ignores"]), (vec!["vswitch-overlap".to_owned()], 0));
}

#[test]
fn an_ignore_is_not_called_useless_where_not_everything_was_looked_at() {
    let module = format!("variable \"b\" {{\n  type = string\n}}\n{}", OVERLAP.replace("\"10.0.0.0/25\"", "var.b"));
    let module = module.replace(B, &format!("# {COMMENT}\n{B}"));
    let call = |block: &str| format!("module \"net\" {{\n  source = \"../net\"\n  b = \"{block}\"\n}}\n");
    let (one, two) = (call("10.0.1.0/24"), call("10.0.0.0/25"));
    let files = [("net/main.tf", &*module), ("one/main.tf", &*one), ("two/main.tf", &*two)];
    assert_eq!(check(&files, &[]), (vec![], 1));
    assert_eq!(check(&files, &["one"]), (vec![], 0));
    assert_eq!(check(&files[..2], &["one"]).0, ["unused-ignore"]);
    let broken = [("net/main.tf", &*module), ("one/main.tf", &*one), ("one/broken.tf", "resource {\n")];
    assert_eq!(check(&broken, &["one"]).0, ["syntax-error"]);
}

#[test]
fn ignores_of_ignores() {
    let text = OVERLAP.replace(BLOCK, "cidr_block = \"10.0.1.0/25\"").replace(B, &format!("# {COMMENT}\n{B}"));
    assert_eq!(check(&[("main.tf", &text)], &[]).0, ["unused-ignore"]);
    let file = "# alinet:ignore-file unused-ignore -- generated\n";
    assert_eq!(check(&[("main.tf", &format!("{file}{text}"))], &[]), (vec![], 1));
    assert_eq!(check(&[("main.tf", file)], &[]).0, ["unused-ignore"]);
    assert_eq!(check(&[("main.tf", &text)], &["--ignore", "alinet"]), (vec![], 0));
}
