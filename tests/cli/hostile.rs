//! Input that wants to take alinet down: each case ends by itself, soon, with a status of the contract, in bounded memory.
//!
//! The bounds are far above what is needed, for a debug build on a busy machine; what is exponential or endless misses them.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::{Project, Ran};

const LONGEST: Duration = Duration::from_secs(120);
/// In MiB, for inputs of at most 30 MB.
const MOST_MEMORY: u64 = 1_500;

/// Lints a project, and stops it where it takes too long or too much.
fn check(project: &Project, arguments: &[&str]) -> Ran {
    let mut command = project.command();
    command.arg("check").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipes = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = pipes.0.read_to_end(&mut text);
        text
    });
    let err = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = pipes.1.read_to_end(&mut text);
        text
    });
    let start = Instant::now();
    let mut peak = 0;
    let status = loop {
        peak = memory(child.id()).unwrap_or(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > LONGEST || peak > MOST_MEMORY {
            child.kill().unwrap();
            panic!("still running after {:?} with {peak} MiB", start.elapsed());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let ran = Ran {
        status: status.code().expect("ended by a signal"),
        out: text(out.join().unwrap()),
        err: text(err.join().unwrap()),
    };
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

/// The peak memory of a process in MiB, where the system tells.
fn memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

/// A good file beside the bad ones: what it has wrong is found whatever stands beside it.
const WITNESS: &str = "resource \"alicloud_vpc\" \"witness\" {\n  cidr_block = \"10.0.0.0/33\"\n}\n";

/// Lints one hostile file beside a good one, and the finding in the good one is there.
#[track_caller]
fn survives(name: &str, text: &[u8]) -> Ran {
    let project = Project::new(&[("good/main.tf", WITNESS), ("bad/main.tf", "")]);
    std::fs::write(project.path("bad").join(name), text).unwrap();
    let ran = check(&project, &["--all-blocks", "--format", "concise"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("vpc-cidr-invalid"), "{:.2000}", ran.out);
    ran
}

#[test]
fn nesting() {
    let deep = 100_000;
    let pairs: [(&str, &str); 16] = [
        ("a = ", ""),
        ("(", ")"),
        ("[", "]"),
        ("{ a = ", "}"),
        ("!", ""),
        ("-", ""),
        ("1 + ", ""),
        ("true ? 1 : ", ""),
        ("\"${", "}\""),
        ("f(", ")"),
        ("[for a in ", " : a]"),
        ("{for a in ", " : a => a}"),
        ("%{ if true }", "%{ endif }"),
        ("b {\n", "}\n"),
        ("<<A\n${", "}\nA\n"),
        ("x[", "]"),
    ];
    for (open, close) in pairs {
        let text = format!("locals {{\n  a = {}1{}\n}}\n", open.repeat(deep), close.repeat(deep));
        survives("deep.tf", text.as_bytes());
    }
    survives("chain.tf", format!("locals {{\n  a = x{}\n}}\n", ".y".repeat(deep)).as_bytes());
    survives("index.tf", format!("locals {{\n  a = x{}\n}}\n", "[0]".repeat(deep)).as_bytes());
    survives("splat.tf", format!("locals {{\n  a = x{}\n}}\n", "[*]".repeat(deep)).as_bytes());
    survives("sum.tf", format!("locals {{\n  a = 1{}\n}}\n", " + 1".repeat(deep)).as_bytes());
    survives("blocks.tf", format!("{}{}", "b {\n".repeat(deep), "}\n".repeat(deep)).as_bytes());
    survives("open.tf", "b {\n".repeat(deep).as_bytes());
    survives("array.tf.json", format!("{{\"a\":{}{}}}", "[".repeat(deep), "]".repeat(deep)).as_bytes());
    survives("object.tf.json", format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep)).as_bytes());
}

#[test]
fn length() {
    let long = "x".repeat(10 << 20);
    survives("line.tf", format!("a = {long}\n").as_bytes());
    survives("string.tf", format!("locals {{\n  a = \"{long}\"\n}}\n").as_bytes());
    survives("open.tf", format!("locals {{\n  a = \"{long}\n}}\n").as_bytes());
    survives("heredoc.tf", format!("locals {{\n  a = <<EOT\n{long}\nEOT\n}}\n").as_bytes());
    survives("comment.tf", format!("/* {long} */ # {long}\n").as_bytes());
    survives("name.tf", format!("resource \"alicloud_vpc\" \"{long}\" {{\n}}\n").as_bytes());
    survives("string.tf.json", format!("{{\"locals\": {{\"a\": \"{long}\"}}}}").as_bytes());
}

#[test]
fn breadth() {
    let keys: String = (0..64_000).map(|at| format!("    key{at} = {at}\n")).collect();
    survives("object.tf", format!("locals {{\n  a = {{\n{keys}  }}\n  b = keys(local.a)\n}}\n").as_bytes());
    survives("attributes.tf", format!("locals {{\n{keys}}}\n").as_bytes());
    let json: Vec<String> = (0..64_000).map(|at| format!("\"key{at}\": {at}")).collect();
    survives("object.tf.json", format!("{{\"locals\": {{\"a\": {{{}}}}}}}", json.join(",")).as_bytes());
    survives("blocks.tf", "locals {}\n".repeat(200_000).as_bytes());
    survives("comments.tf", "# alinet:ignore x\n".repeat(10_000).as_bytes());
}

#[test]
fn values_that_explode() {
    let product = "setproduct(range(1000), range(1000), range(1000))";
    for value in [
        "range(1000000)",
        "range(0, 1e18)",
        product,
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a]]]",
        "join(\",\", [for a in range(1000) : join(\",\", range(1000))])",
        "format(\"%1000000000s\", \"a\")",
        "format(\"%.1000000000f\", 1)",
        "cidrsubnets(\"10.0.0.0/8\", [for a in range(100000) : 20]...)",
        "pow(10, 1000000000)",
        "1e999999999",
        "replace(join(\"\", [for a in range(10000) : \"a\"]), \"/(a*)*b/\", \"\")",
        "jsondecode(join(\"\", [for a in range(100000) : \"[\"]))",
    ] {
        let text = format!(
            "locals {{\n  a = {value}\n}}\nresource \"alicloud_vpc\" \"v\" {{\n  for_each = toset([for a in local.a : \
             jsonencode(a)])\n  vpc_name = each.key\n}}\n"
        );
        survives("range.tf", text.as_bytes());
    }
    survives("count.tf", b"resource \"alicloud_vpc\" \"v\" {\n  count = 1000000000\n}\n");
    let doubling = |what: &dyn Fn(usize) -> String| (1..60).map(what).collect::<String>();
    let text = doubling(&|at| format!("  a{at} = \"${{local.a{0}}}${{local.a{0}}}\"\n", at - 1));
    survives("template.tf", format!("locals {{\n  a0 = \"ab\"\n{text}}}\n").as_bytes());
    let list = doubling(&|at| format!("  a{at} = [local.a{0}, local.a{0}]\n", at - 1));
    survives("list.tf", format!("locals {{\n  a0 = [1]\n{list}  z = flatten(local.a59)\n}}\n").as_bytes());
    let joined = doubling(&|at| format!("  a{at} = concat(local.a{0}, local.a{0})\n", at - 1));
    survives("concat.tf", format!("locals {{\n  a0 = [1]\n{joined}}}\n").as_bytes());
}

