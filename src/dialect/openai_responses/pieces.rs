//! The parts of a stream decoder's items: how they open, grow and end.

use serde_json::Value;

use super::content;
use super::item::{self, Kind};
use super::open::{Item, Key, Piece};
use super::response::ITEMS_MAX;
use super::stream::Decoder;
use crate::chat::{Event, Part, PartKind};
use crate::dialect::json::{list, owned, text};

impl Decoder {
    /// Says what a whole text adds to what was said of it.
    pub(super) fn complete(&mut self, item: &mut Item, key: Key, kind: &PartKind, whole: &str) {
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

    pub(super) fn say(&mut self, item: &mut Item, said: &str) {
        if let Some(open) = item.open.as_mut().filter(|_| !said.is_empty()) {
            open.push(said);
            self.events.push(Event::Delta { part: open.part, text: said.to_owned() });
        }
    }

    /// Opens the piece of this key, unless it is open; another one closes first.
    pub(super) fn open(&mut self, item: &mut Item, key: Key, kind: PartKind) {
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
    pub(super) fn part(&mut self, kind: PartKind) {
        if let Some(part) = self.begin(kind) {
            self.events.push(Event::PartEnd { part });
        }
    }

    pub(super) fn close_piece(&mut self, item: &mut Item) {
        if let Some(open) = item.open.take() {
            self.events.push(Event::PartEnd { part: open.part });
        }
    }

    pub(super) fn done(&mut self, index: u64, told: &Value) {
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

    /// A text is over, with what is noted of it.
    pub(super) fn content_done(&mut self, record: &Value, key: Key) {
        let Some((index, mut item)) = self.item_for(record, key) else { return };
        let piece = record.get("part").unwrap_or(&Value::Null);
        if let Some(whole) = text(piece, "text") {
            self.complete(&mut item, key, &PartKind::Text, whole);
        }
        self.close_piece(&mut item);
        if let Some(Part::Other(notes)) = content::annotations(piece) {
            item.noted.push(key);
            self.part(PartKind::Other(notes));
        }
        self.items.insert(index, item);
    }

    fn message_done(&mut self, item: &mut Item, told: &Value) {
        let parts = self.parts;
        let mut nth = 0;
        let mut problems = Vec::new();
        let pieces =
            list(told, "content").iter().map(|piece| content::piece(piece, "content", &mut problems));
        let whole = told.get("content").and_then(Value::as_str).filter(|whole| !whole.is_empty());
        let pieces: Vec<Vec<Part>> =
            whole.map(|whole| vec![Part::Text(whole.to_owned())]).into_iter().chain(pieces).collect();
        for piece in pieces {
            let key = item.nth(nth, Key::Content);
            for part in piece {
                match part {
                    Part::Text(whole) => {
                        nth += 1;
                        self.complete(item, key, &PartKind::Text, &whole);
                    }
                    Part::Refusal(whole) => {
                        nth += 1;
                        self.complete(item, key, &PartKind::Refusal, &whole);
                    }
                    Part::Other(_) if item.noted.contains(&key) => {}
                    Part::Other(value) => {
                        self.close_piece(item);
                        self.part(PartKind::Other(value));
                    }
                    _ => {}
                }
            }
        }
        // One that says nothing is known to the provider by its id.
        if self.parts == parts && item.begun.is_empty() && text(told, "id").is_some() {
            self.part(PartKind::Other(told.clone()));
        }
    }

    fn reasoning_done(&mut self, item: &mut Item, told: &Value) {
        for (nth, whole) in item::thoughts(told).into_iter().enumerate() {
            let key = item.nth(nth, |nth| Key::Thought(0, nth));
            self.complete(item, key, &PartKind::Reasoning, whole);
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
}

/// The kind of a call whose name is not known; a call's part opens by its item, never by this.
pub(super) fn nameless() -> PartKind {
    PartKind::ToolCall { id: String::new(), name: String::new() }
}
