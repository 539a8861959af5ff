//! The stream encoder.
//!
//! Blocks go out one after the other, as clients of this dialect expect: what belongs to a
//! later part waits until the earlier one has closed.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{block, error, finish, usage};
use crate::chat::{Event, Finish, PartKind, Usage};
use crate::dialect::sse_out::record;
use crate::dialect::{StreamEncoder, error_shape};

/// The most bytes that wait for an earlier part; beyond them blocks overlap, which clients
/// that go by the block's index still read.
const WAITING_MAX: usize = 8 * 1024 * 1024;

/// Encodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    /// `message_start`, held back until it is known whether usage follows at once.
    start: Option<Value>,
    usage: Usage,
    finish: Option<Finish>,
    next: u64,
    calls: bool,
    over: bool,
    parts: VecDeque<Part>,
    waiting: usize,
}

#[derive(Debug)]
struct Part {
    part: u32,
    start: Value,
    delta: Delta,
    index: Option<u64>,
    waiting: Vec<Value>,
    closed: bool,
}

#[derive(Debug, Clone, Copy)]
enum Delta {
    Text,
    Thinking,
    Input,
    None,
}

impl StreamEncoder for Encoder {
    /// An error is the last word of a stream, as is its end: what follows is not written.
    fn event(&mut self, event: &Event) -> Vec<u8> {
        if self.over {
            return Vec::new();
        }
        let mut bytes = match event {
            Event::Usage(_) | Event::Start { .. } => Vec::new(),
            _ => self.begin(),
        };
        bytes.extend(self.write(event));
        bytes
    }
}

impl Encoder {
    fn write(&mut self, event: &Event) -> Vec<u8> {
        match event {
            Event::Start { id, model } => {
                self.start = Some(start(id.as_deref(), model.as_deref()));
                Vec::new()
            }
            Event::PartStart { part, choice: 0, kind } => self.part_start(*part, kind),
            Event::PartStart { .. } | Event::Other(_) => Vec::new(),
            Event::Delta { part, text } => self.delta(*part, text),
            Event::Signature { part, signature } => {
                self.piece(*part, json!({ "type": "signature_delta", "signature": signature }))
            }
            Event::PartEnd { part } => {
                if let Some(open) = self.parts.iter_mut().find(|open| open.part == *part) {
                    open.closed = true;
                }
                self.flush(false)
            }
            Event::Usage(told) => {
                self.usage.update(told);
                Vec::new()
            }
            Event::Finish { choice: 0, finish } => {
                self.finish = Some(finish.clone());
                Vec::new()
            }
            Event::Finish { .. } => Vec::new(),
            Event::End => self.end(),
            Event::Ping => record(Some("ping"), &json!({ "type": "ping" })),
            Event::Error(told) => {
                self.over = true;
                let status = error_shape::status_of(told).unwrap_or(500);
                record(Some("error"), &error::encode(status, told))
            }
        }
    }

    fn begin(&mut self) -> Vec<u8> {
        let Some(mut message) = self.start.take() else { return Vec::new() };
        message["usage"] = usage::write(&self.usage);
        record(Some("message_start"), &json!({ "type": "message_start", "message": message }))
    }

    fn part_start(&mut self, part: u32, kind: &PartKind) -> Vec<u8> {
        let (start, delta) = match kind {
            PartKind::Text | PartKind::Refusal => (json!({ "type": "text", "text": "" }), Delta::Text),
            PartKind::Reasoning => {
                (json!({ "type": "thinking", "thinking": "", "signature": "" }), Delta::Thinking)
            }
            PartKind::RedactedReasoning(data) => {
                (json!({ "type": "redacted_thinking", "data": data }), Delta::None)
            }
            PartKind::ToolCall { id, name } => {
                self.calls = true;
                (block::write_tool_use(id, name, "").0, Delta::Input)
            }
            PartKind::Other(block) if block::is_block(block) => (block.clone(), Delta::None),
            PartKind::Other(_) => return Vec::new(),
        };
        self.parts.push_back(Part { part, start, delta, index: None, waiting: Vec::new(), closed: false });
        self.flush(false)
    }

    fn delta(&mut self, part: u32, text: &str) -> Vec<u8> {
        let Some(open) = self.parts.iter().find(|open| open.part == part) else { return Vec::new() };
        let delta = match open.delta {
            Delta::Text => json!({ "type": "text_delta", "text": text }),
            Delta::Thinking => json!({ "type": "thinking_delta", "thinking": text }),
            Delta::Input => json!({ "type": "input_json_delta", "partial_json": text }),
            Delta::None => return Vec::new(),
        };
        self.piece(part, delta)
    }

    fn piece(&mut self, part: u32, delta: Value) -> Vec<u8> {
        let Some(open) = self.parts.iter_mut().find(|open| open.part == part) else { return Vec::new() };
        if let Some(index) = open.index {
            return block_delta(index, &delta);
        }
        self.waiting += delta.to_string().len();
        open.waiting.push(delta);
        self.flush(self.waiting > WAITING_MAX)
    }

    /// Writes the first part as far as it is known, and each next one once it is the first.
    /// `overlap`: every part.
    fn flush(&mut self, overlap: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut place = 0;
        while let Some(open) = self.parts.get_mut(place) {
            let index = *open.index.get_or_insert_with(|| {
                let index = self.next;
                self.next += 1;
                let start =
                    json!({ "type": "content_block_start", "index": index, "content_block": open.start.take() });
                bytes.extend(record(Some("content_block_start"), &start));
                index
            });
            for delta in open.waiting.drain(..) {
                self.waiting = self.waiting.saturating_sub(delta.to_string().len());
                bytes.extend(block_delta(index, &delta));
            }
            if open.closed {
                let stop = json!({ "type": "content_block_stop", "index": index });
                bytes.extend(record(Some("content_block_stop"), &stop));
                self.parts.remove(place);
            } else if overlap {
                place += 1;
            } else {
                break;
            }
        }
        bytes
    }

    /// Usage may come after the finish reason, so both wait for the end.
    fn end(&mut self) -> Vec<u8> {
        self.over = true;
        for open in &mut self.parts {
            open.closed = true;
        }
        let mut bytes = self.flush(false);
        let delta = json!({
            "type": "message_delta",
            "delta": { "stop_reason": self.finish.as_ref().map(|finish| finish::write(finish, self.calls)), "stop_sequence": null },
            "usage": usage::write(&self.usage),
        });
        bytes.extend(record(Some("message_delta"), &delta));
        bytes.extend(record(Some("message_stop"), &json!({ "type": "message_stop" })));
        bytes
    }
}

fn start(id: Option<&str>, model: Option<&str>) -> Value {
    json!({
        "id": id.unwrap_or("msg_0"),
        "type": "message",
        "role": "assistant",
        "model": model.unwrap_or_default(),
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
    })
}

fn block_delta(index: u64, delta: &Value) -> Vec<u8> {
    let record_data = json!({ "type": "content_block_delta", "index": index, "delta": delta });
    record(Some("content_block_delta"), &record_data)
}
