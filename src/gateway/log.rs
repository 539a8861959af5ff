//! What the gateway has to say about its doings: one line each, as data.

use serde_json::Value;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For the curious.
    Debug,
    /// As it should be.
    Info,
    /// Somebody should look.
    Warn,
    /// Something failed.
    Error,
}

/// A line of the log. It never carries a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The level.
    pub level: Level,
    /// The part of the gateway, such as `gateway` or `gateway/ws`.
    pub subsystem: &'static str,
    /// The words.
    pub message: String,
    /// Facts that stand beside the words in the file.
    pub meta: Option<Value>,
}

impl Line {
    /// A line without facts beside it.
    pub fn new(level: Level, subsystem: &'static str, message: impl Into<String>) -> Self {
        Self { level, subsystem, message: message.into(), meta: None }
    }
}
