//! Amazon Bedrock's Converse and `ConverseStream`.
//!
//! Source of the format: the Amazon Bedrock Runtime API reference,
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>.

mod block;
mod catalog;
mod decode_request;
mod encode;
mod encode_request;
mod error;
mod family;
mod finish;
mod held;
mod response;
mod stream;
mod turn;
mod usage;

use std::fmt::Write as _;

use serde_json::Value;

use super::{Codec, Dialect, ModelCard, StreamDecoder, StreamEncoder};
use crate::chat::{Decoded, ErrorBody, Request, Response};
use crate::wire::StreamFraming;

/// The dialect `bedrock_converse`.
#[derive(Debug, Clone, Copy)]
pub struct BedrockConverse;

const ID: &str = "bedrock_converse";

impl Dialect for BedrockConverse {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Amazon Bedrock Converse: binary frames from messageStart to metadata around content blocks"
    }

    /// Binary as the service sends them; saved streams come as lines of `data:`.
    fn stream_framings(&self) -> &'static [StreamFraming] {
        &[StreamFraming::EventStream, StreamFraming::Sse]
    }

    fn names_events(&self) -> bool {
        true
    }

    fn error_type_header(&self) -> Option<&'static str> {
        Some("x-amzn-errortype")
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

impl Codec for BedrockConverse {
    fn openclaw_api(&self) -> &'static str {
        "bedrock-converse-stream"
    }

    fn path(&self, base: &str, model: &str, stream: bool) -> String {
        let base = base.strip_suffix('/').unwrap_or(base);
        let operation = if stream { "converse-stream" } else { "converse" };
        format!("{base}/model/{}/{operation}", encoded(model))
    }

    fn base_path(&self) -> &'static str {
        ""
    }

    /// Bedrock API keys go as bearer tokens.
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
        "x-amzn-requestid"
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

/// A model id as one segment of a path: all but the unreserved letters of RFC 3986 is encoded, so that the
/// slashes and colons of an ARN stay in it.
fn encoded(model: &str) -> String {
    let mut path = String::with_capacity(model.len());
    for byte in model.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            write!(path, "%{byte:02X}").expect("a string takes what is written to it");
        }
    }
    path
}
