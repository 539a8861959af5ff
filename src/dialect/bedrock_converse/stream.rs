//! The stream decoder.
//!
//! Records come by the names of their frames, or (saved streams, and Nova inside `InvokeModel`) as objects
//! whose key is that name. Text and reasoning have no `contentBlockStart`; `metadata` is the last record.

use std::collections::BTreeMap;

use serde_json::Value;

use super::held::{Cited, Held, joined};
use super::{finish, usage};
use crate::chat::{Decoded, ErrorBody, Event, PartKind};
use crate::dialect::json::{list, owned, text, told};
use crate::dialect::{StreamDecoder, aws_exception, error_shape};
use crate::problem::Problem;

/// The most blocks of one answer.
const PARTS_MAX: u32 = 4096;

/// The records that a stream has.
const RECORDS: [&str; 6] =
    ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"];

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
    full: bool,
    foreign: bool,
    after_end: bool,
    before_start: bool,
}

/// An open content block.
#[derive(Debug)]
enum Block {
    /// Text, with what it cites.
    Text {
        part: u32,
        cited: Cited,
    },
    /// Citations, and no text so far.
    Cited(Cited),
    Reasoning(u32),
    /// The pieces of an opaque blob.
    Redacted(Vec<String>),
    Tool {
        part: u32,
        spoke: bool,
    },
    /// A block that only this dialect knows, held back until it is whole.
    Held(Held),
    /// Beyond the limit.
    Dropped,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        match serde_json::from_str::<Value>(data) {
            Ok(record) => self.take(event, &record),
            Err(error) => self.problem(format!("a record is not JSON: {error}")),
        }
        self.give()
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close_all();
        if self.started && !self.ended && !self.failed {
            self.problem("the stream ended without metadata");
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
        if RECORDS.contains(&event) {
            return self.dispatch(event, record);
        }
        if let Some((name, inner)) = RECORDS.iter().find_map(|name| Some((*name, told(record, name)?))) {
            return self.dispatch(name, inner);
        }
        let error = aws_exception::read(event, record)
            .or_else(|| record.as_object()?.iter().find_map(|(name, told)| aws_exception::read(name, told)))
            .or_else(|| error_shape::read_beside_answer(record))
            .or_else(|| text(record, "type").map_or_else(|| error_shape::read(record), |_| None));
        match error {
            Some(error) => self.fail(error),
            None => self.stranger(event, record),
        }
    }

    fn dispatch(&mut self, name: &str, record: &Value) {
        if self.ended {
            if !std::mem::replace(&mut self.said.after_end, true) {
                self.problem("a record after metadata");
            }
            return;
        }
        if name != "messageStart" {
            self.begin_if_needed();
        }
        match name {
            "messageStart" if self.started => self.problem("second messageStart"),
            "messageStart" => self.start(),
            "contentBlockStart" => self.block_start(record),
            "contentBlockDelta" => self.block_delta(record),
            "contentBlockStop" => {
                let index = index(record);
                match self.open.remove(&index) {
                    Some(block) => self.close(block, true),
                    // A block that only held back what is never told.
                    None => self.problem(format!("contentBlockStop for block {index}, which is not open")),
                }
            }
            "messageStop" => {
                if !self.open.is_empty() {
                    self.problem("messageStop while a block is open");
                    self.close_all();
                }
                if let Some(raw) = text(record, "stopReason") {
                    self.events.push(Event::Finish { choice: 0, finish: finish::read(raw) });
                }
            }
            _ => self.metadata(record),
        }
    }

    fn metadata(&mut self, record: &Value) {
        self.close_all();
        if let Some(told) = told(record, "usage").filter(|usage| usage.is_object()) {
            self.events.push(Event::Usage(usage::read(told)));
        }
        self.ended = true;
        self.events.push(Event::End);
    }

    fn stranger(&mut self, event: &str, record: &Value) {
        let kind = text(record, "type").unwrap_or(event);
        let anthropic = kind.starts_with("message_") || kind.starts_with("content_block_");
        let message = if anthropic {
            "this is an event of Anthropic Messages, not an event of Converse"
        } else if record.get("choices").is_some() {
            "this is an OpenAI chat completion chunk, not an event of Converse"
        } else if record.get("bytes").is_some() {
            "this is a chunk of InvokeModel, not an event of Converse"
        } else {
            return self.events.push(Event::Other(record.clone()));
        };
        if !std::mem::replace(&mut self.said.foreign, true) {
            self.problems.push(Problem::new(message).hint("check the provider's `api`"));
        }
    }

    fn fail(&mut self, error: ErrorBody) {
        self.failed = true;
        self.events.push(Event::Error(error));
    }

    fn start(&mut self) {
        self.started = true;
        self.events.push(Event::Start { id: None, model: None });
    }

    fn begin_if_needed(&mut self) {
        if !self.started {
            self.start();
            if !std::mem::replace(&mut self.said.before_start, true) {
                self.problem("an event before messageStart");
            }
        }
    }

