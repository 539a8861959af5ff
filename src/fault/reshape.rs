//! Answers in another shape: whole from streamed, streamed from whole, hollow, all reasoning.

use serde_json::{Value, json};

use crate::problem::Problem;
use crate::recording::Head;
use crate::recording::timeline::{Act, Framing, Piece, Timeline};

use super::edit;
use super::voice::{Finish, Voice};

impl Voice {
    /// The places of the records that carry pieces of a tool call's arguments.
    pub(super) fn argument_places(self, timeline: &Timeline) -> Vec<usize> {
        let acts = timeline.acts.iter().enumerate();
        let places = acts.filter_map(|(place, act)| {
            let Act::Body { bytes, piece } = act else { return None };
            let (_, mut value) = edit::json_of(bytes, *piece)?;
            self.arguments_mut(&mut value).map(|_| place)
        });
        places.collect()
    }

    /// The places of the records and documents that carry text.
    pub(super) fn text_places(self, timeline: &Timeline) -> Vec<usize> {
        let acts = timeline.acts.iter().enumerate();
        let places = acts.filter_map(|(place, act)| {
            let Act::Body { bytes, piece } = act else { return None };
            let (_, mut value) = edit::json_of(bytes, *piece)?;
            self.text_mut(&mut value)?.as_str().filter(|text| !text.is_empty()).map(|_| place)
        });
        places.collect()
    }

    /// The text of a streamed answer as one whole answer.
    pub(super) fn folded(self, model: &str, timeline: &Timeline) -> Value {
        let text = self.text(timeline);
        match self {
            Self::OpenAiChat => json!({
                "id": "chatcmpl-mock", "object": "chat.completion", "created": 0, "model": model,
                "choices": [{
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": self.finish(Finish::Stop),
                }],
                "usage": {"prompt_tokens": 8, "completion_tokens": 8, "total_tokens": 16},
            }),
            Self::Anthropic => json!({
                "id": "msg_mock", "type": "message", "role": "assistant", "model": model,
                "content": [{"type": "text", "text": text}],
                "stop_reason": self.finish(Finish::Stop), "stop_sequence": null,
                "usage": {"input_tokens": 8, "output_tokens": 8},
            }),
        }
    }

    /// A text as a streamed answer.
    pub(super) fn streamed(self, model: &str, text: &str) -> Timeline {
        let head = Head {
            status: 200,
            headers: vec![("content-type".to_owned(), "text/event-stream; charset=utf-8".to_owned())],
        };
        let mut acts = vec![Act::Head { head, framing: Framing::Chunked }];
        let records = match self {
            Self::OpenAiChat => openai_records(model, text),
            Self::Anthropic => anthropic_records(model, text),
        };
        acts.extend(records.into_iter().map(|(piece, value)| {
            let name = match self {
                Self::Anthropic => format!("event: {}\n", value["type"].as_str().unwrap_or_default()),
                Self::OpenAiChat => String::new(),
            };
            edit::body(format!("{name}data: {value}\n\n"), piece)
        }));
        acts.extend([edit::body(self.terminal(), Piece::Terminal), Act::EndBody]);
        Timeline { acts }
    }

    /// The answer without its content: no text, no tool call; the frame around them stays.
    pub(super) fn hollowed(self, mut timeline: Timeline) -> Timeline {
        timeline.acts.retain(|act| match act {
            Act::Body { piece: Piece::Content, .. } => false,
            Act::Body { bytes, piece } if self == Self::Anthropic => {
                let kind = edit::json_of(bytes, *piece).map(|(_, value)| value["type"].clone());
                !kind.is_some_and(|kind| kind.as_str().is_some_and(|kind| kind.starts_with("content_block")))
            }
            _ => true,
        });
        edit::each_json(&mut timeline, |_, value| match self {
            Self::OpenAiChat => value
                .pointer_mut("/choices/0/message")
                .map(|message| *message = json!({"role": "assistant", "content": ""}))
                .is_some(),
            Self::Anthropic => value.get_mut("content").map(|content| *content = json!([])).is_some(),
        });
        timeline
    }

    /// The answer with another finish reason.
    ///
    /// # Errors
    /// A problem when it tells none.
    pub(super) fn finished(self, mut timeline: Timeline, finish: Finish) -> Result<Timeline, Problem> {
        let changes = edit::each_json(&mut timeline, |_, value| {
            let Some(reason) = self.finish_mut(value) else { return false };
            *reason = self.finish(finish).into();
            true
        });
        if changes == 0 { Err(edit::missing("a finish reason")) } else { Ok(timeline) }
    }

    /// Turns the text of a record into reasoning; says whether there was any.
    pub(super) fn to_reasoning(self, value: &mut Value) -> bool {
        match self {
            Self::OpenAiChat => {
                let delta = value.pointer_mut("/choices/0/delta").and_then(Value::as_object_mut);
                let Some(delta) = delta else { return false };
                let Some(text) = delta.remove("content").filter(|text| text.is_string()) else {
                    return false;
                };
                delta.insert("reasoning_content".to_owned(), text);
                true
            }
            Self::Anthropic => {
                if value["content_block"]["type"] == "text" {
                    value["content_block"] = json!({"type": "thinking", "thinking": "", "signature": ""});
                    return true;
                }
                let text = value["delta"]["text"].clone();
                if !text.is_string() {
                    return false;
                }
                value["delta"] = json!({"type": "thinking_delta", "thinking": text});
                true
            }
        }
    }
}

fn openai_records(model: &str, text: &str) -> Vec<(Piece, Value)> {
    let chunk = |delta: Value, finish: Option<&str>| {
        json!({
            "id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": 0, "model": model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        })
    };
    vec![
        (Piece::Frame, chunk(json!({"role": "assistant", "content": ""}), None)),
        (Piece::Content, chunk(json!({"content": text}), None)),
        (Piece::Finish, chunk(json!({}), Some("stop"))),
    ]
}

fn anthropic_records(model: &str, text: &str) -> Vec<(Piece, Value)> {
    let message = json!({
        "id": "msg_mock", "type": "message", "role": "assistant", "model": model, "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 8, "output_tokens": 1},
    });
    vec![
        (Piece::Frame, json!({"type": "message_start", "message": message})),
        (
            Piece::Frame,
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        ),
        (
            Piece::Content,
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
        ),
        (Piece::Frame, json!({"type": "content_block_stop", "index": 0})),
        (
            Piece::Finish,
            json!({
                "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                "usage": {"output_tokens": 8},
            }),
        ),
    ]
}
