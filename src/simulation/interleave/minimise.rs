//! From an order that breaks an invariant to the least race that still breaks it, and its shortest order.
//!
//! Delta debugging: whatever can be left out is left out, the large before the small, until nothing
//! more can. A smaller race counts where the same order, without what is gone, still breaks the
//! invariant, or where a search finds another order of no more steps. So the result is never longer.

mod cut;

use super::explore::Found;
use super::least::Bounds;
use super::policy::Policy;
use super::tape::Tape;
use super::world::Unready;
use crate::scenario::race::Race;

/// Races that are tried at most on the way to the least.
pub const TRIALS_MAX: usize = 400;
/// States of one search at most.
pub const STATES_MAX: usize = 6_000;

/// The least that still breaks an invariant.
#[derive(Debug, Clone)]
pub struct Least {
    /// The race.
    pub race: Race,
    /// The losing order, up to the move that breaks the invariant.
    pub order: Vec<u8>,
    /// The same, played.
    pub tape: Tape,
    /// How it breaks, in words.
    pub words: String,
    /// How many races were tried.
    pub trials: usize,
}

/// The least race that still breaks an invariant under a policy, with its order of the fewest steps.
///
/// # Errors
/// Where the policy cannot bring about what stands at the beginning.
pub fn minimise(race: &Race, policy: &Policy, found: &Found) -> Result<Least, Unready> {
    let tape = (policy.play)(race, &found.order, false)?;
    let mut best = Minimiser {
        policy,
        invariant: found.invariant,
        best: Race { order: None, ..race.clone() },
        tape: upto(tape, found.invariant),
        trials: 0,
    };
    best.shorten();
    while best.pass() {}
    let order = best.tape.order();
    let words =
        best.tape.breaks(found.invariant).map_or_else(|| found.words.clone(), |(_, words)| words.into());
    Ok(Least { race: best.best, order, tape: best.tape, words, trials: best.trials })
}

/// The tape up to the move that breaks an invariant.
fn upto(mut tape: Tape, invariant: usize) -> Tape {
    if let Some((length, _)) = tape.breaks(invariant) {
        tape.moves.truncate(length);
    }
    tape
}

struct Minimiser<'a> {
    policy: &'a Policy,
    invariant: usize,
    best: Race,
    tape: Tape,
    trials: usize,
}

impl Minimiser<'_> {
    /// Tries everything that can be left out, once; whether anything could.
    fn pass(&mut self) -> bool {
        let mut smaller = false;
        for cuts in cut::ALL {
            let mut place = 0;
            // What is left out moves the rest up: the same place is tried again.
            while let Some(cut) = cuts(&self.best, place) {
                if self.accept(cut) {
                    smaller = true;
                } else {
                    place += 1;
                }
                if self.trials >= TRIALS_MAX {
                    return false;
                }
            }
        }
        let before = self.tape.steps().len();
        self.shorten();
        smaller || self.tape.steps().len() < before
    }

    /// Takes a smaller race where it still breaks the invariant in no more steps.
    fn accept(&mut self, cut: cut::Cut) -> bool {
        if cut.race == self.best || !cut::is_sound(&cut.race) {
            return false;
        }
        self.trials += 1;
        let order: Vec<u8> =
            self.tape.moves.iter().filter_map(|played| cut.kept(played.who, played.at)).collect();
        let steps = self.tape.steps().len();
        let tape = self.losing(&cut.race, &order).filter(|tape| tape.steps().len() <= steps);
        let Some(tape) = tape.or_else(|| self.search(&cut.race, steps)) else { return false };
        self.best = cut.race;
        self.tape = tape;
        true
    }

    /// Replaces the order by one of fewer steps, or of as many steps and fewer moves.
    fn shorten(&mut self) {
        let cost = |tape: &Tape| (tape.steps().len(), tape.moves.len());
        let steps = self.tape.steps().len();
        if let Some(tape) = self.search(&self.best, steps)
            && cost(&tape) <= cost(&self.tape)
        {
            self.tape = tape;
        }
    }

    fn search(&self, race: &Race, steps: usize) -> Option<Tape> {
        let bounds = Bounds { steps, states: STATES_MAX };
        let order = (self.policy.least)(race, self.invariant, bounds).ok()??;
        self.losing(race, &order)
    }

    /// The order, played, where it breaks the invariant.
    fn losing(&self, race: &Race, order: &[u8]) -> Option<Tape> {
        let tape = (self.policy.play)(race, order, false).ok()?;
        tape.breaks(self.invariant)?;
        Some(upto(tape, self.invariant))
    }
}
