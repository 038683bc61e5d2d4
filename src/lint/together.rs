//! Which roots belong together, and what do they tell one another?
//!
//! A root whose connection lacks something in its own files is asked for in the others: in those whose state it reads, in
//! those that read its state, and, where an end of the connection is made elsewhere, in those that accept or route a
//! connection by an id of their own. Nothing else is compared between roots, and where no root lacks anything, no other
//! root is looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::Options;
use super::states::{State, remotes, state_of};
use crate::eval::value::Fields;
use crate::eval::{Account, Cause, Evaluator, Hint, Kind, Of, Value};
use crate::module::{Module, Repository};
use crate::network::{
    Arg, Elsewhere, Link, Network, Routed, Seen, Side, TableNode, Told, VpcId, VpcNode, is_vague, network,
};
use crate::plan::plan;
use crate::source::{Address, Mode, ModulePath, Span};

/// What other roots tell one root.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// The outputs of the states that it reads.
    pub outputs: BTreeMap<Arc<Address>, Value>,
    pub elsewhere: Elsewhere,
    /// What of theirs is shown nowhere.
    pub secrets: Vec<Span>,
    pub hidden: BTreeSet<String>,
}

/// Whether something may be missing here that another root has.
pub fn asks(network: &Network) -> bool {
    let reads = |vpc: &Arg<VpcId>| match vpc.value().map(|&vpc| &network.vpc(vpc).node) {
        Some(VpcNode::External(Link::Of { address, .. })) => &*address.kind == "terraform_remote_state",
        _ => false,
    };
    network.peerings.iter().filter(|peering| peering.thing.certain).any(|peering| {
        let accepted = !peering.accepters.is_empty() || peering.same_account == crate::eval::SameAccount::Same;
        let routed = matches!(network.routed(peering, &network.ways(peering)), Routed::Both);
        !accepted || !routed || reads(&peering.requester) || reads(&peering.accepter)
    })
}

/// What the other roots tell those that ask, where they tell anything.
pub fn neighbours(
    repository: &Repository<'_>,
    asking: &[PathBuf],
    roots: &BTreeSet<PathBuf>,
    options: &Options,
) -> BTreeMap<PathBuf, Neighbours> {
    if asking.is_empty() || roots.len() < 2 {
        return BTreeMap::new();
    }
    let mut texts = Texts { repository, said: HashMap::new() };
    let handy: BTreeSet<&PathBuf> = roots.iter().filter(|root| texts.may_tell(root)).collect();
    let reading = asking.iter().any(|root| texts.mentions(root, Word::State));
    if !reading && handy.iter().all(|root| asking == [(*root).clone()]) {
        return BTreeMap::new();
    }
    let states = if reading || handy.iter().any(|root| texts.mentions(root, Word::State)) {
        states(repository, roots)
    } else {
        BTreeMap::new()
    };
    let first: BTreeSet<PathBuf> = handy.into_iter().chain(asking).cloned().collect();
    let mut offers = offers(repository, first, options);
    let read: BTreeSet<PathBuf> = offers
        .values()
        .flat_map(|offer| offer.remotes.values())
        .filter_map(|state| states.get(state)?.clone())
        .filter(|root| !offers.contains_key(root))
        .collect();
    offers.extend(self::offers(repository, read, options));
    let shelf = Shelf::new(&offers, &states, options);
    let told = asking.par_iter().filter_map(|root| Some((root.clone(), shelf.tell(root)?)));
    told.collect::<Vec<_>>().into_iter().collect()
}

/// Whose state is whose; nothing where two roots would have the same.
fn states(repository: &Repository<'_>, roots: &BTreeSet<PathBuf>) -> BTreeMap<State, Option<PathBuf>> {
    let mut states: BTreeMap<State, Option<PathBuf>> = BTreeMap::new();
    for root in roots {
        if let Some(state) = repository.module(root).and_then(|module| state_of(&module)) {
            states.entry(state).and_modify(|owner| *owner = None).or_insert_with(|| Some(root.clone()));
        }
    }
    states
}

#[derive(Clone, Copy)]
enum Word {
    State,
    Accepts,
    Routes,
    Connects,
}

