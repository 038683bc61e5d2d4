//! The way of packets through transit routers: in by an attachment, along its table, and out by another (semantics 4.18).

use ipnet::IpNet;

use super::prefix::{Entry, blurred, contenders, pieces};
use super::walk::{Fate, Journey, Step};
use super::{Reach, router};
use crate::eval::Cause;
use crate::network::{Arg, AttachmentId, AttachmentKind, RouterId, RouterTableId, VpcId};

impl Reach<'_> {
    /// Through an attachment of the VPC into its transit router (4.18).
    pub(super) fn enter(
        &self,
        vpc: VpcId,
        piece: IpNet,
        id: AttachmentId,
        by: Option<IpNet>,
        hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let attachment = network.attachment(id);
        let attached = match &attachment.kind {
            AttachmentKind::Vpc(attached) => &attached.vpc,
            AttachmentKind::Unknown => {
                let cause = attachment.router.cause().cloned().unwrap_or(Cause::Failed);
                return journey.fates.push(Fate::unknown(hops, cause));
            }
            _ => {
                let because = format!("{} is not the attachment of a VPC", attachment.node.name());
                return journey.fates.push(Fate::dropped(hops, because));
            }
        };
        match attached {
            Arg::Known(other) if other.value == vpc => {}
            Arg::Known(other) if network.vpcs_differ(other.value, vpc) => {
                let because = format!(
                    "{} attaches {}, not {}",
                    attachment.node.name(),
                    network.vpc(other.value).name(),
                    network.vpc(vpc).name()
                );
                return journey.fates.push(Fate::dropped(hops, because));
            }
            Arg::Known(_) => {
                return journey.fates.push(Fate::unknown(hops, Cause::Unsupported("which VPC this is".into())));
            }
            other => {
                let cause = other.cause().cloned().unwrap_or(Cause::Failed);
                return journey.fates.push(Fate::unknown(hops, cause));
            }
        }
        let router = attachment.router.value().copied();
        let since = journey.fates.len();
        self.in_router(router, id, by, piece, hops, journey);
        if attachment.thing().is_some_and(|thing| !thing.certain) {
            journey.only_if(since, &Cause::Instances(attachment.node.name().into()));
        }
    }

    /// In a router; `by` is the prefix that it has sent and packets have followed here.
    fn in_router(
        &self,
        router: Option<RouterId>,
        from: AttachmentId,
        by: Option<IpNet>,
        piece: IpNet,
        hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let name = match router {
            Some(router) => network.router(router).node.name(),
            None => "the transit router".into(),
        };
        match self.associated(from, router) {
            Ok(tables) => match tables.as_slice() {
                [] => {
                    let attachment = network.attachment(from).node.name();
                    let because = format!("{name} has no route table for {attachment}: it is not associated");
                    journey.fates.push(Fate::dropped(hops, because));
                }
                [(table, None), ..] => self.look_up(router, *table, by, piece, hops, journey),
                // Without an association packets are dropped.
                [(_, Some(cause)), ..] => {
                    let since = journey.fates.len();
                    self.fork(piece, &tables, cause, journey, |(table, _), part, one| {
                        self.look_up(router, *table, by, part, hops.clone(), one);
                    });
                    journey.only_if(since, cause);
                }
            },
            Err(cause) => journey.fates.push(Fate::unknown(hops, cause)),
        }
    }

    fn look_up(
        &self,
        router: Option<RouterId>,
        table: RouterTableId,
        by: Option<IpNet>,
        piece: IpNet,
        hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let view = self.router_view(table);
        let name = network.router_table_name(table);
        if hops.iter().any(|step| step.at == name) {
            return journey
                .fates
                .push(Fate::dropped(hops, format!("the packets go in a circle: they come back to {name}")));
        }
        let step = |line: Option<&router::Line>| Step {
            at: name.clone(),
            takes: line.and_then(|line| line.by.as_ref()).map(|(address, _)| address.clone()),
            place: line.and_then(|line| line.by.as_ref()).map(|(_, place)| *place),
        };
        if let Some(cause) = &view.vague {
            let mut hops = hops;
            hops.push(step(None));
            return journey.fates.push(Fate::unknown(hops, cause.clone()));
        }
        // What packets have followed here is there.
        let followed = |line: &router::Line| Some(line.prefix) == by && line.publishes();
        let through = |line: Option<&router::Line>, via: Option<&router::Via>, part: IpNet, one: &mut Journey<'_>| {
            let mut hops = hops.clone();
            hops.push(step(line));
            match via {
                None => one.fates.push(match &view.open {
                    Some(cause) => Fate::unknown(hops, cause.clone()),
                    None => Fate::dropped(hops, format!("{name} has no route to {}", self.shown(part))),
                }),
                Some(router::Via::BlackHole) => {
                    one.fates.push(Fate::dropped(hops, format!("{name} drops {} in a black hole", self.shown(part))));
                }
                Some(router::Via::Unknown(cause)) => one.fates.push(Fate::unknown(hops, cause.clone())),
                Some(router::Via::Attachment(next)) => self.leave(router, *next, part, hops, one),
            }
        };
        for (part, best) in pieces(piece, &view.lines, &view.index) {
            let lines: Vec<&router::Line> = best.iter().map(|&at| &view.lines[at]).collect();
            let blurred = blurred(part, &view.lines, |line| (!line.is_own()).then(|| line.via.clone()));
            let anywhere: Vec<_> = view.anywhere.iter().filter(|one| one.may_take(part)).chain(&blurred).collect();
            let same = lines.windows(2).all(|pair| pair[0].via == pair[1].via);
            match lines.first() {
                None if anywhere.is_empty() => through(None, None, part, journey),
                Some(line) if same && anywhere.is_empty() && lines.iter().any(|line| line.certain) => {
                    through(Some(*line), Some(&line.via), part, journey);
                }
                _ => {
                    let (mut contenders, mut surely) = contenders(part, &view.lines, &view.index);
                    if let Some(first) = contenders.iter().position(|&at| followed(&view.lines[at])) {
                        let strength = |at: usize| (view.lines[at].prefix.prefix_len(), view.lines[at].precedence());
                        let least = strength(contenders[first]);
                        contenders.retain(|&at| strength(at) >= least);
                        surely = true;
                    }
                    let lines: Vec<&router::Line> = contenders.iter().map(|&at| &view.lines[at]).collect();
                    let unsure = lines.iter().find(|line| !line.certain && !followed(line));
                    let cause = unsure
                        .map(|line| view.denied.clone().unwrap_or_else(|| self.why_unsure(line, router)))
                        .or_else(|| anywhere.first().map(|one| one.cause.clone()))
                        .unwrap_or_else(|| {
                            let conflict = "which of two attachments that bring the same prefix counts";
                            Cause::Unsupported(conflict.into())
                        });
                    let mut ways: Vec<_> = lines.iter().map(|&line| (Some(line), Some(&line.via))).collect();
                    ways.extend(anywhere.iter().map(|one| (None, Some(&one.via))));
                    if !surely {
                        ways.push((None, None));
                    }
                    self.fork(part, &ways, &cause, journey, |(line, via), part, one| through(*line, *via, part, one));
                }
            }
        }
    }

    fn why_unsure(&self, line: &router::Line, router: Option<RouterId>) -> Cause {
        match &line.via {
            // What the requester learns is not confirmed (4.11).
            router::Via::Attachment(id)
                if !line.is_static
                    && self.network.attachment(*id).peer().is_some()
                    && self.network.attachment(*id).router.value().copied() == router =>
            {
                Cause::Unsupported("what a router learns from its peer's side".into())
            }
            _ => Cause::Instances(line.by.as_ref().map_or("a route of the router", |(name, _)| name.as_str()).into()),
        }
    }

    /// Out of a router through an attachment.
    fn leave(
        &self,
        router: Option<RouterId>,
        next: AttachmentId,
        piece: IpNet,
        hops: Vec<Step>,
        journey: &mut Journey<'_>,
    ) {
        let network = self.network;
        let attachment = network.attachment(next);
        let since = journey.fates.len();
        let managed = |router: Option<RouterId>| router.filter(|&id| network.router(id).node.thing().is_some());
        let strange =
            |of: Option<RouterId>| matches!((managed(router), managed(of)), (Some(here), Some(of)) if here != of);
        let elsewhere = || {
            let here = router.map_or_else(|| "this router".into(), |router| network.router(router).node.name());
            format!("{} is not an attachment of {here}", attachment.node.name())
        };
        match &attachment.kind {
            AttachmentKind::Vpc(_) if strange(attachment.router.value().copied()) => {
                journey.fates.push(Fate::dropped(hops, elsewhere()));
            }
            AttachmentKind::Peer(peer)
                if strange(attachment.router.value().copied()) && strange(peer.peer.value().copied()) =>
            {
                journey.fates.push(Fate::dropped(hops, elsewhere()));
            }
            AttachmentKind::Vpc(attached) => match attached.vpc.value() {
                Some(&vpc) => self.arrive(vpc, piece, hops, "a transit router delivers to vSwitches only", journey),
                None => {
                    let cause = attached.vpc.cause().cloned().unwrap_or(Cause::Failed);
                    journey.fates.push(Fate::unknown(hops, cause));
                }
            },
            AttachmentKind::Peer(peer) => {
                let ends = (attachment.router.value().copied(), peer.peer.value().copied());
                let far = match (router, ends) {
                    (Some(here), (Some(near), far)) if here == near => far,
                    (Some(here), (near, Some(far))) if here == far => near,
                    _ => None,
                };
                match far {
                    Some(far) => self.in_router(Some(far), next, None, piece, hops, journey),
                    None => {
                        let cause = attachment.router.cause().or(peer.peer.cause()).cloned();
                        journey.fates.push(Fate::unknown(hops, cause.unwrap_or(Cause::Failed)));
                    }
                }
            }
            AttachmentKind::Vbr(_) | AttachmentKind::Vpn(_) | AttachmentKind::Ecr(_) => {
                let because = format!("{} leaves through {}", self.shown(piece), attachment.node.name());
                journey.fates.push(Fate::dropped(hops, because));
            }
            AttachmentKind::Unknown => {
                let cause = attachment.router.cause().cloned().unwrap_or(Cause::Failed);
                journey.fates.push(Fate::unknown(hops, cause));
            }
        }
        if attachment.thing().is_some_and(|thing| !thing.certain) {
            journey.only_if(since, &Cause::Instances(attachment.node.name().into()));
        }
    }
}
