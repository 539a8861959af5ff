//! The stream decoder: `stream-start text-generation* citation-generation* stream-end`.

use serde_json::Value;

use super::response;
use crate::chat::{Decoded, Event, Part, PartKind};
use crate::dialect::json::{list, owned, text, told};
use crate::dialect::{StreamDecoder, cohere_words, error_shape};
use crate::problem::Problem;

/// The most citations of one answer.
const CITATIONS_MAX: usize = 4096;

/// The most calls of one answer.
const CALLS_MAX: usize = 1024;

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    ended: bool,
    failed: bool,
    parts: u32,
    /// The open text.
    open: Option<u32>,
    called: bool,
    cited: Vec<Value>,
    events: Vec<Event>,
    problems: Vec<Problem>,
    after_end: bool,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        let data = data.trim();
        if data.is_empty() || event == "ping" {
            self.events.push(Event::Ping);
        } else if data != "[DONE]" {
            match serde_json::from_str::<Value>(data) {
                Ok(record) => self.take(event, &record),
                Err(error) => self.problem(format!("a record is not JSON: {error}")),
            }
        }
        self.give()
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close();
        self.cite();
        if self.started && !self.ended && !self.failed {
            self.problem("the stream ended without stream-end");
        }
        self.give()
    }
}

impl Decoder {
    fn give(&mut self) -> Decoded<Vec<Event>> {
        Decoded::with(std::mem::take(&mut self.events), std::mem::take(&mut self.problems))
    }

    fn problem(&mut self, message: impl Into<String>) {
        self.problems.push(Problem::new(message));
    }

    fn take(&mut self, event: &str, record: &Value) {
        if self.ended {
            if !std::mem::replace(&mut self.after_end, true) {
                self.problem("a record after stream-end");
            }
            return;
        }
        match text(record, "event_type").unwrap_or(event) {
            "stream-start" => self.start(owned(record, "generation_id")),
            "text-generation" => self.say(text(record, "text").unwrap_or_default()),
            "citation-generation" => {
                let room = CITATIONS_MAX.saturating_sub(self.cited.len());
                self.cited.extend(list(record, "citations").iter().take(room).cloned());
            }
            "tool-calls-generation" => {
                let text = text(record, "text").unwrap_or_default();
                self.say(text);
                self.call(list(record, "tool_calls"));
            }
            "stream-end" => self.end(record),
            _ => match error_shape::read_beside_answer(record).or_else(|| error_shape::read(record)) {
                Some(error) => {
                    self.failed = true;
                    self.events.push(Event::Error(error));
                }
                None => {
                    self.start(None);
                    self.events.push(Event::Other(record.clone()));
                }
            },
        }
    }

    /// Generate has no start of its own.
    fn start(&mut self, id: Option<String>) {
        if !std::mem::replace(&mut self.started, true) {
            self.events.push(Event::Start { id, model: None });
        }
    }

    fn begin(&mut self, kind: PartKind) -> u32 {
        self.start(None);
        let part = self.parts;
        self.parts += 1;
        self.events.push(Event::PartStart { part, choice: 0, kind });
        part
    }

    fn say(&mut self, said: &str) {
        if said.is_empty() {
            return;
        }
        let part = match self.open {
            Some(part) => part,
            None => self.begin(PartKind::Text),
        };
        self.open = Some(part);
        self.events.push(Event::Delta { part, text: said.to_owned() });
    }

    fn close(&mut self) {
        self.events.extend(self.open.take().map(|part| Event::PartEnd { part }));
    }

    fn call(&mut self, calls: &[Value]) {
        if calls.is_empty() || self.called {
            return;
        }
        self.called = true;
        self.close();
        for call in calls.iter().take(CALLS_MAX) {
            let Some(Part::ToolCall { id, name, arguments }) = response::call(call) else {
                self.problem("a tool call has no name");
                continue;
            };
            let part = self.begin(PartKind::ToolCall { id, name });
            self.events.push(Event::Delta { part, text: arguments });
            self.events.push(Event::PartEnd { part });
        }
    }

    fn cite(&mut self) {
        let cited = std::mem::take(&mut self.cited);
        if !cited.is_empty() {
            let part = self.begin(PartKind::Other(response::citations(&cited)));
            self.events.push(Event::PartEnd { part });
        }
    }

    fn end(&mut self, record: &Value) {
        self.start(None);
        let whole = told(record, "response").unwrap_or(&Value::Null);
        // What was never streamed is told once more as a whole.
        if self.parts == 0 {
            let first = list(whole, "generations").first().unwrap_or(whole);
            self.say(text(first, "text").unwrap_or_default());
        }
        self.close();
        self.call(list(whole, "tool_calls"));
        self.cite();
        let usage = response::usage(whole);
        if usage != crate::chat::Usage::default() {
            self.events.push(Event::Usage(usage));
        }
        if let Some(raw) = text(record, "finish_reason").or_else(|| text(whole, "finish_reason")) {
            self.events.push(Event::Finish { choice: 0, finish: cohere_words::finish(raw) });
        }
        self.ended = true;
        self.events.push(Event::End);
    }
}
