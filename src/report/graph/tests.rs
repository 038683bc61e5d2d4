use super::lanes::{Drawing, Point, Rect};
use super::route::Routed;
use super::svg::laid_out;
use super::*;

fn node(kind: NodeKind, name: &str, region: usize, subnets: usize) -> Node {
    Node {
        id: name.into(),
        address: Some(name.into()),
        kind,
        name: name.into(),
        region,
        cidrs: vec!["10.0.0.0/16".into()],
        subnets: (0..subnets)
            .map(|at| Subnet {
                address: format!("{name}_{at}"),
                name: format!("{name}_{at}"),
                cidr: format!("10.0.{at}.0/24"),
                zone: None,
                broken: at == 7,
            })
            .collect(),
        certain: true,
        marks: Marks::default(),
    }
}

fn edge(kind: EdgeKind, from: usize, to: usize, broken: bool) -> Edge {
    let marks = match broken {
        true => Marks { broken, rules: vec!["peering-route-one-directional"], grave: 1 },
        false => Marks::default(),
    };
    Edge { address: Some(format!("edge.{from}_{to}")), kind, from, to, bandwidth: None, certain: true, marks }
}

/// Regions with routers, attached VPCs, some loose ones, and peerings across.
fn sample(seed: u64, regions: usize, vpcs: usize, peerings: usize) -> Picture {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % most.max(1) as u64) as usize
    };
    let mut picture =
        Picture { regions: (0..regions).map(|at| Some(format!("region-{at}"))).collect(), ..Picture::default() };
    let mut routers = Vec::new();
    for region in 0..regions {
        for _ in 0..next(3) {
            routers.push(picture.nodes.len());
            picture.nodes.push(node(NodeKind::TransitRouter, &format!("tr{}", picture.nodes.len()), region, 0));
        }
    }
    let first = picture.nodes.len();
    for at in 0..vpcs {
        picture.nodes.push(node(NodeKind::Vpc, &format!("vpc{at}"), next(regions), next(10)));
        if !routers.is_empty() && next(4) > 0 {
            let router = routers[next(routers.len())];
            picture.edges.push(edge(EdgeKind::Attachment, first + at, router, next(9) == 0));
        }
    }
    for _ in 0..peerings {
        let (a, b) = (first + next(vpcs), first + next(vpcs));
        picture.edges.push(edge(EdgeKind::Peering, a, b, next(3) == 0));
    }
    for pair in routers.windows(2) {
        picture.edges.push(edge(EdgeKind::RouterPeering, pair[0], pair[1], false));
    }
    picture
}

fn samples() -> impl Iterator<Item = Picture> {
    let sizes = [(1, 1, 0), (1, 2, 1), (1, 5, 6), (2, 9, 12), (3, 20, 30), (5, 60, 40), (8, 60, 90), (1, 60, 59)];
    (1..=3).flat_map(move |seed| sizes.map(|(regions, vpcs, peerings)| sample(seed, regions, vpcs, peerings)))
}

fn on_border(point: Point, rect: &Rect) -> bool {
    let (x, y) = point;
    let inside = rect.x <= x && x <= rect.right() && rect.y <= y && y <= rect.bottom();
    inside && (x == rect.x || x == rect.right() || y == rect.y || y == rect.bottom())
}

fn pieces(line: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    line.windows(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])))
}

#[test]
fn boxes_and_frames_do_not_overlap() {
    for picture in samples() {
        let (Drawing { frames, boxes, width, height, .. }, _) = laid_out(&picture);
        for (at, a) in boxes.iter().enumerate() {
            assert!(boxes[..at].iter().all(|b| !a.meets(b)), "{a:?}");
            let (_, frame) = frames.iter().find(|(region, _)| *region == picture.nodes[at].region).unwrap();
            assert!(frame.x < a.x && a.right() < frame.right() && frame.y < a.y && a.bottom() < frame.bottom());
        }
        for (at, (_, a)) in frames.iter().enumerate() {
            assert!(frames[..at].iter().all(|(_, b)| !a.meets(b)));
            assert!(a.x >= 0 && a.y >= 0 && a.right() <= width && a.bottom() <= height);
        }
    }
}

