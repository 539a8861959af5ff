//! The lines of a cassette, as they stand on disk: types of their own, with one key per line that
//! names its kind. Within version 1 kinds and keys may be added; a reader steps over those that
//! it does not know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of a cassette.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line.
    Cassette(Cassette),
    /// An HTTP exchange began; the lines of its events follow.
    Http(Http),
    /// A WebSocket was asked for; the lines of its frames follow.
    Duplex(Duplex),
    /// The request's body.
    RequestBody(RequestBody),
    /// The bytes of the line before go on.
    More(More),
    /// The connection stands.
    Connected(Moment),
    /// The connection was refused.
    Refused(Moment),
    /// The TLS handshake failed.
    TlsFailed(Reason),
    /// Status and headers came.
    Head(Head),
    /// Bytes of the body came.
    Bytes(Bytes),
    /// Bytes of the body came and were not kept.
    Gap(Gap),
    /// The end of the request's body was not kept.
    RequestCut(RequestCut),
    /// The answer ended.
    Eof(Eof),
    /// The peer reset the connection.
    Reset(Moment),
    /// HTTP/2: the peer is going away.
    Goaway(Moment),
    /// What came is not HTTP.
    Malformed(Reason),
    /// A deadline of ours passed.
    TimedOut(TimedOut),
    /// We dropped the connection.
    Cancelled(Moment),
    /// The upgrade to a WebSocket was answered.
    Upgraded(Upgraded),
    /// A WebSocket message.
    Frame(Frame),
    /// WebSocket messages that were not kept.
    FramesDropped(FramesDropped),
    /// The WebSocket was closed properly.
    Closed(Closed),
    /// The subject decided something.
    Decision(Decision),
    /// The last line: what a whole cassette holds.
    End(End),
}

/// What wrote the cassette, and about what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Cassette {
    /// `provoke.cassette/1`.
    pub(super) schema: String,
    /// The version of the tool that wrote it.
    #[serde(default)]
    pub(super) tool_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scenario: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) case: Option<String>,
    /// `sim` or `wire`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) world: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seed: Option<u64>,
    /// Whether secrets were removed.
    pub(super) redacted: bool,
}

/// An HTTP exchange and its request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Http {
    /// Number of the exchange in this file, from 1.
    pub(super) exchange: u32,
    /// Nanoseconds since the recording began; so everywhere.
    pub(super) at: u64,
    pub(super) side: Side,
    /// Number of the attempt, from 1; 0 on the caller's leg.
    pub(super) attempt: u32,
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) dialect: String,
    pub(super) method: String,
    /// The path with its query.
    pub(super) path: String,
    /// Name and value, in order.
    pub(super) headers: Vec<(String, String)>,
}

/// A WebSocket conversation and the request for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Duplex {
    pub(super) exchange: u32,
    pub(super) at: u64,
    pub(super) side: Side,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
}

/// Which leg of the way an exchange is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Side {
    Upstream,
    Caller,
    Wall,
}

/// Bytes: at most one of the two is there; none means no bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct RequestBody {
    pub(super) exchange: u32,
    /// The bytes, where they are UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// The bytes in base64 (standard alphabet, padded), where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base64: Option<String>,
}

/// More bytes of the piece that the line before began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct More {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base64: Option<String>,
}

/// An event that only has a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Moment {
    pub(super) exchange: u32,
    pub(super) at: u64,
}

/// An event with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Reason {
    pub(super) exchange: u32,
    pub(super) at: u64,
    pub(super) reason: String,
}

/// The head of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Head {
    pub(super) exchange: u32,
    pub(super) at: u64,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
}

/// One piece of a body, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Bytes {
    pub(super) exchange: u32,
    pub(super) at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base64: Option<String>,
}

/// What was not kept of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Gap {
    pub(super) exchange: u32,
    pub(super) at: u64,
    pub(super) bytes: u64,
    /// Records of a stream that ended in it.
    pub(super) records: u64,
}

/// What was not kept of a request's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct RequestCut {
    pub(super) exchange: u32,
    pub(super) at: u64,
    pub(super) bytes: u64,
}

/// The end of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Eof {
    pub(super) exchange: u32,
    pub(super) at: u64,
    /// False when the framing promised more.
    pub(super) complete: bool,
}

/// Which deadline passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct TimedOut {
    pub(super) exchange: u32,
    pub(super) at: u64,
    pub(super) stage: Stage,
}

/// The stages of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    Connect,
    Headers,
    FirstEvent,
    InterEvent,
    Total,
    Drain,
}

/// The answer to an upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Upgraded {
    pub(super) exchange: u32,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
}

/// One WebSocket message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Frame {
    pub(super) exchange: u32,
    pub(super) at: u64,
    pub(super) from: Origin,
    pub(super) kind: FrameKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base64: Option<String>,
}

/// Who sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Origin {
    Client,
    Server,
}

/// What the frame's opcode said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FrameKind {
    Text,
    Binary,
}

/// Messages that were not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct FramesDropped {
    pub(super) exchange: u32,
    /// How many kept frames came before them.
    pub(super) after: u64,
    pub(super) frames: u64,
    pub(super) bytes: u64,
}

/// The close of a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Closed {
    pub(super) exchange: u32,
    pub(super) code: u16,
    pub(super) reason: String,
}

/// A decision of the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Decision {
    pub(super) at: u64,
    /// The attempt it is about; 0 for the turn.
    pub(super) attempt: u32,
    pub(super) kind: String,
    pub(super) target: String,
    pub(super) reason: String,
}

/// How much a whole cassette holds, so that a cut one is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct End {
    pub(super) exchanges: u32,
    pub(super) decisions: u32,
    /// Lines, the first and this one included.
    pub(super) lines: u64,
}
