//! Any text as `alinet.toml`.
#![no_main]

use std::path::Path;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let file = Path::new("/alinet.toml");
    if let Ok(config) = alinet::config::Config::parse(file, text, &["vswitch-overlap", "addressing"]) {
        config.at(Some(Path::new("/stacks/prod/main.tf")), Path::new("/stacks/prod"));
        config.excludes(Path::new("/stacks/prod/main.tf"));
        config.values(Path::new("/stacks/prod"));
    }
});
