//! Ids for tool calls that came without one.
//!
//! Some dialects match a result to its call by name and order alone, the others need an id. One that
//! is invented here is the same whenever the same answer is read, and is known for what it is, so
//! that it is never told to a provider that gave none.

const PREFIX: &str = "call_noid_";

/// The id of the call `number` of an answer or of a conversation; `answer` is the provider's id of the
/// answer, where there is one.
pub(crate) fn invent(answer: Option<&str>, number: usize) -> String {
    match answer {
        Some(answer) => format!("{PREFIX}{answer}_{number}"),
        None => format!("{PREFIX}{number}"),
    }
}

/// The id, unless it was invented here.
pub(crate) fn given(id: &str) -> Option<&str> {
    (!id.is_empty() && !id.starts_with(PREFIX)).then_some(id)
}
