//! The dialects there are.

use super::anthropic_messages::AnthropicMessages;
use super::bedrock_converse::BedrockConverse;
use super::bedrock_invoke::BedrockInvoke;
use super::cohere_v1::CohereV1;
use super::cohere_v2::CohereV2;
use super::gemini::Gemini;
use super::gemini_interactions::GeminiInteractions;
use super::mistral_chat::MistralChat;
use super::ollama::Ollama;
use super::openai_chat::OpenAiChat;
use super::openai_completions::OpenAiCompletions;
use super::openai_responses::OpenAiResponses;
use super::{Codec, Dialect};

/// Bedrock's `InvokeModel`, and whose JSON it carries.
const INVOKE: BedrockInvoke = BedrockInvoke {
    anthropic: &AnthropicMessages,
    nova: &BedrockConverse,
    openai: &OpenAiChat,
    cohere: &CohereV1,
};

/// Every dialect, in the order of their ids.
#[must_use]
pub fn all() -> &'static [&'static dyn Dialect] {
    &[
        &AnthropicMessages, //
        &BedrockConverse,
        &INVOKE,
        &CohereV1,
        &CohereV2,
        &Gemini,
        &GeminiInteractions,
        &MistralChat,
        &Ollama,
        &OpenAiChat,
        &OpenAiCompletions,
        &OpenAiResponses,
    ]
}

/// Every dialect that is also written, in the order of their ids.
#[must_use]
pub fn codecs() -> &'static [&'static dyn Codec] {
    &[
        &AnthropicMessages, //
        &BedrockConverse,
        &Gemini,
        &Ollama,
        &OpenAiChat,
        &OpenAiResponses,
    ]
}

/// The codecs that the mock and the router speak so far, in the order of their ids.
#[must_use]
pub fn spoken() -> &'static [&'static dyn Codec] {
    &[
        &AnthropicMessages, //
        &OpenAiChat,
    ]
}

/// The spoken dialect of a request whose path tells none: the one whose own headers it carries, else the one
/// that asks for none.
pub fn spoken_by(carries: impl Fn(&str) -> bool) -> &'static dyn Codec {
    let all = spoken();
    let marked = all.iter().find(|codec| {
        let own = codec.headers(None);
        !own.is_empty() && own.iter().all(|(name, _)| carries(name))
    });
    let plain = || all.iter().find(|codec| codec.headers(None).is_empty());
    *marked.or_else(plain).unwrap_or(&all[0])
}

/// The dialect with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static dyn Dialect> {
    all().iter().copied().find(|dialect| dialect.id() == id)
}

/// The dialect with this id, if it is also written.
#[must_use]
pub fn codec(id: &str) -> Option<&'static dyn Codec> {
    codecs().iter().copied().find(|codec| codec.id() == id)
}

/// The dialect that this `api` value of `openclaw.json` means.
#[must_use]
pub fn by_openclaw_api(api: &str) -> Option<&'static dyn Codec> {
    codecs().iter().copied().find(|codec| codec.openclaw_api() == api)
}
