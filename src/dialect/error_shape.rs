//! Errors in every shape that providers, gateways and edges tell them.
//!
//! The shapes were counted over recorded answers of 46 providers. They overlap and
//! mix, so this reader goes by shape and not by provider.

use serde_json::{Map, Value};

use super::json::{first_text, list, spelt, text, told};
use crate::chat::ErrorBody;

/// How deep an error may be wrapped in others.
const DEPTH_MAX: usize = 6;

/// The longest message that is kept, in bytes.
const MESSAGE_MAX: usize = 16 * 1024;

/// The keys under which messages stand, best first.
const MESSAGES: [&str; 10] = [
    "message",
    "msg",
    "Message",
    "error_message",
    "errorMessage",
    "error_msg",
    "error_description",
    "detail",
    "title",
    "status_msg",
];

/// How many of them make an error when nothing else does; `detail` has its own rule.
const BARE_MESSAGES: usize = 7;

/// The keys under which types stand, best first.
const KINDS: [&str; 6] = ["type", "error_type", "__type", "status", "error_name", "errorType"];

/// The keys under which codes stand, best first.
const CODES: [&str; 8] =
    ["code", "error_code", "errorCode", "statusCode", "status_code", "status", "raw_status_code", "err_code"];

/// The keys that only answers have; where one stands, a bare `message` is no error.
const ANSWERS: [&str; 8] =
    ["choices", "content", "candidates", "output", "data", "models", "generations", "response"];

/// Reads the error that `value` tells, in whatever shape; `None` when it tells none.
#[must_use]
pub fn read(value: &Value) -> Option<ErrorBody> {
    read_at(value, 0)
}

/// Reads the error that stands under a key of its own (`error` or `errors`) and so may
/// stand beside an answer; a bare `message` or `detail` does not count here.
#[must_use]
pub fn read_beside_answer(value: &Value) -> Option<ErrorBody> {
    let object = value.as_object()?;
    under_error(value, object, 0)
}

fn read_at(value: &Value, depth: usize) -> Option<ErrorBody> {
    if depth > DEPTH_MAX {
        return None;
    }
    match value {
        Value::Array(items) => items.iter().take(DEPTH_MAX).find_map(|item| read_at(item, depth + 1)),
        Value::Object(object) => under_error(value, object, depth)
            .or_else(|| under_errors(value, depth))
            .or_else(|| under_base_resp(value))
            .or_else(|| under_detail(value, object, depth))
            .or_else(|| bare(value, object)),
        _ => None,
    }
}

/// `{"error": ...}`: an object, a text, a number or a flag.
fn under_error(value: &Value, object: &Map<String, Value>, depth: usize) -> Option<ErrorBody> {
    match object.get("error")? {
        Value::Null | Value::Bool(false) => None,
        Value::Object(inner) => {
            let nested = inner.get("error").filter(|nested| nested.is_object() || nested.is_string());
            let body = nested.filter(|_| !has_message(inner)).and_then(|_| {
                let inner = Value::Object(inner.clone());
                read_at(&inner, depth + 1)
            });
            let mut body = body.unwrap_or_else(|| fields(&Value::Object(inner.clone())));
            body.request_id = body.request_id.or_else(|| request_id(value));
            Some(body)
        }
        Value::String(said) => Some(with_text(value, said)),
        Value::Bool(true) => Some(fields(value)),
        Value::Array(items) => items.iter().take(DEPTH_MAX).find_map(|item| match item {
            Value::String(said) => Some(with_text(value, said)),
            item => read_at(item, depth + 1),
        }),
        Value::Number(number) => {
            let mut body = fields(value);
            body.code = body.code.or_else(|| Some(number.to_string()));
            Some(body)
        }
    }
}

/// `{"error": "text"}`, with or without a message of its own beside it.
fn with_text(value: &Value, said: &str) -> ErrorBody {
    let mut body = fields(value);
    if body.message.is_empty() {
        body.message = clip(said);
    } else if body.kind.is_none() {
        body.kind = Some(clip(said));
    }
    body
}

/// `{"success": false, "errors": [{"code": 10000, "message": "..."}]}`.
fn under_errors(value: &Value, depth: usize) -> Option<ErrorBody> {
    let first = list(value, "errors").first()?;
    if is_answer(value) {
        return None;
    }
    match first {
        Value::String(said) => Some(ErrorBody { message: clip(said), ..fields(value) }),
        first => read_at(first, depth + 1),
    }
}

/// `{"base_resp": {"status_code": 1004, "status_msg": "..."}}`; 0 means success.
fn under_base_resp(value: &Value) -> Option<ErrorBody> {
    let inner = value.get("base_resp")?;
    let failed = inner.get("status_code").and_then(Value::as_i64).is_some_and(|code| code != 0);
    failed.then(|| fields(inner))
}

/// `{"detail": ...}`: a text, a list of validation errors, or a wrapped error.
fn under_detail(value: &Value, object: &Map<String, Value>, depth: usize) -> Option<ErrorBody> {
    if is_answer(value) || MESSAGES[..BARE_MESSAGES].iter().any(|key| text(value, key).is_some()) {
        return None;
    }
    match object.get("detail")? {
        Value::String(said) => Some(ErrorBody { message: clip(said), ..fields(value) }),
        Value::Array(items) => {
            let said: Vec<String> = items.iter().take(DEPTH_MAX).map(validation).collect();
            Some(ErrorBody { message: clip(&said.join("; ")), ..fields(value) })
        }
        inner @ Value::Object(_) => read_at(inner, depth + 1),
        _ => None,
    }
}

