//! The stream decoder.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{finish, step};
use crate::chat::{Decoded, ErrorBody, Event, Part, PartKind};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, spelt, text, told};
use crate::dialect::{StreamDecoder, error_shape};
use crate::problem::Problem;

/// The most parts of one answer.
const PARTS_MAX: u32 = 4096;

/// The most bytes of a step that is held back until it is whole.
const HELD_MAX: usize = 4 << 20;

/// Decodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    started: bool,
    ended: bool,
    failed: bool,
    parts: u32,
    open: BTreeMap<u64, Step>,
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

/// An open step.
#[derive(Debug)]
enum Step {
    /// What the model says; its text, once there is some.
    Output(Option<u32>),
    Thought(u32),
    /// A call; `arguments` is what the start told of them.
    Call {
        part: u32,
        arguments: Option<String>,
        spoke: bool,
    },
    /// A step that only this dialect knows, held back until it is whole.
    Held(Map<String, Value>),
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        self.take(event, data.trim());
        self.give()
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        self.close_all();
        if self.started && !self.ended && !self.failed {
            self.problem("the stream ended without interaction.completed");
        }
        self.give()
    }
}

impl Decoder {
    fn give(&mut self) -> Decoded<Vec<Event>> {
        Decoded::with(std::mem::take(&mut self.events), std::mem::take(&mut self.problems))
    }

