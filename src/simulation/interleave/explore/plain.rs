//! Every order of a race, without knowing any state again: what the explorer is held against.

use super::super::invariant::ALL;
use super::super::judge::judged;
use super::super::ledger::Ledger;
use super::super::number;
use super::super::world::{Setting, Unready, World};
use super::{Explored, Found};
use crate::scenario::race::Race;

/// Tries every order of a race without knowing any state again.
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
        Self { orders: 0, moves: 0, made: 0, states: 0, found: Vec::new(), whole: true }
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
            self.explored.made += 1;
            let (moved, broken) = judged(world, setting, who);
            self.order.push(number(who));
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
