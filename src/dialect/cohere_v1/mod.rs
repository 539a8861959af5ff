//! Cohere's API, version 1: Chat and Generate, both retired by Cohere and still spoken by Bedrock's Command
//! models.
//!
//! Source of the format: <https://docs.cohere.com/v1/reference/chat> and `generate` beside it.

mod request;
mod response;
mod stream;

use super::{Dialect, StreamDecoder, error_shape, read_json};
use crate::chat::{Decoded, ErrorBody, Request, Response};
use crate::wire::StreamFraming;

/// The dialect `cohere_v1`.
#[derive(Debug, Clone, Copy)]
pub struct CohereV1;

const ID: &str = "cohere_v1";

impl Dialect for CohereV1 {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Cohere Chat and Generate v1: one JSON object a line, from stream-start to stream-end"
    }

    /// Events on request (`accept: text/event-stream`).
    fn stream_framings(&self) -> &'static [StreamFraming] {
        &[StreamFraming::Ndjson, StreamFraming::Sse]
    }

    fn names_events(&self) -> bool {
        false
    }

    fn decode_request(&self, body: &[u8]) -> Decoded<Request> {
        request::decode(body)
    }

    fn decode_response(&self, body: &[u8]) -> Decoded<Response> {
        response::decode(body)
    }

    fn decode_error(&self, body: &[u8]) -> Option<ErrorBody> {
        error_shape::read(&read_json(body).ok()?)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder + Send> {
        Box::new(stream::Decoder::default())
    }
}
