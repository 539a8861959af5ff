//! Reading requests.

use serde_json::{Map, Value, json};

use super::ID;
use crate::chat::{Decoded, Message, Request, Role};
use crate::dialect::json::{problem, strings, take};
use crate::dialect::read_json;
use crate::problem::Problem;

/// Decodes a request: the prompt is what the user says, without turns.
pub(super) fn decode(body: &[u8]) -> Decoded<Request> {
    let body = match read_json(body) {
        Ok(body) => body,
        Err(problem) => return Decoded::with(Request::default(), vec![*problem]),
    };
    let Value::Object(mut fields) = body else {
        return Decoded::with(Request::default(), vec![Problem::new("a request is a JSON object")]);
    };
    let mut problems = Vec::new();
    let mut request = Request { extra_from: Some(ID), ..Request::default() };
    match fields.remove("model") {
        Some(Value::String(model)) => request.model = model,
        _ => problems.push(problem("model", "the request names no model")),
    }
    match prompt(&mut fields) {
        Some(prompt) => request.messages.push(Message::text(Role::User, prompt)),
        None if fields.contains_key("prompt") => {}
        None => problems.push(problem("prompt", "the request has no prompt")),
    }
    request.max_tokens = take(&mut fields, "max_tokens", Value::as_u64);
    request.temperature = take(&mut fields, "temperature", Value::as_f64);
    request.top_p = take(&mut fields, "top_p", Value::as_f64);
    request.stream = take(&mut fields, "stream", Value::as_bool).unwrap_or_default();
    request.stop = take(&mut fields, "stop", strings).unwrap_or_default();
    if request.stream {
        let usual = json!({ "include_usage": true });
        take(&mut fields, "stream_options", |options| (*options == usual).then_some(()));
    }
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, problems)
}

/// A prompt of one text. Several prompts, or tokens, have no neutral word: they stay in `extra`.
fn prompt(fields: &mut Map<String, Value>) -> Option<String> {
    take(fields, "prompt", |prompt| match strings(prompt)?.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    })
}
