//! The picture as a Mermaid flowchart, for Markdown pages.

use std::fmt::Write as _;

use super::lines;
use super::picture::{EdgeKind, NodeKind, Picture};

pub fn mermaid(picture: &Picture) -> String {
    let mut text = String::from("flowchart LR\n");
    for (at, region) in picture.regions.iter().enumerate() {
        let name = region.as_deref().unwrap_or("region not known");
        let _ = writeln!(text, "  subgraph r{at}[\"{}\"]", escaped(name));
        for (id, node) in picture.nodes.iter().enumerate().filter(|(_, node)| node.region == at) {
            let label: Vec<String> = lines(node).iter().map(|line| escaped(line)).collect();
            let label = label.join("<br/>");
            let (open, close) = match node.kind {
                NodeKind::Vpc | NodeKind::Unknown => ("[", "]"),
                NodeKind::TransitRouter | NodeKind::BasicRouter => ("{{", "}}"),
                _ => ("([", "])"),
            };
            let _ = writeln!(text, "    n{id}{open}\"{label}\"{close}");
        }
        text.push_str("  end\n");
    }
    for edge in &picture.edges {
        let line = match edge.kind {
            EdgeKind::Peering => "---",
            EdgeKind::RouterPeering => "===",
            _ => "-.-",
        };
        let label = match edge.marks.shown() {
            [] => String::new(),
            rules => format!("|\"{}\"|", rules.iter().map(|rule| escaped(rule)).collect::<Vec<_>>().join("<br/>")),
        };
        let _ = writeln!(text, "  n{} {line}{label} n{}", edge.from, edge.to);
    }
    let edges = |broken: bool| -> Vec<String> {
        let marked = picture.edges.iter().enumerate().filter(|(_, edge)| !edge.marks.shown().is_empty());
        marked.filter(|(_, edge)| edge.marks.broken == broken).map(|(at, _)| at.to_string()).collect()
    };
    for (broken, style) in [
        (true, "stroke:#cf222e,stroke-width:3px,color:#cf222e"),
        (false, "stroke:#9a6700,stroke-width:2px,color:#9a6700"),
    ] {
        let marked = edges(broken);
        if !marked.is_empty() {
            let _ = writeln!(text, "  linkStyle {} {style}", marked.join(","));
        }
    }
    let classes: [(&str, &str, &dyn Fn(usize) -> bool); 3] = [
        ("broken", "stroke:#cf222e,stroke-width:2px", &|at| picture.nodes[at].marks.broken),
        ("router", "fill:#dbeafe,stroke:#1d4ed8", &|at| picture.nodes[at].kind.is_router()),
        ("outside", "stroke-dasharray:4 3", &|at| picture.nodes[at].address.is_none()),
    ];
    for (name, style, holds) in classes {
        let members: Vec<String> =
            (0..picture.nodes.len()).filter(|&at| holds(at)).map(|at| format!("n{at}")).collect();
        if !members.is_empty() {
            let _ = writeln!(text, "  classDef {name} {style}\n  class {} {name}", members.join(","));
        }
    }
    text
}

/// Mermaid reads `#name;` inside quotes as a character, and HTML.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '&' => escaped.push_str("#amp;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '`' => escaped.push_str("#96;"),
            '\\' => escaped.push_str("#92;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
