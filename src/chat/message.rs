//! Messages and their parts.

use serde_json::Value;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person, and whoever answers for a tool in dialects without a tool role.
    User,
    /// The model.
    Assistant,
    /// The result of a tool.
    Tool,
    /// Instructions inside the conversation (`system` or `developer` turns).
    System,
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
}

/// One piece of a turn.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Plain text.
    Text(String),
    /// A picture.
    Image(ImageSource),
    /// The model's reasoning, with the provider's signature where it has one.
    Reasoning {
        /// The reasoning as text; empty where the provider withholds it.
        text: String,
        /// The signature that must come back byte for byte.
        signature: Option<String>,
    },
    /// Reasoning that the provider returns only as an opaque blob.
    RedactedReasoning(String),
    /// The model calls a tool.
    ToolCall {
        /// The id that the result must name.
        id: String,
        /// The tool's name.
        name: String,
        /// The arguments, as the JSON text that was sent (it may be broken).
        arguments: String,
    },
    /// The result of a tool call.
    ToolResult {
        /// The call's id.
        call: String,
        /// The result.
        parts: Vec<Self>,
        /// Whether the tool failed.
        is_error: bool,
    },
    /// The model refuses.
    Refusal(String),
    /// A part that only its own dialect knows, kept as it is.
    Other(Value),
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// In the message.
    Base64 {
        /// Such as `image/png`.
        media_type: String,
        /// The bytes in base64.
        data: String,
    },
    /// Elsewhere.
    Url(String),
}

impl Message {
    /// A turn of plain text.
    #[must_use]
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text(text.into())] }
    }
}
