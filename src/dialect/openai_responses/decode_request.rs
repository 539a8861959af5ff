//! Reading requests.

use serde_json::{Map, Value, json};

use super::{ID, content, item};
use crate::chat::{Decoded, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::json::{PROBLEMS_MAX, owned, problem, take, text, told, unread};
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
    let mut request = Request { extra_from: Some(ID), ..Request::default() };
    let mut reader = Reader { problems: Vec::new() };
    match fields.remove("model") {
        Some(Value::String(model)) => request.model = model,
        _ => reader.problem("model", "the request names no model"),
    }
    let instructions = take(&mut fields, "instructions", |told| told.as_str().map(str::to_owned));
    request.system.extend(instructions.filter(|told| !told.is_empty()));
    match fields.remove("input") {
        Some(Value::String(said)) => request.messages.push(Message::text(Role::User, said)),
        Some(Value::Array(items)) => reader.items(&items, &mut request),
        // A stored prompt or an earlier answer may be all the input there is.
        None if fields.contains_key("prompt") || fields.contains_key("previous_response_id") => {}
        _ => reader.problem("input", "the request has no input"),
    }
    options(&mut fields, &mut request);
    reader.tools(&mut fields, &mut request);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, reader.problems)
}

/// Takes the fields whose form is known; another form stays and ends up in `extra`.
fn options(fields: &mut Map<String, Value>, request: &mut Request) {
    request.max_tokens = take(fields, "max_output_tokens", Value::as_u64);
    request.temperature = take(fields, "temperature", Value::as_f64);
    request.top_p = take(fields, "top_p", Value::as_f64);
    request.parallel_tool_calls = take(fields, "parallel_tool_calls", Value::as_bool);
    request.stream = take(fields, "stream", Value::as_bool).unwrap_or_default();
    request.reasoning = inside(fields, "reasoning", "effort", |effort| {
        effort.as_str().map(|level| match level {
            "none" => Reasoning::Off,
            level => Reasoning::Effort(level.to_owned()),
        })
    });
    request.response_format = inside(fields, "text", "format", format).flatten();
    request.tool_choice = take(fields, "tool_choice", |choice| match choice.as_str() {
        Some("auto") => Some(ToolChoice::Auto),
        Some("none") => Some(ToolChoice::None),
        Some("required") => Some(ToolChoice::Required),
        Some(_) => None,
        None if text(choice, "type") == Some("function") => {
            text(choice, "name").map(|name| ToolChoice::Named(name.to_owned()))
        }
        None => None,
    });
}

