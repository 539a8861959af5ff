//! The stream decoder of chat completions.

use serde_json::{Value, json};

use super::choice::{Choice, Kind, kind_of, named_error};
use super::reasoning::{self, Piece as Thought};
use super::tools::Piece;
use super::{finish, usage};
use crate::chat::{Decoded, Event, PartKind, Usage};
use crate::dialect::json::{list, owned, problem, text, told};
use crate::dialect::{StreamDecoder, error_shape};
use crate::problem::Problem;

/// The most parts of one answer.
const PARTS_MAX: u32 = 4096;

/// The most choices of one answer.
const CHOICES_MAX: u64 = 128;

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(in crate::dialect) struct Decoder {
    started: bool,
    ended: bool,
    failed: bool,
    parts: u32,
    usage: Option<Usage>,
    choices: Vec<Choice>,
    events: Vec<Event>,
    problems: Vec<Problem>,
    said: Said,
}

/// Problems that are told once.
#[derive(Debug, Default)]
struct Said {
    full: bool,
    after_end: bool,
    after_finish: bool,
    foreign: bool,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        self.take(event, data.trim());
        self.give()
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close_all();
        if self.started
            && !self.ended
            && !self.failed
            && self.choices.iter().all(|choice| choice.finish.is_none())
        {
            self.problems.push(Problem::new("the stream ended without a finish_reason"));
        }
        self.give()
    }
}

impl Decoder {
    fn give(&mut self) -> Decoded<Vec<Event>> {
        Decoded::with(std::mem::take(&mut self.events), std::mem::take(&mut self.problems))
    }

    fn take(&mut self, event: &str, data: &str) {
        if self.ended {
            if !std::mem::replace(&mut self.said.after_end, true) {
                self.problems.push(Problem::new("a record after [DONE]"));
            }
            return;
        }
        if data == "[DONE]" {
            self.close_all();
            self.ended = true;
            self.events.push(Event::End);
            return;
        }
        if event == "ping" || event == "keepalive" || data.is_empty() {
            self.events.push(Event::Ping);
            return;
        }
        match serde_json::from_str::<Value>(data) {
            Ok(chunk) => self.chunk(event, &chunk),
            Err(error) => self.problems.push(Problem::new(format!("a record is not JSON: {error}"))),
        }
    }

    fn chunk(&mut self, event: &str, chunk: &Value) {
        let choices = list(chunk, "choices");
        let told_usage = usage::of(chunk);
        if !choices.is_empty()
            || told_usage.is_some()
            || text(chunk, "model").is_some() && text(chunk, "id").is_some()
        {
            self.start(chunk);
        }
        let error = error_shape::read_beside_answer(chunk)
            .or_else(|| choices.iter().find_map(error_shape::read_beside_answer))
            .or_else(|| if event == "error" { Some(named_error(chunk)) } else { None })
            .or_else(|| {
                let object = text(chunk, "object").filter(|object| *object != "error");
                let bare = choices.is_empty() && told_usage.is_none() && object.is_none();
                if bare { error_shape::read(chunk) } else { None }
            });
        if choices.is_empty() && told_usage.is_none() && error.is_none() {
            self.foreign(chunk);
        }
        for (place, choice) in choices.iter().enumerate() {
            self.choice(choice, place);
        }
        if let Some(told) = told_usage
            && self.usage != Some(told)
        {
            self.usage = Some(told);
            self.events.push(Event::Usage(told));
        }
        self.failed |= error.is_some();
        self.events.extend(error.map(Event::Error));
    }

    fn start(&mut self, chunk: &Value) {
        if !std::mem::replace(&mut self.started, true) {
            self.events.push(Event::Start { id: owned(chunk, "id"), model: owned(chunk, "model") });
        }
    }

    /// Names a record that is no chunk of this dialect.
    fn foreign(&mut self, chunk: &Value) {
        let kind = text(chunk, "type").unwrap_or_default();
        let anthropic = kind.starts_with("message_") || kind.starts_with("content_block_");
        let message = if anthropic {
            "this is an event of Anthropic Messages, not a chat completion chunk"
        } else if kind.starts_with("response.") {
            "this is an event of OpenAI Responses, not a chat completion chunk"
        } else if chunk.get("candidates").is_some() {
            "this is a chunk of Gemini, not a chat completion chunk"
        } else if !chunk.is_object() || chunk.get("choices").is_none() && told(chunk, "object").is_none() {
            "a record is no chat completion chunk: it has no choices"
        } else {
            return;
        };
        if !std::mem::replace(&mut self.said.foreign, true) {
            self.problems.push(Problem::new(message).hint("check the provider's `api`"));
        }
    }

