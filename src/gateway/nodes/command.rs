//! What is asked of the book of nodes, and what it answers.

use serde_json::{Map, Value};

use crate::config::Secret;
use crate::gateway::clock::Leap;
use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;
use crate::gateway::log::Line;
use crate::gateway::pairing::Event;

use super::book::View;

/// Something asked of the book. Each is one transition, done wholly or not at all.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// `node.pair.request`.
    Ask {
        /// The node.
        node_id: String,
        /// What it tells of itself, as the parameters say it.
        told: Map<String, Value>,
        /// The connection that asks, and hears of the token.
        asker: u64,
    },
    /// A node has connected. It asks by that, if it is not paired or offers more than was approved.
    Came {
        /// The node.
        node_id: String,
        /// What it tells of itself.
        told: Map<String, Value>,
        /// Which of the approved commands the config lets it run.
        allowed: Vec<String>,
        /// Its connection.
        asker: u64,
    },
    /// `node.pair.list`.
    List,
    /// `node.pair.approve`.
    Approve {
        /// The request.
        request_id: String,
        /// The scopes of the approver's connection.
        scopes: Vec<String>,
    },
    /// `node.pair.reject`.
    Reject {
        /// The request.
        request_id: String,
    },
    /// `node.pair.verify`.
    Verify {
        /// The node.
        node_id: String,
        /// What it shows.
        token: Secret,
    },
    /// `node.rename`.
    Rename {
        /// The node.
        node_id: String,
        /// Its new name.
        name: String,
    },
    /// The wall clock was set; what was asked is as old as it was.
    ClockSet(Leap),
}

impl Command {
    /// Whether it may change the book.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        !matches!(self, Self::List | Self::Verify { .. })
    }
}

/// One transition of the book, as it shows outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The answer to who asked.
    pub answer: Result<Value, Refusal>,
    /// What is broadcast.
    pub events: Vec<Event>,
    /// What one connection alone hears.
    pub told: Option<(u64, Event)>,
    /// What is logged.
    pub log: Vec<Line>,
    /// The paired nodes, if they may have changed.
    pub paired: Option<View>,
}

impl Step {
    /// One that is an answer and nothing else.
    #[must_use]
    pub const fn of(answer: Result<Value, Refusal>) -> Self {
        Self { answer, events: Vec::new(), told: None, log: Vec::new(), paired: None }
    }
}

/// A place that keeps the book of nodes. Each transition is there wholly or not at all, whatever happens
/// to the process; what was answered is there.
///
/// A store that cannot be read or written answers `UNAVAILABLE`, says why in the log, and changes nothing.
pub trait Store: Send {
    /// One transition. `now_ms` is wall time.
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step;

    /// What other processes have written since the last transition, or what was there at the beginning;
    /// `None` where nothing is new. It is asked once a second, so it must be cheap then.
    fn glance(&mut self, _now_ms: u64) -> Option<Step> {
        None
    }
}
