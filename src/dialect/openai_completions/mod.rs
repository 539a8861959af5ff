//! OpenAI's legacy text completions, also as vLLM, Together and Writer speak them.

mod decode_request;
mod response;
mod stream;

use super::completions::error;
use super::{Dialect, StreamDecoder};
use crate::chat::{Decoded, ErrorBody, Request, Response};

/// The dialect `openai_completions`.
#[derive(Debug, Clone, Copy)]
pub struct OpenAiCompletions;

const ID: &str = "openai_completions";

impl Dialect for OpenAiCompletions {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "OpenAI text completions, the legacy API: a prompt, and choices of plain text"
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
