//! The fingerprint that GitHub computes for a line: a rolling hash over the hundred characters from its start, without
//! blanks, and how many lines before it have the same.

use std::collections::HashMap;

const WINDOW: usize = 100;
const BASE: u64 = 37;

/// One fingerprint per line of a text, in order.
pub(super) fn line_hashes(text: &str) -> Vec<String> {
    let mut units: Vec<u64> = Vec::with_capacity(text.len() + WINDOW);
    let mut starts = Vec::new();
    let mut at_start = true;
    let mut before = 0;
    for unit in text.encode_utf16() {
        let after_return = std::mem::replace(&mut before, unit) == u16::from(b'\r');
        let unit = match unit {
            0x20 | 0x09 => continue,
            0x0a if after_return => continue,
            0x0d => 0x0a,
            unit => unit,
        };
        if at_start {
            starts.push(units.len());
        }
        at_start = unit == 0x0a;
        units.push(u64::from(unit));
    }
    if at_start {
        starts.push(units.len());
    }
    // The end of the file counts as a character of its own.
    units.push(0xffff);
    units.resize(units.len() + WINDOW, 0);

    let highest = (0..WINDOW).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = units[..WINDOW].iter().fold(0u64, |hash, unit| hash.wrapping_mul(BASE).wrapping_add(*unit));
    let mut at = 0;
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let hashes = starts.into_iter().map(|start| {
        while at < start {
            let next = units.get(at + WINDOW).copied().unwrap_or(0);
            hash = hash.wrapping_mul(BASE).wrapping_add(next).wrapping_sub(highest.wrapping_mul(units[at]));
            at += 1;
        }
        let count = seen.entry(hash).or_default();
        *count += 1;
        format!("{hash:x}:{count}")
    });
    hashes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hash_as_github_hashes_them() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        let few = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(line_hashes(" a\nb\n  \t\tc\n d"), few);
        let more = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(line_hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"), more);
        assert_eq!(line_hashes(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n"), more);
        assert_eq!(line_hashes(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n"), more);
        let same = line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(same[0], "a7f2ff13bc495cf2:1");
        assert_eq!(same[5], "a7f2ff13bc495cf2:6");
        assert_eq!(same[7], "a9cf91f7bbf1862b:1");
    }
}
