//! What the words of an error mean.
//!
//! A phrase that a provider says of several things is not here: it would be right only by chance.

use crate::routing::failure::FailureClass;

/// Error types and codes that mean one thing, whoever says them. Those that only say `error` are left
/// to the status and the message.
const WORDS: &[(&str, FailureClass)] = &[
    ("overloaded_error", FailureClass::Overloaded),
    ("overloaded", FailureClass::Overloaded),
    ("engine_overloaded", FailureClass::Overloaded),
    ("rate_limit_error", FailureClass::RateLimit),
    ("rate_limit_exceeded", FailureClass::RateLimit),
    ("rate_limit", FailureClass::RateLimit),
    ("too_many_requests", FailureClass::RateLimit),
    ("resource_exhausted", FailureClass::RateLimit),
    ("throttlingexception", FailureClass::RateLimit),
    ("insufficient_quota", FailureClass::Billing),
    ("billing_error", FailureClass::Billing),
    ("billing_hard_limit_reached", FailureClass::Billing),
    ("authentication_error", FailureClass::Auth),
    ("invalid_api_key", FailureClass::Auth),
    ("unauthenticated", FailureClass::Auth),
    ("permission_error", FailureClass::Forbidden),
    ("permission_denied", FailureClass::Forbidden),
    ("model_not_found", FailureClass::ModelNotFound),
    ("model_not_supported", FailureClass::ModelNotFound),
    ("invalid_model", FailureClass::ModelNotFound),
    ("context_length_exceeded", FailureClass::ContextOverflow),
    ("request_too_large", FailureClass::ContextOverflow),
    ("content_policy_violation", FailureClass::ContentFilter),
    ("content_filter", FailureClass::ContentFilter),
];

/// Words of a message, tried in order, lower case.
const PHRASES: &[(&str, FailureClass)] = &[
    ("insufficient credit", FailureClass::Billing),
    ("credits insufficient", FailureClass::Billing),
    ("insufficient balance", FailureClass::Billing),
    ("credit balance", FailureClass::Billing),
    ("payment required", FailureClass::Billing),
    ("requires more credits", FailureClass::Billing),
    ("exceeded your current quota", FailureClass::Billing),
    ("key limit exceeded", FailureClass::Billing),
    ("spending limit", FailureClass::Billing),
    ("content policy", FailureClass::ContentFilter),
    ("content filtering policy", FailureClass::ContentFilter),
    ("prompt is too long", FailureClass::ContextOverflow),
    ("prompt too long", FailureClass::ContextOverflow),
    ("input is too long", FailureClass::ContextOverflow),
    ("maximum context length", FailureClass::ContextOverflow),
    ("context length exceeded", FailureClass::ContextOverflow),
    ("exceeds the context", FailureClass::ContextOverflow),
    ("context window", FailureClass::ContextOverflow),
    ("rate limit", FailureClass::RateLimit),
    ("too many requests", FailureClass::RateLimit),
    ("overloaded", FailureClass::Overloaded),
    ("invalid api key", FailureClass::Auth),
    ("incorrect api key", FailureClass::Auth),
    ("api key not valid", FailureClass::Auth),
    ("invalid x-api-key", FailureClass::Auth),
    ("unauthorized", FailureClass::Auth),
    ("model not found", FailureClass::ModelNotFound),
    ("unknown model", FailureClass::ModelNotFound),
    ("is not a valid model id", FailureClass::ModelNotFound),
];

/// Words that say the model takes no tools at all.
const NO_TOOLS: &[&str] = &[
    "does not support tool",
    "tool calling` is not supported",
    "tool calling is not supported",
    "tool use is not supported",
    "tools are not supported",
    "does not support function",
    "support tool use",
];

/// What is said of a key that was good once.
const KEY_IS_DEAD: &[&str] = &["revoked", "disabled", "deactivated", "deleted", "expired"];

/// What is said behind the name of a model that is not there.
const MODEL_IS_UNKNOWN: &[&str] =
    &["does not exist", "not found", "is not found", "was not found", "is not supported"];

/// What is said behind the name of a model that was there once.
const MODEL_IS_RETIRED: &[&str] =
    &["retired", "deprecated", "decommissioned", "discontinued", "shut down", "sunset"];

