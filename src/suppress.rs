//! What did somebody decide to live with? Comments such as `# alinet:ignore RULE -- reason`, what each of them covers, and
//! which of them are of no use.
//!
//! A comment above a block covers the block; above an attribute, or at the end of a line, it covers that attribute;
//! `alinet:ignore-file` covers its file. Objects and lists count line by line: an entry is an attribute, too.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::diagnostic::{Finding, Related, Severity, UNUSED_IGNORE, nearest};
use crate::module::Module;
use crate::rule;
use crate::source::{File, FileId, Mode, Span};
use crate::syntax::{Attribute, Body, Comment, Expression, ExpressionKind, Item, Outline};

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// All ignores of a run.
#[derive(Debug, Default)]
pub struct Ignores {
    list: Vec<Ignore>,
    files: HashMap<FileId, InFile>,
}

#[derive(Debug)]
struct Ignore {
    /// The comment.
    at: Span,
    /// Rules and categories.
    names: Vec<String>,
    reason: String,
    /// Why it covers nothing, and what to write instead.
    flaw: Option<(String, String)>,
    used: Cell<bool>,
}

/// The ignores of one file: those that cover all of it, and those that cover a range, sorted by its start. Ranges lie
/// inside each other or apart, so `outer` leads from each to the next that holds it.
#[derive(Debug, Default)]
struct InFile {
    whole: Vec<usize>,
    ranges: Vec<Range>,
}

#[derive(Debug)]
struct Range {
    span: Span,
    ignore: usize,
    outer: Option<usize>,
}

/// The modules of one root by the names of the calls that lead to them.
pub type Modules = HashMap<Vec<String>, Arc<Module>>;

impl Ignores {
    pub fn read<'a>(outlines: impl IntoIterator<Item = &'a Arc<Outline>>, today: Option<Date>) -> Ignores {
        let mut ignores = Ignores::default();
        for outline in outlines {
            let mut ranges = Vec::new();
            for (at, comment) in outline.comments.iter().enumerate() {
                let Some(written) = directive(outline.file.slice(comment.span)) else { continue };
                let index = ignores.list.len();
                let mut ignore = Ignore::read(comment.span, &written, today);
                if ignore.flaw.is_none() {
                    if written.of_file {
                        ignores.files.entry(outline.file.id).or_default().whole.push(index);
                    } else if let Some(span) = covered(outline, at) {
                        ranges.push(Range { span, ignore: index, outer: None });
                    } else {
                        ignore.flaw = Some((
                            format!("{} stands above no block and no attribute", ignore.shown()),
                            "move it to the line above, or write `alinet:ignore-file` for the whole file".into(),
                        ));
                    }
                }
                ignores.list.push(ignore);
            }
            if !ranges.is_empty() {
                ignores.files.entry(outline.file.id).or_default().ranges = nested(ranges);
            }
        }
        ignores
    }

    /// Whether a finding of a rule at these places is ignored, and the reason that is given. Every ignore that covers it
    /// counts as used.
    pub fn cover(&self, rule: &str, places: &[Span]) -> Option<&str> {
        let category = rule::find(rule).map_or("", |rule| rule.category);
        let mut first = None;
        for place in places {
            let Some(file) = self.files.get(&place.file) else { continue };
            let mut at = file.ranges.partition_point(|range| range.span.start <= place.start).checked_sub(1);
            let around = std::iter::from_fn(|| {
                let range = &file.ranges[at?];
                at = range.outer;
                Some(range)
            });
            let around = around.filter(|range| range.span.contains(*place)).map(|range| range.ignore);
            for index in around.chain(file.whole.iter().copied()) {
                let ignore = &self.list[index];
                if ignore.names.iter().any(|name| name == rule || name == category) {
                    ignore.used.set(true);
                    first.get_or_insert(&*ignore.reason);
                }
            }
        }
        first
    }

    /// What is to be said about the ignores themselves. `judged` are the files all of whose roots were looked at: only
    /// there it means something that an ignore matches nothing.
    pub fn unused(&self, judged: impl Fn(FileId) -> bool) -> Vec<(Finding, String)> {
        let own = |ignore: &&Ignore| ignore.names.iter().any(|name| name == UNUSED_IGNORE || name == "alinet");
        let about = |ignore: &Ignore| {
            let (message, help) = match &ignore.flaw {
                Some(flaw) => flaw.clone(),
                None if ignore.used.get() || !judged(ignore.at.file) => return None,
                None => (format!("{} matches no finding", ignore.shown()), "remove the comment".to_owned()),
            };
            Some(Finding::new(UNUSED_IGNORE, Severity::Warning, message).help(help).at(ignore.at))
        };
        let mut said: Vec<(Finding, String)> = Vec::new();
        for finding in self.list.iter().filter(|ignore| !own(ignore)).filter_map(about) {
            let reason = self.cover(UNUSED_IGNORE, &[finding.place.unwrap_or_default()]).unwrap_or_default();
            said.push((finding, reason.to_owned()));
        }
        // An ignore of unused ignores does not hide itself.
        said.extend(self.list.iter().filter(own).filter_map(about).map(|finding| (finding, String::new())));
        said
    }
}

