//! The stream decoder.

use std::collections::BTreeMap;

use serde_json::Value;

use super::response::{CHOICES_MAX, said};
use crate::chat::{Decoded, ErrorBody, Event, PartKind, Usage};
use crate::dialect::completions::{finish, usage};
use crate::dialect::json::{list, owned, problem, spelt, text};
use crate::dialect::{StreamDecoder, error_shape};
use crate::problem::Problem;

/// Decodes one streamed answer: every choice is one part of text.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    ended: bool,
    failed: bool,
    parts: u32,
    usage: Option<Usage>,
    choices: BTreeMap<u32, Choice>,
    events: Vec<Event>,
    problems: Vec<Problem>,
    said: Said,
}

#[derive(Debug, Default)]
struct Choice {
    part: Option<u32>,
    finish: Option<String>,
}

/// Problems that are told once.
#[derive(Debug, Default)]
struct Said {
    after_end: bool,
    after_finish: bool,
    foreign: bool,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        self.take(event, data.trim());
        self.give()
    }

    /// Writer ends its streams without a word, so that no word is no problem there.
    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close_all();
        let finished = self.choices.values().any(|choice| choice.finish.is_some());
        if !self.choices.is_empty() && !self.ended && !self.failed && !finished {
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
        if event == "ping" || data.is_empty() {
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
        let bare = chunk.get("value").and_then(Value::as_str);
        if !choices.is_empty() || told_usage.is_some() || bare.is_some() {
            self.start(chunk);
        }
        let error = error_shape::read_beside_answer(chunk).or_else(|| {
            let alone = choices.is_empty() && told_usage.is_none() && bare.is_none();
            let error = if alone { error_shape::read(chunk) } else { None };
            error.or_else(|| (event == "error").then(|| named_error(chunk)))
        });
        if choices.is_empty() && told_usage.is_none() && bare.is_none() && error.is_none() {
            self.foreign(chunk);
        }
        // Writer tells nothing but the text.
        if let Some(said) = bare {
            self.say(0, said);
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

    /// Names a record that is no chunk of this dialect; one without choices only says nothing.
    fn foreign(&mut self, chunk: &Value) {
        let empty = chunk.get("choices").is_some_and(Value::is_array);
        if !empty && !std::mem::replace(&mut self.said.foreign, true) {
            let found = Problem::new("a record is no text completion: it has no choices");
            self.problems.push(found.hint("check the provider's `api`"));
        }
    }

    fn choice(&mut self, choice: &Value, place: usize) {
        let index = choice.get("index").and_then(Value::as_u64).unwrap_or(place as u64);
        let Some(index) = u32::try_from(index).ok().filter(|index| (*index as usize) < CHOICES_MAX) else {
            self.problems.push(problem("choices", format!("choice {index} is beyond {CHOICES_MAX}")));
            return;
        };
        if let Some(said) = said(choice) {
            self.say(index, said);
        }
        let Some(raw) = text(choice, "finish_reason") else { return };
        let known = self.choices.entry(index).or_default();
        if let Some(part) = known.part.take() {
            self.events.push(Event::PartEnd { part });
        }
        if known.finish.as_deref() == Some(raw) {
            return;
        }
        if let Some(told) = known.finish.replace(raw.to_owned()) {
            let message = format!("finish_reason was `{told}` and is now `{raw}`");
            self.problems.push(problem("choices.finish_reason", message));
        }
        self.events.push(Event::Finish { choice: index, finish: finish::read(raw) });
    }

    fn say(&mut self, index: u32, said: &str) {
        if said.is_empty() {
            return;
        }
        let choice = self.choices.entry(index).or_default();
        if choice.finish.is_some() && !std::mem::replace(&mut self.said.after_finish, true) {
            self.problems.push(Problem::new("text after the finish_reason"));
        }
        let part = *choice.part.get_or_insert_with(|| {
            let part = self.parts;
            self.parts = self.parts.saturating_add(1);
            self.events.push(Event::PartStart { part, choice: index, kind: PartKind::Text });
            part
        });
        self.events.push(Event::Delta { part, text: said.to_owned() });
    }

    fn close_all(&mut self) {
        for choice in self.choices.values_mut() {
            if let Some(part) = choice.part.take() {
                self.events.push(Event::PartEnd { part });
            }
        }
    }
}

/// The error of an `event: error` record, whatever stands in it.
fn named_error(chunk: &Value) -> ErrorBody {
    ErrorBody { message: spelt(chunk), ..ErrorBody::default() }
}
