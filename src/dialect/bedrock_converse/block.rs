//! Content blocks, in requests and answers. A block is an object whose only key says what it is.

use serde_json::{Map, Value, json};

use crate::chat::{ImageSource, Part};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, text, unread};
use crate::problem::Problem;

/// How deep results may nest.
const DEPTH_MAX: usize = 4;

/// The formats of pictures that this API takes.
const FORMATS: [&str; 4] = ["png", "jpeg", "gif", "webp"];

/// Reads a list of blocks; one that this crate has no word for stays whole.
pub(super) fn read_all(blocks: &[Value], path: &str, problems: &mut Vec<Problem>) -> Vec<Part> {
    read_at(blocks, path, 0, problems)
}

fn read_at(blocks: &[Value], path: &str, depth: usize, problems: &mut Vec<Problem>) -> Vec<Part> {
    let mut parts = Vec::with_capacity(blocks.len());
    for (place, block) in blocks.iter().enumerate() {
        read(block, &format!("{path}[{place}]"), depth, problems, &mut parts);
    }
    parts
}

fn read(block: &Value, path: &str, depth: usize, problems: &mut Vec<Problem>, parts: &mut Vec<Part>) {
    let first = |known: &str| block.get(known).filter(|told| !told.is_null());
    let (part, known): (Option<Part>, &[&str]) = if let Some(said) = block.get("text") {
        // Some fixtures write `role` into a block.
        (said.as_str().map(|said| Part::Text(said.to_owned())), &["text", "role"])
    } else if let Some(call) = first("toolUse") {
        (tool_use(call), &["toolUse"])
    } else if let Some(told) = first("reasoningContent") {
        (reasoning(told), &["reasoningContent"])
    } else if let Some(told) = first("image") {
        (image(told).map(Part::Image), &["image"])
    } else if let Some(told) = first("toolResult").filter(|_| depth < DEPTH_MAX) {
        (tool_result(told, path, depth, problems), &["toolResult"])
    } else if let Some(told) = block.get("json").filter(|_| depth > 0) {
        // A result in JSON is a text to every other dialect, and to the model.
        (Some(Part::Text(told.to_string())), &["json"])
    } else if let Some(told) = first("citationsContent") {
        let said: String = list(told, "content").iter().filter_map(|piece| text(piece, "text")).collect();
        parts.extend(Some(said).filter(|said| !said.is_empty()).map(Part::Text));
        (None, &[])
    } else {
        (None, &[])
    };
    let Some(part) = part else { return parts.push(Part::Other(block.clone())) };
    if let Some(object) = block.as_object() {
        unread(object, known, path, problems);
    }
    parts.push(part);
}

/// A call of the caller's tool; one that the provider runs itself is a block of its own.
fn tool_use(call: &Value) -> Option<Part> {
    if text(call, "type").is_some_and(|kind| kind != "tool_use") {
        return None;
    }
    let name = owned(call, "name")?;
    let input = call.get("input").filter(|input| !input.is_null());
    let arguments = input.map_or_else(|| "{}".to_owned(), Value::to_string);
    Some(Part::ToolCall { id: owned(call, "toolUseId").unwrap_or_default(), name, arguments })
}

fn reasoning(told: &Value) -> Option<Part> {
    if let Some(data) = text(told, "redactedContent") {
        return Some(Part::RedactedReasoning(data.to_owned()));
    }
    let told = told.get("reasoningText")?;
    let said = told.get("text")?.as_str()?.to_owned();
    Some(Part::Reasoning { text: said, signature: owned(told, "signature") })
}

fn tool_result(told: &Value, path: &str, depth: usize, problems: &mut Vec<Problem>) -> Option<Part> {
    if text(told, "type").is_some() {
        return None;
    }
    let object = told.as_object()?;
    let path = format!("{path}.toolResult");
    unread(object, &["toolUseId", "content", "status"], &path, problems);
    if told.get("content").is_some_and(|content| !content.is_array() && !content.is_null())
        && problems.len() < PROBLEMS_MAX
    {
        problems.push(problem(format!("{path}.content"), "content is no list"));
    }
    Some(Part::ToolResult {
        call: owned(told, "toolUseId").unwrap_or_default(),
        parts: read_at(list(told, "content"), &format!("{path}.content"), depth + 1, problems),
        is_error: text(told, "status") == Some("error"),
    })
}

