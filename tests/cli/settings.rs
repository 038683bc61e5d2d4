//! `alinet.toml`: where it is found, what it changes, and what is said when it is wrong.

use serde_json::Value;

use crate::{OVERLAP, Project};

fn rules(project: &Project, flags: &[&str]) -> Vec<(String, String)> {
    let ran = project.run(&[&["check", "--format", "json"], flags].concat());
    assert_eq!(ran.err, "");
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let text = |found: &Value, key: &str| found[key].as_str().unwrap().to_owned();
    report["findings"].as_array().unwrap().iter().map(|found| (text(found, "root"), text(found, "severity"))).collect()
}

fn two(config: &str) -> Project {
    Project::new(&[("alinet.toml", config), ("a/main.tf", OVERLAP), ("b/main.tf", OVERLAP)])
}

fn found(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(root, severity)| ((*root).to_owned(), (*severity).to_owned())).collect()
}

#[test]
fn a_file_above_the_roots_counts_for_them() {
    assert_eq!(rules(&two(""), &[]), found(&[("a", "error"), ("b", "error")]));
    assert_eq!(rules(&two("ignore = [\"vswitch-overlap\"]"), &[]), []);
    assert_eq!(rules(&two("ignore = [\"addressing\"]"), &["a"]), []);
    assert_eq!(rules(&two("select = [\"peering\"]"), &[]), []);
    assert_eq!(rules(&two("select = [\"peering\"]"), &["--select", "vswitch-overlap", "a"]), found(&[("a", "error")]));
    assert_eq!(rules(&two("exclude = [\"b/**\"]"), &[]), found(&[("a", "error")]));
    assert_eq!(
        rules(&two("[severity]\naddressing = \"note\""), &["--fail-on", "note"]),
        found(&[("a", "note"), ("b", "note")])
    );
    let paths = "[[paths]]\nfiles = [\"b\"]\nseverity = { vswitch-overlap = \"warning\" }\n";
    assert_eq!(rules(&two(paths), &[]), found(&[("a", "error"), ("b", "warning")]));
}

#[test]
fn the_nearest_file_counts_and_none_above_the_repository() {
    let project = two("ignore = [\"vswitch-overlap\"]");
    project.write("a/alinet.toml", "");
    assert_eq!(rules(&project, &[]), found(&[("a", "error")]));
    let project = Project::new(&[("alinet.toml", "slect = 1"), ("inner/.git/HEAD", ""), ("inner/main.tf", OVERLAP)]);
    let run =
        project.command().current_dir(project.path("inner")).args(["check", "--format", "concise"]).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
}