    fn choice(&mut self, choice: &Value, place: usize) {
        let index = choice.get("index").and_then(Value::as_u64).unwrap_or(place as u64);
        let Some(at) = self.choice_at(index) else { return };
        let delta = told(choice, "delta").filter(|delta| delta.is_object());
        let message = told(choice, "message").filter(|message| message.is_object());
        match (delta, message) {
            (Some(delta), _) => self.delta(at, delta),
            // A whole message in place of a delta repeats what was said, unless nothing was.
            (None, Some(message)) if !self.choices[at].spoke => self.delta(at, message),
            (None, Some(_)) => {}
            (None, None) => {
                if let Some(said) = text(choice, "text") {
                    self.problems.push(Problem::new("a choice has `text` in place of a delta"));
                    self.say(at, Kind::Text, said);
                }
            }
        }
        if let Some(raw) = text(choice, "finish_reason") {
            self.finish_choice(at, raw);
        }
    }

    fn choice_at(&mut self, index: u64) -> Option<usize> {
        let Some(small) = u32::try_from(index).ok().filter(|index| u64::from(*index) < CHOICES_MAX) else {
            self.problems.push(problem("choices", format!("choice {index} is beyond {CHOICES_MAX}")));
            return None;
        };
        let known = self.choices.iter().position(|choice| choice.index == small);
        Some(known.unwrap_or_else(|| {
            self.choices.push(Choice { index: small, ..Choice::default() });
            self.choices.len() - 1
        }))
    }

    fn delta(&mut self, at: usize, delta: &Value) {
        for thought in reasoning::pieces(delta) {
            self.think(at, thought);
        }
        self.content(at, delta);
        if let Some(refusal) = text(delta, "refusal") {
            self.say(at, Kind::Refusal, refusal);
        }
        match told(delta, "tool_calls") {
            Some(Value::Array(entries)) => self.tools(at, entries),
            Some(entry @ Value::Object(_)) => self.tools(at, std::slice::from_ref(entry)),
            Some(_) => self.problems.push(problem("delta.tool_calls", "tool_calls is no list")),
            None => {}
        }
        if let Some(call) = told(delta, "function_call").filter(|call| call.is_object()) {
            self.tools(at, std::slice::from_ref(call));
        }
        for key in ["annotations", "images", "audio"] {
            let told = told(delta, key).filter(|told| **told != json!([]));
            self.events.extend(told.map(|told| Event::Other(json!({ key: told }))));
        }
    }

    /// `content` is a string; Magistral and its like send a list of text and thinking.
    fn content(&mut self, at: usize, delta: &Value) {
        match told(delta, "content") {
            Some(Value::String(said)) => self.say(at, Kind::Text, said),
            Some(Value::Array(pieces)) => {
                for piece in pieces {
                    self.content_piece(at, piece);
                }
            }
            Some(_) => self.problems.push(problem("delta.content", "content is neither text nor a list")),
            None => {}
        }
    }

    fn content_piece(&mut self, at: usize, piece: &Value) {
        if let Some(said) = piece.as_str().or_else(|| text(piece, "text")) {
            self.say(at, Kind::Text, said);
            return;
        }
        match piece.get("thinking") {
            Some(Value::String(thought)) => self.say(at, Kind::Reasoning, thought),
            Some(Value::Array(thoughts)) => {
                for thought in thoughts.iter().filter_map(|thought| text(thought, "text")) {
                    self.say(at, Kind::Reasoning, thought);
                }
            }
            _ if piece.get("text").is_some() => {}
            _ => self.events.push(Event::Other(piece.clone())),
        }
    }

    fn think(&mut self, at: usize, thought: Thought<'_>) {
        match thought {
            Thought::Text(said) => self.say(at, Kind::Reasoning, said),
            Thought::Signature(signature) => {
                if let Some(part) = self.open(at, Kind::Reasoning) {
                    self.events.push(Event::Signature { part, signature: signature.to_owned() });
                }
            }
            Thought::Encrypted(data) => {
                self.close(at);
                if let Some(part) = self.begin(at, PartKind::RedactedReasoning(data.to_owned())) {
                    self.events.push(Event::PartEnd { part });
                }
            }
        }
    }

