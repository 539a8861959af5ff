//! The stream encoder.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::chat::{Event, PartKind, Usage};
use crate::dialect::completions::{error, finish, usage};
use crate::dialect::sse_out::record;
use crate::dialect::{StreamEncoder, error_shape};

const DONE: &[u8] = b"data: [DONE]\n\n";

/// Encodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    id: Option<String>,
    model: String,
    usage: Option<Usage>,
    parts: BTreeMap<u32, Open>,
    calls: BTreeMap<u32, u64>,
    failed: bool,
    ended: bool,
}

#[derive(Debug)]
struct Open {
    choice: u32,
    kind: Kind,
    spoke: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Reasoning,
    Refusal,
    Call(u64),
    Silent,
}

impl StreamEncoder for Encoder {
    /// After the end nothing is written; after an error nothing but the end, for which clients
    /// may wait.
    fn event(&mut self, event: &Event) -> Vec<u8> {
        if self.ended || self.failed && *event != Event::End {
            return Vec::new();
        }
        match event {
            Event::Start { id, model } => {
                self.id.clone_from(id);
                self.model = model.clone().unwrap_or_default();
                self.chunk(0, &json!({ "role": "assistant", "content": "" }))
            }
            Event::PartStart { part, choice, kind } => self.part_start(*part, *choice, kind),
            Event::Delta { part, text } => self.delta(*part, text),
            Event::Signature { part, signature } => {
                let Some(open) = self.parts.get(part) else { return Vec::new() };
                let detail = json!({ "type": "reasoning.text", "signature": signature, "index": 0 });
                self.chunk(open.choice, &json!({ "reasoning_details": [detail] }))
            }
            Event::PartEnd { part } => self.part_end(*part),
            Event::Usage(usage) => {
                self.usage.get_or_insert_default().update(usage);
                Vec::new()
            }
            Event::Finish { choice, finish } => {
                self.write(*choice, &json!({}), &finish::write(finish).into())
            }
            Event::End => self.end(),
            Event::Ping => b": keep-alive\n\n".to_vec(),
            Event::Error(told) => {
                self.failed = true;
                let status = error_shape::status_of(told).unwrap_or(500);
                record(None, &error::encode(status, told))
            }
            Event::Other(_) => Vec::new(),
        }
    }
}

impl Encoder {
    fn part_start(&mut self, part: u32, choice: u32, kind: &PartKind) -> Vec<u8> {
        let mut bytes = Vec::new();
        let kind = match kind {
            PartKind::Text => Kind::Text,
            PartKind::Reasoning => Kind::Reasoning,
            PartKind::Refusal => Kind::Refusal,
            PartKind::ToolCall { id, name } => {
                let next = self.calls.entry(choice).or_default();
                let index = *next;
                *next += 1;
                let function = json!({ "name": name, "arguments": "" });
                let call = json!({ "index": index, "id": id, "type": "function", "function": function });
                bytes = self.chunk(choice, &json!({ "tool_calls": [call] }));
                Kind::Call(index)
            }
            PartKind::RedactedReasoning(data) => {
                let detail = json!({ "type": "reasoning.encrypted", "data": data, "index": 0 });
                bytes = self.chunk(choice, &json!({ "reasoning_details": [detail] }));
                Kind::Silent
            }
            PartKind::Other(_) => Kind::Silent,
        };
        self.parts.insert(part, Open { choice, kind, spoke: false });
        bytes
    }

    fn delta(&mut self, part: u32, text: &str) -> Vec<u8> {
        let Some(open) = self.parts.get_mut(&part) else { return Vec::new() };
        if text.is_empty() {
            return Vec::new();
        }
        open.spoke = true;
        let (choice, kind) = (open.choice, open.kind);
        let delta = match kind {
            Kind::Text => json!({ "content": text }),
            Kind::Reasoning => json!({ "reasoning_content": text }),
            Kind::Refusal => json!({ "refusal": text }),
            Kind::Call(index) => call_piece(index, text),
            Kind::Silent => return Vec::new(),
        };
        self.chunk(choice, &delta)
    }

    /// A call without arguments gets an empty object, as the API demands JSON.
    fn part_end(&mut self, part: u32) -> Vec<u8> {
        match self.parts.remove(&part) {
            Some(Open { choice, kind: Kind::Call(index), spoke: false }) => {
                self.chunk(choice, &call_piece(index, "{}"))
            }
            _ => Vec::new(),
        }
    }

    fn end(&mut self) -> Vec<u8> {
        self.ended = true;
        let mut bytes = Vec::new();
        if let Some(told) = self.usage.as_ref().filter(|_| !self.failed) {
            let mut chunk = self.frame();
            chunk["choices"] = json!([]);
            chunk["usage"] = usage::write(told);
            bytes = record(None, &chunk);
        }
        bytes.extend_from_slice(DONE);
        bytes
    }

    fn chunk(&self, choice: u32, delta: &Value) -> Vec<u8> {
        self.write(choice, delta, &Value::Null)
    }

    fn write(&self, choice: u32, delta: &Value, finish: &Value) -> Vec<u8> {
        let mut chunk = self.frame();
        chunk["choices"] = json!([{ "index": choice, "delta": delta, "finish_reason": finish }]);
        record(None, &chunk)
    }

    /// What every chunk carries. `created` is 0: pure code has no clock.
    fn frame(&self) -> Value {
        json!({
            "id": self.id.as_deref().unwrap_or("chatcmpl-0"),
            "object": "chat.completion.chunk",
            "created": 0,
            "model": self.model,
        })
    }
}

fn call_piece(index: u64, text: &str) -> Value {
    json!({ "tool_calls": [{ "index": index, "function": { "arguments": text } }] })
}
