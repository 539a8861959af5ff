//! An error status came, with or without a body that explains it.

use super::Rule;
use crate::chat::ErrorBody;
use crate::diagnosis::{Scene, clip};
use crate::routing::{
    FailureClass, classify_status, is_bot_check, is_retired, looks_like_html, takes_no_tools,
};
use crate::verdict::{Confidence, Finding};

pub(super) struct Status;

impl Rule for Status {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        let head = scene.exchange.head()?;
        if scene.ok() {
            return None;
        }
        let body = scene.exchange.body();
        let error = scene.dialect.decode_error(&body);
        let failure = classify_status(head, &body, error.as_ref());
        let (mut cause, mut confidence) = cause_of(failure.class, error.as_ref());
        // Codes that only a proxy says, and pages where an API would say why.
        let page = error.is_none() && looks_like_html(&body);
        if failure.class == FailureClass::Server && (page || (520..=530).contains(&head.status)) {
            (cause, confidence) = ("cdn.origin-error", Confidence::Medium);
        }
        if failure.class == FailureClass::NotAnApi && is_bot_check(&body) {
            (cause, confidence) = ("cdn.bot-check", Confidence::High);
        }
        Some(scene.finding(cause, confidence, failure.message))
    }
}

/// The cause that a refusal means.
pub(super) fn cause_of(class: FailureClass, error: Option<&ErrorBody>) -> (&'static str, Confidence) {
    match class {
        FailureClass::Auth => ("auth.key-invalid", Confidence::High),
        FailureClass::Forbidden => ("auth.forbidden", Confidence::High),
        FailureClass::Billing => ("quota.exhausted", Confidence::High),
        FailureClass::RateLimit => ("quota.rate-limited", Confidence::High),
        FailureClass::Overloaded => ("provider.overloaded", Confidence::Certain),
        FailureClass::ModelNotFound if error.is_some_and(|error| is_retired(&lower(error))) => {
            ("model.retired", Confidence::High)
        }
        FailureClass::ModelNotFound => ("model.alias-mismatch", Confidence::Medium),
        FailureClass::PathNotFound => ("route.missing-v1", Confidence::Medium),
        FailureClass::ContextOverflow => ("limit.context-overflow", Confidence::High),
        FailureClass::Redirected => ("route.redirected", Confidence::High),
        FailureClass::ContentFilter => ("policy.content-filtered", Confidence::High),
        FailureClass::NotAnApi => ("route.html-instead-of-api", Confidence::High),
        FailureClass::Rejected => rejected(error),
        _ => ("provider.server-error", Confidence::High),
    }
}

/// Words that say a tool's schema is refused.
const BAD_SCHEMA: &[&str] = &[
    "input_schema",
    "json schema",
    "function_declarations",
    "parameters schema",
    "invalid schema",
    "schema for function",
    "tools.",
    "tools[",
    "unsupported keyword",
    "tool parameters",
];

/// Words that say a field is unknown.
const UNKNOWN_FIELD: &[&str] = &[
    "extra inputs are not permitted",
    "is unsupported",
    "unknown name",
    "unrecognized request argument",
    "unknown parameter",
];

/// The names of the limit of an answer's tokens.
const MAX_TOKENS: &[&str] = &["max_tokens", "max_completion_tokens", "max_output_tokens", "maxoutputtokens"];

/// Words that say a number is too large.
const TOO_LARGE: &[&str] =
    &["maximum allowed", "too large", "at most", "less than or equal", "must be less", "supported range"];

/// Words that blame the earlier turns of the request, or a field by its name, and what they mean.
const MEANT: &[(&str, &[&str])] = &[
    ("history.tool-call-id-format", &["tool call id was", "tool_use.id"]),
    ("history.reasoning-replay-required", &["must be passed back"]),
    (
        "history.thinking-signature",
        &[
            "`signature` in `thinking`",
            "expected `thinking` or `redacted_thinking`",
            "missing a thought_signature",
        ],
    ),
    (
        "history.empty-part",
        &["expected a string, got null", "must be non-empty", "required oneof field 'data'"],
    ),
    ("param.renamed", &["'max_tokens' is not supported", "use 'max_completion_tokens'"]),
];

fn rejected(error: Option<&ErrorBody>) -> (&'static str, Confidence) {
    let Some(error) = error else { return ("provider.request-rejected", Confidence::Low) };
    let message = lower(error);
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if let Some((cause, _)) = MEANT.iter().find(|(_, words)| says(words)) {
        (cause, Confidence::High)
    } else if takes_no_tools(&message) {
        ("tool.capability-absent", Confidence::High)
    } else if says(BAD_SCHEMA) || error.param.as_deref().is_some_and(|param| param.starts_with("tools")) {
        ("schema.tool-keyword-unsupported", Confidence::High)
    } else if says(MAX_TOKENS) && says(TOO_LARGE) {
        ("param.max-tokens-too-large", Confidence::High)
    } else if says(UNKNOWN_FIELD) {
        ("param.unknown-field", Confidence::High)
    } else {
        ("provider.request-rejected", Confidence::Medium)
    }
}

fn lower(error: &ErrorBody) -> String {
    error.message.to_ascii_lowercase()
}

/// The message of an error, on one line.
pub(super) fn said(error: &ErrorBody) -> String {
    if error.message.is_empty() { "no message".to_owned() } else { clip(error.message.as_bytes()) }
}
