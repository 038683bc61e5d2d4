//! Any bytes as `.tf.json`, as configuration and as values.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let outline = alinet::syntax::outline_json(&alinet_fuzz::file("/main.tf.json", bytes));
    alinet_fuzz::check(&outline);
    alinet_fuzz::check_bodies(&outline);
    alinet_fuzz::check(&alinet::syntax::outline_json_values(&alinet_fuzz::file("/terraform.tfvars.json", bytes)));
});