/// Where an ignore can stand to cover something: its location, the attribute that uses a value from elsewhere, the block of
/// its address, and the calls of the modules on the way there.
pub fn places(address: Option<&str>, place: Option<Span>, related: &[Related], modules: &Modules) -> Vec<Span> {
    let mut places: Vec<Span> = place.into_iter().collect();
    if let Some(first) = related.first()
        && first.address.as_deref() == address
        && first.message.starts_with("used here as ")
    {
        places.extend(first.place);
    }
    let Some(parts) = address.map(parts) else { return places };
    let mut names: Vec<String> = Vec::new();
    let mut rest = parts.iter();
    let mut module = modules.get(&names);
    while let Some(part) = rest.next() {
        let Some(here) = module else { break };
        let mut next = || rest.next().map_or("", String::as_str);
        let declaration = if part == "module" {
            let name = next();
            names.push(name.to_owned());
            module = modules.get(&names);
            here.calls.get(name)
        } else {
            let (mode, kind) = if part == "data" { (Mode::Data, next()) } else { (Mode::Managed, part.as_str()) };
            let (kind, name) = (kind.into(), next().into());
            module = None;
            here.resources.get(&crate::module::ResourceName { mode, kind, name })
        };
        if let Some(declaration) = declaration {
            places.push(declaration.base.span);
            places.extend(declaration.overrides.iter().map(|stub| stub.span));
        }
    }
    places
}

/// An address cut at its dots, without the keys of instances.
fn parts(address: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut inside, mut quoted, mut escaped) = (false, false, false);
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if inside => quoted = !quoted,
            _ if quoted => {}
            '[' => inside = true,
            ']' => inside = false,
            '.' if !inside => parts.push(String::new()),
            c if !inside => parts.last_mut().into_iter().for_each(|part| part.push(c)),
            _ => {}
        }
    }
    parts
}

struct Directive<'a> {
    of_file: bool,
    known: bool,
    text: &'a str,
}

/// What a comment says to alinet.
fn directive(comment: &str) -> Option<Directive<'_>> {
    let text = comment.trim_start_matches(['#', '/']).trim();
    if comment.starts_with("/*") {
        return None;
    }
    let text = text.strip_prefix("alinet:")?;
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let known = word == "ignore" || word == "ignore-file";
    Some(Directive { of_file: word == "ignore-file", known, text: if known { rest.trim() } else { word } })
}

impl Ignore {
    fn read(at: Span, written: &Directive<'_>, today: Option<Date>) -> Ignore {
        let mut ignore = Ignore { at, names: Vec::new(), reason: String::new(), flaw: None, used: Cell::new(false) };
        if !written.known {
            let message = format!("`alinet:{}` means nothing", written.text);
            ignore.flaw =
                Some((message, "write `alinet:ignore RULE -- reason` or `alinet:ignore-file RULE -- reason`".into()));
            return ignore;
        }
        let (before, reason) = written.text.split_once("--").unwrap_or((written.text, ""));
        ignore.reason = reason.trim().to_owned();
        let words: Vec<&str> = before.split_whitespace().collect();
        let mut split = words.splitn(2, |word| *word == "until");
        let rules = split.next().unwrap_or_default().join(" ");
        let until = split.next().map(|words| words.join(" "));
        ignore.names = rules.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        ignore.flaw = ignore.look(until.as_deref(), today);
        ignore
    }

