//! Files and places in them.
//!
//! Paths are absolute and lexically normal inside alinet; what a user sees is made relative to the working directory
//! when it is shown. Offsets are bytes of the file as it is on disk.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct FileId(u32);

/// A range of bytes in one file; `end` is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Span { file, start: start as u32, end: end as u32 }
    }

    pub fn contains(&self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that holds both; both must be of one file.
    pub fn to(&self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Line and column start at 1; columns count UTF-16 code units, the offset UTF-8 bytes from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    pub line: u32,
    pub column: u32,
    pub offset: u32,
}

#[derive(Debug)]
pub struct File {
    pub id: FileId,
    pub path: PathBuf,
    /// The text, byte for byte as long as the file: bytes that are not UTF-8 stand as `?`, a byte order mark as blanks.
    pub text: Arc<str>,
    /// Offsets of the bytes that were not UTF-8.
    pub invalid: Vec<u32>,
    lines: OnceLock<Vec<u32>>,
}

impl File {
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let mut starts = vec![0];
            starts.extend(memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1));
            starts
        })
    }

    pub fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines().partition_point(|&start| start as usize <= offset);
        let start = self.lines()[line - 1] as usize;
        let column = self.text[start..offset].encode_utf16().count() as u32 + 1;
        Position { line: line as u32, column, offset: offset as u32 }
    }

    /// The bytes of a line (from 1), without its line end.
    pub fn line(&self, line: u32) -> &str {
        let starts = self.lines();
        let Some(&start) = starts.get(line as usize - 1) else { return "" };
        let end = starts.get(line as usize).map_or(self.text.len(), |&next| next as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

/// Turns the bytes of a file into text of the same length, and says which bytes were not UTF-8.
fn decode(bytes: Vec<u8>) -> (Arc<str>, Vec<u32>) {
    let mut invalid = Vec::new();
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let bytes = error.into_bytes();
            let mut text = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                for _ in chunk.invalid() {
                    invalid.push(text.len() as u32);
                    text.push('?');
                }
            }
            text
        }
    };
    if text.starts_with('\u{feff}') {
        text.replace_range(..3, "   ");
    }
    (text.into(), invalid)
}

/// All files read so far. Ids are private to one run and never shown.
#[derive(Default, Debug)]
pub struct Files {
    held: RwLock<Held>,
}

#[derive(Default, Debug)]
struct Held {
    files: Vec<Arc<File>>,
    by_path: HashMap<PathBuf, FileId>,
}

impl Files {
    pub fn add(&self, path: &Path, bytes: Vec<u8>) -> Arc<File> {
        let (text, invalid) = decode(bytes);
        let mut held = self.held.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(&FileId(id)) = held.by_path.get(path) {
            return held.files[id as usize].clone();
        }
        let id = FileId(held.files.len() as u32);
        let file = Arc::new(File { id, path: path.to_owned(), text, invalid, lines: OnceLock::new() });
        held.files.push(file.clone());
        held.by_path.insert(path.to_owned(), id);
        file
    }

    pub fn get(&self, id: FileId) -> Arc<File> {
        let held = self.held.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        held.files[id.0 as usize].clone()
    }

    pub fn find(&self, path: &Path) -> Option<Arc<File>> {
        let held = self.held.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        held.by_path.get(path).map(|&FileId(id)| held.files[id as usize].clone())
    }

    pub fn len(&self) -> usize {
        self.held.read().unwrap_or_else(|poisoned| poisoned.into_inner()).files.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn text(&self, span: Span) -> String {
        self.get(span.file).slice(span).to_owned()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub is_dir: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    Missing,
    Other(String),
}

/// What `lint` may ask of the world. The command line answers it from the disk within the repository, tests from memory.
pub trait Sources: Sync {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Unreadable>;
    /// The entries of a directory, sorted by name; links are followed.
    fn list(&self, directory: &Path) -> Result<Vec<Entry>, Unreadable>;
    /// Every directory under a path, itself included, with the names of the Terraform files in it; hidden and git-ignored
    /// folders below the path are left out.
    fn walk(&self, path: &Path) -> Vec<(PathBuf, Vec<String>)> {
        let mut found = Vec::new();
        let mut open = vec![path.to_owned()];
        while let Some(directory) = open.pop() {
            let mut names = Vec::new();
            for entry in self.list(&directory).unwrap_or_default() {
                if !entry.is_dir {
                    names.push(entry.name);
                } else if !entry.name.starts_with('.') {
                    open.push(directory.join(&entry.name));
                }
            }
            found.push((directory, names));
        }
        found
    }
    /// The path with links resolved; tests in memory have none.
    fn real(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }
}

/// Removes `.` and `..` from a path by its text alone.
pub fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if matches!(normal.components().next_back(), Some(Component::Normal(_))) {
                    normal.pop();
                } else if !normal.has_root() {
                    normal.push("..");
                }
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units_and_bytes() {
        let files = Files::default();
        let file = files.add(Path::new("/x.tf"), "a = \"😀é\" b\nc".as_bytes().to_vec());
        let at = file.text.find('b').unwrap() as u32;
        assert_eq!(file.position(at), Position { line: 1, column: 11, offset: 13 });
        assert_eq!(file.position(at + 2), Position { line: 2, column: 1, offset: 15 });
        assert_eq!(file.line(2), "c");
    }

    #[test]
    fn bytes_that_are_not_text_keep_their_place() {
        let files = Files::default();
        let file = files.add(Path::new("/x.tf"), b"\xef\xbb\xbfa # \xff\xfe\nb".to_vec());
        assert_eq!(&*file.text, "   a # ??\nb");
        assert_eq!(file.invalid, [7, 8]);
    }

    #[test]
    fn paths_lose_their_dots() {
        assert_eq!(normalize(Path::new("/a/./b/../../c")), Path::new("/c"));
        assert_eq!(normalize(Path::new("/../a")), Path::new("/a"));
        assert_eq!(normalize(Path::new("../a/../b")), Path::new("../b"));
    }
}
