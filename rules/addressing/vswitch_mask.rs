//! The mask of a vSwitch is one of /16 to /29 (semantics 1.4).

use crate::diagnostic::Severity;
use crate::network::{Network, VSwitch};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "vswitch-mask",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("vswitch_mask.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for vswitch in &network.vswitches {
        if let Some(cause) = vswitch.cidr.cause() {
            say.undecided(&vswitch.thing, cause, None);
        }
        let vpc = vswitch.vpc.value().map(|&vpc| network.vpc(vpc));
        // A VPC whose block is too small has a finding that names this vSwitch.
        let follows = vpc.is_some_and(|vpc| vpc.blocks.iter().any(|block| vswitch.follows_from(block)));
        if vswitch.thing.certain && !follows {
            judge(say, vswitch);
        }
    }
}

fn judge(say: &mut Say<'_>, vswitch: &VSwitch) {
    let Some(known) = vswitch.cidr.known() else { return };
    let cidr = &known.value;
    let (why, help) = match cidr.v4() {
        // A sentence that stands for a block is no mask either, but the writer knows.
        None if cidr.net.is_none() && !cidr.text.starts_with(|c: char| c.is_ascii_digit()) => return,
        None => ("is not an IPv4 block", "write a network with a mask between /16 and /29".to_owned()),
        Some(net) if !cidr.masked => ("has no mask", format!("write a mask, for instance \"{}/24\"", net.addr())),
        Some(net) if net.prefix_len() < 16 => {
            ("is larger than a /16", format!("take a part of it, for instance \"{}/24\"", net.addr()))
        }
        Some(net) if net.prefix_len() > 29 => (
            "is smaller than a /29",
            "take a block of /29 or larger; a /29 has 4 \
             addresses to give out"
                .to_owned(),
        ),
        Some(_) => return,
    };
    let message = format!(
        "the block {} of vSwitch {} {why}: the cloud accepts masks from /16 to /29 and refuses this vSwitch",
        cidr.text, vswitch.thing.address
    );
    say.say(say.finding(Severity::Error, &vswitch.thing, message).value(known, "cidr_block").help(help));
}