    fn block_start(&mut self, record: &Value) {
        let index = index(record);
        if let Some(open) = self.open.remove(&index) {
            self.problem(format!("block {index} starts while it is open"));
            self.close(open, false);
        }
        let start = record.get("start").unwrap_or(&Value::Null);
        let call =
            told(start, "toolUse").filter(|call| text(call, "type").is_none_or(|kind| kind == "tool_use"));
        let block = match call {
            Some(call) => {
                let id = owned(call, "toolUseId").unwrap_or_default();
                let name = owned(call, "name").unwrap_or_default();
                if name.is_empty() {
                    self.problem("a toolUse block has no name");
                }
                let part = self.begin(PartKind::ToolCall { id, name });
                part.map(|part| Block::Tool { part, spoke: false })
            }
            None if start.as_object().is_some_and(|start| !start.is_empty()) => {
                Some(Block::Held(Held::new(start.clone())))
            }
            // Its first delta says what it is.
            None => return,
        };
        self.open.insert(index, block.unwrap_or(Block::Dropped));
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

    fn block_delta(&mut self, record: &Value) {
        let index = index(record);
        let delta = record.get("delta").unwrap_or(&Value::Null);
        let block = self.open.remove(&index);
        if let Some(block) = self.apply(block, delta, index) {
            self.open.insert(index, block);
        }
    }

    /// The block after a delta. One of another kind closes it and opens the next.
    fn apply(&mut self, block: Option<Block>, delta: &Value, index: u64) -> Option<Block> {
        if let Some(said) = delta.get("text").and_then(Value::as_str) {
            let (part, mut cited) = match block {
                Some(Block::Text { part, cited }) => (part, cited),
                Some(Block::Cited(cited)) => match self.begin(PartKind::Text) {
                    Some(part) => (part, cited),
                    None => return Some(Block::Dropped),
                },
                other => match self.instead(other, PartKind::Text, index) {
                    Some(part) => (part, Cited::default()),
                    None => return Some(Block::Dropped),
                },
            };
            self.say(part, said);
            cited.hear(said);
            return Some(Block::Text { part, cited });
        }
        if let Some(thought) = told(delta, "reasoningContent") {
            return self.think(block, thought, index);
        }
        match (block, told(delta, "toolUse"), told(delta, "citation")) {
            (Some(Block::Tool { part, spoke }), Some(call), _) => {
                let input = text(call, "input").unwrap_or_default();
                self.say(part, input);
                Some(Block::Tool { part, spoke: spoke || !input.is_empty() })
            }
            (Some(Block::Text { part, mut cited }), _, Some(citation)) => {
                cited.cite(citation);
                Some(Block::Text { part, cited })
            }
            (Some(Block::Cited(mut cited)), _, Some(citation)) => {
                cited.cite(citation);
                Some(Block::Cited(cited))
            }
            (None, _, Some(citation)) => {
                let mut cited = Cited::default();
                cited.cite(citation);
                Some(Block::Cited(cited))
            }
            (Some(Block::Held(mut held)), call, _) => {
                match call.and_then(|call| text(call, "input")) {
                    Some(input) => held.input(input),
                    None => held.content(list(delta, "toolResult")),
                }
                Some(Block::Held(held))
            }
            (Some(Block::Dropped), ..) => Some(Block::Dropped),
            (block, Some(_), _) => {
                self.problem(format!("a toolUse delta does not fit block {index}"));
                block
            }
            (block, ..) => {
                self.events.push(Event::Other(delta.clone()));
                block
            }
        }
    }

    /// Opens a part in place of whatever was open under this index.
    fn instead(&mut self, block: Option<Block>, kind: PartKind, index: u64) -> Option<u32> {
        match block {
            Some(Block::Dropped) => return None,
            Some(open) => {
                self.problem(format!("block {index} changes its kind while it is open"));
                self.close(open, false);
            }
            None => {}
        }
        self.begin(kind)
    }

    fn think(&mut self, block: Option<Block>, thought: &Value, index: u64) -> Option<Block> {
        if let Some(data) = text(thought, "redactedContent") {
            return match block {
                Some(Block::Redacted(mut pieces)) => {
                    pieces.push(data.to_owned());
                    Some(Block::Redacted(pieces))
                }
                Some(Block::Dropped) => Some(Block::Dropped),
                other => {
                    if let Some(open) = other {
                        self.close(open, false);
                    }
                    Some(Block::Redacted(vec![data.to_owned()]))
                }
            };
        }
        let part = match block {
            Some(Block::Reasoning(part)) => part,
            other => match self.instead(other, PartKind::Reasoning, index) {
                Some(part) => part,
                None => return Some(Block::Dropped),
            },
        };
        self.say(part, text(thought, "text").unwrap_or_default());
        if let Some(signature) = text(thought, "signature") {
            self.events.push(Event::Signature { part, signature: signature.to_owned() });
        }
        Some(Block::Reasoning(part))
    }

    /// Closes a block. Only one that was `whole` is completed: a call without arguments then gets the
    /// empty object that it means.
    fn close(&mut self, block: Block, whole: bool) {
        match block {
            Block::Reasoning(part) => self.events.push(Event::PartEnd { part }),
            Block::Text { part, cited } => {
                self.events.push(Event::PartEnd { part });
                self.whole(cited.block());
            }
            Block::Cited(cited) => self.whole(cited.block()),
            Block::Tool { part, spoke } => {
                if !spoke && whole {
                    self.say(part, "{}");
                }
                self.events.push(Event::PartEnd { part });
            }
            Block::Redacted(pieces) => {
                if let Some(part) = self.begin(PartKind::RedactedReasoning(joined(pieces))) {
                    self.events.push(Event::PartEnd { part });
                }
            }
            Block::Held(held) => self.whole(Some(held.block())),
            Block::Dropped => {}
        }
    }

    fn whole(&mut self, block: Option<Value>) {
        if let Some(part) = block.and_then(|block| self.begin(PartKind::Other(block))) {
            self.events.push(Event::PartEnd { part });
        }
    }

    fn close_all(&mut self) {
        for block in std::mem::take(&mut self.open).into_values() {
            self.close(block, false);
        }
    }
}

fn index(record: &Value) -> u64 {
    record.get("contentBlockIndex").and_then(Value::as_u64).unwrap_or_default()
}
