//! An actor on its way through its acts.

use std::sync::Arc;

use super::super::ledger::{Ledger, Records};
use super::outcome::{Outcome, Shown};

/// An actor on its way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Runner<L> {
    /// The place of the act it is at.
    pub at: u8,
    /// How far it is with it.
    pub stage: Stage<L>,
    /// The request that the act is about, once it has begun.
    pub target: Option<Shown>,
    /// What it knows.
    pub knows: Knows,
}

impl<L: Ledger> Runner<L> {
    /// Before its first act.
    #[must_use]
    pub fn new() -> Self {
        Self { at: 0, stage: Stage::Start, target: None, knows: Knows::default() }
    }
}

impl<L: Ledger> Default for Runner<L> {
    fn default() -> Self {
        Self::new()
    }
}

/// How far an actor is with an act.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stage<L> {
    /// It has not begun.
    Start,
    /// The command line was let in; its command comes next.
    Through,
    /// The command line was turned away; it takes to the files.
    TurnedAway,
    /// The gateway has read for it, and will write.
    Read(Errand, Arc<L>),
    /// The gateway has written one of two files for it.
    HalfWritten(Errand, Arc<L>, Outcome),
    /// All is written; the answer is on its way.
    Written(Errand, Outcome),
    /// It has read the files itself, and will write them.
    FilesRead(Records),
}

/// What a transition is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Errand {
    /// The connect that comes before a command.
    Door,
    /// The act itself.
    Act,
}

/// What an actor knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Knows {
    /// The requests that its last look showed, the newest first.
    pub shown: Vec<Shown>,
    /// The request that it heard of last.
    pub heard: Option<Shown>,
    /// The device token that it was given last.
    pub token: Option<String>,
}
