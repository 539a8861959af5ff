//! What a run tells while it goes on.

use crate::verdict::Case;

/// A step of a run.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The run begins.
    Begin {
        /// How many cases there are.
        cases: usize,
    },
    /// A case ended.
    Ended {
        /// The case.
        case: &'a Case,
    },
    /// The run is over.
    End,
}

/// Whoever wants to know.
pub trait Progress: Send + Sync {
    /// Takes a step.
    fn step(&self, step: Step<'_>);
}

/// Nobody wants to know.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _: Step<'_>) {}
}
