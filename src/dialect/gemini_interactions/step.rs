//! Steps and contents, and what an interaction tells beside them.

use serde_json::{Map, Value, json};

use crate::chat::{ImageSource, Part, Usage};
use crate::dialect::json::{count, list, owned, spelt, text, told};

/// Reads a step of an answer or of a request into `parts`; one that this crate has no word for stays whole.
pub(super) fn read(step: &Value, parts: &mut Vec<Part>) {
    match text(step, "type").unwrap_or_default() {
        "model_output" | "user_input" => match told(step, "content") {
            Some(Value::Array(contents)) => contents.iter().for_each(|content| read(content, parts)),
            Some(Value::String(said)) => parts.push(Part::Text(said.clone())),
            Some(content @ Value::Object(_)) => read(content, parts),
            _ => {}
        },
        "text" => parts.extend(text(step, "text").map(|said| Part::Text(said.to_owned()))),
        "thought" => {
            let text = list(step, "summary").iter().filter_map(|piece| text(piece, "text")).collect();
            parts.push(Part::Reasoning { text, signature: owned(step, "signature") });
        }
        "function_call" => {
            // The signature of a call stands before it.
            let signature = owned(step, "signature");
            if signature.is_some() {
                parts.push(Part::Reasoning { text: String::new(), signature });
            }
            let arguments = told(step, "arguments").map_or_else(|| "{}".to_owned(), spelt);
            let name = owned(step, "name").unwrap_or_default();
            parts.push(Part::ToolCall { id: owned(step, "id").unwrap_or_default(), name, arguments });
        }
        "function_result" => {
            let is_error = step.get("is_error") == Some(&Value::Bool(true));
            let call = owned(step, "call_id").unwrap_or_default();
            parts.push(Part::ToolResult { call, parts: result(step.get("result")), is_error });
        }
        "image" => match picture(step) {
            Some(picture) => parts.push(Part::Image(picture)),
            None => parts.push(Part::Other(step.clone())),
        },
        _ => parts.push(Part::Other(step.clone())),
    }
}

fn result(result: Option<&Value>) -> Vec<Part> {
    match result {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(contents)) => {
            let mut parts = Vec::new();
            for content in contents {
                match text(content, "type") {
                    Some("text" | "image") => read(content, &mut parts),
                    _ => parts.push(Part::Other(content.clone())),
                }
            }
            parts
        }
        Some(other) => vec![Part::Text(spelt(other))],
    }
}

fn picture(content: &Value) -> Option<ImageSource> {
    if let (Some(media_type), Some(data)) = (owned(content, "mime_type"), owned(content, "data")) {
        return Some(ImageSource::Base64 { media_type, data });
    }
    owned(content, "uri").map(ImageSource::Url)
}

/// The fields that come in pieces.
const PIECES: [&str; 4] = ["text", "data", "arguments", "signature"];

/// Joins a delta of a step that this crate has no word for: pieces are joined, the rest is taken over.
/// `most` bounds a field; false where one would grow beyond it.
pub(super) fn join(block: &mut Map<String, Value>, delta: &Value, most: usize) -> bool {
    let Some(delta) = delta.as_object() else { return true };
    for (key, value) in delta.iter().filter(|(key, _)| *key != "type") {
        match (block.get_mut(key), value) {
            (Some(Value::String(held)), Value::String(more)) if PIECES.contains(&key.as_str()) => {
                if held.len() + more.len() > most {
                    return false;
                }
                held.push_str(more);
            }
            (Some(Value::Array(held)), Value::Array(more)) if held.len() + more.len() <= most => {
                held.extend(more.iter().cloned());
            }
            (None, value) | (Some(_), value) => {
                block.insert(key.clone(), value.clone());
            }
        }
    }
    true
}

/// Reads a `usage` object. Thoughts are not among the output tokens, in this dialect.
pub(super) fn usage(usage: &Value) -> Usage {
    Usage {
        input: count(usage, "total_input_tokens"),
        output: count(usage, "total_output_tokens"),
        total: count(usage, "total_tokens"),
        cache_read: count(usage, "total_cached_tokens"),
        cache_write: None,
        reasoning: count(usage, "total_thought_tokens"),
    }
}

/// The model that answers, or the agent.
pub(super) fn model(interaction: &Value) -> Option<String> {
    owned(interaction, "model").or_else(|| owned(interaction, "agent"))
}

/// The contents of an answer: steps, or outputs.
pub(super) fn of_answer(interaction: &Value) -> Option<&Value> {
    ["steps", "outputs"].iter().find_map(|key| interaction.get(key)).filter(|told| **told != json!(null))
}
