//! A small tree: files are parted by lines `#### NAME`, the first one is main.tf. Everything is linted and shown in every
//! format, and what is found lies in the files.
#![no_main]

use alinet::eval::Surroundings;
use alinet::{Named, Options, report};
use alinet_fuzz::common::{Memory, deep};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut files: Vec<(String, String)> = vec![("main.tf".into(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("#### ") {
            Some(name) => files.push((name.trim().trim_start_matches('/').to_owned(), String::new())),
            None => files.last_mut().into_iter().for_each(|(_, text)| text.push_str(line)),
        }
    }
    deep(move || {
        let memory = Memory::new(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        let options = Options {
            paths: vec![Named::Directory("/".into())],
            all_blocks: true,
            strict: true,
            surroundings: Surroundings { working_directory: "/".into(), ..Surroundings::default() },
            ..Options::default()
        };
        let found = alinet::lint(&memory, &options);
        for finding in found.findings.iter().map(|found| &found.finding) {
            let related = finding.related.iter().chain(&finding.path).filter_map(|related| related.place);
            for place in finding.place.into_iter().chain(related) {
                alinet_fuzz::inside(&found.files.get(place.file), place);
            }
        }
        let json: serde_json::Value = serde_json::from_str(&report::json(&found)).expect("JSON");
        assert_eq!(json["schema"], "alinet.check/1");
        report::concise(&found);
        report::gitlab(&found);
        report::junit(&found);
        report::markdown(&found);
        report::sarif(&found, &report::sarif::About::default());
    });
});
