//! Any bytes, split into blocks.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    alinet_fuzz::check(&alinet::syntax::outline(&alinet_fuzz::file("/main.tf", bytes)));
});
