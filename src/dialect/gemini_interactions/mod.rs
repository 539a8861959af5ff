//! Gemini's Interactions API: steps with contents, made by named events. It is only read.
//!
//! The first form of the API had `outputs` of contents in place of `steps`, and events to match;
//! both are read.

mod decode_request;
mod finish;
mod response;
mod step;
mod stream;

use super::{Dialect, StreamDecoder, error_shape, read_json};
use crate::chat::{Decoded, ErrorBody, Request, Response};

/// The dialect `gemini_interactions`.
#[derive(Debug, Clone, Copy)]
pub struct GeminiInteractions;

const ID: &str = "gemini_interactions";

impl Dialect for GeminiInteractions {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Gemini Interactions: named events from interaction.created to interaction.completed around steps"
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
        error_shape::read(&read_json(body).ok()?)
    }

    fn stream_decoder(&self) -> Box<dyn StreamDecoder + Send> {
        Box::new(stream::Decoder::default())
    }
}
