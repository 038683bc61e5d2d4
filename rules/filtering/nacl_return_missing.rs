//! Network ACLs know no connections: what is let in is answered only if the answer is let out as well (semantics 10.4).

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use crate::diagnostic::Severity;
use crate::eval::Cause;
use crate::network::{Acl, AclId, Groups, Line, Network, Ports, Protocol, Ruling, VpcId, overlap, parcels, ruling};
use crate::rule::{Rule, Say};

pub const RULE: Rule = Rule {
    id: "nacl-return-missing",
    category: "filtering",
    severity: Severity::Error,
    page: include_str!("nacl_return_missing.md"),
    absorbs: &[],
    check,
};

fn check(network: &Network, say: &mut Say<'_>) {
    if network.acls.is_empty() {
        return;
    }
    let connected = network.connected();
    for (at, acl) in network.acls.iter().enumerate().filter(|(_, acl)| acl.thing.certain) {
        let on = network.vswitches_of_acl(AclId(at));
        if on.is_empty() {
            continue;
        }
        // Blocks of connected VPCs count by themselves where an entry names more than them.
        let peers: BTreeSet<VpcId> = connected
            .iter()
            .flat_map(|circle| {
                let here = circle.members.iter().find(|member| Some(&member.vpc) == acl.vpc.value());
                here.into_iter().flat_map(|here| circle.connected_to(here).map(|member| member.vpc)).collect::<Vec<_>>()
            })
            .collect();
        let blocks: Vec<Ipv4Net> =
            peers.iter().flat_map(|&vpc| network.vpc(vpc).known_blocks().map(|(block, _)| block)).collect();
        let own: Vec<Ipv4Net> =
            on.iter().filter_map(|&id| network.vswitch(id).cidr.value().and_then(|cidr| cidr.v4())).collect();
        let mut known = blocks.clone();
        known.extend(
            acl.vpc.value().into_iter().flat_map(|&vpc| network.vpc(vpc).known_blocks().map(|(block, _)| block)),
        );
        let asked = Asked { acl, blocks, own, known };
        if !asked.judge(say, true) {
            asked.judge(say, false);
        }
    }
}

struct Asked<'n> {
    acl: &'n Acl,
    /// The blocks of connected VPCs.
    blocks: Vec<Ipv4Net>,
    /// The vSwitches under the ACL: what stays in one of them is not filtered.
    own: Vec<Ipv4Net>,
    /// The blocks of the VPC and of those that it is connected to: who stands elsewhere may never ask.
    known: Vec<Ipv4Net>,
}

