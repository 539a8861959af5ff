//! Messages, as they are written in requests and answers.

use serde_json::{Value, json};

use crate::chat::Part;
use crate::dialect::invented;

/// A tool call, and whether its arguments are the JSON object that this API takes; else they are kept as
/// text under one key.
pub(super) fn call(id: &str, name: &str, arguments: &str) -> (Value, bool) {
    let (arguments, whole) = if arguments.trim().is_empty() {
        (json!({}), true)
    } else {
        match serde_json::from_str::<Value>(arguments) {
            Ok(object @ Value::Object(_)) => (object, true),
            _ => (json!({ "_unparsed": arguments }), false),
        }
    };
    let mut call = json!({});
    if let Some(id) = invented::given(id) {
        call["id"] = id.into();
    }
    call["function"] = json!({ "name": name, "arguments": arguments });
    (call, whole)
}

/// The message of an answer; texts are joined, and what this dialect cannot say is left out.
pub(super) fn of_answer(parts: &[Part]) -> Value {
    let (mut content, mut thinking, mut calls) = (String::new(), String::new(), Vec::new());
    for part in parts {
        match part {
            Part::Text(said) | Part::Refusal(said) => content.push_str(said),
            Part::Reasoning { text, .. } => thinking.push_str(text),
            Part::ToolCall { id, name, arguments } => calls.push(call(id, name, arguments).0),
            Part::Image(_) | Part::RedactedReasoning(_) | Part::ToolResult { .. } | Part::Other(_) => {}
        }
    }
    let mut message = json!({ "role": "assistant", "content": content });
    if !thinking.is_empty() {
        message["thinking"] = thinking.into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    message
}