/// What leads to it.
const HAS_BEEN: &[&str] = &["has been ", "have been ", "was ", "were ", "is ", "are ", "is now "];

/// The class that an error's own type or code names, in lower case.
pub(super) fn of_word(word: &str) -> Option<FailureClass> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, class)| *class)
}

/// The class that the words of a message mean, in lower case.
pub(super) fn of_message(message: &str) -> Option<FailureClass> {
    if let Some((_, class)) = PHRASES.iter().find(|(known, _)| message.contains(known)) {
        return Some(*class);
    }
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if plan_is_used_up(message) {
        Some(FailureClass::Billing)
    } else if has(&["api key", "api-key", "access key"]) && has(KEY_IS_DEAD) {
        Some(FailureClass::Auth)
    } else if model_is(message, |said| MODEL_IS_UNKNOWN.iter().any(|tail| said.starts_with(tail)))
        || is_retired(message)
    {
        Some(FailureClass::ModelNotFound)
    } else {
        None
    }
}

/// Whether a limit of weeks or months is used up: to ask again soon is in vain.
pub(super) fn plan_is_used_up(message: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    has(&["weekly", "monthly"])
        && has(&["limit", "quota", "allowance"])
        && has(&["exhausted", "exceeded", "reached", "used up"])
}

/// Whether a message says when to come back, or that it was only too often.
pub(super) fn opens_again(message: &str) -> bool {
    const WORDS: &[&str] = &[
        "try again in",
        "try again at",
        "try again after",
        "will reset",
        "resets ",
        "retry after",
        "rate limit",
        "too many requests",
    ];
    WORDS.iter().any(|word| message.contains(word))
}

/// Whether a message says that the model takes no tools, in lower case.
pub(crate) fn takes_no_tools(message: &str) -> bool {
    NO_TOOLS.iter().any(|words| message.contains(words))
}

/// Whether a message says that the model was taken away, in lower case.
pub(crate) fn is_retired(message: &str) -> bool {
    model_is(message, |said| {
        let gone = said.starts_with("is no longer available") || said.starts_with("is no longer supported");
        let led = HAS_BEEN.iter().find_map(|lead| said.strip_prefix(lead));
        gone || led.is_some_and(|rest| MODEL_IS_RETIRED.iter().any(|tail| rest.starts_with(tail)))
    })
}

/// Whether that is said right behind the word "model", or behind the name that follows it.
fn model_is(message: &str, says: impl Fn(&str) -> bool) -> bool {
    message.match_indices("model").any(|(at, model)| {
        let behind = message[at + model.len()..].trim_start_matches(['s', ':']).trim_start();
        let behind_name = behind.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
        says(behind) || says(behind_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_at_its_words() {
        use FailureClass::{Auth, Billing, ContextOverflow, ModelNotFound};
        for (message, class) in [
            ("api key has been revoked", Some(Auth)),
            ("this api-key expired yesterday", Some(Auth)),
            ("key limit exceeded (total limit)", Some(Billing)),
            ("monthly allowance used up", Some(Billing)),
            ("context length exceeded: 210000 tokens", Some(ContextOverflow)),
            ("the model `foo` is not supported", Some(ModelNotFound)),
            ("model foo does not exist", Some(ModelNotFound)),
            ("models: old-1 was retired", Some(ModelNotFound)),
            ("the model `mixtral` has been decommissioned and is no longer supported", Some(ModelNotFound)),
            // A field or an ability, not the model.
            ("'max_tokens' is not supported with this model", None),
            ("for this model, `max_tokens` is deprecated", None),
            ("images are not supported by this model", None),
            ("the monthly report has no limit", None),
            ("streaming was disabled", None),
            ("", None),
        ] {
            assert_eq!(of_message(message), class, "{message}");
        }
    }

    #[test]
    fn a_retired_model_is_told_from_an_unknown_one() {
        assert!(is_retired("this model has been retired"));
        assert!(is_retired("model gpt-old is no longer available"));
        assert!(!is_retired("the model does not exist"));
        assert!(!is_retired("this model supports no deprecated fields"));
    }
}