/// What the files of roots mention, without parsing them.
struct Texts<'r, 's> {
    repository: &'r Repository<'s>,
    said: HashMap<PathBuf, [bool; 4]>,
}

impl Texts<'_, '_> {
    /// Whether a root may say something of the connection of another one.
    fn may_tell(&mut self, root: &Path) -> bool {
        let works = self.mentions(root, Word::Accepts) || self.mentions(root, Word::Routes);
        works && (self.mentions(root, Word::State) || !self.mentions(root, Word::Connects))
    }

    fn mentions(&mut self, root: &Path, word: Word) -> bool {
        let mut open = vec![root.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(directory) = open.pop() {
            let Some(module) = self.repository.module(&directory) else { continue };
            if self.own(&directory, &module)[word as usize] {
                return true;
            }
            for call in module.calls.values() {
                let source = call.body().attribute("source").and_then(|source| source.value.literal());
                let local = source.and_then(|source| self.repository.local_source(&directory, source));
                open.extend(local.filter(|local| seen.insert(local.clone())));
            }
        }
        false
    }

    fn own(&mut self, directory: &Path, module: &Module) -> [bool; 4] {
        if let Some(said) = self.said.get(directory) {
            return *said;
        }
        let kind = |kind: &str| module.resources.keys().any(|name| &*name.kind == kind);
        let routes = module.outlines.iter().any(|outline| outline.file.text.contains("VpcPeer"));
        let said = [
            kind("terraform_remote_state"),
            kind("alicloud_vpc_peer_connection_accepter"),
            routes,
            kind("alicloud_vpc_peer_connection"),
        ];
        self.said.insert(directory.to_owned(), said);
        said
    }
}

/// What one root has that another may ask for.
struct Offer {
    remotes: BTreeMap<Arc<Address>, State>,
    outputs: BTreeMap<Arc<str>, Value>,
    vpcs: BTreeMap<Arc<Address>, Told>,
    /// The VPCs of its route tables.
    tables: BTreeMap<Link, Link>,
    joints: Vec<Joint>,
    accepts: Vec<Hand>,
    routes: Vec<Hand>,
    secrets: Vec<Span>,
    hidden: BTreeSet<String>,
}

/// A connection, as far as others can tell that they mean it.
struct Joint {
    address: Arc<Address>,
    ends: [Option<Link>; 2],
    /// The end is in the files of its root.
    managed: [bool; 2],
    regions: [Option<Arc<str>>; 2],
    uid: Option<Arc<str>>,
}

/// Something that works on a connection that is not in the files of its root.
struct Hand {
    address: Arc<Address>,
    certain: bool,
    link: Option<Link>,
    /// The VPC in whose table a route lies.
    vpc: Option<Link>,
    region: Option<Arc<str>>,
    number: Option<Arc<str>>,
}

fn offers(repository: &Repository<'_>, roots: BTreeSet<PathBuf>, options: &Options) -> BTreeMap<PathBuf, Offer> {
    let roots: Vec<PathBuf> = roots.into_iter().collect();
    let offers: Vec<_> =
        roots.into_par_iter().filter_map(|root| Some((root.clone(), offer(repository, &root, options)?))).collect();
    offers.into_iter().collect()
}

fn offer(repository: &Repository<'_>, root: &Path, options: &Options) -> Option<Offer> {
    let module = repository.module(root)?;
    let surroundings = options.surroundings(root);
    let evaluator = Evaluator::new(repository, module, &surroundings);
    let plan = plan(&evaluator, &|kind| kind.starts_with("alicloud_"));
    let network = network(&evaluator, &plan);
    let names = evaluator.root().module.outputs.iter();
    let outputs = names.filter_map(|(name, declared)| {
        let value = evaluator.output_of(&ModulePath::default(), name, declared.header()).ok()?;
        Some((name.clone(), opened(&evaluator, evaluator.whole(value), declared.header())))
    });
    let outputs = outputs.collect();
    let number = |thing: &crate::network::Thing| thing.provider.account.number.clone();
    let link_of = |vpc: &Arg<VpcId>| vpc.value().map(|&vpc| link(&network, vpc));
    let joints = network.peerings.iter().map(|peering| Joint {
        address: peering.thing.address.clone(),
        ends: Side::BOTH.map(|side| link_of(peering.end(side))),
        managed: Side::BOTH.map(|side| peering.end(side).value().is_some_and(|&vpc| network.vpc(vpc).is_managed())),
        regions: Side::BOTH.map(|side| peering.region_of(side).value().cloned()),
        uid: match peering.accepting_uid.value() {
            Some(Link::Literal(uid)) => Some(uid.clone()),
            _ => None,
        },
    });
    let joints = joints.collect();
    let accepts = network.accepters.iter().filter(|accepter| accepter.peering.is_none()).map(|accepter| Hand {
        address: accepter.thing.address.clone(),
        certain: accepter.thing.certain,
        link: accepter.link.value().cloned(),
        vpc: None,
        region: crate::network::region_of(&accepter.thing),
        number: number(&accepter.thing),
    });
    let accepts = accepts.collect();
    let mut routes = Vec::new();
    for route in &network.routes {
        let peers = |kind: Option<&Arc<str>>| kind.is_none_or(|kind| kind.eq_ignore_ascii_case("VpcPeer"));
        for hop in route.every_hop().filter(|hop| !hop.kind.is_absent() && peers(hop.kind.value())) {
            if hop.id.value().is_some_and(|link| network.peering_of(link).is_some()) {
                continue;
            }
            let vpc = route.table.value().and_then(|&table| link_of(&network.table(table).vpc));
            routes.push(Hand {
                address: route.thing.address.clone(),
                certain: route.thing.certain,
                link: hop.id.value().cloned(),
                vpc,
                region: crate::network::region_of(&route.thing),
                number: number(&route.thing),
            });
        }
    }
    Some(Offer {
        remotes: remotes(&evaluator, &plan.modules),
        outputs,
        vpcs: vpcs(&network, &shown(root, options)),
        tables: tables(&network),
        joints,
        accepts,
        routes,
        secrets: evaluator.secrets(),
        hidden: evaluator.hidden(),
    })
}

fn shown(root: &Path, options: &Options) -> Arc<str> {
    let base = options.top.as_deref().unwrap_or(&options.surroundings.working_directory);
    match root.strip_prefix(base) {
        Ok(below) if !below.as_os_str().is_empty() => below.to_string_lossy().replace('\\', "/").into(),
        _ => root.to_string_lossy().into_owned().into(),
    }
}

fn link(network: &Network, vpc: VpcId) -> Link {
    match &network.vpc(vpc).node {
        VpcNode::Managed(thing) => Link::Of { address: thing.address.clone(), attribute: "id".into() },
        VpcNode::External(link) => link.clone(),
    }
}

fn vpcs(network: &Network, by: &Arc<str>) -> BTreeMap<Arc<Address>, Told> {
    let routes = network.gap(&["alicloud_route_entry", "alicloud_vpc_route_entry"]);
    let routed = routes.is_none() && network.unplaced_route().is_none();
    let mut told = BTreeMap::new();
    for vpc in &network.vpcs {
        let Some(thing) = vpc.thing().filter(|thing| !is_vague(&thing.address)) else { continue };
        let unsure = (!thing.certain).then(|| Cause::Instances(thing.name().into()));
        let known = Told {
            by: by.clone(),
            blocks: vpc.known_blocks().filter_map(|(_, block)| Some(block.cidr.value()?.text.clone())).collect(),
            more_blocks: unsure.or_else(|| vpc.blocks_complete().err()),
            region: vpc.region.value().cloned(),
            // Credentials of one root say nothing in another, a number does.
            account: thing.provider.account.number.clone().map(Account::numbered),
            routed: routed && thing.certain,
        };
        told.insert(thing.address.clone(), known);
    }
    told
}

fn tables(network: &Network) -> BTreeMap<Link, Link> {
    let mut tables = BTreeMap::new();
    for table in &network.tables {
        let Some(vpc) = table.vpc.value().map(|&vpc| link(network, vpc)) else { continue };
        let (address, names) = match (&table.node, &vpc) {
            (TableNode::Custom(thing), _) => (&thing.address, ["id", "route_table_id"]),
            (TableNode::System, Link::Of { address, .. }) => (address, ["route_table_id", "router_table_id"]),
            _ => continue,
        };
        for name in names {
            tables.insert(Link::Of { address: address.clone(), attribute: name.into() }, vpc.clone());
        }
    }
    tables
}

/// What a whole resource is asked for through an output.
const ASKED: [&str; 5] = ["accepting_vpc_id", "cidr_block", "id", "route_table_id", "vpc_id"];

/// The value with whole resources in it turned into objects of the attributes that matter.
fn opened(evaluator: &Evaluator<'_>, value: Value, span: Span) -> Value {
    let each = |items: &[Value]| items.iter().map(|item| opened(evaluator, item.clone(), span)).collect::<Vec<_>>();
    match &value.kind {
        Kind::Instance(address) => {
            let block = Hint::Block(Arc::new(Of { address: address.clone(), attribute: "".into() }));
            let fields = ASKED.iter().map(|name| ((*name).into(), evaluator.attribute(address, name, span)));
            Value { kind: Value::object(fields.collect()).kind, ..value.clone() }.with_hint(block)
        }
        Kind::Tuple(items) | Kind::List(items) => Value { kind: Value::tuple(each(items)).kind, ..value.clone() },
        Kind::Object(fields) | Kind::Map(fields) => {
            let fields: &Fields = fields;
            let opened = fields.iter().map(|(name, field)| (name.clone(), opened(evaluator, field.clone(), span)));
            Value { kind: Value::object(opened.collect()).kind, ..value.clone() }
        }
        _ => value,
    }
}

/// The offers of all roots, and how to find one's way among them.
struct Shelf<'o> {
    offers: &'o BTreeMap<PathBuf, Offer>,
    /// For every root: what its references to outputs of others are there.
    links: BTreeMap<&'o Path, BTreeMap<Link, (&'o Path, Link)>>,
    /// The values of the outputs that a root reads.
    values: BTreeMap<&'o Path, BTreeMap<Arc<Address>, Value>>,
    /// What surely works on a connection of a root: accepters, and routes.
    sure: BTreeMap<&'o Path, Vec<(Link, bool, &'o Path, &'o Hand)>>,
    /// What may work on any connection that ends in its region: accepters, and routes.
    loose: [BTreeMap<Option<Arc<str>>, Vec<(&'o Path, &'o Hand)>>; 2],
    options: &'o Options,
}

