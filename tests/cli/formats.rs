//! Every format as it is written for one project, and what none of them may let through.

use alinet::report::sarif::Log;
use serde_json::Value;

use crate::{OVERLAP, Project};

/// A root with an error in a value from elsewhere, one that cannot be read, and one that is clean.
fn project() -> Project {
    let module = OVERLAP
        .replace("\"10.0.0.0/25\"", "var.block")
        .replace("resource \"alicloud_vpc\"", "# 中文 😀\nresource \"alicloud_vpc\"");
    let variable = "variable \"block\" {\n  type = string\n}\n\n";
    Project::new(&[
        ("modules/net/main.tf", &format!("{variable}{module}")),
        (
            "stacks/prod/main.tf",
            "module \"net\" {\n  source = \"../../modules/net\"\n  block  = /* 中文 😀 */ \"10.0.0.0/25\"\n}\n",
        ),
        ("stacks/broken/main.tf", "resource \"alicloud_vpc\" \"x\" {\n  cidr_block = \"10.0.0.0/8\n}\n"),
        (
            "stacks/clean/main.tf",
            "resource \"alicloud_vpc\" \"x\" {\n  cidr_block = \"10.0.0.0/8\"\n}\n\n# alinet:ignore peering -- later\nlocals {\n}\n",
        ),
        ("stacks/quiet/main.tf", &format!("{OVERLAP}# alinet:ignore-file vswitch-overlap -- test bed\n")),
    ])
}

fn shown(format: &str) -> String {
    let ran = project().run(&["check", "--format", format]);
    assert_eq!((ran.status, &*ran.err), (1, ""));
    ran.out
}

#[test]
fn human() {
    insta::assert_snapshot!(shown("human"));
}

#[test]
fn concise() {
    insta::assert_snapshot!(shown("concise"));
}

#[test]
fn json() {
    insta::assert_snapshot!(shown("json"));
}

#[test]
fn github() {
    insta::assert_snapshot!(shown("github"));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(shown("gitlab"));
}

#[test]
fn junit() {
    insta::assert_snapshot!(shown("junit"));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(shown("markdown"));
}

#[test]
fn sarif() {
    let ran = project().run(&["check", "--format", "sarif", "--sarif-include-suppressed"]);
    let log: Log = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(serde_json::to_string_pretty(&log).unwrap() + "\n", ran.out);
    let rules = &log.runs[0].tool.driver.rules;
    assert_eq!(rules.len(), alinet::rule::every().count());
    for rule in rules {
        let texts = [&rule.short_description.text, &rule.full_description.text, &rule.help.text, &rule.help.markdown];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", rule.id);
    }
    for result in &log.runs[0].results {
        assert_eq!(rules[result.rule_index.unwrap()].id, result.rule_id);
        assert_eq!(result.locations.len(), 1);
    }
    // The pages of the rules are looked at elsewhere.
    let mut shown: Value = serde_json::from_str(&ran.out).unwrap();
    shown["runs"][0]["tool"]["driver"]["rules"] = Value::Null;
    for result in shown["runs"][0]["results"].as_array_mut().unwrap() {
        result["ruleIndex"] = Value::Null;
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap());
}

#[test]
fn suppressed_findings_stay_out_of_sarif_unless_asked_for() {
    let ran = project().run(&["check", "--format", "sarif", "stacks/quiet"]);
    let log: Log = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, log.runs[0].results.len()), (0, 0));
    assert_eq!(log.runs[0].automation_details.id, "alinet/stacks/quiet/");
}

#[test]
fn sarif_says_where_the_files_come_from_without_who_fetched_them() {
    let project = project();
    project.write(".git/config", "[remote \"origin\"]\n\turl = https://me:secret@example.com/acme/net.git\n");
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    project.write(".git/refs/heads/main", &format!("{}\n", "12".repeat(20)));
    let log: Log = serde_json::from_str(&project.run(&["check", "--format", "sarif"]).out).unwrap();
    let origin = &log.runs[0].version_control_provenance[0];
    assert_eq!(origin.repository_uri, "https://example.com/acme/net");
    assert_eq!((origin.branch.as_deref(), origin.revision_id.as_deref()), (Some("main"), Some(&*"12".repeat(20))));
}

#[test]
fn paths_of_uploads_are_those_of_the_repository() {
    let project = project();
    for format in ["sarif", "github", "gitlab", "junit", "markdown"] {
        let here = project.run(&["check", "--format", format, "stacks/prod"]).out;
        let run =
            project.command().current_dir(project.path("stacks")).args(["check", "--format", format, "prod"]).output();
        assert_eq!(here, String::from_utf8(run.unwrap().stdout).unwrap(), "{format}");
        assert!(here.contains("stacks/prod/main.tf"));
    }
}

