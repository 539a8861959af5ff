//! What a caller asks.

use serde_json::Value;

use super::Message;

/// A request for one answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// The model id, as the provider names it.
    pub model: String,
    /// Instructions that stand before the conversation.
    pub system: Vec<String>,
    /// The conversation.
    pub messages: Vec<Message>,
    /// The tools on offer.
    pub tools: Vec<Tool>,
    /// Which tool, if any, must be called.
    pub tool_choice: Option<ToolChoice>,
    /// Whether several tools may be called in one turn.
    pub parallel_tool_calls: Option<bool>,
    /// The most tokens to answer with.
    pub max_tokens: Option<u64>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// Strings that end the answer.
    pub stop: Vec<String>,
    /// Whether the answer comes as a stream.
    pub stream: bool,
    /// How much to reason.
    pub reasoning: Option<Reasoning>,
    /// The shape that the answer must have.
    pub response_format: Option<ResponseFormat>,
    /// Fields that only one dialect knows, kept as they were.
    pub extra: Vec<(String, Value)>,
    /// The id of the dialect that `extra` and every [`Part::Other`](super::Part::Other) come from;
    /// another dialect cannot say them. `None`: whoever built the request vouches for them.
    pub extra_from: Option<&'static str>,
}

/// A tool on offer.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    pub parameters: Value,
    /// Whether the provider must hold the model to the schema.
    pub strict: Option<bool>,
}

/// Which tool must be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// No tool.
    None,
    /// Some tool.
    Required,
    /// This tool.
    Named(String),
}

/// How much to reason before answering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reasoning {
    /// Not at all.
    Off,
    /// As the provider sees fit.
    Adaptive,
    /// A level such as `low`, `medium` or `high`.
    Effort(String),
    /// At most so many tokens.
    Budget(u64),
}

/// The shape of the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseFormat {
    /// Any JSON object.
    JsonObject,
    /// JSON that satisfies a schema.
    JsonSchema {
        /// The schema's name.
        name: String,
        /// The schema.
        schema: Value,
        /// Whether the provider must hold the model to it.
        strict: Option<bool>,
    },
}
