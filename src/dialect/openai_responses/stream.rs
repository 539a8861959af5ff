//! The stream decoder.
//!
//! Texts come in deltas, then whole, then inside their item, and once more in the last event.
//! Every one of these may be missing: what a later telling adds is passed on, and nothing twice.

use std::collections::BTreeMap;

use serde_json::Value;

use super::finish;
use super::item::{self, Kind};
use super::open::{Item, Key};
use super::pieces::nameless;
use super::response::ITEMS_MAX;
use crate::chat::{Decoded, ErrorBody, Event, PartKind};
use crate::dialect::completions::usage;
use crate::dialect::json::{list, owned, text, told};
use crate::dialect::{StreamDecoder, error_shape};
use crate::problem::Problem;

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    pub(super) started: bool,
    pub(super) ended: bool,
    pub(super) failed: bool,
    pub(super) called: bool,
    pub(super) parts: u32,
    pub(super) sequence: Option<u64>,
    pub(super) items: BTreeMap<u64, Item>,
    pub(super) events: Vec<Event>,
    pub(super) problems: Vec<Problem>,
    pub(super) said: Said,
}

/// Problems that are told once.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) gap: bool,
    pub(super) full: bool,
    pub(super) differs: bool,
    pub(super) stray: bool,
    pub(super) after_end: bool,
    pub(super) foreign: bool,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        self.take(event, data.trim());
        self.give()
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close_all();
        if self.started && !self.ended && !self.failed {
            self.problem("the stream ended without response.completed");
        }
        self.give()
    }
}

impl Decoder {
    fn give(&mut self) -> Decoded<Vec<Event>> {
        Decoded::with(std::mem::take(&mut self.events), std::mem::take(&mut self.problems))
    }

    pub(super) fn problem(&mut self, message: impl Into<String>) {
        self.problems.push(Problem::new(message));
    }

    fn take(&mut self, event: &str, data: &str) {
        if data == "[DONE]" {
            // OpenRouter ends so, after the terminal event; others never do.
            if !self.ended && !self.failed {
                self.problem("[DONE] before response.completed");
            }
            return;
        }
        if data.is_empty() {
            self.events.push(Event::Ping);
            return;
        }
        let record = match serde_json::from_str::<Value>(data) {
            Ok(record) => record,
            Err(error) => return self.problem(format!("a record is not JSON: {error}")),
        };
        let kind = text(&record, "type").unwrap_or(event).to_owned();
        if kind == "ping" || kind == "keepalive" {
            self.events.push(Event::Ping);
        } else if self.ended && kind != "response.created" {
            if !std::mem::replace(&mut self.said.after_end, true) {
                self.problem("a record after the end of the response");
            }
        } else {
            self.count(&record);
            self.dispatch(&kind, &record);
        }
    }

    /// Numbers leave none out: where one is missing, an event is.
    fn count(&mut self, record: &Value) {
        let Some(number) = record.get("sequence_number").and_then(Value::as_u64) else { return };
        let skipped = number != 0 && self.sequence.is_some_and(|last| last.checked_add(1) != Some(number));
        if skipped && !std::mem::replace(&mut self.said.gap, true) {
            self.problem(format!("sequence_number {number} does not follow the one before"));
        }
        self.sequence = Some(number);
    }

