//! What a request asks of a mock: text, a call of one of its tools, or JSON of a shape.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::fill::fill;
use crate::chat::{Message, Part, Request, ResponseFormat, Role, Tool, ToolChoice};

/// The few fields that decide, read without building the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) model: String,
    pub(super) stream: bool,
    /// Whether tools or a shape are asked for, so that the request must be read in full.
    pub(super) shaped: bool,
}

#[derive(Deserialize)]
#[serde(expecting = "the body to be an object")]
struct Peek<'a> {
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow)]
    messages: Option<&'a RawValue>,
    stream: Option<bool>,
    #[serde(borrow)]
    tools: Option<&'a RawValue>,
    #[serde(borrow)]
    response_format: Option<&'a RawValue>,
    #[serde(borrow)]
    output_config: Option<&'a RawValue>,
}

/// Reads the fields that decide.
///
/// # Errors
/// What is wrong with the request, as a provider would say it.
pub(super) fn peek(body: &[u8]) -> Result<Ask, String> {
    // From a list, serde would read the fields by their order.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err("the body is a list, not an object".to_owned());
    }
    let peek: Peek<'_> = serde_json::from_slice(body).map_err(|error| {
        if error.is_data() { error.to_string() } else { format!("the body is not JSON: {error}") }
    })?;
    let model = peek.model.ok_or("model: field required")?;
    let model = serde_json::from_str(model.get()).map_err(|_| "model: a string is required")?;
    if !peek.messages.is_some_and(|messages| messages.get().starts_with('[')) {
        return Err("messages: a list is required".to_owned());
    }
    let shaped = peek.tools.is_some() || peek.response_format.is_some() || peek.output_config.is_some();
    Ok(Ask { model, stream: peek.stream.unwrap_or_default(), shaped })
}

/// What the answer must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Want {
    /// Any text.
    Text,
    /// A call of an offered tool.
    Call {
        /// The tool.
        name: String,
        /// Arguments that satisfy its schema.
        arguments: Value,
    },
    /// JSON of the asked shape, as text.
    Json(Value),
}

/// What a request asks for. A tool is called when the caller forces one, or when what the user
/// said last has a word of its name and no tool has answered since.
pub(super) fn want(request: &Request) -> Want {
    if let Some(tool) = tool(request) {
        return Want::Call { name: tool.name.clone(), arguments: fill(&tool.parameters) };
    }
    match &request.response_format {
        Some(ResponseFormat::JsonSchema { schema, .. }) => Want::Json(fill(schema)),
        Some(ResponseFormat::JsonObject) => Want::Json(Value::Object(serde_json::Map::new())),
        None => Want::Text,
    }
}

fn tool(request: &Request) -> Option<&Tool> {
    let turn = last_turn(&request.messages);
    match &request.tool_choice {
        Some(ToolChoice::None) => None,
        Some(ToolChoice::Named(name)) => request.tools.iter().find(|tool| tool.name == *name),
        Some(ToolChoice::Required) => named_by(turn, &request.tools).or_else(|| request.tools.first()),
        Some(ToolChoice::Auto) | None if answered(turn) => None,
        Some(ToolChoice::Auto) | None => named_by(turn, &request.tools),
    }
}

/// What came after the model spoke last.
fn last_turn(messages: &[Message]) -> &[Message] {
    let spoke = messages.iter().rposition(|message| message.role == Role::Assistant);
    &messages[spoke.map_or(0, |place| place + 1)..]
}

fn answered(turn: &[Message]) -> bool {
    let mut parts = turn.iter().flat_map(|message| &message.parts);
    parts.any(|part| matches!(part, Part::ToolResult { .. }))
}

/// The tool of whose name the user said most words; of equals the first.
fn named_by<'a>(turn: &[Message], tools: &'a [Tool]) -> Option<&'a Tool> {
    let said = turn.iter().filter(|message| message.role == Role::User).flat_map(|message| &message.parts);
    let said: BTreeSet<String> = said
        .filter_map(|part| if let Part::Text(text) = part { Some(words(text)) } else { None })
        .flatten()
        .collect();
    let mut best = (0, None);
    for tool in tools {
        let named = words(&tool.name).into_iter().filter(|word| said.contains(word)).count();
        if named > best.0 {
            best = (named, Some(tool));
        }
    }
    best.1
}

/// The shortest word that can name a tool; `to` and `a` name none.
const WORD_MIN: usize = 3;

/// The words of a text or a name in lower case; `get_weather` and `getWeather` have two.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in text.chars() {
        if !letter.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| word.chars().count() >= WORD_MIN);
    words
}
