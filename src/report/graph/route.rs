//! Which way does every edge take? Through the channels between the cells, never through a box: straight where two boxes
//! face each other, else the cheapest way, where turns and crowded channels cost.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::ops::Range;

use super::grid::{Cell, Grid};
use super::picture::{EdgeKind, Picture};

/// Vertical channel `c` lies left of column `c`, horizontal channel `r` above row `r`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Way {
    /// Straight down a column.
    Down { column: usize, upper: usize, lower: usize },
    /// Straight across a vertical channel.
    Across { channel: usize, left: usize, right: usize },
    /// Along channels, vertical and horizontal in turn; the first and the last are vertical.
    Around { from: End, channels: Vec<usize>, to: End },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    pub node: usize,
    /// A channel that runs into a bar from above or below ends there; others are left by the side of the box.
    pub cap: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Routed {
    pub way: Way,
    /// The bar whose attachments share their lines with this one.
    pub trunk: Option<usize>,
    /// The frame that the edge stays in.
    pub frame: Option<usize>,
}

const ROW: u32 = 150;
const BAR: u32 = 60;
const COLUMN: u32 = 280;
const TURN: u32 = 110;
const CROWD: u32 = 24;
/// What a piece costs more inside a region that the edge only passes.
const STRANGE: u32 = 70;
/// What it costs to come to a bar from the side.
const SIDE: u32 = 40;

/// One way per edge.
pub fn routes(picture: &Picture, grid: &Grid) -> Vec<Routed> {
    let taken: HashSet<(usize, usize)> =
        grid.cells.iter().flat_map(|cell| cell.columns.clone().map(|column| (column, cell.row))).collect();
    let mut net = Net::new(grid);
    let mut ways: Vec<Option<Routed>> = vec![None; picture.edges.len()];
    for trunks in [true, false] {
        for (at, edge) in picture.edges.iter().enumerate() {
            let bar = [edge.to, edge.from].into_iter().find(|&end| grid.cells[end].bar);
            let shares = edge.marks.shown().is_empty() && edge.certain && edge.kind != EdgeKind::RouterPeering;
            let trunk = bar.filter(|_| shares);
            if trunk.is_some() != trunks {
                continue;
            }
            let region = picture.nodes[edge.from].region;
            let frame = grid.frames.iter().position(|frame| frame.region == region);
            let frame = frame.filter(|_| picture.nodes[edge.to].region == region);
            let way = straight(grid, &taken, edge.from, edge.to)
                .unwrap_or_else(|| net.around(edge.from, edge.to, frame, trunk));
            ways[at] = Some(Routed { way, trunk, frame });
        }
    }
    ways.into_iter().flatten().collect()
}

fn straight(grid: &Grid, taken: &HashSet<(usize, usize)>, a: usize, b: usize) -> Option<Way> {
    let (one, other) = (&grid.cells[a], &grid.cells[b]);
    if one.row == other.row {
        let (left, right) = if one.columns.start < other.columns.start { (a, b) } else { (b, a) };
        let channel = grid.cells[left].columns.end;
        return (a != b && channel == grid.cells[right].columns.start).then_some(Way::Across { channel, left, right });
    }
    let column = one.columns.clone().find(|column| other.columns.contains(column))?;
    let (upper, lower) = if one.row < other.row { (a, b) } else { (b, a) };
    let free = (grid.cells[upper].row + 1..grid.cells[lower].row).all(|row| !taken.contains(&(column, row)));
    free.then_some(Way::Down { column, upper, lower })
}

