//! Mistral's chat completions: content may be a list of text and thinking, tool calls come
//! whole, and errors have shapes of their own.

use super::completions::{decode_request, error, response, stream};
use super::{Dialect, StreamDecoder};
use crate::chat::{Decoded, ErrorBody, Request, Response, ToolChoice};

/// The dialect `mistral_chat`.
#[derive(Debug, Clone, Copy)]
pub struct MistralChat;

const ID: &str = "mistral_chat";

impl Dialect for MistralChat {
    fn id(&self) -> &'static str {
        ID
    }

    fn about(&self) -> &'static str {
        "Mistral chat completions: like OpenAI's, with content as a list of text and thinking"
    }

    fn names_events(&self) -> bool {
        false
    }

    fn decode_request(&self, body: &[u8]) -> Decoded<Request> {
        let mut decoded = decode_request::decode(body, ID);
        let request = &mut decoded.value;
        let any = |(key, value): &(String, serde_json::Value)| key == "tool_choice" && value == ANY;
        if request.extra.iter().any(any) {
            request.extra.retain(|field| !any(field));
            request.tool_choice = Some(ToolChoice::Required);
        }
        decoded
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

/// Mistral's own word for `required`.
const ANY: &str = "any";
