//! Which lines have changed since a revision? Asks git, which is what `--since` is for.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Failure;

/// The changed lines of each file.
#[derive(Debug, Default)]
pub struct Changes(HashMap<PathBuf, Vec<RangeInclusive<u32>>>);

impl Changes {
    pub fn since(revision: &str, top: Option<&Path>) -> Result<Changes, Failure> {
        let Some(top) = top else { return Err(Failure("--since: this is no git repository".into())) };
        if revision.starts_with('-') || revision.is_empty() {
            return Err(Failure(format!("--since {revision}: this is no revision")));
        }
        let commit =
            git(top, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]).map_err(|_| {
                Failure(format!("--since {revision}: git knows no such revision; fetch it, or name another"))
            })?;
        let diff = [
            "diff",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            commit.trim(),
            "--",
        ];
        let mut changes = Changes::parse(top, &git(top, &diff)?);
        let new = git(top, &["ls-files", "--others", "--exclude-standard", "-z"])?;
        for path in new.split('\0').filter(|path| !path.is_empty()) {
            changes.0.insert(top.join(path), vec![1..=u32::MAX]);
        }
        Ok(changes)
    }

    fn parse(top: &Path, diff: &str) -> Changes {
        let mut changes = Changes::default();
        let mut file = None;
        let mut content = 0;
        for line in diff.lines() {
            // Changed lines may look like headers.
            if content > 0 && line.starts_with(['+', '-']) {
                content -= 1;
            } else if let Some(path) = line.strip_prefix("+++ ") {
                let path = unquoted(path.trim_end_matches('\t'));
                file = path.strip_prefix("b/").map(|path| top.join(path));
            } else if let Some((lines, changed)) = line.strip_prefix("@@ ").and_then(hunk) {
                content = changed;
                if let Some(file) = &file {
                    changes.0.entry(file.clone()).or_default().push(lines);
                }
            }
        }
        changes
    }

    /// Whether lines of a file, both ends included, have changed.
    pub fn touch(&self, file: &Path, first: u32, last: u32) -> bool {
        let ranges = self.0.get(file);
        ranges.is_some_and(|ranges| ranges.iter().any(|range| *range.start() <= last && first <= *range.end()))
    }
}

/// The new lines of `-1,2 +3,4 @@`, and how many lines of text follow. Where lines were taken away, the two that now meet
/// count as changed.
fn hunk(text: &str) -> Option<(RangeInclusive<u32>, u32)> {
    let mut sides = text.split(' ').map(|side| {
        let (start, count) = side.get(1..)?.split_once(',').unwrap_or((side.get(1..)?, "1"));
        Some((start.parse::<u32>().ok()?, count.parse::<u32>().ok()?))
    });
    let ((_, gone), (start, count)) = (sides.next()??, sides.next()??);
    let lines = if count == 0 { start..=start.saturating_add(1) } else { start..=start.saturating_add(count - 1) };
    Some((lines, gone.saturating_add(count)))
}

/// A path as git writes it: in quotes, with escapes, when it holds unusual characters.
fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return text.to_owned() };
    let mut bytes = Vec::new();
    let mut rest = inner.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    if let Some(digit) = rest.next_if(|byte| (b'0'..=b'7').contains(byte)) {
                        value = value * 8 + u32::from(digit - b'0');
                    }
                }
                bytes.push(value as u8);
            }
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn git(top: &Path, arguments: &[&str]) -> Result<String, Failure> {
    // Nothing that a repository's own configuration names is run.
    let safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=true"];
    let ran = Command::new("git").arg("-C").arg(top).args(safe).args(arguments).output();
    let ran = ran.map_err(|error| format!("--since needs git: {error}"))?;
    if !ran.status.success() {
        return Err(Failure(format!("git {}: {}", arguments[0], String::from_utf8_lossy(&ran.stderr).trim())));
    }
    Ok(String::from_utf8_lossy(&ran.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_become_lines() {
        let diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,0 +2,3 @@ a\n+b\n+++ b/z\n+@@ -1 +1 @@\n@@ -9 +12 @@\n-x\n+y\n\
                    @@ -20,2 +30,0 @@\n-a\n--- b/z\n--- a/y\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n\
                    --- \"a/\\303\\251 .tf\"\n+++ \"b/\\303\\251 .tf\"\n@@ -1 +1 @@\n-a\n+b\n";
        let changes = Changes::parse(Path::new("/r"), diff);
        let touch = |file: &str, line| changes.touch(Path::new(file), line, line);
        assert!(!touch("/r/x", 1) && touch("/r/x", 2) && touch("/r/x", 4) && !touch("/r/x", 5));
        assert!(touch("/r/x", 12) && !touch("/r/x", 13) && touch("/r/x", 30) && touch("/r/x", 31));
        assert!(!touch("/r/y", 1) && touch("/r/\u{e9} .tf", 1));
    }
}
