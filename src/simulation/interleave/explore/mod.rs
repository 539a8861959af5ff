//! Every order of a race, each state once.
//!
//! A move is one step of one actor, and every move of a script brings it nearer to its end; so the states
//! form layers, and no state is in two of them. A layer is made from the one before it, and states that
//! are equal are one: what can still happen depends on nothing else. How many orders lead to a state is
//! counted along.

mod packed;
mod plain;
mod sample;

pub use plain::explore_plainly;
pub use sample::{SAMPLES, sample};

use super::ledger::Ledger;
use super::number;
use super::pool::{Index, small};
use super::world::{Unready, World};
use crate::scenario::race::Race;
use packed::{Memory, Packed};

/// States of one race at most, before orders are drawn by chance instead.
pub const STATES_MAX: usize = 1_000_000;

/// What came of exploring a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explored {
    /// How many orders there are; where `whole` is false, how many were tried.
    pub orders: u128,
    /// How many moves there are between the states.
    pub moves: u64,
    /// How many of them were made on the machines; the others were the same as one of these.
    pub made: u64,
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
#[derive(Clone, Copy)]
struct Entry {
    state: Packed,
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
    let mut memory = Memory::new(&setting);
    let first = Entry { state: memory.pack(first), paths: 1, node: 0 };
    let actors = race.actors.len();
    let mut search = Search { nodes: vec![Node { before: 0, who: 0 }], found: Vec::new(), moves: 0 };
    let mut layer = vec![first];
    let mut ends: Vec<(u32, u128)> = Vec::new();
    while !layer.is_empty() && search.nodes.len() <= states_max && !memory.is_full() {
        layer = search.next_layer(&mut memory, actors, &layer, &mut ends);
    }
    let orders = ends.iter().fold(0_u128, |sum, (_, paths)| sum.saturating_add(*paths));
    for found in &mut search.found {
        let bit = 1_u32 << found.invariant;
        found.orders = ends.iter().filter(|(broken, _)| broken & bit != 0).map(|(_, paths)| paths).sum();
    }
    let states = u64::from(small(search.nodes.len()));
    let (moves, made, whole) = (search.moves, memory.made(), layer.is_empty());
    Ok(Explored { orders, moves, made, states, found: search.found, whole })
}

struct Search {
    nodes: Vec<Node>,
    found: Vec<Found>,
    moves: u64,
}

impl Search {
    fn next_layer<L: Ledger>(
        &mut self,
        memory: &mut Memory<'_, L>,
        actors: usize,
        layer: &[Entry],
        ends: &mut Vec<(u32, u128)>,
    ) -> Vec<Entry> {
        let mut next: Vec<Entry> = Vec::new();
        let mut index: Index<Packed, u32> = Index::default();
        for entry in layer {
            // The layer before is not done, and what was made of it tells that not all was tried.
            if memory.is_full() && !next.is_empty() {
                break;
            }
            let mut is_end = true;
            for who in 0..actors {
                if !memory.can_move(&entry.state, who) {
                    continue;
                }
                is_end = false;
                self.moves += 1;
                let (state, broken) = memory.moved(&entry.state, who);
                for (invariant, words) in broken.unwrap_or_default() {
                    self.note(entry.node, who, *invariant, words);
                }
                let place = *index.entry(state).or_insert_with(|| {
                    let node = small(self.nodes.len());
                    self.nodes.push(Node { before: entry.node, who: number(who) });
                    next.push(Entry { state, paths: 0, node });
                    small(next.len() - 1)
                });
                let entered = &mut next[place as usize];
                entered.paths = entered.paths.saturating_add(entry.paths);
            }
            if is_end {
                ends.push((entry.state.broken, entry.paths));
            }
        }
        next
    }

    /// Remembers the first order that breaks an invariant: layers come by length, so it is a shortest.
    fn note(&mut self, node: u32, who: usize, invariant: usize, words: &str) {
        if self.found.iter().any(|found| found.invariant == invariant) {
            return;
        }
        let mut order = vec![number(who)];
        let mut at = node;
        while at != 0 {
            let Node { before, who } = self.nodes[at as usize];
            order.push(who);
            at = before;
        }
        order.reverse();
        self.found.push(Found { invariant, words: words.to_owned(), order, orders: 0 });
    }
}