#[test]
fn circles() {
    let ran = survives("locals.tf", b"locals {\n  a = local.b\n  b = \"${local.a}\"\n}\n");
    assert!(ran.out.contains("evaluation-error"), "{}", ran.out);
    survives("self.tf", b"resource \"alicloud_vpc\" \"v\" {\n  count = length(alicloud_vpc.v)\n}\n");
    let module = b"module \"m\" {\n  source = \"./\"\n  a = module.m.a\n}\nvariable \"a\" {}\noutput \"a\" {\n  value = var.a\n}\n";
    let ran = survives("module.tf", module);
    assert!(ran.out.contains("evaluation-error"), "{}", ran.out);
    let chain: String = (0..20_000).map(|at| format!("  a{at} = local.a{}\n", at + 1)).collect();
    survives("chain.tf", format!("locals {{\n{chain}  a20000 = 1\n}}\n").as_bytes());
    let fan = "module \"a\" {\n  source = \"../m\"\n}\nmodule \"b\" {\n  source = \"../m\"\n}\n";
    let project = Project::new(&[("good/main.tf", WITNESS), ("bad/main.tf", &fan.replace("../m", "../m0"))]);
    for at in 0..40 {
        project.write(&format!("m{at}/main.tf"), &fan.replace("../m", &format!("../m{}", at + 1)));
    }
    let ran = check(&project, &["--format", "concise"]);
    assert!(ran.status == 1 && ran.out.contains("vpc-cidr-invalid"), "{} {}", ran.status, ran.out);
}

