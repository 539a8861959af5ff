//! The stream encoder: parts in their order, calls whole.

use serde_json::{Map, Value, json};

use super::{error, finish, message, response, usage};
use crate::chat::{Event, Finish, PartKind, Usage};
use crate::dialect::StreamEncoder;
use crate::dialect::in_order::{InOrder, Next, Part};

/// Encodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    model: Option<String>,
    usage: Usage,
    finish: Option<Finish>,
    called: bool,
    /// Calls whose arguments are no JSON: they wait for the end, as a client would run them where the
    /// stream was cut.
    broken: Vec<u8>,
    parts: InOrder,
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
                Next::Piece { choice: 0, kind, text } => bytes.extend(self.piece(&kind, &text)),
                Next::Over(part) if part.choice == 0 => bytes.extend(self.close(part)),
                Next::Piece { .. } | Next::Over(_) => {}
            }
        }
        match event {
            Event::Start { model, .. } => self.model.clone_from(model),
            Event::Usage(told) => self.usage.update(told),
            Event::Finish { choice: 0, finish } => self.finish = Some(finish.clone()),
            Event::End => bytes.extend(self.end()),
            // An empty line is nothing to a reader of lines, and a sign of life to its socket.
            Event::Ping => bytes.push(b'\n'),
            Event::Error(told) => {
                self.over = true;
                bytes.extend(line(&error::encode(told)));
            }
            _ => {}
        }
        bytes
    }
}

impl Encoder {
    fn piece(&self, kind: &PartKind, text: &str) -> Vec<u8> {
        let message = match kind {
            PartKind::Text | PartKind::Refusal => json!({ "role": "assistant", "content": text }),
            PartKind::Reasoning => json!({ "role": "assistant", "content": "", "thinking": text }),
            PartKind::RedactedReasoning(_) | PartKind::ToolCall { .. } | PartKind::Other(_) => {
                return Vec::new();
            }
        };
        self.write(message)
    }

    fn close(&mut self, over: Part) -> Vec<u8> {
        let PartKind::ToolCall { id, name } = over.kind else { return Vec::new() };
        self.called = true;
        let (call, whole) = message::call(&id, &name, &over.text);
        let bytes = self.write(json!({ "role": "assistant", "content": "", "tool_calls": [call] }));
        if whole {
            return bytes;
        }
        self.broken.extend(bytes);
        Vec::new()
    }

    fn write(&self, message: Value) -> Vec<u8> {
        line(&response::frame(self.model.as_deref(), message, false).into())
    }

    fn end(&mut self) -> Vec<u8> {
        self.over = true;
        let message = json!({ "role": "assistant", "content": "" });
        let mut last: Map<String, Value> = response::frame(self.model.as_deref(), message, true);
        if let Some(told) = &self.finish {
            last.insert("done_reason".to_owned(), finish::write(told, self.called).into());
        }
        usage::write(&self.usage, &mut last);
        let mut bytes = std::mem::take(&mut self.broken);
        bytes.extend(line(&last.into()));
        bytes
    }
}

fn line(value: &Value) -> Vec<u8> {
    let mut line = value.to_string().into_bytes();
    line.push(b'\n');
    line
}
