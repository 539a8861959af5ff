//! What the dialects of `choices` read alike: chat completions, as OpenAI, Mistral and the many
//! others tell them, and their shared words for ends, counts and errors.

pub(super) mod catalog;
mod choice;
pub(super) mod decode_request;
pub(super) mod effort;
pub(super) mod error;
pub(super) mod finish;
pub(super) mod picture;
pub(super) mod reasoning;
pub(super) mod response;
pub(super) mod stream;
mod tools;
pub(super) mod usage;
