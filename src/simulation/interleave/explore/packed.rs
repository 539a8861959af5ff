//! States by numbers, and moves by memory.
//!
//! What a move does depends on little: who moves and how far it is, what is kept, and the time. What it
//! breaks depends on that and on what had been shown, granted and promised. Most states are new mixtures
//! of parts that were met before; so each part is kept once, and each different move is made and judged
//! once. The machines are pure, which is what makes that the same.

use std::sync::Arc;

use super::super::deed::Deed;
use super::super::facts::Facts;
use super::super::invariant::ALL;
use super::super::judge::{Broken, judge, told};
use super::super::ledger::Ledger;
use super::super::number;
use super::super::pool::{Index, Pool, small};
use super::super::world::{Clocks, Runner, Setting, World};
use crate::scenario::race::ACTORS_MAX;

/// A state, by the numbers of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Packed {
    truth: u32,
    around: u32,
    facts: u32,
    /// The invariants that have broken so far, one bit each.
    pub(super) broken: u32,
    runners: [u32; ACTORS_MAX],
}

/// The parts of a state that are neither kept nor known by anybody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Around {
    clocks: Clocks,
    busy: Vec<Option<u8>>,
}

/// All that a move depends on.
#[derive(Debug, PartialEq, Eq, Hash)]
struct MoveKey {
    who: u8,
    truth: u32,
    around: u32,
    /// The mover, and the others where it may change them; [`NOBODY`] elsewhere.
    runners: [u32; ACTORS_MAX],
}

/// Judgements that take as much room as one part.
const JUDGED_PER_PART: usize = 16;

/// In the place of an actor that a move does not depend on.
const NOBODY: u32 = u32::MAX;

/// A move that was made.
#[derive(Debug)]
struct Made<L> {
    truth: u32,
    around: u32,
    /// What it made of each actor that it depends on.
    runners: [u32; ACTORS_MAX],
    deeds: Arc<[Deed]>,
    before: (Arc<L>, u64),
    after: (Arc<L>, u64),
    steady_ms: u64,
}

/// Parts and moves that are remembered of one race at most: what the machines made, which is large. The
/// races of this repository come to a small fraction of it.
const PARTS_MAX: usize = 40_000;

/// All parts and moves that were met.
pub(super) struct Memory<'a, L: Ledger> {
    setting: &'a Setting<'a>,
    truths: Pool<L>,
    arounds: Pool<Around>,
    facts: Pool<Facts>,
    runners: Pool<Runner<L>>,
    /// For each actor, whether a move of anybody may change it.
    listens: Vec<bool>,
    moves: Index<MoveKey, u32>,
    made: Vec<Made<L>>,
    /// What a move breaks, by its number, the facts and what was broken before.
    judged: Index<(u32, u32, u32), (u32, u32)>,
    /// The same, in words; only where something broke.
    words: Index<(u32, u32, u32), Vec<Broken>>,
    /// Whether an actor can move, by what that depends on.
    can: Index<(u8, u32, u32), bool>,
}

impl<'a, L: Ledger> Memory<'a, L> {
    pub(super) fn new(setting: &'a Setting<'a>) -> Self {
        let listens = setting.race.actors.iter().map(|actor| setting.kills || actor.listens()).collect();
        Self {
            setting,
            truths: Pool::new(),
            arounds: Pool::new(),
            facts: Pool::new(),
            runners: Pool::new(),
            listens,
            moves: Index::default(),
            made: Vec::new(),
            judged: Index::default(),
            words: Index::default(),
            can: Index::default(),
        }
    }

    /// How many different moves were made on the machines.
    pub(super) fn made(&self) -> u64 {
        u64::from(small(self.made.len()))
    }

    /// Whether so much is remembered that nothing more should be begun.
    pub(super) fn is_full(&self) -> bool {
        let parts = self.truths.len() + self.facts.len() + self.runners.len();
        parts + self.made.len() + self.judged.len() / JUDGED_PER_PART > PARTS_MAX
    }