    fn problem(&mut self, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::new(message));
        }
    }

    fn take(&mut self, event: &str, data: &str) {
        // The last record, `event: done`, says nothing that interaction.completed did not say.
        if data.is_empty() || data == "[DONE]" {
            return;
        }
        let record = match serde_json::from_str::<Value>(data) {
            Ok(record) => record,
            Err(error) => return self.problem(format!("a record is not JSON: {error}")),
        };
        let kind = text(&record, "event_type").unwrap_or(event).to_owned();
        if self.ended {
            if !std::mem::replace(&mut self.said.after_end, true) {
                self.problem("a record after interaction.completed");
            }
            return;
        }
        self.dispatch(&kind, &record);
    }

    fn dispatch(&mut self, kind: &str, record: &Value) {
        match kind {
            "interaction.created" | "interaction.start" => self.interaction(record, false),
            "interaction.status_update" | "interaction.in_progress" => {}
            "interaction.completed" | "interaction.complete" => self.interaction(record, true),
            "step.start" | "content.start" => self.step_start(record),
            "step.delta" | "content.delta" => self.step_delta(record),
            "step.stop" | "content.stop" => match self.open.remove(&index(record)) {
                Some(step) => self.close(step, true),
                None => self.problem(format!("a stop for step {}, which is not open", index(record))),
            },
            "error" => self.fail(error_shape::read(record).unwrap_or_default()),
            _ => self.stranger(record),
        }
    }

    fn stranger(&mut self, record: &Value) {
        if let Some(error) = error_shape::read_beside_answer(record) {
            self.fail(error);
        } else if text(record, "event_type").is_some() {
            self.events.push(Event::Other(record.clone()));
        } else if !std::mem::replace(&mut self.said.foreign, true) {
            let found = Problem::new("a record is no event of Gemini Interactions");
            self.problems.push(found.hint("check the provider's `api`"));
        }
    }

    fn fail(&mut self, error: ErrorBody) {
        self.failed = true;
        self.events.push(Event::Error(error));
    }

    fn begin_if_needed(&mut self, interaction: &Value) {
        if !std::mem::replace(&mut self.started, true) {
            self.events.push(Event::Start { id: owned(interaction, "id"), model: step::model(interaction) });
        }
    }

    fn interaction(&mut self, record: &Value, over: bool) {
        let interaction = told(record, "interaction").unwrap_or(record);
        self.begin_if_needed(interaction);
        if let Some(usage) = told(interaction, "usage").filter(|usage| usage.is_object()) {
            self.events.push(Event::Usage(step::usage(usage)));
        }
        if !over {
            return;
        }
        self.close_all();
        if let Some(error) = error_shape::read_beside_answer(interaction) {
            return self.fail(error);
        }
        if let Some(finish) = text(interaction, "status").and_then(finish::read) {
            self.events.push(Event::Finish { choice: 0, finish });
        }
        self.ended = true;
        self.events.push(Event::End);
    }

    fn step_start(&mut self, record: &Value) {
        self.begin_if_needed(&Value::Null);
        let index = index(record);
        if let Some(open) = self.open.remove(&index) {
            self.problem(format!("step {index} starts while it is open"));
            self.close(open, false);
        }
        let told_step = told(record, "step").or_else(|| told(record, "content")).unwrap_or(&Value::Null);
        let opened = match text(told_step, "type").unwrap_or_default() {
            "model_output" | "text" => {
                let mut parts = Vec::new();
                step::read(told_step, &mut parts);
                let mut output = None;
                parts.into_iter().for_each(|part| self.output(&mut output, part));
                Some(Step::Output(output))
            }
            "thought" => self.begin(PartKind::Reasoning).map(|part| {
                self.summary(part, told_step);
                self.sign(part, text(told_step, "signature"));
                Step::Thought(part)
            }),
            "function_call" => self.call_start(told_step),
            _ => told_step.as_object().map(|block| Step::Held(block.clone())),
        };
        self.open.extend(opened.map(|opened| (index, opened)));
    }

    fn call_start(&mut self, told_step: &Value) -> Option<Step> {
        if let Some(signature) = text(told_step, "signature") {
            let part = self.begin(PartKind::Reasoning)?;
            self.sign(part, Some(signature));
            self.events.push(Event::PartEnd { part });
        }
        let id = owned(told_step, "id").unwrap_or_default();
        let name = owned(told_step, "name").unwrap_or_default();
        let arguments = told(told_step, "arguments").filter(|told| **told != json!({})).map(spelt);
        let part = self.begin(PartKind::ToolCall { id, name })?;
        Some(Step::Call { part, arguments, spoke: false })
    }

    fn begin(&mut self, kind: PartKind) -> Option<u32> {
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

    fn say(&mut self, part: u32, said: Option<&str>) {
        let said = said.filter(|said| !said.is_empty());
        self.events.extend(said.map(|said| Event::Delta { part, text: said.to_owned() }));
    }

    fn sign(&mut self, part: u32, signature: Option<&str>) {
        let signature = signature.map(str::to_owned);
        self.events.extend(signature.map(|signature| Event::Signature { part, signature }));
    }

    fn summary(&mut self, part: u32, holder: &Value) {
        for piece in list(holder, "summary") {
            self.say(part, text(piece, "text"));
        }
        self.say(part, holder.get("content").and_then(|content| text(content, "text")));
    }

    /// A content of a model's output: texts in one part, anything else in one of its own.
    fn output(&mut self, open: &mut Option<u32>, part: Part) {
        if let Part::Text(said) = &part {
            if open.is_none() {
                *open = self.begin(PartKind::Text);
            }
            if let Some(part) = *open {
                self.say(part, Some(said));
            }
            return;
        }
        self.events.extend(open.take().map(|part| Event::PartEnd { part }));
        let Part::Other(block) = part else { return };
        if let Some(part) = self.begin(PartKind::Other(block)) {
            self.events.push(Event::PartEnd { part });
        }
    }

    fn step_delta(&mut self, record: &Value) {
        self.begin_if_needed(&Value::Null);
        let index = index(record);
        let delta = record.get("delta").unwrap_or(&Value::Null);
        let Some(mut step) = self.open.remove(&index) else {
            return self.problem(format!("a delta for step {index}, which is not open"));
        };
        self.apply(&mut step, delta, index);
        self.open.insert(index, step);
    }

    fn apply(&mut self, step: &mut Step, delta: &Value, index: u64) {
        let kind = text(delta, "type").unwrap_or_default();
        match (step, kind) {
            (Step::Output(open), "text") => {
                let said = text(delta, "text").unwrap_or_default().to_owned();
                self.output(open, Part::Text(said));
            }
            (Step::Output(open), "image" | "audio" | "video" | "document") => {
                self.output(open, Part::Other(delta.clone()));
            }
            (Step::Thought(part), "thought_signature") => self.sign(*part, text(delta, "signature")),
            (Step::Thought(part), _) => {
                self.summary(*part, delta);
                self.say(*part, text(delta, "text"));
            }
            (Step::Call { part, arguments, spoke }, "arguments_delta" | "function_call") => {
                match told(delta, "arguments") {
                    Some(Value::String(piece)) => {
                        *spoke |= !piece.is_empty();
                        self.say(*part, Some(piece));
                    }
                    Some(whole @ Value::Object(_)) => *arguments = Some(whole.to_string()),
                    _ => {}
                }
            }
            (Step::Held(block), _) => {
                if !step::join(block, delta, HELD_MAX) && !std::mem::replace(&mut self.said.full, true) {
                    self.problem(format!("step {index} is longer than {HELD_MAX} bytes"));
                }
            }
            _ => self.events.push(Event::Other(delta.clone())),
        }
    }

    /// Closes a step. Only one that was `whole` is completed: a call then gets the arguments that its
    /// start told.
    fn close(&mut self, step: Step, whole: bool) {
        match step {
            Step::Output(part) => self.events.extend(part.map(|part| Event::PartEnd { part })),
            Step::Thought(part) => self.events.push(Event::PartEnd { part }),
            Step::Call { part, arguments, spoke } => {
                if whole && !spoke {
                    self.say(part, Some(arguments.as_deref().unwrap_or("{}")));
                }
                self.events.push(Event::PartEnd { part });
            }
            Step::Held(block) => {
                if let Some(part) = self.begin(PartKind::Other(block.into())) {
                    self.events.push(Event::PartEnd { part });
                }
            }
        }
    }

    fn close_all(&mut self) {
        for step in std::mem::take(&mut self.open).into_values() {
            self.close(step, false);
        }
    }
}

fn index(record: &Value) -> u64 {
    record.get("index").and_then(Value::as_u64).unwrap_or_default()
}
