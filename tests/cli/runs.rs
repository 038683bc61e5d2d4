//! What a run looks at, what it leaves out, and how it ends.

use std::process::Command;

use serde_json::Value;

use crate::{OVERLAP, Project};

fn count(project: &Project, flags: &[&str]) -> usize {
    let ran = project.run(&[&["check", "--format", "json"], flags].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    report["findings"].as_array().unwrap().len()
}

const CLEAN: &str = "resource \"alicloud_vpc\" \"x\" {\n  cidr_block = \"10.0.0.0/8\"\n}\n";

#[test]
fn the_exit_status_says_how_it_went() {
    let project = Project::new(&[("bad/main.tf", OVERLAP), ("good/main.tf", CLEAN), ("none/readme.md", "")]);
    let status = |flags: &[&str]| project.run(flags).status;
    assert_eq!(status(&["check", "good"]), 0);
    assert_eq!(status(&["check", "bad"]), 1);
    assert_eq!(status(&["check", "bad", "--fail-on", "never"]), 0);
    assert_eq!(status(&["check", "bad", "--ignore", "vswitch-overlap"]), 0);
    let notes = "[severity]\nvswitch-overlap = \"note\"\n";
    project.write("alinet.toml", notes);
    assert_eq!(status(&["check", "bad"]), 0);
    assert_eq!(status(&["check", "bad", "--fail-on", "note"]), 1);
}

#[test]
fn what_cannot_be_done_is_status_two_and_says_what_to_do() {
    let project = Project::new(&[("main.tf", OVERLAP), ("none/readme.md", ""), ("x.tfvars", "")]);
    let said = |flags: &[&str], expected: &str| {
        let ran = project.run(flags);
        assert_eq!((ran.status, &*ran.out), (2, ""), "{flags:?}");
        assert!(ran.err.contains(expected), "{flags:?}: {}", ran.err);
    };
    said(&["check", "--no-such-flag"], "--no-such-flag");
    said(&["check", "missing"], "missing: ");
    said(&["check", "none"], "there is no Terraform file under the given paths");
    said(&["check", "--select", "vswitch-overlop"], "did you mean `vswitch-overlap`?");
    said(&["check", "--ignore", "nothing-like-it-at-all"], "`alinet rules` lists them");
    said(&["check", "--format", "xml"], "possible values: human");
    said(&["check", "--fail-on", "bad"], "possible values: error");
    said(&["check", "--var", "x"], "write NAME=VALUE");
    said(&["check", "--var", "x=1"], "no root declares this variable");
    said(&["check", "--var-file", "y.tfvars"], "there is no such file");
    said(&["check", "--baseline", "b.json"], "--baseline b.json: ");
    said(&["check", "--baseline", "main.tf"], "write it with --write-baseline");
    said(&["check", "--write-baseline", "no/b.json"], "--write-baseline no/b.json: ");
    said(&["check", "--shard", "3/2"], "write which of how many, as in 2/5");
    said(&["check", "--shard", "0/2"], "write which of how many, as in 2/5");
    said(&["check", "--since=--output=x"], "this is no revision");
    said(&["explain", "vswitch-overlop"], "did you mean `vswitch-overlap`?");
    said(&["completions", "tcsh"], "possible values: bash");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        project.write("locked/main.tf", "");
        std::fs::set_permissions(project.path("locked"), std::fs::Permissions::from_mode(0o000)).unwrap();
        // Root may read everything.
        if std::fs::read_dir(project.path("locked")).is_err() {
            said(&["check", "locked"], "locked: ");
        }
        std::fs::set_permissions(project.path("locked"), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_file_stands_for_the_roots_it_belongs_to() {
    let call = "module \"net\" {\n  source = \"../net\"\n}\n";
    let project = Project::new(&[
        ("net/main.tf", OVERLAP),
        ("one/main.tf", call),
        ("two/main.tf", CLEAN),
        ("two/env/prod.tfvars", "x = 1\n"),
        ("readme/notes.tfvars", ""),
    ]);
    assert_eq!(count(&project, &["net/main.tf"]), 1);
    assert_eq!(count(&project, &["two/main.tf"]), 0);
    let report = project.run(&["check", "--format", "json", "two/env/prod.tfvars"]).out;
    assert_eq!(serde_json::from_str::<Value>(&report).unwrap()["summary"]["resources"], 1);
    assert_eq!(project.run(&["check", "readme/notes.tfvars"]).status, 0);
}

#[test]
fn callers_of_a_file_are_found_however_they_write_it() {
    let hcl = |source: &str| format!("module \"net\" {{\n  source = \"{source}\"\n}}\n");
    for (path, call) in [
        ("one/main.tf", hcl("../net")),
        ("one/main.tf", hcl("../net/")),
        ("one/main.tf", hcl("../other/../net/.")),
        ("net/examples/all/main.tf", hcl("../..")),
        ("one/main.tf.json", "{\"module\": {\"net\": {\"source\": \"..\\/net\"}}}".to_owned()),
    ] {
        let project = Project::new(&[("net/main.tf", OVERLAP), (path, &call)]);
        let ran = project.run(&["check", "--format", "json", "net/main.tf"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let directory = path.rsplit_once('/').unwrap().0;
        assert_eq!(report["findings"][0]["root"], directory, "{call}");
    }
    // What shares its name, or a module that others call too, is none of its business.
    let ignored = format!("# alinet:ignore vswitch-mask -- elsewhere\n{OVERLAP}");
    let net = hcl("../shared");
    let project = Project::new(&[
        ("net/main.tf", &net),
        ("shared/main.tf", &ignored),
        ("one/main.tf", "# /net\nlocals {\n  a = \"../net\"\n}\n"),
        ("two/main.tf", &net),
    ]);
    let ran = project.run(&["check", "--format", "json", "net/main.tf"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let found = report["findings"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{}", ran.out);
    assert_eq!(found[0]["roots"], serde_json::json!(["net"]));
}

#[test]
fn a_baseline_hides_what_was_there_before() {
    let project = Project::new(&[("main.tf", OVERLAP)]);
    let ran = project.run(&["check", "-q", "--write-baseline", "baseline.json"]);
    assert_eq!(ran.status, 1);
    let baseline = ["check", "--format", "concise", "--baseline", "baseline.json"];
    let ran = project.run(&baseline);
    assert_eq!((ran.status, &*ran.out, &*ran.err), (0, "", ""));
    // Moving a block to another file changes nothing.
    let (first, second) = OVERLAP.split_at(OVERLAP.find("resource \"alicloud_vswitch\" \"b\"").unwrap());
    project.write("main.tf", &format!("\n\n{first}"));
    project.write("other.tf", second);
    assert_eq!(project.run(&baseline).status, 0);
    project.write("third.tf", &second.replace("\"b\"", "\"c\"").replace("10.0.0.0/25", "10.0.0.128/25"));
    let ran = project.run(&baseline);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    std::fs::remove_file(project.path("third.tf")).unwrap();
    project.write("other.tf", "");
    let ran = project.run(&baseline);
    assert_eq!((ran.status, &*ran.out), (0, ""));
    assert!(ran.err.contains("1 of 1 findings are gone"), "{}", ran.err);
}

#[test]
fn shards_share_the_roots_among_them() {
    let files: Vec<(String, &str)> = (0..5).map(|at| (format!("stacks/{at}/main.tf"), OVERLAP)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    let project = Project::new(&files);
    assert_eq!(count(&project, &["--shard", "1/2"]), 3);
    assert_eq!(count(&project, &["--shard", "2/2"]), 2);
    let ran = project.run(&["check", "--shard", "7/9"]);
    assert_eq!((ran.status, &*ran.out), (0, ""));
}

#[test]
fn only_what_has_changed_is_reported_on_request() {
    let project = Project::new(&[("main.tf", OVERLAP), ("b/main.tf", OVERLAP)]);
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    let git = |arguments: &[&str]| {
        let name = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let ran = Command::new("git").current_dir(project.path("")).args(name).args(arguments).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "first"]);
    assert_eq!(count(&project, &[]), 2);
    assert_eq!(count(&project, &["--since", "HEAD"]), 0);
    project.write("main.tf", &OVERLAP.replace("10.0.0.0/25", "10.0.0.64/26"));
    assert_eq!(count(&project, &["--since", "HEAD"]), 1);
    // The other vSwitch is a witness.
    project.write("main.tf", &OVERLAP.replace("10.0.0.0/24", "10.0.0.0/23"));
    assert_eq!(count(&project, &["--since", "HEAD"]), 1);
    project.write("main.tf", &format!("# a line\n{OVERLAP}"));
    assert_eq!(count(&project, &["--since", "HEAD"]), 0);
    project.write("new/main.tf", OVERLAP);
    assert_eq!(count(&project, &["--since", "HEAD"]), 1);
    let ran = project.run(&["check", "--since", "nothing"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("git knows no such revision"), "{}", ran.err);
}

#[test]
fn shells_and_man_are_served() {
    let project = Project::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = project.run(&["completions", shell]);
        assert!(ran.status == 0 && ran.out.contains("write-baseline"), "{shell}");
    }
    assert!(project.run(&["man"]).out.contains(".TH alinet"));
}

/// What is known of a finding outlives the file that it stood in.
#[test]
fn findings_outlive_moves_between_files() {
    let at = OVERLAP.find("resource \"alicloud_vswitch\" \"b\"").unwrap();
    let fingerprints = |project: &Project| {
        let report: Value = serde_json::from_str(&project.run(&["check", "--format", "json"]).out).unwrap();
        let found = report["findings"].as_array().unwrap().iter();
        found.map(|found| found["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let project = Project::new(&[("main.tf", OVERLAP)]);
    assert_eq!(project.run(&["check", "--write-baseline", "old.json", "-q"]).status, 1);
    let before = fingerprints(&project);
    for (main, other) in [("main.tf", "other.tf"), ("renamed.tf", "a.tf")] {
        let moved = Project::new(&[(main, &OVERLAP[..at]), (other, &format!("# moved\n\n{}", &OVERLAP[at..]))]);
        assert_eq!(fingerprints(&moved), before);
        moved.write("old.json", &project.read("old.json"));
        assert_eq!(moved.run(&["check", "--baseline", "old.json", "-q"]).status, 0);
        let ignored = format!("# alinet:ignore vswitch-overlap -- a test bed\n{}", &OVERLAP[at..]);
        moved.write(other, &ignored);
        assert_eq!(moved.run(&["check", "--format", "concise"]).out, "");
    }
}

#[test]
fn every_level_of_failing_is_kept() {
    let project = Project::new(&[("main.tf", OVERLAP)]);
    for (severity, levels) in [("error", [1, 1, 1, 0]), ("warning", [0, 1, 1, 0]), ("note", [0, 0, 1, 0])] {
        project.write("alinet.toml", &format!("[severity]\nvswitch-overlap = \"{severity}\"\n"));
        for (level, status) in ["error", "warning", "note", "never"].into_iter().zip(levels) {
            assert_eq!(project.run(&["check", "-q", "--fail-on", level]).status, status, "{severity} at {level}");
        }
    }
    let said = |flags: &[&str], expected: &str| {
        let ran = project.run(flags);
        assert_eq!((ran.status, &*ran.out), (2, ""), "{flags:?}");
        assert!(ran.err.contains(expected), "{flags:?}: {}", ran.err);
    };
    project.write("bad.json", "[1, 2");
    said(&["check", "--baseline", "bad.json"], "write it with --write-baseline");
    said(&["check", "--baseline", "none.json"], "none.json");
    said(&["check", "nowhere"], "nowhere");
}
