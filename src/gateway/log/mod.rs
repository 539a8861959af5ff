//! What the gateway has to say about its doings: one line each, as data, and as it is written.

mod choices;
mod console;
mod file;
mod mask;
mod stamp;

use serde_json::Value;

pub use choices::Choices;
pub use console::console_line;
pub use file::{LINE_MAX, Place, file_line};
pub use mask::masked;
pub use stamp::Stamp;

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

impl Level {
    /// The word in the file and on the console.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }

    /// The number in the file.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::Debug => 2,
            Self::Info => 3,
            Self::Warn => 4,
            Self::Error => 5,
        }
    }

    /// The least level that a word of `logging.level` lets through; the outer `None`: no such
    /// word, the inner: nothing passes.
    #[must_use]
    pub fn floor(word: &str) -> Option<Option<Self>> {
        Some(match word {
            "silent" => None,
            "fatal" | "error" => Some(Self::Error),
            "warn" => Some(Self::Warn),
            "info" => Some(Self::Info),
            "debug" | "trace" => Some(Self::Debug),
            _ => return None,
        })
    }
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