impl Asked<'_> {
    /// Whether replies are missing to what one direction lets through: to what comes in, or to what goes out.
    fn judge(&self, say: &mut Say<'_>, inward: bool) -> bool {
        let (there, back) = (self.acl.entries(inward), self.acl.entries(!inward));
        if let Some(cause) = there.unknown.as_ref().or(back.unknown.as_ref()) {
            say.undecided(&self.acl.thing, cause, None);
            return false;
        }
        let lines: Vec<&Line> = there.lines.iter().collect();
        for line in &lines {
            // An entry that lets out replies is no sign that hosts open connections themselves.
            let opens = line.ports.value().is_some_and(|ports| ports.last < Ports::EPHEMERAL.first)
                && line.protocol.value() == Some(&Protocol::Tcp);
            let tcp = matches!(line.protocol.value(), Some(Protocol::Tcp | Protocol::All));
            if !tcp || line.accepts.value() != Some(&true) || !(inward || opens) {
                continue;
            }
            match self.unanswered(&lines, line, &back.lines) {
                Ok(Some(block)) => {
                    self.report(say, inward, line, block);
                    return true;
                }
                Ok(None) => {}
                Err(cause) => say.undecided(&self.acl.thing, &cause, None),
            }
        }
        false
    }

    /// A block that an entry lets through and that gets no reply at all.
    fn unanswered(&self, lines: &[&Line], line: &Line, back: &[Line]) -> Result<Option<Ipv4Net>, Cause> {
        let Some(block) = line.remotes.iter().flat_map(|remote| remote.blocks()).next() else { return Ok(None) };
        let ports = match (line.protocol.value(), line.ports.value()) {
            (Some(Protocol::Tcp), Some(ports)) => *ports,
            _ => Ports::ALL,
        };
        let mut asked = vec![block];
        asked.extend(self.blocks.iter().copied().filter(|peer| block.contains(peer) && *peer != block));
        asked.retain(|block| !self.own.iter().any(|own| own.contains(block)));
        for block in asked {
            if self.decides(lines, line, ports, block)? && self.silent(back, block)? {
                return Ok(Some(block));
            }
        }
        Ok(None)
    }

    /// Whether packets of a block pass because of this very entry.
    fn decides(&self, lines: &[&Line], line: &Line, ports: Ports, block: Ipv4Net) -> Result<bool, Cause> {
        let all = parcels(lines, Protocol::Tcp, ports, block).ok_or_else(too_many)?;
        let mut unknown = None;
        for parcel in all {
            match ruling(lines, &parcel, &Groups::default(), &Ok(false)) {
                Ruling::Passes(Some(by)) if std::ptr::eq(by, line) => return Ok(true),
                Ruling::Unknown(cause) => unknown = Some(cause),
                _ => {}
            }
        }
        unknown.map_or(Ok(false), Err)
    }

    /// Whether no port that clients take is let through for a block.
    fn silent(&self, back: &[Line], block: Ipv4Net) -> Result<bool, Cause> {
        let lines: Vec<&Line> = back.iter().collect();
        let all = parcels(&lines, Protocol::Tcp, Ports::EPHEMERAL, block).ok_or_else(too_many)?;
        let mut unknown = None;
        for parcel in all {
            match ruling(&lines, &parcel, &Groups::default(), &Ok(false)) {
                Ruling::Passes(_) => return Ok(false),
                Ruling::Unknown(cause) => unknown = Some(cause),
                Ruling::Stopped(_) => {}
            }
        }
        unknown.map_or(Ok(true), Err)
    }

    fn report(&self, say: &mut Say<'_>, inward: bool, line: &Line, block: Ipv4Net) {
        let (direction, other, at) = match inward {
            true => ("ingress", "egress", "destination_cidr_ip"),
            false => ("egress", "ingress", "source_cidr_ip"),
        };
        let name = &self.acl.thing.address;
        let closest = self.acl.entries(!inward).lines.iter().find(|line| {
            line.accepts.value() == Some(&true)
                && line.remotes.iter().flat_map(|remote| remote.blocks()).any(|own| overlap(&own, &block))
        });
        let message = format!(
            "{name} lets {} through, and no {other} entry lets the replies through: they go to {} ports of 1024 to 65535, and \
             a network ACL remembers no connections",
            super::shown(line),
            if inward { "the clients'" } else { "this side's" },
        );
        let asks = self.known.iter().any(|known| overlap(known, &block));
        let severity = if asks { Severity::Error } else { Severity::Note };
        let mut finding = say
            .finding(severity, &self.acl.thing, message)
            .at(line.place)
            .help(format!(
                "add an {other} entry to {name} with protocol = \"tcp\", port = \"1024/65535\", {at} = \"{block}\" and \
                 policy = \"accept\""
            ))
            .key(direction)
            .cause(format!("acl:{name}"));
        if line.thing.address != self.acl.thing.address {
            finding = finding.with(&line.thing, "writes its entries");
        }
        if let Some(closest) = closest {
            let message = format!("the {other} entry for these addresses: ports always mean the destination's");
            finding = finding.related(message, Some(closest.thing.name()), Some(closest.place));
        }
        say.say(finding);
    }
}

fn too_many() -> Cause {
    Cause::Unsupported("so many entries of a network ACL".into())
}
