//! The stream decoder.
//!
//! `message-start (tool-plan-delta* (tool-call-start tool-call-delta* tool-call-end)*)? (content-start
//! (content-delta | citation-start citation-end)* content-end)* message-end`, then an undocumented `[DONE]`.
//! Indexes begin anew with each kind.

use std::collections::BTreeMap;

use serde_json::Value;

use super::response;
use crate::chat::{Decoded, ErrorBody, Event, Part, PartKind};
use crate::dialect::json::{list, owned, text, told};
use crate::dialect::{StreamDecoder, cohere_words, error_shape};
use crate::problem::Problem;

/// The most parts of one answer.
const PARTS_MAX: u32 = 4096;

/// The longest tool plan, in bytes.
const PLAN_MAX: usize = 1 << 20;

/// The most citations of one answer.
const CITATIONS_MAX: usize = 4096;

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    ended: bool,
    failed: bool,
    parts: u32,
    plan: String,
    cited: Vec<Value>,
    content: BTreeMap<u64, Content>,
    calls: BTreeMap<u64, Call>,
    events: Vec<Event>,
    problems: Vec<Problem>,
    said: Said,
}

/// Problems that are told once.
#[derive(Debug, Default)]
struct Said {
    full: bool,
    foreign: bool,
    after_end: bool,
    before_start: bool,
}

/// An open block of content.
#[derive(Debug, Clone, Copy)]
struct Content {
    part: Option<u32>,
    is_thinking: bool,
}

