//! The hall: every connection of the gateway, as one machine.
//!
//! `handle(now, input)` gives all outputs at once, and `deadline()` says when to call again.
//!
//! The way of a socket: `greet` (challenge, the first frame, the book's word, hello-ok), then
//! `serve` (requests and their answers), then `leave`. What everybody hears goes through `events`.

mod consumer;
mod events;
mod greet;
mod hello;
mod leave;
mod lines;
mod machine;
mod pace;
mod seat;
mod serve;

pub use consumer::{Fate, Queues, fate};
pub use machine::Hall;

use super::desk::ConnId;
use super::errand::{Done, Errand};
use super::frame::Close;
use super::fresh::Fresh;
use super::handshake::Upgrade;
use super::log::Line;
use super::nodes::{self, Command as NodeCommand};
use super::pairing::{Command, Step};
use super::settings::Settings;

/// A question on its way to the store or to the world.
pub type Ticket = u64;

/// What happens to the hall.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A socket was upgraded.
    Opened {
        /// Its number, never used twice.
        conn: ConnId,
        /// What is known of it.
        upgrade: Box<Upgrade>,
        /// Chance: the connection's UUID and the nonce.
        fresh: Fresh,
    },
    /// A text message came.
    Frame {
        /// From where.
        conn: ConnId,
        /// The text.
        text: String,
        /// Chance for what it asks.
        fresh: Fresh,
    },
    /// A socket is gone.
    Closed {
        /// Which.
        conn: ConnId,
        /// The close code that the peer sent, else 1006.
        code: u16,
        /// Its reason.
        reason: String,
    },
    /// The book's answer.
    Paired {
        /// To which question.
        ticket: Ticket,
        /// The answer.
        step: Box<Step>,
    },
    /// Another process has changed the book; its answer is to nobody.
    Noticed(Box<Step>),
    /// The answer of the book of nodes.
    Node {
        /// To which question; `None`: to none, somebody else has changed it.
        ticket: Option<Ticket>,
        /// The answer.
        step: Box<nodes::Step>,
    },
    /// The world's answer.
    Done {
        /// To which question.
        ticket: Ticket,
        /// The answer.
        done: Done,
    },
    /// The config changed on disk.
    Reconfigured(Box<Settings>),
    /// The gateway is told to stop.
    Stop {
        /// Why, in the `shutdown` event.
        reason: String,
    },
    /// A deadline has come.
    Woken,
}

/// What the hall wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send a text to some sockets. One text, however many they are.
    Send {
        /// To whom.
        to: Vec<ConnId>,
        /// What.
        text: String,
        /// Whether a socket that is too slow may miss it (else it is closed).
        droppable: bool,
    },
    /// Messages of this socket may now be as large as a guest's.
    Trust {
        /// Which.
        conn: ConnId,
    },
    /// Send a close frame, then close.
    Close {
        /// Which.
        conn: ConnId,
        /// How.
        close: Close,
    },
    /// Ask the pairing book.
    Pair {
        /// The answer's address.
        ticket: Ticket,
        /// The question.
        command: Command,
        /// Chance for what the book does.
        fresh: Fresh,
    },
    /// Ask the book of nodes.
    Node {
        /// The answer's address.
        ticket: Ticket,
        /// The question.
        command: NodeCommand,
        /// Chance for what the book does.
        fresh: Fresh,
    },
    /// Ask the world.
    Errand {
        /// The answer's address.
        ticket: Ticket,
        /// The question.
        errand: Errand,
    },
    /// Write a line to the log.
    Log(Line),
}