    /// What keeps it from covering anything. The first flaw is enough.
    fn look(&self, until: Option<&str>, today: Option<Date>) -> Option<(String, String)> {
        if self.names.is_empty() {
            return Some(("this ignore names no rule".into(), "write `alinet:ignore RULE -- reason`".into()));
        }
        let names = || rule::every().flat_map(|rule| [rule.id, rule.category]);
        if let Some(name) = self.names.iter().find(|name| !names().any(|known| known == **name)) {
            let help = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`alinet rules` lists them; several are separated by commas".into(),
            };
            return Some((format!("there is no rule or category `{name}`"), help));
        }
        if self.reason.is_empty() {
            let help = format!("write why: `alinet:ignore {} -- reason`", self.names.join(", "));
            return Some((format!("{} gives no reason, so it covers nothing", self.shown()), help));
        }
        let until = until?;
        match Date::parse(until) {
            None => Some((format!("`{until}` is not a date"), "write it as in `until 2027-01-31`".into())),
            Some(day) if today.is_some_and(|today| today > day) => Some((
                format!("{} has expired on {day}", self.shown()),
                "fix what it covers, or give it a later date".into(),
            )),
            Some(_) => None,
        }
    }

    fn shown(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        format!("this ignore of {}", names.join(", "))
    }
}

/// What the comment of that number covers.
fn covered(outline: &Outline, at: usize) -> Option<Span> {
    let file = &*outline.file;
    let comment = &outline.comments[at];
    if !comment.own_line {
        let line = line_start(file, comment.span.start);
        return starting(outline, line, comment.span.start).or_else(|| around(outline, line));
    }
    // Comments may stand above each other; the last one stands above what they all are about.
    let mut last: &Comment = comment;
    for next in outline.comments[at + 1..].iter().take_while(|next| next.own_line) {
        if file.position(next.span.start).line != file.position(last.span.end).line + 1 {
            break;
        }
        last = next;
    }
    let line = file.position(last.span.end).line + 1;
    let start = line_end(file, last.span.end) + 1;
    let end = start + file.line(line).len() as u32;
    starting(outline, start, end)
}

fn line_start(file: &File, offset: u32) -> u32 {
    file.text.get(..offset as usize).and_then(|text| text.rfind('\n')).map_or(0, |at| at as u32 + 1)
}

fn line_end(file: &File, offset: u32) -> u32 {
    let rest = file.text.get(offset as usize..).and_then(|text| text.find('\n'));
    rest.map_or(file.text.len() as u32, |at| offset + at as u32)
}

/// The blocks, attributes and entries that start in a stretch of one line, as one span.
fn starting(outline: &Outline, start: u32, end: u32) -> Option<Span> {
    let mut found: Option<Span> = None;
    visit(outline, start, &mut |span| {
        if (start..end).contains(&span.start) {
            found = Some(found.map_or(span, |found| found.to(span)));
        }
    });
    found
}

/// The innermost block, attribute or entry that holds an offset.
fn around(outline: &Outline, at: u32) -> Option<Span> {
    let mut found: Option<Span> = None;
    visit(outline, at, &mut |span| {
        if span.start <= at && at < span.end {
            found = Some(span);
        }
    });
    found
}

/// Calls with the span of everything that starts on the line of an offset or holds it, the outer before the inner.
fn visit(outline: &Outline, line: u32, each: &mut dyn FnMut(Span)) {
    let file = &*outline.file;
    let end = line_end(file, line);
    let lines = Lines { start: line, end };
    for item in &outline.items {
        match item {
            Item::Attribute(attribute) => lines.attribute(attribute, each),
            Item::Block(stub) => {
                if lines.near(stub.span, each) {
                    lines.body(&stub.body().body, each);
                }
            }
        }
    }
}

/// A walk to one line through what stands around it.
struct Lines {
    start: u32,
    end: u32,
}

impl Lines {
    /// Calls with a span that touches the line; whether what is inside has to be looked at, too.
    fn near(&self, span: Span, each: &mut dyn FnMut(Span)) -> bool {
        let near = span.start <= self.end && self.start <= span.end;
        if near {
            each(span);
        }
        near && span.start < self.start
    }

    fn body(&self, body: &Body, each: &mut dyn FnMut(Span)) {
        body.attributes.iter().for_each(|attribute| self.attribute(attribute, each));
        for block in &body.blocks {
            if self.near(block.span, each) {
                self.body(&block.body, each);
            }
        }
    }

