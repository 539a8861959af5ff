//! Conduct: the decisions at which routers go wrong, and routers that go wrong there.
//!
//! The default of every method is what ours does. A mutant overrides one of them and is thereby a
//! router with one known fault: the checks must catch it, or they are asleep. Mutants are never
//! used to route; they are put in the place of ours to prove the checks.

use std::fmt::Debug;
use std::time::Duration;

use crate::chat::{Event, Request};
use crate::fault::{Card, Kind};

use super::failure::{Failure, FailureClass, Next};
use super::policy::Policy;
use super::step::Outcome;

mod abort_blamed_on_provider;
mod abort_not_passed;
mod adds_usage_up;
mod always_stop;
mod document_for_stream;
mod drops_finish;
mod drops_system;
mod drops_terminal;
mod drops_tools;
mod empty_as_success;
mod empty_as_timeout;
mod error_as_empty_answer;
mod falls_back_after_commit;
mod gives_up_at_once;
mod holds_back;
mod ignores_retry_after;
mod keepalives_are_progress;
mod leaks_key;
mod leaks_page;
mod loses_tool_call;
mod never_falls_back;
mod never_times_out;
mod no_backoff;
mod one_class_for_all;
mod registry;
mod repeats_text;
mod retries_refusals;
mod retry_storm;
mod silent_substitution;
mod stream_for_document;
mod success_behind_error;
mod swallows_error;
mod truncation_as_success;
mod waits_for_hours;

/// The decisions of a router.
pub trait Conduct: Sync + Debug {
    /// The limits that it works with, given those that it should.
    fn policy(&self, policy: Policy) -> Policy {
        policy
    }

    /// What it asks of a candidate, given what the caller asks.
    fn asks(&self, request: Request) -> Request {
        request
    }

    /// What it takes a failure for; `None` when it takes it for the end of a good answer.
    fn takes(&self, failure: Failure) -> Option<Failure> {
        Some(failure)
    }

    /// What a kind of failure means for the turn.
    fn next(&self, class: FailureClass) -> Next {
        class.next()
    }

    /// How long it waits where a provider asks for this long.
    fn heeds(&self, asked: Option<Duration>) -> Option<Duration> {
        asked
    }

    /// Whether it goes on to another try after the caller has got content.
    fn starts_over(&self) -> bool {
        false
    }

    /// Whether an event of the transport counts as progress, given that it should or not.
    fn is_progress(&self, progress: bool) -> bool {
        progress
    }

    /// Whether keys are hidden in what it tells of a failure.
    fn hides_keys(&self) -> bool {
        true
    }

    /// What it does when the caller hangs up.
    fn when_left(&self) -> WhenLeft {
        WhenLeft::Cancel
    }

    /// Whether it answers as a stream, given what the caller asked for.
    fn streams(&self, asked: bool) -> bool {
        asked
    }

    /// Whether it keeps everything back until the answer is whole.
    fn holds_back(&self) -> bool {
        false
    }

    /// What the caller gets for an event.
    fn tells(&self, event: Event) -> Vec<Event> {
        vec![event]
    }

    /// What the caller gets in place of an error when the turn fails; `None`: the error.
    fn ends(&self, outcome: &Outcome) -> Option<Vec<Event>> {
        let _ = outcome;
        None
    }

    /// What the caller gets behind the error when the turn fails.
    fn adds(&self) -> Vec<Event> {
        Vec::new()
    }

    /// Whether it says this kind of decision aloud.
    fn says(&self, kind: &str) -> bool {
        let _ = kind;
        true
    }
}

/// What a router does when the caller hangs up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenLeft {
    /// It drops the provider's answer at once.
    Cancel,
    /// It reads the provider's answer to its end.
    ReadOn,
    /// It drops the answer and notes a failure of the provider.
    Blame,
}

/// The right conduct.
#[derive(Debug)]
pub struct Ours;

impl Conduct for Ours {}

/// A router with one known fault.
#[derive(Debug, Clone, Copy)]
pub struct Mutant {
    /// What it is, as a fault of kind conduct.
    pub card: Card,
    /// How it decides.
    pub conduct: &'static dyn Conduct,
    /// The situations that bring its fault to light.
    pub provoked_by: &'static [Provocation],
    /// The checks that must catch it, its own first; the others go off with it for the reason in
    /// [`Self::why`].
    pub caught_by: &'static [&'static str],
    /// Why more than its own check catches it; empty where none does.
    pub why: &'static str,
}

/// A situation in which a router is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provocation {
    /// What is wrong with the primary, as one line of YAML; empty where nothing is.
    pub fault: &'static str,
    /// Whether there is a fallback.
    pub fallback: bool,
    /// Whether the model answers with a tool call.
    pub tool_call: bool,
    /// Whether the caller asks for a stream.
    pub stream: bool,
    /// When the caller hangs up, in seconds from the beginning; 0: it stays.
    pub leaves: u64,
}

impl Provocation {
    /// A primary with this fault, and a fallback.
    #[must_use]
    pub const fn with(fault: &'static str) -> Self {
        Self { fault, fallback: true, tool_call: false, stream: true, leaves: 0 }
    }

    /// A primary with this fault, and nobody else.
    #[must_use]
    pub const fn alone(fault: &'static str) -> Self {
        Self { fallback: false, ..Self::with(fault) }
    }

    /// Nothing is wrong.
    pub const HEALTH: Self = Self::with("");
    /// Nothing is wrong, and the model calls a tool.
    pub const TOOL_CALL: Self = Self { tool_call: true, ..Self::HEALTH };
    /// Nothing is wrong, and the answer is asked for as a document.
    pub const DOCUMENT: Self = Self { stream: false, ..Self::HEALTH };

    /// The same, with a caller who hangs up after so many seconds.
    #[must_use]
    pub const fn left_after(self, seconds: u64) -> Self {
        Self { leaves: seconds, ..self }
    }
}

/// What all mutants share.
const MUTANT: Card = Card { kind: Kind::Conduct, ..Card::PLAIN };

/// Every mutant, in the order of the registry.
#[must_use]
pub fn mutants() -> &'static [&'static Mutant] {
    registry::ALL
}

/// The mutant with this code or name, whatever its case.
#[must_use]
pub fn find(id: &str) -> Option<&'static Mutant> {
    let is_it = |card: &Card| card.name.eq_ignore_ascii_case(id) || card.code.eq_ignore_ascii_case(id);
    mutants().iter().copied().find(|mutant| is_it(&mutant.card))
}
