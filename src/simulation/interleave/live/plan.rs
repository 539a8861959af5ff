//! Which orders are worth playing.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::explore::explore;
use super::super::ledger::Ledger;
use super::super::seed_of;
use super::super::world::{Setting, Unready, World};
use super::Model;
use super::order::{Order, Why};
use super::unit::{is_inside, unit};
use crate::scenario::race::{Act, Actor, Race, Via};
use crate::seed::Seed;

/// States of units that are looked at.
const STATES_MAX: usize = 20_000;
/// States of moves that are looked at, to find what a client cannot steer.
const FINE_MAX: usize = 60_000;
/// Orders that are drawn by chance, to find enough that differ.
const DRAWN: usize = 24;
/// The longest wait that is waited for, in milliseconds.
const WAIT_MAX_MS: u64 = 2_000;

/// What is worth playing of a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The orders.
    pub orders: Vec<Order>,
    /// The invariants that break only where a gateway is caught between reading and writing.
    pub inside: Vec<usize>,
}

/// Whether a client can steer a race at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steerable {
    /// It can.
    Yes,
    /// It can where it has the gateway's state folder.
    WithFiles,
    /// It cannot, for this reason.
    No(&'static str),
}

/// Whether a client can steer a race at all.
#[must_use]
pub fn steerable(model: Model, race: &Race) -> Steerable {
    let acts = || race.actors.iter().flat_map(|actor| &actor.acts);
    let asks = || {
        let acts = acts().filter_map(|act| if let Act::Connect(ask) = act { Some(ask) } else { None });
        acts.chain(race.start.requests.iter().map(|standing| &standing.ask))
    };
    if race.start.gateways > 1 {
        return Steerable::No("a second gateway process on the same store is needed");
    }
    if !race.start.bootstraps.is_empty() {
        return Steerable::No("no client can hand out bootstrap tokens");
    }
    if acts().any(|act| matches!(act, Act::Kill(_))) {
        return Steerable::No("a gateway that somebody uses is not killed");
    }
    if acts().any(|act| matches!(act, Act::Step(_))) {
        return Steerable::No("the clock of the machine is not set");
    }
    if acts().any(|act| matches!(act, Act::Wait(ms) if *ms > WAIT_MAX_MS)) {
        return Steerable::No("it would take minutes");
    }
    if asks().any(|ask| !ask.local) {
        return Steerable::No("a caller from another machine is needed");
    }
    let by_files = |act: &Act| matches!(act, Act::Remove(_));
    let removes = |actor: &Actor| actor.via == Via::Files && actor.acts.iter().any(by_files);
    if model == Model::Ours && race.actors.iter().any(removes) {
        // What was read before the device was paired says the same as a removal.
        return Steerable::No("here a removal in the files counts once the device is 30 s old");
    }
    let has_files = |via: &Via| !matches!(via, Via::Socket);
    if race.actors.iter().any(|actor| has_files(&actor.via) && actor.acts.iter().any(Act::is_command)) {
        return Steerable::WithFiles;
    }
    Steerable::Yes
}

/// The orders that are worth playing.
pub(super) fn plan<L: Ledger>(race: &Race, whole: usize, seed: Seed) -> Result<Plan, Unready> {
    let (setting, first) = World::<L>::first(race)?;
    if let Some(moves) = &race.order {
        return Ok(Plan { orders: vec![given(&setting, first, moves)], inside: Vec::new() });
    }
    let mut orders = losing(&setting, first.clone());
    let known: BTreeSet<usize> = orders
        .iter()
        .filter_map(|order| if let Why::Loses(place) = order.why { Some(place) } else { None })
        .collect();
    let inside = if setting.fine {
        let found = explore::<L>(race, FINE_MAX)?.found;
        found.into_iter().map(|found| found.invariant).filter(|place| !known.contains(place)).collect()
    } else {
        Vec::new()
    };
    merge_alike(&mut orders);
    orders.extend(whole_ones(&setting, &first, whole, seed));
    Ok(Plan { orders, inside })
}

