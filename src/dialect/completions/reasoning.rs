//! Reasoning, which this dialect never standardised: `reasoning_content` (DeepSeek, Z.ai,
//! xAI, llama.cpp), `reasoning` (OpenRouter, Groq, Ollama), `reasoning_details` (OpenRouter:
//! signatures and opaque blobs), `reasoning_text` (GitHub Copilot), `thinking`.

use serde_json::{Value, json};

use crate::chat::Part;
use crate::dialect::json::{first_text, list, text};

const TEXTS: [&str; 4] = ["reasoning_content", "reasoning", "reasoning_text", "thinking"];

/// One piece of reasoning in a delta or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dialect) enum Piece<'a> {
    Text(&'a str),
    Signature(&'a str),
    Encrypted(&'a str),
}

/// The pieces that a delta or message tells, in order. Plain text that stands beside
/// `reasoning_details` is the same text again, and is told once.
pub(in crate::dialect) fn pieces(message: &Value) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let plain = first_text(message, &TEXTS);
    pieces.extend(plain.map(Piece::Text));
    for detail in list(message, "reasoning_details") {
        let told = text(detail, "text").or_else(|| text(detail, "summary"));
        if let (None, Some(told)) = (plain, told) {
            pieces.push(Piece::Text(told));
        }
        pieces.extend(text(detail, "signature").map(Piece::Signature));
        pieces.extend(text(detail, "data").map(Piece::Encrypted));
    }
    pieces
}

/// The reasoning parts of a whole message: one per detail where details tell text, else the
/// plain text and then the opaque blobs.
pub(in crate::dialect) fn parts(message: &Value) -> Vec<Part> {
    let details = list(message, "reasoning_details");
    let plain = first_text(message, &TEXTS);
    let rich = ["text", "summary", "signature"];
    let mut parts = Vec::new();
    if !details.iter().any(|detail| first_text(detail, &rich).is_some()) {
        parts.extend(plain.map(|text| Part::Reasoning { text: text.to_owned(), signature: None }));
    }
    parts.extend(details.iter().filter_map(detail_part));
    parts
}

fn detail_part(detail: &Value) -> Option<Part> {
    if let Some(data) = text(detail, "data") {
        return Some(Part::RedactedReasoning(data.to_owned()));
    }
    let told = first_text(detail, &["text", "summary"]);
    let signature = text(detail, "signature").map(str::to_owned);
    (told.is_some() || signature.is_some())
        .then(|| Part::Reasoning { text: told.unwrap_or_default().to_owned(), signature })
}

/// Writes reasoning parts into a message: plain text under `reasoning_content`, and
/// `reasoning_details` where there are signatures or blobs.
pub(in crate::dialect) fn write(parts: &[Part], message: &mut Value) {
    let mut plain = String::new();
    let mut details = Vec::new();
    let mut rich = false;
    for part in parts {
        match part {
            Part::Reasoning { text, signature } => {
                plain.push_str(text);
                rich |= signature.is_some();
                let mut detail = json!({ "type": "reasoning.text", "text": text, "index": details.len() });
                if let Some(signature) = signature {
                    detail["signature"] = signature.as_str().into();
                }
                details.push(detail);
            }
            Part::RedactedReasoning(data) => {
                rich = true;
                details.push(json!({ "type": "reasoning.encrypted", "data": data, "index": details.len() }));
            }
            _ => {}
        }
    }
    if !plain.is_empty() {
        message["reasoning_content"] = plain.into();
    }
    if rich || details.len() > 1 {
        message["reasoning_details"] = details.into();
    }
}
