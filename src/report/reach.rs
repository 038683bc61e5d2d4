//! The answers of `alinet reach`, as JSON (`alinet.reach/1`, `alinet.reach-matrix/1`) and as a traceroute with source lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::network::{Network, VpcId};
use crate::reach::{Answer, Direction, End, Mend, Verdict};
use crate::source::{Files, Span};

/// What places are shown against.
pub struct Shown<'a> {
    pub files: &'a Files,
    pub base: &'a Path,
}

#[derive(Serialize)]
struct Json {
    schema: &'static str,
    from: String,
    to: String,
    verdict: &'static str,
    forward: Way,
    #[serde(rename = "return")]
    back: Way,
}

#[derive(Serialize)]
struct Way {
    verdict: &'static str,
    hops: Vec<Hop>,
    because: String,
    pairs: Vec<Pair>,
}

#[derive(Serialize)]
struct Hop {
    at: String,
    takes: Option<String>,
    location: Option<Location>,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Pair {
    from: String,
    to: String,
    verdict: &'static str,
}

#[derive(Serialize)]
struct Matrix {
    schema: &'static str,
    pairs: Vec<Pair>,
}

impl Shown<'_> {
    fn location(&self, span: Span) -> Location {
        let file = self.files.get(span.file);
        let position = |offset: u32| {
            let at = file.position(offset);
            Position { line: at.line, column: at.column, offset: at.offset }
        };
        Location { file: super::relative(&file.path, self.base), start: position(span.start), end: position(span.end) }
    }

    fn line(&self, span: Span) -> String {
        let at = self.location(span);
        format!("{}:{}", at.file, at.start.line)
    }
}

pub fn reach_json(network: &Network, shown: &Shown<'_>, from: End, to: End, answer: &Answer) -> String {
    let way = |direction: &Direction| Way {
        verdict: direction.delivery.name(),
        hops: direction
            .hops
            .iter()
            .map(|step| Hop {
                at: step.at.clone(),
                takes: step.takes.clone(),
                location: step.place.map(|place| shown.location(place)),
            })
            .collect(),
        because: direction.because.clone(),
        pairs: direction
            .pairs
            .iter()
            .map(|pair| Pair {
                from: pair.from.name(network),
                to: pair.to.name(network),
                verdict: pair.delivery.name(),
            })
            .collect(),
    };
    let json = Json {
        schema: "alinet.reach/1",
        from: from.name(network),
        to: to.name(network),
        verdict: answer.verdict.name(),
        forward: way(&answer.forward),
        back: way(&answer.back),
    };
    crate::report::pretty(&json)
}

pub fn reach(network: &Network, shown: &Shown<'_>, from: End, to: End, answer: &Answer, mends: &[Mend]) -> String {
    let mut text = format!("{} -> {}: {}\n", from.name(network), to.name(network), answer.verdict.name());
    for (title, direction) in [("forward", &answer.forward), ("return", &answer.back)] {
        let _ = writeln!(text, "\n{title}: {}", direction.delivery.name());
        let width = direction.hops.iter().map(|step| step.at.len()).max().unwrap_or(0);
        for (at, step) in direction.hops.iter().enumerate() {
            let takes = step.takes.as_ref().map(|takes| format!("  takes {takes}")).unwrap_or_default();
            let place = step.place.map(|place| format!("  ({})", shown.line(place))).unwrap_or_default();
            let line = format!("{:>3}  {:width$}{takes}{place}", at + 1, step.at);
            let _ = writeln!(text, "{}", line.trim_end());
        }
        if !direction.because.is_empty() {
            let _ = writeln!(text, "     {}", direction.because);
        }
    }
    if !mends.is_empty() {
        text.push_str("\nto make it work, add:\n");
    }
    for mend in mends {
        let _ = write!(text, "\n{}", mend.hcl);
        if let Some(instead) = &mend.instead {
            let _ = writeln!(text, "# or {instead}");
        }
    }
    if mends.iter().any(|mend| mend.hcl.contains(" module.")) {
        text.push_str(
            "\n# what lies in a module is shown by its address: hand it out by an output, or write the block there\n",
        );
    }
    text
}

pub fn matrix_json(network: &Network, pairs: &[(VpcId, VpcId, Verdict)]) -> String {
    let pairs = pairs.iter().map(|(a, b, verdict)| Pair {
        from: network.vpc(*a).name(),
        to: network.vpc(*b).name(),
        verdict: verdict.name(),
    });
    let matrix = Matrix { schema: "alinet.reach-matrix/1", pairs: pairs.collect() };
    crate::report::pretty(&matrix)
}

/// Rows are where packets start, columns where they shall arrive.
pub fn matrix(network: &Network, pairs: &[(VpcId, VpcId, Verdict)]) -> String {
    let verdicts: BTreeMap<(VpcId, VpcId), Verdict> =
        pairs.iter().map(|(a, b, verdict)| ((*a, *b), *verdict)).collect();
    let mut rows: Vec<VpcId> = verdicts.keys().map(|(a, _)| *a).collect();
    rows.dedup();
    let mut columns: Vec<VpcId> = verdicts.keys().map(|(_, b)| *b).collect();
    columns.sort();
    columns.dedup();
    if rows.is_empty() {
        return "there are fewer than two VPCs in the files\n".into();
    }
    let width = rows.iter().map(|&id| network.vpc(id).name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (at, &column) in columns.iter().enumerate() {
        let _ = writeln!(text, "{:>3}  {}", at + 1, network.vpc(column).name());
    }
    let numbers: String = (1..=columns.len()).map(|at| format!(" {at:>3}")).collect();
    let _ = writeln!(text, "\n{:width$}{numbers}", "");
    for &row in &rows {
        let _ = write!(text, "{:width$}", network.vpc(row).name());
        for &column in &columns {
            let sign = match verdicts.get(&(row, column)) {
                Some(Verdict::Reachable) => "yes",
                Some(Verdict::OneWay) => "1/2",
                Some(Verdict::Unreachable) => "no",
                Some(Verdict::Unknown) => "?",
                None => "-",
            };
            let _ = write!(text, " {sign:>3}");
        }
        text.push('\n');
    }
    text.push_str("\nyes: both ways, 1/2: one way only, no: neither way, ?: not known\n");
    text
}
