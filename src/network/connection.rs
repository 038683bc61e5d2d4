//! Which VPCs are connected, and by what? The one place that knows; rules about connected VPCs ask here.
//!
//! What is shared without carrying packets from one VPC to another (a CEN, a private zone, a PrivateLink service) does
//! not connect.

use super::{Network, PeeringId, Thing, VpcId};

/// Two VPCs, the first in address order first, and everything that connects them.
#[derive(Clone, Debug)]
pub struct Connected {
    pub ends: (VpcId, VpcId),
    pub by: Vec<Connection>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Connection {
    Peering(PeeringId),
}

impl Network {
    /// The pairs of VPCs that surely are connected, each once, in address order.
    pub fn connected(&self) -> Vec<Connected> {
        self.peered()
            .into_iter()
            .filter(|((a, b), _)| a != b)
            .map(|(ends, by)| Connected { ends, by: by.into_iter().map(Connection::Peering).collect() })
            .collect()
    }

    /// The resource that makes a connection.
    pub fn connection_thing(&self, connection: Connection) -> &Thing {
        match connection {
            Connection::Peering(id) => &self.peering(id).thing,
        }
    }

    /// The key by which rules tell that they speak of the same pair of VPCs.
    pub fn pair_key(&self, (a, b): (VpcId, VpcId)) -> String {
        let (a, b) = (self.vpc(a).name(), self.vpc(b).name());
        if a <= b { format!("pair:{a}|{b}") } else { format!("pair:{b}|{a}") }
    }
}
