//! The parts of a turn, as they are written in requests and answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::chat::{ImageSource, Part};
use crate::dialect::invented;

/// The parts that only this dialect knows; each is named by the one of these keys that it has.
const OWN: [&str; 8] = [
    "inlineData",
    "fileData",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
    "functionCall",
    "functionResponse",
];

/// What a picture is taken for whose address does not tell.
const IMAGE_DEFAULT: &str = "image/jpeg";

/// Whether a part that came as it stands can be written as it stands.
pub(super) fn is_own(part: &Value) -> bool {
    OWN.iter().any(|key| part.get(key).is_some_and(Value::is_object))
}

/// Whether an answer calls tools.
pub(super) fn calls(parts: &[Part]) -> bool {
    parts.iter().any(|part| matches!(part, Part::ToolCall { .. }))
}

/// The parts of an answer; what this dialect cannot say is left out.
pub(super) fn write_all(parts: &[Part]) -> Vec<Value> {
    let moved = signatures(parts, false);
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Text(said) | Part::Refusal(said) => out.push(text(said)),
            Part::Reasoning { text, signature } => thought(text, signature.as_deref(), at, &moved, &mut out),
            Part::ToolCall { id, name, arguments } => {
                out.push(call(id, name, arguments, moved.of_call(at)).0);
            }
            Part::Image(source) => out.push(image(source)),
            Part::Other(value) if is_own(value) => out.push(value.clone()),
            Part::Other(_) | Part::RedactedReasoning(_) | Part::ToolResult { .. } => {}
        }
    }
    out
}

/// A text.
pub(super) fn text(said: &str) -> Value {
    json!({ "text": said })
}

/// A thought, or the signature of what stands before it.
pub(super) fn thought(
    said: &str,
    signature: Option<&str>,
    at: usize,
    moved: &Signatures<'_>,
    out: &mut Vec<Value>,
) {
    let signature = signature.filter(|_| !moved.is_taken(at));
    if !said.is_empty() {
        let mut part = json!({ "text": said, "thought": true });
        sign(&mut part, signature);
        out.push(part);
    } else if let Some(signature) = signature {
        let before = out.last_mut().filter(|part| {
            part.get("text").is_some()
                && part.get("thought").is_none()
                && part.get("thoughtSignature").is_none()
        });
        match before {
            Some(part) => sign(part, Some(signature)),
            None => out.push(json!({ "text": "", "thoughtSignature": signature })),
        }
    }
}

fn sign(part: &mut Value, signature: Option<&str>) {
    if let Some(signature) = signature {
        part["thoughtSignature"] = signature.into();
    }
}

/// A call, and whether its arguments are the JSON object that this API takes; else they are kept as
/// text under one key.
pub(super) fn call(id: &str, name: &str, arguments: &str, signature: Option<&str>) -> (Value, bool) {
    let (args, whole) = if arguments.trim().is_empty() {
        (json!({}), true)
    } else {
        match serde_json::from_str::<Value>(arguments) {
            Ok(args @ Value::Object(_)) => (args, true),
            _ => (json!({ "_unparsed": arguments }), false),
        }
    };
    let mut inner = json!({});
    if let Some(id) = invented::given(id) {
        inner["id"] = id.into();
    }
    inner["name"] = name.into();
    inner["args"] = args;
    let mut part = json!({ "functionCall": inner });
    sign(&mut part, signature);
    (part, whole)
}

/// A picture.
pub(super) fn image(source: &ImageSource) -> Value {
    match source {
        ImageSource::Base64 { media_type, data } => {
            json!({ "inlineData": { "mimeType": media_type, "data": data } })
        }
        ImageSource::Url(url) => json!({ "fileData": { "mimeType": mime_of(url), "fileUri": url } }),
    }
}

/// The media type that the address of a picture tells.
pub(super) fn mime_of(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("gif") => "image/gif",
        Some("heic") => "image/heic",
        Some("heif") => "image/heif",
        _ => IMAGE_DEFAULT,
    }
}

/// Which signatures stand on calls, as this dialect has them: a thought without text that stands before a
/// call carries the call's.
pub(super) struct Signatures<'a>(BTreeMap<usize, (usize, &'a str)>);

impl<'a> Signatures<'a> {
    /// The signature of the call at this place.
    pub(super) fn of_call(&self, at: usize) -> Option<&'a str> {
        self.0.get(&at).map(|(_, signature)| *signature)
    }

    /// Whether the signature of the thought at this place stands on a call.
    fn is_taken(&self, at: usize) -> bool {
        self.0.values().any(|(thought, _)| *thought == at)
    }
}

/// Finds them. `far`: the next call of the turn takes the signature of any thought before it, as
/// dialects with an order of their own have moved them apart, and this API refuses the first call of a
/// turn without its signature.
pub(super) fn signatures(parts: &[Part], far: bool) -> Signatures<'_> {
    let mut moved = BTreeMap::new();
    let mut last: Option<(usize, &str)> = None;
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Reasoning { text, signature: Some(signature) } => {
                last = (far || text.is_empty()).then_some((at, signature.as_str()));
            }
            Part::ToolCall { .. } => {
                if let Some(thought) = last.take() {
                    moved.insert(at, thought);
                }
            }
            _ if far => {}
            _ => last = None,
        }
    }
    Signatures(moved)
}
