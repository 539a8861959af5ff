//! Whole answers.

use serde_json::{Map, Value, json};

use super::{error, finish, message, stream, usage};
use crate::chat::{Decoded, Fold, Part, Response};
use crate::dialect::read_json;

/// When every answer is said to be made: pure code has no clock, and clients want a date.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// Decodes a whole answer, or the error that stands in its place. It is a stream of one line.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    let answer = match read_json(body) {
        Ok(answer) => answer,
        Err(problem) => return Decoded::with(Response::default(), vec![*problem]),
    };
    let events = stream::Decoder::default().all(&answer);
    let mut fold = Fold::new();
    events.value.iter().for_each(|event| fold.push(event));
    Decoded::with(fold.response(), events.problems)
}

/// Encodes a whole answer; further choices have no place in this dialect.
pub(super) fn encode(response: &Response) -> Value {
    if let Some(told) = response.error.as_ref().filter(|_| response.parts.is_empty()) {
        return error::encode(told);
    }
    let mut answer = frame(response.model.as_deref(), message::of_answer(&response.parts), true);
    let calls = response.parts.iter().any(|part| matches!(part, Part::ToolCall { .. }));
    if let Some(told) = &response.finish {
        answer.insert("done_reason".to_owned(), finish::write(told, calls).into());
    }
    usage::write(&response.usage, &mut answer);
    if let Some(told) = &response.error {
        answer.insert("error".to_owned(), error::encode(told)["error"].take());
    }
    answer.into()
}

/// What an answer and every line of a stream carries.
pub(super) fn frame(model: Option<&str>, message: Value, done: bool) -> Map<String, Value> {
    let frame =
        [("model", json!(model.unwrap_or_default())), ("created_at", CREATED.into()), ("message", message)];
    let frame = frame.into_iter().chain([("done", done.into())]);
    frame.map(|(key, value)| (key.to_owned(), value)).collect()
}
