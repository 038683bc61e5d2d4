//! Roots that belong together: what one lacks may stand in another, and is then not missed.

use crate::cli::elsewhere::said;
use crate::{Project, Ran};

const PROVIDER: &str = "provider \"alicloud\" {\n  region     = \"cn-hangzhou\"\n  account_id = \"1\"\n}\n";

/// The root that asks for a connection, to a VPC whose id and account are these.
fn asks(far: &str, uid: &str) -> String {
    format!(
        r#"{PROVIDER}
resource "alicloud_vpc" "here" {{
  cidr_block = "10.1.0.0/16"
}}

resource "alicloud_vpc_peer_connection" "out" {{
  vpc_id              = alicloud_vpc.here.id
  accepting_vpc_id    = {far}
  accepting_region_id = "cn-hangzhou"
  accepting_ali_uid   = "{uid}"
}}

resource "alicloud_route_entry" "out" {{
  route_table_id        = alicloud_vpc.here.route_table_id
  destination_cidrblock = "10.2.0.0/16"
  nexthop_type          = "VpcPeer"
  nexthop_id            = alicloud_vpc_peer_connection.out.id
}}

output "peering" {{
  value = {{ id = alicloud_vpc_peer_connection.out.id }}
}}
"#
    )
}

/// The root of the other end.
fn has(peering: &str, block: &str, more: &str) -> String {
    format!(
        r#"provider "alicloud" {{
  region     = "cn-hangzhou"
  account_id = "2"
}}

resource "alicloud_vpc" "there" {{
  cidr_block = "{block}"
}}

output "network" {{
  value = {{
    vpcs = [alicloud_vpc.there.id]
    cidr = alicloud_vpc.there.cidr_block
  }}
}}

output "vpc" {{
  value = alicloud_vpc.there
}}
{}"#,
        more.replace("PEERING", peering)
    )
}

const ACCEPTS: &str = "resource \"alicloud_vpc_peer_connection_accepter\" \"in\" {\n  instance_id = PEERING\n}\n";
const ROUTES: &str = r#"resource "alicloud_route_entry" "back" {
  route_table_id        = alicloud_vpc.there.route_table_id
  destination_cidrblock = "10.1.0.0/16"
  nexthop_type          = "VpcPeer"
  nexthop_id            = PEERING
}
"#;

fn reads(name: &str, state: &str) -> String {
    format!("data \"terraform_remote_state\" \"{name}\" {{\n{state}\n}}\n")
}

fn local(root: &str) -> String {
    format!("  backend = \"local\"\n  config  = {{ path = \"../{root}/terraform.tfstate\" }}")
}

/// Two roots that read each other's local state, as far as `more` of the second goes.
fn two(far: &str, block: &str, more: &str) -> Project {
    let a = format!("{}{}", asks(far, "2"), reads("b", &local("b")));
    let b =
        format!("{}{}", has("data.terraform_remote_state.a.outputs.peering.id", block, more), reads("a", &local("a")));
    Project::new(&[("a/main.tf", &a), ("b/main.tf", &b)])
}

fn check(project: &Project, flags: &[&str]) -> Ran {
    project.run(&[&["check", "--format", "concise"], flags].concat())
}

const VPC: &str = "data.terraform_remote_state.b.outputs.network.vpcs[0]";

#[test]
fn what_another_root_has_is_not_missing() {
    let both = format!("{ACCEPTS}{ROUTES}");
    assert_eq!(said(&check(&two(VPC, "10.2.0.0/16", &both), &[])), [""; 0]);
    let unaccepted = check(&two(VPC, "10.2.0.0/16", ROUTES), &[]);
    assert_eq!(said(&unaccepted), ["error peering-accepter-missing"], "{unaccepted:?}");
    let one_way = check(&two(VPC, "10.2.0.0/16", ACCEPTS), &[]);
    assert_eq!(said(&one_way), ["error peering-route-one-directional"], "{one_way:?}");
    assert!(one_way.out.starts_with("a/main.tf:"), "{}", one_way.out);
}

#[test]
fn a_vpc_of_another_root_is_compared() {
    let both = format!("{ACCEPTS}{ROUTES}");
    for far in
        [VPC, "data.terraform_remote_state.b.outputs.vpc.id", "data.terraform_remote_state.b.outputs[\"vpc\"][\"id\"]"]
    {
        let ran = check(&two(far, "10.3.0.0/16", &both), &[]);
        assert_eq!(said(&ran), ["error peering-route-wrong-destination"], "{far}: {ran:?}");
        let overlap = said(&check(&two(far, "10.1.0.0/16", &both), &[]));
        assert!(overlap.contains(&"warning connected-vpc-cidr-overlap".to_owned()), "{far}: {overlap:?}");
    }
    // What an output says is known, too.
    let project = two(VPC, "10.2.0.0/16", &both);
    let destination = "data.terraform_remote_state.b.outputs.network.cidr";
    project.write("a/main.tf", &project.read("a/main.tf").replace("\"10.2.0.0/16\"", destination));
    assert_eq!(said(&check(&project, &[])), [""; 0]);
    let project = two(VPC, "10.2.0.0/16", &both);
    let text = project
        .read("a/main.tf")
        .replace("\"10.2.0.0/16\"", "cidrsubnet(data.terraform_remote_state.b.outputs.network.cidr, 0, 0)");
    project.write("a/main.tf", &text.replace("10.1.0.0/16", "10.0.0.0/15"));
    assert_eq!(said(&check(&project, &[])), [""; 0]);
}

