//! Ollama's own `/api/chat`, also as `/api/generate` answers.

mod catalog;
mod decode_request;
mod encode;
mod encode_request;
mod error;
mod finish;
mod message;
mod response;
mod stream;
mod usage;

use serde_json::Value;

use super::{Codec, Dialect, ModelCard, StreamDecoder, StreamEncoder};
use crate::chat::{Decoded, ErrorBody, Request, Response};
use crate::wire::StreamFraming;

/// The dialect `ollama`.
#[derive(Debug, Clone, Copy)]
pub struct Ollama;

const ID: &str = "ollama";

impl Dialect for Ollama {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Ollama chat: one JSON object a line, the last of them done, with tool calls whole"
    }

    fn stream_framings(&self) -> &'static [StreamFraming] {
        &[StreamFraming::Ndjson]
    }

    fn names_events(&self) -> bool {
        false
    }

    fn decode_request(&self, body: &[u8]) -> Decoded<Request> {
        decode_request::decode(body)
    }

    fn decode_response(&self, body: &[u8]) -> Decoded<Response> {
        response::decode(body)
    }

    fn decode_error(&self, body: &[u8]) -> Option<ErrorBody> {
        error::decode(body)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder + Send> {
        Box::new(stream::Decoder::default())
    }
}

impl Codec for Ollama {
    fn openclaw_api(&self) -> &'static str {
        "ollama"
    }

    /// One trailing `/v1` or `/v1/` of the base is dropped: that is where Ollama speaks OpenAI's dialect.
    fn path(&self, base: &str, _model: &str, _stream: bool) -> String {
        let bare = base.strip_suffix('/').unwrap_or(base);
        format!("{}/api/chat", bare.strip_suffix("/v1").unwrap_or(bare))
    }

    fn base_path(&self) -> &'static str {
        ""
    }

    fn headers(&self, key: Option<&str>) -> Vec<(String, String)> {
        let bearer = key.map(|key| ("authorization".to_owned(), format!("Bearer {key}")));
        bearer.into_iter().collect()
    }

    fn encode_request(&self, request: &Request) -> Decoded<Value> {
        encode_request::encode(request)
    }

    fn encode_response(&self, response: &Response) -> Value {
        response::encode(response)
    }

    fn encode_error(&self, _status: u16, error: &ErrorBody) -> Value {
        error::encode(error)
    }

    /// Ollama itself sends none.
    fn request_id_header(&self) -> &'static str {
        "x-request-id"
    }

    fn encode_model(&self, card: &ModelCard<'_>) -> Value {
        catalog::model(card)
    }

    /// As `GET /api/tags` lists them.
    fn encode_models(&self, cards: &[ModelCard<'_>]) -> Value {
        catalog::models(cards)
    }

    fn stream_encoder(&self) -> Box<dyn StreamEncoder + Send> {
        Box::new(encode::Encoder::default())
    }
}