#[test]
fn one_run_feeds_several_readers() {
    let project = project();
    let flags = [
        "check", "--format", "sarif", "--output", "a.sarif", "--format", "junit", "--output", "b.xml", "--format",
        "concise",
    ];
    let ran = project.run(&flags);
    assert!(project.read("a.sarif").contains("\"2.1.0\""));
    assert!(project.read("b.xml").starts_with("<?xml"));
    assert!(ran.out.contains("error[vswitch-overlap]"));
    assert_eq!(project.run(&["check", "--output", "c.txt"]).out, "");
    assert!(project.read("c.txt").contains("vswitch-overlap"));
    let ran = project.run(&["check", "--output", "no/such/folder.txt"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("no/such/folder.txt"), "{}", ran.err);
}

#[test]
fn the_summary_of_a_job_is_appended_with_its_format_only() {
    let project = project();
    project.write("summary.md", "before\n");
    let run = |format: &str| {
        let summary = project.path("summary.md");
        project.command().env("GITHUB_STEP_SUMMARY", summary).args(["check", "--format", format]).output().unwrap()
    };
    run("sarif");
    assert_eq!(project.read("summary.md"), "before\n");
    run("github");
    insta::assert_snapshot!(project.read("summary.md"));
}

#[test]
fn statistics_count_by_rule() {
    insta::assert_snapshot!(project().run(&["check", "--format", "concise", "--statistics"]).err);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let project = project();
    for format in ["human", "json", "sarif", "markdown"] {
        let run = |threads: &str| {
            let run = project.command().env("RAYON_NUM_THREADS", threads).args(["check", "--format", format]).output();
            String::from_utf8(run.unwrap().stdout).unwrap()
        };
        assert_eq!(run("1"), run("8"), "{format}");
    }
}

/// Names that try to be markup, commands or escapes wherever they are shown.
#[test]
fn what_files_say_stays_text() {
    let hostile = "x\u{1b}[31m]]><script>@everyone | `c` ::error::y\u{202e}";
    let text = format!(
        "locals {{\n  a = nonsense(\"{hostile}\")\n  b = local.missing\n}}\nresource \"alicloud_vpc\" \"a\" {{\n  cidr_block = local.a # {hostile}\n  vpc_name = upper({{ \"{hostile}\" = local.b }})\n  description = file(\"{hostile}\")\n}}\n"
    );
    let project = Project::new(&[("main.tf", &text)]);
    for format in ["human", "concise", "github", "junit", "markdown", "json", "sarif", "gitlab"] {
        let out = project.run(&["check", "--format", format, "--all-blocks"]).out;
        assert!(!out.contains('\u{1b}'), "{format}: {out}");
        assert!(format == "json" || format == "sarif" || format == "gitlab" || !out.contains('\u{202e}'), "{format}");
        let forged = out.lines().any(|line| line.starts_with("::error::"));
        assert!(!forged, "{format}");
        if matches!(format, "junit" | "markdown") {
            assert!(!out.contains("<script>") && !out.contains("]]>"), "{format}: {out}");
        }
        if format == "markdown" {
            assert!(!out.contains("@everyone") && !out.contains(" | "), "{out}");
        }
    }
}

#[test]
fn secrets_are_shown_nowhere() {
    let text = OVERLAP.replace("\"10.0.0.0/25\"", "var.block");
    let variable = "variable \"block\" {\n  type = string\n  sensitive = true\n}\n";
    let files = [("main.tf", &*text), ("variables.tf", variable), ("terraform.tfvars", "block = \"10.0.0.0/25\"\n")];
    let project = Project::new(&files);
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        for flags in [&[][..], &["--no-ignores", "-v"]] {
            let ran = project.run(&[&["check", "--format", format], flags].concat());
            assert_eq!(ran.status, 1, "{format}: the value is used for deciding");
            // The pages of the rules have blocks of their own.
            let out: String = ran.out.lines().filter(|line| !line.contains("\"markdown\": ")).collect();
            assert!(!out.contains("10.0.0.0/25"), "{format}: {out}");
        }
    }
    assert!(project.run(&["check", "--format", "concise"]).out.contains("(sensitive)"));
}

/// Two peered VPCs of which one only has a route.
const ONE_WAY: &str = r#"resource "alicloud_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}
resource "alicloud_vswitch" "a" {
  vpc_id     = alicloud_vpc.a.id
  zone_id    = "cn-hangzhou-h"
  cidr_block = "10.0.0.0/24"
}
resource "alicloud_vpc" "b" {
  cidr_block = "10.1.0.0/16"
}
resource "alicloud_vswitch" "b" {
  vpc_id     = alicloud_vpc.b.id
  zone_id    = "cn-hangzhou-h"
  cidr_block = "10.1.0.0/24"
}
data "alicloud_account" "this" {}
resource "alicloud_vpc_peer_connection" "ab" {
  vpc_id              = alicloud_vpc.a.id
  accepting_ali_uid   = data.alicloud_account.this.id
  accepting_region_id = "cn-hangzhou"
  accepting_vpc_id    = alicloud_vpc.b.id
}
resource "alicloud_route_entry" "a_to_b" {
  route_table_id        = alicloud_vpc.a.route_table_id
  destination_cidrblock = alicloud_vpc.b.cidr_block
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.ab.id
}
"#;

