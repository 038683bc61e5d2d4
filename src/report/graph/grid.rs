//! In which cell does every box stand? Regions are blocks of columns on shelves; a transit router is a bar in the middle
//! row of its shelf, with what is attached to it above and below.

use std::collections::HashMap;
use std::ops::Range;

use super::picture::Picture;

#[derive(Clone, Debug, Default)]
pub struct Grid {
    pub columns: usize,
    pub rows: usize,
    pub frames: Vec<Frame>,
    /// One per node of the picture.
    pub cells: Vec<Cell>,
    /// Rows that hold only bars.
    pub bar_rows: Vec<usize>,
}

/// A region.
#[derive(Clone, Debug)]
pub struct Frame {
    pub region: usize,
    pub columns: Range<usize>,
    pub rows: Range<usize>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cell {
    pub columns: Range<usize>,
    pub row: usize,
    pub bar: bool,
}

/// A router with what is attached to it, or nodes without a router.
struct Pod {
    router: Option<usize>,
    members: Vec<usize>,
}

impl Pod {
    fn columns(&self) -> usize {
        (1..).find(|side| side * side >= self.members.len()).unwrap_or(1).max(1)
    }

    fn rows(&self) -> usize {
        self.members.len().div_ceil(self.columns())
    }
}

pub fn grid(picture: &Picture) -> Grid {
    let regions: Vec<Vec<Pod>> = (0..picture.regions.len()).map(|region| pods(picture, region)).collect();
    let width = |pods: &[Pod]| pods.iter().map(Pod::columns).sum::<usize>();
    let area: usize = regions.iter().flatten().map(|pod| pod.columns() * (pod.rows() + 1)).sum();
    let side = (1..).find(|side| side * side >= area).unwrap_or(1);
    let limit = regions.iter().map(|pods| width(pods)).max().unwrap_or(1).max(side).max(5);
    let mut grid = Grid { cells: vec![Cell::default(); picture.nodes.len()], ..Grid::default() };
    let mut shelf: Vec<(usize, &[Pod])> = Vec::new();
    let mut filled = 0;
    for region in order(picture) {
        let pods = &regions[region];
        if filled > 0 && filled + width(pods) > limit {
            stand(picture, &mut grid, &shelf);
            shelf.clear();
            filled = 0;
        }
        filled += width(pods);
        shelf.push((region, pods));
    }
    stand(picture, &mut grid, &shelf);
    grid
}

/// The regions, each beside those that it has most to do with: the largest first, then always the one with the most edges
/// into those that are placed.
fn order(picture: &Picture) -> Vec<usize> {
    let count = picture.regions.len();
    let mut between = vec![0usize; count * count];
    let mut size = vec![0usize; count];
    for node in &picture.nodes {
        size[node.region] += 1;
    }
    for edge in &picture.edges {
        let (a, b) = (picture.nodes[edge.from].region, picture.nodes[edge.to].region);
        between[a * count + b] += 1;
        between[b * count + a] += 1;
    }
    let mut order: Vec<usize> = Vec::new();
    let mut left: Vec<usize> = (0..count).collect();
    while !left.is_empty() {
        let joined = |region: usize| order.iter().map(|&other| between[region * count + other]).sum::<usize>();
        let next = (0..left.len()).max_by_key(|&at| (joined(left[at]), size[left[at]], std::cmp::Reverse(at)));
        order.push(left.remove(next.unwrap_or(0)));
    }
    order
}

/// The pods of a region: one per router, and one for the rest.
fn pods(picture: &Picture, region: usize) -> Vec<Pod> {
    let here = |at: &usize| picture.nodes[*at].region == region;
    let nodes: Vec<usize> = (0..picture.nodes.len()).filter(here).collect();
    let mut pods: Vec<Pod> = nodes
        .iter()
        .filter(|&&at| picture.nodes[at].kind.is_router())
        .map(|&at| Pod { router: Some(at), members: Vec::new() })
        .collect();
    let mut pod_of: Vec<Option<usize>> = vec![None; picture.nodes.len()];
    for (at, pod) in pods.iter().enumerate() {
        if let Some(router) = pod.router {
            pod_of[router] = Some(at);
        }
    }
    // First what is attached to a router, then what hangs on that, such as the VPN gateway of a VPC.
    for _ in 0..2 {
        let known = pod_of.clone();
        for edge in &picture.edges {
            for (a, b) in [(edge.from, edge.to), (edge.to, edge.from)] {
                let attached = picture.nodes[b].kind.is_router() || !matches!(edge.kind, super::EdgeKind::Peering);
                if here(&a) && here(&b) && attached && pod_of[a].is_none() && known[b].is_some() {
                    pod_of[a] = known[b];
                }
            }
        }
    }
    let loose = pods.len();
    pods.push(Pod { router: None, members: Vec::new() });
    for &at in &nodes {
        let pod = pod_of[at].unwrap_or(loose);
        if pods[pod].router != Some(at) {
            pods[pod].members.push(at);
        }
    }
    pods.retain(|pod| pod.router.is_some() || !pod.members.is_empty());
    pods
}

/// Puts regions side by side below what is there.
fn stand(picture: &Picture, grid: &mut Grid, shelf: &[(usize, &[Pod])]) {
    let all = || shelf.iter().flat_map(|(_, pods)| pods.iter());
    if all().next().is_none() {
        return;
    }
    let above = all().map(|pod| pod.rows().div_ceil(2)).max().unwrap_or(0);
    let below = all().map(|pod| pod.rows() / 2).max().unwrap_or(0);
    let bars = usize::from(all().any(|pod| pod.router.is_some()));
    let first = grid.rows;
    let middle = first + above;
    grid.rows += above + below + bars;
    if bars > 0 {
        grid.bar_rows.push(middle);
    }
    let mut column = 0;
    for (region, pods) in shelf {
        let start = column;
        for pod in *pods {
            let columns = column..column + pod.columns();
            if let Some(router) = pod.router {
                grid.cells[router] = Cell { columns: columns.clone(), row: middle, bar: true };
            }
            // From the middle outwards.
            let mut rows: Vec<usize> = Vec::new();
            for away in 0..above.max(below) {
                rows.extend((away < above).then(|| middle - 1 - away));
                rows.extend((away < below).then_some(middle + bars + away));
            }
            rows.truncate(pod.rows());
            rows.sort();
            let slots: Vec<(usize, usize)> =
                rows.iter().flat_map(|&row| columns.clone().map(move |at| (at, row))).collect();
            for (at, (column, row)) in settle(picture, pod, slots) {
                grid.cells[at] = Cell { columns: column..column + 1, row, bar: false };
            }
            column = columns.end;
        }
        grid.frames.push(Frame { region: *region, columns: start..column, rows: first..grid.rows });
    }
    grid.columns = grid.columns.max(column);
}

/// Gives the members of a pod their places: in order, then swapped as long as that brings connected ones together.
fn settle(picture: &Picture, pod: &Pod, slots: Vec<(usize, usize)>) -> Vec<(usize, (usize, usize))> {
    let count = pod.members.len();
    let mut holder: Vec<Option<usize>> = (0..slots.len()).map(|slot| (slot < count).then_some(slot)).collect();
    let mut slot_of: Vec<usize> = (0..count).collect();
    let places: HashMap<usize, usize> = pod.members.iter().enumerate().map(|(place, &at)| (at, place)).collect();
    let place = |at: usize| places.get(&at).copied();
    let mut friends: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in &picture.edges {
        if let (Some(a), Some(b)) = (place(edge.from), place(edge.to))
            && a != b
        {
            friends[a].push(b);
            friends[b].push(a);
        }
    }
    let far = |a: usize, b: usize| {
        let (dx, dy) = (slots[a].0.abs_diff(slots[b].0), slots[a].1.abs_diff(slots[b].1));
        match (dx, dy) {
            (0, 1) => 1,
            (1, 0) => 2,
            _ => 3 * (dx + dy),
        }
    };
    // Many friends make every place as good as another, and many places take long.
    let passes = if friends.iter().map(Vec::len).sum::<usize>() > 12 * count || count > 200 { 0 } else { 8 };
    for _ in 0..passes {
        let mut better = false;
        for a in 0..slots.len() {
            for b in a + 1..slots.len() {
                let movers: Vec<usize> = [holder[a], holder[b]].into_iter().flatten().collect();
                let cost = |slot_of: &[usize]| -> usize {
                    movers
                        .iter()
                        .flat_map(|&one| friends[one].iter().map(move |&other| far(slot_of[one], slot_of[other])))
                        .sum()
                };
                if movers.iter().all(|&one| friends[one].is_empty()) {
                    continue;
                }
                let before = cost(&slot_of);
                for &one in &movers {
                    slot_of[one] = if slot_of[one] == a { b } else { a };
                }
                if cost(&slot_of) < before {
                    holder.swap(a, b);
                    better = true;
                } else {
                    for &one in &movers {
                        slot_of[one] = if slot_of[one] == a { b } else { a };
                    }
                }
            }
        }
        if !better {
            break;
        }
    }
    pod.members.iter().zip(slot_of).map(|(&at, slot)| (at, slots[slot])).collect()
}
