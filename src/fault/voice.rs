//! How the dialects spell what faults say: errors, pings, finish reasons, texts.
//!
//! Fields and event names follow the published API references and recorded streams.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::chat::ErrorBody;
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

use super::{Card, Context, edit};

/// A dialect that faults can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// `openai_chat`.
    OpenAiChat,
    /// `anthropic_messages`.
    Anthropic,
}

/// The finish reasons that both dialects have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// The model was done.
    Stop,
    /// The token limit was reached.
    Length,
    /// The model calls tools.
    Tools,
}

/// What a provider complains about. Types that are not set follow from the status.
pub(super) fn complaint(message: impl Into<String>) -> ErrorBody {
    ErrorBody { message: message.into(), kind: None, code: None, param: None, request_id: None }
}

impl Voice {
    /// The voice of the request's dialect.
    ///
    /// # Errors
    /// A problem when the fault has no meaning in that dialect.
    pub(super) fn of(cx: &Context<'_>, card: &Card) -> Result<Self, Problem> {
        match cx.dialect {
            "openai_chat" => Ok(Self::OpenAiChat),
            "anthropic_messages" => Ok(Self::Anthropic),
            _ => Err(card.nonsense(cx)),
        }
    }

    /// The same, where only one of them will do.
    pub(super) fn only(self, cx: &Context<'_>, card: &Card) -> Result<(), Problem> {
        if Self::of(cx, card)? == self { Ok(()) } else { Err(card.nonsense(cx)) }
    }

    /// The body of an error.
    pub(super) fn error_body(self, status: u16, error: &ErrorBody) -> Value {
        let kind = error.kind.clone().unwrap_or_else(|| self.error_kind(status).to_owned());
        match self {
            Self::OpenAiChat => json!({"error": {
                "message": error.message, "type": kind, "param": error.param, "code": error.code,
            }}),
            Self::Anthropic => json!({
                "type": "error",
                "error": {"type": kind, "message": error.message},
                "request_id": error.request_id.as_deref().unwrap_or("req_mock"),
            }),
        }
    }

