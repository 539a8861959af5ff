//! Every order of a race, each state once.
//!
//! A move is one step of one actor, and every move of a script brings it nearer to its end; so the states
//! form layers, and no state is in two of them. A layer is made from the one before it, and states that
//! are equal are one: what can still happen depends on nothing else. How many orders lead to a state is
//! counted along.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use super::invariant::ALL;
use super::judge::judged;
use super::ledger::Ledger;
use super::world::{Setting, Unready, World};
use crate::scenario::race::Race;

/// States of one race at most, before it is sampled instead.
pub const STATES_MAX: usize = 400_000;

/// What came of exploring a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explored {
    /// How many orders there are; where `whole` is false, how many were tried.
    pub orders: u128,
    /// How many moves were executed.
    pub moves: u64,
    /// How many different states there are.
    pub states: u64,
    /// What broke, each invariant once, by the shortest order that breaks it.
    pub found: Vec<Found>,
    /// Whether all orders were tried.
    pub whole: bool,
}

/// An invariant that breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its place among all.
    pub invariant: usize,
    /// How, in words.
    pub words: String,
    /// The actors in the order of their moves, up to the one that breaks it.
    pub order: Vec<u8>,
    /// In how many orders it breaks.
    pub orders: u128,
}

/// A state of the layer at hand.
struct Entry<L> {
    world: World<L>,
    /// How many orders lead here.
    paths: u128,
    /// Its place among the moves that were remembered.
    node: u32,
}

/// Where a state came from, so that the way to it can be told.
#[derive(Clone, Copy)]
struct Node {
    before: u32,
    who: u8,
}

/// Tries every order of a race, as long as there are not too many states.
///
/// # Errors
/// Where the policy cannot bring about what stands at the beginning.
pub fn explore<L: Ledger>(race: &Race, states_max: usize) -> Result<Explored, Unready> {
    let (setting, first) = World::<L>::first(race)?;
    let mut search =
        Search { nodes: vec![Node { before: 0, who: 0 }], found: Vec::new(), moves: 0, states: 1 };
    let mut layer = vec![Entry { world: first, paths: 1, node: 0 }];
    let mut ends: Vec<(u32, u128)> = Vec::new();
    let mut whole = true;
    while !layer.is_empty() {
        if search.nodes.len() > states_max {
            whole = false;
            break;
        }
        layer = search.next_layer(&setting, layer, &mut ends);
    }
    let orders = ends.iter().fold(0_u128, |sum, (_, paths)| sum.saturating_add(*paths));
    for found in &mut search.found {
        let bit = 1_u32 << found.invariant;
        found.orders = ends.iter().filter(|(broken, _)| broken & bit != 0).map(|(_, paths)| paths).sum();
    }
    Ok(Explored { orders, moves: search.moves, states: search.states, found: search.found, whole })
}

struct Search {
    nodes: Vec<Node>,
    found: Vec<Found>,
    moves: u64,
    states: u64,
}

impl Search {
    fn next_layer<L: Ledger>(
        &mut self,
        setting: &Setting<'_>,
        layer: Vec<Entry<L>>,
        ends: &mut Vec<(u32, u128)>,
    ) -> Vec<Entry<L>> {
        let mut next: Vec<Entry<L>> = Vec::new();
        let mut index: HashMap<u64, Vec<u32>, BuildHasherDefault<DefaultHasher>> = HashMap::default();
        for entry in layer {
            let movers: Vec<usize> =
                (0..entry.world.runners.len()).filter(|who| entry.world.can_move(setting, *who)).collect();
            if movers.is_empty() {
                ends.push((entry.world.broken, entry.paths));
            }
            for who in movers {
                self.moves += 1;
                let (moved, broken) = judged(&entry.world, setting, who);
                for (invariant, words) in broken {
                    self.note(entry.node, who, invariant, words);
                }
                let mut hasher = DefaultHasher::new();
                moved.world.hash(&mut hasher);
                let alike = index.entry(hasher.finish()).or_default();
                let known = alike.iter().find(|place| next[**place as usize].world == moved.world);
                if let Some(place) = known {
                    let same = &mut next[*place as usize];
                    same.paths = same.paths.saturating_add(entry.paths);
                    continue;
                }
                self.states += 1;
                alike.push(small(next.len()));
                let node = small(self.nodes.len());
                self.nodes.push(Node { before: entry.node, who: u8::try_from(who).unwrap_or(u8::MAX) });
                next.push(Entry { world: moved.world, paths: entry.paths, node });
            }
        }
        next
    }

    /// Remembers the first order that breaks an invariant: layers come by length, so it is a shortest.
    fn note(&mut self, node: u32, who: usize, invariant: usize, words: String) {
        if self.found.iter().any(|found| found.invariant == invariant) {
            return;
        }
        let mut order = vec![u8::try_from(who).unwrap_or(u8::MAX)];
        let mut at = node;
        while at != 0 {
            let Node { before, who } = self.nodes[at as usize];
            order.push(who);
            at = before;
        }
        order.reverse();
        self.found.push(Found { invariant, words, order, orders: 0 });
    }
}

fn small(place: usize) -> u32 {
    u32::try_from(place).expect("a race has fewer states than that: STATES_MAX")
}

/// Tries every order of a race without knowing any state again: what [`explore`] is held against.
///
/// # Errors
/// Where the policy cannot bring about what stands at the beginning.
pub fn explore_plainly<L: Ledger>(race: &Race) -> Result<Explored, Unready> {
    let (setting, first) = World::<L>::first(race)?;
    let mut plain = Plain { order: Vec::new(), explored: Explored::none(), least: vec![None; ALL.len()] };
    plain.go(&setting, &first);
    let mut explored = plain.explored;
    explored.found = plain.least.into_iter().flatten().collect();
    Ok(explored)
}

impl Explored {
    const fn none() -> Self {
        Self { orders: 0, moves: 0, states: 0, found: Vec::new(), whole: true }
    }
}

struct Plain {
    order: Vec<u8>,
    explored: Explored,
    least: Vec<Option<Found>>,
}

impl Plain {
    fn go<L: Ledger>(&mut self, setting: &Setting<'_>, world: &World<L>) {
        let mut is_end = true;
        for who in 0..world.runners.len() {
            if !world.can_move(setting, who) {
                continue;
            }
            is_end = false;
            self.explored.moves += 1;
            let (moved, broken) = judged(world, setting, who);
            self.order.push(u8::try_from(who).unwrap_or(u8::MAX));
            for (invariant, words) in broken {
                let least = &mut self.least[invariant];
                let is_shorter = least.as_ref().is_none_or(|least| self.order.len() < least.order.len());
                let orders = least.as_ref().map_or(0, |least| least.orders);
                if is_shorter {
                    *least = Some(Found { invariant, words, order: self.order.clone(), orders });
                }
            }
            self.go(setting, &moved.world);
            self.order.pop();
        }
        if is_end {
            self.explored.orders += 1;
            for found in self.least.iter_mut().flatten() {
                found.orders += u128::from(world.broken >> found.invariant & 1);
            }
        }
    }
}
