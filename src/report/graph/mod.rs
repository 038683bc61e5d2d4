//! What does the network look like? A plain picture of nodes and edges, and the formats that show it.
//!
//! `picture` makes the picture from the model and the findings; Mermaid, DOT and JSON write it down as it is. For SVG it
//! is laid out first: `grid` gives every box a cell, `route` leads every edge through the channels between the cells,
//! `lanes` turns both into coordinates, `labels` finds free places for the names of broken rules.

mod blame;
mod boxes;
mod dot;
mod grid;
mod json;
mod labels;
mod lanes;
mod mermaid;
mod picture;
mod route;
mod svg;
#[cfg(test)]
mod tests;

pub use dot::dot;
pub use json::json;
pub(super) use mermaid::escaped;
pub use mermaid::mermaid;
pub use picture::{Edge, EdgeKind, Marks, Node, NodeKind, Picture, Subnet, picture};
pub use svg::svg;

/// A text of at most that many characters; what is too long loses its middle.
fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let head = most.saturating_sub(1) / 2;
    let tail = most.saturating_sub(1) - head;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

/// The lines under the name of a node in formats that show plain text.
fn lines(node: &Node) -> Vec<String> {
    let mut lines = vec![node.name.clone()];
    match node.kind {
        NodeKind::Vpc => {}
        kind => lines.push(kind.title().to_owned()),
    }
    if !node.cidrs.is_empty() {
        lines.push(node.cidrs.join(", "));
    }
    lines.extend(node.subnets.iter().map(|subnet| format!("{} {}", subnet.name, subnet.cidr)));
    lines.extend(node.marks.shown().iter().map(|rule| (*rule).to_owned()));
    lines
}
