//! The book as files: OpenClaw's own (`paired.json`, `pending.json`, `bootstrap.json`) and ours beside
//! them (`provoke.json`), and how what others wrote there is taken in.
//!
//! OpenClaw's files hold the *face* of the book: what its tools may see. `provoke.json` holds all of
//! it. What a file says and the face does not is somebody else's change; `merge` judges it.

mod bootstraps;
mod changes;
mod field;
mod history;
mod merge;
mod paired;
mod passed;
mod pending;
mod rows;
mod sidecar;
mod table;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use field::pretty;
pub(in crate::gateway) use field::{Fields, object};
pub use history::{HISTORY_MAX, History, STALE_MS};
pub use merge::{Absorbed, HALF_WINDOW_MS};
pub use sidecar::SIDECAR_VERSION;
pub use table::{BadRow, RowChange, TABLES, Table};

use super::book::{Book, Bootstrap, Device, PairRequest, ServerKey};

/// The devices, where OpenClaw keeps them.
pub const PAIRED: &str = "paired.json";
/// The requests, where OpenClaw keeps them.
pub const PENDING: &str = "pending.json";
/// The bootstrap tokens, where OpenClaw keeps them.
pub const BOOTSTRAP: &str = "bootstrap.json";
/// The whole book.
pub const SIDECAR: &str = "provoke.json";

/// How a token of ours stands in `paired.json` (the switch `pairing.tokenAtRest`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AtRest {
    /// Its SHA-256, which is good for nothing.
    #[default]
    Hash,
    /// The token, for those who go back to OpenClaw's own gateway.
    Plain,
}

/// A file that says something else than it should. Nothing is written over it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{place}: {what}; repair or restore it, nothing is written until then")]
pub struct Unreadable {
    /// The file's name.
    pub file: &'static str,
    /// `:line:column`, or a JSON pointer after a space.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

/// What OpenClaw's files say. Tokens are as they stand there, whosever they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Image {
    /// `paired.json`.
    pub paired: Arc<BTreeMap<String, Device>>,
    /// `pending.json`.
    pub pending: Arc<BTreeMap<String, PairRequest>>,
    /// `bootstrap.json`.
    pub bootstraps: Arc<BTreeMap<String, Bootstrap>>,
    /// Whether there was no `paired.json`.
    pub no_paired_file: bool,
}

impl Image {
    /// The face of a book.
    #[must_use]
    pub fn of(book: &Book, key: &ServerKey, at_rest: AtRest) -> Self {
        Self {
            paired: Arc::new(paired::face(book, key, at_rest)),
            pending: Arc::new(pending::face(book)),
            bootstraps: Arc::new(book.bootstraps.clone()),
            no_paired_file: false,
        }
    }

    /// Reads the three files; an absent one is empty.
    ///
    /// # Errors
    /// Where one of them is not what OpenClaw writes.
    pub fn read(
        paired: Option<&[u8]>,
        pending: Option<&[u8]>,
        bootstraps: Option<&[u8]>,
    ) -> Result<Self, Unreadable> {
        Ok(Self {
            paired: Arc::new(paired.map_or_else(|| Ok(BTreeMap::new()), paired::read)?),
            pending: Arc::new(pending.map_or_else(|| Ok(BTreeMap::new()), pending::read)?),
            bootstraps: Arc::new(bootstraps.map_or_else(|| Ok(BTreeMap::new()), bootstraps::read)?),
            no_paired_file: paired.is_none(),
        })
    }

    /// `paired.json`.
    #[must_use]
    pub fn paired_text(&self) -> String {
        paired::write(&self.paired)
    }

    /// `pending.json`.
    #[must_use]
    pub fn pending_text(&self) -> String {
        pending::write(&self.pending)
    }

    /// `bootstrap.json`.
    #[must_use]
    pub fn bootstrap_text(&self) -> String {
        bootstraps::write(&self.bootstraps)
    }
}