#[test]
fn a_file_can_be_named() {
    let project = two("ignore = [\"vswitch-overlap\"]");
    project.write("other.toml", "exclude = [\"a\"]");
    assert_eq!(rules(&project, &["--config", "other.toml"]), found(&[("b", "error")]));
    let ran = project.run(&["check", "--config", "missing.toml"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("missing.toml"), "{}", ran.err);
}

#[test]
fn values_come_from_files_that_the_settings_name() {
    let text = OVERLAP.replace("\"10.0.0.0/25\"", "var.block");
    let project = Project::new(&[
        ("alinet.toml", "var-files = [\"common.tfvars\"]\n[roots.\"stack\"]\nvar-files = [\"stack/prod.tfvars\"]\n"),
        ("common.tfvars", "block = \"10.0.1.0/24\"\n"),
        ("stack/main.tf", &format!("variable \"block\" {{\n  type = string\n}}\n{text}")),
        ("stack/prod.tfvars", "block = \"10.0.0.0/25\"\n"),
    ]);
    assert_eq!(rules(&project, &[]), found(&[("stack", "error")]));
    assert_eq!(rules(&project, &["--var", "block=10.0.1.0/24"]), []);
    assert_eq!(project.run(&["eval", "var.block", "stack"]).out.trim(), "\"10.0.0.0/25\"");
}

#[test]
fn quotas_that_were_raised_are_not_exceeded() {
    let vpc = |n: usize| format!("resource \"alicloud_vpc\" \"v{n}\" {{\n  cidr_block = \"10.{n}.0.0/16\"\n}}\n");
    let text: String = (0..12).map(vpc).collect();
    let text = format!("provider \"alicloud\" {{\n  region = \"cn-hangzhou\"\n}}\n{text}");
    let project = Project::new(&[("main.tf", &text)]);
    let before = project.run(&["check", "--format", "concise"]).out;
    assert!(before.contains("quota-exceeded"), "{before}");
    let quotas = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/facts/quotas.json")).unwrap();
    let table: Value = serde_json::from_str(&quotas).unwrap();
    let per_region = table["quotas"].as_array().unwrap().iter().find(|quota| {
        quota["limit"] == 10
            && quota["count"].as_array().unwrap().iter().any(|count| count["resource"] == "alicloud_vpc")
    });
    let id = per_region.unwrap()["id"].as_str().unwrap();
    project.write("alinet.toml", &format!("[quotas]\n{id} = 12\n"));
    let after = project.run(&["check", "--format", "concise"]);
    assert!(!after.out.contains("quota-exceeded"), "{}{}", after.out, after.err);
    project.write("alinet.toml", &format!("[quotas]\n{id} = 11\n"));
    assert!(project.run(&["check", "--format", "concise"]).out.contains("the quota is 11"));
}

#[test]
fn a_wrong_file_is_status_two_and_says_what_to_write() {
    let ran = two("ignore = []\nslect = []\n").run(&["check"]);
    assert_eq!((ran.status, &*ran.err), (2, "alinet: alinet.toml:2:1: unknown key `slect`; did you mean `select`?\n"));
    let ran = two("ignore = [\"vswitch-overlop\"]").run(&["check"]);
    assert!(ran.err.contains("did you mean `vswitch-overlap`?"), "{}", ran.err);
}

#[test]
fn init_writes_a_file_once() {
    let project = Project::new(&[("main.tf", OVERLAP)]);
    assert_eq!(project.run(&["init"]).status, 0);
    assert!(project.read("alinet.toml").contains("# [quotas]"));
    assert_eq!(project.run(&["check", "-q"]).status, 1);
    let ran = project.run(&["init"]);
    assert_eq!((ran.status, &*ran.err), (2, "alinet: alinet.toml is there already; edit it, or remove it first\n"));
}

#[test]
fn what_applies_can_be_shown() {
    let project = two(
        "ignore = [\"unused-ignore\"]\n[severity]\npeering = \"note\"\n[quotas]\npeer-intra-region-per-vpc = 30\n[[paths]]\nfiles = [\"b/**\"]\nignore = [\"routing\"]\n",
    );
    let ran = project.run(&["check", "--show-config", "--ignore", "addressing"]);
    assert_eq!((ran.status, &*ran.err), (0, ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn the_schema_is_the_one_in_the_project() {
    let names: Vec<&str> = alinet::rule::every().flat_map(|rule| [rule.id, rule.category]).collect();
    let mut names: Vec<&str> = names.into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    names.sort_unstable();
    let schema = serde_json::to_string_pretty(&alinet::config::schema(&names)).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/editors/alinet.schema.json");
    if std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n") != schema {
        assert!(
            std::env::var_os("ALINET_UPDATE").is_some(),
            "editors/alinet.schema.json is old: run ALINET_UPDATE=1 cargo test --test cli"
        );
        std::fs::write(path, schema).unwrap();
    }
}

/// The text of the fences of a kind in the README.
fn fences(kind: &str) -> Vec<String> {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap().replace("\r\n", "\n");
    let fences = readme.split("\n```").skip(1).step_by(2);
    fences.filter_map(|fence| fence.strip_prefix(&format!("{kind}\n")).map(str::to_owned)).collect()
}

#[test]
fn what_the_readme_shows_works() {
    let [settings] = &*fences("toml") else { panic!("one block of settings") };
    let ran = two(settings).run(&["check", "--format", "concise"]);
    assert_eq!((ran.status, &*ran.out, &*ran.err), (0, "", ""));
    let [ignored] = &*fences("hcl") else { panic!("one ignored block") };
    let at = OVERLAP.find("resource \"alicloud_vswitch\" \"b\"").unwrap();
    let project = Project::new(&[("main.tf", &format!("{}{ignored}", &OVERLAP[..at]))]);
    let ran = project.run(&["check", "--format", "concise"]);
    assert_eq!((ran.status, &*ran.out), (0, ""));
    for line in fences("sh").iter().flat_map(|block| block.lines()).filter(|line| line.starts_with("alinet check")) {
        let flags: Vec<&str> = line.split('#').next().unwrap().split_whitespace().skip(1).collect();
        let ran = project.run(&flags);
        assert_eq!((ran.status, &*ran.err), (0, ""), "{line}");
    }
}
