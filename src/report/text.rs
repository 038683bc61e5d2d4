//! Text from files, made harmless for where it is shown: a terminal, one line, HTML, Markdown, XML.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use crate::source::turns;

/// Text without what would move the cursor, colour the terminal or turn the direction of writing. Every byte keeps its
/// place.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || turns(c);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => clean.push(c),
            c if !harmful(c) => clean.push(c),
            c => clean.push(match c.len_utf8() {
                1 => '?',
                2 => '\u{b7}',
                _ => '\u{fffd}',
            }),
        }
    }
    Cow::Owned(clean)
}

/// Indented JSON with a line end. What would command a terminal is escaped, also where JSON does not ask for it.
pub fn json<T: Serialize + ?Sized>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    let harmful = |c: char| c.is_control() && c != '\n' || turns(c);
    if text.contains(harmful) {
        let mut clean = String::with_capacity(text.len());
        for c in text.chars() {
            match harmful(c) {
                true => write!(clean, "\\u{:04x}", c as u32).unwrap_or_default(),
                false => clean.push(c),
            }
        }
        text = clean;
    }
    text.push('\n');
    text
}

/// Text on one line.
pub(super) fn line(text: &str) -> String {
    plain(text).replace(['\n', '\r'], " ")
}

/// For HTML and XML, in text and in attribute values. What no XML document may hold
/// is left out, and so is what turns the direction of writing.
pub(super) fn xml(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !turns(*c)) {
        match c {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '"' => clean.push_str("&quot;"),
            '\'' => clean.push_str("&apos;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(clean, "&#{};", c as u32);
            }
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => clean.push(c),
        }
    }
    clean
}

/// For Markdown, on one line: nothing in it is markup, mentions anybody, or becomes a link.
pub(super) fn markdown(text: &str) -> String {
    const JOINER: char = '\u{2060}';
    let mut clean = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '&' => clean.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
                clean.push('\\');
                clean.push(c);
            }
            '@' | '#' => {
                clean.push(c);
                clean.push(JOINER);
            }
            c => clean.push(c),
        }
    }
    clean.replace("://", &format!(":{JOINER}//")).replace("www.", &format!("www{JOINER}."))
}

/// Percent-encoded as a relative reference with `/`.
pub(super) fn uri(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => encoded.push(byte as char),
            byte => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_gone() {
        let text = "a\u{1b}[31mb\u{9b}2Jc\u{202e}d\re\r\nf\tg";
        let clean = plain(text);
        assert_eq!(clean, "a?[31mb\u{b7}2Jc\u{fffd}d?e\r\nf\tg");
        assert_eq!(clean.len(), text.len());
        assert_eq!(line("a\r\nb"), "a  b");
        assert!(matches!(plain("中文 😀"), Cow::Borrowed(_)));
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(xml("<a b='\"'>&\u{0}\u{1b}\n]]>"), "&lt;a b=&apos;&quot;&apos;&gt;&amp;&#10;]]&gt;");
        assert_eq!(
            markdown("a|b <i> `c` @me #1 [x](http://y)\n# z"),
            "a\\|b &lt;i&gt; \\`c\\` @\u{2060}me #\u{2060}1 \\[x\\](http:\u{2060}//y) #\u{2060} z"
        );
        assert_eq!(uri("a b/中%#?.tf"), "a%20b/%E4%B8%AD%25%23%3F.tf");
    }
}
