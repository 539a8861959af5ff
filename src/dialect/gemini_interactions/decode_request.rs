//! Reading requests.

use serde_json::{Map, Value, json};

use super::{ID, step};
use crate::chat::{Decoded, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::json::{PROBLEMS_MAX, owned, problem, text, told, unread};
use crate::dialect::read_json;
use crate::problem::Problem;

/// The name of a schema, which this dialect does not tell.
const SCHEMA_NAME: &str = "output";

/// Decodes a request.
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
    match take_text(&mut fields, "model").or_else(|| take_text(&mut fields, "agent")) {
        Some(model) => request.model = model,
        None => problems.push(problem("model", "the request names no model")),
    }
    request.system.extend(take_text(&mut fields, "system_instruction"));
    match fields.remove("input") {
        Some(Value::String(said)) => request.messages.push(Message::text(Role::User, said)),
        Some(Value::Array(inputs)) => inputs.iter().for_each(|told| input(told, &mut request.messages)),
        Some(one @ Value::Object(_)) => input(&one, &mut request.messages),
        _ => problems.push(problem("input", "the request has no input")),
    }
    request.stream = take(&mut fields, "stream", Value::as_bool).unwrap_or_default();
    options(&mut fields, &mut request);
    tools(&mut fields, &mut request, &mut problems);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, problems)
}

/// One input: a turn with a role, a step, or a content of the user's. Neighbours of one role are one turn.
fn input(told_input: &Value, messages: &mut Vec<Message>) {
    let mut parts = Vec::new();
    let role = match (text(told_input, "role"), text(told_input, "type")) {
        (Some(role), _) => {
            let turn = json!({ "type": "user_input", "content": told_input.get("content") });
            step::read(&turn, &mut parts);
            if role == "model" { Role::Assistant } else { Role::User }
        }
        (None, kind) => {
            step::read(told_input, &mut parts);
            match kind {
                Some("function_result") => Role::Tool,
                Some("thought" | "model_output" | "function_call") => Role::Assistant,
                Some(kind) if kind.ends_with("_call") || kind.ends_with("_result") => Role::Assistant,
                _ => Role::User,
            }
        }
    };
    let results = |part: &Part| matches!(part, Part::ToolResult { .. });
    match messages.last_mut().filter(|last| last.role == role && !parts.iter().any(results)) {
        Some(last) => last.parts.append(&mut parts),
        None => messages.push(Message { role, parts }),
    }
}

fn take<T>(fields: &mut Map<String, Value>, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
    let value = read(fields.get(key)?)?;
    fields.remove(key);
    Some(value)
}

fn take_text(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    take(fields, key, |value| value.as_str().map(str::to_owned))
}

/// Takes the fields whose form is known; another form stays and ends up in `extra`.
fn options(fields: &mut Map<String, Value>, request: &mut Request) {
    if let Some(Value::Object(mut config)) = fields.remove("generation_config") {
        request.max_tokens = take(&mut config, "max_output_tokens", Value::as_u64);
        request.temperature = take(&mut config, "temperature", Value::as_f64);
        request.top_p = take(&mut config, "top_p", Value::as_f64);
        request.stop = take(&mut config, "stop_sequences", |value| {
            value.as_array()?.iter().map(|stop| stop.as_str().map(str::to_owned)).collect()
        })
        .unwrap_or_default();
        request.reasoning = take_text(&mut config, "thinking_level").map(Reasoning::Effort);
        request.tool_choice = take(&mut config, "tool_choice", |choice| match choice.as_str()? {
            "auto" => Some(ToolChoice::Auto),
            "any" => Some(ToolChoice::Required),
            "none" => Some(ToolChoice::None),
            _ => None,
        });
        if !config.is_empty() {
            fields.insert("generation_config".to_owned(), config.into());
        }
    }
    let schema = take(fields, "response_format", |schema| schema.is_object().then(|| schema.clone()));
    let is_json = fields.get("response_mime_type").is_some_and(|kind| kind == "application/json");
    if is_json {
        fields.remove("response_mime_type");
    }
    request.response_format = match schema {
        Some(schema) => Some(ResponseFormat::JsonSchema {
            name: SCHEMA_NAME.to_owned(),
            schema: told(&schema, "schema").unwrap_or(&schema).clone(),
            strict: Some(true),
        }),
        None => is_json.then_some(ResponseFormat::JsonObject),
    };
}

/// Declared functions; tools that only this dialect has stay in `extra`, under the same name.
fn tools(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    let Some(Value::Array(tools)) = fields.remove("tools") else { return };
    let mut strange = Vec::new();
    for (place, tool) in tools.into_iter().enumerate() {
        let name = owned(&tool, "name").filter(|_| text(&tool, "type") == Some("function"));
        let (Some(name), Some(object)) = (name, tool.as_object()) else {
            strange.push(tool);
            continue;
        };
        if problems.len() < PROBLEMS_MAX {
            unread(
                object,
                &["type", "name", "description", "parameters"],
                &format!("tools[{place}]"),
                problems,
            );
        }
        request.tools.push(Tool {
            name,
            description: owned(&tool, "description"),
            parameters: told(&tool, "parameters")
                .cloned()
                .unwrap_or_else(|| json!({ "type": "object", "properties": {} })),
            strict: None,
        });
    }
    if !strange.is_empty() {
        fields.insert("tools".to_owned(), strange.into());
    }
}