    fn dispatch(&mut self, kind: &str, record: &Value) {
        let place = |key: &str| record.get(key).and_then(Value::as_u64).unwrap_or_default();
        let content = || Key::Content(place("content_index"));
        if self.ended {
            self.again();
        }
        match kind.strip_prefix("response.").unwrap_or_default() {
            "created" | "queued" | "in_progress" => self.start(record),
            "output_item.added" => {
                if let Some(item) = told(record, "item") {
                    self.added(self.index(record), item);
                }
            }
            "output_item.done" => {
                if let Some(item) = told(record, "item") {
                    self.done(self.index(record), item);
                }
            }
            "output_text.delta" => self.delta(record, content(), PartKind::Text),
            "output_text.done" => self.whole(record, content(), &PartKind::Text, "text"),
            "refusal.delta" => self.delta(record, content(), PartKind::Refusal),
            "refusal.done" => self.whole(record, content(), &PartKind::Refusal, "refusal"),
            "reasoning_summary_text.delta" => {
                self.delta(record, Key::Thought(0, place("summary_index")), PartKind::Reasoning);
            }
            "reasoning_summary_text.done" => {
                self.whole(record, Key::Thought(0, place("summary_index")), &PartKind::Reasoning, "text");
            }
            "reasoning_text.delta" => {
                self.delta(record, Key::Thought(1, place("content_index")), PartKind::Reasoning);
            }
            "reasoning_text.done" => {
                self.whole(record, Key::Thought(1, place("content_index")), &PartKind::Reasoning, "text");
            }
            "function_call_arguments.delta" => self.delta(record, Key::Arguments, nameless()),
            "function_call_arguments.done" => self.whole(record, Key::Arguments, &nameless(), "arguments"),
            // Their texts come in events of their own, before or after.
            "content_part.done" if is_text(record) => self.content_done(record, content()),
            "content_part.added"
            | "content_part.done"
            | "reasoning_part.added"
            | "reasoning_part.done"
            | "reasoning_summary_part.added"
            | "reasoning_summary_part.done" => self.begin_if_needed(),
            "completed" | "incomplete" | "failed" | "cancelled" => self.end(record),
            "" => self.stranger(kind, record),
            _ => {
                self.begin_if_needed();
                self.events.push(Event::Other(record.clone()));
            }
        }
    }

    /// Another answer follows in the same stream; its items are further ones.
    fn again(&mut self) {
        self.problem("second response.created");
        self.ended = false;
        self.called = false;
        self.items.clear();
    }

    fn start(&mut self, record: &Value) {
        if !std::mem::replace(&mut self.started, true) {
            let response = record.get("response").unwrap_or(record);
            self.events.push(Event::Start { id: owned(response, "id"), model: owned(response, "model") });
        }
    }

    pub(super) fn begin_if_needed(&mut self) {
        if !std::mem::replace(&mut self.started, true) {
            self.events.push(Event::Start { id: None, model: None });
            self.problem("an event before response.created");
        }
    }

    /// Where an item stands: by its number, else by its id, else it is the last.
    fn index(&self, record: &Value) -> u64 {
        let last = self.items.last_key_value().map(|(index, _)| *index);
        record.get("output_index").and_then(Value::as_u64).unwrap_or_else(|| {
            let id = text(record, "item_id");
            let known = self.items.iter().find(|(_, item)| id.is_some() && item.id.as_deref() == id);
            known.map(|(index, _)| *index).or(last).unwrap_or_default()
        })
    }

    pub(super) fn added(&mut self, index: u64, item: &Value) {
        self.begin_if_needed();
        if let Some(mut old) = self.items.remove(&index) {
            self.problem(format!("output item {index} is added twice"));
            self.close(&mut old);
        }
        self.insert(index, item);
    }

    /// Keeps a new item; a call opens its part as soon as its name is known.
    pub(super) fn insert(&mut self, index: u64, item: &Value) {
        if self.items.len() >= ITEMS_MAX {
            return self.full();
        }
        let kind = item::kind(item);
        let value = if kind == Kind::Other { item.clone() } else { Value::Null };
        let id = owned(item, "id");
        let mut kept = Item::new(kind, id, value);
        if kind == Kind::Call {
            self.called = true;
            if let Some(name) = owned(item, "name") {
                let call = PartKind::ToolCall { id: item::call_id(item), name };
                self.open(&mut kept, Key::Arguments, call);
            }
        }
        self.items.insert(index, kept);
    }

    pub(super) fn full(&mut self) {
        if !std::mem::replace(&mut self.said.full, true) {
            self.problem(format!("the answer has more than {ITEMS_MAX} items or parts"));
        }
    }

    fn stray(&mut self, message: String) {
        if !std::mem::replace(&mut self.said.stray, true) {
            self.problem(message);
        }
    }

