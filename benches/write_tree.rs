//! Writes a tree to measure on: `cargo bench --bench write_tree -- monorepo DIR [FILES] [ROOTS]`, `ring DIR [VPCS]`, or
//! `routed DIR [VPCS] [TABLES]`.
#![allow(clippy::unwrap_used)]

mod tree;

use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number =
        |at: usize, otherwise: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (files, directory) = match (arguments.first().map(String::as_str), arguments.get(1)) {
        (Some("monorepo"), Some(directory)) => (tree::monorepo(number(2, 10_000), number(3, 200)), directory),
        (Some("ring"), Some(directory)) => (tree::ring(number(2, 5_000)), directory),
        (Some("routed"), Some(directory)) => (tree::routed(number(2, 1_000), number(3, 20)), directory),
        _ => {
            println!(
                "usage: cargo bench --bench write_tree -- monorepo DIR [FILES] [ROOTS] | ring DIR [VPCS] | routed DIR [VPCS] [TABLES]"
            );
            return;
        }
    };
    for (path, text) in &files {
        let path = Path::new(directory).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    println!("{} files, {bytes} bytes in {directory}", files.len());
}
