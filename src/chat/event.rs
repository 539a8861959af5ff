//! A streamed answer, event by event, in the neutral vocabulary.

use serde_json::Value;

use super::{ErrorBody, Finish, Usage};

/// One event of a streamed answer.
///
/// The grammar that decoders give and encoders take:
/// `Start (PartStart Delta* PartEnd)* Finish? End`, with `Ping`, `Usage` and `Other` anywhere
/// after `Start`; an `Error` may stand at any place, and often nothing follows it.
/// Parts are numbered by the decoder in the order in which they open; several
/// may be open at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The answer begins.
    Start {
        /// The provider's id of the answer.
        id: Option<String>,
        /// The model that says it answers.
        model: Option<String>,
    },
    /// A part opens.
    PartStart {
        /// The part's number.
        part: u32,
        /// The choice it belongs to; 0 unless several were asked for.
        choice: u32,
        /// What it is.
        kind: PartKind,
    },
    /// More of a text, refusal, reasoning or tool-argument part.
    Delta {
        /// The part's number.
        part: u32,
        /// The next piece.
        text: String,
    },
    /// The signature of a reasoning part.
    Signature {
        /// The part's number.
        part: u32,
        /// The next piece of the signature.
        signature: String,
    },
    /// A part closes.
    PartEnd {
        /// The part's number.
        part: u32,
    },
    /// Tokens counted so far; fields that are told replace earlier ones.
    Usage(Usage),
    /// Why the answer ended.
    Finish {
        /// The choice that ended.
        choice: u32,
        /// Why.
        finish: Finish,
    },
    /// The dialect's terminal event (`message_stop`, `[DONE]`).
    End,
    /// A keep-alive: a sign of life, no progress.
    Ping,
    /// The provider tells an error inside the stream.
    Error(ErrorBody),
    /// Something that only its own dialect knows.
    Other(Value),
}

/// What a part of a streamed answer is.
#[derive(Debug, Clone, PartialEq)]
pub enum PartKind {
    /// Visible text.
    Text,
    /// Reasoning.
    Reasoning,
    /// Reasoning as an opaque blob, whole.
    RedactedReasoning(String),
    /// A tool call; its arguments follow as deltas.
    ToolCall {
        /// The id that the result must name.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// A refusal.
    Refusal,
    /// A block that only its own dialect knows, whole.
    Other(Value),
}

impl Event {
    /// Whether the caller gets something from it: the first such event commits the stream.
    #[must_use]
    pub fn is_content(&self) -> bool {
        match self {
            Self::Delta { text, .. } => !text.is_empty(),
            Self::PartStart { kind, .. } => {
                matches!(
                    kind,
                    PartKind::ToolCall { .. } | PartKind::RedactedReasoning(_) | PartKind::Other(_)
                )
            }
            _ => false,
        }
    }
}