    /// Takes the item out that a text of this key belongs to.
    pub(super) fn item_for(&mut self, record: &Value, key: Key) -> Option<(u64, Item)> {
        self.begin_if_needed();
        let index = self.index(record);
        if !self.items.contains_key(&index) {
            self.stray(format!("a text for output item {index}, which was not added"));
            if key == Key::Arguments || self.items.len() >= ITEMS_MAX {
                return None;
            }
            return Some((index, Item::new(key.kind(), owned(record, "item_id"), Value::Null)));
        }
        let fits = |item: &Item| item.kind == key.kind() && !item.done;
        if !self.items.get(&index).is_some_and(fits) {
            self.stray(format!("a text does not fit output item {index}, or comes after its end"));
            return None;
        }
        // The arguments of a call without a name wait for its end, which tells them whole.
        let waits = |item: &Item| key == Key::Arguments && item.begun.is_empty();
        if self.items.get(&index).is_some_and(waits) {
            return None;
        }
        self.items.remove_entry(&index)
    }

    fn delta(&mut self, record: &Value, key: Key, kind: PartKind) {
        let Some((index, mut item)) = self.item_for(record, key) else { return };
        let said = text(record, "delta").unwrap_or_default();
        if !said.is_empty() {
            self.open(&mut item, key, kind);
            self.say(&mut item, said);
        }
        self.items.insert(index, item);
    }

    fn whole(&mut self, record: &Value, key: Key, kind: &PartKind, field: &str) {
        let Some((index, mut item)) = self.item_for(record, key) else { return };
        let said = text(record, field).unwrap_or_default();
        if !said.is_empty() {
            self.complete(&mut item, key, kind, said);
        }
        self.items.insert(index, item);
    }

    /// The terminal event. The ChatGPT backend leaves its output empty; others tell items there
    /// that they told nowhere before.
    fn end(&mut self, record: &Value) {
        self.start(record);
        let response = record.get("response").unwrap_or(record);
        for (index, item) in (0..).zip(list(response, "output")) {
            let id = text(item, "id");
            let known = |other: &Item| other.done && id.is_some() && other.id.as_deref() == id;
            let done = self.items.get(&index).is_some_and(|item| item.done);
            if !done && !self.items.values().any(known) {
                self.done(index, item);
            }
        }
        self.close_all();
        if let Some(usage) = usage::of(response) {
            self.events.push(Event::Usage(usage));
        }
        let error = error_shape::read_beside_answer(response);
        if let Some(error) = error.filter(|_| !self.failed) {
            self.fail(error);
        }
        if let Some(finish) = finish::of(response, self.called) {
            self.events.push(Event::Finish { choice: 0, finish });
        }
        self.ended = true;
        self.events.push(Event::End);
    }

    fn fail(&mut self, error: ErrorBody) {
        self.failed = true;
        self.events.push(Event::Error(error));
    }

    /// An error, or a record of no event of this dialect.
    fn stranger(&mut self, kind: &str, record: &Value) {
        if let Some(error) = error_shape::read_beside_answer(record) {
            return self.fail(error);
        }
        if kind == "error" {
            let mut error = error_shape::read(record).unwrap_or_default();
            error.kind = error.kind.filter(|kind| kind != "error");
            return self.fail(error);
        }
        let message = if record.get("choices").is_some() {
            "this is a chat completion chunk, not an event of OpenAI Responses"
        } else if kind.starts_with("message_") || kind.starts_with("content_block_") {
            "this is an event of Anthropic Messages, not an event of OpenAI Responses"
        } else if record.get("type").is_none() {
            if let Some(error) = error_shape::read(record) {
                return self.fail(error);
            }
            "a record has no type"
        } else {
            self.begin_if_needed();
            self.events.push(Event::Other(record.clone()));
            return;
        };
        if !std::mem::replace(&mut self.said.foreign, true) {
            self.problems.push(Problem::new(message).hint("check the provider's `api`"));
        }
    }

    fn close(&mut self, item: &mut Item) {
        self.close_piece(item);
        if item.kind == Kind::Other && !item.done {
            self.part(PartKind::Other(item.value.take()));
        }
    }

    fn close_all(&mut self) {
        let mut items = std::mem::take(&mut self.items);
        for item in items.values_mut() {
            self.close(item);
            item.done = true;
        }
        self.items = items;
    }
}

/// Whether a piece of content is said, and not thought.
fn is_text(record: &Value) -> bool {
    record.get("part").and_then(|part| text(part, "type")) == Some("output_text")
}
