//! Where exactly? Lanes in the channels, sizes from what they hold, and from both the coordinates of everything.

use std::collections::BTreeMap;

use super::boxes;
use super::grid::{Frame, Grid};
use super::picture::Picture;
use super::route::{End, Routed, Way};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

pub type Point = (i32, i32);

#[derive(Clone, Debug, Default)]
pub struct Drawing {
    pub width: i32,
    pub height: i32,
    /// Regions, with their index in the picture.
    pub frames: Vec<(usize, Rect)>,
    /// One per node.
    pub boxes: Vec<Rect>,
    /// One per edge: the corners of its line.
    pub lines: Vec<Vec<Point>>,
}

impl Rect {
    pub fn right(&self) -> i32 {
        self.x + self.width
    }

    pub fn bottom(&self) -> i32 {
        self.y + self.height
    }

    /// They share more than an edge.
    pub fn meets(&self, other: &Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

const PITCH: i32 = 9;
const SLOT: i32 = 10;
const MARGIN: i32 = 12;
pub const TITLE: i32 = 26;

/// The parts of a channel between two frames: inside the one before it, outside, inside the one after it. A channel
/// inside a frame has only the first.
const BEFORE: usize = 0;
const OUTSIDE: usize = 1;
const AFTER: usize = 2;

/// A channel, vertical or horizontal, and one of its parts.
type Place = (bool, usize, usize);

/// What shares a lane: all attachments of one bar, or one edge alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Sharing {
    Bar(usize),
    Edge(usize),
}

pub fn drawing(picture: &Picture, grid: &Grid, routed: &[Routed]) -> Drawing {
    let edged = Edged::new(grid);
    let lanes = Lanes::new(grid, routed, &edged);
    let slots = Slots::new(grid, routed);
    let mut heights: Vec<i32> = picture.nodes.iter().map(boxes::height).collect();
    for keys in slots.sides.values() {
        let busiest =
            keys.iter().flat_map(|key| &key.nodes).max_by_key(|&&node| (keys_of(keys, node), std::cmp::Reverse(node)));
        for &node in keys.iter().flat_map(|key| &key.nodes) {
            let count = if Some(&node) == busiest { keys.len() } else { keys_of(keys, node) };
            heights[node] = heights[node].max(count as i32 * SLOT + 14);
        }
    }
    let verticals = spread(
        grid.columns,
        |at, part| lanes.width(&edged, (true, at, part)),
        |_| boxes::WIDTH,
        widened(picture, routed),
    );
    let rows = |row: usize| {
        let here = grid.cells.iter().zip(&heights).filter(|(cell, _)| cell.row == row);
        here.map(|(_, height)| *height).max().unwrap_or(0)
    };
    let horizontals = spread(grid.rows, |at, part| lanes.width(&edged, (false, at, part)), rows, Default::default());
    let boxes: Vec<Rect> = grid
        .cells
        .iter()
        .zip(&heights)
        .map(|(cell, &height)| {
            let x = verticals.cell(cell.columns.start);
            let right = verticals.cell(cell.columns.end - 1) + boxes::WIDTH;
            Rect { x, y: horizontals.cell(cell.row), width: right - x, height }
        })
        .collect();
    let frame = |frame: &Frame| {
        let (x, y) = (verticals.part(frame.columns.start, AFTER), horizontals.part(frame.rows.start, AFTER));
        let right = verticals.part(frame.columns.end, OUTSIDE);
        (frame.region, Rect { x, y, width: right - x, height: horizontals.part(frame.rows.end, OUTSIDE) - y })
    };
    let frames = grid.frames.iter().map(frame).collect();
    let pen =
        Pen { grid, lanes: &lanes, slots: &slots, boxes: &boxes, verticals: &verticals, horizontals: &horizontals };
    let lines = routed.iter().enumerate().map(|(at, one)| pen.line(at, one)).collect();
    Drawing { width: verticals.end, height: horizontals.end, frames, boxes, lines }
}

/// Which channels have frames on them.
struct Edged {
    vertical: Vec<bool>,
    horizontal: Vec<bool>,
    grid_columns: usize,
    grid_rows: usize,
}

impl Edged {
    fn new(grid: &Grid) -> Self {
        let mut edged = Edged {
            vertical: vec![false; grid.columns + 1],
            horizontal: vec![false; grid.rows + 1],
            grid_columns: grid.columns,
            grid_rows: grid.rows,
        };
        for frame in &grid.frames {
            for at in [frame.columns.start, frame.columns.end] {
                edged.vertical[at] = true;
            }
            for at in [frame.rows.start, frame.rows.end] {
                edged.horizontal[at] = true;
            }
        }
        edged
    }

