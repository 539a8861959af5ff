//! Items: messages, reasoning, calls, and what the provider's own tools do.

use serde_json::{Value, json};

use super::content;
use crate::chat::Part;
use crate::dialect::json::{PROBLEMS_MAX, list, problem, text, unread};
use crate::problem::Problem;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Reasoning,
    Call,
    /// Something that only this dialect knows.
    Other,
}

/// The kind of an item; a message may leave its type out.
pub(super) fn kind(item: &Value) -> Kind {
    match text(item, "type") {
        Some("message") => Kind::Message,
        Some("reasoning") => Kind::Reasoning,
        Some("function_call") => Kind::Call,
        None if item.get("role").is_some() => Kind::Message,
        _ => Kind::Other,
    }
}

/// Reads an item of the model's; one that this crate has no word for stays whole.
pub(super) fn read(item: &Value, path: &str, problems: &mut Vec<Problem>) -> Vec<Part> {
    match kind(item) {
        Kind::Message => {
            known(item, &["id", "type", "status", "role", "content"], path, problems);
            let parts = content::read(item.get("content"), &format!("{path}.content"), problems);
            let answer = parts.is_empty() && text(item, "id").is_some();
            // One that says nothing is known to the provider by its id.
            if answer { vec![Part::Other(item.clone())] } else { parts }
        }
        Kind::Reasoning => reasoning(item),
        Kind::Call => {
            known(item, &["id", "type", "status", "arguments", "call_id", "name"], path, problems);
            if text(item, "name").is_none() && problems.len() < PROBLEMS_MAX {
                problems.push(problem(path, "a function_call has no name"));
            }
            let said = |key: &str| text(item, key).unwrap_or_default().to_owned();
            vec![Part::ToolCall { id: call_id(item), name: said("name"), arguments: said("arguments") }]
        }
        Kind::Other => vec![Part::Other(item.clone())],
    }
}

fn known(item: &Value, known: &[&str], path: &str, problems: &mut Vec<Problem>) {
    if let Some(object) = item.as_object() {
        unread(object, known, path, problems);
    }
}

/// The id that a call's result must name.
pub(super) fn call_id(item: &Value) -> String {
    text(item, "call_id").or_else(|| text(item, "id")).unwrap_or_default().to_owned()
}

/// Every text of a reasoning item is a part; the last has the encrypted content. An item of
/// neither says something only by its id, and so only to this dialect.
fn reasoning(item: &Value) -> Vec<Part> {
    let blob = text(item, "encrypted_content").map(str::to_owned);
    let texts = thoughts(item);
    let Some((last, rest)) = texts.split_last() else {
        return vec![blob.map_or_else(|| Part::Other(item.clone()), Part::RedactedReasoning)];
    };
    let part = |text: &&str, signature| Part::Reasoning { text: (*text).to_owned(), signature };
    rest.iter().map(|text| part(text, None)).chain([part(last, blob)]).collect()
}

/// The texts of a reasoning item. Empty ones say nothing; where all are empty, one stands for them.
pub(super) fn thoughts(item: &Value) -> Vec<&str> {
    let pieces = list(item, "summary").iter().chain(list(item, "content"));
    let all: Vec<&str> = pieces.filter_map(|piece| piece.get("text")?.as_str()).collect();
    let told: Vec<&str> = all.iter().copied().filter(|said| !said.is_empty()).collect();
    if told.is_empty() { all.into_iter().take(1).collect() } else { told }
}

/// Whether other dialects' blocks are told apart from the items of this one by their type.
pub(super) fn is_item(value: &Value) -> bool {
    let Some(kind) = text(value, "type") else { return false };
    let own = ["message", "reasoning", "mcp_list_tools", "mcp_approval_request", "program", "item_reference"];
    let compacted = kind == "compaction" && text(value, "encrypted_content").is_some();
    own.contains(&kind) || kind.ends_with("_call") || kind.ends_with("_output") || compacted
}

/// Writes a call. One without arguments gets an empty object, as the API demands JSON.
pub(super) fn call(id: &str, name: &str, arguments: &str) -> Value {
    let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
    json!({ "type": "function_call", "call_id": id, "name": name, "arguments": arguments })
}

/// Writes the parts of a model's turn as items.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// The items so far.
    pub items: Vec<Value>,
    /// What the last item may still take.
    open: Option<Kind>,
}

impl Writer {
    /// Writes a part; false where this dialect cannot say it.
    pub(super) fn push(&mut self, part: &Part) -> bool {
        match part {
            Part::Text(_) | Part::Refusal(_) => {
                let content = content::write_output(part);
                let empty = json!({ "type": "message", "role": "assistant", "content": [] });
                self.join(Kind::Message, &empty, "content", content);
            }
            Part::Reasoning { text, signature } => {
                let summary = json!({ "type": "summary_text", "text": text });
                let empty = json!({ "type": "reasoning", "summary": [] });
                self.join(Kind::Reasoning, &empty, "summary", Some(summary));
                if let (Some(signature), Some(item)) = (signature, self.items.last_mut()) {
                    item["encrypted_content"] = signature.as_str().into();
                    self.open = None;
                }
            }
            Part::RedactedReasoning(data) => {
                self.item(json!({ "type": "reasoning", "summary": [], "encrypted_content": data }));
            }
            Part::ToolCall { id, name, arguments } => self.item(call(id, name, arguments)),
            Part::Other(value) => return self.other(value),
            Part::Image(_) | Part::ToolResult { .. } => return false,
        }
        true
    }

    fn other(&mut self, value: &Value) -> bool {
        if let Some(told) = content::annotations_in(value) {
            let item = self.items.last_mut().filter(|_| self.open == Some(Kind::Message));
            let piece = item.and_then(|item| item["content"].as_array_mut()?.last_mut());
            return piece.map(|piece| piece["annotations"] = told.clone().into()).is_some();
        }
        let fits = is_item(value);
        if fits {
            self.item(value.clone());
        }
        fits
    }

    /// Writes an item as it is.
    pub(super) fn item(&mut self, item: Value) {
        self.items.push(item);
        self.open = None;
    }

    /// Adds to the last item where it is open and of this kind, else to a new one.
    fn join(&mut self, kind: Kind, empty: &Value, key: &str, piece: Option<Value>) {
        if self.open != Some(kind) {
            self.items.push(empty.clone());
            self.open = Some(kind);
        }
        let pieces = self.items.last_mut().and_then(|item| item[key].as_array_mut());
        if let Some(pieces) = pieces {
            pieces.extend(piece);
        }
    }
}

/// Gives an item of an answer what it has there: an id of its own, and a status.
pub(super) fn finished(item: &mut Value, index: usize) {
    let prefix = match kind(item) {
        Kind::Message => "msg",
        Kind::Reasoning => "rs",
        Kind::Call => "fc",
        Kind::Other => return,
    };
    if item.get("id").is_none() {
        item["id"] = format!("{prefix}_{index}").into();
    }
    if prefix != "rs" && item.get("status").is_none() {
        item["status"] = "completed".into();
    }
}
