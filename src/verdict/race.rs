//! What came of pairing races, as reports tell it: plain values, without the machines behind them.

pub mod live;

use std::time::Duration;

use super::Verdict;

/// All sets of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaceRun {
    /// The policy that they were explored under.
    pub policy: String,
    /// What it is, in one sentence.
    pub about: String,
    /// What each race came to.
    pub sets: Vec<RaceSet>,
    /// Pass where no invariant broke.
    pub verdict: Verdict,
    /// Where orders were drawn by chance: what the chance was made of.
    pub seed: u64,
    /// How long it took by the clock, until everything that broke was short.
    pub wall: Duration,
    /// How much of it went into trying the orders.
    pub exploring: Duration,
}

impl RaceRun {
    /// How many orders there were in all.
    #[must_use]
    pub fn orders(&self) -> u128 {
        self.sets.iter().fold(0, |sum, set| sum.saturating_add(set.orders))
    }

    /// How many moves there were in all, and how many of them were made on the machines.
    #[must_use]
    pub fn moves(&self) -> (u64, u64) {
        self.sets.iter().fold((0, 0), |(moves, made), set| (moves + set.moves, made + set.made))
    }

    /// How many different states there were in all.
    #[must_use]
    pub fn states(&self) -> u64 {
        self.sets.iter().map(|set| set.states).sum()
    }
}

/// What one race came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaceSet {
    /// The race's id.
    pub name: String,
    /// One line.
    pub title: String,
    /// Where it was seen, or why it can happen.
    pub source: String,
    /// The file, as the user can open it.
    pub file: String,
    /// How many orders there are; how many were tried, where `whole` is false.
    pub orders: u128,
    /// Whether all orders were tried.
    pub whole: bool,
    /// How many moves there are between the states.
    pub moves: u64,
    /// How many of them were made on the machines; the others are the same as one of these.
    pub made: u64,
    /// How many different states there are.
    pub states: u64,
    /// Pass where no invariant broke; skip where the policy does not know what the race is about.
    pub verdict: Verdict,
    /// Why it was skipped.
    pub skipped: Option<String>,
    /// What broke.
    pub violations: Vec<Violation>,
    /// Where the file gives one order alone, and nothing breaks in it: that order.
    pub played: Option<Picture>,
}

/// An invariant that broke, with the least that breaks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The invariant's id.
    pub invariant: String,
    /// What it says.
    pub about: String,
    /// The rule that it guards.
    pub source: String,
    /// How it broke, in words.
    pub message: String,
    /// In how many orders of the race it breaks.
    pub orders: u128,
    /// The losing order, made as short as it goes.
    pub picture: Picture,
    /// The same as a scenario file, which replays it.
    pub replay: String,
    /// The file that this was written to, as the user can open it.
    pub kept: Option<String>,
}

/// One order as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What stands before the first step, a line each.
    pub start: Vec<String>,
    /// Who takes part, from left to right.
    pub lanes: Vec<Lane>,
    /// What is done.
    pub steps: Vec<RaceStep>,
}

impl Picture {
    /// The steps without what is said of the invariant: what two violations can have in common.
    #[must_use]
    pub fn story(&self) -> Vec<RaceStep> {
        let mut steps = self.steps.clone();
        for step in &mut steps {
            step.messages.retain(|message| message.kind != MessageKind::Broken);
        }
        steps
    }
}

/// Who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The name.
    pub name: String,
    /// How it takes part, such as `openclaw, with the key of laptop`.
    pub about: String,
    /// What it is.
    pub kind: LaneKind,
}

/// What a lane stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneKind {
    /// An actor.
    Actor,
    /// A gateway process.
    Gateway,
    /// The files of the state folder.
    Files,
    /// The clock.
    Clock,
}

/// One step: what one actor does without anybody in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaceStep {
    /// The place of the actor among the lanes.
    pub lane: usize,
    /// What it does, such as `openclaw devices approve r1`.
    pub act: String,
    /// What goes to and fro.
    pub messages: Vec<Message>,
}

/// Something that goes from one lane to another, or happens at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// From which lane.
    pub from: usize,
    /// To which lane; the same: it happens there.
    pub to: usize,
    /// What it says.
    pub words: String,
    /// What it is.
    pub kind: MessageKind,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// Somebody asks.
    Ask,
    /// It is done.
    Answer,
    /// It is refused, or lost.
    Refusal,
    /// Something changes, or is said to those who listen.
    Note,
    /// Here the invariant breaks.
    Broken,
}
