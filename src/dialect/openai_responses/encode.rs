//! The stream encoder.
//!
//! It writes the whole grammar: every text in deltas, whole, in its item, and in the last event,
//! as clients of this dialect read any one of these and not the others.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::groups::Group;
use super::item::{self, Kind};
use super::{content, response};
use crate::chat::{ErrorBody, Event, Finish, PartKind, Usage};
use crate::dialect::StreamEncoder;
use crate::dialect::sse_out::record;

/// The most bytes of text that are kept for the last event; a longer answer fails.
const KEPT_MAX: usize = 32 * 1024 * 1024;

/// Encodes one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    pub(super) id: Option<String>,
    pub(super) model: String,
    pub(super) started: bool,
    pub(super) over: bool,
    pub(super) sequence: u64,
    pub(super) kept: usize,
    pub(super) usage: Usage,
    pub(super) finish: Option<Finish>,
    pub(super) output: Vec<Value>,
    pub(super) groups: Vec<Group>,
    pub(super) parts: BTreeMap<u32, Open>,
    /// Parts that ended with the last event. Whether they are whole, only the next one tells: a
    /// stream that is cut off closes its parts too, and nothing follows.
    pub(super) ended: Vec<u32>,
}

/// An open part.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) kind: What,
    pub(super) index: usize,
    pub(super) place: usize,
    pub(super) text: String,
    signature: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Text,
    Refusal,
    Reasoning,
    Call,
    Silent,
}

impl StreamEncoder for Encoder {
    /// An error is the last word of a stream, as is its end: what follows is not written.
    fn event(&mut self, event: &Event) -> Vec<u8> {
        let mut out = Vec::new();
        if self.over {
            return out;
        }
        match event {
            Event::Start { id, model } => {
                self.id.clone_from(id);
                self.model = model.clone().unwrap_or_default();
            }
            Event::Ping => return b": keep-alive\n\n".to_vec(),
            Event::Usage(told) => self.usage.update(told),
            Event::Finish { choice: 0, finish } => self.finish = Some(finish.clone()),
            _ => {}
        }
        self.begin(&mut out);
        if !matches!(event, Event::PartEnd { .. } | Event::Error(_)) {
            for part in std::mem::take(&mut self.ended) {
                self.part_end(part, &mut out);
            }
        }
        match event {
            Event::PartStart { part, choice, kind } => self.part_start(*part, *choice, kind, &mut out),
            Event::Delta { part, text } => self.delta(*part, text, &mut out),
            Event::Signature { part, signature } => {
                self.kept += signature.len();
                if let Some(open) = self.parts.get_mut(part) {
                    open.signature.push_str(signature);
                }
            }
            Event::PartEnd { part } => self.ended.push(*part),
            Event::End => self.end(&mut out),
            Event::Error(error) => self.fail(error, &mut out),
            _ => {}
        }
        if self.kept > KEPT_MAX && !self.over {
            let message = format!("the answer is longer than {KEPT_MAX} bytes");
            self.fail(&ErrorBody { message, ..ErrorBody::default() }, &mut out);
        }
        out
    }
}

impl Encoder {
    /// Writes an event under its type and the next number.
    pub(super) fn write(&mut self, kind: &str, mut fields: Value, out: &mut Vec<u8>) {
        fields["type"] = kind.into();
        fields["sequence_number"] = self.sequence.into();
        self.sequence += 1;
        out.extend(record(Some(kind), &fields));
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let mut frame = response::frame(self.id.as_deref(), &self.model);
        frame["status"] = "in_progress".into();
        self.write("response.created", json!({ "response": frame.clone() }), out);
        self.write("response.in_progress", json!({ "response": frame }), out);
    }

    fn item_id(&self, index: usize) -> Value {
        self.output.get(index).map(|item| item["id"].clone()).unwrap_or_default()
    }

    fn item_added(&mut self, mut item: Value, out: &mut Vec<u8>) -> usize {
        let index = self.output.len();
        item::finished(&mut item, index);
        let mut told = item.clone();
        if told.get("status").is_some() {
            told["status"] = "in_progress".into();
        }
        if item::kind(&item) == Kind::Call {
            told["arguments"] = "".into();
        }
        self.write("response.output_item.added", json!({ "output_index": index, "item": told }), out);
        self.output.push(item);
        index
    }