    fn attribute(&self, attribute: &Attribute, each: &mut dyn FnMut(Span)) {
        if self.near(attribute.span, each) {
            self.value(&attribute.value, each);
        }
    }

    fn value(&self, expression: &Expression, each: &mut dyn FnMut(Span)) {
        match &*expression.kind {
            ExpressionKind::Parenthesis(inner) => self.value(inner, each),
            ExpressionKind::Call { arguments, .. } => arguments.iter().for_each(|argument| self.value(argument, each)),
            ExpressionKind::Tuple(elements) => {
                for element in elements {
                    if self.near(element.span, each) {
                        self.value(element, each);
                    }
                }
            }
            ExpressionKind::Object(entries) => {
                for entry in entries {
                    if self.near(entry.key.span.to(entry.value.span), each) {
                        self.value(&entry.value, each);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Sorts ranges, and leads from each to the nearest one that holds it.
fn nested(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_by_key(|range| (range.span.start, Reverse(range.span.end)));
    let mut open: Vec<usize> = Vec::new();
    for at in 0..ranges.len() {
        while open.last().is_some_and(|&outer| !ranges[outer].span.contains(ranges[at].span)) {
            open.pop();
        }
        ranges[at].outer = open.last().copied();
        open.push(at);
    }
    ranges
}

impl Date {
    /// A date as in `2027-01-31`.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let plain = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if parts.next().is_some() || !plain(year, 4) || !plain(month, 2) || !plain(day, 2) {
            return None;
        }
        let date = Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        let days = match date.month {
            2 => 28 + u8::from(is_leap(date.year)),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=days).contains(&date.day).then_some(date)
    }

    /// The day that many days after 1 January 1970.
    pub fn after_epoch(mut days: u64) -> Date {
        let long = |year: u16| 365 + u64::from(is_leap(year));
        let mut year = 1970;
        while days >= long(year) && year < 9999 {
            days -= long(year);
            year += 1;
        }
        let february = long(year) - 337;
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut month = 0;
        while month < 11 && days >= months[month] {
            days -= months[month];
            month += 1;
        }
        Date { year, month: month as u8 + 1, day: days.min(30) as u8 + 1 }
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Files;

    fn read(text: &str) -> (Arc<File>, Ignores) {
        let file = Files::default().add(Path::new("/x.tf"), text.as_bytes().to_vec());
        let outline = Arc::new(crate::syntax::outline(&file));
        (file.clone(), Ignores::read([&outline], Date::parse("2026-06-15")))
    }

    /// What the only ignore of a text covers, or what is wrong with it.
    fn scope(text: &str) -> String {
        let (file, ignores) = read(text);
        assert_eq!(ignores.list.len(), 1, "{text}");
        match (&ignores.list[0].flaw, ignores.files.get(&file.id)) {
            (Some((flaw, _)), _) => format!("! {flaw}"),
            (None, Some(found)) if !found.whole.is_empty() => "file".into(),
            (None, Some(found)) => file.slice(found.ranges[0].span).to_owned(),
            (None, None) => "nothing".into(),
        }
    }

    #[test]
    fn a_comment_covers_what_it_stands_at() {
        let ignore = "alinet:ignore vswitch-overlap -- x";
        assert_eq!(scope(&format!("# {ignore}\nlocals {{\n}}\n")), "locals {\n}");
        assert_eq!(scope(&format!("// {ignore}\n# another\nlocals {{\n}}\n")), "locals {\n}");
        assert_eq!(scope(&format!("#{ignore}\r\nlocals {{\r\n}}\r\n")), "locals {\r\n}");
        assert_eq!(
            scope(&format!("locals {{ # {ignore}\n a = 1\n}}\n")),
            "locals {\n a = 1\n}".replace("{\n", &format!("{{ # {ignore}\n"))
        );
        assert_eq!(scope(&format!("locals {{\n a = 1 # {ignore}\n b = 2\n}}\n")), "a = 1");
        assert_eq!(scope(&format!("locals {{\n # {ignore}\n a = 1\n b = 2\n}}\n")), "a = 1");
        assert_eq!(scope(&format!("locals {{\n # {ignore}\n a {{\n b = 2\n }}\n}}\n")), "a {\n b = 2\n }");
        assert_eq!(scope(&format!("locals {{\n a = [\n 1, # {ignore}\n 2,\n ]\n}}\n")), "1");
        assert_eq!(
            scope(&format!("locals {{\n a = [\n {{ x = 1, y = 2 }}, # {ignore}\n 2,\n ]\n}}\n")),
            "{ x = 1, y = 2 }"
        );
        assert_eq!(scope(&format!("locals {{\n a = {{\n x = 1 # {ignore}\n y = 2\n }}\n}}\n")), "x = 1");
        let whole = format!("a = {{\n x = 1\n }} # {ignore}");
        assert_eq!(format!("{} # {ignore}", scope(&format!("locals {{\n {whole}\n}}\n"))), whole);
        assert_eq!(scope("x = 1\n# alinet:ignore-file peering -- x"), "file");
    }

    #[test]
    fn a_comment_that_covers_nothing_says_why() {
        let after = "\nlocals {\n}\n";
        let said = |comment: &str| scope(&format!("# alinet:{comment}{after}"));
        assert_eq!(said("ignore"), "! this ignore names no rule");
        assert_eq!(said("ignore -- why"), "! this ignore names no rule");
        assert_eq!(said("ignor vswitch-overlap -- why"), "! `alinet:ignor` means nothing");
        assert_eq!(said("ignore vswitch-overlop -- why"), "! there is no rule or category `vswitch-overlop`");
        assert_eq!(
            said("ignore vswitch-overlap peering -- why"),
            "! there is no rule or category `vswitch-overlap peering`"
        );
        assert_eq!(
            said("ignore vswitch-overlap"),
            "! this ignore of `vswitch-overlap` gives no reason, so it covers nothing"
        );
        assert_eq!(
            said("ignore vswitch-overlap --"),
            "! this ignore of `vswitch-overlap` gives no reason, so it covers nothing"
        );
        assert_eq!(said("ignore vswitch-overlap until soon -- why"), "! `soon` is not a date");
        assert_eq!(said("ignore vswitch-overlap until 2026-02-30 -- why"), "! `2026-02-30` is not a date");
        let expired = "! this ignore of `vswitch-overlap` has expired on 2026-06-14";
        assert_eq!(said("ignore vswitch-overlap until 2026-06-14 -- why"), expired);
        assert_eq!(said("ignore vswitch-overlap until 2026-06-15 -- why"), "locals {\n}");
        assert_eq!(said("ignore vswitch-overlap, peering -- a -- b"), "locals {\n}");
        let nowhere = "! this ignore of `peering` stands above no block and no attribute";
        assert_eq!(scope("# alinet:ignore peering -- x\n\nlocals {\n}\n"), nowhere);
        assert_eq!(scope("# alinet:ignore peering -- x"), nowhere);
    }

    #[test]
    fn ranges_inside_each_other_all_cover() {
        let text = "# alinet:ignore peering -- outer\nlocals {\n a = 1 # alinet:ignore routing -- first\n\n b = 2 # alinet:ignore peering -- inner\n}\n";
        let (file, ignores) = read(text);
        let at = |what: &str| {
            let start = text.find(what).unwrap();
            [Span::new(file.id, start, start + what.len())]
        };
        let rule = |category: &str| rule::every().find(|rule| rule.category == category).unwrap().id;
        let peering = rule("addressing");
        assert_eq!(ignores.cover(peering, &at("b = 2")), None);
        assert_eq!(ignores.cover("unused-ignore", &at("b = 2")), None);
        assert_eq!(ignores.files[&file.id].ranges.len(), 3);
        assert_eq!(ignores.files[&file.id].ranges[2].outer, Some(0));
    }

    #[test]
    fn addresses_are_cut_at_their_dots() {
        assert_eq!(parts("module.a[\"x.\\\"]y\"].alicloud_vpc.b[0]"), ["module", "a", "alicloud_vpc", "b"]);
        assert_eq!(parts("data.x.y[?]"), ["data", "x", "y"]);
    }

    #[test]
    fn days_are_counted_from_1970() {
        for (days, date) in [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_819, "2027-01-01")] {
            assert_eq!(Date::after_epoch(days).to_string(), date);
            assert_eq!(Date::parse(date), Some(Date::after_epoch(days)));
        }
        for wrong in
            ["2026-1-01", "2026-13-01", "2026-00-10", "2025-02-29", "26-01-01", "2026-01-01-01", "x", "+026-01-01"]
        {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }
}
