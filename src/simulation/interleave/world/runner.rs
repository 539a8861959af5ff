//! An actor on its way through its acts.

use std::sync::Arc;

use super::super::ledger::{Ledger, Records};
use super::hunt::Hunt;
use super::outcome::{Outcome, Shown};
use crate::scenario::race::Which;

/// An actor on its way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Runner<L> {
    /// The place of the act it is at.
    pub at: u8,
    /// How far it is with it.
    pub stage: Stage<L>,
    /// The request that the act is about, once it has begun.
    pub target: Option<Shown>,
    /// How far it is with approving by the device, where it is at that.
    pub hunt: Option<Hunt>,
    /// What it knows.
    pub knows: Knows,
}

impl<L: Ledger> Runner<L> {
    /// Before its first act.
    #[must_use]
    pub fn new() -> Self {
        Self { at: 0, stage: Stage::Start, target: None, hunt: None, knows: Knows::default() }
    }

    /// What it asks for next, once it is let in: by the device a look goes before each approval.
    #[must_use]
    pub const fn errand(&self) -> Errand {
        if self.hunt.is_some() && self.target.is_none() { Errand::Look } else { Errand::Act }
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
    /// It has looked, or approved what was gone; it goes on with the same act.
    Between,
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

impl<L> Stage<L> {
    /// What the gateway is at work on for the actor; `None` where it is not.
    #[must_use]
    pub const fn inside(&self) -> Option<Errand> {
        match self {
            Self::Read(errand, _) | Self::HalfWritten(errand, ..) | Self::Written(errand, _) => Some(*errand),
            Self::Start | Self::Between | Self::Through | Self::TurnedAway | Self::FilesRead(_) => None,
        }
    }
}

/// What a transition is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Errand {
    /// The connect that comes before a command.
    Door,
    /// A look that goes before an approval by the device.
    Look,
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

impl Knows {
    /// The request that an act means; `named` are those that stood at the beginning.
    #[must_use]
    pub fn meant(&self, which: &Which, named: &[(String, Shown)]) -> Option<Shown> {
        match which {
            Which::Shown => self.shown.first().cloned(),
            Which::Heard => self.heard.clone(),
            Which::Named(name) => {
                let named = named.iter().find(|(known, _)| known == name);
                named.map(|(_, shown)| shown.clone())
            }
        }
    }

    /// The newest request of a device that its last look showed.
    #[must_use]
    pub fn of(&self, device: &str) -> Option<&Shown> {
        self.shown.iter().find(|shown| shown.device == device)
    }

    /// Keeps what an answer told.
    pub fn learn(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Admitted { token } => self.token = token.or_else(|| self.token.take()),
            Outcome::Listed(shown) => self.shown = shown,
            Outcome::Done { .. } | Outcome::Refused { .. } | Outcome::Nothing | Outcome::Lost => {}
        }
    }
}
