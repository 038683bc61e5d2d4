//! Which VPCs are connected, and by what? The one place that knows; rules about connected VPCs ask here.
//!
//! What is shared without carrying packets from one VPC to another (a CEN, a private zone, a PrivateLink service) does
//! not connect; nor does a transit router whose tables keep two VPCs apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ipnet::Ipv4Net;

use super::{Arg, AttachmentId, Link, Network, Presence, RouterTableId, Thing, VpcId, first_partners};

/// VPCs that are connected: each with each other one, by one connection or another.
#[derive(Clone, Debug)]
pub struct Connected<'n> {
    pub members: Vec<Member<'n>>,
    /// What connects all of them.
    pub by: Vec<&'n Thing>,
}

#[derive(Clone, Debug)]
pub struct Member<'n> {
    pub vpc: VpcId,
    /// Members of one colour are not connected by this: they look up a table that tells them nothing of one another.
    colour: usize,
    /// What makes it a member.
    pub through: Vec<&'n Thing>,
}

/// Two overlapping items of connected VPCs, the later one first.
#[derive(Clone, Debug)]
pub struct Meeting<T> {
    pub items: (T, T),
    /// Where the item overlaps something for which these two were put together: which of `connected`, and which VPCs.
    pub pairs: BTreeSet<(usize, (VpcId, VpcId))>,
}

impl<'n> Connected<'n> {
    /// The members that one of them is connected to.
    pub fn connected_to(&self, member: &Member<'n>) -> impl Iterator<Item = &Member<'n>> + use<'_, 'n> {
        let colour = member.colour;
        self.members.iter().filter(move |other| other.colour != colour)
    }

    /// The resources that connect two members.
    pub fn things(&self, (a, b): (VpcId, VpcId)) -> Vec<&'n Thing> {
        let ends = self.members.iter().filter(|member| member.vpc == a || member.vpc == b);
        let mut things: Vec<&Thing> = ends.flat_map(|member| member.through.iter().copied()).collect();
        things.extend(&self.by);
        things.dedup_by_key(|thing| &thing.address);
        things
    }

