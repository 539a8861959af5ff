//! The pieces of a message's content.

use serde_json::{Value, json};

use crate::chat::Part;
use crate::dialect::completions::picture;
use crate::dialect::json::{PROBLEMS_MAX, list, problem, text, unread};
use crate::problem::Problem;

/// Under this key, in a part of its own, stand the annotations of the text before it.
const ANNOTATIONS: &str = "output_text.annotations";

/// Reads `content`: a text, or a list of pieces.
pub(super) fn read(content: Option<&Value>, path: &str, problems: &mut Vec<Problem>) -> Vec<Part> {
    match content {
        Some(Value::String(said)) if !said.is_empty() => vec![Part::Text(said.clone())],
        Some(Value::Array(pieces)) => {
            let pieces = pieces.iter().enumerate();
            pieces
                .flat_map(|(place, piece)| self::piece(piece, &format!("{path}[{place}]"), problems))
                .collect()
        }
        None | Some(Value::Null | Value::String(_)) => Vec::new(),
        Some(_) => {
            if problems.len() < PROBLEMS_MAX {
                problems.push(problem(path, "content is neither text nor a list"));
            }
            Vec::new()
        }
    }
}

/// Reads a piece; one that this crate has no word for stays whole, an empty text says nothing.
pub(super) fn piece(piece: &Value, path: &str, problems: &mut Vec<Problem>) -> Vec<Part> {
    let said = |key: &str| piece.get(key).and_then(Value::as_str).map(str::to_owned);
    let (part, known): (Option<Part>, &[&str]) = match text(piece, "type").unwrap_or_default() {
        "output_text" | "input_text" | "text" => {
            (said("text").map(Part::Text), &["text", "annotations", "logprobs"])
        }
        "refusal" => (said("refusal").map(Part::Refusal), &["refusal"]),
        "reasoning_text" | "summary_text" => {
            (said("text").map(|text| Part::Reasoning { text, signature: None }), &["text"])
        }
        "input_image" => {
            (text(piece, "image_url").map(|url| Part::Image(picture::read(url))), &["image_url"])
        }
        _ => (None, &[]),
    };
    let Some(part) = part else { return vec![Part::Other(piece.clone())] };
    if let Some(object) = piece.as_object() {
        let fields = object.iter().filter(|(key, _)| *key != "type");
        unread(&fields.map(|(key, value)| (key.clone(), value.clone())).collect(), known, path, problems);
    }
    let empty = matches!(&part, Part::Text(said) | Part::Refusal(said) if said.is_empty());
    let part = Some(part).filter(|_| !empty);
    part.into_iter().chain(annotations(piece)).collect()
}

/// The annotations of a piece, as a part of their own.
pub(super) fn annotations(piece: &Value) -> Option<Part> {
    let told = list(piece, "annotations");
    (!told.is_empty()).then(|| Part::Other(json!({ ANNOTATIONS: told })))
}

/// The annotations that `part` holds.
pub(super) fn annotations_in(part: &Value) -> Option<&Vec<Value>> {
    part.get(ANNOTATIONS).and_then(Value::as_array)
}

/// Writes a piece of what a caller or a tool says.
pub(super) fn write_input(part: &Part) -> Option<Value> {
    match part {
        Part::Text(said) => Some(json!({ "type": "input_text", "text": said })),
        Part::Image(source) => Some(json!({ "type": "input_image", "image_url": picture::write(source) })),
        _ => None,
    }
}

/// Writes a piece of what a model says.
pub(super) fn write_output(part: &Part) -> Option<Value> {
    match part {
        Part::Text(said) => Some(json!({ "type": "output_text", "text": said, "annotations": [] })),
        Part::Refusal(said) => Some(json!({ "type": "refusal", "refusal": said })),
        _ => None,
    }
}

/// Whether a value of this dialect is a piece of content, and not an item.
pub(super) fn is_piece(value: &Value) -> bool {
    text(value, "type").is_some_and(|kind| kind.starts_with("input_") || kind.starts_with("output_"))
}