#[test]
fn states_in_buckets_are_matched_by_what_names_them() {
    let state = |key: &str| {
        format!(
            "  backend = \"oss\"\n  config = {{\n    bucket = \"states\"\n    prefix = \"net\"\n    key = \"{key}\"\n  }}"
        )
    };
    let backend = |key: &str| {
        format!(
            "terraform {{\n  backend \"oss\" {{\n    bucket = \"states\"\n    prefix = \"net\"\n    key = \"{key}\"\n  }}\n}}\n"
        )
    };
    let a = format!("{}{}{}", backend("a"), asks(VPC, "2"), reads("b", &state("b")));
    let b = |key: &str, more: &str| {
        format!(
            "{}{}{}",
            backend(key),
            has("data.terraform_remote_state.a.outputs.peering.id", "10.3.0.0/16", more),
            reads("a", &state("a"))
        )
    };
    let found = |key: &str| said(&check(&Project::new(&[("a/main.tf", &a), ("b/main.tf", &b(key, ACCEPTS))]), &[]));
    assert!(found("b").contains(&"error peering-route-wrong-destination".to_owned()), "{:?}", found("b"));
    assert_eq!(found("c"), [""; 0], "nobody knows whose state it is");
    let two = Project::new(&[("a/main.tf", &a), ("b/main.tf", &b("b", ACCEPTS)), ("c/main.tf", &b("b", ACCEPTS))]);
    assert_eq!(said(&check(&two, &[])), [""; 0], "two roots with one state");
}

#[test]
fn an_id_that_is_written_out_may_be_this_one() {
    // One account at both ends and its provider here: the way back would be in this root, or in the other.
    let a = asks("\"vpc-bp1aevy8sofi8mh1q0001\"", "1");
    let alone = Project::new(&[("a/main.tf", &a)]);
    assert_eq!(said(&check(&alone, &[])), ["error peering-route-one-directional"]);
    let with = |b: &str| Project::new(&[("a/main.tf", &a), ("b/main.tf", b)]);
    let other = has("\"pcc-1\"", "10.2.0.0/16", ROUTES);
    let b = other.replace("account_id = \"2\"", "account_id = \"1\"");
    assert_eq!(said(&check(&with(&b), &[])), [""; 0]);
    let undecided = with(&b).run(&["check", "--format", "human", "-v"]).out;
    assert!(undecided.contains("whether alicloud_route_entry.back of b leads into this connection"), "{undecided}");
    assert_eq!(said(&check(&with(&other), &[])), ["error peering-route-one-directional"], "another account");
    assert_eq!(
        said(&check(&with(&b.replace("cn-hangzhou", "cn-beijing")), &[])),
        ["error peering-route-one-directional"]
    );
    // A root with a connection of its own speaks of that one.
    let own = format!("{b}{}", asks("\"vpc-2\"", "2").replace(PROVIDER, "").replace("10.1.", "10.9."));
    let ran = check(&with(&own), &[]);
    assert!(ran.out.lines().any(|line| line.starts_with("a/main.tf") && line.contains("one-directional")), "{ran:?}");
}

#[test]
fn roots_that_are_not_linted_are_asked_as_well() {
    let both = format!("{ACCEPTS}{ROUTES}");
    let project = two(VPC, "10.2.0.0/16", &both);
    assert_eq!(said(&check(&project, &["a"])), [""; 0]);
    assert_eq!(said(&check(&project, &["a/main.tf"])), [""; 0]);
    for shard in ["1/2", "2/2"] {
        assert_eq!(said(&check(&project, &["--shard", shard])), [""; 0]);
    }
    let wrong = two(VPC, "10.3.0.0/16", &both);
    assert_eq!(said(&check(&wrong, &["a"])), ["error peering-route-wrong-destination"]);
    assert_eq!(said(&check(&wrong, &["b"])), [""; 0]);
    // The settings of a root that is only asked do not stop the run.
    project.write("b/alinet.toml", "slect = []");
    assert_eq!(said(&check(&project, &["a"])), [""; 0]);
    // What is excluded is not looked at.
    project.write("b/alinet.toml", "");
    project.write("alinet.toml", "exclude = [\"b\"]\n");
    assert_eq!(said(&check(&project, &[])), ["note peering-accepter-missing"]);
}

#[test]
fn neither_threads_nor_secrets_change_what_is_said() {
    let project = two(VPC, "10.3.0.0/16", ACCEPTS);
    let run = |threads: &str| {
        let run = project.command().env("RAYON_NUM_THREADS", threads).args(["check", "--format", "json"]).output();
        String::from_utf8(run.unwrap().stdout).unwrap()
    };
    assert_eq!(run("1"), run("8"));
    let b = project.read("b/main.tf").replace("\"10.3.0.0/16\"", "var.block");
    project.write(
        "b/main.tf",
        &format!("{b}variable \"block\" {{\n  sensitive = true\n  default = \"10.3.0.0/16\"\n}}\n"),
    );
    for format in ["human", "json", "sarif", "markdown", "github"] {
        let out = project.run(&["check", "--format", format]).out;
        assert!(out.contains("peering-route-wrong-destination"), "{out}");
        let out: String = out.lines().filter(|line| !line.contains("\"markdown\": ")).collect();
        assert!(!out.contains("10.3.0.0"), "{format}: {out}");
    }
}
