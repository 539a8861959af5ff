//! The policies that a race can be explored under: ours, OpenClaw's, and known-wrong variants of ours.

use super::explore::{Explored, explore, explore_plainly, sample};
use super::least::{Bounds, Order, least};
use super::ledger::{
    FilesOverwritten, HeedlessLoop, Keeping, LatestWins, Ledger, NoTombstone, Ours, ReadThenWrite, Records,
    TokenWithheld, Twisted, UnionCreep,
};
use super::tape::{Tape, play};
use super::world::Unready;
use crate::scenario::race::Race;
use crate::seed::Seed;

/// A policy.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// Whether it is a known-wrong variant of ours.
    pub mutant: bool,
    /// Tries every order.
    pub explore: fn(&Race, usize) -> Result<Explored, Unready>,
    /// Draws so many orders by chance.
    pub sample: fn(&Race, Seed, u32) -> Result<Explored, Unready>,
    /// Tries every order without knowing any state again.
    pub explore_plainly: fn(&Race) -> Result<Explored, Unready>,
    /// Whether each transition is one step on the store.
    pub atomic: bool,
    /// Plays one order; see [`play`].
    pub play: fn(&Race, &[u8], bool) -> Result<Tape, Unready>,
    /// The order of the fewest steps that breaks an invariant; see [`least`].
    pub least: fn(&Race, usize, Bounds) -> Result<Option<Order>, Unready>,
}

macro_rules! policy {
    ($name:literal, $about:literal, $mutant:literal, $ledger:ty) => {
        Policy {
            name: $name,
            about: $about,
            mutant: $mutant,
            explore: explore::<$ledger>,
            sample: sample::<$ledger>,
            explore_plainly: explore_plainly::<$ledger>,
            atomic: matches!(<$ledger as Ledger>::KEEPING, Keeping::Atomic),
            play: play::<$ledger>,
            least: least::<$ledger>,
        }
    };
}

impl Policy {
    /// Tries every order of a race, or, where it has more than `states_max` states, draws `samples`
    /// orders by chance.
    ///
    /// # Errors
    /// Where the policy cannot bring about what stands at the beginning.
    pub fn run(&self, race: &Race, states_max: usize, seed: Seed, samples: u32) -> Result<Explored, Unready> {
        let explored = (self.explore)(race, states_max)?;
        if explored.whole {
            return Ok(explored);
        }
        let mut drawn = (self.sample)(race, seed, samples)?;
        // What the search came upon before it was given up is found as well, by the shortest order.
        for found in explored.found {
            match drawn.found.iter_mut().find(|known| known.invariant == found.invariant) {
                Some(known) => (known.words, known.order) = (found.words, found.order),
                None => drawn.found.push(found),
            }
        }
        drawn.moves += explored.moves;
        drawn.made += explored.made;
        drawn.states = drawn.states.max(explored.states);
        Ok(drawn)
    }
}

/// All policies, ours first.
pub const ALL: [Policy; 9] = [
    policy!("ours", "the pairing book of this gateway", false, Ours),
    policy!("openclaw-2026.4.12", "OpenClaw 2026.4.12 as it was measured", false, Records),
    policy!(
        "read-then-write",
        "reads the store, lets others in, and writes it back",
        true,
        Twisted<ReadThenWrite>
    ),
    policy!(
        "latest-wins",
        "checks the id, then approves what the device asked last",
        true,
        Twisted<LatestWins>
    ),
    policy!("union-creep", "widens what an id stands for by what is asked next", true, Twisted<UnionCreep>),
    policy!(
        "files-overwritten",
        "shares its files with others, without a lock",
        true,
        Twisted<FilesOverwritten>
    ),
    policy!("no-tombstone", "forgets what was revoked and removed", true, Twisted<NoTombstone>),
    policy!("token-withheld", "lets a device in again without its token", true, Twisted<TokenWithheld>),
    policy!("heedless-loop", "approves by the device whatever it asks by then", true, Twisted<HeedlessLoop>),
];

/// A policy by its name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Policy> {
    ALL.iter().find(|policy| policy.name == name)
}
