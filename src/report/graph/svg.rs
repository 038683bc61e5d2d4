//! The picture as SVG, drawn without any other program: the same bytes for the same network.

use std::fmt::Write as _;

use super::boxes::{self, Line, Style};
use super::labels::{self, Label, labels};
#[cfg(test)]
use super::lanes::Drawing;
use super::lanes::{Point, Rect, drawing};
use super::picture::{Edge, EdgeKind, Marks, Node, NodeKind, Picture};
use super::{grid, route, shortened};

const MARGIN: i32 = 12;
const HEAD: i32 = 34;
const STYLE: &str = "\
.alinet text{font-family:monospace;fill:#1f2328}\
.alinet .title{font-family:sans-serif;font-size:14px;font-weight:bold}\
.alinet .head{font-family:sans-serif;font-size:15px;font-weight:bold}\
.alinet .small{font-size:10px;fill:#57606a}\
.alinet .bad{fill:#cf222e}.alinet .doubt{fill:#7d4e00}\
.alinet .frame{fill:#f6f8fa;stroke:#afb8c1}\
.alinet .box{fill:#fff;stroke:#57606a;stroke-width:1.2}\
.alinet .outside{fill:#fdfdfd;stroke-dasharray:5 3}\
.alinet .router{fill:#dbeafe;stroke:#1d4ed8}\
.alinet .premises{fill:#fdf3dc;stroke:#8a6d1a}\
.alinet .broken{stroke:#cf222e;stroke-width:2.2}\
.alinet .doubtful{stroke:#bf8700;stroke-width:2}\
.alinet .unsure{stroke-dasharray:2 2}\
.alinet path{fill:none;stroke-width:1.6;stroke-linejoin:round}\
.alinet .under{stroke:#f6f8fa;stroke-width:5}\
.alinet .peering{stroke:#0f766e}\
.alinet .attachment{stroke:#2563eb}\
.alinet .peer-attachment{stroke:#7c3aed;stroke-width:3}\
.alinet .cen-attachment{stroke:#2563eb}\
.alinet .express-association,.alinet .gateway{stroke:#8a6d1a}\
.alinet path.doubtful{stroke:#bf8700;stroke-width:2.2}\
.alinet path.broken{stroke:#cf222e;stroke-width:2.6;stroke-dasharray:7 4}";

pub fn svg(picture: &Picture) -> String {
    let grid = grid::grid(picture);
    let routed = route::routes(picture, &grid);
    let drawing = drawing(picture, &grid, &routed);
    let labels = labels(picture, &drawing);
    let key = key(picture);
    let list = list(picture, &labels);
    let summary = summary(picture);
    let below = list.iter().map(|line| boxes::width(line, 11)).max().unwrap_or(0);
    let width = drawing.width.max(below).max(boxes::width(&summary, 9) + 40).max(420) + 2 * MARGIN;
    let rows = wrapped(&key, width - 2 * MARGIN);
    let foot = HEAD + drawing.height + 22 * rows.len() as i32 + 20;
    // A long list stands in columns where there is room.
    let columns = if list.len() > 20 { ((width - 2 * MARGIN) / (below + 24)).clamp(1, 4) as usize } else { 1 };
    let deep = list.len().div_ceil(columns);
    let height = foot + if list.is_empty() { 0 } else { 22 + 17 * deep as i32 } + MARGIN;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"alinet\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"alinet-title alinet-desc\">"
    );
    let _ = writeln!(text, "<title id=\"alinet-title\">Network topology</title>");
    let _ = writeln!(text, "<desc id=\"alinet-desc\">{}</desc>", escaped(&described(&summary, &list)));
    let _ = writeln!(text, "<style>{STYLE}</style>");
    let _ = writeln!(text, "<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
    let _ = writeln!(text, "<text x=\"{MARGIN}\" y=\"22\" class=\"head\">{}</text>", escaped(&summary));
    let left = MARGIN + (width - 2 * MARGIN - drawing.width) / 2;
    let _ = writeln!(text, "<g transform=\"translate({left} {HEAD})\">");
    for (region, rect) in &drawing.frames {
        let name = picture.regions[*region].as_deref().unwrap_or("region not known");
        let _ = writeln!(text, "<g>{}", rectangle(rect, 8, "frame"));
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" class=\"title\">{}</text></g>",
            rect.x + 12,
            rect.y + 19,
            escaped(name)
        );
    }
    // What is broken lies on top.
    for level in 0..3 {
        for (at, edge) in picture.edges.iter().enumerate() {
            if rank(&edge.marks) == level {
                line(&mut text, edge, &drawing.lines[at], routed[at].trunk.is_some());
            }
        }
    }
    for (node, rect) in picture.nodes.iter().zip(&drawing.boxes) {
        node_box(&mut text, node, rect);
    }
    for label in &labels {
        draw_label(&mut text, picture, label);
    }
    text.push_str("</g>\n");
    draw_key(&mut text, &rows, HEAD + drawing.height + 18);
    draw_list(&mut text, picture, &labels, &list, (foot, deep, below + 24));
    text.push_str("</svg>\n");
    text
}

