//! The decoder of streamed answers; a whole answer is read as a stream of one record.

use serde_json::{Value, json};

use super::streamed_call::Arguments;
use super::{finish, usage};
use crate::chat::{Decoded, Event, PartKind, Usage};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, text, told};
use crate::dialect::{StreamDecoder, error_shape, invented};
use crate::problem::Problem;

/// The most parts of one answer.
const PARTS_MAX: u32 = 4096;

/// The most candidates of one answer.
const CANDIDATES_MAX: u64 = 128;

/// What stands beside the content of a candidate, and is passed on as it is.
const BESIDE: [&str; 3] = ["groundingMetadata", "urlContextMetadata", "citationMetadata"];

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Whether the answer is whole: its parts are told as they stand, not joined.
    whole: bool,
    started: bool,
    failed: bool,
    id: Option<String>,
    calls: usize,
    parts: u32,
    /// The last counts told, which stand for themselves: one that they leave out was not kept.
    usage: Option<Usage>,
    candidates: Vec<Candidate>,
    events: Vec<Event>,
    problems: Vec<Problem>,
    said: Said,
}

/// Problems that are told once.
#[derive(Debug, Default)]
struct Said {
    full: bool,
    foreign: bool,
    nameless: bool,
}

#[derive(Debug, Default)]
struct Candidate {
    index: u32,
    open: Option<(Kind, u32)>,
    call: Option<(u32, Arguments)>,
    called: bool,
    /// The last reason told: an answer that runs code gives one before it goes on.
    finish: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thought,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        let data = data.trim();
        if !data.is_empty() && data != "[DONE]" {
            match serde_json::from_str::<Value>(data) {
                Ok(record) => self.answer(event, &record),
                Err(error) => self.problems.push(Problem::new(format!("a record is not JSON: {error}"))),
            }
        }
        self.give()
    }

    /// This dialect has no terminal record: an answer is whole when its stream ends after a finish reason.
    fn finish(&mut self) -> Decoded<Vec<Event>> {
        for at in 0..self.candidates.len() {
            self.close(at, false);
        }
        self.events.extend(self.usage.take().map(Event::Usage));
        let mut finished = false;
        for candidate in &self.candidates {
            if let Some(raw) = &candidate.finish {
                finished = true;
                let finish = finish::read(raw, candidate.called);
                self.events.push(Event::Finish { choice: candidate.index, finish });
            }
        }
        if finished && !self.failed {
            self.events.push(Event::End);
        } else if self.started && !self.failed && !self.whole {
            self.problems.push(Problem::new("the stream ended without a finishReason"));
        }
        self.give()
    }
}

