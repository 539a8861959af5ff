//! Cohere's Chat API, version 2.
//!
//! Source of the format: <https://docs.cohere.com/v2/reference/chat> and `chat-stream` beside it.

mod request;
mod response;
mod stream;

use super::{Dialect, StreamDecoder, error_shape, read_json};
use crate::chat::{Decoded, ErrorBody, Request, Response};

/// The dialect `cohere_v2`.
#[derive(Debug, Clone, Copy)]
pub struct CohereV2;

const ID: &str = "cohere_v2";

impl Dialect for CohereV2 {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Cohere Chat v2: named events from message-start to message-end, with tool plans and citations"
    }

    /// The type stands in the data, too, and clients read it there.
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
