//! Any text as a comment that ignores rules.
#![no_main]

use std::sync::Arc;

use alinet::suppress::{Date, Ignores};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let file = alinet_fuzz::file(
        "/main.tf",
        format!("# alinet:ignore{text}\nresource \"alicloud_vpc\" \"v\" {{\n  # alinet:ignore {text}\n  a = 1\n}}\n").as_bytes(),
    );
    let outline = Arc::new(alinet::syntax::outline(&file));
    let ignores = Ignores::read([&outline], Date::parse("2030-01-01"));
    ignores.cover("vswitch-overlap", &outline.comments.iter().map(|comment| comment.span).collect::<Vec<_>>());
    for (finding, _) in ignores.unused(|_| true) {
        finding.place.into_iter().for_each(|place| alinet_fuzz::inside(&file, place));
    }
});
