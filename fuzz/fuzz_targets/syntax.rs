//! Any bytes, split into blocks that are all parsed.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let outline = alinet::syntax::outline(&alinet_fuzz::file("/main.tf", bytes));
    alinet_fuzz::check(&outline);
    alinet_fuzz::check_bodies(&outline);
});