#[test]
fn a_packet_shows_what_is_wrong_with_a_route() {
    let project = Project::new(&[("main.tf", ONE_WAY)]);
    let log: serde_json::Value = serde_json::from_str(&project.run(&["check", "--format", "sarif"]).out).unwrap();
    let flow = &log["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let steps: Vec<(u64, &str)> = flow
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["location"])
        .map(|step| {
            let line = step["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
            (line, step["message"]["text"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        steps,
        [
            (9, "a packet from alicloud_vpc.b to alicloud_vpc.a"),
            (12, "it comes to alicloud_vswitch.b"),
            (12, "it is dropped: the system table of alicloud_vpc.b has no route to 10.0.0.0/24"),
        ]
    );
    let comment = project.run(&["check", "--format", "markdown"]).out;
    assert!(comment.contains("  ```mermaid\n  flowchart LR\n    s0[\"a packet from alicloud_vpc.b"), "{comment}");
}

/// A key of `for_each` that would be markup, a command or an escape if a format let it through.
#[test]
fn keys_of_instances_stay_text() {
    let key = r#"a\n::error::x|<b>`[x](y)\u001b[31m%0A::error::z\u202e"#;
    let head = "resource \"alicloud_vswitch\" \"b\" {\n";
    let text = OVERLAP.replace(head, &format!("{head}  for_each = toset([\"{key}\"])\n"));
    let project = Project::new(&[("main.tf", &text)]);
    for format in ["human", "concise", "github", "junit", "markdown", "json", "sarif", "gitlab"] {
        let ran = project.run(&["check", "--format", format, "--color", "never"]);
        let out = ran.out;
        assert_eq!(ran.status, 1, "{format}");
        assert!(out.contains("::error::x"), "{format}: the key is shown: {out}");
        assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{format}: {out}");
        assert!(!out.lines().any(|line| line.starts_with("::error::")), "{format}: {out}");
        if format == "github" {
            assert!(out.lines().count() == 1 && out.contains("%250A::error::z"), "{out}");
        }
        if matches!(format, "junit" | "markdown") {
            assert!(!out.contains("<b>"), "{format}: {out}");
        }
        if format == "markdown" {
            assert!(!out.contains("[x](y)") && !out.contains("x|"), "{out}");
        }
    }
    let graphs = ["svg", "mermaid", "dot"].map(|format| vec!["graph", "--format", format]);
    for command in graphs.iter().chain([&vec!["reach"]]) {
        let out = project.run(command).out;
        assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{command:?}: {out}");
    }
}

/// A block that is computed from a sensitive value tells as much as the value.
#[test]
fn what_is_made_of_secrets_is_shown_nowhere() {
    let text = r#"provider "alicloud" {
  region     = "cn-hangzhou"
  access_key = "LTAI-not-a-key"
  secret_key = "hush-hush-hush"
}
variable "secret" {
  type      = string
  sensitive = true
  default   = "10.77.0.0/16"
}
resource "alicloud_vpc" "a" {
  cidr_block = var.secret
}
resource "alicloud_vpc" "b" {
  cidr_block = cidrsubnet(var.secret, 4, 1)
}
resource "alicloud_vpc_peer_connection" "p" {
  vpc_id              = alicloud_vpc.a.id
  accepting_vpc_id    = alicloud_vpc.b.id
  accepting_region_id = "cn-hangzhou"
}
resource "alicloud_route_entry" "out" {
  route_table_id        = alicloud_vpc.a.route_table_id
  destination_cidrblock = cidrsubnet(var.secret, 4, 1)
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.p.id
}
"#;
    let project = Project::new(&[("main.tf", text)]);
    let mut commands: Vec<Vec<&str>> = Vec::new();
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        commands.push(vec!["check", "-v", "--strict", "--format", format]);
    }
    for format in ["svg", "mermaid", "dot", "json"] {
        commands.push(vec!["graph", "--format", format]);
    }
    for format in ["human", "json"] {
        commands.push(vec!["reach", "--format", format, "--from", "alicloud_vpc.a", "--to", "alicloud_vpc.b"]);
        commands.push(vec!["eval", "--format", format, "alicloud_vpc.b.cidr_block"]);
    }
    for command in &commands {
        let ran = project.run(command);
        let out: String = ran.out.lines().filter(|line| !line.contains("\"markdown\": ")).collect();
        for secret in ["10.77.0.0", "10.77.16.0", "LTAI-not", "hush-hush"] {
            assert!(!out.contains(secret) && !ran.err.contains(secret), "{command:?}: {out}");
        }
    }
    assert!(project.run(&["check", "--format", "concise"]).out.contains("(sensitive)"));
}
