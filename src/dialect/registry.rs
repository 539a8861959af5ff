//! The dialects there are.

use super::Dialect;
use super::anthropic_messages::AnthropicMessages;
use super::openai_chat::OpenAiChat;

/// Every dialect, in the order of their ids.
#[must_use]
pub fn all() -> &'static [&'static dyn Dialect] {
    &[
        &AnthropicMessages, //
        &OpenAiChat,
    ]
}

/// The dialect with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static dyn Dialect> {
    all().iter().copied().find(|dialect| dialect.id() == id)
}

/// The dialect that this `api` value of `openclaw.json` means.
#[must_use]
pub fn by_openclaw_api(api: &str) -> Option<&'static dyn Dialect> {
    all().iter().copied().find(|dialect| dialect.openclaw_api() == api)
}
