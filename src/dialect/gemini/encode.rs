//! The stream encoder: parts in their order, calls whole.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{error, part, response, usage};
use crate::chat::{Event, Finish, PartKind, Usage};
use crate::dialect::in_order::{InOrder, Next, Part};
use crate::dialect::sse_out::record;
use crate::dialect::{StreamEncoder, error_shape};

/// Encodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    id: Option<String>,
    model: Option<String>,
    usage: Usage,
    finishes: BTreeMap<u32, Finish>,
    called: BTreeSet<u32>,
    parts: InOrder,
    /// The signature that the next call of a candidate carries.
    signatures: BTreeMap<u32, String>,
    /// Calls whose arguments are no JSON: they wait for the end, as a client would run them where the
    /// stream was cut.
    broken: Vec<u8>,
    over: bool,
}

impl StreamEncoder for Encoder {
    /// An error is the last word of a stream, as is its end: what follows is not written.
    fn event(&mut self, event: &Event) -> Vec<u8> {
        if self.over {
            return Vec::new();
        }
        let mut bytes = Vec::new();
        for next in self.parts.take(event) {
            match next {
                Next::Piece { choice, kind, text } => bytes.extend(self.piece(choice, &kind, &text)),
                Next::Over(part) => bytes.extend(self.close(part)),
            }
        }
        match event {
            Event::Start { id, model } => (self.id, self.model) = (id.clone(), model.clone()),
            Event::PartStart { choice, kind: PartKind::ToolCall { .. }, .. } => {
                self.called.insert(*choice);
            }
            Event::Usage(told) => self.usage.update(told),
            Event::Finish { choice, finish } => {
                self.finishes.insert(*choice, finish.clone());
            }
            Event::End => bytes.extend(self.end()),
            // Old clients cannot read a comment; blank lines are nothing to all.
            Event::Ping => bytes.extend_from_slice(b"\n\n"),
            Event::Error(told) => {
                self.over = true;
                let status = error_shape::status_of(told).unwrap_or(500);
                bytes.extend(record(None, &error::encode(status, told)));
            }
            _ => {}
        }
        bytes
    }
}

impl Encoder {
    fn piece(&mut self, choice: u32, kind: &PartKind, text: &str) -> Vec<u8> {
        let part = match kind {
            PartKind::Text | PartKind::Refusal => part::text(text),
            PartKind::Reasoning => json!({ "text": text, "thought": true }),
            PartKind::RedactedReasoning(_) | PartKind::ToolCall { .. } | PartKind::Other(_) => {
                return Vec::new();
            }
        };
        let mut bytes = self.signature_alone(choice);
        bytes.extend(self.chunk(choice, part));
        bytes
    }

    fn close(&mut self, over: Part) -> Vec<u8> {
        let choice = over.choice;
        match (over.kind, over.signature) {
            (PartKind::ToolCall { id, name }, _) => {
                let signature = self.signatures.remove(&choice);
                let (call, whole) = part::call(&id, &name, &over.text, signature.as_deref());
                let bytes = self.chunk(choice, call);
                if whole {
                    return bytes;
                }
                self.broken.extend(bytes);
                Vec::new()
            }
            (PartKind::Reasoning, Some(signature)) if over.spoke => {
                let part = json!({ "text": "", "thought": true, "thoughtSignature": signature });
                self.chunk(choice, part)
            }
            (PartKind::Reasoning, Some(signature)) => {
                let bytes = self.signature_alone(choice);
                self.signatures.insert(choice, signature);
                bytes
            }
            (PartKind::Other(value), _) if part::is_own(&value) => {
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
        self.chunk(choice, json!({ "text": "", "thoughtSignature": signature }))
    }

    fn chunk(&self, choice: u32, part: Value) -> Vec<u8> {
        let mut answer = Map::new();
        let candidate = response::candidate(&[part], choice, None, false);
        answer.insert("candidates".to_owned(), json!([candidate]));
        self.write(answer)
    }

    fn write(&self, mut answer: Map<String, Value>) -> Vec<u8> {
        response::frame(&mut answer, self.id.as_deref(), self.model.as_deref());
        record(None, &answer.into())
    }

    /// The finish reasons and the usage stand in the last record.
    fn end(&mut self) -> Vec<u8> {
        self.over = true;
        let waiting: Vec<u32> = self.signatures.keys().copied().collect();
        let mut bytes = std::mem::take(&mut self.broken);
        bytes.extend(waiting.into_iter().flat_map(|choice| self.signature_alone(choice)));
        let mut answer = Map::new();
        if let Some(reason) = self.finishes.get(&0).and_then(super::finish::blocked) {
            answer.insert("promptFeedback".to_owned(), json!({ "blockReason": reason }));
        } else if !self.finishes.is_empty() {
            let last = self.finishes.iter().map(|(choice, finish)| {
                response::candidate(&[part::text("")], *choice, Some(finish), self.called.contains(choice))
            });
            answer.insert("candidates".to_owned(), last.collect());
        }
        if let Some(usage) = usage::write(&self.usage) {
            answer.insert("usageMetadata".to_owned(), usage);
        }
        bytes.extend(self.write(answer));
        bytes
    }
}
