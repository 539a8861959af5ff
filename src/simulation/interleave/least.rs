//! The order of the fewest steps that breaks an invariant.
//!
//! A step is what an actor does for one act without anybody in between, however many moves it takes. So
//! a move costs nothing where it goes on with a step, and one where it begins one; states are visited by
//! what it costs to come there, and of two ways that cost the same the one of fewer moves comes first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use super::judge::judged;
use super::ledger::Ledger;
use super::world::{Stage, Unready, World};
use crate::scenario::race::Race;

/// The actors in the order of their moves.
pub type Order = Vec<u8>;

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Steps at most.
    pub steps: usize,
    /// States at most.
    pub states: usize,
}

/// A way to a state, ordered by what it costs: steps, then moves, then who came first.
type Way = Reverse<(u32, u32, usize)>;

struct Node<L> {
    world: World<L>,
    /// The actor that is in the middle of a step.
    within: Option<u8>,
    /// Where it came from, and who moved.
    before: usize,
    who: u8,
    /// Whether the cheapest way to it was taken.
    done: bool,
}

/// The order of the fewest steps that breaks an invariant, by its place among all; of such orders one of the
/// fewest moves. `None`: there is none within the bounds.
///
/// # Errors
/// Where the policy cannot bring about what stands at the beginning.
pub fn least<L: Ledger>(race: &Race, invariant: usize, bounds: Bounds) -> Result<Option<Order>, Unready> {
    let (setting, first) = World::<L>::first(race)?;
    let mut nodes = vec![Node { world: first, within: None, before: 0, who: 0, done: false }];
    let mut index: HashMap<u64, Vec<usize>, BuildHasherDefault<DefaultHasher>> = HashMap::default();
    let mut ways: BinaryHeap<Way> = BinaryHeap::from([Reverse((0, 0, 0))]);
    let bit = 1_u32 << invariant;
    while let Some(Reverse((steps, moves, at))) = ways.pop() {
        if nodes[at].world.broken & bit != 0 {
            return Ok(Some(way(&nodes, at)));
        }
        // Equal states share a number; the first way that comes out is the cheapest.
        let number = alike(&nodes, &mut index, at);
        if nodes[number].done {
            continue;
        }
        nodes[number].done = true;
        for who in 0..race.actors.len() {
            if !nodes[at].world.can_move(&setting, who) {
                continue;
            }
            let mover = super::number(who);
            let cost = steps + u32::from(nodes[at].within != Some(mover));
            if cost as usize > bounds.steps || nodes.len() > bounds.states {
                continue;
            }
            let act = nodes[at].world.runners[who].at;
            let (moved, _) = judged(&nodes[at].world, &setting, who);
            let runner = &moved.world.runners[who];
            let goes_on = runner.at == act && !matches!(runner.stage, Stage::Start);
            let within = goes_on.then_some(mover);
            nodes.push(Node { world: moved.world, within, before: at, who: mover, done: false });
            ways.push(Reverse((cost, moves + 1, nodes.len() - 1)));
        }
    }
    Ok(None)
}

/// The first node that was reached with this state.
fn alike<L: Ledger>(
    nodes: &[Node<L>],
    index: &mut HashMap<u64, Vec<usize>, BuildHasherDefault<DefaultHasher>>,
    at: usize,
) -> usize {
    let mut hasher = DefaultHasher::new();
    nodes[at].world.hash(&mut hasher);
    nodes[at].within.hash(&mut hasher);
    let places = index.entry(hasher.finish()).or_default();
    let same = |place: &&usize| {
        let (one, other) = (&nodes[**place], &nodes[at]);
        one.within == other.within && one.world == other.world
    };
    if let Some(place) = places.iter().find(same) {
        return *place;
    }
    places.push(at);
    at
}

fn way<L>(nodes: &[Node<L>], end: usize) -> Vec<u8> {
    let mut order = Vec::new();
    let mut at = end;
    while at != 0 {
        order.push(nodes[at].who);
        at = nodes[at].before;
    }
    order.reverse();
    order
}
