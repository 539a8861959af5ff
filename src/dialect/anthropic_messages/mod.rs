//! Anthropic Messages, also as Vertex, Azure and the compatible endpoints speak it.

mod block;
mod catalog;
mod decode_request;
mod encode;
mod encode_request;
mod error;
mod finish;
mod response;
mod stream;
mod usage;

use serde_json::Value;

use super::{Codec, Dialect, ModelCard, StreamDecoder, StreamEncoder};
use crate::chat::{Decoded, ErrorBody, Request, Response};

/// The dialect `anthropic_messages`.
#[derive(Debug, Clone, Copy)]
pub struct AnthropicMessages;

const ID: &str = "anthropic_messages";

/// The version that every request must name.
const VERSION: &str = "2023-06-01";

impl Dialect for AnthropicMessages {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Anthropic Messages: named events from message_start to message_stop around content blocks"
    }

    fn names_events(&self) -> bool {
        true
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

impl Codec for AnthropicMessages {
    fn openclaw_api(&self) -> &'static str {
        "anthropic-messages"
    }

    /// One trailing `/v1` or `/v1/` of the base is dropped, so that both spellings work.
    fn path(&self, base: &str, _model: &str, _stream: bool) -> String {
        let bare = base.strip_suffix('/').unwrap_or(base);
        format!("{}/v1/messages", bare.strip_suffix("/v1").unwrap_or(bare))
    }

    fn base_path(&self) -> &'static str {
        ""
    }

    fn headers(&self, key: Option<&str>) -> Vec<(String, String)> {
        let key = key.map(|key| ("x-api-key".to_owned(), key.to_owned()));
        let version = ("anthropic-version".to_owned(), VERSION.to_owned());
        key.into_iter().chain([version]).collect()
    }

    fn encode_request(&self, request: &Request) -> Decoded<Value> {
        encode_request::encode(request)
    }

    fn encode_response(&self, response: &Response) -> Value {
        response::encode(response)
    }

    fn encode_error(&self, status: u16, error: &ErrorBody) -> Value {
        error::encode(status, error)
    }

    fn request_id_header(&self) -> &'static str {
        "request-id"
    }

    fn encode_model(&self, card: &ModelCard<'_>) -> Value {
        catalog::model(card)
    }

    fn encode_models(&self, cards: &[ModelCard<'_>]) -> Value {
        catalog::models(cards)
    }

    fn token_count(&self, tokens: u64) -> Option<(&'static str, Value)> {
        Some(("/count_tokens", catalog::count(tokens)))
    }

    fn stream_encoder(&self) -> Box<dyn StreamEncoder + Send> {
        Box::new(encode::Encoder::default())
    }
}
