//! The stream decoder.
//!
//! Texts come in deltas, then whole, then inside their item, and once more in the last event.
//! Every one of these may be missing: what a later telling adds is passed on, and nothing twice.

use std::collections::BTreeMap;

use serde_json::Value;

use super::item::{self, Kind};
use super::open::{Item, Key, Piece};
use super::response::ITEMS_MAX;
use super::{content, finish};
use crate::chat::{Decoded, ErrorBody, Event, Part, PartKind};
use crate::dialect::completions::usage;
use crate::dialect::json::{list, owned, text, told};
use crate::dialect::{StreamDecoder, error_shape};
use crate::problem::Problem;

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    ended: bool,
    failed: bool,
    called: bool,
    parts: u32,
    sequence: Option<u64>,
    items: BTreeMap<u64, Item>,
    events: Vec<Event>,
    problems: Vec<Problem>,
    said: Said,
}

/// Problems that are told once.
#[derive(Debug, Default)]
struct Said {
    gap: bool,
    full: bool,
    differs: bool,
    stray: bool,
    after_end: bool,
    foreign: bool,
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

    fn problem(&mut self, message: impl Into<String>) {
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
        } else if self.ended {
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
        let skipped = self.sequence.is_some_and(|last| last.checked_add(1) != Some(number));
        if skipped && !std::mem::replace(&mut self.said.gap, true) {
            self.problem(format!("sequence_number {number} does not follow the one before"));
        }
        self.sequence = Some(number);
    }