    const fn error_kind(self, status: u16) -> &'static str {
        match (self, status) {
            (_, 400) | (Self::OpenAiChat, 401..=404 | 413 | 422) => "invalid_request_error",
            (Self::Anthropic, 401) => "authentication_error",
            (Self::Anthropic, 402) => "billing_error",
            (Self::Anthropic, 403) => "permission_error",
            (Self::Anthropic, 404) => "not_found_error",
            (Self::Anthropic, 413) => "request_too_large",
            (_, 429) => "rate_limit_error",
            (Self::Anthropic, 529) => "overloaded_error",
            (Self::OpenAiChat, _) => "server_error",
            (Self::Anthropic, _) => "api_error",
        }
    }

    /// A whole error answer. It keeps the connection.
    pub(super) fn refusal(self, status: u16, error: &ErrorBody) -> Timeline {
        Timeline::whole(status, "application/json", self.error_body(status, error).to_string())
    }

    /// A record of a stream that carries an error, as the dialect's providers send it.
    pub(super) fn error_record(self, status: u16, error: &ErrorBody) -> Act {
        let value = self.error_body(status, error);
        let text = match self {
            Self::OpenAiChat => format!("data: {value}\n\n"),
            Self::Anthropic => format!("event: error\ndata: {value}\n\n"),
        };
        edit::body(text, Piece::Frame)
    }

    /// A sign of life without content. OpenAI has no ping: its providers send chunks with an empty delta.
    pub(super) fn ping(self, timeline: &Timeline) -> Act {
        if self == Self::Anthropic {
            return edit::body(&b"event: ping\ndata: {\"type\": \"ping\"}\n\n"[..], Piece::Frame);
        }
        let mut chunk = self.first_content(timeline).unwrap_or_else(|| {
            json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}, "finish_reason": null}]})
        });
        if let Some(delta) = chunk.pointer_mut("/choices/0/delta") {
            *delta = json!({});
        }
        edit::body(format!("data: {chunk}\n\n"), Piece::Frame)
    }

    /// The JSON of the first record with content.
    pub(super) fn first_content(self, timeline: &Timeline) -> Option<Value> {
        let mut contents = edit::bodies(timeline).filter(|(_, piece)| *piece == Piece::Content);
        contents.find_map(|(bytes, piece)| edit::json_of(bytes, piece)).map(|(_, value)| value)
    }

    /// The first record with content, as it stands.
    pub(super) fn first_content_act(self, timeline: &Timeline) -> Option<Act> {
        let place = timeline.pieces(Piece::Content).next()?;
        timeline.acts.get(place).cloned()
    }

    /// The terminal record.
    pub(super) fn terminal(self) -> Bytes {
        Bytes::from_static(match self {
            Self::OpenAiChat => b"data: [DONE]\n\n",
            Self::Anthropic => b"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        })
    }

    /// The word for a finish reason.
    pub(super) const fn finish(self, finish: Finish) -> &'static str {
        match (self, finish) {
            (Self::OpenAiChat, Finish::Stop) => "stop",
            (Self::OpenAiChat, Finish::Length) => "length",
            (Self::Anthropic, Finish::Stop) => "end_turn",
            (Self::Anthropic, Finish::Length) => "max_tokens",
            (Self::OpenAiChat, Finish::Tools) => "tool_calls",
            (Self::Anthropic, Finish::Tools) => "tool_use",
        }
    }

    /// The finish reason of a record or whole body, where it is set.
    pub(super) fn finish_mut(self, value: &mut Value) -> Option<&mut Value> {
        let places: &[&str] = match self {
            Self::OpenAiChat => &["/choices/0/finish_reason"],
            Self::Anthropic => &["/delta/stop_reason", "/stop_reason"],
        };
        set_place(value, places)
    }

    /// The text of a record or whole body.
    pub(super) fn text_mut(self, value: &mut Value) -> Option<&mut Value> {
        let places: &[&str] = match self {
            Self::OpenAiChat => &["/choices/0/delta/content", "/choices/0/message/content"],
            Self::Anthropic => &["/delta/text", "/content/0/text"],
        };
        set_place(value, places)
    }

    /// The piece of a tool call's arguments that a record carries.
    pub(super) fn arguments_mut(self, value: &mut Value) -> Option<&mut Value> {
        let places: &[&str] = match self {
            Self::OpenAiChat => &["/choices/0/delta/tool_calls/0/function/arguments"],
            Self::Anthropic => &["/delta/partial_json"],
        };
        set_place(value, places).filter(|arguments| arguments.as_str().is_some_and(|text| !text.is_empty()))
    }

    /// The name of a tool call.
    pub(super) fn tool_name_mut(self, value: &mut Value) -> Option<&mut Value> {
        let places: &[&str] = match self {
            Self::OpenAiChat => &["/choices/0/delta/tool_calls/0/function/name"],
            Self::Anthropic => &["/content_block/name"],
        };
        set_place(value, places)
    }

    /// The model's name in a record or whole body.
    pub(super) fn model_mut(self, value: &mut Value) -> Option<&mut Value> {
        set_place(value, &["/model", "/message/model"])
    }

    /// The visible text of an answer.
    pub(super) fn text(self, timeline: &Timeline) -> String {
        let values = edit::bodies(timeline).filter_map(|(bytes, piece)| edit::json_of(bytes, piece));
        values.filter_map(|(_, mut value)| self.text_mut(&mut value)?.as_str().map(str::to_owned)).collect()
    }
}

/// The first of `places` that holds something.
fn set_place<'a>(value: &'a mut Value, places: &[&str]) -> Option<&'a mut Value> {
    let place = places.iter().find(|place| value.pointer(place).is_some_and(|found| !found.is_null()))?;
    value.pointer_mut(place)
}