    fn has(&self, vertical: bool, channel: usize) -> bool {
        if vertical { self.vertical[channel] } else { self.horizontal[channel] }
    }
}

/// A stretch of a line along a channel. Row `r` spans coordinate 2r + 1, channel `r` is 2r.
struct Stretch {
    place: Place,
    from: usize,
    to: usize,
    edge: usize,
    piece: usize,
}

struct Lanes {
    /// The lane of a piece of an edge.
    of: BTreeMap<(usize, usize), (Place, usize)>,
    count: BTreeMap<Place, usize>,
}

impl Lanes {
    fn new(grid: &Grid, routed: &[Routed], edged: &Edged) -> Self {
        let mut shared: BTreeMap<Place, BTreeMap<Sharing, Vec<Stretch>>> = BTreeMap::new();
        for (edge, one) in routed.iter().enumerate() {
            let frame = one.frame.map(|frame| &grid.frames[frame]);
            for (piece, from, to, vertical, channel) in pieces(grid, &one.way) {
                let part = match frame {
                    Some(frame) if channel == if vertical { frame.columns.start } else { frame.rows.start } => AFTER,
                    None if edged.has(vertical, channel) => OUTSIDE,
                    _ => BEFORE,
                };
                let place = (vertical, channel, part);
                let sharing = one.trunk.map_or(Sharing::Edge(edge), Sharing::Bar);
                let stretch = Stretch { place, from: from.min(to), to: from.max(to), edge, piece };
                shared.entry(place).or_default().entry(sharing).or_default().push(stretch);
            }
        }
        let mut lanes = Lanes { of: BTreeMap::new(), count: BTreeMap::new() };
        for (place, mut sharings) in shared {
            let mut bundles: Vec<(usize, usize, Vec<(usize, usize)>)> = Vec::new();
            for stretches in sharings.values_mut() {
                stretches.sort_by_key(|stretch| (stretch.from, stretch.to));
                let mut last: Option<usize> = None;
                for stretch in stretches {
                    let key = (stretch.edge, stretch.piece);
                    debug_assert_eq!(stretch.place, place);
                    match last.filter(|&at| bundles[at].1 >= stretch.from) {
                        Some(at) => {
                            bundles[at].1 = bundles[at].1.max(stretch.to);
                            bundles[at].2.push(key);
                        }
                        None => {
                            last = Some(bundles.len());
                            bundles.push((stretch.from, stretch.to, vec![key]));
                        }
                    }
                }
            }
            bundles.sort();
            let mut ends: Vec<usize> = Vec::new();
            for (from, to, keys) in bundles {
                let lane = ends.iter().position(|&end| end < from).unwrap_or(ends.len());
                if lane == ends.len() {
                    ends.push(to);
                }
                ends[lane] = to;
                lanes.of.extend(keys.into_iter().map(|key| (key, (place, lane))));
            }
            lanes.count.insert(place, ends.len());
        }
        lanes
    }

