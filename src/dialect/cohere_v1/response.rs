//! Whole answers, of Chat (`text`) and of Generate (`generations`).

use serde_json::{Value, json};

use crate::chat::{Decoded, Part, Response, Usage};
use crate::dialect::json::{list, owned, problem, text, told};
use crate::dialect::{cohere_words, error_shape, read_json};

/// The most choices of one answer.
const CHOICES_MAX: usize = 128;

/// Decodes a whole answer, or the error that stands in its place.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    match read_json(body) {
        Ok(answer) => read(&answer),
        Err(problem) => Decoded::with(Response::default(), vec![*problem]),
    }
}

fn read(answer: &Value) -> Decoded<Response> {
    let mut response = Response {
        id: owned(answer, "response_id").or_else(|| owned(answer, "id")),
        finish: text(answer, "finish_reason").map(cohere_words::finish),
        usage: usage(answer),
        error: error_shape::read_beside_answer(answer),
        ..Response::default()
    };
    let generations = list(answer, "generations");
    if let Some(first) = generations.first() {
        response.parts = parts(first);
        response.finish = response.finish.or_else(|| text(first, "finish_reason").map(cohere_words::finish));
        response.more_choices = generations.iter().skip(1).take(CHOICES_MAX).map(parts).collect();
    } else if answer.get("text").is_some_and(Value::is_string) || !list(answer, "tool_calls").is_empty() {
        response.parts = parts(answer);
    } else if let Some(error) = error_shape::read(answer) {
        response.id = None;
        response.error = Some(error);
    } else {
        let missing = problem("text", "the answer has neither text nor generations");
        return Decoded::with(response, vec![missing]);
    }
    Decoded::whole(response)
}

fn parts(said: &Value) -> Vec<Part> {
    let mut parts: Vec<Part> = owned(said, "text").map(Part::Text).into_iter().collect();
    parts.extend(list(said, "tool_calls").iter().filter_map(call));
    let cited = list(said, "citations");
    if !cited.is_empty() {
        parts.push(Part::Other(citations(cited)));
    }
    parts
}

/// What the text cites, each with its place in the text.
pub(super) fn citations(cited: &[Value]) -> Value {
    json!({ "type": "citations", "citations": cited })
}

/// A tool call.
pub(super) fn call(told: &Value) -> Option<Part> {
    let name = owned(told, "name")?;
    let arguments = told.get("parameters").filter(|told| !told.is_null());
    let arguments = arguments.map_or_else(|| "{}".to_owned(), Value::to_string);
    Some(Part::ToolCall { id: call_id(told), name, arguments })
}

/// The id of a call. In this version calls have none, and results repeat the whole call: so what a call says
/// makes its id.
pub(super) fn call_id(told: &Value) -> String {
    let name = text(told, "name").unwrap_or_default();
    let arguments = told.get("parameters").map(Value::to_string).unwrap_or_default();
    format!("{name}-{:08x}", crc32fast::hash(arguments.as_bytes()))
}

/// The counts of an answer, under `meta`.
pub(super) fn usage(answer: &Value) -> Usage {
    told(answer, "meta").map(cohere_words::usage).unwrap_or_default()
}
