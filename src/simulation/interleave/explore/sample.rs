//! Some orders of a race that has too many, drawn by chance.

use super::super::ledger::Ledger;
use super::super::pool::{Index, small};
use super::super::world::{Unready, World};
use super::super::{number, seed_of};
use super::packed::{Memory, Packed};
use super::{Explored, Found};
use crate::scenario::race::Race;
use crate::seed::{Dice, Seed};

/// Orders that are drawn of a race that is too large.
pub const SAMPLES: u32 = 20_000;

/// Draws orders of a race: at each step, one of the actors that can move. The same seed draws the same.
///
/// # Errors
/// Where the policy cannot bring about what stands at the beginning.
pub fn sample<L: Ledger>(race: &Race, seed: Seed, samples: u32) -> Result<Explored, Unready> {
    let (setting, first) = World::<L>::first(race)?;
    let mut memory = Memory::new(&setting);
    let first = memory.pack(first);
    let mut drawn = Drawn { met: Index::default(), found: Vec::new(), moves: 0 };
    drawn.met.insert(first, ());
    let mut dice = seed_of(race, seed).dice();
    let mut orders = 0;
    // A machine that does something else in every order would fill the memory.
    while orders < samples && (orders == 0 || !memory.is_full()) {
        orders += 1;
        drawn.one(&mut memory, first, race.actors.len(), &mut dice);
    }
    Ok(Explored {
        orders: u128::from(orders),
        moves: drawn.moves,
        made: memory.made(),
        states: u64::from(small(drawn.met.len())),
        found: drawn.found,
        whole: false,
    })
}

struct Drawn {
    /// The states that were met.
    met: Index<Packed, ()>,
    found: Vec<Found>,
    moves: u64,
}

impl Drawn {
    /// One order, from the beginning to its end.
    fn one<L: Ledger>(&mut self, memory: &mut Memory<'_, L>, first: Packed, actors: usize, dice: &mut Dice) {
        let (mut state, mut order) = (first, Vec::new());
        let mut movers = Vec::with_capacity(actors);
        loop {
            movers.clear();
            movers.extend((0..actors).filter(|who| memory.can_move(&state, *who)));
            let bound = u64::from(small(movers.len()));
            let Some(who) = usize::try_from(dice.below(bound)).ok().and_then(|at| movers.get(at)) else {
                return;
            };
            self.moves += 1;
            order.push(number(*who));
            let (next, broken) = memory.moved(&state, *who);
            for (invariant, words) in broken.unwrap_or_default() {
                self.note(*invariant, words, &order);
            }
            state = next;
            self.met.insert(state, ());
        }
    }

    /// Keeps the shortest order that breaks an invariant, and counts them all.
    fn note(&mut self, invariant: usize, words: &str, order: &[u8]) {
        match self.found.iter_mut().find(|found| found.invariant == invariant) {
            Some(found) => {
                found.orders += 1;
                if order.len() < found.order.len() {
                    (found.words, found.order) = (words.to_owned(), order.to_vec());
                }
            }
            None => {
                self.found.push(Found {
                    invariant,
                    words: words.to_owned(),
                    order: order.to_vec(),
                    orders: 1,
                });
            }
        }
    }
}
