//! The decoder of streamed answers; a whole answer is a stream of one line.

use serde_json::{Value, json};

use super::{finish, usage};
use crate::chat::{Decoded, Event, PartKind};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, text, told};
use crate::dialect::{StreamDecoder, error_shape, invented};
use crate::problem::Problem;

/// The most parts of one answer.
const PARTS_MAX: u32 = 4096;

/// The digits of a moment, down to the microsecond.
const DIGITS_MAX: usize = 20;

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    ended: bool,
    failed: bool,
    parts: u32,
    calls: usize,
    /// What tells this answer from others: it has no id, but the moment of its making.
    made: Option<String>,
    open: Option<(Kind, u32)>,
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, _event: &str, data: &str) -> Decoded<Vec<Event>> {
        let data = data.trim();
        if !data.is_empty() {
            match serde_json::from_str::<Value>(data) {
                Ok(line) => self.line(&line),
                Err(error) => self.problems.push(Problem::new(format!("a line is not JSON: {error}"))),
            }
        }
        self.give()
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close();
        if self.started && !self.ended && !self.failed {
            self.problems.push(Problem::new("the stream ended without a line that is done"));
        }
        self.give()
    }
}

impl Decoder {
    /// Takes a whole answer and its end.
    pub(super) fn all(&mut self, answer: &Value) -> Decoded<Vec<Event>> {
        self.line(answer);
        self.finish()
    }

    fn give(&mut self) -> Decoded<Vec<Event>> {
        Decoded::with(std::mem::take(&mut self.events), std::mem::take(&mut self.problems))
    }

    fn problem(&mut self, path: &str, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem(path, message));
        }
    }

    fn line(&mut self, line: &Value) {
        if self.ended {
            if !std::mem::replace(&mut self.said.after_end, true) {
                self.problem("", "a line after the one that is done");
            }
            return;
        }
        let message = told(line, "message").filter(|message| message.is_object());
        let generated = line.get("response").is_some_and(Value::is_string);
        let done = line.get("done") == Some(&Value::Bool(true));
        let ours = message.is_some() || generated || done;
        let error = if ours { error_shape::read_beside_answer(line) } else { error_shape::read(line) };
        if ours {
            if !std::mem::replace(&mut self.started, true) {
                let digits =
                    |made: &str| made.chars().filter(char::is_ascii_digit).take(DIGITS_MAX).collect();
                self.made = text(line, "created_at").map(digits);
                self.events.push(Event::Start { id: None, model: owned(line, "model") });
            }
        } else if error.is_none() && !std::mem::replace(&mut self.said.foreign, true) {
            let found = problem("message", "this is no answer of Ollama: it has no message");
            self.problems.push(found.hint("check the provider's `api`"));
        }
        if let Some(message) = message {
            self.message(message);
        } else if generated {
            self.say(Kind::Thinking, text(line, "thinking"));
            self.say(Kind::Text, text(line, "response"));
        }
        self.failed |= error.is_some();
        if done {
            self.done(line);
        }
        self.events.extend(error.map(Event::Error));
    }

    fn done(&mut self, line: &Value) {
        self.close();
        self.events.extend(usage::read(line).map(Event::Usage));
        if let Some(raw) = text(line, "done_reason") {
            self.events.push(Event::Finish { choice: 0, finish: finish::read(raw, self.calls > 0) });
        }
        if !self.failed {
            self.ended = true;
            self.events.push(Event::End);
        }
    }

    fn message(&mut self, message: &Value) {
        self.say(Kind::Thinking, text(message, "thinking"));
        self.say(Kind::Text, text(message, "content"));
        for call in list(message, "tool_calls") {
            self.call(call);
        }
        let images = told(message, "images").filter(|images| **images != json!([]));
        self.events.extend(images.map(|images| Event::Other(json!({ "images": images }))));
    }

    fn say(&mut self, kind: Kind, said: Option<&str>) {
        let Some(said) = said else { return };
        let part = match self.open {
            Some((open, part)) if open == kind => part,
            _ => {
                self.close();
                let started = if kind == Kind::Text { PartKind::Text } else { PartKind::Reasoning };
                let Some(part) = self.begin(started) else { return };
                self.open = Some((kind, part));
                part
            }
        };
        self.events.push(Event::Delta { part, text: said.to_owned() });
    }

    /// A call comes whole. Its arguments are an object; some servers send them as text.
    fn call(&mut self, call: &Value) {
        let Some(function) = told(call, "function").filter(|function| function.is_object()) else {
            return self.problem("message.tool_calls", "a tool call has no function");
        };
        let name = owned(function, "name").unwrap_or_default();
        if name.is_empty() {
            self.problem("message.tool_calls", "a tool call has no name");
        }
        let id = owned(call, "id").unwrap_or_else(|| invented::invent(self.made.as_deref(), self.calls));
        self.calls += 1;
        self.close();
        let Some(part) = self.begin(PartKind::ToolCall { id, name }) else { return };
        let text = told(function, "arguments").map_or_else(|| "{}".to_owned(), crate::dialect::json::spelt);
        self.events.extend([Event::Delta { part, text }, Event::PartEnd { part }]);
    }

    fn begin(&mut self, kind: PartKind) -> Option<u32> {
        if self.parts >= PARTS_MAX {
            if !std::mem::replace(&mut self.said.full, true) {
                self.problems.push(Problem::new(format!("the answer has more than {PARTS_MAX} parts")));
            }
            return None;
        }
        let part = self.parts;
        self.parts += 1;
        self.events.push(Event::PartStart { part, choice: 0, kind });
        Some(part)
    }

    fn close(&mut self) {
        if let Some((_, part)) = self.open.take() {
            self.events.push(Event::PartEnd { part });
        }
    }
}