fn rank(marks: &Marks) -> usize {
    match (marks.broken, marks.shown().is_empty()) {
        (true, _) => 2,
        (false, false) => 1,
        (false, true) => 0,
    }
}

fn rectangle(rect: &Rect, radius: i32, class: &str) -> String {
    let Rect { x, y, width, height } = rect;
    format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" class=\"{class}\"/>")
}

fn state(marks: &Marks) -> &'static str {
    [" ", " doubtful", " broken"][rank(marks)].trim_end()
}

fn line(text: &mut String, edge: &Edge, points: &[Point], trunk: bool) {
    let path = path(points, if trunk { 0 } else { 6 });
    text.push_str("<g>");
    let _ = write!(text, "<title>{}</title>", escaped(&tooltip(edge)));
    if !trunk {
        let _ = write!(text, "<path d=\"{path}\" class=\"under\"/>");
    }
    let unsure = if edge.certain { "" } else { " unsure" };
    let _ = writeln!(text, "<path d=\"{path}\" class=\"{}{unsure}{}\"/></g>", edge.kind.name(), state(&edge.marks));
}

fn tooltip(edge: &Edge) -> String {
    let mut parts = vec![edge.kind.title().to_owned()];
    parts.extend(edge.address.clone());
    parts.extend(edge.bandwidth.map(|bandwidth| format!("{bandwidth} Mbit/s")));
    parts.extend(edge.marks.rules.iter().map(|rule| (*rule).to_owned()));
    parts.join("\n")
}

/// A line with rounded corners.
fn path(points: &[Point], radius: i32) -> String {
    let mut path = String::new();
    for (at, &(x, y)) in points.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| points.get(at));
        match (before, points.get(at + 1)) {
            (None, _) => {
                let _ = write!(path, "M{x} {y}");
            }
            (Some(&before), Some(&after)) if radius > 0 => {
                let towards = |other: Point| {
                    let (dx, dy) = (other.0 - x, other.1 - y);
                    let step = radius.min((dx.abs() + dy.abs()) / 2);
                    (x + dx.signum() * step, y + dy.signum() * step)
                };
                let (a, b) = (towards(before), towards(after));
                let _ = write!(path, "L{} {}Q{x} {y} {} {}", a.0, a.1, b.0, b.1);
            }
            _ => {
                let _ = write!(path, "L{x} {y}");
            }
        }
    }
    path
}

fn node_box(text: &mut String, node: &Node, rect: &Rect) {
    let kind = match node.kind {
        NodeKind::Vpc => "",
        NodeKind::TransitRouter | NodeKind::BasicRouter => " router",
        NodeKind::Unknown => " outside",
        _ => " premises",
    };
    let outside = if node.address.is_none() && node.kind != NodeKind::BasicRouter { " outside" } else { "" };
    let unsure = if node.certain { "" } else { " unsure" };
    let class = format!("box{kind}{outside}{unsure}{}", state(&node.marks));
    let mut title = vec![node.kind.title().to_owned(), node.id.clone()];
    title.extend(node.marks.rules.iter().map(|rule| (*rule).to_owned()));
    let _ = writeln!(text, "<g><title>{}</title>{}", escaped(&title.join("\n")), rectangle(rect, 4, &class));
    if node.kind.is_router() {
        router_text(text, node, rect);
    } else {
        let mut y = rect.y + 8;
        for line in boxes::lines(node) {
            y += line.style.height();
            draw_line(text, node, &line, rect, y - 4);
        }
    }
    text.push_str("</g>\n");
}

