//! OpenAI Responses, also as xAI, DeepSeek, OpenRouter, Bedrock and the ChatGPT backend speak it.

mod content;
mod decode_request;
mod encode;
mod encode_request;
mod ends;
mod finish;
mod groups;
mod item;
mod open;
mod pieces;
mod response;
mod stream;
mod usage;

use serde_json::Value;

use super::completions::{catalog, error};
use super::{Codec, Dialect, ModelCard, StreamDecoder, StreamEncoder};
use crate::chat::{Decoded, ErrorBody, Request, Response};

/// The dialect `openai_responses`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiResponses;

const ID: &str = "openai_responses";

impl Dialect for OpenAiResponses {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "OpenAI Responses: output items in events from response.created to response.completed"
    }

    /// Clients go by the `type` in the data; OpenRouter writes no `event:` lines at all.
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

impl Codec for OpenAiResponses {
    fn openclaw_api(&self) -> &'static str {
        "openai-responses"
    }

    fn path(&self, base: &str, _model: &str, _stream: bool) -> String {
        format!("{}/responses", base.strip_suffix('/').unwrap_or(base))
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
        response::encode(response)
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