    /// How wide a part of a channel is.
    fn width(&self, edged: &Edged, (vertical, channel, part): Place) -> i32 {
        let count = self.count.get(&(vertical, channel, part)).copied().unwrap_or(0) as i32;
        let last = if vertical { edged.grid_columns } else { edged.grid_rows };
        let edge = edged.has(vertical, channel);
        let least = match (part, edge) {
            (BEFORE, _) if channel == 0 => return 0,
            (AFTER, _) if channel == last => return 0,
            (BEFORE, false) => 44 - 6 * i32::from(!vertical),
            (_, false) => return 0,
            (OUTSIDE, true) => 24,
            (AFTER, true) if !vertical => 12,
            _ => 16,
        };
        let title = if !vertical && part == AFTER { TITLE } else { 0 };
        title + if count == 0 { least } else { least.max(2 * MARGIN + (count - 1) * PITCH) }
    }
}

/// The pieces of a way along channels: number, from, to, vertical, channel.
fn pieces(grid: &Grid, way: &Way) -> Vec<(usize, usize, usize, bool, usize)> {
    let Way::Around { from, channels, to } = way else { return Vec::new() };
    let row = |end: &End| 2 * grid.cells[end.node].row + 1;
    let piece = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| channels.get(at)).map(|channel| 2 * channel);
        let after = channels.get(at + 1).map(|channel| 2 * channel);
        (at, before.unwrap_or_else(|| row(from)), after.unwrap_or_else(|| row(to)), at.is_multiple_of(2), channels[at])
    };
    (0..channels.len()).map(piece).collect()
}

/// Where lines leave the sides of boxes, and where straight ones run in a column.
struct Slots {
    /// By row and vertical channel, from top to bottom.
    sides: BTreeMap<(usize, usize), Vec<Slot>>,
    /// The lane of a straight line in its column, and how many there are.
    straight: BTreeMap<usize, (usize, usize)>,
}

/// A place at the sides of boxes where a line leaves them.
struct Slot {
    sharing: Sharing,
    nodes: Vec<usize>,
}

fn keys_of(keys: &[Slot], node: usize) -> usize {
    keys.iter().filter(|key| key.nodes.contains(&node)).count()
}

impl Slots {
    fn new(grid: &Grid, routed: &[Routed]) -> Self {
        let mut sides: BTreeMap<(usize, usize), BTreeMap<Sharing, (usize, Vec<usize>)>> = BTreeMap::new();
        let mut columns: BTreeMap<usize, Vec<(usize, usize, usize)>> = BTreeMap::new();
        for (at, one) in routed.iter().enumerate() {
            match &one.way {
                Way::Down { column, upper, lower } => {
                    columns.entry(*column).or_default().push((grid.cells[*upper].row, grid.cells[*lower].row, at));
                }
                Way::Across { channel, left, right } => {
                    let row = grid.cells[*left].row;
                    sides
                        .entry((row, *channel))
                        .or_default()
                        .insert(Sharing::Edge(2 * at), (2 * row + 1, vec![*left, *right]));
                }
                Way::Around { from, to, channels } => {
                    let all = pieces(grid, &one.way);
                    let (Some(first), Some(last)) = (all.first(), all.last()) else { continue };
                    for (end, piece, target, which) in [(from, first, first.2, 0), (to, last, last.1, 1)] {
                        if !end.cap {
                            let key = one.trunk.map_or(Sharing::Edge(2 * at + which), Sharing::Bar);
                            let target = if channels.len() == 1 {
                                all[0].1 + all[0].2 - (2 * grid.cells[end.node].row + 1)
                            } else {
                                target
                            };
                            let keys = sides.entry((grid.cells[end.node].row, piece.4)).or_default();
                            keys.entry(key).or_insert_with(|| (target, Vec::new())).1.push(end.node);
                        }
                    }
                }
            }
        }
        let ordered = sides.into_iter().map(|(place, keys)| {
            let mut keys: Vec<(usize, Sharing, Vec<usize>)> =
                keys.into_iter().map(|(key, (target, nodes))| (target, key, nodes)).collect();
            keys.sort();
            (place, keys.into_iter().map(|(_, sharing, nodes)| Slot { sharing, nodes }).collect())
        });
        let mut straight = BTreeMap::new();
        for mut lines in columns.into_values() {
            lines.sort();
            let mut ends: Vec<usize> = Vec::new();
            let mut lanes = Vec::new();
            for &(from, to, at) in &lines {
                let lane = ends.iter().position(|&end| end <= from).unwrap_or(ends.len());
                if lane == ends.len() {
                    ends.push(to);
                }
                ends[lane] = to;
                lanes.push((at, lane));
            }
            straight.extend(lanes.into_iter().map(|(at, lane)| (at, (lane, ends.len()))));
        }
        Slots { sides: ordered.collect(), straight }
    }
}

