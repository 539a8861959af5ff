//! What a method needs from the world: asked as data, done by `io`, answered as data.

use serde_json::Value;

use super::frame::Refusal;

/// Something that only the rim can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// Read the log's tail (`logs.tail`).
    TailLog {
        /// Byte offset to go on from.
        cursor: Option<u64>,
        /// Lines at most.
        limit: usize,
        /// Bytes at most.
        max_bytes: usize,
    },
    /// Read the config file; what becomes of it is said by `desk::config`.
    ReadConfig(ConfigAsk),
    /// Read or write another state file of OpenClaw (`exec-approvals.json`, …).
    StateFile {
        /// The file, relative to the state folder.
        name: &'static str,
        /// The new text and the SHA-256 that the old one must have; `None` to read only.
        write: Option<(String, Option<String>)>,
    },
}

/// Why the config file is read.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigAsk {
    /// `config.get`.
    Get,
    /// `config.set` and `config.apply`: the whole text is replaced.
    Set {
        /// The new text (JSON5).
        raw: String,
        /// The hash that the file must have.
        base: Option<String>,
    },
    /// `config.patch`: an object is merged in.
    Patch {
        /// The patch (JSON5).
        raw: String,
        /// The hash that the file must have.
        base: Option<String>,
    },
    /// `models.list`.
    Models,
}

/// What came of an errand: the payload of the answer, or a refusal.
pub type Done = Result<Value, Refusal>;