    /// What to name when something is not known of a member.
    pub fn about(&self, member: &Member<'n>) -> Vec<&'n Thing> {
        match member.through.is_empty() {
            true => self.by.clone(),
            false => member.through.clone(),
        }
    }
}

/// The overlaps between connected VPCs: each item that overlaps one of a VPC that its own is connected to, with the
/// first such item. `blocks` gives what a VPC has, and `counts` whether an overlap of that VPC matters.
pub fn meetings<T: Copy + Ord>(
    connected: &[Connected<'_>],
    mut blocks: impl FnMut(VpcId) -> Vec<(Ipv4Net, T)>,
    mut counts: impl FnMut(&Connected<'_>, &Member<'_>) -> bool,
) -> Vec<Meeting<T>> {
    let mut first: BTreeMap<T, (T, BTreeSet<(usize, (VpcId, VpcId))>)> = BTreeMap::new();
    for (at, circle) in connected.iter().enumerate() {
        let mut items: Vec<(Ipv4Net, usize, T)> = Vec::new();
        let mut owners: BTreeMap<T, &Member<'_>> = BTreeMap::new();
        for member in &circle.members {
            for (net, item) in blocks(member.vpc) {
                items.push((net, member.colour, item));
                owners.insert(item, member);
            }
        }
        let mut partners = first_partners(&items);
        // Who does not count is out, and the others may meet somebody else then.
        let mut judged: HashMap<VpcId, bool> = HashMap::new();
        for (item, _) in &partners {
            if let Some(member) = owners.get(item) {
                judged.entry(member.vpc).or_insert_with(|| counts(circle, member));
            }
        }
        let out = |item: &T| owners.get(item).is_some_and(|member| judged.get(&member.vpc) == Some(&false));
        if judged.values().any(|counts| !counts) {
            items.retain(|(_, _, item)| !out(item));
            partners = first_partners(&items);
        }
        for (item, other) in partners {
            let (Some(here), Some(there)) = (owners.get(&item), owners.get(&other)) else { continue };
            let (partner, pairs) = first.entry(item).or_insert_with(|| (other, BTreeSet::new()));
            *partner = other.min(*partner);
            pairs.insert((at, (here.vpc.min(there.vpc), here.vpc.max(there.vpc))));
        }
    }
    let mut found: BTreeMap<(T, T), BTreeSet<(usize, (VpcId, VpcId))>> = BTreeMap::new();
    for (item, (other, pairs)) in first {
        found.entry((item.max(other), item.min(other))).or_default().extend(pairs);
    }
    found.into_iter().map(|(items, pairs)| Meeting { items, pairs }).collect()
}

impl Network {
    /// The VPCs that surely are connected: by peering in pairs, in order of address, and by CENs in circles.
    pub fn connected(&self) -> Vec<Connected<'_>> {
        let pairs = self.peered().into_iter().filter(|((a, b), _)| a != b);
        let mut connected: Vec<Connected<'_>> = pairs
            .map(|((a, b), by)| Connected {
                members: vec![plain(a), plain(b)],
                by: by.into_iter().map(|id| &self.peering(id).thing).collect(),
            })
            .collect();
        connected.extend((0..self.router_tables.len()).filter_map(|at| self.through_table(RouterTableId(at))));
        connected.extend(self.on_old_cens());
        connected
    }

    /// What a router's table connects: the VPCs that it knows, with one another and with those that look it up.
    fn through_table(&self, table: RouterTableId) -> Option<Connected<'_>> {
        if !self.is_read(table) || self.route_map_on(table).is_some() {
            return None;
        }
        let mut known: BTreeMap<VpcId, Vec<AttachmentId>> = BTreeMap::new();
        for heard in self.heard(table) {
            known.entry(heard.vpc).or_default().extend(heard.attachments);
        }
        for route in self.router_table(table).routes.iter().map(|&at| &self.router_routes[at]) {
            let leads = !route.kind.value().is_some_and(|kind| kind.eq_ignore_ascii_case("blackhole"));
            let attachment = route.attachment.filter(|_| leads && route.thing.certain);
            let attachment = attachment.filter(|&id| self.attachment(id).thing().is_some_and(|thing| thing.certain));
            if let Some((id, vpc)) = attachment.and_then(|id| Some((id, self.attachment(id).vpc()?))) {
                known.entry(vpc).or_default().push(id);
            }
        }
        let things = |ids: Vec<AttachmentId>| {
            let mut things: Vec<&Thing> = ids.into_iter().filter_map(|id| self.attachment(id).thing()).collect();
            things.sort_by(|a, b| a.address.cmp(&b.address));
            things.dedup_by_key(|thing| &thing.address);
            things
        };
        let readers: Vec<_> = self.readers(table).into_iter().filter(|(vpc, _)| !known.contains_key(vpc)).collect();
        let mut members: Vec<Member<'_>> =
            known.into_iter().map(|(vpc, ids)| Member { vpc, colour: vpc.0 + 1, through: things(ids) }).collect();
        members.extend(readers.into_iter().map(|(vpc, id)| Member { vpc, colour: 0, through: things(vec![id]) }));
        let router = self.router_table(table).router.value().map(|&router| self.router(router));
        let by = router.and_then(|router| router.node.thing()).filter(|thing| thing.certain).into_iter().collect();
        let first = members.first()?.colour;
        members.iter().any(|member| member.colour != first).then_some(Connected { members, by })
    }

    /// VPCs on one CEN by `alicloud_cen_instance_attachment` reach one another.
    fn on_old_cens(&self) -> Vec<Connected<'_>> {
        let mut cens: BTreeMap<&Link, Vec<Member<'_>>> = BTreeMap::new();
        for legacy in self.legacy_attachments.iter().filter(|legacy| legacy.thing.certain) {
            if let (Arg::Known(cen), Some(&vpc)) = (&legacy.cen, legacy.vpc.value()) {
                let members = cens.entry(&cen.value).or_default();
                if members.iter().all(|member| member.vpc != vpc) {
                    members.push(Member { vpc, colour: vpc.0 + 1, through: vec![&legacy.thing] });
                }
            }
        }
        let several = cens.into_values().filter(|members| members.len() > 1);
        several.map(|members| Connected { members, by: Vec::new() }).collect()
    }

    /// What translates addresses on one of two sides: between equal blocks that is a purpose, not a mistake.
    pub fn translated(&self, (a, b): (VpcId, VpcId)) -> Presence<'_> {
        match (self.private_nat(a), self.private_nat(b)) {
            (Presence::Here(nat), _) | (_, Presence::Here(nat)) => Presence::Here(nat),
            (Presence::Maybe(cause), _) | (_, Presence::Maybe(cause)) => Presence::Maybe(cause),
            _ => Presence::Nowhere,
        }
    }

    /// The key by which rules tell that they speak of the same pair of VPCs.
    pub fn pair_key(&self, (a, b): (VpcId, VpcId)) -> String {
        let (a, b) = (self.vpc(a).name(), self.vpc(b).name());
        if a <= b { format!("pair:{a}|{b}") } else { format!("pair:{b}|{a}") }
    }
}

fn plain<'n>(vpc: VpcId) -> Member<'n> {
    Member { vpc, colour: vpc.0 + 1, through: Vec::new() }
}
