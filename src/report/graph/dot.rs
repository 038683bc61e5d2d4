//! The picture in the DOT language, for Graphviz.

use std::fmt::Write as _;

use super::lines;
use super::picture::{EdgeKind, NodeKind, Picture};

const RED: &str = "#cf222e";
const AMBER: &str = "#9a6700";

pub fn dot(picture: &Picture) -> String {
    let mut text = String::from(
        "graph alinet {\n  graph [fontname=\"sans-serif\", splines=true, overlap=false];\n  \
         node [fontname=\"monospace\", fontsize=10, shape=box];\n  edge [fontname=\"monospace\", fontsize=9];\n",
    );
    for (at, region) in picture.regions.iter().enumerate() {
        let name = region.as_deref().unwrap_or("region not known");
        let _ = writeln!(text, "  subgraph cluster_{at} {{\n    label=\"{}\";\n    color=\"#8c959f\";", escaped(name));
        for (id, node) in picture.nodes.iter().enumerate().filter(|(_, node)| node.region == at) {
            let label: Vec<String> = lines(node).iter().map(|line| escaped(line)).collect();
            let _ = write!(text, "    n{id} [label=\"{}\"", label.join("\\n"));
            let (shape, fill) = match node.kind {
                NodeKind::Vpc | NodeKind::Unknown => ("solid", "#ffffff"),
                NodeKind::TransitRouter | NodeKind::BasicRouter => ("solid", "#dbeafe"),
                _ => ("rounded", "#fdf3dc"),
            };
            let dashed = if node.address.is_none() && node.kind != NodeKind::BasicRouter { ",dashed" } else { "" };
            let _ = write!(text, ", style=\"filled,{shape}{dashed}\", fillcolor=\"{fill}\"");
            if node.marks.broken {
                let _ = write!(text, ", color=\"{RED}\", penwidth=2");
            }
            text.push_str("];\n");
        }
        text.push_str("  }\n");
    }
    for edge in &picture.edges {
        let mut attributes =
            vec![format!("tooltip=\"{}\"", escaped(edge.address.as_deref().unwrap_or(edge.kind.title())))];
        if edge.kind == EdgeKind::RouterPeering {
            attributes.push("penwidth=3".into());
        }
        if !edge.marks.shown().is_empty() {
            let color = if edge.marks.broken { RED } else { AMBER };
            attributes.push(format!(
                "label=\"{}\"",
                edge.marks.shown().iter().map(|rule| escaped(rule)).collect::<Vec<_>>().join("\\n")
            ));
            attributes.push(format!("color=\"{color}\", fontcolor=\"{color}\""));
        }
        if edge.marks.broken {
            attributes.push("style=dashed".into());
        }
        let _ = writeln!(text, "  n{} -- n{} [{}];", edge.from, edge.to, attributes.join(", "));
    }
    text.push_str("}\n");
    text
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
