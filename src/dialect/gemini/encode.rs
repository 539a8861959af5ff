//! The stream encoder.
//!
//! Parts go out in their order, and calls whole: what belongs to a later part of a candidate waits until
//! the earlier one has closed.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value};

use super::{error, part, response, usage};
use crate::chat::{Event, Finish, PartKind, Usage};
use crate::dialect::sse_out::record;
use crate::dialect::{StreamEncoder, error_shape};

/// The most bytes that wait; beyond them texts overtake the calls before them.
const WAITING_MAX: usize = 8 * 1024 * 1024;

/// The longest arguments of one call, in bytes; what is longer is cut, and so no JSON any more.
const ARGUMENTS_MAX: usize = 64 * 1024 * 1024;

/// Encodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    id: Option<String>,
    model: Option<String>,
    usage: Usage,
    finishes: BTreeMap<u32, Finish>,
    called: BTreeMap<u32, bool>,
    parts: VecDeque<Part>,
    /// The signature that the next call of a candidate carries.
    signatures: BTreeMap<u32, String>,
    waiting: usize,
    over: bool,
}

#[derive(Debug)]
struct Part {
    part: u32,
    choice: u32,
    kind: PartKind,
    text: String,
    signature: Option<String>,
    /// Whether some of it was written.
    spoke: bool,
    closed: bool,
}

impl StreamEncoder for Encoder {
    /// An error is the last word of a stream, as is its end: what follows is not written.
    fn event(&mut self, event: &Event) -> Vec<u8> {
        if self.over {
            return Vec::new();
        }
        match event {
            Event::Start { id, model } => {
                (self.id, self.model) = (id.clone(), model.clone());
                Vec::new()
            }
            Event::PartStart { part, choice, kind } => self.part_start(*part, *choice, kind),
            Event::Delta { part, text } => self.delta(*part, text),
            Event::Signature { part, signature } => {
                if let Some(open) = self.parts.iter_mut().find(|open| open.part == *part) {
                    open.signature.get_or_insert_default().push_str(signature);
                }
                Vec::new()
            }
            Event::PartEnd { part } => {
                let Some(open) = self.parts.iter_mut().find(|open| open.part == *part) else {
                    return Vec::new();
                };
                open.closed = true;
                let choice = open.choice;
                self.flush(choice)
            }
            Event::Usage(told) => {
                self.usage.update(told);
                Vec::new()
            }
            Event::Finish { choice, finish } => {
                self.finishes.insert(*choice, finish.clone());
                Vec::new()
            }
            Event::End => self.end(),
            // Old clients cannot read a comment; blank lines are nothing to all.
            Event::Ping => b"\n\n".to_vec(),
            Event::Error(told) => {
                self.over = true;
                let status = error_shape::status_of(told).unwrap_or(500);
                record(None, &error::encode(status, told))
            }
            Event::Other(_) => Vec::new(),
        }
    }
}

impl Encoder {
    fn part_start(&mut self, part: u32, choice: u32, kind: &PartKind) -> Vec<u8> {
        if matches!(kind, PartKind::ToolCall { .. }) {
            self.called.insert(choice, true);
        }
        let kind = kind.clone();
        let (text, signature) = (String::new(), None);
        self.parts.push_back(Part { part, choice, kind, text, signature, spoke: false, closed: false });
        Vec::new()
    }

    fn delta(&mut self, part: u32, text: &str) -> Vec<u8> {
        let Some(open) = self.parts.iter_mut().find(|open| open.part == part) else { return Vec::new() };
        if open.text.len() + text.len() <= ARGUMENTS_MAX {
            open.text.push_str(text);
            self.waiting += text.len();
        }
        let choice = open.choice;
        self.flush(choice)
    }

    /// Writes the first part of a candidate as far as it is known, and each next one once it is the first.
    fn flush(&mut self, choice: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut place = 0;
        while let Some(open) = self.parts.get_mut(place) {
            if open.choice != choice {
                place += 1;
                continue;
            }
            let is_call = matches!(open.kind, PartKind::ToolCall { .. });
            if !is_call && !open.text.is_empty() {
                let text = std::mem::take(&mut open.text);
                self.waiting = self.waiting.saturating_sub(text.len());
                let written = said(&open.kind, &text);
                open.spoke = true;
                bytes.extend(self.signature_alone(choice));
                bytes.extend(written.map(|part| self.chunk(choice, part)).unwrap_or_default());
                continue;
            }
            if open.closed {
                if let Some(open) = self.parts.remove(place) {
                    bytes.extend(self.close(open));
                }
            } else if self.waiting > WAITING_MAX {
                place += 1;
            } else {
                break;
            }
        }
        bytes
    }

