//! Frames: one JSON object per text message.
//!
//! Source: OpenClaw gateway protocol 3, as measured on 2026.4.12.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::json;
use super::shape::Shape;

/// A request of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Chosen by the client; the answer carries it.
    pub id: String,
    /// The method.
    pub method: String,
    /// The parameters, if any.
    pub params: Option<Value>,
}

/// What a text message of a client turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Inbound {
    /// A request.
    Request(Request),
    /// JSON, but no request frame.
    Invalid {
        /// The frame's `id` if it has one, else `invalid`.
        id: String,
        /// The validation text.
        problem: String,
    },
    /// Not JSON; the parser's words.
    NotJson(String),
}

/// The error codes of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The request is not acceptable.
    InvalidRequest,
    /// The device is not paired, or not for this.
    NotPaired,
    /// Not now.
    Unavailable,
    /// No such approval.
    ApprovalNotFound,
    /// The agent did not end in time.
    AgentTimeout,
    /// The channel is not linked.
    NotLinked,
}

impl Code {
    /// As it stands on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::NotPaired => "NOT_PAIRED",
            Self::Unavailable => "UNAVAILABLE",
            Self::ApprovalNotFound => "APPROVAL_NOT_FOUND",
            Self::AgentTimeout => "AGENT_TIMEOUT",
            Self::NotLinked => "NOT_LINKED",
        }
    }
}

/// An answer that says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// The words, which clients match on.
    pub message: String,
    /// More for machines.
    pub details: Option<Value>,
    /// Retry after so many milliseconds; `None`: the answer says nothing about retrying.
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal with a code and words.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: None, retry_after_ms: None }
    }

    /// `INVALID_REQUEST`, the usual one.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, message)
    }

    /// `UNAVAILABLE`.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, message)
    }

    /// The same with details.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// As it stands in an answer.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut error = json!({"code": self.code.word(), "message": self.message});
        if let Some(details) = &self.details {
            error["details"] = details.clone();
        }
        if let Some(wait) = self.retry_after_ms {
            error["retryable"] = Value::Bool(true);
            error["retryAfterMs"] = wait.into();
        }
        error
    }
}

/// A close frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: u16,
    /// The reason, at most [`REASON_MAX`] bytes.
    pub reason: String,
}

/// What a close frame holds beside its code, in bytes.
pub const REASON_MAX: usize = 123;

impl Close {
    /// A close frame; a longer reason is cut at a character.
    #[must_use]
    pub fn new(code: u16, reason: &str) -> Self {
        Self { code, reason: reason[..reason.floor_char_boundary(REASON_MAX)].to_owned() }
    }
}

/// The text of an answer.
#[must_use]
pub fn response(id: &str, result: &Result<Value, Refusal>) -> String {
    match result {
        Ok(payload) => json!({"type": "res", "id": id, "ok": true, "payload": payload}),
        Err(refusal) => json!({"type": "res", "id": id, "ok": false, "error": refusal.to_json()}),
    }
    .to_string()
}

/// The versions of the state that an event may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateVersion {
    /// Of the presence list.
    pub presence: u64,
    /// Of the health answer.
    pub health: u64,
}

/// The text of an event. `seq` stands on broadcasts only.
#[must_use]
pub fn event(name: &str, payload: &Value, seq: Option<u64>, version: Option<StateVersion>) -> String {
    let mut frame = json!({"type": "event", "event": name, "payload": payload});
    if let Some(seq) = seq {
        frame["seq"] = seq.into();
    }
    if let Some(version) = version {
        frame["stateVersion"] = json!({"presence": version.presence, "health": version.health});
    }
    frame.to_string()
}

/// What a request frame looks like.
static REQUEST: LazyLock<Shape> = LazyLock::new(|| {
    let shape = r#"{ type: "req", id: str(nonempty), method: str(nonempty), params?: any }"#;
    Shape::parse(shape).expect("the shape of a request is read")
});

/// Reads a text message.
///
/// Nesting is bounded by the JSON reader (128 levels); beyond, the text counts as no JSON. Numbers
/// beyond a double and halves of surrogate pairs are no JSON either (JavaScript takes both).
#[must_use]
pub fn read(text: &str) -> Inbound {
    let value = match json::read(text) {
        Ok(value) => value,
        Err(error) => return Inbound::NotJson(error.to_string()),
    };
    if let Some(problem) = REQUEST.problems(Some(&value)) {
        let id = value.get("id").and_then(Value::as_str).unwrap_or("invalid").to_owned();
        return Inbound::Invalid { id, problem };
    }
    let mut frame = value;
    let mut text_of = |key: &str| match frame.get_mut(key).map(Value::take) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let (id, method) = (text_of("id"), text_of("method"));
    Inbound::Request(Request { id, method, params: frame.get_mut("params").map(Value::take) })
}

/// The answer to JSON that is no request frame, once a socket is let in.
#[must_use]
pub fn malformed(problem: &str) -> Refusal {
    Refusal::invalid(format!("{NOT_A_FRAME}: {problem}"))
}

/// What is said of JSON that is no request frame; before hello-ok this alone is the close reason.
pub const NOT_A_FRAME: &str = "invalid request frame";

/// The answer to a second `connect`.
pub const CONNECT_AGAIN: &str = "connect is only valid as the first request";
