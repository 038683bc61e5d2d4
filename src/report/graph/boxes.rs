//! Which lines of text stand in a box, and how large does it get?

use super::picture::{Node, NodeKind};
use super::shortened;

pub const WIDTH: i32 = 236;
const PADDING: i32 = 8;
/// How many vSwitches, blocks and rules a box names before it counts them.
const SUBNETS: usize = 6;
const CIDRS: usize = 6;
const RULES: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Name,
    Kind,
    Cidr,
    Subnet,
    BrokenSubnet,
    Rule,
}

/// One line, with something at its right end perhaps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub style: Style,
    pub text: String,
    pub right: String,
}

impl Style {
    pub fn height(self) -> i32 {
        match self {
            Style::Name => 17,
            Style::Cidr => 15,
            _ => 13,
        }
    }

    pub fn size(self) -> i32 {
        match self {
            Style::Name => 12,
            Style::Cidr => 11,
            _ => 10,
        }
    }
}

/// How wide a text in a monospace font is, generously.
pub fn width(text: &str, size: i32) -> i32 {
    let units: i32 = text.chars().map(|c| if c.is_ascii() { 61 } else { 102 }).sum();
    (units * size + 99) / 100
}

pub fn lines(node: &Node) -> Vec<Line> {
    let fit = |text: &str, style: Style, space: i32| {
        let mut most = text.chars().count();
        while most > 1 && width(&shortened(text, most), style.size()) > space {
            most -= 1;
        }
        shortened(text, most)
    };
    let inner = WIDTH - 2 * PADDING - 4;
    let line = |style: Style, text: &str| Line { style, text: fit(text, style, inner), right: String::new() };
    let mut lines = vec![line(Style::Name, &node.name)];
    if node.kind != NodeKind::Vpc {
        lines.push(line(Style::Kind, node.kind.title()));
    } else if node.address.is_none() {
        lines.push(line(Style::Kind, "VPC of another configuration"));
    }
    for pair in node.cidrs.iter().take(CIDRS).collect::<Vec<_>>().chunks(2) {
        let both: Vec<&str> = pair.iter().map(|cidr| cidr.as_str()).collect();
        let together = both.join("  ");
        if width(&together, Style::Cidr.size()) <= inner {
            lines.push(line(Style::Cidr, &together));
        } else {
            lines.extend(both.iter().map(|cidr| line(Style::Cidr, cidr)));
        }
    }
    let more = |count: usize, most: usize, what: &str| {
        (count > most).then(|| line(Style::Subnet, &format!("and {} more {what}", count - most)))
    };
    lines.extend(more(node.cidrs.len(), CIDRS, "blocks"));
    // A broken one is named before others.
    let mut subnets: Vec<_> = node.subnets.iter().collect();
    subnets.sort_by_key(|subnet| !subnet.broken);
    subnets.truncate(SUBNETS);
    subnets.sort_by_key(|subnet| &subnet.address);
    for subnet in subnets {
        let style = if subnet.broken { Style::BrokenSubnet } else { Style::Subnet };
        let space = inner - width(&subnet.cidr, style.size()) - 8;
        lines.push(Line { style, text: fit(&subnet.name, style, space), right: subnet.cidr.clone() });
    }
    lines.extend(more(node.subnets.len(), SUBNETS, "vSwitches"));
    lines.extend(node.marks.shown().iter().take(RULES).map(|rule| line(Style::Rule, rule)));
    if node.marks.shown().len() > RULES {
        lines.push(line(Style::Rule, &format!("and {} more rules", node.marks.shown().len() - RULES)));
    }
    lines
}

pub fn height(node: &Node) -> i32 {
    if node.kind.is_router() {
        return 44 + 13 * node.marks.shown().len().min(RULES + 1) as i32;
    }
    lines(node).iter().map(|line| line.style.height()).sum::<i32>() + 2 * PADDING
}
