//! Amazon Bedrock's `InvokeModel`: each family of models keeps its own JSON, and streams come as frames
//! whose `bytes` are that family's records in base64.
//!
//! Who speaks which family's JSON is told by whoever registers this dialect: it knows them as dialects only.
//!
//! Source of the format: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html>.

mod plain;
mod request;
mod stream;

use serde_json::Value;

use super::json::text;
use super::{Dialect, StreamDecoder, error_shape, read_json};
use crate::chat::{Decoded, ErrorBody, Request, Response};
use crate::wire::StreamFraming;

/// The dialect `bedrock_invoke`.
#[derive(Debug, Clone, Copy)]
pub struct BedrockInvoke {
    /// The dialect of Claude.
    pub anthropic: &'static dyn Dialect,
    /// The dialect of Nova.
    pub nova: &'static dyn Dialect,
    /// The dialect of OpenAI's open models, and of those that were imported.
    pub openai: &'static dyn Dialect,
    /// The dialect of Command R.
    pub cohere: &'static dyn Dialect,
}

const ID: &str = "bedrock_invoke";

impl BedrockInvoke {
    /// The dialect of a whole answer or of a stream's record; `None` where the family only gives text.
    fn family(&self, record: &Value) -> Option<&'static dyn Dialect> {
        let has = |key: &str| record.get(key).is_some();
        let kind = text(record, "type").unwrap_or_default();
        let claude = kind.starts_with("message") || kind.starts_with("content_block") || kind == "ping";
        if claude || kind == "error" {
            Some(self.anthropic)
        } else if has("output") && !has("outputs") || stream::NOVA.iter().any(|key| has(key)) {
            Some(self.nova)
        } else if has("event_type") || has("response_id") || has("chat_history") {
            Some(self.cohere)
        } else if has("choices") && text(record, "object") != Some("text_completion") {
            // Mistral's own form of it has the key, and no object.
            Some(self.openai)
        } else {
            None
        }
    }
}

impl Dialect for BedrockInvoke {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Amazon Bedrock InvokeModel: the JSON of each model's own family, streamed in binary frames"
    }

    fn stream_framings(&self) -> &'static [StreamFraming] {
        &[StreamFraming::EventStream]
    }

    fn names_events(&self) -> bool {
        true
    }

    fn error_type_header(&self) -> Option<&'static str> {
        Some("x-amzn-errortype")
    }

    fn decode_request(&self, body: &[u8]) -> Decoded<Request> {
        request::decode(self, body)
    }

    fn decode_response(&self, body: &[u8]) -> Decoded<Response> {
        match read_json(body) {
            Ok(answer) => match self.family(&answer) {
                Some(family) => family.decode_response(body),
                None => plain::response(&answer),
            },
            Err(problem) => Decoded::with(Response::default(), vec![*problem]),
        }
    }

    fn decode_error(&self, body: &[u8]) -> Option<ErrorBody> {
        error_shape::read(&read_json(body).ok()?)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder + Send> {
        Box::new(stream::Decoder::new(*self))
    }
}