/// One validation error, such as `{"loc": ["body", "model"], "msg": "Field required"}`.
fn validation(item: &Value) -> String {
    let place: Vec<String> = list(item, "loc").iter().map(spelt).collect();
    let said = first_text(item, &MESSAGES).map_or_else(|| spelt(item), str::to_owned);
    if place.is_empty() { said } else { format!("{}: {said}", place.join(".")) }
}

/// A bare message with no answer beside it, and no word of success.
fn bare(value: &Value, object: &Map<String, Value>) -> Option<ErrorBody> {
    if is_answer(value) || tells_success(value) {
        return None;
    }
    let failed = value.get("status").and_then(Value::as_u64).is_some_and(|status| status >= 400);
    let flagged = text(value, "object") == Some("error")
        || text(value, "type") == Some("error")
        || object.get("cloudflare_error") == Some(&Value::Bool(true))
        || failed;
    let said = MESSAGES[..BARE_MESSAGES].iter().any(|key| text(value, key).is_some());
    (said || flagged).then(|| fields(value))
}

fn tells_success(value: &Value) -> bool {
    let code = CODES.iter().find_map(|key| told(value, key)).map(spelt);
    let fine = code.is_some_and(|code| matches!(code.as_str(), "0" | "200" | "ok" | "OK" | "success"));
    fine || value.get("success") == Some(&Value::Bool(true))
}

fn is_answer(value: &Value) -> bool {
    ANSWERS.iter().any(|key| told(value, key).is_some_and(|told| told.is_array() || told.is_object()))
}

fn has_message(object: &Map<String, Value>) -> bool {
    let said = |key: &str| object.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    MESSAGES.iter().any(|key| said(key))
}

/// The fields of an error object, each from the first key that tells it.
fn fields(value: &Value) -> ErrorBody {
    let message = first_text(value, &MESSAGES).map(clip).or_else(|| {
        let odd = ["message", "detail", "errors"].iter().find_map(|key| told(value, key));
        odd.map(|odd| clip(&wrapped_message(odd)))
    });
    let code = CODES.iter().find_map(|key| match value.get(*key) {
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::String(code)) if !code.is_empty() && *key != "status" => Some(clip(code)),
        _ => None,
    });
    let kind = first_text(value, &KINDS).filter(|kind| !kind.contains("://"));
    ErrorBody {
        message: message.unwrap_or_default(),
        kind: kind.map(clip),
        code,
        param: told(value, "param").map(|param| clip(&spelt(param))),
        request_id: request_id(value),
    }
}

/// The message of a `message` or `detail` that is no text itself.
fn wrapped_message(odd: &Value) -> String {
    if let Some(items) = odd.as_array() {
        let said: Vec<String> = items.iter().take(DEPTH_MAX).map(validation).collect();
        return said.join("; ");
    }
    if let Some(items) = odd.get("detail").and_then(Value::as_array) {
        let said: Vec<String> = items.iter().take(DEPTH_MAX).map(validation).collect();
        return said.join("; ");
    }
    first_text(odd, &MESSAGES).map_or_else(|| spelt(odd), str::to_owned)
}

fn request_id(value: &Value) -> Option<String> {
    first_text(value, &["request_id", "requestId", "RequestId"]).map(clip)
}

fn clip(said: &str) -> String {
    said[..said.floor_char_boundary(MESSAGE_MAX)].to_owned()
}

/// The HTTP status that an error names itself, by its code or its type.
#[must_use]
pub fn status_of(error: &ErrorBody) -> Option<u16> {
    let code = error.code.as_deref().and_then(|code| code.parse::<u16>().ok());
    code.filter(|code| (400..600).contains(code)).or_else(|| {
        let words = [error.kind.as_deref(), error.code.as_deref()];
        words.into_iter().flatten().find_map(status_of_word)
    })
}

fn status_of_word(word: &str) -> Option<u16> {
    Some(match word {
        "invalid_request_error" | "INVALID_ARGUMENT" | "context_length_exceeded" => 400,
        "authentication_error" | "invalid_api_key" | "UNAUTHENTICATED" => 401,
        "billing_error" => 402,
        "permission_error" | "PERMISSION_DENIED" => 403,
        "not_found_error" | "model_not_found" | "NOT_FOUND" => 404,
        "request_too_large" => 413,
        "rate_limit_error" | "rate_limit_exceeded" | "insufficient_quota" | "RESOURCE_EXHAUSTED" => 429,
        "api_error" | "server_error" | "internal_server_error" | "INTERNAL" => 500,
        "UNAVAILABLE" => 503,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => return status_of_exception(word),
    })
}

/// Amazon's exceptions; in a stream their names begin with a small letter. That of a model that failed has the
/// status 424, which would blame the caller.
fn status_of_exception(word: &str) -> Option<u16> {
    let word = word.strip_suffix("Exception")?;
    Some(match word.to_ascii_lowercase().as_str() {
        "validation" => 400,
        "accessdenied" | "unrecognizedclient" | "invalidsignature" | "expiredtoken" => 403,
        "resourcenotfound" => 404,
        "modeltimeout" => 408,
        "throttling" | "modelnotready" | "servicequotaexceeded" => 429,
        "internalserver" | "modelerror" | "modelstreamerror" => 500,
        "serviceunavailable" => 503,
        _ => return None,
    })
}
