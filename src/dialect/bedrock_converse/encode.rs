//! The stream encoder.
//!
//! Blocks go out one after the other, as the service sends them: what belongs to a later part waits until
//! the earlier one has closed. Text and reasoning have no start of their own.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{block, error, finish, usage};
use crate::chat::{Event, Finish, PartKind, Usage};
use crate::dialect::StreamEncoder;
use crate::wire::event_stream::Frame;

/// The most bytes that wait for an earlier part; beyond them blocks overlap, which clients that go by the
/// block's index still read.
const WAITING_MAX: usize = 8 << 20;

/// Encodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    usage: Usage,
    finish: Option<Finish>,
    next: u64,
    calls: bool,
    over: bool,
    /// A block of text that is at its end, and stays open for what it cites.
    ending: Option<(u64, String)>,
    parts: VecDeque<Part>,
    waiting: usize,
}

#[derive(Debug)]
struct Part {
    part: u32,
    start: Option<Value>,
    says: Says,
    index: Option<u64>,
    waiting: Vec<Value>,
    said: String,
    /// The text whose citations these are.
    cites: Option<String>,
    spoke: bool,
    closed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Text,
    Reasoning,
    Input,
    Nothing,
}

impl StreamEncoder for Encoder {
    /// An error is the last word of a stream, as is its end: what follows is not written.
    fn event(&mut self, event: &Event) -> Vec<u8> {
        if self.over {
            return Vec::new();
        }
        match event {
            Event::Start { .. } => frame("messageStart", &json!({ "role": "assistant" })),
            Event::PartStart { part, choice: 0, kind } => self.part_start(*part, kind),
            Event::Delta { part, text } => self.delta(*part, text),
            Event::Signature { part, signature } => {
                self.piece(*part, json!({ "reasoningContent": { "signature": signature } }))
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
                stop(self.ending.take())
            }
            Event::End => self.end(),
            Event::Error(told) => {
                self.over = true;
                let payload = json!({ "message": told.message }).to_string();
                Frame::exception(error::exception(told), payload.into_bytes()).encode()
            }
            Event::PartStart { .. } | Event::Finish { .. } | Event::Ping | Event::Other(_) => Vec::new(),
        }
    }
}

impl Encoder {
    fn part_start(&mut self, part: u32, kind: &PartKind) -> Vec<u8> {
        let (mut waiting, mut cites) = (Vec::new(), None);
        let (start, says) = match kind {
            PartKind::Text | PartKind::Refusal => (None, Says::Text),
            PartKind::Reasoning => (None, Says::Reasoning),
            PartKind::RedactedReasoning(data) => {
                waiting.push(json!({ "reasoningContent": { "redactedContent": data } }));
                (None, Says::Nothing)
            }
            PartKind::ToolCall { id, name } => {
                self.calls = true;
                (Some(json!({ "toolUse": { "toolUseId": id, "name": name } })), Says::Input)
            }
            PartKind::Other(told) if block::is_block(told) => {
                cites = block::cited(told).map(|(_, said)| said);
                (held(told, &mut waiting), Says::Nothing)
            }
            PartKind::Other(_) => return Vec::new(),
        };
        let (said, spoke) = (String::new(), !waiting.is_empty());
        self.parts.push_back(Part {
            part,
            start,
            says,
            index: None,
            waiting,
            said,
            cites,
            spoke,
            closed: false,
        });
        self.flush(false)
    }

    fn delta(&mut self, part: u32, said: &str) -> Vec<u8> {
        let Some(open) = self.parts.iter_mut().find(|open| open.part == part) else { return Vec::new() };
        let delta = match open.says {
            Says::Text => {
                open.said.push_str(said);
                json!({ "text": said })
            }
            Says::Reasoning => json!({ "reasoningContent": { "text": said } }),
            Says::Input => json!({ "toolUse": { "input": said } }),
            Says::Nothing => return Vec::new(),
        };
        self.piece(part, delta)
    }

    fn piece(&mut self, part: u32, delta: Value) -> Vec<u8> {
        let Some(open) = self.parts.iter_mut().find(|open| open.part == part) else { return Vec::new() };
        open.spoke = true;
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
            if open.index.is_none() {
                let cites = open.cites.take().filter(|said| !said.is_empty());
                let before = self.ending.take();
                if let (Some(cites), Some((index, said))) = (&cites, &before)
                    && cites == said
                {
                    open.index = Some(*index);
                } else {
                    bytes.extend(stop(before));
                    open.index = Some(self.next);
                    if let Some(start) = &open.start {
                        let start = json!({ "contentBlockIndex": self.next, "start": start });
                        bytes.extend(frame("contentBlockStart", &start));
                    }
                    bytes.extend(
                        cites.iter().flat_map(|said| block_delta(self.next, &json!({ "text": said }))),
                    );
                    self.next += 1;
                }
            }
            let index = open.index.unwrap_or_default();
            for delta in open.waiting.drain(..) {
                self.waiting = self.waiting.saturating_sub(delta.to_string().len());
                bytes.extend(block_delta(index, &delta));
            }
            if open.closed {
                // A block without a start is only there by its deltas.
                let silent = match open.says {
                    Says::Text if !open.spoke => Some(json!({ "text": "" })),
                    Says::Reasoning if !open.spoke => Some(json!({ "reasoningContent": { "text": "" } })),
                    _ => None,
                };
                bytes.extend(silent.iter().flat_map(|delta| block_delta(index, delta)));
                let said = std::mem::take(&mut open.said);
                let is_text = open.says == Says::Text;
                self.parts.remove(place);
                let ended = Some((index, said));
                bytes.extend(stop(if is_text { std::mem::replace(&mut self.ending, ended) } else { ended }));
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
        bytes.extend(stop(self.ending.take()));
        let reason = self.finish.as_ref().map(|finish| finish::write(finish, self.calls));
        bytes.extend(frame("messageStop", &json!({ "stopReason": reason })));
        let metadata = json!({ "usage": usage::write(&self.usage), "metrics": { "latencyMs": 0 } });
        bytes.extend(frame("metadata", &metadata));
        bytes
    }
}

/// Takes a block kept whole apart: its start, if it has one, and its deltas.
fn held(told: &Value, deltas: &mut Vec<Value>) -> Option<Value> {
    if let Some((cited, _)) = block::cited(told) {
        let citations = cited.get("citations").and_then(Value::as_array).into_iter().flatten();
        deltas.extend(citations.map(|citation| json!({ "citation": citation })));
        return None;
    }
    let mut start = told.clone();
    for (kind, inner) in start.as_object_mut()? {
        let Some(inner) = inner.as_object_mut() else { continue };
        let (input, content) = (inner.remove("input"), inner.remove("content"));
        deltas.extend(input.map(|input| json!({ kind.as_str(): { "input": input.to_string() } })));
        deltas.extend(content.map(|content| json!({ kind.as_str(): content })));
    }
    Some(start)
}

fn frame(name: &str, payload: &Value) -> Vec<u8> {
    Frame::event(name, payload.to_string().into_bytes()).encode()
}

fn block_delta(index: u64, delta: &Value) -> Vec<u8> {
    frame("contentBlockDelta", &json!({ "contentBlockIndex": index, "delta": delta }))
}

fn stop(ending: Option<(u64, String)>) -> Vec<u8> {
    ending
        .map(|(index, _)| frame("contentBlockStop", &json!({ "contentBlockIndex": index })))
        .unwrap_or_default()
}
