//! Any text as an expression, evaluated beside a few values, known and unknown.
#![no_main]

use alinet_fuzz::common::{Memory, deep, worth};

const ROOT: &str = r#"
variable "unknown" {}
variable "list" { default = ["a", "b"] }
variable "map" { default = { a = 1, b = "10.0.0.0/8" } }
locals { n = 7, s = "10.0.0.0/16", nil = null }
resource "alicloud_vpc" "v" {
  count      = 2
  cidr_block = "10.${count.index}.0.0/16"
}
"#;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let text = text.to_owned();
    deep(move || worth(&Memory::new([("main.tf", ROOT)]), &text));
});
