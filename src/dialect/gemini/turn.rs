//! Turns of a request.

use serde_json::{Map, Value};

use super::{part, result};
use crate::chat::{ImageSource, Message, Part, Role};
use crate::dialect::invented::Calls;
use crate::dialect::json::{PROBLEMS_MAX, owned, problem, text, unread};
use crate::problem::Problem;

/// The names of an object's fields as this dialect spells them: clients also send `snake_case`.
pub(super) fn camel(object: Map<String, Value>) -> Map<String, Value> {
    if !object.keys().any(|key| key.contains('_')) {
        return object;
    }
    object.into_iter().map(|(key, value)| (camel_word(&key), value)).collect()
}

fn camel_word(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut upper = false;
    for (at, letter) in word.char_indices() {
        match letter {
            '_' if at > 0 => upper = true,
            _ if upper => {
                out.push(letter.to_ascii_uppercase());
                upper = false;
            }
            _ => out.push(letter),
        }
    }
    out
}

/// The parts of a turn: a list, or one alone.
pub(super) fn parts_of(turn: Value) -> Vec<Value> {
    match turn {
        Value::Object(mut turn) => match turn.remove("parts") {
            Some(Value::Array(parts)) => parts,
            Some(one @ Value::Object(_)) => vec![one],
            Some(Value::String(said)) => vec![part::text(&said)],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Reads a turn.
pub(super) fn read_turn(
    turn: Value,
    path: &str,
    calls: &mut Calls,
    problems: &mut Vec<Problem>,
) -> Option<Message> {
    if let Value::String(said) = turn {
        return Some(Message::text(Role::User, said));
    }
    let role = match text(&turn, "role") {
        Some("model") => Role::Assistant,
        Some("user") | None => Role::User,
        Some("function" | "tool") => Role::Tool,
        Some("system") => Role::System,
        Some(role) => {
            if problems.len() < PROBLEMS_MAX {
                let message = format!("unknown role `{role}`; the turn is not kept");
                problems.push(problem(format!("{path}.role"), message));
            }
            return None;
        }
    };
    if let Some(object) = turn.as_object() {
        unread(object, &["role", "parts"], path, problems);
    }
    let mut reader = Reader { parts: Vec::new(), calls, problems };
    for (place, part) in parts_of(turn).into_iter().enumerate() {
        reader.part(part, &format!("{path}.parts[{place}]"));
    }
    Some(Message { role, parts: reader.parts })
}

struct Reader<'a> {
    parts: Vec<Part>,
    calls: &'a mut Calls,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn part(&mut self, part: Value, path: &str) {
        let Value::Object(part) = part else {
            if let Some(said) = part.as_str() {
                self.parts.push(Part::Text(said.to_owned()));
            } else if self.problems.len() < PROBLEMS_MAX {
                self.problems.push(problem(path, "a part is no object"));
            }
            return;
        };
        let mut part = camel(part);
        let said = |key: &str| part.get(key).and_then(Value::as_str).map(str::to_owned);
        let signature = said("thoughtSignature").filter(|signature| !signature.is_empty());
        if let Some(text) = said("text") {
            let thought = part.get("thought") == Some(&Value::Bool(true));
            unread(&part, &["text", "thought", "thoughtSignature"], path, self.problems);
            if thought {
                self.parts.push(Part::Reasoning { text, signature });
                return;
            }
            if !text.is_empty() {
                self.parts.push(Part::Text(text));
            }
            self.sign(signature);
        } else if let Some(Value::Object(call)) = part.get_mut("functionCall").map(Value::take) {
            self.sign(signature);
            unread(&part, &["functionCall", "thoughtSignature"], path, self.problems);
            self.call(&camel(call).into(), path);
        } else if let Some(Value::Object(result)) = part.get_mut("functionResponse").map(Value::take) {
            unread(&part, &["functionResponse"], path, self.problems);
            self.result(camel(result).into(), path);
        } else if let Some(picture) = picture(&part) {
            self.parts.push(Part::Image(picture));
        } else if part.keys().any(|key| key != "thought" && key != "thoughtSignature") {
            self.parts.push(Part::Other(part.into()));
        } else {
            self.sign(signature);
        }
    }

    /// The signature of a call stands before it, that of a text behind it.
    fn sign(&mut self, signature: Option<String>) {
        if signature.is_some() {
            self.parts.push(Part::Reasoning { text: String::new(), signature });
        }
    }

    fn call(&mut self, call: &Value, path: &str) {
        let name = owned(call, "name").unwrap_or_default();
        if name.is_empty() && self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem(path, "a function call has no name"));
        }
        if let Some(object) = call.as_object() {
            unread(object, &["id", "name", "args"], &format!("{path}.functionCall"), self.problems);
        }
        let id = self.calls.called(owned(call, "id"), &name);
        let args = call.get("args").filter(|args| !args.is_null());
        let arguments = args.map_or_else(|| "{}".to_owned(), Value::to_string);
        self.parts.push(Part::ToolCall { id, name, arguments });
    }

    fn result(&mut self, mut told: Value, path: &str) {
        let name = owned(&told, "name").unwrap_or_default();
        let call = self.calls.answered(owned(&told, "id"), Some(&name)).unwrap_or_else(|| {
            if self.problems.len() < PROBLEMS_MAX {
                self.problems.push(problem(path, format!("the result of `{name}` answers no call")));
            }
            name.clone()
        });
        let (said, is_error) = result::read(told.get("response"));
        let mut parts = Vec::new();
        if !said.is_empty() {
            parts.push(Part::Text(said));
        }
        if let Some(Value::Array(media)) = told.get_mut("parts").map(Value::take) {
            for part in media {
                let part = match part {
                    Value::Object(part) => camel(part),
                    other => Map::from_iter([("part".to_owned(), other)]),
                };
                parts.push(picture(&part).map_or_else(|| Part::Other(part.into()), Part::Image));
            }
        }
        if let Some(object) = told.as_object() {
            let known = ["id", "name", "response", "parts"];
            unread(object, &known, &format!("{path}.functionResponse"), self.problems);
        }
        self.parts.push(Part::ToolResult { call, parts, is_error });
    }
}

/// A picture, if the part is that and nothing else.
fn picture(part: &Map<String, Value>) -> Option<ImageSource> {
    let [(key, Value::Object(inner))] = part.iter().collect::<Vec<_>>()[..] else { return None };
    let inner = Value::Object(camel(inner.clone()));
    let alone = inner.as_object().is_some_and(|fields| fields.len() == 2);
    let media_type = text(&inner, "mimeType").filter(|kind| alone && kind.starts_with("image/"))?;
    match key.as_str() {
        "inlineData" => {
            Some(ImageSource::Base64 { media_type: media_type.to_owned(), data: owned(&inner, "data")? })
        }
        "fileData" => {
            let url = text(&inner, "fileUri").filter(|url| part::mime_of(url) == media_type)?;
            Some(ImageSource::Url(url.to_owned()))
        }
        _ => None,
    }
}
