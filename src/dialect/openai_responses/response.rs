//! Whole answers.

use serde_json::{Value, json};

use super::item::{self, Kind};
use super::{finish, usage};
use crate::chat::{Decoded, ErrorBody, Response};
use crate::dialect::completions::usage as counts;
use crate::dialect::json::{list, owned, problem};
use crate::dialect::{error_shape, read_json};

/// The most items of one answer.
pub(super) const ITEMS_MAX: usize = 4096;

/// Decodes a whole answer, or the error that stands in its place.
pub(super) fn decode(body: &[u8]) -> Decoded<Response> {
    let answer = match read_json(body) {
        Ok(answer) => answer,
        Err(problem) => return Decoded::with(Response::default(), vec![*problem]),
    };
    let mut problems = Vec::new();
    let output = list(&answer, "output");
    let calls = output.iter().any(|item| item::kind(item) == Kind::Call);
    let mut response = Response {
        id: owned(&answer, "id"),
        model: owned(&answer, "model"),
        finish: finish::of(&answer, calls),
        usage: counts::of(&answer).unwrap_or_default(),
        ..Response::default()
    };
    if answer.get("output").is_some_and(Value::is_array) {
        response.error = error_shape::read_beside_answer(&answer);
        for (place, item) in output.iter().take(ITEMS_MAX).enumerate() {
            response.parts.extend(item::read(item, &format!("output[{place}]"), &mut problems));
        }
        if output.len() > ITEMS_MAX {
            problems.push(problem("output", format!("items beyond {ITEMS_MAX} are not kept")));
        }
    } else if let Some(error) = error_shape::read(&answer) {
        response.error = Some(error);
    } else if answer.get("choices").is_some() {
        let found = problem("choices", "this is an OpenAI chat completion, not a response");
        problems.push(found.hint("check the provider's `api`"));
    } else {
        problems.push(problem("output", "the answer has no output"));
    }
    Decoded::with(response, problems)
}

/// Encodes a whole answer; further choices have no place in this dialect.
pub(super) fn encode(response: &Response) -> Value {
    let mut writer = item::Writer::default();
    for part in &response.parts {
        writer.push(part);
    }
    for (index, item) in writer.items.iter_mut().enumerate() {
        item::finished(item, index);
    }
    let mut answer = frame(response.id.as_deref(), response.model.as_deref().unwrap_or_default());
    answer["output"] = writer.items.into();
    answer["usage"] = usage::write(&response.usage);
    if let Some(finish) = &response.finish {
        end(&mut answer, finish::write(finish));
    }
    if let Some(error) = &response.error {
        answer["error"] = error_of(error);
    }
    answer
}

/// What every answer carries. `created_at` is 0: pure code has no clock.
pub(super) fn frame(id: Option<&str>, model: &str) -> Value {
    json!({
        "id": id.unwrap_or("resp_0"),
        "object": "response",
        "created_at": 0,
        "error": null,
        "incomplete_details": null,
        "instructions": null,
        "metadata": {},
        "model": model,
        "output": [],
        "parallel_tool_calls": true,
        "temperature": null,
        "tool_choice": "auto",
        "tools": [],
        "top_p": null,
        "usage": null,
    })
}

/// Writes how an answer ended.
pub(super) fn end(answer: &mut Value, (status, reason): (&str, Option<&str>)) {
    answer["status"] = status.into();
    if let Some(reason) = reason {
        answer["incomplete_details"] = json!({ "reason": reason });
    }
}

/// The error of an answer that failed; a type is told where it says more than the code.
pub(super) fn error_of(error: &ErrorBody) -> Value {
    let code = error.code.as_deref().or(error.kind.as_deref()).unwrap_or("server_error");
    let mut value = json!({ "code": code, "message": error.message });
    if let Some(kind) = &error.kind {
        value["type"] = kind.as_str().into();
    }
    value
}
