//! The stream decoder.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{finish, usage};
use crate::chat::{Decoded, ErrorBody, Event, PartKind};
use crate::dialect::json::{owned, text, told};
use crate::dialect::{StreamDecoder, error_shape};
use crate::problem::Problem;

/// The most blocks of one answer.
const PARTS_MAX: u32 = 4096;

/// The most bytes of a block that is held back until it is whole.
const HELD_MAX: usize = 4 * 1024 * 1024;

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    ended: bool,
    failed: bool,
    parts: u32,
    open: BTreeMap<u64, Block>,
    events: Vec<Event>,
    problems: Vec<Problem>,
    said: Said,
}

/// Problems that are told once.
#[derive(Debug, Default)]
struct Said {
    nameless: bool,
    misnamed: bool,
    full: bool,
    after_end: bool,
    foreign: bool,
    before_start: bool,
}

/// An open content block.
#[derive(Debug)]
enum Block {
    Text(u32),
    Thinking(u32),
    /// A call of the caller's tool; `input` is what the start told of it.
    Tool {
        part: u32,
        input: Option<String>,
        spoke: bool,
    },
    Redacted(u32),
    /// A block that only this dialect knows, held back until it is whole.
    Held {
        block: Value,
        input: String,
        content: String,
    },
    /// Beyond the limit, or without anything in it.
    Dropped,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        self.take(event, data.trim());
        self.give()
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close_all(false);
        if self.started && !self.ended && !self.failed {
            self.problems.push(Problem::new("the stream ended without message_stop"));
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
        if data.is_empty() {
            if event == "ping" {
                self.events.push(Event::Ping);
            }
            return;
        }
        if data == "[DONE]" {
            self.problem("[DONE] is no event of this dialect");
            return;
        }
        let record = match serde_json::from_str::<Value>(data) {
            Ok(record) => record,
            Err(error) => return self.problem(format!("a record is not JSON: {error}")),
        };
        let kind = text(&record, "type").unwrap_or(event).to_owned();
        self.check_name(event, &kind);
        if self.ended && kind != "message_start" {
            if kind == "ping" {
                self.events.push(Event::Ping);
            } else if !std::mem::replace(&mut self.said.after_end, true) {
                self.problem("a record after message_stop");
            }
            return;
        }
        self.dispatch(&kind, &record);
    }

    /// The `event:` line says the same as `type`; clients that go by the line miss the others.
    fn check_name(&mut self, event: &str, kind: &str) {
        let known = kind.starts_with("message_") || kind.starts_with("content_block_") || kind == "error";
        if event == "message" {
            if known && !std::mem::replace(&mut self.said.nameless, true) {
                self.problem("no event: line");
            }
        } else if event != kind && !std::mem::replace(&mut self.said.misnamed, true) {
            self.problem(format!("the event: line says `{event}`, the data says `{kind}`"));
        }
    }

    fn dispatch(&mut self, kind: &str, record: &Value) {
        match kind {
            "message_start" => self.message_start(record),
            "ping" => self.events.push(Event::Ping),
            "content_block_start" => self.block_start(record),
            "content_block_delta" => self.block_delta(record),
            "content_block_stop" => {
                let index = index(record);
                match self.open.remove(&index) {
                    Some(block) => self.close(block, true),
                    None => self.problem(format!("content_block_stop for block {index}, which is not open")),
                }
            }
            "message_delta" => self.message_delta(record),
            "message_stop" => {
                self.begin_if_needed();
                if !self.open.is_empty() {
                    self.problem("message_stop while a block is open");
                }
                self.close_all(false);
                self.ended = true;
                self.events.push(Event::End);
            }
            _ => self.stranger(kind, record),
        }
    }

