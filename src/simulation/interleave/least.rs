//! The order of the fewest steps that breaks an invariant.
//!
//! A step is what an actor does for one act without anybody in between, however many moves it takes. So
//! a move costs nothing where it goes on with a step, and one where it begins one; states are visited by
//! what it costs to come there, and of two ways that cost the same the one of fewer moves comes first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::judge::judged;
use super::ledger::Ledger;
use super::number;
use super::pool::Pool;
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
    state: Arc<State<L>>,
    /// Where it came from, and who moved.
    before: usize,
    who: u8,
}

/// A state, and the actor that is in the middle of a step.
#[derive(PartialEq, Eq, Hash)]
struct State<L> {
    world: World<L>,
    within: Option<u8>,
}

/// The order of the fewest steps that breaks an invariant, by its place among all; of such orders one of the
/// fewest moves. `None`: there is none within the bounds.
///
/// # Errors
/// Where the policy cannot bring about what stands at the beginning.
pub fn least<L: Ledger>(race: &Race, invariant: usize, bounds: Bounds) -> Result<Option<Order>, Unready> {
    let (setting, first) = World::<L>::first(race)?;
    let first = Arc::new(State { world: first, within: None });
    let mut nodes = vec![Node { state: first, before: 0, who: 0 }];
    let mut visited: Pool<State<L>> = Pool::new();
    let mut ways: BinaryHeap<Way> = BinaryHeap::from([Reverse((0, 0, 0))]);
    let bit = 1_u32 << invariant;
    while let Some(Reverse((steps, moves, at))) = ways.pop() {
        let state = Arc::clone(&nodes[at].state);
        if state.world.broken & bit != 0 {
            return Ok(Some(way(&nodes, at)));
        }
        // The first way to a state that comes out is the cheapest.
        if !visited.is_new(Arc::clone(&state)) {
            continue;
        }
        for who in 0..race.actors.len() {
            if !state.world.can_move(&setting, who) {
                continue;
            }
            let mover = number(who);
            let cost = steps + u32::from(state.within != Some(mover));
            if cost as usize > bounds.steps || nodes.len() > bounds.states {
                continue;
            }
            let act = state.world.runners[who].at;
            let (moved, _) = judged(&state.world, &setting, who);
            let runner = &moved.world.runners[who];
            let goes_on = runner.at == act && !matches!(runner.stage, Stage::Start);
            let state = State { world: moved.world, within: goes_on.then_some(mover) };
            nodes.push(Node { state: Arc::new(state), before: at, who: mover });
            ways.push(Reverse((cost, moves + 1, nodes.len() - 1)));
        }
    }
    Ok(None)
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
