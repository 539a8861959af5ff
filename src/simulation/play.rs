//! One cell of a plan in virtual time.

use crate::mock::Upstream;
use crate::recording::{Policy, Recording, Redactor, Tap, Wall};
use crate::routing::conduct::Conduct;
use crate::routing::{Candidate, Outcome, Session};
use crate::scenario::{Cell, Plan};
use crate::seed::Seed;

use super::world::{Stage, enact};

/// A session of a cell with these candidates, decided by this conduct.
///
/// # Panics
/// When the cell has no candidate: there is nothing to ask.
#[must_use]
pub fn session(
    plan: &Plan,
    candidates: Vec<Candidate>,
    conduct: &'static dyn Conduct,
    redactor: Redactor,
    seed: Seed,
) -> Session {
    let dialect = candidates[0].dialect;
    let tap = Tap::new(Policy::Full, redactor);
    Session::new(candidates, plan.request.clone(), plan.policy.clone(), seed, dialect, tap).conducted(conduct)
}

/// Plays a cell, and gives what crossed the wire and how the turn ended.
///
/// # Panics
/// When the cell has no candidate: there is nothing to ask.
#[must_use]
pub fn play(
    plan: &Plan,
    cell: &Cell,
    conduct: &'static dyn Conduct,
    redactor: &Redactor,
    seed: Seed,
) -> (Recording, Outcome) {
    let mut session = session(plan, cell.candidates.clone(), conduct, redactor.clone(), seed);
    let mut upstream = Upstream::new(plan.targets.clone(), seed);
    let mut wall = Wall::new(redactor.clone());
    let stage = Stage {
        upstream: &mut upstream,
        targets: &cell.targets,
        leaves: plan.caller.leaves,
        wall: Some(&mut wall),
    };
    enact(&mut session, stage);
    let (mut recording, outcome) = session.finish();
    recording.exchanges.extend(wall.finish());
    (recording, outcome)
}
