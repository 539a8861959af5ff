//! Reading requests, of Chat (`message`) and of Generate (`prompt`).

use serde_json::{Map, Value, json};

use super::{ID, response};
use crate::chat::{Decoded, Message, Part, Request, Role, Tool};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, spelt, text, told, unread};
use crate::dialect::read_json;
use crate::problem::Problem;

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
    request.model = take(&mut fields, "model", said).unwrap_or_default();
    request.system = take(&mut fields, "preamble", said).into_iter().collect();
    if let Some(Value::Array(turns)) = fields.remove("chat_history") {
        history(&turns, &mut request, &mut problems);
    }
    let results = fields.remove("tool_results");
    let asked = take(&mut fields, "message", said).or_else(|| take(&mut fields, "prompt", said));
    match &asked {
        None if results.is_none() => problems.push(problem("message", "the request has no message")),
        Some(asked) if !asked.is_empty() => request.messages.push(Message::text(Role::User, asked.as_str())),
        _ => {}
    }
    if let Some(Value::Array(results)) = results {
        request.messages.push(Message { role: Role::Tool, parts: results.iter().map(result).collect() });
    }
    request.max_tokens = take(&mut fields, "max_tokens", Value::as_u64);
    request.temperature = take(&mut fields, "temperature", Value::as_f64);
    request.top_p = take(&mut fields, "p", Value::as_f64);
    request.stream = take(&mut fields, "stream", Value::as_bool).unwrap_or_default();
    let stops = |stops: &Value| stops.as_array()?.iter().map(said).collect();
    request.stop = take(&mut fields, "stop_sequences", stops).unwrap_or_default();
    tools(&mut fields, &mut request);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, problems)
}

fn said(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn take<T>(fields: &mut Map<String, Value>, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
    let value = read(fields.get(key)?)?;
    fields.remove(key);
    Some(value)
}

fn history(turns: &[Value], request: &mut Request, problems: &mut Vec<Problem>) {
    for (place, turn) in turns.iter().enumerate() {
        let path = format!("chat_history[{place}]");
        let role = match text(turn, "role").map(str::to_ascii_uppercase).as_deref() {
            Some("USER") => Role::User,
            Some("CHATBOT") => Role::Assistant,
            Some("SYSTEM") => Role::System,
            Some("TOOL") => Role::Tool,
            role => {
                if problems.len() < PROBLEMS_MAX {
                    let told = format!("unknown role `{}`; the turn is not kept", role.unwrap_or_default());
                    problems.push(problem(format!("{path}.role"), told));
                }
                continue;
            }
        };
        if let Some(object) = turn.as_object() {
            unread(object, &["role", "message", "tool_calls", "tool_results"], &path, problems);
        }
        let mut parts: Vec<Part> = owned(turn, "message").map(Part::Text).into_iter().collect();
        parts.extend(list(turn, "tool_calls").iter().filter_map(response::call));
        parts.extend(list(turn, "tool_results").iter().map(result));
        request.messages.push(Message { role, parts });
    }
}

/// A result repeats its call, as calls have no ids.
fn result(told: &Value) -> Part {
    let call = told.get("call").map(response::call_id).unwrap_or_default();
    let parts = list(told, "outputs").iter().map(|output| Part::Text(spelt(output))).collect();
    Part::ToolResult { call, parts, is_error: false }
}

/// Tools tell their parameters one by one, in Python's names of types.
fn tools(fields: &mut Map<String, Value>, request: &mut Request) {
    let Some(Value::Array(tools)) = fields.remove("tools") else { return };
    for tool in &tools {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for (name, definition) in
            told(tool, "parameter_definitions").and_then(Value::as_object).into_iter().flatten()
        {
            let kind = text(definition, "type").unwrap_or("str").to_ascii_lowercase();
            let mut schema = json!({ "type": match kind.as_str() {
                "int" => "integer",
                "float" => "number",
                "bool" => "boolean",
                kind if kind.starts_with("list") => "array",
                kind if kind.starts_with("dict") => "object",
                _ => "string",
            }});
            if let Some(description) = text(definition, "description") {
                schema["description"] = description.into();
            }
            if definition.get("required") == Some(&Value::Bool(true)) {
                required.push(Value::from(name.as_str()));
            }
            properties.insert(name.clone(), schema);
        }
        request.tools.push(Tool {
            name: owned(tool, "name").unwrap_or_default(),
            description: tool.get("description").and_then(said),
            parameters: json!({ "type": "object", "properties": properties, "required": required }),
            strict: None,
        });
    }
}
