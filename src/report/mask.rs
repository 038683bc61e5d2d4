//! Secrets taken out of sentences: what a sensitive value says in the files stands in no message, help or label.

use std::collections::BTreeSet;

use regex::Regex;

use super::Report;
use crate::source::{Files, Span};

/// Shorter values are no secrets, and their letters are everywhere.
const SHORTEST: usize = 3;

impl Report {
    /// Puts `(sensitive)` in the place of every secret that a sentence repeats.
    pub(super) fn mask(&mut self) {
        let secrets = Mask::new(&self.files, &self.secrets, &self.hidden);
        if secrets.0.is_none() {
            return;
        }
        let clean = |text: &mut String| {
            let masked = secrets.over(text);
            if masked != *text {
                *text = masked;
            }
        };
        for found in self.findings.iter_mut().chain(self.suppressed.iter_mut().map(|one| &mut one.found)) {
            let finding = &mut found.finding;
            clean(&mut finding.message);
            finding.help.as_mut().map(clean);
            let told = finding.related.iter_mut().chain(&mut finding.path);
            told.for_each(|related| clean(&mut related.message));
        }
        self.undecided.iter_mut().for_each(|one| clean(&mut one.undecided.because));
    }
}

/// The texts that nobody may read.
pub struct Mask(Option<Regex>);

impl Mask {
    /// What these places of files say, and these texts.
    pub fn new(files: &Files, secrets: &[Span], hidden: &BTreeSet<String>) -> Mask {
        let mut words: Vec<String> = hidden.iter().cloned().collect();
        for secret in secrets {
            let text = files.text(*secret);
            let quoted: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
            if quoted.is_empty() {
                words.push(text.trim().to_owned());
            } else {
                words.extend(quoted.into_iter().map(str::to_owned));
            }
        }
        words.retain(|word| word.len() >= SHORTEST && !matches!(&**word, "true" | "false" | "null"));
        words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        words.dedup();
        let pattern = words.iter().map(|word| regex::escape(word)).collect::<Vec<_>>().join("|");
        // Without a word the pattern would match everywhere; too many words to look for are too many to show.
        Mask(if words.is_empty() { None } else { Regex::new(&pattern).ok() })
    }

    pub fn over(&self, text: &str) -> String {
        self.0.as_ref().map_or_else(|| text.to_owned(), |secrets| mask(text, secrets))
    }
}

/// Replaces whole words only: a secret `main` does not hide `domain`.
fn mask(text: &str, secrets: &Regex) -> String {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for found in secrets.find_iter(text) {
        let inside = part(text[..found.start()].chars().next_back()) && part(found.as_str().chars().next())
            || part(text[found.end()..].chars().next()) && part(found.as_str().chars().next_back());
        if !inside {
            masked.push_str(&text[from..found.start()]);
            masked.push_str("(sensitive)");
            from = found.end();
        }
    }
    masked.push_str(&text[from..]);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_masked() {
        let secrets = Regex::new("10\\.0\\.0\\.0/8|main").unwrap();
        assert_eq!(
            mask("main domain (10.0.0.0/8) 110.0.0.0/8", &secrets),
            "(sensitive) domain ((sensitive)) 110.0.0.0/8"
        );
    }
}
