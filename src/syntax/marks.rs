//! What stands at this byte? Words, the markers of heredocs, and lines that start a block.

use memchr::{memchr, memchr2};

/// The marker's name and the offset of the newline, when a heredoc starts here.
pub fn heredoc_start(bytes: &[u8], at: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let rest = bytes.get(at..)?;
    let length = rest.strip_prefix(b"<<").map(|rest| if rest.starts_with(b"-") { 3 } else { 2 })?;
    let start = at + length;
    let end = word_end(bytes, start);
    let newline = if bytes[end..].starts_with(b"\r\n") { end + 1 } else { end };
    (end > start && bytes.get(newline) == Some(&b'\n')).then_some((start..end, newline))
}

/// The end of the marker, when this line of a heredoc is nothing but its end marker and a line end.
pub fn heredoc_end(bytes: &[u8], line: usize, name: &[u8]) -> Option<usize> {
    let rest = &bytes[line..];
    let blanks = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)).unwrap_or(rest.len());
    let after = rest[blanks..].strip_prefix(name)?;
    let length = memchr(b'\n', after)?;
    after[..length].trim_ascii().is_empty().then_some(line + blanks + name.len())
}

/// Where the identifier that starts here ends; `at` itself when none does.
pub fn word_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    if !rest.first().is_some_and(|&byte| starts_word(byte)) {
        return at;
    }
    at + rest
        .iter()
        .position(|&byte| !(starts_word(byte) || byte.is_ascii_digit() || byte == b'-'))
        .unwrap_or(rest.len())
}

pub fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// Whether the line at this offset reads like the header of a Terraform block that only stands at the top level.
pub fn starts_block(bytes: &[u8], at: usize) -> bool {
    let word = word_end(bytes, at);
    let labels = match &bytes[at..word] {
        b"resource" | b"data" | b"ephemeral" => 2,
        b"module" | b"variable" | b"output" | b"provider" | b"check" => 1,
        b"terraform" | b"locals" | b"moved" | b"import" | b"removed" => 0,
        _ => return false,
    };
    header_end(bytes, word).is_some_and(|(_, found)| found == labels)
}

/// Where the `{` of a header stands on the line, and how many labels come before it.
pub fn header_end(bytes: &[u8], after_word: usize) -> Option<(usize, usize)> {
    let mut at = after_word;
    let mut labels = 0;
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        match *bytes.get(at)? {
            b'{' => return Some((at, labels)),
            b'"' => {
                let length = memchr2(b'"', b'\n', bytes.get(at + 1..)?)?;
                if bytes[at + 1 + length] == b'\n' {
                    return None;
                }
                at += length + 2;
            }
            byte if starts_word(byte) => at = word_end(bytes, at),
            _ => return None,
        }
        labels += 1;
    }
}
