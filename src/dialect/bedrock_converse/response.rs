//! Whole answers. They name neither themselves nor a model.

use serde_json::{Value, json};

use super::{block, error, finish, usage};
use crate::chat::{Decoded, Part, Response};
use crate::dialect::json::{list, problem, text, told};
use crate::dialect::{error_shape, read_json};

/// Decodes a whole answer, or the error that stands in its place.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    let answer = match read_json(body) {
        Ok(answer) => answer,
        Err(problem) => return Decoded::with(Response::default(), vec![*problem]),
    };
    let mut problems = Vec::new();
    let mut response = Response {
        finish: text(&answer, "stopReason").map(finish::read),
        usage: told(&answer, "usage").map(usage::read).unwrap_or_default(),
        ..Response::default()
    };
    if let Some(message) = answer.get("output").and_then(|output| told(output, "message")) {
        response.error = error_shape::read_beside_answer(&answer);
        response.parts = block::read_all(list(message, "content"), "output.message.content", &mut problems);
    } else if let Some(error) = error_shape::read(&answer) {
        response.error = Some(error);
    } else if answer.get("content").is_some() || answer.get("choices").is_some() {
        let found = problem("output", "this is another family's answer, not one of Converse");
        problems.push(found.hint("check the provider's `api`"));
    } else {
        problems.push(problem("output", "the answer has no output"));
    }
    Decoded::with(response, problems)
}

/// Encodes a whole answer; further choices have no place in this dialect.
pub(super) fn encode(response: &Response) -> Value {
    let calls = response.parts.iter().any(|part| matches!(part, Part::ToolCall { .. }));
    let mut answer = json!({
        "output": { "message": {
            "role": "assistant",
            "content": block::write_all(&response.parts, |_, part| write(part)),
        }},
        "stopReason": response.finish.as_ref().map(|finish| finish::write(finish, calls)),
        "usage": usage::write(&response.usage),
        "metrics": { "latencyMs": 0 },
    });
    if let Some(told) = &response.error {
        let status = error_shape::status_of(told).unwrap_or(500);
        answer["error"] = error::encode(status, told);
    }
    answer
}

fn write(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(said) | Part::Refusal(said) => json!({ "text": said }),
        Part::Reasoning { text, signature } => block::write_reasoning(text, signature.as_deref()),
        Part::RedactedReasoning(data) => json!({ "reasoningContent": { "redactedContent": data } }),
        Part::ToolCall { id, name, arguments } => block::write_tool_use(id, name, arguments).0,
        Part::Image(source) => return block::write_image(source),
        Part::Other(told) if block::is_block(told) => told.clone(),
        Part::ToolResult { .. } | Part::Other(_) => return None,
    })
}
