//! How fast is each floor? `cargo bench --bench floors`.
//!
//! Figures are per call over one generated tree held in memory: divide the bytes that the bench prints by the time. The
//! whole program on a disk is measured with the tree of `write_tree`.
#![allow(clippy::unwrap_used)]

mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use alinet::eval::Surroundings;
use alinet::module::Repository;
use alinet::network::{Network, VpcId};
use alinet::reach::{End, Reach};
use alinet::source::{Entry, File, Files, Sources, Unreadable};
use alinet::syntax::{self, Item};
use alinet::{Named, Options, lint};
use divan::counter::{BytesCount, ItemsCount};

fn main() {
    divan::main();
}

/// A tree in memory, answered from a map of directories.
struct Memory {
    files: BTreeMap<PathBuf, String>,
    directories: BTreeMap<PathBuf, Vec<String>>,
}

impl Memory {
    fn new(tree: Vec<(String, String)>) -> Self {
        let mut directories: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        let mut files = BTreeMap::new();
        for (path, text) in tree {
            let path = Path::new("/").join(path);
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            directories.entry(path.parent().unwrap().to_owned()).or_default().push(name);
            files.insert(path, text);
        }
        Memory { files, directories }
    }

    fn bytes(&self) -> usize {
        self.files.values().map(String::len).sum()
    }
}

impl Sources for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Unreadable> {
        self.files.get(path).map(|text| text.as_bytes().to_vec()).ok_or(Unreadable::Missing)
    }

    fn list(&self, directory: &Path) -> Result<Vec<Entry>, Unreadable> {
        let names = self.directories.get(directory).ok_or(Unreadable::Missing)?;
        Ok(names.iter().map(|name| Entry { name: name.clone(), is_dir: false }).collect())
    }

    fn walk(&self, _: &Path) -> Vec<(PathBuf, Vec<String>)> {
        self.directories.iter().map(|(directory, names)| (directory.clone(), names.clone())).collect()
    }
}

fn files(memory: &Memory) -> Vec<Arc<File>> {
    let files = Files::default();
    memory.files.iter().map(|(path, text)| files.add(path, text.as_bytes().to_vec())).collect()
}

#[divan::bench]
fn outline(bencher: divan::Bencher<'_, '_>) {
    let memory = Memory::new(tree::monorepo(2_000, 40));
    let files = files(&memory);
    bencher
        .counter(BytesCount::new(memory.bytes()))
        .counter(ItemsCount::new(files.len()))
        .bench_local(|| files.iter().map(|file| syntax::outline(file).items.len()).sum::<usize>());
}

#[divan::bench]
fn outline_and_parse_all(bencher: divan::Bencher<'_, '_>) {
    let memory = Memory::new(tree::monorepo(2_000, 40));
    let files = files(&memory);
    bencher.counter(BytesCount::new(memory.bytes())).bench_local(|| {
        let mut attributes = 0;
        for file in &files {
            for item in &syntax::outline(file).items {
                if let Item::Block(stub) = item {
                    attributes += stub.body().body.attributes.len();
                }
            }
        }
        attributes
    });
}

fn whole(memory: &Memory) -> usize {
    let options = Options {
        paths: vec![Named::Directory("/".into())],
        surroundings: Surroundings { working_directory: "/".into(), ..Surroundings::default() },
        ..Options::default()
    };
    let pool = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build().unwrap();
    pool.install(|| lint(memory, &options).summary.resources)
}

#[divan::bench]
fn lint_monorepo(bencher: divan::Bencher<'_, '_>) {
    let memory = Memory::new(tree::monorepo(2_000, 40));
    bencher.counter(BytesCount::new(memory.bytes())).bench_local(|| whole(&memory));
}

/// Growth must stay near linear: 500 to 5,000 VPCs in one root, peered in a ring.
#[divan::bench(args = [500, 1_000, 2_000, 5_000], sample_count = 5)]
fn lint_ring(bencher: divan::Bencher<'_, '_>, vpcs: usize) {
    let memory = Memory::new(tree::ring(vpcs));
    bencher.counter(ItemsCount::new(vpcs)).bench_local(|| whole(&memory));
}

/// Growth must stay near linear: one transit router with 20 tables that all learn from every VPC.
#[divan::bench(args = [250, 500, 1_000], sample_count = 3)]
fn lint_router(bencher: divan::Bencher<'_, '_>, vpcs: usize) {
    let memory = Memory::new(tree::routed(vpcs, 20));
    bencher.counter(ItemsCount::new(vpcs)).bench_local(|| whole(&memory));
}

fn survey(memory: &Memory) -> Network {
    let repository = Repository::new(memory, None);
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    alinet::survey(&repository, Path::new("/"), &surroundings).unwrap().0
}

/// One question about two VPCs of such a router, its tables included.
#[divan::bench(args = [250, 500, 1_000], sample_count = 20)]
fn reach_one_pair(bencher: divan::Bencher<'_, '_>, vpcs: usize) {
    let network = survey(&Memory::new(tree::routed(vpcs, 20)));
    bencher.bench_local(|| Reach::new(&network).ask(End::Vpc(VpcId(0)), End::Vpc(VpcId(vpcs - 1)), None).verdict);
}

/// Every pair of such VPCs: four times as many for twice the VPCs.
#[divan::bench(args = [50, 100, 200], sample_count = 5)]
fn reach_matrix(bencher: divan::Bencher<'_, '_>, vpcs: usize) {
    let network = survey(&Memory::new(tree::routed(vpcs, 20)));
    bencher.counter(ItemsCount::new(vpcs * (vpcs - 1))).bench_local(|| Reach::new(&network).matrix().len());
}
