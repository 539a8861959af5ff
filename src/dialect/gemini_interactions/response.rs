//! Whole answers.

use serde_json::Value;

use super::{finish, step};
use crate::chat::{Decoded, Part, Response};
use crate::dialect::json::{owned, problem, text, told};
use crate::dialect::{error_shape, read_json};

/// Decodes a whole answer, or the error that stands in its place.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    let answer = match read_json(body) {
        Ok(answer) => answer,
        Err(problem) => return Decoded::with(Response::default(), vec![*problem]),
    };
    let mut response = Response {
        id: owned(&answer, "id"),
        model: step::model(&answer),
        finish: text(&answer, "status").and_then(finish::read),
        usage: told(&answer, "usage").map(step::usage).unwrap_or_default(),
        ..Response::default()
    };
    match step::of_answer(&answer) {
        Some(Value::Array(steps)) => {
            response.error = error_shape::read_beside_answer(&answer);
            let made = |step: &&Value| !matches!(text(step, "type"), Some("user_input" | "function_result"));
            steps.iter().filter(made).for_each(|told| step::read(told, &mut response.parts));
            // A model makes no such part; what this dialect alone knows of it stays whole.
            response.parts.retain(|part| !matches!(part, Part::ToolResult { .. }));
        }
        _ => match error_shape::read(&answer) {
            Some(error) => (response.error, response.finish) = (Some(error), None),
            None if text(&answer, "object") == Some("interaction") => {}
            None => {
                let found = problem("steps", "the answer has no steps").hint("check the provider's `api`");
                return Decoded::with(response, vec![found]);
            }
        },
    }
    Decoded::whole(response)
}
