//! Does what `alinet reach` says to add make it work? The additions are put into the configuration and asked about again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use alinet::reach::Delivery::{Delivered, Dropped};
use common::net::{Net, end, peered, regions, routed, two};

/// What is to be added for packets between `a` and `b`.
fn mends(net: &Net) -> Vec<String> {
    net.ask(|reach| {
        let (a, b) = (end(reach.network, "a"), end(reach.network, "b"));
        reach.mends(a, b, &reach.ask(a, b, None)).into_iter().map(|mend| mend.hcl).collect()
    })
}

/// The first word and the kind of each block, and its name.
fn headers(mends: &[String]) -> Vec<&str> {
    mends.iter().map(|hcl| hcl.lines().next().unwrap_or_default()).collect()
}

#[test]
fn what_is_to_be_added_makes_it_work() {
    let crossed = regions("").entry("e", "r_0", "10.2.0.0/16", "p").entry("f", "s_0", "10.1.0.0/16", "p");
    let mut tried = 0;
    for net in [two(), peered(), routed(), regions("true"), regions(""), crossed] {
        for at in 0..=net.0.len() {
            let mut less = net.clone();
            let ends = ["route_entry\"", "association\"", "propagation\""];
            // Without one block that nothing refers to, and once with all.
            match net.0.get(at) {
                Some(block) if ends.iter().any(|kind| block.lines().next().unwrap().contains(kind)) => {
                    less.0.remove(at);
                }
                Some(_) => continue,
                None => {}
            }
            let before = less.ways("a", "b");
            let mends = mends(&less);
            assert_eq!(mends.is_empty(), !before.contains(&Dropped), "{before:?} {mends:?}");
            less.0.extend(mends.iter().cloned());
            for (before, after) in before.into_iter().zip(less.ways("a", "b")) {
                let fine = if before == Delivered { after == Delivered } else { after != Dropped };
                assert!(fine, "{before:?} {after:?} {:?}\n{}", net.0.get(at), mends.join("\n"));
                tried += usize::from(before != after);
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn two_routers_are_mended_where_they_lack_something() {
    let without = |kind: &str, name: &str| {
        let mut net = regions("true");
        let header = format!("resource \"alicloud_cen_transit_router_route_table_{kind}\" \"{name}\"");
        net.0.retain(|block| !block.starts_with(&header));
        mends(&net)
    };
    let learn = "resource \"alicloud_cen_transit_router_route_table_propagation\"";
    let look = "resource \"alicloud_cen_transit_router_route_table_association\"";
    let entry = "resource \"alicloud_cen_transit_router_route_entry\"";
    assert_eq!(headers(&without("propagation", "b_s_0")), [format!("{learn} \"b\" {{")]);
    assert_eq!(headers(&without("association", "p_s_0")), [format!("{look} \"p\" {{")]);
    assert_eq!(headers(&without("association", "a_r_0")), [format!("{look} \"a\" {{")]);
    // The side that asked for the connection publishes to the other one; what comes back is not sure (semantics 4.11).
    assert_eq!(headers(&without("propagation", "p_s_0")), [format!("{learn} \"p\" {{")]);
    assert_eq!(headers(&without("propagation", "p_r_0")), [format!("{entry} \"p_b\" {{")]);
    let said = without("propagation", "b_s_0");
    assert_eq!(
        said[0],
        "resource \"alicloud_cen_transit_router_route_table_propagation\" \"b\" {\n  \
         provider                      = alicloud.two\n  \
         transit_router_route_table_id = alicloud_cen_transit_router_route_table.s_0.transit_router_route_table_id\n  \
         transit_router_attachment_id  = alicloud_cen_transit_router_vpc_attachment.b.transit_router_attachment_id\n}\n"
    );
}

#[test]
fn another_way_is_named_once_where_it_belongs() {
    let said = two().ask(|reach| {
        let (a, b) = (end(reach.network, "a"), end(reach.network, "b"));
        reach.mends(a, b, &reach.ask(a, b, None)).into_iter().map(|mend| mend.instead.is_some()).collect::<Vec<_>>()
    });
    assert_eq!(said, [true, false, false]);
}

#[test]
fn nothing_is_to_be_added_where_it_would_lose() {
    // A black hole for the very vSwitch wins over what is learned, and over a wider entry.
    assert!(mends(&routed().entry("e", "r_0", "10.2.1.0/24", "")).is_empty());
    assert!(mends(&regions("true").entry("e", "r_0", "10.2.1.0/24", "")).is_empty());
    // No route leads to addresses that both ends have.
    let net =
        Net::new().vpc("a", "one", "10.1.0.0/16", &["10.1.1.0/24"]).vpc("b", "one", "10.1.0.0/16", &["10.1.1.0/25"]);
    assert!(mends(&net).is_empty());
    // A route for the same addresses is led elsewhere instead of a second one that the cloud refuses.
    let third =
        two().vpc("c", "one", "10.3.0.0/16", &["10.3.1.0/24"]).peering("a", "b", "one").peering("a", "c", "one");
    let astray = third.route("ab", "a", "10.2.0.0/16", "pc:ac").route("ba", "b", "10.1.0.0/16", "pc:ab");
    let said = mends(&astray);
    assert_eq!(headers(&said), ["# in alicloud_route_entry.ab write"]);
    assert!(said[0].contains("#   nexthop_id   = alicloud_vpc_peer_connection.ab.id\n"), "{said:?}");
}
