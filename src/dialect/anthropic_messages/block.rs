//! Content blocks, in requests and answers.

use serde_json::{Value, json};

use crate::chat::{ImageSource, Part};
use crate::dialect::json::{PROBLEMS_MAX, list, problem, text, unread};
use crate::problem::Problem;

/// How deep results may nest.
const DEPTH_MAX: usize = 4;

/// Reads a content block; one that this crate has no word for stays whole.
pub(super) fn read(block: &Value, path: &str, problems: &mut Vec<Problem>) -> Part {
    read_at(block, path, 0, problems)
}

fn read_at(block: &Value, path: &str, depth: usize, problems: &mut Vec<Problem>) -> Part {
    let said = |key: &str| block.get(key).and_then(Value::as_str).map(str::to_owned);
    let (part, known): (Option<Part>, &[&str]) = match text(block, "type").unwrap_or_default() {
        "text" => (said("text").map(Part::Text), &["text"]),
        "thinking" => {
            let text = said("thinking").unwrap_or_default();
            let signature = said("signature").filter(|signature| !signature.is_empty());
            (Some(Part::Reasoning { text, signature }), &["thinking", "signature"])
        }
        "redacted_thinking" => (said("data").map(Part::RedactedReasoning), &["data"]),
        "tool_use" => (tool_use(block), &["id", "name", "input", "caller"]),
        "tool_result" if depth < DEPTH_MAX => (
            Some(Part::ToolResult {
                call: said("tool_use_id").unwrap_or_default(),
                parts: contents(block.get("content"), path, depth + 1, problems),
                is_error: block.get("is_error").and_then(Value::as_bool).unwrap_or_default(),
            }),
            &["tool_use_id", "content", "is_error"],
        ),
        "image" => (block.get("source").and_then(image).map(Part::Image), &["source"]),
        _ => (None, &[]),
    };
    let Some(part) = part else { return Part::Other(block.clone()) };
    if let Some(object) = block.as_object() {
        let fields = object.iter().filter(|(key, value)| *key != "type" && **value != json!([]));
        let fields = fields.map(|(key, value)| (key.clone(), value.clone())).collect();
        unread(&fields, known, path, problems);
    }
    part
}

/// Reads `content`: a text, or a list of blocks.
pub(super) fn contents(
    content: Option<&Value>,
    path: &str,
    depth: usize,
    problems: &mut Vec<Problem>,
) -> Vec<Part> {
    match content {
        Some(Value::String(said)) if !said.is_empty() => vec![Part::Text(said.clone())],
        Some(Value::Array(blocks)) => {
            let place = |place| format!("{path}.content[{place}]");
            let parts = blocks.iter().enumerate();
            parts.map(|(at, block)| read_at(block, &place(at), depth, problems)).collect()
        }
        None | Some(Value::Null | Value::String(_)) => Vec::new(),
        Some(_) => {
            if problems.len() < PROBLEMS_MAX {
                problems.push(problem(format!("{path}.content"), "content is neither text nor a list"));
            }
            Vec::new()
        }
    }
}

fn tool_use(block: &Value) -> Option<Part> {
    let name = text(block, "name")?.to_owned();
    let id = text(block, "id").unwrap_or_default().to_owned();
    let arguments = block.get("input").filter(|input| !input.is_null());
    Some(Part::ToolCall { id, name, arguments: arguments.map_or_else(|| "{}".to_owned(), Value::to_string) })
}

fn image(source: &Value) -> Option<ImageSource> {
    match text(source, "type")? {
        "base64" => Some(ImageSource::Base64 {
            media_type: text(source, "media_type")?.to_owned(),
            data: source.get("data")?.as_str()?.to_owned(),
        }),
        "url" => Some(ImageSource::Url(text(source, "url")?.to_owned())),
        _ => None,
    }
}

/// Writes a picture.
pub(super) fn write_image(source: &ImageSource) -> Value {
    let source = match source {
        ImageSource::Base64 { media_type, data } => {
            json!({ "type": "base64", "media_type": media_type, "data": data })
        }
        ImageSource::Url(url) => json!({ "type": "url", "url": url }),
    };
    json!({ "type": "image", "source": source })
}

/// Writes a tool call. Arguments that are no JSON object are kept as text under one key, as
/// the API takes nothing but an object.
pub(super) fn write_tool_use(id: &str, name: &str, arguments: &str) -> (Value, bool) {
    let (input, whole) = if arguments.trim().is_empty() {
        (json!({}), true)
    } else {
        match serde_json::from_str::<Value>(arguments) {
            Ok(input @ Value::Object(_)) => (input, true),
            _ => (json!({ "_unparsed": arguments }), false),
        }
    };
    (json!({ "type": "tool_use", "id": id, "name": name, "input": input }), whole)
}

/// The texts of a text or of a list of plain text blocks; `None` where there is more than text.
pub(super) fn plain_texts(value: &Value) -> Option<Vec<String>> {
    if let Some(one) = value.as_str() {
        return Some(vec![one.to_owned()]);
    }
    let said = |block: &Value| block.get("text").and_then(Value::as_str).map(str::to_owned);
    let plain = |block: &&Value| text(block, "type") == Some("text");
    value.as_array()?.iter().map(|block| Some(block).filter(plain).and_then(said)).collect()
}

/// The content blocks of an answer.
pub(super) fn blocks(answer: &Value) -> &[Value] {
    list(answer, "content")
}

/// Whether a value is a block of this dialect, by its type: an answer may hold what others tell.
pub(super) fn is_block(value: &Value) -> bool {
    let Some(kind) = text(value, "type") else { return false };
    let own = ["fallback", "document", "search_result", "container_upload"];
    let compacted = kind == "compaction" && value.get("encrypted_content").is_none();
    own.contains(&kind) || kind.ends_with("_tool_use") || kind.ends_with("_tool_result") || compacted
}