fn image(told: &Value) -> Option<ImageSource> {
    let format = text(told, "format")?;
    let source = told.get("source")?;
    if let Some(data) = source.get("bytes").and_then(Value::as_str) {
        return Some(ImageSource::Base64 { media_type: format!("image/{format}"), data: data.to_owned() });
    }
    let place = source.get("s3Location").filter(|place| place.get("bucketOwner").is_none())?;
    let uri = text(place, "uri").filter(|uri| extension(uri) == Some(format))?;
    Some(ImageSource::Url(uri.to_owned()))
}

/// The format that the end of a URI tells.
fn extension(uri: &str) -> Option<&'static str> {
    let (_, end) = uri.rsplit_once('.')?;
    let end = if end == "jpg" { "jpeg" } else { end };
    FORMATS.into_iter().find(|format| *format == end)
}

/// Writes a picture; `None` where this API cannot take it.
pub(super) fn write_image(source: &ImageSource) -> Option<Value> {
    let (format, source) = match source {
        ImageSource::Base64 { media_type, data } => {
            let told = media_type.strip_prefix("image/")?;
            let told = if told == "jpg" { "jpeg" } else { told };
            let format = FORMATS.into_iter().find(|format| *format == told)?;
            (format, json!({ "bytes": data }))
        }
        ImageSource::Url(uri) if uri.starts_with("s3://") => {
            (extension(uri)?, json!({ "s3Location": { "uri": uri } }))
        }
        ImageSource::Url(_) => return None,
    };
    Some(json!({ "image": { "format": format, "source": source } }))
}

/// Writes reasoning.
pub(super) fn write_reasoning(said: &str, signature: Option<&str>) -> Value {
    let mut told = json!({ "text": said });
    if let Some(signature) = signature {
        told["signature"] = signature.into();
    }
    json!({ "reasoningContent": { "reasoningText": told } })
}

/// Writes a tool call, and tells whether it is whole. Arguments that are no JSON object are kept as text
/// under one key, as the API takes nothing but an object.
pub(super) fn write_tool_use(id: &str, name: &str, arguments: &str) -> (Value, bool) {
    let (input, is_whole) = if arguments.trim().is_empty() {
        (json!({}), true)
    } else {
        match serde_json::from_str::<Value>(arguments) {
            Ok(input @ Value::Object(_)) => (input, true),
            _ => (json!({ "_unparsed": arguments }), false),
        }
    };
    (json!({ "toolUse": { "toolUseId": id, "name": name, "input": input } }), is_whole)
}

/// Whether a part kept whole is one block of this dialect.
pub(super) fn is_block(told: &Value) -> bool {
    told.as_object().is_some_and(|block| block.len() == 1 && block.values().all(Value::is_object))
}

/// What is cited, where a part kept whole is citations, and the text that it repeats.
pub(super) fn cited(told: &Value) -> Option<(&Map<String, Value>, String)> {
    let told = told.get("citationsContent")?;
    let said = list(told, "content").iter().filter_map(|piece| text(piece, "text")).collect();
    Some((told.as_object()?, said))
}

/// Writes the parts of an answer; `write` gives the block of one.
///
/// A text that stands before citations of that very text is in their block.
pub(super) fn write_all(parts: &[Part], mut write: impl FnMut(usize, &Part) -> Option<Value>) -> Vec<Value> {
    let mut blocks = Vec::with_capacity(parts.len());
    for (place, part) in parts.iter().enumerate() {
        let next = match parts.get(place + 1) {
            Some(Part::Other(told)) => cited(told).map(|(_, said)| said),
            _ => None,
        };
        let is_repeated = matches!((part, next), (Part::Text(said), Some(next)) if *said == next);
        if !is_repeated {
            blocks.extend(write(place, part));
        }
    }
    blocks
}