/// The boxes left and right of a channel in a row.
fn beside(grid: &Grid, row: usize, channel: usize) -> impl Iterator<Item = usize> + '_ {
    let here = grid.cells.iter().enumerate().filter(move |(_, cell)| cell.row == row);
    here.filter(move |(_, cell)| cell.columns.end == channel || cell.columns.start == channel).map(|(at, _)| at)
}

/// Channels that hold the name of a rule beside a short line, in small pictures.
fn widened(picture: &Picture, routed: &[Routed]) -> BTreeMap<usize, i32> {
    let mut wide: BTreeMap<usize, i32> = BTreeMap::new();
    let marked = picture.edges.iter().filter(|edge| !edge.marks.shown().is_empty()).count();
    if picture.nodes.len() > 14 || marked > super::labels::NAMED {
        return wide;
    }
    for (edge, one) in picture.edges.iter().zip(routed) {
        let channel = match &one.way {
            Way::Across { channel, .. } => *channel,
            Way::Around { channels, .. } if channels.len() == 1 => channels[0],
            _ => continue,
        };
        if let Some(rule) = edge.marks.shown().first() {
            let width = wide.entry(channel).or_default();
            *width = (*width).max(boxes::width(rule, 10) + 76);
        }
    }
    wide
}

/// Coordinates along one axis.
struct Axis {
    /// The start of each part of each channel.
    parts: Vec<[i32; 3]>,
    cells: Vec<i32>,
    end: i32,
}

impl Axis {
    fn cell(&self, at: usize) -> i32 {
        self.cells[at]
    }

    fn part(&self, channel: usize, part: usize) -> i32 {
        self.parts[channel][part]
    }
}

fn spread(
    count: usize,
    width: impl Fn(usize, usize) -> i32,
    size: impl Fn(usize) -> i32,
    least: BTreeMap<usize, i32>,
) -> Axis {
    let mut axis = Axis { parts: Vec::new(), cells: Vec::new(), end: 0 };
    let mut at = 0;
    for channel in 0..=count {
        let widths = [BEFORE, OUTSIDE, AFTER].map(|part| width(channel, part));
        let missing = (least.get(&channel).copied().unwrap_or(0) - widths.iter().sum::<i32>()).max(0);
        // The space goes where the line is: inside a frame, or between two.
        let wider = if widths[OUTSIDE] > 0 { OUTSIDE } else { BEFORE };
        let mut parts = [0; 3];
        for part in [BEFORE, OUTSIDE, AFTER] {
            parts[part] = at;
            at += widths[part] + if part == wider { missing } else { 0 };
        }
        axis.parts.push(parts);
        if channel < count {
            axis.cells.push(at);
            at += size(channel);
        }
    }
    axis.end = at;
    axis
}

struct Pen<'a> {
    grid: &'a Grid,
    lanes: &'a Lanes,
    slots: &'a Slots,
    boxes: &'a [Rect],
    verticals: &'a Axis,
    horizontals: &'a Axis,
}

