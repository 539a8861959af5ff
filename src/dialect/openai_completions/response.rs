//! Whole answers.

use serde_json::Value;

use crate::chat::{Decoded, Part, Response};
use crate::dialect::completions::{finish, usage};
use crate::dialect::json::{list, owned, problem, text};
use crate::dialect::{error_shape, read_json};

/// The most choices of one answer.
pub(super) const CHOICES_MAX: usize = 128;

/// Decodes a whole answer, or the error that stands in its place.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    let answer = match read_json(body) {
        Ok(answer) => answer,
        Err(problem) => return Decoded::with(Response::default(), vec![*problem]),
    };
    let mut problems = Vec::new();
    let choices = list(&answer, "choices");
    let mut response = Response {
        id: owned(&answer, "id"),
        model: owned(&answer, "model"),
        usage: usage::of(&answer).unwrap_or_default(),
        error: error_shape::read_beside_answer(&answer),
        ..Response::default()
    };
    if choices.is_empty() && response.error.is_none() {
        response.error = error_shape::read(&answer);
    }
    if choices.is_empty() && response.error.is_none() {
        problems.push(problem("choices", "the answer has no choices"));
    }
    if choices.len() > CHOICES_MAX {
        problems.push(problem("choices", format!("choices beyond {CHOICES_MAX} are not kept")));
    }
    for (place, choice) in choices.iter().take(CHOICES_MAX).enumerate() {
        let parts: Vec<Part> = said(choice).map(|said| Part::Text(said.to_owned())).into_iter().collect();
        if place == 0 {
            response.parts = parts;
            response.finish = text(choice, "finish_reason").map(finish::read);
        } else {
            response.more_choices.push(parts);
        }
    }
    Decoded::with(response, problems)
}

/// What a choice says: its `text`; Together repeats it in a `delta`, and some tell it only there.
pub(super) fn said(choice: &Value) -> Option<&str> {
    text(choice, "text").or_else(|| {
        let inner = choice.get("delta").or_else(|| choice.get("message"))?;
        text(inner, "content")
    })
}
