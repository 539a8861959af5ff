//! The words that the oracle has for Amazon's blocks.

use provoke::chat::Part;
use serde_json::Value;

/// Whether the oracle did not read an answer, and says so.
pub(super) fn is_unread(expected: &Value) -> bool {
    let notes = expected["notes"].as_array().into_iter().flatten();
    notes.filter_map(Value::as_str).any(|note| note.ends_with("model family not evaluated"))
}

/// Whether a recorder saved binary frames as their base64, which is text.
pub(super) fn is_saved_as_text(row: &Value) -> bool {
    // What begins with three zero bytes, as every frame does, has this base64.
    !row["body_b64"].as_str().unwrap().starts_with("AAA")
}

/// One word for what Claude and Nova call by two.
pub(super) fn word(block: &str) -> &str {
    match block {
        "tool_use" => "toolUse",
        "thinking" | "redacted_thinking" => "reasoningContent",
        block => block,
    }
}

/// The blocks of an answer. What a text cites is in its block, whose name is the text's in a stream; citations
/// without a text have no name there.
pub(super) fn blocks(parts: &[Part], stream: bool) -> Vec<&str> {
    let mut blocks = Vec::new();
    for part in parts {
        let cited = match part {
            Part::Other(block) => block.get("citationsContent"),
            _ => None,
        };
        let name = match part {
            _ if cited.is_some_and(|cited| cited.get("content").is_some()) => {
                if stream {
                    continue;
                }
                blocks.pop();
                "citationsContent"
            }
            _ if stream && cited.is_some() => "?",
            Part::Text(_) => "text",
            Part::Reasoning { .. } | Part::RedactedReasoning(_) => "reasoningContent",
            Part::ToolCall { .. } => "toolUse",
            Part::Other(block) => {
                let only =
                    block.as_object().and_then(|block| block.keys().next()).map_or("?", String::as_str);
                block["type"].as_str().unwrap_or(only)
            }
            Part::Image(_) | Part::ToolResult { .. } | Part::Refusal(_) => "?",
        };
        blocks.push(name);
    }
    blocks
}
