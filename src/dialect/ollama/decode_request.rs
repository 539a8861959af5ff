//! Reading requests.

use serde_json::{Map, Value, json};

use super::ID;
use crate::chat::{Decoded, ImageSource, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool};
use crate::dialect::invented::Calls;
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, spelt, text, told, unread};
use crate::dialect::read_json;
use crate::problem::Problem;

/// The name of a schema, which this dialect does not tell.
const SCHEMA_NAME: &str = "output";

/// How the pictures begin that models take, in base64; they come without a media type.
const PICTURES: [(&str, &str); 4] =
    [("/9j/", "image/jpeg"), ("R0lG", "image/gif"), ("UklG", "image/webp"), ("", "image/png")];

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
    // This API streams unless it is told not to.
    request.stream = take(&mut fields, "stream", Value::as_bool).unwrap_or(true);
    options(&mut fields, &mut request);
    tools(&mut fields, &mut request, &mut problems);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, problems)
}

fn read_messages(messages: &[Value], request: &mut Request, problems: &mut Vec<Problem>) {
    let mut calls = Calls::default();
    for (place, message) in messages.iter().enumerate() {
        let path = format!("messages[{place}]");
        let role = match text(message, "role") {
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("system") => Role::System,
            Some("tool") => Role::Tool,
            role => {
                if problems.len() < PROBLEMS_MAX {
                    let message =
                        format!("unknown role `{}`; the turn is not kept", role.unwrap_or_default());
                    problems.push(problem(format!("{path}.role"), message));
                }
                continue;
            }
        };
        if let Some(object) = message.as_object() {
            unread(object, &FIELDS, &path, problems);
        }
        let mut parts = read_parts(message, &mut calls);
        if role == Role::System
            && request.messages.is_empty()
            && let [Part::Text(said)] = &parts[..]
        {
            request.system.push(said.clone());
            continue;
        }
        if role == Role::Tool {
            let name = text(message, "tool_name").or_else(|| text(message, "name"));
            let call = calls.answered(owned(message, "tool_call_id"), name).unwrap_or_else(|| {
                if problems.len() < PROBLEMS_MAX {
                    problems.push(problem(&path, "the result answers no call"));
                }
                name.unwrap_or_default().to_owned()
            });
            parts = vec![Part::ToolResult { call, parts, is_error: false }];
        }
        request.messages.push(Message { role, parts });
    }
}

/// The fields of a message that are read.
const FIELDS: [&str; 8] =
    ["role", "content", "thinking", "images", "tool_calls", "tool_name", "tool_call_id", "name"];

fn read_parts(message: &Value, calls: &mut Calls) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(thinking) = owned(message, "thinking") {
        parts.push(Part::Reasoning { text: thinking, signature: None });
    }
    parts.extend(owned(message, "content").map(Part::Text));
    for data in list(message, "images").iter().filter_map(Value::as_str) {
        let kind = PICTURES.iter().find(|(begin, _)| data.starts_with(begin));
        let media_type = kind.map_or("image/png", |(_, kind)| kind).to_owned();
        parts.push(Part::Image(ImageSource::Base64 { media_type, data: data.to_owned() }));
    }
    for call in list(message, "tool_calls") {
        let function = call.get("function").unwrap_or(&Value::Null);
        let name = owned(function, "name").unwrap_or_default();
        let id = calls.called(owned(call, "id"), &name);
        let arguments = told(function, "arguments").map_or_else(|| "{}".to_owned(), spelt);
        parts.push(Part::ToolCall { id, name, arguments });
    }
    parts
}

/// Takes the fields whose form is known; another form stays and ends up in `extra`.
fn options(fields: &mut Map<String, Value>, request: &mut Request) {
    if let Some(Value::Object(mut options)) = fields.remove("options") {
        // A negative number of tokens means: no limit.
        request.max_tokens = take(&mut options, "num_predict", Value::as_u64);
        request.temperature = take(&mut options, "temperature", Value::as_f64);
        request.top_p = take(&mut options, "top_p", Value::as_f64);
        request.stop = take(&mut options, "stop", |value| match value {
            Value::String(one) => Some(vec![one.clone()]),
            value => value.as_array()?.iter().map(|stop| stop.as_str().map(str::to_owned)).collect(),
        })
        .unwrap_or_default();
        if !options.is_empty() {
            fields.insert("options".to_owned(), options.into());
        }
    }
    request.reasoning = take(fields, "think", |think| match think {
        Value::Bool(false) => Some(Reasoning::Off),
        Value::Bool(true) => Some(Reasoning::Adaptive),
        Value::String(level) if !level.is_empty() => Some(Reasoning::Effort(level.clone())),
        _ => None,
    });
    request.response_format = take(fields, "format", |format| match format {
        Value::String(json) if json == "json" => Some(ResponseFormat::JsonObject),
        schema @ Value::Object(_) => Some(ResponseFormat::JsonSchema {
            name: SCHEMA_NAME.to_owned(),
            schema: schema.clone(),
            strict: Some(true),
        }),
        _ => None,
    });
    if fields.get("format").is_some_and(|format| format == "") {
        fields.remove("format");
    }
}

fn take<T>(fields: &mut Map<String, Value>, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
    let value = read(fields.get(key)?)?;
    fields.remove(key);
    Some(value)
}

fn tools(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    let Some(Value::Array(tools)) = fields.remove("tools") else { return };
    let mut strange = Vec::new();
    for (place, tool) in tools.into_iter().enumerate() {
        let function = told(&tool, "function").and_then(Value::as_object);
        let Some((function, name)) = function.zip(tool.get("function").and_then(|f| owned(f, "name"))) else {
            strange.push(tool);
            continue;
        };
        unread(
            function,
            &["name", "description", "parameters"],
            &format!("tools[{place}].function"),
            problems,
        );
        request.tools.push(Tool {
            name,
            description: function.get("description").and_then(Value::as_str).map(str::to_owned),
            parameters: function
                .get("parameters")
                .filter(|told| !told.is_null())
                .cloned()
                .unwrap_or_else(|| json!({ "type": "object", "properties": {} })),
            strict: None,
        });
    }
    if !strange.is_empty() {
        fields.insert("tools".to_owned(), strange.into());
    }
}
