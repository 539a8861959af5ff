//! Pairing races: every order of a few short scripts, tried on the production machine.
//!
//! A [`world::World`] is one state. A move is one step of one actor, made and judged by [`judge`]. The
//! explorer makes all of them. What is judged are the [`invariant`]s, against what has been shown,
//! granted and promised so far ([`facts`]). What keeps devices and requests is a [`ledger`]; which one,
//! says the [`policy`].

pub mod deed;
pub mod explore;
pub mod facts;
pub mod invariant;
mod judge;
pub mod least;
pub mod ledger;
pub mod live;
pub mod minimise;
pub mod policy;
mod pool;
pub mod scopes;
pub mod sequence;
pub mod tape;
pub mod tell;
pub mod world;

use crate::scenario::race::{Known, Race};
use crate::seed::Seed;

pub use judge::{Broken, judged};

/// The names that a race file may use for what breaks.
#[must_use]
pub fn known() -> Known {
    Known {
        policies: policy::ALL.iter().map(|policy| policy.name).collect(),
        invariants: invariant::ALL.iter().map(|invariant| invariant.id()).collect(),
    }
}

/// What chance is made of in one race, wherever orders of it are drawn.
fn seed_of(race: &Race, seed: Seed) -> Seed {
    seed.derive(&race.id)
}

/// The place of an actor as a small number: a race has few (`ACTORS_MAX`).
fn number(who: usize) -> u8 {
    u8::try_from(who).unwrap_or(u8::MAX)
}
