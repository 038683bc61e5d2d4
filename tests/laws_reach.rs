//! Laws of the routing answers, tried on the examples and on every configuration of the rule pages with two VPCs or more:
//! knowing less makes a verdict unknown and never its opposite, the order of files and blocks plays no part, and what is
//! asked from the other end is the same answer with its two directions swapped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use alinet::eval::Surroundings;
use alinet::module::Repository;
use alinet::network::VpcId;
use alinet::reach::{Delivery, End, Reach, Verdict, verdict};
use alinet::{rule, survey};
use common::less::{Configuration, literals, scattered};
use common::{Memory, deep};

/// The verdicts of all pairs of VPCs by their addresses.
type Matrix = BTreeMap<(String, String), Verdict>;

fn ask<T>(files: &Configuration, question: impl FnOnce(&Reach<'_>) -> T) -> Option<T> {
    let memory = Memory::new(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let repository = Repository::new(&memory, Some("/".into()));
    let surroundings = Surroundings { working_directory: "/".into(), ..Surroundings::default() };
    let (network, _) = survey(&repository, Path::new("/"), &surroundings)?;
    Some(question(&Reach::new(&network)))
}

fn matrix(files: &Configuration) -> Matrix {
    let asked = ask(files, |reach| {
        let name = |id: VpcId| End::Vpc(id).name(reach.network).replace("[0]", "").replace("[?]", "");
        reach.matrix().into_iter().map(|(a, b, verdict)| ((name(a), name(b)), verdict)).collect()
    });
    asked.unwrap_or_default()
}

fn pages() -> Vec<(String, Configuration)> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for rule in rule::every() {
        for (at, example) in common::pages::examples(rule.page).into_iter().enumerate() {
            let two = example.files.iter().map(|(_, text)| text.matches("\"alicloud_vpc\"").count()).sum::<usize>() > 1;
            if two && seen.insert(example.files.clone()) {
                all.push((format!("{} {at} ({})", rule.id, example.section), example.files));
            }
        }
    }
    assert!(all.len() > 30);
    all
}

fn stacks() -> Vec<(String, Configuration)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let directory = entry.unwrap().path();
        let text = |(path, bytes): (std::path::PathBuf, Vec<u8>)| {
            Some((path.strip_prefix("/").ok()?.to_str()?.to_owned(), String::from_utf8(bytes).ok()?))
        };
        let files: Configuration = common::tree(&directory).into_iter().filter_map(text).collect();
        let (broken, whole): (Configuration, Configuration) =
            files.into_iter().partition(|(name, _)| name.starts_with("broken/"));
        // The twin calls the modules of the healthy stack by its own path.
        let shared = whole.iter().filter(|(name, _)| name.contains('/')).cloned();
        let up = |text: String| text.replace("\"../modules/", "\"./modules/");
        let twin = broken.into_iter().map(|(name, text)| (name.trim_start_matches("broken/").to_owned(), up(text)));
        let twin: Configuration = shared.chain(twin).collect();
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        all.extend(
            [(format!("{name}, broken"), twin), (name, whole)].into_iter().filter(|(_, files)| !files.is_empty()),
        );
    }
    all.sort();
    all
}

/// Forgets each literal in turn.
fn forgets(configurations: Vec<(String, Configuration)>) {
    let (wrong, vaguer) = deep(move || {
        let (mut wrong, mut vaguer) = (Vec::new(), 0);
        for (name, files) in configurations {
            let known = matrix(&files);
            if known.values().all(|&verdict| verdict == Verdict::Unknown) {
                continue;
            }
            let places = files.iter().enumerate().flat_map(|(at, (file, text))| {
                literals(file, text).into_iter().map(move |(range, instead)| (at, range, instead))
            });
            for (at, range, instead) in places {
                let (file, text) = &files[at];
                let mut less = files.clone();
                less[at].1.replace_range(range.clone(), instead);
                let variable = Path::new(file).with_file_name("unknown_by_law.tf").to_string_lossy().into_owned();
                less.push((variable, "variable \"unknown_by_law\" {}\n".into()));
                let vague = matrix(&less);
                for (pair, before) in &known {
                    match vague.get(pair) {
                        Some(after) if after == before => {}
                        None | Some(Verdict::Unknown) => vaguer += 1,
                        Some(after) => wrong.push(format!(
                            "{name}: without {:?} in {file}, {} -> {} is {}, not {}",
                            &text[range.clone()],
                            pair.0,
                            pair.1,
                            after.name(),
                            before.name()
                        )),
                    }
                }
            }
        }
        (wrong, vaguer)
    });
    assert!(wrong.is_empty(), "{} times:\n{}", wrong.len(), wrong.join("\n"));
    assert!(vaguer > 0, "nothing depends on anything");
}

#[test]
fn knowing_less_turns_no_verdict_of_a_page_around() {
    forgets(pages());
}

#[test]
fn knowing_less_turns_no_verdict_of_an_example_around() {
    forgets(stacks());
}

#[test]
fn the_order_of_files_and_blocks_changes_nothing() {
    deep(|| {
        for (name, files) in pages().into_iter().chain(stacks()) {
            let straight = matrix(&files);
            assert_eq!(straight, matrix(&scattered(&files, &|at| at)), "{name}");
            assert_eq!(straight, matrix(&scattered(&files, &|at| 9999 - at)), "{name}");
        }
    });
}

#[test]
fn from_the_other_end_the_directions_are_swapped() {
    let one_way = deep(|| {
        let mut one_way = 0;
        for (name, files) in pages().into_iter().chain(stacks()) {
            ask(&files, |reach| {
                let matrix = reach.matrix();
                let verdicts: BTreeMap<(VpcId, VpcId), Verdict> =
                    matrix.iter().map(|&(a, b, verdict)| ((a, b), verdict)).collect();
                for &(a, b, said) in &matrix {
                    assert_eq!(verdicts.get(&(b, a)), Some(&said), "{name}: the matrix of {a:?} and {b:?}");
                    let there = reach.ask(End::Vpc(a), End::Vpc(b), None);
                    let back = reach.ask(End::Vpc(b), End::Vpc(a), None);
                    let ways = (there.forward.delivery, there.back.delivery);
                    assert_eq!(ways, (back.back.delivery, back.forward.delivery), "{name}: {a:?} and {b:?}");
                    assert_eq!((there.verdict, back.verdict), (said, said), "{name}: {a:?} and {b:?}");
                    assert_eq!(verdict(ways.0, ways.1), said, "{name}: {a:?} and {b:?}");
                    let shown = |way: &alinet::reach::Direction| (way.hops.clone(), way.because.clone());
                    assert_eq!(shown(&there.forward), shown(&back.back), "{name}: {a:?} and {b:?}");
                    one_way += usize::from(matches!(ways, (Delivery::Delivered, Delivery::Dropped)));
                }
            });
        }
        one_way
    });
    assert!(one_way > 0, "no page shows a one-way pair");
}