    fn stranger(&mut self, kind: &str, record: &Value) {
        let error = if kind == "error" {
            Some(error_shape::read(record).unwrap_or_default())
        } else {
            error_shape::read_beside_answer(record)
        };
        if let Some(error) = error {
            return self.fail(error);
        }
        let openai =
            record.get("choices").is_some() || text(record, "object") == Some("chat.completion.chunk");
        let message = if openai {
            "this is an OpenAI chat completion chunk, not an event of Anthropic Messages"
        } else if kind.starts_with("response.") {
            "this is an event of OpenAI Responses, not an event of Anthropic Messages"
        } else if record.get("type").is_none() {
            if let Some(error) = error_shape::read(record) {
                return self.fail(error);
            }
            "a record has no type"
        } else {
            self.events.push(Event::Other(record.clone()));
            return;
        };
        if !std::mem::replace(&mut self.said.foreign, true) {
            self.problems.push(Problem::new(message).hint("check the provider's `api`"));
        }
    }

    fn fail(&mut self, error: ErrorBody) {
        self.failed = true;
        self.events.push(Event::Error(error));
    }

    fn message_start(&mut self, record: &Value) {
        let message = record.get("message").unwrap_or(record);
        if self.started {
            self.problem("second message_start");
            self.close_all(false);
            self.ended = false;
        } else {
            self.started = true;
            self.events.push(Event::Start { id: owned(message, "id"), model: owned(message, "model") });
        }
        self.usage(message);
        for block in super::block::blocks(message) {
            let index = self.open.len() as u64;
            self.block_start(&json!({ "index": index, "content_block": block }));
            if let Some(block) = self.open.remove(&index) {
                self.close(block, true);
            }
        }
    }

    fn begin_if_needed(&mut self) {
        if !std::mem::replace(&mut self.started, true) {
            self.events.push(Event::Start { id: None, model: None });
            if !std::mem::replace(&mut self.said.before_start, true) {
                self.problem("an event before message_start");
            }
        }
    }

    fn usage(&mut self, holder: &Value) {
        if let Some(told) = told(holder, "usage").filter(|usage| usage.is_object()) {
            self.events.push(Event::Usage(usage::read(told)));
        }
    }

    fn message_delta(&mut self, record: &Value) {
        self.begin_if_needed();
        if !self.open.is_empty() {
            self.problem("message_delta while a block is open");
            self.close_all(false);
        }
        self.usage(record);
        if let Some(raw) = record.get("delta").and_then(|delta| text(delta, "stop_reason")) {
            self.events.push(Event::Finish { choice: 0, finish: finish::read(raw) });
        }
    }

    fn block_start(&mut self, record: &Value) {
        self.begin_if_needed();
        let index = index(record);
        if let Some(open) = self.open.remove(&index) {
            self.problem(format!("block {index} starts while it is open"));
            self.close(open, false);
        }
        let block = record.get("content_block").unwrap_or(&Value::Null);
        let first = |key: &str| text(block, key).unwrap_or_default();
        let opened = match first("type") {
            "text" => self.begin(PartKind::Text).map(|part| {
                self.say(part, first("text"));
                Block::Text(part)
            }),
            "thinking" => self.begin(PartKind::Reasoning).map(|part| {
                self.say(part, first("thinking"));
                self.sign(part, first("signature"));
                Block::Thinking(part)
            }),
            "redacted_thinking" => {
                if first("data").is_empty() {
                    // There is nothing in it, and the API refuses such a block in the next turn.
                    self.problem("redacted_thinking without data");
                    Some(Block::Dropped)
                } else {
                    let kind = PartKind::RedactedReasoning(first("data").to_owned());
                    self.begin(kind).map(Block::Redacted)
                }
            }
            "tool_use" => {
                let (id, name) = (first("id").to_owned(), first("name").to_owned());
                if name.is_empty() {
                    self.problem("a tool_use block has no name");
                }
                let input = told(block, "input").filter(|input| **input != json!({})).map(Value::to_string);
                let kind = PartKind::ToolCall { id, name };
                self.begin(kind).map(|part| Block::Tool { part, input, spoke: false })
            }
            _ => Some(Block::Held { block: block.clone(), input: String::new(), content: String::new() }),
        };
        self.open.insert(index, opened.unwrap_or(Block::Dropped));
    }

    fn begin(&mut self, kind: PartKind) -> Option<u32> {
        if self.parts >= PARTS_MAX {
            if !std::mem::replace(&mut self.said.full, true) {
                self.problem(format!("the answer has more than {PARTS_MAX} blocks"));
            }
            return None;
        }
        let part = self.parts;
        self.parts += 1;
        self.events.push(Event::PartStart { part, choice: 0, kind });
        Some(part)
    }

