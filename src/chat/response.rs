//! What came back, as a whole.

use super::Part;

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Response {
    /// The provider's id of the answer.
    pub id: Option<String>,
    /// The model that says it answered.
    pub model: Option<String>,
    /// What was said, in order (of the first choice, where there are several).
    pub parts: Vec<Part>,
    /// Further choices, where more than one was asked for.
    pub more_choices: Vec<Vec<Part>>,
    /// Why it ended; `None` when no reason was given.
    pub finish: Option<Finish>,
    /// The tokens counted; the last value per field wins.
    pub usage: Usage,
    /// An error told inside the answer.
    pub error: Option<ErrorBody>,
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// The reason, normalised.
    pub reason: FinishReason,
    /// The provider's own word.
    pub raw: String,
}

/// The reasons that dialects share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model was done.
    Stop,
    /// The token limit.
    Length,
    /// The model waits for tool results.
    ToolCalls,
    /// A filter cut it.
    ContentFilter,
    /// The model refused.
    Refusal,
    /// The provider paused a long turn.
    Pause,
    /// The provider says that it failed.
    Error,
    /// A word we do not know.
    Other,
}

/// A tool call as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The id that the result must name.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as sent; they may be broken.
    pub arguments: String,
}

/// Tokens, as the provider counted them. Absent means: not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens of the request.
    pub input: Option<u64>,
    /// Tokens of the answer.
    pub output: Option<u64>,
    /// The provider's own total.
    pub total: Option<u64>,
    /// Tokens of the request that were read from a cache.
    pub cache_read: Option<u64>,
    /// Tokens of the request that were written to a cache.
    pub cache_write: Option<u64>,
    /// Tokens of the answer that were reasoning.
    pub reasoning: Option<u64>,
}

impl Usage {
    /// Takes over every field that `later` tells: counts are totals, never added up.
    pub fn update(&mut self, later: &Self) {
        let fields = [
            (&mut self.input, later.input),
            (&mut self.output, later.output),
            (&mut self.total, later.total),
            (&mut self.cache_read, later.cache_read),
            (&mut self.cache_write, later.cache_write),
            (&mut self.reasoning, later.reasoning),
        ];
        for (mine, theirs) in fields {
            if theirs.is_some() {
                *mine = theirs;
            }
        }
    }
}

/// An error as a provider tells it, in a body or in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorBody {
    /// The message for people.
    pub message: String,
    /// The provider's error type, such as `overloaded_error`.
    pub kind: Option<String>,
    /// The provider's error code, such as `model_not_found` or `402`.
    pub code: Option<String>,
    /// The request field it blames.
    pub param: Option<String>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
}

impl Response {
    /// The visible text of the first choice.
    #[must_use]
    pub fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// The tool calls of the first choice.
    #[must_use]
    pub fn tool_calls(&self) -> Vec<ToolCall> {
        let calls = self.parts.iter().filter_map(|part| match part {
            Part::ToolCall { id, name, arguments } => {
                Some(ToolCall { id: id.clone(), name: name.clone(), arguments: arguments.clone() })
            }
            _ => None,
        });
        calls.collect()
    }

    /// The reasoning of the first choice.
    #[must_use]
    pub fn reasoning(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Reasoning { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}