    fn item_done(&mut self, index: usize, out: &mut Vec<u8>) {
        let item = self.output.get(index).cloned().unwrap_or_default();
        self.write("response.output_item.done", json!({ "output_index": index, "item": item }), out);
    }

    /// Ends what nothing is added to any more; a part of the kind `next` may still join the last item.
    pub(super) fn settle(&mut self, next: Option<Kind>, out: &mut Vec<u8>) {
        let items = self.output.len();
        let mut groups = std::mem::take(&mut self.groups);
        for group in &mut groups {
            if let Some(place) = group.ended.take() {
                self.content_done(group.index, place, out);
            }
            group.sealed |= !next.is_some_and(|next| group.takes(next, items));
            if group.over() {
                self.item_done(group.index, out);
            }
        }
        groups.retain(|group| !group.over());
        self.groups = groups;
    }

    fn content_done(&mut self, index: usize, place: usize, out: &mut Vec<u8>) {
        let piece = self.output[index]["content"][place].clone();
        let at = json!({ "item_id": self.item_id(index), "output_index": index, "content_index": place });
        let mut done = at.clone();
        if let Some(said) = piece.get("refusal") {
            done["refusal"] = said.clone();
            self.write("response.refusal.done", done, out);
        } else {
            done["text"] = piece["text"].clone();
            done["logprobs"] = json!([]);
            self.write("response.output_text.done", done, out);
        }
        let mut done = at;
        done["part"] = piece;
        self.write("response.content_part.done", done, out);
    }

    fn part_start(&mut self, part: u32, choice: u32, kind: &PartKind, out: &mut Vec<u8>) {
        let mut open =
            Open { kind: What::Silent, index: 0, place: 0, text: String::new(), signature: String::new() };
        match kind {
            // Further choices have no place in this dialect.
            _ if choice != 0 => {}
            PartKind::Text => {
                let piece = json!({ "type": "output_text", "text": "", "annotations": [], "logprobs": [] });
                open = self.join(What::Text, Kind::Message, &piece, out);
            }
            PartKind::Refusal => {
                let piece = json!({ "type": "refusal", "refusal": "" });
                open = self.join(What::Refusal, Kind::Message, &piece, out);
            }
            PartKind::Reasoning => {
                let piece = json!({ "type": "summary_text", "text": "" });
                open = self.join(What::Reasoning, Kind::Reasoning, &piece, out);
            }
            PartKind::RedactedReasoning(data) => {
                self.kept += data.len();
                self.whole(json!({ "type": "reasoning", "summary": [], "encrypted_content": data }), out);
            }
            PartKind::ToolCall { id, name } => {
                self.settle(None, out);
                open.kind = What::Call;
                open.index = self.item_added(item::call(id, name, ""), out);
            }
            PartKind::Other(value) => self.other(value, out),
        }
        self.parts.insert(part, open);
    }

    /// An item that came whole.
    fn whole(&mut self, item: Value, out: &mut Vec<u8>) {
        self.settle(None, out);
        let index = self.item_added(item, out);
        self.item_done(index, out);
    }

    fn other(&mut self, value: &Value, out: &mut Vec<u8>) {
        let Some(annotations) = content::annotations_in(value) else {
            if item::is_item(value) {
                self.whole(value.clone(), out);
            }
            return;
        };
        let last = self.groups.iter().rev().find_map(|group| Some((group.index, group.ended?)));
        let Some((index, place)) = last else { return };
        for (number, annotation) in annotations.iter().enumerate() {
            let told = json!({
                "item_id": self.item_id(index),
                "output_index": index,
                "content_index": place,
                "annotation_index": number,
                "annotation": annotation,
            });
            self.write("response.output_text.annotation.added", told, out);
        }
        self.output[index]["content"][place]["annotations"] = annotations.clone().into();
    }