impl Pen<'_> {
    fn line(&self, edge: usize, routed: &Routed) -> Vec<Point> {
        match &routed.way {
            Way::Down { column, upper, lower } => {
                let (lane, count) = self.slots.straight.get(&edge).copied().unwrap_or((0, 1));
                let shift = (2 * lane as i32 - (count as i32 - 1)) * 7;
                let x = self.verticals.cell(*column)
                    + boxes::WIDTH / 2
                    + shift.clamp(8 - boxes::WIDTH / 2, boxes::WIDTH / 2 - 8);
                vec![(x, self.boxes[*upper].bottom()), (x, self.boxes[*lower].y)]
            }
            Way::Across { channel, left, right } => {
                let y = self.slot(self.grid.cells[*left].row, *channel, Sharing::Edge(2 * edge));
                vec![(self.boxes[*left].right(), y), (self.boxes[*right].x, y)]
            }
            Way::Around { from, channels, to } => {
                let lane = |piece: usize| self.lane(edge, piece);
                let last = channels.len().saturating_sub(1);
                let mut points = self.leave(edge, routed, from, channels.first(), lane(0), channels.get(1), 0);
                for piece in (1..channels.len()).step_by(2) {
                    points.extend([(lane(piece - 1), lane(piece)), (lane(piece + 1), lane(piece))]);
                }
                let before = last.checked_sub(1).and_then(|at| channels.get(at));
                let mut end = self.leave(edge, routed, to, channels.last(), lane(last), before, 1);
                end.reverse();
                points.extend(end);
                points.dedup();
                points
            }
        }
    }

    /// From the box to the lane of the channel.
    #[allow(clippy::too_many_arguments)]
    fn leave(
        &self,
        edge: usize,
        routed: &Routed,
        end: &End,
        channel: Option<&usize>,
        x: i32,
        next: Option<&usize>,
        which: usize,
    ) -> Vec<Point> {
        let Some(&channel) = channel else { return Vec::new() };
        let (cell, rect) = (&self.grid.cells[end.node], &self.boxes[end.node]);
        if end.cap {
            let from_above = match (next, &routed.way) {
                (Some(&next), _) => next <= cell.row,
                (None, Way::Around { from, to, .. }) => {
                    let other = if which == 0 { to } else { from };
                    self.grid.cells[other.node].row < cell.row
                }
                _ => true,
            };
            return vec![(x, if from_above { rect.y } else { rect.bottom() })];
        }
        let key = routed.trunk.map_or(Sharing::Edge(2 * edge + which), Sharing::Bar);
        let y = self.slot(cell.row, channel, key);
        let side = if cell.columns.end == channel { rect.right() } else { rect.x };
        vec![(side, y), (x, y)]
    }

    /// How high a line leaves the boxes at a channel.
    fn slot(&self, row: usize, channel: usize, key: Sharing) -> i32 {
        let keys = self.slots.sides.get(&(row, channel)).map_or(&[][..], Vec::as_slice);
        let at = keys.iter().position(|other| other.sharing == key).unwrap_or(0);
        let sides = || beside(self.grid, row, channel).map(|at| (self.boxes[at].height, at));
        let top = self.horizontals.cell(row);
        let (least, _) = sides().min().unwrap_or_default();
        let (most, tall) = sides().max().unwrap_or_default();
        if keys.len() as i32 * SLOT + 14 <= least || least == most {
            return top + (at as i32 + 1) * least / (keys.len() as i32 + 1);
        }
        // A low box beside a tall one: its lines come first, the others take the places that are left.
        let low = |slot: &Slot| slot.nodes.iter().any(|&node| node != tall);
        let count = keys.iter().filter(|slot| low(slot)).count() as i32;
        let room = (least - 14) / SLOT + 1;
        let taken: Vec<i32> = (1..=count).map(|place| place * room / (count + 1)).collect();
        let before = keys[..at].iter().filter(|slot| low(slot) == keys.get(at).is_some_and(low)).count();
        let place = if keys.get(at).is_some_and(low) {
            taken[before]
        } else {
            (0..).filter(|place| !taken.contains(place)).nth(before).unwrap_or(0)
        };
        top + 7 + place * SLOT
    }

    fn lane(&self, edge: usize, piece: usize) -> i32 {
        let Some(&((vertical, channel, part), lane)) = self.lanes.of.get(&(edge, piece)) else { return 0 };
        let axis = if vertical { self.verticals } else { self.horizontals };
        let count = self.lanes.count.get(&(vertical, channel, part)).copied().unwrap_or(1) as i32;
        let title = if !vertical && part == AFTER { TITLE } else { 0 };
        let start = axis.part(channel, part) + title;
        let end = match part {
            AFTER => axis.cells.get(channel).copied().unwrap_or(axis.end),
            part => axis.part(channel, part + 1),
        };
        (start + end) / 2 + (2 * lane as i32 - (count - 1)) * PITCH / 2
    }
}