#[test]
fn lines_end_at_their_boxes_and_run_through_none() {
    for picture in samples() {
        let (Drawing { boxes, lines, .. }, routed) = laid_out(&picture);
        assert_eq!((lines.len(), routed.len()), (picture.edges.len(), picture.edges.len()));
        for (edge, line) in picture.edges.iter().zip(&lines) {
            let ends = [line[0], line[line.len() - 1]];
            let holds = |a: usize, b: usize| on_border(ends[0], &boxes[a]) && on_border(ends[1], &boxes[b]);
            assert!(holds(edge.from, edge.to) || holds(edge.to, edge.from), "{edge:?} {line:?}");
            for (a, b) in pieces(line) {
                assert!(a.0 == b.0 || a.1 == b.1, "a slanted piece {a:?} {b:?}");
                let inner = |rect: &Rect| {
                    a.0 < rect.right() && rect.x < b.0 && a.1 < rect.bottom() && rect.y < b.1
                        || a.0 == b.0 && rect.x < a.0 && a.0 < rect.right() && a.1 < rect.bottom() && rect.y < b.1
                        || a.1 == b.1 && rect.y < a.1 && a.1 < rect.bottom() && a.0 < rect.right() && rect.x < b.0
                };
                assert!(!boxes.iter().any(inner), "{edge:?} runs through a box: {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn lines_do_not_run_on_one_another() {
    let share = |a: &Routed, b: &Routed| a.trunk.is_some() && a.trunk == b.trunk;
    for picture in samples() {
        let (Drawing { lines, .. }, routed) = laid_out(&picture);
        for at in 0..lines.len() {
            for other in (0..at).filter(|&other| !share(&routed[at], &routed[other])) {
                for (a, b) in pieces(&lines[at]) {
                    for (c, d) in pieces(&lines[other]) {
                        let upright = a.0 == b.0 && c.0 == d.0 && a.0 == c.0 && a.1.max(c.1) < b.1.min(d.1);
                        let level = a.1 == b.1 && c.1 == d.1 && a.1 == c.1 && a.0.max(c.0) < b.0.min(d.0);
                        assert!(!upright && !level, "{:?} and {:?}", picture.edges[at], picture.edges[other]);
                    }
                }
            }
        }
    }
}

#[test]
fn labels_keep_off_boxes_and_each_other() {
    for picture in samples() {
        let (drawing, _) = laid_out(&picture);
        let labels = labels::labels(&picture, &drawing);
        assert_eq!(labels.len(), picture.edges.iter().filter(|edge| edge.marks.broken).count());
        // Where nothing is free a number may lie on a box; names never do.
        let named = |label: &&labels::Label| label.text.contains(' ');
        for label in labels.iter().filter(named) {
            assert!(drawing.boxes.iter().all(|rect| !rect.meets(&label.rect)));
            let others = labels.iter().filter(|other| other.edge != label.edge);
            assert!(others.filter(named).all(|other| !other.rect.meets(&label.rect)));
        }
    }
}

#[test]
fn the_same_picture_gives_the_same_bytes() {
    let (a, b) = (sample(3, 4, 30, 25), sample(3, 4, 30, 25));
    assert_eq!(svg(&a), svg(&b));
    assert_eq!(mermaid(&a), mermaid(&b));
    assert_eq!(dot(&a), dot(&b));
    assert_eq!(json(&a), json(&b));
}

#[test]
fn names_are_text_in_every_format() {
    let mut picture = sample(1, 1, 1, 0);
    picture.nodes.clear();
    picture.edges.clear();
    picture.nodes.push(node(NodeKind::Vpc, "a[\"<b>&'`\\#\u{7}x\"]", 0, 0));
    let svg = svg(&picture);
    assert!(svg.contains("a[&quot;&lt;b&gt;&amp;'`\\# x&quot;]"), "{svg}");
    assert!(!svg.contains("<b>"));
    assert!(mermaid(&picture).contains("n0[\"a[#quot;#lt;b#gt;#amp;'#96;#92;#35; x#quot;]<br/>10.0.0.0/16\"]"));
    assert!(dot(&picture).contains("label=\"a[\\\"<b>&'`\\\\# x\\\"]\\n10.0.0.0/16\""));
}

#[test]
fn an_empty_picture_is_a_picture() {
    let empty = Picture::default();
    assert!(svg(&empty).contains("No VPCs"));
    assert_eq!(mermaid(&empty), "flowchart LR\n");
    assert!(json(&empty).contains("\"nodes\": []"));
}

#[test]
fn many_vswitches_are_counted_and_broken_ones_named() {
    let lines = boxes::lines(&node(NodeKind::Vpc, "a", 0, 9));
    let text: Vec<&str> = lines.iter().map(|line| &*line.text).collect();
    assert_eq!(text, ["a", "10.0.0.0/16", "a_0", "a_1", "a_2", "a_3", "a_4", "a_7", "and 3 more vSwitches"]);
}

#[test]
fn long_names_lose_their_middle() {
    assert_eq!(shortened("module.network.hub", 9), "modu….hub");
    assert_eq!(shortened("short", 9), "short");
}
