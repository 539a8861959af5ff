//! Dialects: the wire formats of LLM APIs, to and from the neutral [`chat`](crate::chat).
//!
//! Every reader here is total: it returns what it understood plus problems,
//! whatever bytes it is given. A dialect never names another one, nor a provider.

pub mod anthropic_messages;
mod aws_exception;
pub mod bedrock_converse;
pub mod bedrock_invoke;
pub mod cohere_v1;
pub mod cohere_v2;
mod cohere_words;
mod completions;
pub mod error_shape;
pub mod error_wait;
pub mod gemini;
pub mod gemini_interactions;
mod in_order;
mod invented;
mod json;
pub mod mistral_chat;
pub mod ollama;
pub mod openai_chat;
pub mod openai_completions;
pub mod openai_responses;
mod registry;
mod sse_out;
mod trace;
pub mod view;

use serde_json::Value;

pub use registry::{all, by_id, by_openclaw_api, codec, codecs, spoken, spoken_by};
pub use trace::trace;
pub use view::{Framing, View, view};

use crate::chat::{Decoded, ErrorBody, Event, Request, Response};
use crate::problem::Problem;
use crate::wire::StreamFraming;

/// A wire format of an API, as it is read.
pub trait Dialect: Sync + std::fmt::Debug {
    /// The id, such as `anthropic_messages`.
    fn id(&self) -> &'static str;

    /// What it is, in one sentence.
    fn about(&self) -> &'static str;

    /// What its streams are framed by, the usual one first.
    fn stream_framings(&self) -> &'static [StreamFraming] {
        &[StreamFraming::Sse]
    }

    /// Whether clients of this dialect dispatch a stream's records by their `event:` lines.
    fn names_events(&self) -> bool;

    /// The response header that carries the type of an error, where the body does not tell it.
    fn error_type_header(&self) -> Option<&'static str> {
        None
    }

    /// Decodes a request.
    fn decode_request(&self, body: &[u8]) -> Decoded<Request>;

    /// Decodes a whole answer, or the error that stands in its place.
    fn decode_response(&self, body: &[u8]) -> Decoded<Response>;

    /// Decodes the body of an error status; `None` when it is no error of any known shape.
    fn decode_error(&self, body: &[u8]) -> Option<ErrorBody>;

    /// A decoder for one streamed answer.
    fn stream_decoder(&self) -> Box<dyn StreamDecoder + Send>;
}

/// A dialect that is also written: what the mock and the router serve, and the router speaks.
pub trait Codec: Dialect {
    /// The `api` value of `openclaw.json` that means this dialect.
    fn openclaw_api(&self) -> &'static str;

    /// The whole URL that takes `model`'s requests, for a stream or a whole answer: `base` (a provider's
    /// base URL) with the dialect's path behind it.
    fn path(&self, base: &str, model: &str, stream: bool) -> String;

    /// The model and whether to stream, where a request tells them by its path and not in its body.
    fn asked_by_path(&self, _path: &str) -> Option<(String, bool)> {
        None
    }

    /// The path that base URLs of this dialect usually end with, such as `/v1`; may be empty.
    fn base_path(&self) -> &'static str;

    /// The headers that carry a key, and those the dialect asks for beside it.
    fn headers(&self, key: Option<&str>) -> Vec<(String, String)>;

    /// Encodes a request; the problems name what the dialect cannot say.
    fn encode_request(&self, request: &Request) -> Decoded<Value>;

    /// Encodes a whole answer.
    fn encode_response(&self, response: &Response) -> Value;

    /// Encodes an error body.
    fn encode_error(&self, status: u16, error: &ErrorBody) -> Value;

    /// The response header that carries the provider's id of the request.
    fn request_id_header(&self) -> &'static str;

    /// Encodes one model, as `GET …/models/ID` tells it.
    fn encode_model(&self, card: &ModelCard<'_>) -> Value;

    /// Encodes the models, as `GET …/models` lists them.
    fn encode_models(&self, cards: &[ModelCard<'_>]) -> Value;

    /// Where tokens are counted, behind the path of a request, and how a count is told; `None` where
    /// the dialect does not count.
    fn token_count(&self, _tokens: u64) -> Option<(&'static str, Value)> {
        None
    }

    /// An encoder for one streamed answer.
    fn stream_encoder(&self) -> Box<dyn StreamEncoder + Send>;
}

/// What a list of models tells of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelCard<'a> {
    /// The model id.
    pub id: &'a str,
    /// Who has it.
    pub owner: &'a str,
    /// Since when, in seconds since 1970, where the dialect tells it so.
    pub created: u64,
}

/// Decodes one streamed answer, record by record.
pub trait StreamDecoder {
    /// Takes one record: a server-sent event, a line, the payload of a binary frame under the name of its
    /// event, an element of an array.
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>>;

    /// The stream ended: closes what is open (an unfinished part is closed, never completed).
    fn finish(&mut self) -> Decoded<Vec<Event>>;
}

/// Encodes one streamed answer, event by event, to bytes.
pub trait StreamEncoder {
    /// The bytes of one event; empty where the dialect has no word for it.
    fn event(&mut self, event: &Event) -> Vec<u8>;
}

/// Reads JSON; the problem names the byte where it stops being JSON.
pub(crate) fn read_json(body: &[u8]) -> Result<Value, Box<Problem>> {
    // RFC 8259 §8.1: a reader may ignore a byte order mark.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body).map_err(|error| Box::new(Problem::new(format!("not JSON: {error}"))))
}