/// So many are looked at before one of them is taken to be meant.
const MANY: usize = 64;

impl<'o> Shelf<'o> {
    fn new(
        offers: &'o BTreeMap<PathBuf, Offer>,
        states: &'o BTreeMap<State, Option<PathBuf>>,
        options: &'o Options,
    ) -> Self {
        let mut shelf = Shelf {
            offers,
            links: BTreeMap::new(),
            values: BTreeMap::new(),
            sure: BTreeMap::new(),
            loose: Default::default(),
            options,
        };
        for (root, offer) in offers {
            let mut links = BTreeMap::new();
            let mut values = BTreeMap::new();
            for (data, state) in &offer.remotes {
                let Some(Some(owner)) = states.get(state) else { continue };
                let Some(there) = offers.get(owner).filter(|_| owner != root) else { continue };
                let mut found = Vec::new();
                let fields = there
                    .outputs
                    .iter()
                    .map(|(name, value)| (name.clone(), carried(value, data, &format!("outputs.{name}"), &mut found)));
                let of = Of { address: data.clone(), attribute: "outputs".into() };
                let outputs = Value::object(fields.collect()).with_hint(Hint::Block(Arc::new(of)));
                values.insert(data.clone(), outputs);
                links.extend(found.into_iter().map(|(here, link)| (here, (owner.as_path(), link))));
            }
            shelf.links.insert(root, links);
            shelf.values.insert(root, values);
        }
        for (root, offer) in offers {
            for (hands, routes) in [(&offer.accepts, false), (&offer.routes, true)] {
                for hand in hands {
                    match hand.link.as_ref().and_then(|link| shelf.resolve(root, link)) {
                        Some((owner, link)) => {
                            shelf.sure.entry(owner).or_default().push((link, routes, root, hand));
                        }
                        // In a root that has connections of its own it is about one of them.
                        None if offer.joints.is_empty() => {
                            let same = shelf.loose[usize::from(routes)].entry(hand.region.clone()).or_default();
                            same.push((root, hand));
                        }
                        None => {}
                    }
                }
            }
        }
        shelf
    }

