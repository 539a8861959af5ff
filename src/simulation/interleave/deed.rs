//! What one move did, for whoever judges or draws it.

use crate::gateway::pairing::{Command, Step};

use super::world::{End, Errand, Outcome, Shown};

/// Something that one move did.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A transition took effect at a gateway.
    Effect {
        /// For whom.
        who: usize,
        /// For what.
        errand: Errand,
        /// What was asked.
        command: Command,
        /// What came of it.
        step: Step,
    },
    /// A gateway has read for somebody, and will write.
    Read {
        /// For whom.
        who: usize,
        /// For what.
        errand: Errand,
    },
    /// A gateway has written one of its two files.
    HalfWritten {
        /// For whom.
        who: usize,
    },
    /// Somebody was answered.
    Answered {
        /// Who.
        who: usize,
        /// For what.
        errand: Errand,
        /// What was asked; `None` where it could not be asked.
        command: Option<Command>,
        /// The request that was meant, as it had been shown.
        target: Option<Shown>,
        /// The answer.
        outcome: Outcome,
        /// Whether the answer came out of the files, past the gateway.
        past: bool,
    },
    /// Somebody read the files.
    FilesRead {
        /// Who.
        who: usize,
        /// For what.
        errand: Errand,
    },
    /// Somebody wrote the files.
    FilesWritten {
        /// Who.
        who: usize,
        /// What was done to them.
        command: Command,
        /// What came of it.
        step: Step,
    },
    /// A gateway process was killed, and started again.
    Killed {
        /// Who did it.
        who: usize,
        /// Which process.
        gateway: usize,
    },
    /// Somebody who approves by the device has looked for the first time: this, and nothing beyond it.
    Agreed {
        /// Who.
        who: usize,
        /// What was shown.
        shown: Shown,
    },
    /// Somebody who approves by the device has come to the end of it.
    Ended {
        /// Who.
        who: usize,
        /// How.
        end: End,
    },
    /// Time passed.
    Waited {
        /// In whose script.
        who: usize,
        /// Milliseconds.
        ms: u64,
    },
    /// The wall clock was set.
    Stepped {
        /// In whose script.
        who: usize,
        /// By so many milliseconds.
        ms: i64,
    },
}