/// The shortest order of units that breaks each invariant.
fn losing<L: Ledger>(setting: &Setting<'_>, first: World<L>) -> Vec<Order> {
    let mut found: Vec<Order> = Vec::new();
    let mut layer: Vec<(World<L>, Vec<usize>)> = vec![(first, Vec::new())];
    let mut states = 0;
    while !layer.is_empty() && states < STATES_MAX {
        let mut next: Vec<(World<L>, Vec<usize>)> = Vec::new();
        let mut known = BTreeSet::new();
        for (world, order) in &layer {
            for who in (0..world.runners.len()).filter(|who| world.can_move(setting, *who)) {
                let done = unit(world, setting, who);
                let order: Vec<usize> = order.iter().copied().chain([who]).collect();
                for (place, _) in &done.broken {
                    if found.iter().all(|known| known.why != Why::Loses(*place)) {
                        let breaks = bits(done.world.broken);
                        found.push(Order { who: order.clone(), why: Why::Loses(*place), breaks });
                    }
                }
                let mut hasher = DefaultHasher::new();
                done.world.hash(&mut hasher);
                // Two states with one hash would cost an order, and no truth.
                if known.insert(hasher.finish()) {
                    next.push((done.world, order));
                }
            }
        }
        states += next.len();
        layer = next;
    }
    found
}

/// Orders that are the same, or the beginning of another, are played once.
fn merge_alike(orders: &mut Vec<Order>) {
    let all = orders.clone();
    let mut place = 0;
    orders.retain(|order| {
        let is_last = !all[place + 1..].iter().any(|other| other.who.starts_with(&order.who));
        let is_longest = !all[..place]
            .iter()
            .any(|other| other.who.len() > order.who.len() && other.who.starts_with(&order.who));
        place += 1;
        is_last && is_longest
    });
}

fn bits(broken: u32) -> Vec<usize> {
    (0..32).filter(|place| broken >> place & 1 == 1).collect()
}

/// A few orders to the end, those first that break nothing.
fn whole_ones<L: Ledger>(setting: &Setting<'_>, first: &World<L>, most: usize, seed: Seed) -> Vec<Order> {
    let actors = first.runners.len();
    let mut dice = seed_of(setting.race, seed).dice();
    let one_by_one = (0..actors).map(Why::OneByOne);
    let ways = one_by_one.chain([Why::InTurn]).chain([Why::Drawn; DRAWN]);
    let mut orders: Vec<Order> = Vec::new();
    for why in ways {
        let mut at = 0;
        let order = to_the_end(setting, first.clone(), why, |can: &[usize]| {
            at += 1;
            match why {
                Why::OneByOne(begins) => *can
                    .iter()
                    .min_by_key(|who| (**who + actors - begins) % actors)
                    .expect("somebody can move"),
                Why::InTurn => *can
                    .iter()
                    .min_by_key(|who| (**who + actors - (at - 1) % actors) % actors)
                    .expect("somebody can move"),
                _ => can[usize::try_from(dice.below(can.len() as u64)).unwrap_or_default()],
            }
        });
        if orders.iter().all(|known| known.who != order.who) {
            orders.push(order);
        }
    }
    orders.sort_by_key(|order| !order.breaks.is_empty());
    orders.truncate(most);
    orders
}

/// Goes on until nobody can move; `next` says who moves, of those that can.
fn to_the_end<L: Ledger>(
    setting: &Setting<'_>,
    mut world: World<L>,
    why: Why,
    mut next: impl FnMut(&[usize]) -> usize,
) -> Order {
    let mut order = Vec::new();
    loop {
        let can: Vec<usize> = (0..world.runners.len()).filter(|who| world.can_move(setting, *who)).collect();
        if can.is_empty() {
            return Order { who: order, why, breaks: bits(world.broken) };
        }
        let who = next(&can);
        world = unit(&world, setting, who).world;
        order.push(who);
    }
}

/// The units of an order that is given in moves.
fn given<L: Ledger>(setting: &Setting<'_>, mut world: World<L>, moves: &[usize]) -> Order {
    let mut order = Vec::new();
    for &who in moves {
        if who >= world.runners.len() || !world.can_move(setting, who) {
            continue;
        }
        world = super::super::judge::judged(&world, setting, who).0.world;
        if !is_inside(&world, who) {
            order.push(who);
        }
    }
    Order { who: order, why: Why::Given, breaks: bits(world.broken) }
}
