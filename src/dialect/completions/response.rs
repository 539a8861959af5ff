//! Reading whole chat completions.

use serde_json::{Value, json};

use super::{finish, reasoning, usage};
use crate::chat::{Decoded, Part, Response};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, spelt, text, told};
use crate::dialect::{error_shape, read_json};
use crate::problem::Problem;

/// The most choices of one answer.
const CHOICES_MAX: usize = 128;

/// Decodes a whole answer.
pub(in crate::dialect) fn decode(body: &[u8]) -> Decoded<Response> {
    match read_json(body) {
        Ok(answer) => read(&answer),
        Err(problem) => Decoded::with(Response::default(), vec![*problem]),
    }
}

fn read(answer: &Value) -> Decoded<Response> {
    let mut problems = Vec::new();
    let mut response = Response {
        id: owned(answer, "id"),
        model: owned(answer, "model"),
        usage: usage::of(answer).unwrap_or_default(),
        ..Response::default()
    };
    let choices = list(answer, "choices");
    response.error = error_shape::read_beside_answer(answer)
        .or_else(|| choices.iter().find_map(error_shape::read_beside_answer))
        .or_else(|| if choices.is_empty() { error_shape::read(answer) } else { None });
    if choices.is_empty() && response.error.is_none() {
        problems.push(problem("choices", "the answer has no choices"));
    }
    if choices.len() > CHOICES_MAX {
        problems.push(problem("choices", format!("choices beyond {CHOICES_MAX} are not kept")));
    }
    for (place, choice) in choices.iter().take(CHOICES_MAX).enumerate() {
        let message = ["message", "delta"].iter().find_map(|key| told(choice, key));
        let parts = message.map(|message| parts(message, place, &mut problems)).unwrap_or_default();
        if place == 0 {
            response.parts = parts;
            response.finish = text(choice, "finish_reason").map(finish::read);
        } else {
            response.more_choices.push(parts);
        }
    }
    Decoded::with(response, problems)
}

/// The parts of a message: reasoning, text, refusal, tool calls.
pub(in crate::dialect) fn parts(message: &Value, place: usize, problems: &mut Vec<Problem>) -> Vec<Part> {
    let mut parts = reasoning::parts(message);
    content(message, &mut parts);
    parts.extend(text(message, "refusal").map(|refusal| Part::Refusal(refusal.to_owned())));
    let calls = list(message, "tool_calls");
    let legacy = told(message, "function_call").filter(|call| call.is_object());
    for call in calls.iter().chain(legacy) {
        let function = told(call, "function").unwrap_or(call);
        let Some(name) = text(function, "name") else {
            if problems.len() < PROBLEMS_MAX {
                problems
                    .push(problem(format!("choices[{place}].message.tool_calls"), "a tool call has no name"));
            }
            continue;
        };
        parts.push(Part::ToolCall {
            id: owned(call, "id").unwrap_or_else(|| format!("call_{}", parts.len())),
            name: name.to_owned(),
            arguments: told(function, "arguments").map(spelt).unwrap_or_default(),
        });
    }
    for key in ["annotations", "images", "audio"] {
        let told = told(message, key).filter(|told| **told != json!([]));
        parts.extend(told.map(|told| Part::Other(json!({ key: told }))));
    }
    parts
}

/// `content` is a string, or a list of text and thinking.
fn content(message: &Value, parts: &mut Vec<Part>) {
    match told(message, "content") {
        Some(Value::String(said)) if !said.is_empty() => parts.push(Part::Text(said.clone())),
        Some(Value::Array(pieces)) => {
            for piece in pieces {
                parts.extend(content_piece(piece));
            }
        }
        _ => {}
    }
}

fn content_piece(piece: &Value) -> Option<Part> {
    if let Some(said) = piece.as_str().or_else(|| text(piece, "text")) {
        return Some(Part::Text(said.to_owned()));
    }
    if let Some(refusal) = text(piece, "refusal") {
        return Some(Part::Refusal(refusal.to_owned()));
    }
    let thought = match piece.get("thinking") {
        Some(Value::String(thought)) => thought.clone(),
        Some(Value::Array(thoughts)) => thoughts.iter().filter_map(|thought| text(thought, "text")).collect(),
        _ if piece.get("text").is_some() => return None,
        _ => return Some(Part::Other(piece.clone())),
    };
    Some(Part::Reasoning { text: thought, signature: None })
}
