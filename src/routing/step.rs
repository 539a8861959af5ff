//! The words between a turn and its world: what it is told, and what it wants done.

use bytes::Bytes;

use crate::chat::Event;
use crate::recording::{Decision, RequestBytes, TransportEvent};
use crate::wire::url::request_target;

use super::failure::Failure;

/// What the machine is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The turn begins.
    Begin,
    /// The transport of an attempt saw something. Late news of dropped attempts is ignored.
    Transport(u32, TransportEvent),
    /// [`Turn::deadline`] has come.
    Deadline,
    /// The caller left.
    CallerLeft,
}

/// What the machine wants done, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Open a connection and send this.
    Open(Call),
    /// Drop the connection of an attempt, for this reason.
    Drop(u32, TransportEvent),
    /// Give this event to the caller.
    Emit(Event),
    /// A decision, for the recording.
    Decide(Decision),
    /// The turn is over.
    Over(Outcome),
}

/// A request to a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Place of the candidate in the list, from 0.
    pub candidate: usize,
    /// The whole URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Call {
    /// The request as it goes over the wire.
    #[must_use]
    pub fn request(&self) -> RequestBytes {
        RequestBytes {
            method: "POST".to_owned(),
            path: request_target(&self.url).to_owned(),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The candidate that answered, whole; `None` when none did.
    pub answered: Option<usize>,
    /// Whether the caller had got content before the turn failed.
    pub committed: bool,
    /// Every failed attempt: its number, its candidate and why.
    pub failures: Vec<(u32, usize, Failure)>,
}