    pub(super) fn pack(&mut self, world: World<L>) -> Packed {
        let mut runners = [NOBODY; ACTORS_MAX];
        for (number, runner) in runners.iter_mut().zip(world.runners) {
            *number = self.runners.put(Arc::new(runner));
        }
        let around = Around { clocks: world.clocks, busy: world.busy };
        Packed {
            truth: self.truths.put(world.truth),
            around: self.arounds.put(Arc::new(around)),
            facts: self.facts.put(world.facts),
            broken: world.broken,
            runners,
        }
    }

    fn unpack(&self, packed: &Packed) -> World<L> {
        let around = self.arounds.get(packed.around);
        let numbers = packed.runners.iter().take(self.setting.race.actors.len());
        World {
            truth: Arc::clone(self.truths.get(packed.truth)),
            clocks: around.clocks,
            busy: around.busy.clone(),
            runners: numbers.map(|number| (**self.runners.get(*number)).clone()).collect(),
            facts: Arc::clone(self.facts.get(packed.facts)),
            broken: packed.broken,
        }
    }

    /// Whether an actor can move.
    pub(super) fn can_move(&mut self, packed: &Packed, who: usize) -> bool {
        let key = (number(who), packed.around, packed.runners[who]);
        if let Some(can) = self.can.get(&key) {
            return *can;
        }
        let can = self.unpack(packed).can_move(self.setting, who);
        self.can.insert(key, can);
        can
    }

    /// One move, and what it breaks for the first time.
    pub(super) fn moved(&mut self, packed: &Packed, who: usize) -> (Packed, Option<&[Broken]>) {
        let number = self.make(packed, who);
        let made = &self.made[number as usize];
        let mut next = Packed { truth: made.truth, around: made.around, ..*packed };
        for (runner, new) in next.runners.iter_mut().zip(&made.runners) {
            if *new != NOBODY {
                *runner = *new;
            }
        }
        let key = (number, packed.facts, packed.broken);
        (next.facts, next.broken) = match self.judged.get(&key) {
            Some(known) => *known,
            None => self.judge(key),
        };
        (next, self.words.get(&key).map(Vec::as_slice))
    }

    /// The number of a move, made or remembered.
    fn make(&mut self, packed: &Packed, who: usize) -> u32 {
        let mut runners = [NOBODY; ACTORS_MAX];
        for (at, number) in packed.runners.iter().enumerate().take(self.listens.len()) {
            if at == who || self.listens[at] {
                runners[at] = *number;
            }
        }
        let me = number(who);
        let key = MoveKey { who: me, truth: packed.truth, around: packed.around, runners };
        if let Some(number) = self.moves.get(&key) {
            return *number;
        }
        let world = self.unpack(packed);
        let before = (Arc::clone(&world.truth), world.clocks.wall_ms);
        let moved = world.moved(self.setting, who);
        let after = (Arc::clone(&moved.world.truth), moved.world.clocks.wall_ms);
        let steady_ms = moved.world.clocks.steady_ms;
        let then = self.pack(moved.world);
        for (at, number) in runners.iter_mut().enumerate() {
            if *number != NOBODY {
                *number = then.runners[at];
            }
        }
        let number = small(self.made.len());
        self.made.push(Made {
            truth: then.truth,
            around: then.around,
            runners,
            deeds: moved.deeds.into(),
            before,
            after,
            steady_ms,
        });
        self.moves.insert(key, number);
        number
    }

    /// What a move breaks; the facts after it.
    fn judge(&mut self, key: (u32, u32, u32)) -> (u32, u32) {
        let (number, facts, broken) = key;
        let made = &self.made[number as usize];
        let (before, after) = (made.before.0.seen(made.before.1), made.after.0.seen(made.after.1));
        let mut then = Arc::clone(self.facts.get(facts));
        let mut bits = broken;
        let views = (before.view(), after.view());
        let found = judge(&mut then, &mut bits, told(&made.deeds), views, made.steady_ms);
        drop((before, after));
        let result = (self.facts.put(then), bits);
        self.judged.insert(key, result);
        if !found.is_empty() {
            self.words.insert(key, found);
        }
        result
    }
}

/// The bits of all invariants fit.
const _: () = assert!(ALL.len() <= 32);