impl Decoder {
    /// A decoder for a whole answer.
    pub(super) fn whole() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Takes a whole answer and its end.
    pub(super) fn all(&mut self, answer: &Value) -> Decoded<Vec<Event>> {
        self.answer("", answer);
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

    fn answer(&mut self, event: &str, record: &Value) {
        // Google's Code Assist wraps every answer once more.
        let record = told(record, "response").filter(|inner| inner.is_object()).unwrap_or(record);
        let candidates = list(record, "candidates");
        let blocked = told(record, "promptFeedback").and_then(|feedback| text(feedback, "blockReason"));
        let told_usage = told(record, "usageMetadata").filter(|usage| usage.is_object());
        let ours = !candidates.is_empty()
            || blocked.is_some()
            || told_usage.is_some()
            || text(record, "modelVersion").is_some();
        let error = if ours { error_shape::read_beside_answer(record) } else { error_shape::read(record) };
        if ours {
            self.start(record);
        } else if error.is_none() && event != "error" {
            self.foreign(record);
        }
        if let Some(counted) = told_usage.map(usage::read).filter(|counted| *counted != Usage::default()) {
            // What the prompt counts is known at once, and some dialects tell it first.
            if self.usage.is_none() {
                let prompt = Usage { input: counted.input, ..Usage::default() };
                self.events.push(Event::Usage(prompt));
            }
            self.usage = Some(counted);
        }
        for (place, candidate) in candidates.iter().enumerate() {
            self.candidate(candidate, place);
        }
        if let Some(reason) = blocked
            && let Some(at) = self.candidate_at(0)
        {
            self.candidates[at].finish = Some(finish::of_prompt(reason));
        }
        self.failed |= error.is_some();
        self.events.extend(error.map(Event::Error));
    }

    fn start(&mut self, record: &Value) {
        if !std::mem::replace(&mut self.started, true) {
            self.id = owned(record, "responseId");
            self.events.push(Event::Start { id: self.id.clone(), model: owned(record, "modelVersion") });
        }
    }

    /// Names a record that is none of this dialect.
    fn foreign(&mut self, record: &Value) {
        let message = if record.get("choices").is_some() {
            "this is an OpenAI chat completion, not an answer of Gemini"
        } else if text(record, "type").is_some() {
            "this is an event of another dialect, not an answer of Gemini"
        } else if record.is_array() {
            "this is a streamed array, not one answer"
        } else if self.whole {
            "the answer has no candidates"
        } else {
            return;
        };
        if !std::mem::replace(&mut self.said.foreign, true) {
            self.problems.push(problem("candidates", message).hint("check the provider's `api`"));
        }
    }

    fn candidate_at(&mut self, index: u64) -> Option<usize> {
        let Some(small) = u32::try_from(index).ok().filter(|index| u64::from(*index) < CANDIDATES_MAX) else {
            self.problem("candidates", format!("candidate {index} is beyond {CANDIDATES_MAX}"));
            return None;
        };
        let known = self.candidates.iter().position(|candidate| candidate.index == small);
        Some(known.unwrap_or_else(|| {
            self.candidates.push(Candidate { index: small, ..Candidate::default() });
            self.candidates.len() - 1
        }))
    }

    fn candidate(&mut self, candidate: &Value, place: usize) {
        let index = candidate.get("index").and_then(Value::as_u64).unwrap_or(place as u64);
        let Some(at) = self.candidate_at(index) else { return };
        match candidate.get("content").and_then(|content| content.get("parts")) {
            Some(Value::Array(parts)) => parts.iter().for_each(|part| self.part(at, part)),
            Some(part @ Value::Object(_)) => self.part(at, part),
            None | Some(Value::Null) => {}
            Some(_) => self.problem("candidates.content.parts", "the parts are no list"),
        }
        for key in BESIDE {
            let beside = told(candidate, key).filter(|beside| **beside != json!({}));
            self.events.extend(beside.map(|beside| Event::Other(json!({ key: beside }))));
        }
        match candidate.get("finishReason") {
            Some(Value::String(raw)) if !raw.is_empty() => self.candidates[at].finish = Some(raw.clone()),
            Some(Value::Number(number)) if number.as_i64() != Some(0) => {
                self.candidates[at].finish = Some(number.to_string());
            }
            _ => {}
        }
    }

    fn part(&mut self, at: usize, part: &Value) {
        let Some(object) = part.as_object() else {
            return self.problem("candidates.content.parts", "a part is no object");
        };
        let signature = text(part, "thoughtSignature");
        if let Some(said) = object.get("text").and_then(Value::as_str) {
            let thought = object.get("thought") == Some(&Value::Bool(true));
            self.say(at, if thought { Kind::Thought } else { Kind::Text }, said);
            if let Some(signature) = signature {
                self.sign(at, thought, signature);
            }
            if self.whole {
                self.close_open(at);
            }
        } else if let Some(call) = object.get("functionCall").filter(|call| call.is_object()) {
            if let Some(signature) = signature {
                self.sign(at, false, signature);
            }
            self.call(at, call);
        } else if object.keys().any(|key| key != "thoughtSignature" && key != "thought") {
            self.close_open(at);
            if let Some(part) = self.begin(at, PartKind::Other(part.clone())) {
                self.events.push(Event::PartEnd { part });
            }
        } else if let Some(signature) = signature {
            self.sign(at, false, signature);
        }
    }

    fn say(&mut self, at: usize, kind: Kind, said: &str) {
        if said.is_empty() {
            return;
        }
        let part = match self.candidates[at].open {
            Some((open, part)) if open == kind => part,
            _ => {
                self.close_open(at);
                let started = if kind == Kind::Text { PartKind::Text } else { PartKind::Reasoning };
                let Some(part) = self.begin(at, started) else { return };
                self.candidates[at].open = Some((kind, part));
                part
            }
        };
        self.events.push(Event::Delta { part, text: said.to_owned() });
    }

    /// A signature belongs to the thought that is open, if it stands on it. Else it is a thought without
    /// text: before the call, or behind the text, that it stands on.
    fn sign(&mut self, at: usize, thought: bool, signature: &str) {
        let open = self.candidates[at].open.filter(|(kind, _)| thought && *kind == Kind::Thought);
        let part = match open {
            Some((_, part)) => Some(part),
            None => {
                self.close_open(at);
                let part = self.begin(at, PartKind::Reasoning);
                self.candidates[at].open = part.map(|part| (Kind::Thought, part));
                part
            }
        };
        if let Some(part) = part {
            self.events.push(Event::Signature { part, signature: signature.to_owned() });
        }
        self.close_open(at);
    }

    fn call(&mut self, at: usize, call: &Value) {
        self.close_open(at);
        let goes_on = call.get("willContinue") == Some(&Value::Bool(true));
        if let Some(name) = text(call, "name") {
            self.close_call(at, false);
            let id = owned(call, "id").unwrap_or_else(|| invented::invent(self.id.as_deref(), self.calls));
            self.calls += 1;
            self.candidates[at].called = true;
            let part = self.begin(at, PartKind::ToolCall { id, name: name.to_owned() });
            self.candidates[at].call = part.map(|part| (part, Arguments::default()));
            // The arguments of most calls come whole, and then nothing is rebuilt.
            if let (Some(part), false) = (part, goes_on || call.get("partialArgs").is_some()) {
                self.candidates[at].call = None;
                let text = told(call, "args").map_or_else(|| "{}".to_owned(), Value::to_string);
                self.events.extend([Event::Delta { part, text }, Event::PartEnd { part }]);
                return;
            }
        }
        let Some((_, arguments)) = &mut self.candidates[at].call else {
            if !std::mem::replace(&mut self.said.nameless, true) {
                self.problem("candidates.content.parts.functionCall", "a function call has no name");
            }
            return;
        };
        if let Err(message) = arguments.take(call) {
            self.problem("candidates.content.parts.functionCall", message);
        }
        if !goes_on {
            self.close_call(at, true);
        }
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
        self.events.push(Event::PartStart { part, choice: self.candidates[at].index, kind });
        Some(part)
    }

    fn close_open(&mut self, at: usize) {
        if let Some((_, part)) = self.candidates[at].open.take() {
            self.events.push(Event::PartEnd { part });
        }
    }

    /// Closes a call whose arguments came piece by piece.
    fn close_call(&mut self, at: usize, whole: bool) {
        if let Some((part, arguments)) = self.candidates[at].call.take() {
            if !whole {
                self.problem("candidates.content.parts.functionCall", "the arguments of a call are cut");
            }
            let text = arguments.spelt(whole);
            self.events.extend([Event::Delta { part, text }, Event::PartEnd { part }]);
        }
    }

    fn close(&mut self, at: usize, whole: bool) {
        self.close_open(at);
        self.close_call(at, whole);
    }
}
