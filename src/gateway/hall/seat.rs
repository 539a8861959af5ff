//! One socket as the hall knows it.

use std::collections::VecDeque;

use serde_json::Value;

use crate::gateway::fresh::{Fresh, Now};
use crate::gateway::handshake::{Introduction, Upgrade};

/// A frame that came before hello-ok could be said.
pub(super) type Early = (String, Fresh);

/// One socket, from its upgrade to its end.
#[derive(Debug, Clone)]
pub(super) struct Conn {
    /// The UUID, as hello-ok and the log name it.
    pub(super) id: String,
    pub(super) opened: Now,
    pub(super) stage: Stage,
    /// A close frame was sent: nothing that it says counts any more.
    pub(super) leaving: bool,
}

/// How far it came.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// Not let in yet.
    Stranger(Box<Stranger>),
    /// Let in; who it is stands among the guests.
    Seated(Seat),
}

/// Somebody who is not let in yet.
#[derive(Debug, Clone)]
pub(super) struct Stranger {
    pub(super) upgrade: Upgrade,
    pub(super) nonce: String,
    /// The connect that the book is asked about.
    pub(super) asking: Option<Box<Asking>>,
    /// What is known of its failure, for the log.
    pub(super) meta: Value,
}

/// A connect that the book is asked about.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) request_id: String,
    pub(super) intro: Introduction,
    pub(super) device_id: String,
    /// Whether a device token alone must prove it.
    pub(super) by_token: bool,
    /// The generation of the shared secret by which the connect was held.
    pub(super) generation: Option<String>,
    /// What came meanwhile.
    pub(super) early: VecDeque<Early>,
    pub(super) early_bytes: usize,
}

/// Somebody who is let in.
#[derive(Debug, Clone, Default)]
pub(super) struct Seat {
    /// Where the shared secret was the proof: its generation.
    pub(super) generation: Option<String>,
    /// Requests that are not answered yet.
    pub(super) open: usize,
    /// Answers `unauthorized role` in a row.
    pub(super) wrong_role: u32,
}
