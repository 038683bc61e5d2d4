//! Where do packets end? Small networks, each of which one paragraph of the semantics decides, and the laws that hold for
//! every network: knowing less only makes verdicts unknown, the order of files changes nothing, and an answer seen from
//! the other end is the same answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use alinet::network::{VSwitchId, VpcId};
use alinet::reach::{Delivery, End, Reach, Verdict, verdict};
use common::Memory;
use common::net::{Net, ask, attachment, end, peered, regions, routed, router, table_of, two};

use Delivery::{Delivered, Dropped, Unknown};

#[test]
fn peering_needs_a_route_in_the_table_of_each_vswitch() {
    assert_eq!(peered().ways("a", "b"), [Delivered, Delivered]);
    let arguments = [("vpc_id", "alicloud_vpc.a.id")];
    let (vswitch, table) = ("alicloud_vswitch.a2.id", "alicloud_route_table.t.id");
    let bound = |name: &str| {
        let binding = [("vswitch_id", vswitch), ("route_table_id", table)];
        peered().block("route_table", "t", "one", &arguments).block("route_table_attachment", name, "one", &binding)
    };
    assert_eq!(bound("x").ways("a1", "b1"), [Delivered, Delivered]);
    assert_eq!(bound("x").ways("a2", "b1"), [Dropped, Delivered]);
    assert_eq!(bound("x").ways("a", "b"), [Dropped, Delivered]);
    // A binding that may not be: only where its table makes a difference.
    assert_eq!(bound("x?").ways("a2", "b1"), [Unknown, Delivered]);
    let both = bound("x?").route_in("ab_t", table, "10.2.1.0/24", "pc:ab");
    assert_eq!(both.ways("a2", "b1"), [Delivered, Delivered]);
}

#[test]
fn peering_never_forwards_on() {
    let three = peered().vpc("d", "one", "10.3.0.0/16", &["10.3.1.0/24"]).peering("b", "d", "one");
    let three = three.route("bd", "b", "10.3.0.0/16", "pc:bd").route("db", "d", "10.0.0.0/8", "pc:bd");
    let three = three.route("ad", "a", "10.3.0.0/16", "pc:ab");
    assert_eq!(three.ways("a", "d"), [Dropped, Dropped]);
    assert_eq!(three.ways("b", "d"), [Delivered, Delivered]);
    // A connection of other VPCs leads nowhere.
    assert_eq!(three.route("foreign", "d", "10.1.1.0/24", "pc:ab").ways("d", "a1"), [Dropped, Dropped]);
}

