//! Whole answers.

use serde_json::{Map, Value, json};

use super::{finish, part, stream, usage};
use crate::chat::{Decoded, Finish, Fold, Response};
use crate::dialect::{error_shape, read_json};

/// Decodes a whole answer, or the error that stands in its place.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    let answer = match read_json(body) {
        Ok(answer) => answer,
        Err(problem) => return Decoded::with(Response::default(), vec![*problem]),
    };
    let events = stream::Decoder::whole().all(&answer);
    let mut fold = Fold::new();
    events.value.iter().for_each(|event| fold.push(event));
    Decoded::with(fold.response(), events.problems)
}

/// Encodes a whole answer.
pub(super) fn encode(response: &Response) -> Value {
    let mut answer = Map::new();
    let blocked = response.finish.as_ref().and_then(finish::blocked).filter(|_| response.parts.is_empty());
    if let Some(reason) = blocked {
        answer.insert("promptFeedback".to_owned(), json!({ "blockReason": reason }));
    } else if response.error.is_none() || !response.parts.is_empty() {
        let choices = std::iter::once(&response.parts).chain(&response.more_choices);
        let candidates = choices.zip(0..).map(|(parts, index)| {
            candidate(&part::write_all(parts), index, response.finish.as_ref(), part::calls(parts))
        });
        answer.insert("candidates".to_owned(), candidates.collect());
    }
    if let Some(usage) = usage::write(&response.usage) {
        answer.insert("usageMetadata".to_owned(), usage);
    }
    frame(&mut answer, response.id.as_deref(), response.model.as_deref());
    if let Some(error) = &response.error {
        let status = error_shape::status_of(error).unwrap_or(500);
        answer.insert("error".to_owned(), super::error::encode(status, error)["error"].take());
    }
    answer.into()
}

/// One candidate; without `finish`, one that goes on.
pub(super) fn candidate(parts: &[Value], index: u32, finish: Option<&Finish>, calls: bool) -> Value {
    let mut candidate = json!({ "content": { "parts": parts, "role": "model" } });
    if let Some(finish) = finish {
        candidate["finishReason"] = finish::write(finish, calls);
    }
    candidate["index"] = index.into();
    candidate
}

/// What every answer and every record of a stream carries.
pub(super) fn frame(answer: &mut Map<String, Value>, id: Option<&str>, model: Option<&str>) {
    for (key, value) in [("modelVersion", model), ("responseId", id)] {
        if let Some(value) = value {
            answer.insert(key.to_owned(), value.into());
        }
    }
}
