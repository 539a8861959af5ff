//! OpenAI Chat Completions, and what the many that speak it make of it.

mod encode;
mod encode_request;
mod encode_response;

use serde_json::Value;

use super::completions::{catalog, decode_request, error, response, stream};
use super::{Codec, Dialect, ModelCard, StreamDecoder, StreamEncoder};
use crate::chat::{Decoded, ErrorBody, Request, Response};

/// The dialect `openai_chat`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiChat;

const ID: &str = "openai_chat";

impl Dialect for OpenAiChat {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "OpenAI Chat Completions: choices with deltas, ended by [DONE]; spoken by most providers"
    }

    fn names_events(&self) -> bool {
        false
    }

    fn decode_request(&self, body: &[u8]) -> Decoded<Request> {
        decode_request::decode(body, ID)
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

impl Codec for OpenAiChat {
    fn openclaw_api(&self) -> &'static str {
        "openai-completions"
    }

    fn path(&self, base: &str, _model: &str, _stream: bool) -> String {
        format!("{}/chat/completions", base.strip_suffix('/').unwrap_or(base))
    }

    fn base_path(&self) -> &'static str {
        "/v1"
    }

    fn headers(&self, key: Option<&str>) -> Vec<(String, String)> {
        let bearer = key.map(|key| ("authorization".to_owned(), format!("Bearer {key}")));
        bearer.into_iter().collect()
    }

    fn encode_request(&self, request: &Request) -> Decoded<Value> {
        encode_request::encode(request)
    }

    fn encode_response(&self, response: &Response) -> Value {
        encode_response::encode(response)
    }

    fn encode_error(&self, status: u16, error: &ErrorBody) -> Value {
        error::encode(status, error)
    }

    fn request_id_header(&self) -> &'static str {
        "x-request-id"
    }

    fn encode_model(&self, card: &ModelCard<'_>) -> Value {
        catalog::model(card)
    }

    fn encode_models(&self, cards: &[ModelCard<'_>]) -> Value {
        catalog::models(cards)
    }

    fn stream_encoder(&self) -> Box<dyn StreamEncoder + Send> {
        Box::new(encode::Encoder::default())
    }
}