#[test]
fn another_account_accepts_itself() {
    let base = || {
        let net = Net::new().vpc("a", "one", "10.1.0.0/16", &["10.1.1.0/24"]);
        let net = net.vpc("b", "partner", "10.2.0.0/16", &["10.2.1.0/24"]).peering("a", "b", "one");
        net.route("ab", "a", "10.2.0.0/16", "pc:ab").route("ba", "b", "10.1.0.0/16", "pc:ab")
    };
    let accept = |name: &str, by: &str| {
        let connection = [("instance_id", "alicloud_vpc_peer_connection.ab.id")];
        base().block("vpc_peer_connection_accepter", name, by, &connection)
    };
    assert_eq!(base().ways("a", "b"), [Dropped, Dropped]);
    assert_eq!(accept("x", "partner").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(accept("x", "one").ways("a", "b"), [Dropped, Dropped]);
    assert_eq!(accept("x?", "partner").ways("a", "b"), [Unknown, Unknown]);
}

#[test]
fn what_a_vswitch_has_stays_in_it() {
    // The peer's block is a local one here (3.8), and a line inside a local block counts for nothing (2.4, 2.6).
    let same = Net::new().vpc("a", "one", "10.1.0.0/16", &["10.1.1.0/24"]).vpc(
        "b",
        "one",
        "10.1.0.0/16",
        &["10.1.1.0/24", "10.1.2.0/24"],
    );
    let same =
        same.peering("a", "b", "one").route("ab", "a", "10.1.0.0/16", "pc:ab").route("ba", "b", "10.1.0.0/16", "pc:ab");
    assert_eq!(same.ways("a1", "b1"), [Dropped, Dropped]);
    assert_eq!(same.ways("a1", "b2"), [Delivered, Dropped]);
    let inside = routed().entry("e", "r_0", "10.1.2.0/25", "b");
    let inside = Net(inside
        .0
        .into_iter()
        .map(|block| block.replace("transit_router_id = ", "auto_publish_route_enabled = true\n  transit_router_id = "))
        .collect());
    assert_eq!(inside.ways("a1", "a2"), [Delivered, Delivered]);
}

#[test]
fn a_router_looks_up_the_table_of_the_attachment() {
    assert_eq!(routed().ways("a", "b"), [Delivered, Delivered]);
    let isolated = |learned_by: &[&str]| {
        let net = two().router("r", "one", 2).attach("a", "r", "").attach("b", "r", "");
        let net = net.join("a", "r_0", &["r_1"]).join("b", "r_1", learned_by);
        net.route("ab", "a", "10.0.0.0/8", "att:a").route("ba", "b", "10.0.0.0/8", "att:b")
    };
    assert_eq!(isolated(&["r_1"]).ways("a", "b"), [Dropped, Delivered]);
    assert_eq!(isolated(&["r_0"]).ways("a", "b"), [Delivered, Delivered]);
    // Not associated: what comes in is dropped. Another VPC's attachment is no way out.
    let alone = two()
        .router("r", "one", 1)
        .attach("a", "r", "")
        .attach("b", "r", "true")
        .join("b", "r_0", &["r_0"])
        .join("a", "", &["r_0"]);
    assert_eq!(alone.clone().route("ab", "a", "10.0.0.0/8", "att:a").ways("a", "b"), [Dropped, Delivered]);
    assert_eq!(alone.route("ab", "a", "10.0.0.0/8", "att:b").ways("a", "b"), [Dropped, Delivered]);
}

#[test]
fn a_static_entry_beats_its_equal_and_a_longer_one_beats_both() {
    assert_eq!(routed().entry("e", "r_0", "10.2.1.0/24", "").ways("a", "b"), [Dropped, Delivered]);
    assert_eq!(routed().entry("e", "r_0", "10.2.0.0/16", "").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(routed().entry("e", "r_0", "10.2.1.128/25", "").ways("a", "b"), [Dropped, Delivered]);
    // In a table that nothing looks up it counts for nothing.
    assert_eq!(routed().entry("e", "r_1", "10.2.1.0/24", "").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(routed().entry("e?", "r_0", "10.2.1.0/24", "").ways("a", "b"), [Unknown, Delivered]);
    assert_eq!(routed().entry("e", "r_0", "?", "").ways("a", "b"), [Unknown, Unknown]);
}

#[test]
fn what_all_ways_come_to_is_known() {
    // It may capture anything, but it leads to the same place.
    assert_eq!(peered().route("x", "a", "?", "pc:ab").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(peered().route("x?", "a", "10.2.1.0/24", "pc:ab").ways("a", "b"), [Delivered, Delivered]);
    let third = peered().vpc("d", "one", "10.3.0.0/16", &["10.3.1.0/24"]).peering("a", "d", "one");
    assert_eq!(third.clone().route("x", "a", "?", "pc:ad").ways("a", "b"), [Unknown, Delivered]);
    assert_eq!(third.clone().route("x?", "a", "10.2.1.0/25", "pc:ad").ways("a", "b"), [Unknown, Delivered]);
    // Whether it is there or not, packets for d do not come back.
    assert_eq!(third.clone().route("x?", "d", "10.1.1.0/24", "pc:ab").ways("a1", "d"), [Dropped, Dropped]);
    assert_eq!(third.route("x", "d", "?", "pc:ad").ways("a", "d"), [Dropped, Unknown]);
}

#[test]
fn what_the_requester_learns_is_not_known() {
    // b's router learns what a's publishes; a's is not sure to learn anything (4.11).
    assert_eq!(regions("true").ways("a", "b"), [Unknown, Delivered]);
    assert_eq!(regions("").ways("a", "b"), [Unknown, Dropped]);
    assert_eq!(regions("?").ways("a", "b"), [Unknown, Unknown]);
    let route = |net: Net| net.route("ab", "a", "10.2.0.0/16", "att:a");
    assert_eq!(route(regions("true").entry("e", "r_0", "10.2.0.0/16", "p")).ways("a", "b"), [Delivered, Delivered]);
    // A static entry of a shorter prefix does not decide against what may be learned.
    assert_eq!(route(regions("true").entry("e", "r_0", "10.2.0.0/16", "")).ways("a", "b"), [Unknown, Delivered]);
    assert_eq!(route(regions("true").entry("e", "r_0", "10.2.1.0/24", "")).ways("a", "b"), [Dropped, Delivered]);
    // The other side has no table for the connection: nothing could be learned, and nothing comes through.
    let alone = regions("true").0.into_iter().filter(|block| !block.contains("association\" \"p_s_0\""));
    assert_eq!(Net(alone.collect()).ways("a", "b"), [Dropped, Delivered]);
}

#[test]
fn entries_of_two_routers_that_point_at_each_other_end() {
    let net = regions("").vpc("d", "one", "10.3.0.0/16", &["10.3.1.0/24"]);
    let net = net.entry("there", "r_0", "10.3.0.0/16", "p").entry("back", "s_0", "10.0.0.0/8", "p");
    assert_eq!(net.route("ad", "a", "10.3.0.0/16", "att:a").ways("a", "d"), [Dropped, Dropped]);
}

#[test]
fn one_cen_without_routers_joins_its_vpcs() {
    let joined = ["a", "b"].iter().fold(two(), |net, vpc| {
        let id = format!("alicloud_vpc.{vpc}.id");
        let arguments = [
            ("instance_id", "alicloud_cen_instance.c.id"),
            ("child_instance_id", &*id),
            ("child_instance_type", "VPC"),
            ("child_instance_region_id", "cn-hangzhou"),
        ];
        net.block("cen_instance_attachment", vpc, "one", &arguments)
    });
    assert_eq!(joined.ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(two().ways("a", "b"), [Dropped, Dropped]);
}

#[test]
fn a_legacy_attachment_says_what_it_attaches_by_its_id() {
    let attach = |net: Net, name: &str, child: &str, kind: &str| {
        let cen = "alicloud_cen_instance.c.id";
        let arguments = [("instance_id", cen), ("child_instance_id", child), ("child_instance_type", kind)];
        net.block("cen_instance_attachment", name, "one", &arguments)
    };
    let joined = |far: &str, kind: &str| attach(attach(two(), "a", "alicloud_vpc.a.id", "VPC"), "b", far, kind);
    assert_eq!(joined("alicloud_vpc.b.id", "").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(joined("alicloud_vpc.b.id", "CCN").ways("a", "b"), [Dropped, Dropped]);
    // It may be the other VPC.
    assert_eq!(joined("?", "VPC").ways("a", "b"), [Unknown, Unknown]);
    assert_eq!(joined("vpc-1", "VPC").ways("a", "b"), [Dropped, Dropped]);
}

#[test]
fn of_a_vswitch_that_may_not_be_nothing_is_sure() {
    let net = |name: &str| {
        let more = [("vpc_id", "alicloud_vpc.b.id"), ("cidr_block", "10.2.9.0/24")];
        two().block("vswitch", name, "one", &more).peering("a", "b", "one").route("ba", "b", "10.1.0.0/16", "pc:ab")
    };
    let narrow = |name: &str| net(name).route("ab", "a", "10.2.1.0/24", "pc:ab");
    let wide = |name: &str| net(name).route("ab", "a", "10.2.0.0/16", "pc:ab");
    assert_eq!(wide("b9").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(wide("b9?").ways("a", "b"), [Unknown, Unknown]);
    assert_eq!(narrow("b9").ways("a", "b"), [Dropped, Delivered]);
    assert_eq!(narrow("b9?").ways("a", "b"), [Unknown, Unknown]);
    // Asked about itself: there is no way to it, whether it is there or not.
    assert_eq!(narrow("b9?").ways("a", "b9"), [Dropped, Unknown]);
    // What surely is there decides.
    assert_eq!(net("b9?").ways("a", "b"), [Dropped, Unknown]);
}

#[test]
fn an_entry_leads_out_through_an_attachment_of_its_own_router_only() {
    // b is attached to the other region's router, and the second connection joins two others.
    let net = regions("").route("ab", "a", "10.2.0.0/16", "att:a").router("t", "two", 1).connect("q", "s", "t", "");
    assert_eq!(net.clone().entry("e", "r_0", "10.2.0.0/16", "p").ways("a", "b"), [Delivered, Dropped]);
    assert_eq!(net.clone().entry("e", "r_0", "10.2.1.0/24", "b").ways("a", "b"), [Dropped, Dropped]);
    let strange = net.entry("e", "r_0", "10.2.1.0/24", "p");
    let strange =
        Net(strange.0.into_iter().map(|block| block.replace("route_entry\" \"e\"", "route_entry\" \"f\"")).collect());
    let strange = Net(strange
        .0
        .into_iter()
        .map(|block| match block.contains("route_entry\" \"f\"") {
            true => block.replace("attachment.p.", "attachment.q."),
            false => block,
        })
        .collect());
    assert_eq!(strange.ways("a", "b"), [Dropped, Dropped]);
}

/// A list of these blocks, `pl`.
fn list(mut net: Net, blocks: &[&str]) -> Net {
    let entries = blocks.iter().map(|cidr| format!("  entrys {{\n    cidr = {cidr}\n  }}\n")).collect::<String>();
    net.0.push(format!("resource \"alicloud_vpc_prefix_list\" \"pl\" {{\n  provider = alicloud.one\n{entries}}}\n"));
    net
}

#[test]
fn a_prefix_list_is_a_route_for_each_of_its_blocks() {
    let id = "alicloud_vpc_prefix_list.pl.id";
    let net = |blocks: &[&str]| {
        let net = two().peering("a", "b", "one").route("ab", "a", id, "pc:ab").route("ba", "b", "10.1.0.0/16", "pc:ab");
        list(net, blocks)
    };
    assert_eq!(net(&["\"10.9.0.0/16\"", "\"10.2.0.0/16\""]).ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(net(&["\"10.9.0.0/16\""]).ways("a", "b"), [Dropped, Delivered]);
    assert_eq!(net(&["var.pl"]).ways("a", "b"), [Unknown, Delivered]);
    let routed = |hop: &str, kind: &str| {
        let table = table_of("r_0");
        let hop = if hop.is_empty() { "BlackHole".into() } else { attachment(hop) };
        let arguments = [
            ("prefix_list_id", id),
            ("transit_router_id", &router("r")),
            ("transit_router_table_id", &table),
            ("next_hop", &hop),
            ("next_hop_type", kind),
        ];
        let net = routed().block("cen_transit_router_prefix_list_association", "x", "one", &arguments);
        list(net, &["\"10.2.1.0/24\"", "\"10.2.2.0/24\""]).ways("a", "b")
    };
    assert_eq!(routed("b", "VPC"), [Delivered, Delivered]);
    assert_eq!(routed("a", "VPC"), [Dropped, Delivered]);
    assert_eq!(routed("", "BlackHole"), [Dropped, Delivered]);
}

#[test]
fn a_route_map_takes_away_and_brings_nothing() {
    let map = |net: Net, result: &str, table: &str, region: &str| {
        let arguments = [
            ("cen_id", "alicloud_cen_instance.c.id"),
            ("cen_region_id", region),
            ("map_result", result),
            ("transit_router_route_table_id", table),
        ];
        net.block("cen_route_map", "m", "one", &arguments)
    };
    let table = table_of("r_0");
    assert_eq!(map(routed(), "Deny", &table, "cn-hangzhou").ways("a", "b"), [Unknown, Unknown]);
    assert_eq!(map(routed(), "Permit", &table, "cn-hangzhou").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(map(routed(), "?", &table, "cn-hangzhou").ways("a", "b"), [Unknown, Unknown]);
    // Without a table it is about the default one, which nothing looks up here.
    assert_eq!(map(routed(), "Deny", "", "cn-hangzhou").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(map(routed(), "Deny", &table_of("r_1"), "cn-hangzhou").ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(map(routed(), "Deny", "?", "cn-beijing").ways("a", "b"), [Delivered, Delivered]);
    // Where there is no route, none is taken away.
    let lacking = Net(routed().0.into_iter().filter(|block| !block.contains("propagation\" \"b_r_0")).collect());
    assert_eq!(map(lacking, "Deny", &table, "cn-hangzhou").ways("a", "b"), [Dropped, Unknown]);
}

#[test]
fn what_is_looked_up_by_its_id_is_that() {
    let look = |more: &str| {
        let mut net = two().block(
            "vpc_peer_connection",
            "ab",
            "one",
            &[("vpc_id", "alicloud_vpc.a.id"), ("accepting_vpc_id", "?")],
        );
        let net_text = net.0.iter_mut().find(|block| block.contains("var.vpc_peer_connection_ab"));
        let found = "data.alicloud_vpcs.b.vpcs[0]";
        if let Some(block) = net_text {
            *block = block.replace("var.vpc_peer_connection_ab_accepting_vpc_id", &format!("{found}.id"));
        }
        net.0.push(format!(
            "data \"alicloud_vpcs\" \"b\" {{\n  provider = alicloud.one\n  ids = [alicloud_vpc.b.id]\n{more}}}\n"
        ));
        let mut net = net.route("ab", "a", "alicloud_x", "pc:ab").route("ba", "b", "10.1.0.0/16", "pc:ab");
        for block in &mut net.0 {
            *block = block.replace("= alicloud_x", &format!("= {found}.cidr_block"));
            *block = block.replace("= alicloud_vpc.b.route_table_id", &format!("= {found}.route_table_id"));
        }
        net.ways("a", "b")
    };
    assert_eq!(look(""), [Delivered, Delivered]);
    assert_eq!(look("  name_regex = \"x\"\n"), [Unknown, Unknown]);
}

/// Two peered VPCs with IPv6, each with one vSwitch; the blocks are as written, and what is empty is left to the cloud.
fn sixth(own: [&str; 2]) -> Net {
    let vpc = |net: Net, name: &str, cidr: &str, own: &str| {
        let net =
            net.block("vpc", name, "one", &[("cidr_block", cidr), ("enable_ipv6", "true"), ("ipv6_cidr_block", own)]);
        let vpc = format!("alicloud_vpc.{name}.id");
        let cidr = cidr.replace(".0.0/16", ".1.0/24");
        let arguments = [("vpc_id", &*vpc), ("cidr_block", &cidr), ("ipv6_cidr_block_mask", "1")];
        net.block("vswitch", &format!("{name}1"), "one", &arguments)
    };
    vpc(vpc(Net::new(), "a", "10.1.0.0/16", own[0]), "b", "10.2.0.0/16", own[1]).peering("a", "b", "one")
}

/// What becomes of packets to the second name inside a block, and of their answers.
fn narrowed(net: &Net, to: &str) -> [Delivery; 2] {
    net.ask(|reach| {
        let (a, b) = (end(reach.network, "a"), end(reach.network, "b"));
        let answer = reach.ask(a, b, Some(to.parse().unwrap()));
        [answer.forward.delivery, answer.back.delivery]
    })
}

#[test]
fn ipv6_has_routes_of_its_own() {
    let v4 = |net: Net| net.route("ab4", "a", "10.2.0.0/16", "pc:ab").route("ba4", "b", "10.1.0.0/16", "pc:ab");
    let blind = v4(sixth(["", ""]));
    assert_eq!(blind.ways("a", "b"), [Delivered, Delivered]);
    assert_eq!(narrowed(&blind, "::/0"), [Dropped, Dropped]);
    // The block that the cloud chooses is known to be that block, whatever its text; of the default route it is a part.
    let named = blind.clone().route("ab6", "a", "alicloud_vpc.b.ipv6_cidr_block", "pc:ab");
    assert_eq!(narrowed(&named, "::/0"), [Delivered, Dropped]);
    assert_eq!(narrowed(&named.clone().route("ba6", "b", "::/0", "pc:ab"), "::/0"), [Delivered, Delivered]);
    assert_eq!(named.ways("a", "b"), [Delivered, Delivered]);
    let wrong = blind.clone().route("ab6", "a", "alicloud_vpc.a.ipv6_cidr_block", "pc:ab");
    assert_eq!(narrowed(&wrong, "::/0"), [Dropped, Dropped]);
    // Nobody knows whether a written block is the one.
    assert_eq!(narrowed(&blind.clone().route("ab6", "a", "2408:4005:1:100::/56", "pc:ab"), "::/0"), [Unknown, Dropped]);
    assert_eq!(narrowed(&named, "2408:4005:1:100::/56"), [Unknown, Dropped]);
    // Routes of the other family count for nothing.
    assert_eq!(sixth(["", ""]).route("ab6", "a", "::/0", "pc:ab").ways("a", "b"), [Dropped, Dropped]);
    let unknown = sixth(["", ""]).vpc("d", "one", "10.3.0.0/16", &["10.3.1.0/24"]);
    assert_eq!(narrowed(&unknown.route("ab6", "a", "?", "pc:ab"), "::/0"), [Unknown, Dropped]);
}

#[test]
fn written_ipv6_blocks_are_compared() {
    let net = sixth(["2408:4005:1:100::/56", "2408:4005:1:200::/56"]);
    let route = |to: &str| net.clone().route("ab6", "a", to, "pc:ab");
    assert_eq!(narrowed(&route("2408:4005:1:200::/56"), "::/0"), [Delivered, Dropped]);
    assert_eq!(narrowed(&route("2408:4005:1:201::/64"), "::/0"), [Delivered, Dropped]);
    assert_eq!(narrowed(&route("2408:4005:1:202::/64"), "::/0"), [Dropped, Dropped]);
    assert_eq!(narrowed(&route("alicloud_vswitch.b1.ipv6_cidr_block"), "::/0"), [Delivered, Dropped]);
    assert_eq!(narrowed(&route("2408:4005:1:200::/56"), "2408:4005:1:201::/80"), [Delivered, Dropped]);
    assert_eq!(
        narrowed(&two().peering("a", "b", "one").route("ab6", "a", "::/0", "pc:ab"), "::/0"),
        [Dropped, Dropped]
    );
}

#[test]
fn a_transit_router_learns_ipv6_as_well() {
    let tr = |net: Net, join: bool| {
        let net = net.router("r", "one", 1).attach("a", "r", "true").attach("b", "r", "true");
        let net = net.join("a", "r_0", &["r_0"]);
        if join { net.join("b", "r_0", &["r_0"]) } else { net.join("b", "r_0", &[]) }
    };
    assert_eq!(narrowed(&tr(sixth(["", ""]), true), "::/0"), [Delivered, Delivered]);
    assert_eq!(narrowed(&tr(sixth(["", ""]), false), "::/0"), [Dropped, Delivered]);
}

/// Networks in which much is decided, for the laws.
fn several() -> Vec<Net> {
    let blackhole = routed().entry("e", "r_0", "10.2.1.128/25", "").peering("a", "b", "one").route(
        "pc",
        "a",
        "10.2.1.0/24",
        "pc:ab",
    );
    let across = regions("true").entry("e", "r_0", "10.2.0.0/16", "p").route("x", "a", "10.0.0.0/8", "att:a");
    let table = [("vpc_id", "alicloud_vpc.a.id")];
    let binding = [("vswitch_id", "alicloud_vswitch.a2.id"), ("route_table_id", "alicloud_route_table.t.id")];
    let bound = peered().block("route_table", "t", "one", &table).block("route_table_attachment", "x", "one", &binding);
    vec![peered(), bound, routed(), blackhole, regions(""), across]
}

/// The verdict of every ordered pair of vSwitches and of VPCs.
fn all(reach: &Reach<'_>) -> Vec<(String, String, Verdict)> {
    let network = reach.network;
    let vswitches: Vec<End> = (0..network.vswitches.len()).map(|at| End::VSwitch(VSwitchId(at))).collect();
    let vpcs = (0..network.vpcs.len()).map(VpcId).filter(|&id| network.vpc(id).is_managed()).map(End::Vpc).collect();
    let mut found = Vec::new();
    for ends in [vswitches, vpcs] {
        for (a, b) in ends.iter().flat_map(|a| ends.iter().filter(move |b| *b != a).map(move |b| (*a, *b))) {
            let answer = reach.ask(a, b, None);
            assert_eq!(answer.verdict, verdict(answer.forward.delivery, answer.back.delivery));
            let name = |end: End| end.name(network).replace("[0]", "").replace("[?]", "");
            found.push((name(a), name(b), answer.verdict));
        }
    }
    found.sort();
    found
}

#[test]
fn knowing_less_only_makes_verdicts_unknown() {
    let (mut known_somewhere, mut vaguer) = (false, 0);
    for net in several() {
        let known = net.ask(all);
        // Between regions the way back is never known (semantics 4.11), so one of the networks may have no verdict.
        known_somewhere |= known.iter().any(|(_, _, verdict)| *verdict != Verdict::Unknown);
        for at in 0..net.0.len() {
            for less in forgotten(&net.0[at]) {
                let mut vague = net.clone();
                vague.0[at] = less;
                vague.0.push("variable \"unknown\" {}\n".into());
                for (before, after) in known.iter().zip(vague.ask(all)) {
                    assert_eq!((&before.0, &before.1), (&after.0, &after.1));
                    assert!(
                        after.2 == before.2 || after.2 == Verdict::Unknown,
                        "{before:?} {after:?}\n{}",
                        vague.0[at]
                    );
                    vaguer += usize::from(after.2 != before.2);
                }
            }
        }
    }
    assert!(known_somewhere && vaguer > 0, "nothing depends on anything");
}

/// A block with one thing less known: one of its values, or whether there is one at all.
fn forgotten(block: &str) -> Vec<String> {
    let lines: Vec<&str> = block.lines().collect();
    let kept =
        ["vpc\"", "vswitch\"", "cen_instance\"", "transit_router\"", "route_table\"", "attachment\"", "connection\""];
    let mut found = Vec::new();
    if !block.starts_with("resource") {
        return found;
    }
    for (at, line) in lines.iter().enumerate() {
        let name = line.trim().split(' ').next().unwrap_or_default();
        if name.contains("cidr") || name.contains("publish") || name.contains("nexthop") || name.contains("next_hop") {
            let mut less: Vec<String> = lines.iter().map(|line| line.to_string()).collect();
            less[at] = format!("  {name} = var.unknown");
            found.push(less.join("\n") + "\n");
        }
    }
    // Only what nothing refers to keeps its name.
    if !kept.iter().any(|kind| lines[0].contains(kind)) || lines[0].contains("route_table_attachment\"") {
        found.push(block.replacen("{\n", "{\n  count = var.unknown ? 1 : 0\n", 1));
    }
    found
}

#[test]
fn the_order_of_files_changes_nothing() {
    for net in several() {
        let files = |order: &dyn Fn(usize) -> usize| {
            let names: Vec<String> = (0..net.0.len()).map(|at| format!("{:02}.tf", order(at))).collect();
            Memory::new(names.iter().map(|name| &**name).zip(net.0.iter().map(|block| &**block)))
        };
        let straight = ask(&files(&|at| at), all);
        assert_eq!(straight, ask(&files(&|at| 98 - at), all));
        assert_eq!(straight, ask(&files(&|at| at * 37 % 97), all));
        assert_eq!(straight, net.ask(all));
    }
}

#[test]
fn the_other_end_sees_the_same() {
    for net in several() {
        let found = net.ask(all);
        for (a, b, verdict) in &found {
            assert!(found.contains(&(b.clone(), a.clone(), *verdict)), "{a} {b} {verdict:?}");
        }
        let matrix = net.ask(|reach| {
            let name = |id: VpcId| End::Vpc(id).name(reach.network);
            reach.matrix().into_iter().map(|(a, b, verdict)| (name(a), name(b), verdict)).collect::<Vec<_>>()
        });
        assert!(matrix.iter().all(|pair| found.contains(pair)));
    }
}