fn draw_line(text: &mut String, node: &Node, line: &Line, rect: &Rect, y: i32) {
    let class = match line.style {
        Style::Name | Style::Cidr => "",
        Style::Kind | Style::Subnet => " class=\"small\"",
        Style::BrokenSubnet => " class=\"bad\"",
        Style::Rule if node.marks.broken => " class=\"bad\"",
        Style::Rule => " class=\"doubt\"",
    };
    let size = line.style.size();
    let weight = if line.style == Style::Name { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{y}\" font-size=\"{size}px\"{weight}{class}>{}</text>",
        rect.x + 10,
        escaped(&line.text)
    );
    if !line.right.is_empty() {
        let right = escaped(&line.right);
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{y}\" font-size=\"{size}px\" text-anchor=\"end\"{class}>{right}</text>",
            rect.right() - 10
        );
    }
}

fn router_text(text: &mut String, node: &Node, rect: &Rect) {
    let x = rect.x + rect.width / 2;
    let most = (rect.width - 20) * 100 / (61 * 12);
    let name = escaped(&shortened(&node.name, usize::try_from(most).unwrap_or(1).max(8)));
    let _ = writeln!(
        text,
        "<text x=\"{x}\" y=\"{}\" font-size=\"12px\" font-weight=\"bold\" text-anchor=\"middle\">{name}</text>",
        rect.y + 19
    );
    let _ = writeln!(
        text,
        "<text x=\"{x}\" y=\"{}\" class=\"small\" text-anchor=\"middle\">{}</text>",
        rect.y + 34,
        node.kind.title()
    );
    let class = if node.marks.broken { "bad" } else { "doubt" };
    for (at, rule) in node.marks.shown().iter().take(4).enumerate() {
        let y = rect.y + 48 + 13 * at as i32;
        let _ = writeln!(
            text,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"10px\" class=\"{class}\" text-anchor=\"middle\">{}</text>",
            escaped(rule)
        );
    }
}

fn draw_label(text: &mut String, picture: &Picture, label: &Label) {
    let Rect { x, y, width, height } = label.rect;
    let edge = &picture.edges[label.edge];
    let color = if edge.marks.broken { "#cf222e" } else { "#7d4e00" };
    let _ = writeln!(
        text,
        "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#ffffff\" stroke=\"{color}\"/>\
         <text x=\"{}\" y=\"{}\" font-size=\"{}px\" text-anchor=\"middle\" style=\"fill:{color}\">{}</text></g>",
        escaped(&tooltip(edge)),
        x + width / 2,
        y + 12,
        labels::SIZE,
        escaped(&label.text),
    );
}

