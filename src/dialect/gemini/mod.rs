//! Gemini's `generateContent`, as Google AI and Vertex speak it.

mod catalog;
mod decode_request;
mod encode;
mod encode_request;
mod error;
mod finish;
mod part;
mod response;
mod result;
mod schema;
mod stream;
mod streamed_call;
mod turn;
mod usage;

use serde_json::Value;

use super::{Codec, Dialect, ModelCard, StreamDecoder, StreamEncoder};
use crate::chat::{Decoded, ErrorBody, Request, Response};
use crate::wire::StreamFraming;

/// The dialect `gemini`.
#[derive(Debug, Clone, Copy)]
pub struct Gemini;

const ID: &str = "gemini";

impl Dialect for Gemini {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Gemini generateContent: candidates with parts, ended by a finishReason and the end of the stream"
    }

    fn stream_framings(&self) -> &'static [StreamFraming] {
        &[StreamFraming::Sse, StreamFraming::JsonArray]
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

impl Codec for Gemini {
    fn openclaw_api(&self) -> &'static str {
        "google-generative-ai"
    }

    /// The base includes the version, such as `/v1beta`.
    fn path(&self, base: &str, model: &str, stream: bool) -> String {
        let base = base.strip_suffix('/').unwrap_or(base);
        let model = model.strip_prefix("models/").unwrap_or(model);
        let method = if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
        format!("{base}/models/{model}:{method}")
    }

    fn asked_by_path(&self, path: &str) -> Option<(String, bool)> {
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        let (_, asked) = path.rsplit_once("/models/")?;
        let (model, method) = asked.rsplit_once(':')?;
        match method {
            "generateContent" => Some((model.to_owned(), false)),
            "streamGenerateContent" => Some((model.to_owned(), true)),
            _ => None,
        }
    }

    fn base_path(&self) -> &'static str {
        "/v1beta"
    }

    fn headers(&self, key: Option<&str>) -> Vec<(String, String)> {
        let key = key.map(|key| ("x-goog-api-key".to_owned(), key.to_owned()));
        key.into_iter().collect()
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

    /// The API itself sends none; this is what its edges use.
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
