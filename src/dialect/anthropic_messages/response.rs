//! Whole answers.

use serde_json::{Value, json};

use super::{block, finish, usage};
use crate::chat::{Decoded, Part, Response};
use crate::dialect::json::{owned, problem, text, told};
use crate::dialect::{error_shape, read_json};

/// Decodes a whole answer, or the error that stands in its place.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    let answer = match read_json(body) {
        Ok(answer) => answer,
        Err(problem) => return Decoded::with(Response::default(), vec![*problem]),
    };
    let mut problems = Vec::new();
    let mut response = Response {
        id: owned(&answer, "id"),
        model: owned(&answer, "model"),
        finish: text(&answer, "stop_reason").map(finish::read),
        usage: told(&answer, "usage").map(usage::read).unwrap_or_default(),
        ..Response::default()
    };
    if answer.get("content").is_some_and(Value::is_array) {
        response.error = error_shape::read_beside_answer(&answer);
        for (place, block) in block::blocks(&answer).iter().enumerate() {
            response.parts.push(block::read(block, &format!("content[{place}]"), &mut problems));
        }
    } else if let Some(error) = error_shape::read(&answer) {
        response.error = Some(error);
    } else if answer.get("choices").is_some() {
        let found = problem("choices", "this is an OpenAI chat completion, not an Anthropic message");
        problems.push(found.hint("check the provider's `api`"));
    } else {
        problems.push(problem("content", "the answer has no content"));
    }
    Decoded::with(response, problems)
}

/// Encodes a whole answer; further choices have no place in this dialect.
pub(super) fn encode(response: &Response) -> Value {
    let calls = response.parts.iter().any(|part| matches!(part, Part::ToolCall { .. }));
    let mut answer = json!({
        "id": response.id.as_deref().unwrap_or("msg_0"),
        "type": "message",
        "role": "assistant",
        "model": response.model.as_deref().unwrap_or_default(),
        "content": response.parts.iter().filter_map(write).collect::<Vec<_>>(),
        "stop_reason": response.finish.as_ref().map(|finish| finish::write(finish, calls)),
        "stop_sequence": null,
        "usage": usage::write(&response.usage),
    });
    if let Some(error) = &response.error {
        let status = error_shape::status_of(error).unwrap_or(500);
        answer["error"] = super::error::encode(status, error)["error"].take();
    }
    answer
}

fn write(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(said) | Part::Refusal(said) => json!({ "type": "text", "text": said }),
        Part::Reasoning { text, signature } => {
            let signature = signature.as_deref().unwrap_or_default();
            json!({ "type": "thinking", "thinking": text, "signature": signature })
        }
        Part::RedactedReasoning(data) => json!({ "type": "redacted_thinking", "data": data }),
        Part::ToolCall { id, name, arguments } => block::write_tool_use(id, name, arguments).0,
        Part::Image(source) => block::write_image(source),
        Part::Other(block) if block::is_block(block) => block.clone(),
        Part::ToolResult { .. } | Part::Other(_) => return None,
    })
}
