//! Where do the names of broken rules stand? On their line where there is room, else only as a number that the list below
//! the picture explains.

use super::boxes;
use super::lanes::{Drawing, Point, Rect, TITLE};
use super::picture::Picture;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    pub edge: usize,
    pub number: usize,
    pub text: String,
    pub rect: Rect,
}

pub const SIZE: i32 = 10;
/// Above so many marked edges there are only numbers.
pub const NAMED: usize = 14;
/// Above so many, nobody counts which other lines a number covers.
const COUNTED: usize = 60;

/// One label per edge that a rule speaks of, numbered in order.
pub fn labels(picture: &Picture, drawing: &Drawing) -> Vec<Label> {
    let marked: Vec<usize> =
        (0..picture.edges.len()).filter(|&at| !picture.edges[at].marks.shown().is_empty()).collect();
    let titles = drawing.frames.iter().map(|(region, rect)| {
        let name = picture.regions[*region].as_deref().unwrap_or("region not known");
        Rect { x: rect.x, y: rect.y, width: boxes::width(name, 14) + 20, height: TITLE }
    });
    let mut taken: Vec<Rect> = drawing.boxes.iter().copied().chain(titles).collect();
    let mut labels = Vec::new();
    for (at, &edge) in marked.iter().enumerate() {
        let number = at + 1;
        let rules = picture.edges[edge].marks.shown();
        let more = if rules.len() > 1 { format!(" +{}", rules.len() - 1) } else { String::new() };
        let named = format!("{number} {}{more}", rules[0]);
        let lines = if marked.len() > COUNTED { &[] } else { &drawing.lines[..] };
        let found = (marked.len() <= NAMED)
            .then(|| best(&named, &drawing.lines[edge], edge, &taken, lines))
            .flatten()
            .filter(|(cost, _)| *cost <= 2);
        let (text, rect) = match found {
            Some((_, rect)) => (named, rect),
            None => {
                let text = number.to_string();
                let any = || drawing.lines[edge].first().map_or(Rect::default(), |&point| around(&text, point));
                let rect = best(&text, &drawing.lines[edge], edge, &taken, lines).map_or_else(any, |(_, rect)| rect);
                (text, rect)
            }
        };
        taken.push(rect);
        labels.push(Label { edge, number, text, rect });
    }
    labels
}

/// The free place on a line where a text covers least, and how many other lines it covers there.
fn best(text: &str, line: &[Point], edge: usize, taken: &[Rect], lines: &[Vec<Point>]) -> Option<(usize, Rect)> {
    let mut best: Option<(usize, Rect)> = None;
    for point in candidates(line) {
        let rect = around(text, point);
        let room = Rect { x: rect.x - 3, y: rect.y - 2, width: rect.width + 6, height: rect.height + 4 };
        if rect.x < 2 || rect.y < 2 || taken.iter().any(|other| other.meets(&room)) {
            continue;
        }
        let covered = lines.iter().enumerate().filter(|(at, other)| *at != edge && crosses(other, &rect)).count();
        if best.is_none_or(|(least, _)| covered < least) {
            best = Some((covered, rect));
        }
        if covered == 0 {
            break;
        }
    }
    best
}

/// Points on a line, those in the middle of long pieces first.
fn candidates(line: &[Point]) -> Vec<Point> {
    let mut pieces: Vec<(Point, Point)> = line.windows(2).map(|pair| (pair[0], pair[1])).collect();
    pieces.sort_by_key(|(a, b)| std::cmp::Reverse((a.0 - b.0).abs() + (a.1 - b.1).abs()));
    let mut points = Vec::new();
    for (numerator, denominator) in [(1, 2), (1, 4), (3, 4), (1, 8), (7, 8), (3, 8), (5, 8)] {
        points.extend(
            pieces.iter().map(|&(a, b)| {
                (a.0 + (b.0 - a.0) * numerator / denominator, a.1 + (b.1 - a.1) * numerator / denominator)
            }),
        );
    }
    points
}

fn around(text: &str, (x, y): Point) -> Rect {
    let width = boxes::width(text, SIZE) + 10;
    Rect { x: x - width / 2, y: y - 8, width, height: 16 }
}

fn crosses(line: &[Point], rect: &Rect) -> bool {
    line.windows(2).any(|pair| {
        let (a, b) = (pair[0], pair[1]);
        let piece = Rect {
            x: a.0.min(b.0) - 1,
            y: a.1.min(b.1) - 1,
            width: (a.0 - b.0).abs() + 2,
            height: (a.1 - b.1).abs() + 2,
        };
        piece.meets(rect)
    })
}
