//! The picture as JSON (`alinet.graph/1`): nodes, and edges between their ids.

use serde::Serialize;

use super::picture::{Edge, Node, Picture};

#[derive(Serialize)]
struct Graph<'a> {
    schema: &'static str,
    nodes: Vec<JsonNode<'a>>,
    edges: Vec<JsonEdge<'a>>,
}

#[derive(Serialize)]
struct JsonNode<'a> {
    id: &'a str,
    address: Option<&'a str>,
    kind: &'static str,
    region: Option<&'a str>,
    cidrs: &'a [String],
    vswitches: Vec<JsonSubnet<'a>>,
    certain: bool,
    broken: bool,
    rules: &'a [&'static str],
}

#[derive(Serialize)]
struct JsonSubnet<'a> {
    address: &'a str,
    cidr: Option<&'a str>,
    zone: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonEdge<'a> {
    address: Option<&'a str>,
    kind: &'static str,
    from: &'a str,
    to: &'a str,
    bandwidth: Option<i64>,
    certain: bool,
    broken: bool,
    rules: &'a [&'static str],
}

pub fn json(picture: &Picture) -> String {
    let graph = Graph {
        schema: "alinet.graph/1",
        nodes: picture.nodes.iter().map(|node| of_node(picture, node)).collect(),
        edges: picture.edges.iter().map(|edge| of_edge(picture, edge)).collect(),
    };
    crate::report::pretty(&graph)
}

fn of_node<'a>(picture: &'a Picture, node: &'a Node) -> JsonNode<'a> {
    let subnets = node.subnets.iter().map(|subnet| JsonSubnet {
        address: &subnet.address,
        cidr: Some(&*subnet.cidr).filter(|cidr| *cidr != "?"),
        zone: subnet.zone.as_deref(),
    });
    JsonNode {
        id: &node.id,
        address: node.address.as_deref(),
        kind: node.kind.name(),
        region: picture.regions.get(node.region).and_then(Option::as_deref),
        cidrs: &node.cidrs,
        vswitches: subnets.collect(),
        certain: node.certain,
        broken: node.marks.broken,
        rules: &node.marks.rules,
    }
}

fn of_edge<'a>(picture: &'a Picture, edge: &'a Edge) -> JsonEdge<'a> {
    JsonEdge {
        address: edge.address.as_deref(),
        kind: edge.kind.name(),
        from: &picture.nodes[edge.from].id,
        to: &picture.nodes[edge.to].id,
        bandwidth: edge.bandwidth,
        certain: edge.certain,
        broken: edge.marks.broken,
        rules: &edge.marks.rules,
    }
}
