//! One order of a race, played and kept move by move.

use std::collections::BTreeMap;

use super::deed::Deed;
use super::judge::{Broken, judged};
use super::ledger::Ledger;
use super::number;
use super::policy::Policy;
use super::world::{Shown, Stage, Unready, World};
use crate::gateway::pairing::{Device, PairRequest};
use crate::scenario::race::Race;

/// One order, move by move.
#[derive(Debug, Clone)]
pub struct Tape {
    /// The requests that stood at the beginning, by their names.
    pub named: Vec<(String, Shown)>,
    /// What stood at the beginning.
    pub start: Stand,
    /// The moves that were made.
    pub moves: Vec<Played>,
    /// How many entries of the order named an actor that could not move.
    pub skipped: usize,
}

/// Devices and requests, as the gateway would act on them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stand {
    /// The devices.
    pub devices: BTreeMap<String, Device>,
    /// The requests.
    pub requests: BTreeMap<String, PairRequest>,
}

/// One move that was made.
#[derive(Debug, Clone)]
pub struct Played {
    /// The actor.
    pub who: usize,
    /// The place of its act.
    pub at: usize,
    /// Whether the act ended with it.
    pub ended: bool,
    /// What was done.
    pub deeds: Vec<Deed>,
    /// What broke for the first time.
    pub broken: Vec<Broken>,
    /// Before it.
    pub before: Stand,
    /// After it.
    pub after: Stand,
}

impl Tape {
    /// The moves as an order.
    #[must_use]
    pub fn order(&self) -> Vec<u8> {
        self.moves.iter().map(|played| number(played.who)).collect()
    }

    /// How many moves it takes until an invariant breaks, and how, in words.
    #[must_use]
    pub fn breaks(&self, invariant: usize) -> Option<(usize, &str)> {
        self.moves.iter().enumerate().find_map(|(at, played)| {
            let (_, words) = played.broken.iter().find(|(place, _)| *place == invariant)?;
            Some((at + 1, words.as_str()))
        })
    }

    /// Where steps begin, by the places of their first moves: a step is what an actor does for one act
    /// without anybody in between.
    #[must_use]
    pub fn steps(&self) -> Vec<usize> {
        let goes_on = |at: usize| {
            let (before, now) = (&self.moves[at - 1], &self.moves[at]);
            before.who == now.who && before.at == now.at
        };
        (0..self.moves.len()).filter(|at| *at == 0 || !goes_on(*at)).collect()
    }
}

/// Plays an order. An entry that names an actor that cannot move is passed over; with `to_the_end`, what is
/// left of the scripts follows, actor by actor.
///
/// # Errors
/// Where the policy cannot bring about what stands at the beginning.
pub fn play<L: Ledger>(race: &Race, order: &[u8], to_the_end: bool) -> Result<Tape, Unready> {
    let (setting, mut world) = World::<L>::first(race)?;
    let mut tape = Tape { named: setting.named.clone(), start: stand(&world), moves: Vec::new(), skipped: 0 };
    let mut left = order.iter().map(|who| usize::from(*who));
    loop {
        let who = match left.next() {
            Some(who) if who < world.runners.len() && world.can_move(&setting, who) => who,
            Some(_) => {
                tape.skipped += 1;
                continue;
            }
            None if to_the_end => match (0..world.runners.len()).find(|who| world.can_move(&setting, *who)) {
                Some(who) => who,
                None => break,
            },
            None => break,
        };
        let at = usize::from(world.runners[who].at);
        let before = stand(&world);
        let (moved, broken) = judged(&world, &setting, who);
        world = moved.world;
        let runner = &world.runners[who];
        let ended = usize::from(runner.at) != at || matches!(runner.stage, Stage::Start);
        let after = stand(&world);
        tape.moves.push(Played { who, at, ended, deeds: moved.deeds, broken, before, after });
    }
    Ok(tape)
}

fn stand<L: Ledger>(world: &World<L>) -> Stand {
    let seen = world.truth.seen(world.clocks.wall_ms);
    Stand { devices: seen.devices().clone(), requests: seen.requests().clone() }
}

/// An order that was found under one policy, for another one: a policy whose transitions are one step has
/// no move in which a gateway only reads.
///
/// # Errors
/// Where the first policy cannot bring about what stands at the beginning.
pub fn carried_over(race: &Race, order: &[u8], from: &Policy, to: &Policy) -> Result<Vec<u8>, Unready> {
    if from.name == to.name || !to.atomic {
        return Ok(order.to_vec());
    }
    let tape = (from.play)(race, order, false)?;
    let tells = |played: &&Played| !played.deeds.iter().all(|deed| matches!(deed, Deed::Read { .. }));
    Ok(tape.moves.iter().filter(tells).map(|played| number(played.who)).collect())
}
