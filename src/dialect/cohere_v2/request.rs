//! Reading requests.

use serde_json::{Map, Value, json};

use super::{ID, response};
use crate::chat::{Decoded, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::json::{PROBLEMS_MAX, owned, problem, spelt, text, told, unread};
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
    match fields.remove("model") {
        Some(Value::String(model)) => request.model = model,
        _ => problems.push(problem("model", "the request names no model")),
    }
    match fields.remove("messages") {
        Some(Value::Array(messages)) => read_messages(&messages, &mut request, &mut problems),
        _ => problems.push(problem("messages", "the request has no messages")),
    }
    options(&mut fields, &mut request);
    tools(&mut fields, &mut request, &mut problems);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, problems)
}

fn read_messages(messages: &[Value], request: &mut Request, problems: &mut Vec<Problem>) {
    for (place, message) in messages.iter().enumerate() {
        let path = format!("messages[{place}]");
        let role = match text(message, "role").map(str::to_ascii_lowercase).as_deref() {
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("tool") => Role::Tool,
            Some("system") => Role::System,
            role => {
                if problems.len() < PROBLEMS_MAX {
                    let told = format!("unknown role `{}`; the turn is not kept", role.unwrap_or_default());
                    problems.push(problem(format!("{path}.role"), told));
                }
                continue;
            }
        };
        if let Some(object) = message.as_object() {
            let known = ["role", "content", "tool_calls", "tool_plan", "tool_call_id", "citations"];
            unread(object, &known, &path, problems);
        }
        let parts = response::parts(message, &path, problems);
        if role == Role::System && request.messages.is_empty() {
            let said = parts.into_iter().filter_map(|part| match part {
                Part::Text(said) => Some(said),
                _ => None,
            });
            request.system.extend(said);
            continue;
        }
        let parts = if role == Role::Tool {
            let call = owned(message, "tool_call_id").unwrap_or_default();
            let parts = parts.into_iter().map(plain).collect();
            vec![Part::ToolResult { call, parts, is_error: false }]
        } else {
            parts
        };
        request.messages.push(Message { role, parts });
    }
}

/// A result is usually told as a document, whose data is a text to every other dialect.
fn plain(part: Part) -> Part {
    match &part {
        Part::Other(block) if text(block, "type") == Some("document") => {
            let data = block.get("document").and_then(|document| told(document, "data"));
            data.map_or_else(|| part.clone(), |data| Part::Text(spelt(data)))
        }
        _ => part,
    }
}

fn take<T>(fields: &mut Map<String, Value>, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
    let value = read(fields.get(key)?)?;
    fields.remove(key);
    Some(value)
}

/// Takes the fields whose form is known; another form stays and ends up in `extra`.
fn options(fields: &mut Map<String, Value>, request: &mut Request) {
    request.max_tokens = take(fields, "max_tokens", Value::as_u64);
    request.temperature = take(fields, "temperature", Value::as_f64);
    request.top_p = take(fields, "p", Value::as_f64);
    request.stream = take(fields, "stream", Value::as_bool).unwrap_or_default();
    let stops =
        |stops: &Value| stops.as_array()?.iter().map(|stop| stop.as_str().map(str::to_owned)).collect();
    request.stop = take(fields, "stop_sequences", stops).unwrap_or_default();
    request.reasoning = take(fields, "thinking", |thinking| {
        match (text(thinking, "type")?, thinking.get("token_budget").and_then(Value::as_u64)) {
            ("disabled", _) => Some(Reasoning::Off),
            ("enabled", Some(tokens)) => Some(Reasoning::Budget(tokens)),
            ("enabled", None) => Some(Reasoning::Adaptive),
            _ => None,
        }
    });
    request.response_format = take(fields, "response_format", |format| {
        if text(format, "type") != Some("json_object") {
            return None;
        }
        let schema = told(format, "json_schema").or_else(|| told(format, "schema"));
        Some(schema.map_or(ResponseFormat::JsonObject, |schema| ResponseFormat::JsonSchema {
            name: SCHEMA_NAME.to_owned(),
            schema: schema.clone(),
            strict: Some(true),
        }))
    });
}

fn tools(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    let strict = take(fields, "strict_tools", Value::as_bool);
    if let Some(Value::Array(tools)) = fields.remove("tools") {
        let mut strange = Vec::new();
        for (place, tool) in tools.into_iter().enumerate() {
            let function = told(&tool, "function").filter(|function| text(function, "name").is_some());
            let Some(Value::Object(object)) = function else {
                strange.push(tool);
                continue;
            };
            let known = ["name", "description", "parameters"];
            unread(object, &known, &format!("tools[{place}].function"), problems);
            let said = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
            let parameters = object.get("parameters").filter(|told| !told.is_null()).cloned();
            request.tools.push(Tool {
                name: said("name").unwrap_or_default(),
                description: said("description"),
                parameters: parameters.unwrap_or_else(|| json!({ "type": "object", "properties": {} })),
                strict,
            });
        }
        if !strange.is_empty() {
            fields.insert("tools".to_owned(), strange.into());
        }
    }
    request.tool_choice = take(fields, "tool_choice", |choice| match choice.as_str()? {
        "REQUIRED" => Some(ToolChoice::Required),
        "NONE" => Some(ToolChoice::None),
        _ => None,
    });
}