/// An open tool call.
#[derive(Debug, Clone, Copy)]
struct Call {
    part: Option<u32>,
    spoke: bool,
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
        } else if !self.ended && !self.failed {
            self.problem("[DONE] without message-end");
        }
        self.give()
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close_all(false);
        if self.started && !self.ended && !self.failed {
            self.problem("the stream ended without message-end");
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
        let kind = text(record, "type").unwrap_or(event);
        if self.ended {
            if !std::mem::replace(&mut self.said.after_end, true) {
                self.problem("a record after message-end");
            }
            return;
        }
        let index = record.get("index").and_then(Value::as_u64).unwrap_or_default();
        let message = record.get("delta").and_then(|delta| delta.get("message")).unwrap_or(&Value::Null);
        match kind {
            "message-start" if self.started => self.problem("second message-start"),
            "message-start" => {
                self.started = true;
                self.events.push(Event::Start { id: owned(record, "id"), model: None });
            }
            "tool-plan-delta" => {
                self.begin_if_needed();
                let piece = text(message, "tool_plan").unwrap_or_default();
                if self.plan.len() + piece.len() <= PLAN_MAX {
                    self.plan.push_str(piece);
                }
            }
            "content-start" => self.content_start(index, message),
            "content-delta" => self.content_delta(index, message),
            "content-end" => {
                if let Some(Content { part: Some(part), .. }) = self.content.remove(&index) {
                    self.events.push(Event::PartEnd { part });
                }
            }
            "tool-call-start" => self.call_start(index, message),
            "tool-call-delta" => self.call_delta(index, message),
            "tool-call-end" => {
                if let Some(call) = self.calls.remove(&index) {
                    self.close_call(call, true);
                }
            }
            "citation-start" => {
                let cited = message.get("citations").filter(|cited| !cited.is_null());
                let room = self.cited.len() < CITATIONS_MAX;
                self.cited.extend(cited.filter(|_| room).cloned());
            }
            "citation-end" => {}
            "message-end" => self.message_end(record),
            _ => self.stranger(record, event),
        }
    }

    fn stranger(&mut self, record: &Value, event: &str) {
        let error = error_shape::read_beside_answer(record)
            .or_else(|| told(record, "type").map_or_else(|| error_shape::read(record), |_| None))
            .or_else(|| if event == "error" { error_shape::read(record) } else { None });
        if let Some(error) = error {
            return self.fail(error);
        }
        if record.get("choices").is_none() && text(record, "event_type").is_none() {
            return self.events.push(Event::Other(record.clone()));
        }
        if !std::mem::replace(&mut self.said.foreign, true) {
            let found = Problem::new("this is another API's event, not one of Cohere v2");
            self.problems.push(found.hint("check the provider's `api`"));
        }
    }

    fn fail(&mut self, error: ErrorBody) {
        self.failed = true;
        self.events.push(Event::Error(error));
    }

    fn begin_if_needed(&mut self) {
        if !std::mem::replace(&mut self.started, true) {
            self.events.push(Event::Start { id: None, model: None });
            if !std::mem::replace(&mut self.said.before_start, true) {
                self.problem("an event before message-start");
            }
        }
    }

    /// Opens a part. What was planned stands before it.
    fn begin(&mut self, kind: PartKind) -> Option<u32> {
        self.begin_if_needed();
        let plan = std::mem::take(&mut self.plan);
        if !plan.is_empty()
            && let Part::Other(plan) = response::plan(&plan)
        {
            self.whole(plan);
        }
        self.open(kind)
    }

    fn open(&mut self, kind: PartKind) -> Option<u32> {
        if self.parts >= PARTS_MAX {
            if !std::mem::replace(&mut self.said.full, true) {
                self.problem(format!("the answer has more than {PARTS_MAX} parts"));
            }
            return None;
        }
        let part = self.parts;
        self.parts += 1;
        self.events.push(Event::PartStart { part, choice: 0, kind });
        Some(part)
    }

    fn whole(&mut self, block: Value) {
        if let Some(part) = self.open(PartKind::Other(block)) {
            self.events.push(Event::PartEnd { part });
        }
    }

    fn say(&mut self, part: Option<u32>, said: &str) {
        if let Some(part) = part.filter(|_| !said.is_empty()) {
            self.events.push(Event::Delta { part, text: said.to_owned() });
        }
    }

    fn content_start(&mut self, index: u64, message: &Value) {
        let block = message.get("content").unwrap_or(&Value::Null);
        if let Some(Content { part: Some(part), .. }) = self.content.remove(&index) {
            self.problem(format!("content {index} starts while it is open"));
            self.events.push(Event::PartEnd { part });
        }
        let is_thinking = text(block, "type") == Some("thinking");
        let part = self.begin(if is_thinking { PartKind::Reasoning } else { PartKind::Text });
        self.content.insert(index, Content { part, is_thinking });
        self.say(part, text(block, if is_thinking { "thinking" } else { "text" }).unwrap_or_default());
    }

    fn content_delta(&mut self, index: u64, message: &Value) {
        let block = message.get("content").unwrap_or(&Value::Null);
        let thinks = block.get("thinking").is_some();
        let content = self.content.get(&index).copied();
        let content = match content {
            Some(content) if content.is_thinking == thinks => content,
            open => {
                self.problem(format!("content-delta for content {index}, which is not open for it"));
                if let Some(Content { part: Some(part), .. }) = open {
                    self.events.push(Event::PartEnd { part });
                }
                let part = self.begin(if thinks { PartKind::Reasoning } else { PartKind::Text });
                let content = Content { part, is_thinking: thinks };
                self.content.insert(index, content);
                content
            }
        };
        self.say(content.part, text(block, if thinks { "thinking" } else { "text" }).unwrap_or_default());
    }

    fn call_start(&mut self, index: u64, message: &Value) {
        if let Some(open) = self.calls.remove(&index) {
            self.problem(format!("tool call {index} starts while it is open"));
            self.close_call(open, false);
        }
        let told = told(message, "tool_calls").unwrap_or(&Value::Null);
        // Older servers told a list of one.
        let call = list(message, "tool_calls").first().unwrap_or(told);
        let function = call.get("function").unwrap_or(&Value::Null);
        let id = owned(call, "id").unwrap_or_default();
        let name = owned(function, "name").unwrap_or_default();
        if name.is_empty() {
            self.problem("a tool call has no name");
        }
        let part = self.begin(PartKind::ToolCall { id, name });
        let arguments = text(function, "arguments").unwrap_or_default();
        self.say(part, arguments);
        self.calls.insert(index, Call { part, spoke: !arguments.is_empty() });
    }

    fn call_delta(&mut self, index: u64, message: &Value) {
        let piece = message.pointer("/tool_calls/function/arguments").and_then(Value::as_str);
        let piece = piece.unwrap_or_default();
        let Some(call) = self.calls.get_mut(&index) else {
            return self.problem(format!("tool-call-delta for call {index}, which is not open"));
        };
        call.spoke |= !piece.is_empty();
        let part = call.part;
        self.say(part, piece);
    }

    /// Only a call that was `whole` gets the empty object that it means.
    fn close_call(&mut self, call: Call, whole: bool) {
        if whole && !call.spoke {
            self.say(call.part, "{}");
        }
        self.events.extend(call.part.map(|part| Event::PartEnd { part }));
    }

    fn close_all(&mut self, whole: bool) {
        for content in std::mem::take(&mut self.content).into_values() {
            self.events.extend(content.part.map(|part| Event::PartEnd { part }));
        }
        for call in std::mem::take(&mut self.calls).into_values() {
            self.close_call(call, whole);
        }
        let plan = std::mem::take(&mut self.plan);
        if !plan.is_empty()
            && let Part::Other(plan) = response::plan(&plan)
        {
            self.whole(plan);
        }
        let cited = std::mem::take(&mut self.cited);
        if !cited.is_empty() {
            self.begin_if_needed();
            self.whole(response::citations(&cited));
        }
    }

    fn message_end(&mut self, record: &Value) {
        self.begin_if_needed();
        if !self.content.is_empty() || !self.calls.is_empty() {
            self.problem("message-end while a part is open");
        }
        self.close_all(false);
        let delta = record.get("delta").unwrap_or(&Value::Null);
        if let Some(told) = told(delta, "usage") {
            self.events.push(Event::Usage(cohere_words::usage(told)));
        }
        if let Some(raw) = text(delta, "finish_reason") {
            self.events.push(Event::Finish { choice: 0, finish: cohere_words::finish(raw) });
        }
        if let Some(error) = error_shape::read_beside_answer(delta) {
            self.fail(error);
        }
        self.ended = true;
        self.events.push(Event::End);
    }
}
