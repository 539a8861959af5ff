//! Writing whole answers.

use serde_json::{Value, json};

use crate::chat::{Finish, FinishReason, Part, Response};
use crate::dialect::completions::{error, finish, reasoning, usage};
use crate::dialect::error_shape;

/// Encodes a whole answer. `created` is 0: pure code has no clock.
pub(super) fn encode(response: &Response) -> Value {
    let first = json!({
        "index": 0,
        "message": message(&response.parts),
        "finish_reason": response.finish.as_ref().map(finish::write),
    });
    let mut choices = vec![first];
    for (place, parts) in response.more_choices.iter().enumerate() {
        let default = Finish { reason: FinishReason::Stop, raw: "stop".to_owned() };
        let told = response.finish.as_ref().unwrap_or(&default);
        choices.push(json!({
            "index": place + 1,
            "message": message(parts),
            "finish_reason": finish::write(told),
        }));
    }
    let mut answer = json!({
        "id": response.id.as_deref().unwrap_or("chatcmpl-0"),
        "object": "chat.completion",
        "created": 0,
        "model": response.model.as_deref().unwrap_or_default(),
        "choices": choices,
        "usage": usage::write(&response.usage),
    });
    if let Some(error) = &response.error {
        let code = error_shape::status_of(error).unwrap_or(500);
        answer["error"] = error::encode(code, error)["error"].take();
    }
    answer
}

/// Writes an assistant message. Its order is fixed: reasoning, text, refusal, tool calls.
pub(super) fn message(parts: &[Part]) -> Value {
    let mut message = json!({ "role": "assistant", "content": null });
    let texts: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Text(said) => Some(said.as_str()),
            _ => None,
        })
        .collect();
    if !texts.is_empty() {
        message["content"] = texts.concat().into();
    }
    reasoning::write(parts, &mut message);
    let mut calls = Vec::new();
    for part in parts {
        match part {
            Part::Refusal(refusal) => message["refusal"] = refusal.as_str().into(),
            Part::ToolCall { id, name, arguments } => calls.push(tool_call(id, name, arguments)),
            Part::Other(Value::Object(told)) => {
                for key in ["annotations", "images", "audio"] {
                    if let Some(told) = told.get(key) {
                        message[key] = told.clone();
                    }
                }
            }
            _ => {}
        }
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    message
}

/// Writes a tool call. A call without arguments gets an empty object, as the API demands JSON.
pub(super) fn tool_call(id: &str, name: &str, arguments: &str) -> Value {
    let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } })
}