    fn say(&mut self, at: usize, kind: Kind, said: &str) {
        if said.is_empty() {
            return;
        }
        if self.choices[at].finish.is_some() && !std::mem::replace(&mut self.said.after_finish, true) {
            self.problems.push(Problem::new("content after the finish_reason"));
        }
        if let Some(part) = self.open(at, kind) {
            self.events.push(Event::Delta { part, text: said.to_owned() });
        }
    }

    /// The open part of this kind; another kind that is open closes first.
    fn open(&mut self, at: usize, kind: Kind) -> Option<u32> {
        match self.choices[at].open {
            Some((open, part)) if open == kind => return Some(part),
            _ => self.close(at),
        }
        let part = self.begin(
            at,
            match kind {
                Kind::Text => PartKind::Text,
                Kind::Reasoning => PartKind::Reasoning,
                Kind::Refusal => PartKind::Refusal,
            },
        )?;
        self.choices[at].open = Some((kind, part));
        Some(part)
    }

    fn begin(&mut self, at: usize, kind: PartKind) -> Option<u32> {
        if self.parts >= PARTS_MAX {
            if !std::mem::replace(&mut self.said.full, true) {
                self.problems.push(Problem::new(format!("the answer has more than {PARTS_MAX} parts")));
            }
            return None;
        }
        let part = self.parts;
        self.parts += 1;
        self.choices[at].spoke = true;
        self.events.push(Event::PartStart { part, choice: self.choices[at].index, kind });
        Some(part)
    }

    fn close(&mut self, at: usize) {
        if let Some((_, part)) = self.choices[at].open.take() {
            self.events.push(Event::PartEnd { part });
        }
    }

    fn tools(&mut self, at: usize, entries: &[Value]) {
        let fresh = self.choices[at].calls.0.len();
        for entry in entries {
            if !entry.is_object() {
                self.problems.push(problem("delta.tool_calls", format!("no tool call: {}", kind_of(entry))));
                continue;
            }
            if self.choices[at].calls.0.len() >= PARTS_MAX as usize {
                return;
            }
            let taken = self.choices[at].calls.take(Piece::read(entry), fresh);
            self.problems.extend(taken.problem.map(|message| problem("delta.tool_calls", message)));
            self.open_call(at, taken.place, false);
            if let (Some(part), false) =
                (self.choices[at].calls.0[taken.place].part, taken.arguments.is_empty())
            {
                self.events.push(Event::Delta { part, text: taken.arguments });
            }
        }
    }

    /// Opens a call's part once its name is known, or at the end in any case.
    fn open_call(&mut self, at: usize, place: usize, at_end: bool) {
        let call = &self.choices[at].calls.0[place];
        if call.part.is_some() || (call.name.is_none() && !at_end) {
            return;
        }
        if call.name.is_none() {
            self.problems.push(problem("delta.tool_calls", "a tool call has no name"));
        }
        let name = call.name.clone().unwrap_or_default();
        let id = call.id.clone().unwrap_or_else(|| format!("call_{}", self.parts));
        self.close(at);
        let part = self.begin(at, PartKind::ToolCall { id, name });
        self.choices[at].calls.0[place].part = part;
    }

    fn close_calls(&mut self, at: usize) {
        for place in 0..self.choices[at].calls.0.len() {
            self.open_call(at, place, true);
            let held = std::mem::take(&mut self.choices[at].calls.0[place].held);
            if let Some(part) = self.choices[at].calls.0[place].part {
                if !held.is_empty() {
                    self.events.push(Event::Delta { part, text: held });
                }
                self.events.push(Event::PartEnd { part });
            }
        }
        self.choices[at].calls.0.clear();
    }

    fn close_all(&mut self) {
        for at in 0..self.choices.len() {
            self.close(at);
            self.close_calls(at);
        }
    }

    fn finish_choice(&mut self, at: usize, raw: &str) {
        self.close(at);
        self.close_calls(at);
        let told = self.choices[at].finish.as_deref();
        if told == Some(raw) {
            return;
        }
        if let Some(told) = told {
            let message = format!("finish_reason was `{told}` and is now `{raw}`");
            self.problems.push(problem("choices.finish_reason", message));
        }
        self.choices[at].finish = Some(raw.to_owned());
        let choice = self.choices[at].index;
        self.events.push(Event::Finish { choice, finish: finish::read(raw) });
    }
}
