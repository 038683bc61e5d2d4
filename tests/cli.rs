//! The binary as a user meets it: files on a disk, flags, output and exit status.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cli {
    pub mod elsewhere;
    pub mod formats;
    pub mod hostile;
    pub mod ignores;
    pub mod roots;
    pub mod runs;
    pub mod settings;
}

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder of files that is a repository of its own.
pub struct Project(PathBuf);

impl Project {
    pub fn new(files: &[(&str, &str)]) -> Project {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("project-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let project = Project(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        std::fs::create_dir_all(project.0.join(".git")).unwrap();
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_alinet"));
        command.current_dir(&self.0).env("NO_COLOR", "1");
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("TF_") || name.starts_with("GITHUB_") {
                command.env_remove(name);
            }
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::new(self.command().args(arguments).output().unwrap())
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn new(output: Output) -> Ran {
        Ran {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Two vSwitches of one VPC that overlap.
pub const OVERLAP: &str = r#"resource "alicloud_vpc" "hub" {
  cidr_block = "10.0.0.0/16"
}

resource "alicloud_vswitch" "a" {
  vpc_id     = alicloud_vpc.hub.id
  zone_id    = "cn-hangzhou-h"
  cidr_block = "10.0.0.0/24"
}

resource "alicloud_vswitch" "b" {
  vpc_id     = alicloud_vpc.hub.id
  zone_id    = "cn-hangzhou-i"
  cidr_block = "10.0.0.0/25"
}
"#;

#[test]
fn findings_are_one_line_each_and_status_one() {
    let project = Project::new(&[("main.tf", OVERLAP)]);
    let ran = project.run(&["check", "--format", "concise"]);
    println!("{}", ran.out);
    assert_eq!((ran.status, &*ran.err), (1, ""));
}