    fn say(&mut self, part: u32, said: &str) {
        if !said.is_empty() {
            self.events.push(Event::Delta { part, text: said.to_owned() });
        }
    }

    fn sign(&mut self, part: u32, signature: &str) {
        if !signature.is_empty() {
            self.events.push(Event::Signature { part, signature: signature.to_owned() });
        }
    }

    fn block_delta(&mut self, record: &Value) {
        self.begin_if_needed();
        let index = index(record);
        let delta = record.get("delta").unwrap_or(&Value::Null);
        let kind = text(delta, "type").unwrap_or_default();
        if !self.open.contains_key(&index) {
            self.problem(format!("content_block_delta for block {index}, which is not open"));
            let implied = match kind {
                "text_delta" => self.begin(PartKind::Text).map(Block::Text),
                "thinking_delta" => self.begin(PartKind::Reasoning).map(Block::Thinking),
                _ => None,
            };
            let Some(implied) = implied else { return };
            self.open.insert(index, implied);
        }
        let Some(mut block) = self.open.remove(&index) else { return };
        self.apply(&mut block, kind, delta, index);
        self.open.insert(index, block);
    }

    fn apply(&mut self, block: &mut Block, kind: &str, delta: &Value, index: u64) {
        let piece = |key: &str| text(delta, key).unwrap_or_default();
        match (&mut *block, kind) {
            (Block::Text(part), "text_delta") => self.say(*part, piece("text")),
            (Block::Thinking(part), "thinking_delta") => self.say(*part, piece("thinking")),
            (Block::Thinking(part), "signature_delta") => self.sign(*part, piece("signature")),
            (Block::Tool { part, input, spoke }, "input_json_delta") => {
                let json = piece("partial_json");
                if !json.is_empty() {
                    *spoke = true;
                    if input.take().is_some() {
                        self.problem("a tool's input comes both whole and in pieces; the pieces count");
                    }
                    self.say(*part, json);
                }
            }
            (Block::Held { input, .. }, "input_json_delta") => self.hold(input, piece("partial_json")),
            (Block::Held { content, .. }, "compaction_delta" | "text_delta") => {
                self.hold(content, text(delta, "content").unwrap_or_else(|| piece("text")));
            }
            (Block::Dropped, _) => {}
            (_, "text_delta" | "thinking_delta" | "signature_delta" | "input_json_delta") => {
                self.problem(format!("a {kind} does not fit the kind of block {index}"));
            }
            _ => self.events.push(Event::Other(delta.clone())),
        }
    }

    fn hold(&mut self, held: &mut String, piece: &str) {
        if held.len() + piece.len() <= HELD_MAX {
            held.push_str(piece);
        } else if !std::mem::replace(&mut self.said.full, true) {
            self.problem(format!("a block is longer than {HELD_MAX} bytes"));
        }
    }

    /// Closes a block. Only one that was `whole` is completed: a call without arguments then
    /// gets the empty object that its start told.
    fn close(&mut self, block: Block, whole: bool) {
        match block {
            Block::Text(part) | Block::Thinking(part) | Block::Redacted(part) => {
                self.events.push(Event::PartEnd { part });
            }
            Block::Tool { part, input, spoke } => {
                if !spoke && whole {
                    self.say(part, input.as_deref().unwrap_or("{}"));
                }
                self.events.push(Event::PartEnd { part });
            }
            Block::Held { mut block, input, content } => {
                if !input.is_empty() && block.is_object() {
                    block["input"] = serde_json::from_str(&input).unwrap_or(Value::String(input));
                }
                if !content.is_empty() && block.is_object() {
                    block["content"] = content.into();
                }
                if let Some(part) = self.begin(PartKind::Other(block)) {
                    self.events.push(Event::PartEnd { part });
                }
            }
            Block::Dropped => {}
        }
    }

    fn close_all(&mut self, whole: bool) {
        for block in std::mem::take(&mut self.open).into_values() {
            self.close(block, whole);
        }
    }
}

fn index(record: &Value) -> u64 {
    record.get("index").and_then(Value::as_u64).unwrap_or_default()
}