/// Takes a field of the object under `outer`, and the object too once it is empty.
fn inside<T>(
    fields: &mut Map<String, Value>,
    outer: &str,
    key: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Option<T> {
    let object = fields.get_mut(outer)?.as_object_mut()?;
    let taken = take(object, key, read);
    if taken.is_some() && object.values().all(Value::is_null) {
        fields.remove(outer);
    }
    taken
}

fn format(value: &Value) -> Option<Option<ResponseFormat>> {
    match text(value, "type")? {
        "text" => Some(None),
        "json_object" => Some(Some(ResponseFormat::JsonObject)),
        "json_schema" => {
            let known = ["type", "name", "schema", "strict"];
            let plain = value.as_object()?.keys().all(|key| known.contains(&key.as_str()));
            let name = text(value, "name").unwrap_or_default().to_owned();
            let strict = value.get("strict").and_then(Value::as_bool);
            let schema = value.get("schema").filter(|_| plain)?.clone();
            Some(Some(ResponseFormat::JsonSchema { name, schema, strict }))
        }
        _ => None,
    }
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem(path, message));
        }
    }

    fn items(&mut self, items: &[Value], request: &mut Request) {
        for (place, item) in items.iter().enumerate() {
            let path = format!("input[{place}]");
            match item::kind(item) {
                item::Kind::Message => self.message(item, &path, request),
                item::Kind::Call => {
                    let parts = item::read(item, &path, &mut self.problems);
                    said(request, Role::Assistant, parts);
                }
                // Without its encrypted content, reasoning is known to the provider by its id.
                item::Kind::Reasoning
                    if text(item, "encrypted_content").is_none() && text(item, "id").is_some() =>
                {
                    said(request, Role::Assistant, vec![Part::Other(item.clone())]);
                }
                item::Kind::Reasoning => {
                    let parts = item::read(item, &path, &mut self.problems);
                    said(request, Role::Assistant, parts);
                }
                item::Kind::Other => self.other(item, &path, request),
            }
        }
    }

    fn message(&mut self, item: &Value, path: &str, request: &mut Request) {
        let role = match text(item, "role") {
            Some("user") => Role::User,
            Some("assistant") => {
                let parts = item::read(item, path, &mut self.problems);
                return said(request, Role::Assistant, parts);
            }
            Some("system" | "developer") => Role::System,
            role => {
                let message = format!("unknown role `{}`; the turn is not kept", role.unwrap_or_default());
                return self.problem(format!("{path}.role"), message);
            }
        };
        let parts = item::read(item, path, &mut self.problems);
        let plain: Option<Vec<String>> = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect();
        match plain {
            // Instructions before the conversation are the request's; later ones are turns.
            Some(texts) if role == Role::System && request.messages.is_empty() => {
                request.system.extend(texts);
            }
            _ => request.messages.push(Message { role, parts }),
        }
    }

    /// Results of the caller's tools; what else only this dialect knows stays whole, in the turn
    /// of whoever says it.
    fn other(&mut self, item: &Value, path: &str, request: &mut Request) {
        let kind = text(item, "type").unwrap_or_default();
        if kind != "function_call_output" {
            let callers = kind.ends_with("_call_output") || kind == "mcp_approval_response";
            let role = if callers { Role::User } else { Role::Assistant };
            return said(request, role, vec![Part::Other(item.clone())]);
        }
        if let Some(object) = item.as_object() {
            unread(object, &["id", "type", "status", "call_id", "output"], path, &mut self.problems);
        }
        let call = owned(item, "call_id");
        if call.is_none() {
            self.problem(format!("{path}.call_id"), "a tool's result names no call");
        }
        let parts = content::read(item.get("output"), &format!("{path}.output"), &mut self.problems);
        let result = Part::ToolResult { call: call.unwrap_or_default(), parts, is_error: false };
        request.messages.push(Message { role: Role::Tool, parts: vec![result] });
    }

    /// Functions of the caller; tools that only this dialect has stay in `extra`.
    fn tools(&mut self, fields: &mut Map<String, Value>, request: &mut Request) {
        let Some(Value::Array(tools)) = fields.get("tools") else { return };
        let mut strange = Vec::new();
        for (place, tool) in tools.iter().enumerate() {
            let name = text(tool, "name").filter(|_| text(tool, "type") == Some("function"));
            let (Some(name), Some(object)) = (name, tool.as_object()) else {
                strange.push(tool.clone());
                continue;
            };
            let known = ["type", "name", "description", "parameters", "strict"];
            unread(object, &known, &format!("tools[{place}]"), &mut self.problems);
            request.tools.push(Tool {
                name: name.to_owned(),
                description: tool.get("description").and_then(Value::as_str).map(str::to_owned),
                parameters: told(tool, "parameters")
                    .cloned()
                    .unwrap_or_else(|| json!({ "type": "object", "properties": {} })),
                strict: tool.get("strict").and_then(Value::as_bool),
            });
        }
        fields.remove("tools");
        if !strange.is_empty() {
            fields.insert("tools".to_owned(), strange.into());
        }
    }
}

/// Items of one speaker that follow each other are one turn.
fn said(request: &mut Request, role: Role, parts: Vec<Part>) {
    match request.messages.last_mut() {
        Some(turn) if turn.role == role && role == Role::Assistant => turn.parts.extend(parts),
        _ => request.messages.push(Message { role, parts }),
    }
}
