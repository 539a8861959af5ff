//! Where the pairing book is kept: in memory, in OpenClaw's state folder, or in SQLite.
//!
//! Beside it is the book of nodes, in the same places. All keep to one contract (`pairing::Store`,
//! `nodes::Store`), and one suite of tests holds them to it.

mod disk;
mod files;
mod journal;
mod key;
mod memory;
mod node_files;
mod node_rows;
mod sqlite;

use std::path::PathBuf;

use crate::gateway::frame::Refusal;
use crate::gateway::log::{Level, Line};
use crate::gateway::nodes;
use crate::gateway::pairing::image::{AtRest, BadRow, Unreadable};
use crate::gateway::pairing::{Answer, Policy, Step};

pub use disk::{Disk, Exchange, Folder, Stat};
pub use files::OpenClawFiles;
pub use memory::{Memory, NodesInMemory};
pub use node_files::NodeFiles;
pub use node_rows::NodeRows;
pub use sqlite::Sqlite;

/// The file of a database in the folder that is meant for it.
pub const DATABASE: &str = "gateway.sqlite";

/// How a store is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The owner's decisions.
    pub policy: Policy,
    /// How tokens stand in `paired.json`.
    pub at_rest: AtRest,
    /// Whether this process is the gateway that starts: it takes OpenClaw's files as they stand. A tool
    /// that looks in for a moment does not.
    pub starts: bool,
}

/// Why a store cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system said no.
    #[error("{path}: cannot {what}: {cause}", path = path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// The system's word.
        cause: std::io::Error,
    },
    /// What everything is kept in is not there.
    #[error("{path}: the state folder is gone; put it back, or make it anew and all that the gateway still knows is written there again", path = path.display())]
    Gone {
        /// Which folder.
        path: PathBuf,
    },
    /// A file of the state folder is not what it should be.
    #[error("{folder}/{cause}", folder = folder.display())]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// The file, the place and what is wrong.
        cause: Unreadable,
    },
    /// A file is none that could be read.
    #[error("{path}: {what}", path = path.display())]
    Strange {
        /// Which file.
        path: PathBuf,
        /// Why, and what to do.
        what: &'static str,
    },
    /// The database said no.
    #[error("{path}: {cause}", path = path.display())]
    Sqlite {
        /// Which file.
        path: PathBuf,
        /// Its word.
        cause: rusqlite::Error,
    },
    /// A row of the database is not what it should be.
    #[error("{path}: {cause}; restore the file, nothing is written until then", path = path.display())]
    Row {
        /// Which file.
        path: PathBuf,
        /// Which row, and what is wrong.
        cause: BadRow,
    },
    /// Another process has held the lock for too long.
    #[error("{path}: another process holds this lock, still after {waited:?}; end it, or try again", path = path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long was waited.
        waited: std::time::Duration,
    },
}

/// What a store of nodes that cannot work answers. Nothing has changed.
fn nodes_unavailable(error: &Error) -> nodes::Step {
    let words = format!("the store of nodes cannot be used: {error}");
    let log = vec![Line::new(Level::Error, "gateway", words.clone())];
    nodes::Step { log, ..nodes::Step::of(Err(Refusal::unavailable(words))) }
}

/// What a store that cannot work answers. Nothing has changed.
fn unavailable(error: &Error) -> Step {
    let words = format!("the pairing store cannot be used: {error}");
    Step {
        answer: Answer::Refused(Refusal::unavailable(words.clone())),
        events: Vec::new(),
        log: vec![Line::new(Level::Error, "gateway", words)],
        dropped: Vec::new(),
    }
}