#[test]
fn bytes() {
    let ran = survives("latin.tf", b"resource \"alicloud_vpc\" \"v\" {\n  vpc_name = \"caf\xe9\"\n}\n");
    assert!(ran.out.contains("syntax-error"), "{}", ran.out);
    survives("comment.tf", b"# caf\xe9\nresource \"alicloud_vpc\" \"v\" {}\n");
    survives("nul.tf", b"resource \"alicloud_vpc\" \"v\" {\x00}\n");
    survives("wide.tf", b"\xff\xfer\x00e\x00s\x00");
    survives("random.tf", &(0..100_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>());
    let crlf = WITNESS.replace('\n', "\r\n");
    let ran = survives("crlf.tf", format!("\u{feff}{crlf}").as_bytes());
    assert_eq!(ran.out.matches("vpc-cidr-invalid").count(), 2, "{}", ran.out);
}

/// What content may not do to the terminal of the one who reads the findings.
#[test]
fn escapes_do_not_reach_the_terminal() {
    let text = "resource \"alicloud_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/33\u{1b}]0;owned\u{7}\u{9b}31m\" # \u{1b}[2J\n}\n";
    let project = Project::new(&[("main.tf", text), ("a\u{1b}[31mb.tf", WITNESS)]);
    for format in ["human", "concise", "github", "markdown", "junit", "gitlab", "sarif", "json"] {
        let ran = project.run(&["check", "--format", format, "--fail-on", "never"]);
        let bad = |c: char| c.is_control() && c != '\n';
        assert!(!ran.out.contains(bad) && !ran.err.contains(bad), "{format}: {:?}", ran.out);
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    #[test]
    fn names_of_files() {
        let project = Project::new(&[("main.tf", "locals {}\n")]);
        let names =
            [&b"a b.tf"[..], b"a\nb.tf", b"a\"b'.tf", b"\xff\xfe.tf", b"-rf.tf", b"%0A::error::.tf", b"<b>&.tf"];
        for (at, name) in names.into_iter().enumerate() {
            let text = WITNESS.replace("witness", &format!("w{at}"));
            std::fs::write(project.path("").join(std::ffi::OsStr::from_bytes(name)), text).unwrap();
        }
        for format in ["human", "concise", "github", "markdown", "junit", "gitlab", "sarif", "json"] {
            let ran = check(&project, &["--format", format]);
            assert_eq!(ran.status, 1, "{format}: {}", ran.err);
        }
        let ran = check(&project, &["--format", "concise"]);
        assert_eq!(ran.out.lines().filter(|line| line.contains("vpc-cidr-invalid")).count(), 6, "{}", ran.out);
        assert_eq!(ran.out.matches("syntax-error").count(), 1, "{}", ran.out);
        let long = "d".repeat(200);
        let deep = (0..15).fold(project.path(""), |path, _| path.join(&long));
        if std::fs::create_dir_all(&deep).is_ok() {
            std::fs::write(deep.join("main.tf"), WITNESS).unwrap();
            assert_eq!(check(&project, &["--format", "concise"]).out.matches("vpc-cidr-invalid").count(), 7);
        }
    }

    #[test]
    fn links_pipes_and_devices() {
        let project = Project::new(&[("good/main.tf", WITNESS), ("bad/main.tf", "locals {}\n")]);
        symlink("loop.tf", project.path("bad/loop.tf")).unwrap();
        symlink("..", project.path("bad/up")).unwrap();
        symlink("/dev/zero", project.path("bad/zero.tf")).unwrap();
        symlink("/dev/stdin", project.path("bad/stdin.tf")).unwrap();
        symlink("nowhere", project.path("bad/dangling.tf")).unwrap();
        symlink("/", project.path("bad/top")).unwrap();
        let made = Command::new("mkfifo").arg(project.path("bad/pipe.tf")).status();
        assert!(made.unwrap().success());
        let ran = check(&project, &["--format", "concise"]);
        assert_eq!(ran.status, 1, "{}", ran.err);
        assert!(ran.out.contains("vpc-cidr-invalid"), "{}", ran.out);
    }

    #[test]
    fn nothing_is_read_outside_the_repository() {
        let outside = Project::new(&[("secret.txt", "10.9.9.0/24"), ("module/main.tf", WITNESS)]);
        let secret = outside.path("secret.txt");
        let root = format!(
            "locals {{\n  a = file(\"{0}\")\n  b = file(\"link.txt\")\n  c = file(\"../../../../../../../../{0}\")\n  d = \
             fileset(\"linked\", \"*\")\n  e = templatefile(\"link.txt\", {{}})\n  f = fileexists(\"{0}\")\n}}\nmodule \"m\" \
             {{\n  source = \"./linked\"\n}}\nresource \"alicloud_vpc\" \"v\" {{\n  for_each = {{ a = local.a, b = local.b, c \
             = local.c, e = local.e }}\n  cidr_block = each.value\n}}\nresource \"alicloud_vpc\" \"w\" {{\n  for_each = \
             local.d\n  vpc_name = each.key\n  cidr_block = \"10.0.0.0/33\"\n}}\n",
            secret.display()
        );
        let project = Project::new(&[("main.tf", &root)]);
        symlink(&secret, project.path("link.txt")).unwrap();
        symlink(outside.path("module"), project.path("linked")).unwrap();
        for format in ["human", "json", "sarif"] {
            let ran = check(&project, &["--all-blocks", "--strict", "-v", "--format", format]);
            let all = format!("{}{}", ran.out, ran.err);
            assert!(!all.contains("10.9.9.0") && !all.contains("witness"), "{format}: {all}");
        }
    }

    #[test]
    fn output_that_nobody_takes() {
        let project = Project::new(&[]);
        for at in 0..400 {
            project.write(&format!("r{at}/main.tf"), WITNESS);
        }
        let script =
            format!("{} check --format concise | head -n 1; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_alinet"));
        let output = Command::new("bash").args(["-c", &script]).current_dir(project.path("")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{:?}", output.status);
        if std::path::Path::new("/dev/full").exists() {
            let ran = check(&project, &["--format", "json", "--output", "/dev/full"]);
            assert!(ran.status == 2 && ran.err.contains("/dev/full"), "{} {}", ran.status, ran.err);
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            let status = project.command().arg("check").stdout(full).stderr(Stdio::null()).status().unwrap();
            assert_eq!(status.code(), Some(2));
        }
    }

    /// Making them takes longer than reading them: `cargo test -- --ignored`.
    #[test]
    #[ignore = "makes 100,000 files"]
    fn a_directory_of_100_000_files() {
        let project = Project::new(&[("good/main.tf", WITNESS)]);
        std::fs::create_dir(project.path("many")).unwrap();
        for at in 0..100_000 {
            let name = project.path("many").join(format!("f{at}.{}", if at % 10 == 0 { "tf" } else { "txt" }));
            std::fs::write(name, "locals {}\n").unwrap();
        }
        let ran = check(&project, &["--format", "concise"]);
        assert!(ran.status == 1 && ran.out.contains("vpc-cidr-invalid"), "{} {}", ran.status, ran.err);
    }
}