/// The crossings of all channels, and how much each piece between two of them is used.
struct Net<'a> {
    grid: &'a Grid,
    /// A bar lies across this channel in this row.
    closed: HashSet<(usize, usize)>,
    down: Vec<u32>,
    across: Vec<u32>,
    /// The pieces that the attachments of a bar use already.
    own: HashSet<(usize, Piece)>,
    /// The pieces that lie inside of a region, not at its edge.
    inner: HashSet<Piece>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Piece {
    Down { channel: usize, row: usize },
    Across { channel: usize, column: usize },
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Crossing {
    vertical: usize,
    horizontal: usize,
    /// It was reached along the vertical channel.
    downwards: bool,
}

impl<'a> Net<'a> {
    fn new(grid: &'a Grid) -> Self {
        let bars = grid.cells.iter().filter(|cell| cell.bar);
        let closed =
            bars.flat_map(|bar| (bar.columns.start + 1..bar.columns.end).map(|channel| (channel, bar.row))).collect();
        let inner = grid.frames.iter().flat_map(|frame| {
            let down = (frame.columns.start + 1..frame.columns.end)
                .flat_map(|channel| frame.rows.clone().map(move |row| Piece::Down { channel, row }));
            let across = (frame.rows.start + 1..frame.rows.end)
                .flat_map(|channel| frame.columns.clone().map(move |column| Piece::Across { channel, column }));
            down.chain(across)
        });
        let size = (grid.columns + 1) * (grid.rows + 1);
        Net { grid, closed, down: vec![0; size], across: vec![0; size], own: HashSet::new(), inner: inner.collect() }
    }

    fn around(&mut self, a: usize, b: usize, frame: Option<usize>, trunk: Option<usize>) -> Way {
        if a == b {
            let end = End { node: a, cap: false };
            return Way::Around { from: end, channels: vec![self.grid.cells[a].columns.end], to: end };
        }
        let whole = (0..self.grid.columns + 1, 0..self.grid.rows + 1);
        let inside = frame.map(|frame| &self.grid.frames[frame]);
        let bounds =
            inside.map(|frame| (frame.columns.start..frame.columns.end + 1, frame.rows.start..frame.rows.end + 1));
        let found = bounds
            .and_then(|bounds| self.search(a, b, &bounds, trunk, 0))
            .or_else(|| self.search(a, b, &whole, trunk, STRANGE));
        let crossings = found.unwrap_or_default();
        self.use_up(&crossings, trunk);
        let channels = joined(&crossings);
        let cap = |node: usize, channel: Option<&usize>| {
            let cell = &self.grid.cells[node];
            End { node, cap: cell.bar && channel.is_some_and(|&at| cell.columns.start < at && at < cell.columns.end) }
        };
        Way::Around { from: cap(a, channels.first()), to: cap(b, channels.last()), channels }
    }

    fn cost(&self, piece: Piece, trunk: Option<usize>) -> u32 {
        let (length, used) = match piece {
            Piece::Down { channel, row } => {
                let length = if self.grid.bar_rows.contains(&row) { BAR } else { ROW };
                (length, self.down[channel * (self.grid.rows + 1) + row])
            }
            Piece::Across { channel, column } => (COLUMN, self.across[channel * (self.grid.columns + 1) + column]),
        };
        match trunk {
            Some(bar) if self.own.contains(&(bar, piece)) => length / 4,
            _ => length + CROWD * used.min(40),
        }
    }

    /// The crossings of the cheapest way between two boxes.
    fn search(
        &self,
        a: usize,
        b: usize,
        bounds: &(Range<usize>, Range<usize>),
        trunk: Option<usize>,
        strange: u32,
    ) -> Option<Vec<Crossing>> {
        let (start, goal) = (&self.grid.cells[a], &self.grid.cells[b]);
        let height = self.grid.rows + 1;
        let index = |at: Crossing| (at.vertical * height + at.horizontal) * 2 + usize::from(at.downwards);
        let mut best: Vec<u32> = vec![u32::MAX; (self.grid.columns + 1) * height * 2];
        let mut before: Vec<Option<Crossing>> = vec![None; best.len()];
        let mut open: BinaryHeap<Reverse<(u32, bool, Crossing)>> = BinaryHeap::new();
        let half = |cell: &Cell| if cell.bar { BAR / 2 } else { ROW / 2 };
        for at in doors(start).filter(|at| bounds.0.contains(&at.vertical)) {
            best[index(at)] = half(start);
            open.push(Reverse((half(start), false, at)));
        }
        while let Some(Reverse((cost, done, at))) = open.pop() {
            if done {
                let mut crossings = vec![at];
                while let Some(previous) = before[index(crossings[crossings.len() - 1])] {
                    crossings.push(previous);
                }
                crossings.reverse();
                return Some(crossings);
            }
            if cost > best[index(at)] {
                continue;
            }
            let reached = |door: Crossing| door.vertical == at.vertical && door.horizontal == at.horizontal;
            if doors(goal).any(reached) {
                let turn = if at.downwards { 0 } else { TURN };
                let side = goal.bar && (at.vertical == goal.columns.start || at.vertical == goal.columns.end);
                open.push(Reverse((cost + half(goal) + turn + if side { SIDE } else { 0 }, true, at)));
            }
            for (next, piece) in self.neighbours(at, bounds) {
                let turn = if next.downwards == at.downwards { 0 } else { TURN };
                let total =
                    cost + turn + self.cost(piece, trunk) + if self.inner.contains(&piece) { strange } else { 0 };
                if total < best[index(next)] {
                    best[index(next)] = total;
                    before[index(next)] = Some(at);
                    open.push(Reverse((total, false, next)));
                }
            }
        }
        None
    }

    fn neighbours(&self, at: Crossing, bounds: &(Range<usize>, Range<usize>)) -> Vec<(Crossing, Piece)> {
        let Crossing { vertical, horizontal, .. } = at;
        let down = |row: usize, horizontal: usize| {
            (Crossing { vertical, horizontal, downwards: true }, Piece::Down { channel: vertical, row })
        };
        let across = |column: usize, vertical: usize| {
            (Crossing { vertical, horizontal, downwards: false }, Piece::Across { channel: horizontal, column })
        };
        let mut found = Vec::with_capacity(4);
        if horizontal > bounds.1.start && !self.closed.contains(&(vertical, horizontal - 1)) {
            found.push(down(horizontal - 1, horizontal - 1));
        }
        if horizontal + 1 < bounds.1.end && !self.closed.contains(&(vertical, horizontal)) {
            found.push(down(horizontal, horizontal + 1));
        }
        if vertical > bounds.0.start {
            found.push(across(vertical - 1, vertical - 1));
        }
        if vertical + 1 < bounds.0.end {
            found.push(across(vertical, vertical + 1));
        }
        found
    }

    fn use_up(&mut self, crossings: &[Crossing], trunk: Option<usize>) {
        for pair in crossings.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let piece = if a.vertical == b.vertical {
                let row = a.horizontal.min(b.horizontal);
                self.down[a.vertical * (self.grid.rows + 1) + row] += 1;
                Piece::Down { channel: a.vertical, row }
            } else {
                let column = a.vertical.min(b.vertical);
                self.across[a.horizontal * (self.grid.columns + 1) + column] += 1;
                Piece::Across { channel: a.horizontal, column }
            };
            if let Some(bar) = trunk {
                self.own.insert((bar, piece));
            }
        }
    }
}

/// Where a line that leaves a box comes to a crossing first.
fn doors(cell: &Cell) -> impl Iterator<Item = Crossing> + use<> {
    let row = cell.row;
    let last = cell.columns.end;
    let verticals = (cell.columns.start..=last).filter({
        let (first, bar) = (cell.columns.start, cell.bar);
        move |&at| bar || at == first || at == last
    });
    verticals
        .flat_map(move |vertical| [row, row + 1].map(|horizontal| Crossing { vertical, horizontal, downwards: true }))
}

/// The channels of a way in turn: pieces along one channel are one.
fn joined(crossings: &[Crossing]) -> Vec<usize> {
    let Some(first) = crossings.first() else { return Vec::new() };
    let mut channels = vec![first.vertical];
    let mut level = None;
    for pair in crossings.windows(2) {
        if pair[0].vertical == pair[1].vertical {
            level = None;
        } else if level == Some(pair[1].horizontal) {
            if let Some(last) = channels.last_mut() {
                *last = pair[1].vertical;
            }
        } else {
            level = Some(pair[1].horizontal);
            channels.extend([pair[1].horizontal, pair[1].vertical]);
        }
    }
    channels
}