    /// What a reference to the output of another root is there.
    fn resolve(&self, root: &Path, link: &Link) -> Option<(&'o Path, Link)> {
        let mut found: Option<(&'o Path, Link)> = None;
        for _ in 0..4 {
            let (root, link) = found.as_ref().map_or((root, link), |(root, link)| (*root, link));
            match self.links.get(root).and_then(|links| links.get(&canonical(link))) {
                Some(next) => found = Some(next.clone()),
                None => break,
            }
        }
        found
    }

    /// What others tell a root; nothing when they tell nothing.
    fn tell(&self, root: &Path) -> Option<Neighbours> {
        let offer = self.offers.get(root)?;
        let mut told =
            Neighbours { outputs: self.values.get(root).cloned().unwrap_or_default(), ..Neighbours::default() };
        let links = self.links.get(root)?;
        for here in links.keys() {
            let Some((owner, there)) = self.resolve(root, here) else { continue };
            let Some(other) = self.offers.get(owner) else { continue };
            if let Some(vpc) = there.managed("alicloud_vpc", &["id"]).and_then(|address| other.vpcs.get(address)) {
                told.elsewhere.vpcs.insert(here.clone(), vpc.clone());
                told.secrets.extend(&other.secrets);
                told.hidden.extend(other.hidden.iter().cloned());
            }
            let of_table = other.tables.get(&there);
            let vpc = links.keys().find(|link| {
                of_table.is_some()
                    && self.resolve(root, link).is_some_and(|(at, link)| at == owner && Some(&link) == of_table)
            });
            if let Some(vpc) = vpc {
                told.elsewhere.tables.insert(here.clone(), vpc.clone());
            }
        }
        for (link, routes, from, hand) in self.sure.get(root).into_iter().flatten() {
            let Some(address) = link.managed("alicloud_vpc_peer_connection", &["id"]) else { continue };
            let Some(joint) = offer.joints.iter().find(|joint| joint.address == *address) else { continue };
            if *routes {
                self.route(root, joint, from, hand, &mut told.elsewhere);
            } else {
                note(&mut told.elsewhere.accepted, address.clone(), self.seen(from, hand, "accepts"));
            }
        }
        for joint in &offer.joints {
            self.perhaps(root, joint, &mut told.elsewhere);
        }
        let empty = told.outputs.is_empty() && told.elsewhere.accepted.is_empty() && told.elsewhere.routed.is_empty();
        (!empty).then_some(told)
    }

    fn seen(&self, from: &Path, hand: &Hand, does: &str) -> Seen {
        match hand.certain {
            true => Seen::Surely,
            false => self.maybe(from, hand, does),
        }
    }

    fn maybe(&self, from: &Path, hand: &Hand, does: &str) -> Seen {
        let text = format!("whether {} of {} {does} this connection", hand.address, shown(from, self.options));
        Seen::Perhaps(Cause::Elsewhere(text.into()))
    }

    /// A route of another root that surely leads into a connection: on the side of its table's VPC, else of its region.
    fn route(&self, root: &Path, joint: &Joint, from: &Path, hand: &Hand, told: &mut Elsewhere) {
        let global = |root: &'o Path, link: &Link| self.resolve(root, link).unwrap_or((root, link.clone()));
        let here = self.offers.get_key_value(root).map(|(root, _)| root.as_path());
        let there = self.offers.get_key_value(from).map(|(root, _)| root.as_path());
        let table = hand.vpc.as_ref().zip(there).map(|(vpc, there)| global(there, vpc));
        let is_end = |side: usize| {
            let end = joint.ends[side].as_ref().zip(here).map(|(end, here)| global(here, end));
            table.is_some() && table == end
        };
        let out = |side: usize| matches!((&hand.region, &joint.regions[side]), (Some(a), Some(b)) if a != b);
        let sides: Vec<usize> = match (0..2).find(|&side| is_end(side)) {
            Some(side) => vec![side],
            None => (0..2).filter(|&side| !out(side)).collect(),
        };
        for &side in &sides {
            let seen = match sides.len() {
                1 => self.seen(from, hand, "leads into"),
                _ => self.maybe(from, hand, "leads into this side of"),
            };
            note(&mut told.routed, (joint.address.clone(), Side::BOTH[side]), seen);
        }
    }

    /// What works on a connection that it names by an id of its own may work on this one, where that ends elsewhere.
    fn perhaps(&self, root: &Path, joint: &Joint, told: &mut Elsewhere) {
        for (routes, side) in [(false, 1), (true, 0), (true, 1)] {
            if joint.managed[side] {
                continue;
            }
            let all = &self.loose[usize::from(routes)];
            let hands: Vec<_> = match &joint.regions[side] {
                Some(region) => {
                    [Some(region.clone()), None].iter().filter_map(|region| all.get(region)).flatten().collect()
                }
                None => all.values().flatten().collect(),
            };
            let other = |hand: &Hand| matches!((&hand.number, &joint.uid), (Some(a), Some(b)) if side == 1 && a != b);
            let mut near = hands.iter().filter(|(from, _)| *from != root).take(MANY);
            if let Some((from, hand)) = near.find(|(_, hand)| !other(hand)) {
                let does = if routes { "leads into" } else { "accepts" };
                let seen = self.maybe(from, hand, does);
                match routes {
                    true => note(&mut told.routed, (joint.address.clone(), Side::BOTH[side]), seen),
                    false => note(&mut told.accepted, joint.address.clone(), seen),
                }
            }
        }
    }
}

/// What is sure stays, whoever else may do it.
fn note<K: Ord>(known: &mut BTreeMap<K, Seen>, key: K, seen: Seen) {
    match known.get(&key) {
        Some(_) if !matches!(seen, Seen::Surely) => {}
        _ => drop(known.insert(key, seen)),
    }
}

/// A value of another root as this one gets it: what is plain stays, and ids are outputs of that state.
fn carried(value: &Value, data: &Arc<Address>, path: &str, links: &mut Vec<(Link, Link)>) -> Value {
    let of = || Value::of(data.clone(), path);
    if value.sensitive {
        return of();
    }
    match &value.kind {
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => value.clone(),
        Kind::Tuple(items) | Kind::List(items) => {
            let items = items.iter().enumerate().map(|(at, item)| carried(item, data, &format!("{path}[{at}]"), links));
            Value { kind: Value::tuple(items.collect()).kind, hint: None, ..value.clone() }
        }
        Kind::Object(fields) | Kind::Map(fields) => {
            let each = fields
                .iter()
                .map(|(name, field)| (name.clone(), carried(field, data, &format!("{path}[{name:?}]"), links)));
            let object = Value { kind: Value::object(each.collect()).kind, hint: None, ..value.clone() };
            match value.block() {
                Some(_) => {
                    object.with_hint(Hint::Block(Arc::new(Of { address: data.clone(), attribute: path.into() })))
                }
                None => object,
            }
        }
        _ => {
            if let Some(link @ Link::Of { .. }) = Link::of(value) {
                let here = Link::Of { address: data.clone(), attribute: path.into() };
                links.push((canonical(&here), link.clone()));
                links.push((here, link));
            }
            of()
        }
    }
}

/// The link with its path in one of the ways in which it can be written.
fn canonical(link: &Link) -> Link {
    match link {
        Link::Of { address, attribute } if address.mode == Mode::Data && attribute.contains('[') => {
            let path = attribute.replace("[\"", ".").replace("\"]", "").replace('[', ".").replace(']', "");
            Link::Of { address: address.clone(), attribute: path.into() }
        }
        other => other.clone(),
    }
}