/// The kinds of lines that there are, with their classes.
fn key(picture: &Picture) -> Vec<(String, &'static str)> {
    let mut kinds: Vec<EdgeKind> = picture.edges.iter().map(|edge| edge.kind).collect();
    kinds.sort();
    kinds.dedup();
    let mut key: Vec<(String, &'static str)> =
        kinds.iter().map(|kind| (kind.name().to_owned(), kind.title())).collect();
    if picture.edges.iter().any(|edge| rank(&edge.marks) == 2) {
        key.push(("broken".into(), "broken"));
    }
    if picture.edges.iter().any(|edge| rank(&edge.marks) == 1) {
        key.push(("doubtful".into(), "perhaps broken"));
    }
    if picture.edges.iter().any(|edge| !edge.certain) {
        key.push(("attachment unsure".into(), "perhaps not there"));
    }
    key
}

type Key = (String, &'static str);

fn wrapped(key: &[Key], width: i32) -> Vec<Vec<(i32, Key)>> {
    let mut rows: Vec<Vec<(i32, Key)>> = Vec::new();
    let mut x = 0;
    for entry in key {
        let needed = 44 + boxes::width(entry.1, 11) + 18;
        if rows.is_empty() || x + needed > width {
            rows.push(Vec::new());
            x = 0;
        }
        if let Some(row) = rows.last_mut() {
            row.push((x, entry.clone()));
        }
        x += needed;
    }
    rows
}

fn draw_key(text: &mut String, rows: &[Vec<(i32, Key)>], top: i32) {
    for (at, row) in rows.iter().enumerate() {
        let y = top + 22 * at as i32;
        for (x, (class, title)) in row {
            let x = MARGIN + x;
            let _ = writeln!(
                text,
                "<path d=\"M{x} {y}h36\" class=\"{class}\"/><text x=\"{}\" y=\"{}\" font-size=\"11px\">{title}</text>",
                x + 44,
                y + 4
            );
        }
    }
}

/// What the numbers on the lines mean.
fn list(picture: &Picture, labels: &[Label]) -> Vec<String> {
    let entry = |label: &Label| {
        let edge = &picture.edges[label.edge];
        let ends = || format!("{} and {}", picture.nodes[edge.from].name, picture.nodes[edge.to].name);
        let what = edge.address.clone().unwrap_or_else(ends);
        format!("{:>2}  {}  {}", label.number, edge.marks.shown().join(", "), shortened(&what, 90))
    };
    labels.iter().map(entry).collect()
}

fn draw_list(
    text: &mut String,
    picture: &Picture,
    labels: &[Label],
    list: &[String],
    (top, deep, step): (i32, usize, i32),
) {
    if list.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "<text x=\"{MARGIN}\" y=\"{}\" class=\"title\">What the rules say of the lines</text>",
        top + 10
    );
    for (at, (label, line)) in labels.iter().zip(list).enumerate() {
        let class = if picture.edges[label.edge].marks.broken { "bad" } else { "doubt" };
        let (x, y) = (MARGIN + step * (at / deep.max(1)) as i32, top + 32 + 17 * (at % deep.max(1)) as i32);
        let _ = writeln!(
            text,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"11px\" class=\"{class}\" xml:space=\"preserve\">{}</text>",
            escaped(line)
        );
    }
}

fn summary(picture: &Picture) -> String {
    let count =
        |number: usize, one: &str, several: &str| format!("{number} {}", if number == 1 { one } else { several });
    let of = |wanted: fn(NodeKind) -> bool| picture.nodes.iter().filter(|node| wanted(node.kind)).count();
    let edges = |wanted: fn(&Edge) -> bool| picture.edges.iter().filter(|edge| wanted(edge)).count();
    let vpcs = of(|kind| kind == NodeKind::Vpc);
    if vpcs == 0 && picture.edges.is_empty() {
        return "No VPCs".into();
    }
    let mut parts = vec![count(vpcs, "VPC", "VPCs")];
    let mut add = |number: usize, one: &str, several: &str| {
        if number > 0 {
            parts.push(count(number, one, several));
        }
    };
    add(edges(|edge| edge.kind == EdgeKind::Peering), "peering", "peerings");
    add(of(NodeKind::is_router), "transit router", "transit routers");
    add(picture.regions.iter().flatten().count(), "region", "regions");
    add(edges(|edge| edge.marks.broken), "broken line", "broken lines");
    parts.join(", ")
}

fn described(summary: &str, list: &[String]) -> String {
    let mut text = format!("{summary}.");
    for line in list.iter().take(40) {
        text.push(' ');
        text.push_str(&line.split_whitespace().collect::<Vec<_>>().join(" "));
        text.push('.');
    }
    text
}

/// Text for XML; what XML cannot hold becomes a space.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push('\n'),
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What the picture is laid out as, for tests.
#[cfg(test)]
pub(super) fn laid_out(picture: &Picture) -> (Drawing, Vec<route::Routed>) {
    let grid = grid::grid(picture);
    let routed = route::routes(picture, &grid);
    (drawing(picture, &grid, &routed), routed)
}
