//! One state of a race: what the gateway keeps, where each actor stands, what each knows.

mod command;
mod hunt;
mod outcome;
mod runner;
mod start;
mod step;

use std::sync::Arc;

use super::deed::Deed;
use super::facts::Facts;
use super::ledger::{Keeping, Ledger};
use crate::scenario::race::{Act, Actor, Race, Via};

pub use command::{ADMIN, command, connect, door};
pub use hunt::{End, Hunt, Next, TRIES_MAX};
pub use outcome::{Outcome, Shown};
pub use runner::{Errand, Knows, Runner, Stage};
pub use start::Unready;
pub use step::as_owner;

/// The wall clock when a race begins, milliseconds since 1970.
pub const START_MS: u64 = 1_790_000_000_000;

/// What stays the same in all states of a race.
#[derive(Debug, Clone)]
pub struct Setting<'a> {
    /// The race.
    pub race: &'a Race,
    /// Whether a transition that reads and then writes can be caught in between.
    pub fine: bool,
    /// Whether a gateway is killed, so that an answer can be lost.
    pub kills: bool,
    /// The requests that stood at the beginning, by their names.
    pub named: Vec<(String, Shown)>,
}

impl<'a> Setting<'a> {
    /// Of a race, before anything is known of its requests.
    #[must_use]
    pub fn of(race: &'a Race) -> Self {
        let kills = race.actors.iter().any(|actor| actor.acts.iter().any(|act| matches!(act, Act::Kill(_))));
        let writes = |act: &Act| act.is_command() && !matches!(act, Act::List);
        let past = |via: &Via| matches!(via, Via::Files | Via::Cli(_));
        let foreign = race.actors.iter().any(|actor| past(&actor.via) && actor.acts.iter().any(writes));
        Self { race, fine: foreign || kills || race.start.gateways > 1, kills, named: Vec::new() }
    }

    /// Whether somebody writes the files past the gateway.
    #[must_use]
    pub fn has_files(&self) -> bool {
        self.race.actors.iter().any(|actor| !matches!(actor.via, Via::Socket))
    }
}

/// The two clocks of the machine that the gateway runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clocks {
    /// The wall, milliseconds since 1970.
    pub wall_ms: u64,
    /// What the wall would say if nobody had set it.
    pub steady_ms: u64,
}

/// One state of a race.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World<L> {
    /// What is kept, as whoever reads next finds it.
    pub truth: Arc<L>,
    /// The time.
    pub clocks: Clocks,
    /// For each gateway process, the actor whose transition it is busy with.
    pub busy: Vec<Option<u8>>,
    /// The actors.
    pub runners: Vec<Runner<L>>,
    /// What has been shown, granted and promised so far.
    pub facts: Arc<Facts>,
    /// The invariants that have broken so far, one bit each.
    pub broken: u32,
}

impl<L: Ledger> World<L> {
    /// Whether an actor can move.
    #[must_use]
    pub fn can_move(&self, setting: &Setting<'_>, who: usize) -> bool {
        let actor = &setting.race.actors[who];
        let runner = &self.runners[who];
        let Some(act) = actor.acts.get(usize::from(runner.at)) else { return false };
        let waits =
            matches!(runner.stage, Stage::Start) && act.waits_for_news() && runner.knows.heard.is_none();
        !waits && !self.is_locked_out(setting, actor, &runner.stage, act)
    }

    /// Whether an actor's next move is a transition for which its gateway has no time yet.
    fn is_locked_out(&self, setting: &Setting<'_>, actor: &Actor, stage: &Stage<L>, act: &Act) -> bool {
        if L::KEEPING != Keeping::Locked || !setting.fine || self.busy[actor.gateway].is_none() {
            return false;
        }
        match stage {
            Stage::Start => match act {
                Act::Connect(ask) => ask.signed,
                _ => act.is_command() && !matches!(actor.via, Via::Files),
            },
            Stage::Between => !matches!(actor.via, Via::Files),
            Stage::Through => true,
            _ => false,
        }
    }
}

/// What one move has led to, for whoever judges it or draws it.
#[derive(Debug, Clone)]
pub struct Moved<L> {
    /// The state afterwards.
    pub world: World<L>,
    /// What was done.
    pub deeds: Vec<Deed>,
}
