//! Whole answers.

use serde_json::{Value, json};

use crate::chat::{Decoded, ImageSource, Part, Response};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, spelt, text, told};
use crate::dialect::{cohere_words, error_shape, read_json};
use crate::problem::Problem;

/// Decodes a whole answer, or the error that stands in its place.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    let answer = match read_json(body) {
        Ok(answer) => answer,
        Err(problem) => return Decoded::with(Response::default(), vec![*problem]),
    };
    let mut problems = Vec::new();
    let mut response = Response {
        id: owned(&answer, "id"),
        finish: text(&answer, "finish_reason").map(cohere_words::finish),
        usage: told(&answer, "usage").map(cohere_words::usage).unwrap_or_default(),
        ..Response::default()
    };
    if let Some(message) = told(&answer, "message").filter(|message| message.is_object()) {
        response.error = error_shape::read_beside_answer(&answer);
        response.parts = parts(message, "message", &mut problems);
    } else if let Some(error) = error_shape::read(&answer) {
        response.id = None;
        response.error = Some(error);
    } else {
        problems.push(problem("message", "the answer has no message"));
    }
    Decoded::with(response, problems)
}

/// The parts of a message: plan, content, calls, citations.
pub(super) fn parts(message: &Value, path: &str, problems: &mut Vec<Problem>) -> Vec<Part> {
    let mut parts: Vec<Part> = text(message, "tool_plan").map(plan).into_iter().collect();
    match message.get("content") {
        Some(Value::String(said)) if !said.is_empty() => parts.push(Part::Text(said.clone())),
        Some(Value::Array(blocks)) => parts.extend(blocks.iter().map(block)),
        _ => {}
    }
    for (place, call) in list(message, "tool_calls").iter().enumerate() {
        let function = told(call, "function").unwrap_or(call);
        let Some(name) = owned(function, "name") else {
            if problems.len() < PROBLEMS_MAX {
                problems.push(problem(format!("{path}.tool_calls[{place}]"), "a tool call has no name"));
            }
            continue;
        };
        let arguments = told(function, "arguments").map(spelt).filter(|told| !told.is_empty());
        parts.push(Part::ToolCall {
            id: owned(call, "id").unwrap_or_default(),
            name,
            arguments: arguments.unwrap_or_else(|| "{}".to_owned()),
        });
    }
    let cited = list(message, "citations");
    if !cited.is_empty() {
        parts.push(Part::Other(citations(cited)));
    }
    parts
}

/// A block of content; one that this crate has no word for stays whole.
pub(super) fn block(told: &Value) -> Part {
    let said = |key: &str| told.get(key).and_then(Value::as_str).map(str::to_owned);
    let part = match text(told, "type").unwrap_or_default() {
        "text" => said("text").map(Part::Text),
        "thinking" => said("thinking").map(|text| Part::Reasoning { text, signature: None }),
        "image_url" => told.get("image_url").and_then(|image| owned(image, "url")).map(picture),
        _ => None,
    };
    part.unwrap_or_else(|| Part::Other(told.clone()))
}

fn picture(url: String) -> Part {
    let inline = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    Part::Image(match inline {
        Some((media_type, data)) => {
            ImageSource::Base64 { media_type: media_type.to_owned(), data: data.to_owned() }
        }
        None => ImageSource::Url(url),
    })
}

/// What the model says of the calls it is about to make. It is neither part of the answer nor the model's
/// reasoning, and only this API knows it.
pub(super) fn plan(said: &str) -> Part {
    Part::Other(json!({ "type": "tool_plan", "tool_plan": said }))
}

/// What the text cites, each with its place in the text.
pub(super) fn citations(cited: &[Value]) -> Value {
    json!({ "type": "citations", "citations": cited })
}
