//! Which packet shows a defect? The way between two VPCs that take part, up to the place where it is dropped.
//!
//! Findings about routing carry it, so that a reader can follow the packet instead of believing a sentence.

use std::collections::HashMap;

use super::{Delivery, Direction, End, Reach};
use crate::diagnostic::Related;
use crate::network::{Network, RouterId, VpcId};

/// A pair with more pairs of vSwitches than this is shown without its way.
const MOST_PAIRS: usize = 1_024;
/// So many other VPCs of a router are asked for a packet that is lost.
const MOST_ASKED: usize = 4;

/// The engine, and the VPCs by the names that findings use.
pub struct Witnesses<'n> {
    reach: Reach<'n>,
    vpcs: HashMap<String, VpcId>,
    attached: HashMap<RouterId, Vec<VpcId>>,
}

impl<'n> Witnesses<'n> {
    pub fn new(network: &'n Network) -> Self {
        let vpcs = (0..network.vpcs.len()).map(VpcId).filter(|&id| network.vpc(id).is_managed());
        let mut attached: HashMap<RouterId, Vec<VpcId>> = HashMap::new();
        for attachment in &network.attachments {
            if let (Some(&router), Some(vpc)) = (attachment.router.value(), attachment.vpc()) {
                attached.entry(router).or_default().push(vpc);
            }
        }
        Witnesses { reach: Reach::new(network), vpcs: vpcs.map(|id| (network.vpc(id).name(), id)).collect(), attached }
    }

    /// The way of a packet that is certainly lost between the first two VPCs of those names; of one VPC alone, between it
    /// and another one on its transit router.
    pub fn of<'a>(&self, names: impl Iterator<Item = &'a str>) -> Option<Vec<Related>> {
        let mut found: Vec<VpcId> = Vec::new();
        for vpc in names.filter_map(|name| self.vpcs.get(name)) {
            if !found.contains(vpc) {
                found.push(*vpc);
            }
        }
        match *found.as_slice() {
            [] => None,
            [only] => {
                let routers = self.attached.values().filter(|vpcs| vpcs.contains(&only));
                let mut others: Vec<VpcId> = routers.flatten().copied().filter(|&other| other != only).collect();
                others.sort();
                others.dedup();
                others.into_iter().take(MOST_ASKED).find_map(|other| self.between(only, other))
            }
            [one, other, ..] => self.between(one, other),
        }
    }

    fn between(&self, one: VpcId, other: VpcId) -> Option<Vec<Related>> {
        let network = self.reach.network;
        let size = |vpc: VpcId| network.vpc(vpc).vswitches.len().max(1);
        if size(one) * size(other) > MOST_PAIRS {
            return None;
        }
        [(one, other), (other, one)].into_iter().find_map(|(from, to)| {
            let direction = self.reach.direction(End::Vpc(from), End::Vpc(to), None);
            (direction.delivery == Delivery::Dropped).then(|| self.told(from, to, &direction))
        })
    }

    /// The way in sentences, one for each hop.
    fn told(&self, from: VpcId, to: VpcId, direction: &Direction) -> Vec<Related> {
        let network = self.reach.network;
        let name = |vpc| network.vpc(vpc).name();
        let start = Related {
            message: format!("a packet from {} to {}", name(from), name(to)),
            address: Some(name(from)),
            place: End::Vpc(from).place(network),
        };
        // A system route has no line of its own: the packet stands where the vSwitch is written.
        let written = |at: &str| {
            let ends = [from, to].map(|vpc| &network.vpc(vpc).vswitches);
            let vswitches = ends.into_iter().flatten().map(|&id| &network.vswitch(id).thing);
            vswitches.into_iter().find(|thing| thing.name() == at).map(|thing| thing.header)
        };
        let hops = direction.hops.iter().map(|step| Related {
            message: match &step.takes {
                Some(takes) => format!("{} sends it on by {takes}", step.at),
                None => format!("it comes to {}", step.at),
            },
            address: step.takes.clone().or_else(|| Some(step.at.clone())),
            place: step.place.or_else(|| written(&step.at)),
        });
        let end =
            Related { message: format!("it is dropped: {}", direction.because), address: Some(name(to)), place: None };
        std::iter::once(start).chain(hops).chain([end]).collect()
    }
}