    fn dispatch(&mut self, kind: &str, record: &Value) {
        let place = |key: &str| record.get(key).and_then(Value::as_u64).unwrap_or_default();
        let content = || Key::Content(place("content_index"));
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

    fn start(&mut self, record: &Value) {
        if !std::mem::replace(&mut self.started, true) {
            let response = record.get("response").unwrap_or(record);
            self.events.push(Event::Start { id: owned(response, "id"), model: owned(response, "model") });
        }
    }

    fn begin_if_needed(&mut self) {
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

    fn added(&mut self, index: u64, item: &Value) {
        self.begin_if_needed();
        if let Some(mut old) = self.items.remove(&index) {
            self.problem(format!("output item {index} is added twice"));
            self.close(&mut old);
        }
        self.insert(index, item);
    }

    /// Keeps a new item; a call opens its part as soon as its name is known.
    fn insert(&mut self, index: u64, item: &Value) {
        if self.items.len() >= ITEMS_MAX {
            return self.full();
        }
        let kind = item::kind(item);
        let value = if kind == Kind::Other { item.clone() } else { Value::Null };
        let id = owned(item, "id");
        let mut kept = Item { kind, id, done: false, value, open: None, begun: Vec::new() };
        if kind == Kind::Call {
            self.called = true;
            if let Some(name) = owned(item, "name") {
                let call = PartKind::ToolCall { id: item::call_id(item), name };
                self.open(&mut kept, Key::Arguments, call);
            }
        }
        self.items.insert(index, kept);
    }

    fn full(&mut self) {
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
    fn item_for(&mut self, record: &Value, key: Key) -> Option<(u64, Item)> {
        self.begin_if_needed();
        let index = self.index(record);
        if !self.items.contains_key(&index) {
            self.stray(format!("a text for output item {index}, which was not added"));
            if key == Key::Arguments || self.items.len() >= ITEMS_MAX {
                return None;
            }
            let (id, begun) = (owned(record, "item_id"), Vec::new());
            let item = Item { kind: key.kind(), id, done: false, value: Value::Null, open: None, begun };
            return Some((index, item));
        }
        let fits = |item: &Item| item.kind == key.kind() && !item.done;
        if !self.items.get(&index).is_some_and(fits) {
            self.stray(format!("a text does not fit output item {index}, or comes after its end"));
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

    /// Says what a whole text adds to what was said of it.
    fn complete(&mut self, item: &mut Item, key: Key, kind: &PartKind, whole: &str) {
        let open = item.open.as_ref().filter(|open| open.key == key);
        let rest = match open {
            Some(open) => open.rest(whole),
            None if item.begun.contains(&key) => return,
            None => {
                self.open(item, key, kind.clone());
                Ok(whole)
            }
        };
        match rest {
            Ok(rest) => self.say(item, rest),
            Err(()) => {
                if !std::mem::replace(&mut self.said.differs, true) {
                    self.problem("a whole text says something else than its deltas did");
                }
            }
        }
    }

    fn say(&mut self, item: &mut Item, said: &str) {
        if let Some(open) = item.open.as_mut().filter(|_| !said.is_empty()) {
            open.push(said);
            self.events.push(Event::Delta { part: open.part, text: said.to_owned() });
        }
    }

    /// Opens the piece of this key, unless it is open; another one closes first.
    fn open(&mut self, item: &mut Item, key: Key, kind: PartKind) {
        if item.open.as_ref().is_some_and(|open| open.key == key) {
            return;
        }
        self.close_piece(item);
        if let Some(part) = self.begin(kind) {
            item.open = Some(Piece::new(key, part));
            if !item.begun.contains(&key) && item.begun.len() < ITEMS_MAX {
                item.begun.push(key);
            }
        }
    }

    fn begin(&mut self, kind: PartKind) -> Option<u32> {
        if self.parts as usize >= ITEMS_MAX {
            self.full();
            return None;
        }
        let part = self.parts;
        self.parts += 1;
        self.events.push(Event::PartStart { part, choice: 0, kind });
        Some(part)
    }

    /// A part that came whole.
    fn part(&mut self, kind: PartKind) {
        if let Some(part) = self.begin(kind) {
            self.events.push(Event::PartEnd { part });
        }
    }

    fn close_piece(&mut self, item: &mut Item) {
        if let Some(open) = item.open.take() {
            self.events.push(Event::PartEnd { part: open.part });
        }
    }

    fn done(&mut self, index: u64, told: &Value) {
        self.begin_if_needed();
        let kind = item::kind(told);
        match self.items.get(&index) {
            Some(known) if known.done => return self.problem(format!("output item {index} is done twice")),
            Some(known) if known.kind == kind => {}
            Some(_) => self.added(index, told),
            None => self.insert(index, told),
        }
        let Some(mut item) = self.items.remove(&index) else { return };
        match kind {
            Kind::Message => self.message_done(&mut item, told),
            Kind::Reasoning => self.reasoning_done(&mut item, told),
            Kind::Call => {
                if item.begun.is_empty() {
                    self.problem("a function_call has no name");
                    let name = owned(told, "name").unwrap_or_default();
                    let call = PartKind::ToolCall { id: item::call_id(told), name };
                    self.open(&mut item, Key::Arguments, call);
                }
                let whole = text(told, "arguments").unwrap_or_default();
                if !whole.is_empty() {
                    self.complete(&mut item, Key::Arguments, &nameless(), whole);
                }
            }
            Kind::Other => self.part(PartKind::Other(told.clone())),
        }
        self.close_piece(&mut item);
        item.done = true;
        item.value = Value::Null;
        item.id = item.id.or_else(|| owned(told, "id"));
        self.items.insert(index, item);
    }

    fn message_done(&mut self, item: &mut Item, told: &Value) {
        let whole = told.get("content").and_then(Value::as_str);
        if let Some(whole) = whole.filter(|whole| !whole.is_empty()) {
            self.complete(item, Key::Content(0), &PartKind::Text, whole);
        }
        for (place, piece) in (0..).zip(list(told, "content")) {
            let key = Key::Content(place);
            let mut problems = Vec::new();
            for part in content::piece(piece, "content", &mut problems) {
                match part {
                    Part::Text(whole) => self.complete(item, key, &PartKind::Text, &whole),
                    Part::Refusal(whole) => self.complete(item, key, &PartKind::Refusal, &whole),
                    Part::Other(value) => {
                        self.close_piece(item);
                        self.part(PartKind::Other(value));
                    }
                    _ => {}
                }
            }
        }
    }

    fn reasoning_done(&mut self, item: &mut Item, told: &Value) {
        for (which, place, whole) in item::thoughts(told) {
            self.complete(item, Key::Thought(which, place), &PartKind::Reasoning, whole);
        }
        let blob = text(told, "encrypted_content").map(str::to_owned);
        match (&item.open, blob) {
            (Some(open), Some(signature)) => {
                self.events.push(Event::Signature { part: open.part, signature });
            }
            (None, Some(blob)) => self.part(PartKind::RedactedReasoning(blob)),
            (None, None) if item.begun.is_empty() => self.part(PartKind::Other(told.clone())),
            _ => {}
        }
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

/// The kind of a call whose name is not known; a call's part opens by its item, never by this.
fn nameless() -> PartKind {
    PartKind::ToolCall { id: String::new(), name: String::new() }
}