    fn close(&mut self, open: Part) -> Vec<u8> {
        let choice = open.choice;
        match open.kind {
            PartKind::ToolCall { id, name } => {
                self.waiting = self.waiting.saturating_sub(open.text.len());
                let signature = self.signatures.remove(&choice);
                self.chunk(choice, part::call(&id, &name, &open.text, signature.as_deref()).0)
            }
            PartKind::Reasoning => {
                let Some(signature) = open.signature else { return Vec::new() };
                if !open.spoke {
                    let bytes = self.signature_alone(choice);
                    self.signatures.insert(choice, signature);
                    return bytes;
                }
                let part = serde_json::json!({ "text": "", "thought": true, "thoughtSignature": signature });
                self.chunk(choice, part)
            }
            PartKind::Other(value) if part::is_own(&value) => {
                let mut bytes = self.signature_alone(choice);
                bytes.extend(self.chunk(choice, value));
                bytes
            }
            _ => Vec::new(),
        }
    }

    /// Writes the signature that waits for a call, as something else follows.
    fn signature_alone(&mut self, choice: u32) -> Vec<u8> {
        let Some(signature) = self.signatures.remove(&choice) else { return Vec::new() };
        self.chunk(choice, serde_json::json!({ "text": "", "thoughtSignature": signature }))
    }

    fn chunk(&self, choice: u32, part: Value) -> Vec<u8> {
        self.write(vec![response::candidate(&[part], choice, None, false)], false)
    }

    fn write(&self, candidates: Vec<Value>, with_usage: bool) -> Vec<u8> {
        let mut answer = Map::new();
        if !candidates.is_empty() {
            answer.insert("candidates".to_owned(), candidates.into());
        }
        if let Some(usage) = usage::write(&self.usage).filter(|_| with_usage) {
            answer.insert("usageMetadata".to_owned(), usage);
        }
        response::frame(&mut answer, self.id.as_deref(), self.model.as_deref());
        record(None, &answer.into())
    }

    /// The finish reasons and the usage stand in the last record.
    fn end(&mut self) -> Vec<u8> {
        self.over = true;
        for open in &mut self.parts {
            open.closed = true;
        }
        let choices: Vec<u32> = self.parts.iter().map(|open| open.choice).collect();
        let mut bytes: Vec<u8> = choices.into_iter().flat_map(|choice| self.flush(choice)).collect();
        let waiting: Vec<u32> = self.signatures.keys().copied().collect();
        bytes.extend(waiting.into_iter().flat_map(|choice| self.signature_alone(choice)));
        let blocked = self.finishes.get(&0).and_then(super::finish::blocked);
        if let Some(reason) = blocked {
            let mut answer = Map::new();
            answer.insert("promptFeedback".to_owned(), serde_json::json!({ "blockReason": reason }));
            if let Some(usage) = usage::write(&self.usage) {
                answer.insert("usageMetadata".to_owned(), usage);
            }
            response::frame(&mut answer, self.id.as_deref(), self.model.as_deref());
            bytes.extend(record(None, &answer.into()));
            return bytes;
        }
        let last = self.finishes.iter().map(|(choice, finish)| {
            response::candidate(&[], *choice, Some(finish), self.called.contains_key(choice))
        });
        bytes.extend(self.write(last.collect(), true));
        bytes
    }
}

/// A piece of a text or a thought.
fn said(kind: &PartKind, text: &str) -> Option<Value> {
    match kind {
        PartKind::Text | PartKind::Refusal => Some(part::text(text)),
        PartKind::Reasoning => Some(serde_json::json!({ "text": text, "thought": true })),
        PartKind::RedactedReasoning(_) | PartKind::ToolCall { .. } | PartKind::Other(_) => None,
    }
}
