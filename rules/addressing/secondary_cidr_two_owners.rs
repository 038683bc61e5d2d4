//! Secondary blocks of one VPC are written in one way only: by the old argument, or by resources (semantics 1.2).

use crate::diagnostic::Severity;
use crate::network::{BlockKind, Network};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "secondary-cidr-two-owners",
    category: "addressing",
    severity: Severity::Error,
    page: include_str!("secondary_cidr_two_owners.md"),
    absorbs: &["deprecated-argument", "secondary-cidr-overlap"],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    for vpc in &network.vpcs {
        let Some(thing) = vpc.thing() else { continue };
        let mut others = vpc
            .blocks
            .iter()
            .filter(|block| block.kind == BlockKind::Secondary && block.owner.address != thing.address)
            .peekable();
        if others.peek().is_none() {
            continue;
        }
        if let Some(cause) = vpc.secondary_argument.cause() {
            say.undecided(thing, cause, None);
        }
        let Some(argument) = vpc.secondary_argument.known().filter(|_| thing.certain) else { continue };
        let others: Vec<_> = others.filter(|block| block.owner.certain).collect();
        let Some(first) = others.first() else { continue };
        let message = format!(
            "secondary_cidr_blocks of {} and {} both manage the secondary blocks of this VPC: each apply removes what the \
             other one added",
            thing.address, first.owner.address
        );
        let mut finding = say
            .finding(Severity::Error, thing, message)
            .value(argument, "secondary_cidr_blocks")
            .help("remove the deprecated secondary_cidr_blocks and give each block an alicloud_vpc_ipv4_cidr_block")
            .cause(format!("argument:{}.secondary_cidr_blocks", thing.address));
        for block in others {
            // The same block from both is this defect, not another one.
            finding =
                finding.with(&block.owner, "adds a block as well").cause(format!("twice:{}", block.owner.address));
        }
        say.say(finding);
    }
}