    /// Opens a text in the last item where it takes it, else in a new one.
    fn join(&mut self, kind: What, of: Kind, piece: &Value, out: &mut Vec<u8>) -> Open {
        self.settle(Some(of), out);
        let items = self.output.len();
        let index = match self.groups.iter_mut().find(|group| group.takes(of, items)) {
            Some(group) => {
                group.open = true;
                group.index
            }
            None => {
                let empty = match of {
                    Kind::Reasoning => json!({ "type": "reasoning", "summary": [] }),
                    _ => json!({ "type": "message", "role": "assistant", "content": [] }),
                };
                let index = self.item_added(empty, out);
                self.groups.push(Group::new(of, index));
                index
            }
        };
        let (list, number, event) = match of {
            Kind::Reasoning => ("summary", "summary_index", "response.reasoning_summary_part.added"),
            _ => ("content", "content_index", "response.content_part.added"),
        };
        let pieces = self.output[index][list].as_array_mut();
        let place = pieces.map_or(0, |pieces| {
            pieces.push(piece.clone());
            pieces.len() - 1
        });
        let told =
            json!({ "item_id": self.item_id(index), "output_index": index, number: place, "part": piece });
        self.write(event, told, out);
        Open { kind, index, place, text: String::new(), signature: String::new() }
    }

    fn delta(&mut self, part: u32, text: &str, out: &mut Vec<u8>) {
        let Some(open) = self.parts.get_mut(&part).filter(|open| open.kind != What::Silent) else { return };
        if text.is_empty() {
            return;
        }
        open.text.push_str(text);
        let (kind, index, place) = (open.kind, open.index, open.place);
        self.kept += text.len();
        let mut told = json!({ "item_id": self.item_id(index), "output_index": index, "delta": text });
        let event = match kind {
            What::Text => {
                told["content_index"] = place.into();
                told["logprobs"] = json!([]);
                "response.output_text.delta"
            }
            What::Refusal => {
                told["content_index"] = place.into();
                "response.refusal.delta"
            }
            What::Reasoning => {
                told["summary_index"] = place.into();
                "response.reasoning_summary_text.delta"
            }
            What::Call | What::Silent => "response.function_call_arguments.delta",
        };
        self.write(event, told, out);
    }

    pub(super) fn part_end(&mut self, part: u32, out: &mut Vec<u8>) {
        // A call without arguments gets an empty object, as the API demands JSON.
        if self.parts.get(&part).is_some_and(|open| open.kind == What::Call && open.text.trim().is_empty()) {
            self.delta(part, "{}", out);
        }
        let Some(open) = self.parts.remove(&part) else { return };
        match open.kind {
            What::Silent => {}
            What::Text => self.content_end(open, "text"),
            What::Refusal => self.content_end(open, "refusal"),
            What::Reasoning => self.thought_end(open, out),
            What::Call => {
                let (index, name) = (open.index, self.output[open.index]["name"].clone());
                let done = json!({
                    "item_id": self.item_id(index),
                    "output_index": index,
                    "name": name,
                    "arguments": open.text,
                });
                self.output[index]["arguments"] = open.text.into();
                self.write("response.function_call_arguments.done", done, out);
                self.item_done(index, out);
            }
        }
    }

    fn content_end(&mut self, open: Open, key: &str) {
        self.output[open.index]["content"][open.place][key] = open.text.into();
        if let Some(group) = self.groups.iter_mut().find(|group| group.index == open.index) {
            group.open = false;
            group.ended = Some(open.place);
        }
    }

    /// The signature ends the item: it speaks for all its texts.
    fn thought_end(&mut self, open: Open, out: &mut Vec<u8>) {
        let index = open.index;
        let at =
            json!({ "item_id": self.item_id(index), "output_index": index, "summary_index": open.place });
        let piece = json!({ "type": "summary_text", "text": open.text });
        let mut done = at.clone();
        done["text"] = open.text.into();
        self.write("response.reasoning_summary_text.done", done, out);
        self.output[index]["summary"][open.place] = piece.clone();
        let mut done = at;
        done["part"] = piece;
        self.write("response.reasoning_summary_part.done", done, out);
        let Some(at) = self.groups.iter().position(|group| group.index == index) else { return };
        self.groups[at].open = false;
        if !open.signature.is_empty() {
            self.output[index]["encrypted_content"] = open.signature.into();
            self.groups[at].sealed = true;
        }
        if self.groups[at].over() {
            self.groups.remove(at);
            self.item_done(index, out);
        }
    }
}
