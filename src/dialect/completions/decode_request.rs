//! Reading requests of chat completions.

use serde_json::{Map, Value, json};

use super::{picture, response};
use crate::chat::{Decoded, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::json::{PROBLEMS_MAX, list, owned, problem, strings, take, text, told, unread};
use crate::dialect::read_json;
use crate::problem::Problem;

/// Decodes a request of the dialect `id`.
pub(in crate::dialect) fn decode(body: &[u8], id: &'static str) -> Decoded<Request> {
    let body = match read_json(body) {
        Ok(body) => body,
        Err(problem) => return Decoded::with(Request::default(), vec![*problem]),
    };
    let Value::Object(mut fields) = body else {
        return Decoded::with(Request::default(), vec![Problem::new("a request is a JSON object")]);
    };
    let mut reader = Reader::default();
    let mut request = Request { extra_from: Some(id), ..Request::default() };
    match fields.remove("model") {
        Some(Value::String(model)) => request.model = model,
        _ => reader.problem("model", "the request names no model"),
    }
    match fields.remove("messages") {
        Some(Value::Array(messages)) => reader.messages(&messages, &mut request),
        _ => reader.problem("messages", "the request has no messages"),
    }
    options(&mut fields, &mut request);
    reader.tools(&mut fields, &mut request);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, reader.problems)
}

/// Takes the fields whose form is known; another form stays and ends up in `extra`.
fn options(fields: &mut Map<String, Value>, request: &mut Request) {
    for key in ["max_completion_tokens", "max_tokens"] {
        if request.max_tokens.is_none() {
            request.max_tokens = take(fields, key, Value::as_u64);
        }
    }
    request.temperature = take(fields, "temperature", Value::as_f64);
    request.top_p = take(fields, "top_p", Value::as_f64);
    request.parallel_tool_calls = take(fields, "parallel_tool_calls", Value::as_bool);
    request.stream = take(fields, "stream", Value::as_bool).unwrap_or_default();
    request.stop = take(fields, "stop", strings).unwrap_or_default();
    request.reasoning = take(fields, "reasoning_effort", |effort| {
        effort.as_str().map(|level| match level {
            "none" => Reasoning::Off,
            level => Reasoning::Effort(level.to_owned()),
        })
    });
    request.response_format = take(fields, "response_format", format).flatten();
    if request.stream {
        take(fields, "stream_options", |options| {
            (*options == json!({ "include_usage": true })).then_some(())
        });
    }
}

fn format(value: &Value) -> Option<Option<ResponseFormat>> {
    match text(value, "type")? {
        "text" => Some(None),
        "json_object" => Some(Some(ResponseFormat::JsonObject)),
        "json_schema" => {
            let inner = value.get("json_schema")?.as_object()?;
            let known = inner.keys().all(|key| ["name", "schema", "strict"].contains(&key.as_str()));
            let name = inner.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let strict = inner.get("strict").and_then(Value::as_bool);
            let schema = inner.get("schema")?.clone();
            known.then_some(Some(ResponseFormat::JsonSchema { name, schema, strict }))
        }
        _ => None,
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem(path, message));
        }
    }

    fn unread(&mut self, value: &Value, known: &[&str], path: &str) {
        if let Some(object) = value.as_object() {
            unread(object, known, path, &mut self.problems);
        }
    }

    fn messages(&mut self, messages: &[Value], request: &mut Request) {
        for (place, message) in messages.iter().enumerate() {
            let path = format!("messages[{place}]");
            let role = text(message, "role").unwrap_or_default();
            match role {
                "system" | "developer" => self.system(message, &path, request),
                "user" => {
                    self.unread(message, &["role", "content"], &path);
                    let parts = self.parts(message, &path);
                    request.messages.push(Message { role: Role::User, parts });
                }
                "assistant" => self.assistant(message, &path, request),
                "tool" | "function" => {
                    self.unread(message, &["role", "content", "tool_call_id", "name"], &path);
                    let call = owned(message, "tool_call_id").or_else(|| owned(message, "name"));
                    if call.is_none() {
                        self.problem(format!("{path}.tool_call_id"), "a tool's result names no call");
                    }
                    let parts = self.parts(message, &path);
                    let result = Part::ToolResult { call: call.unwrap_or_default(), parts, is_error: false };
                    request.messages.push(Message { role: Role::Tool, parts: vec![result] });
                }
                _ => self
                    .problem(format!("{path}.role"), format!("unknown role `{role}`; the turn is not kept")),
            }
        }
    }

    /// Instructions before the conversation are the request's; later ones are turns.
    fn system(&mut self, message: &Value, path: &str, request: &mut Request) {
        self.unread(message, &["role", "content"], path);
        let parts = self.parts(message, path);
        let plain = parts.iter().all(|part| matches!(part, Part::Text(_)));
        if !request.messages.is_empty() || !plain {
            request.messages.push(Message { role: Role::System, parts });
            return;
        }
        request.system.extend(parts.into_iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            _ => None,
        }));
    }

    fn assistant(&mut self, message: &Value, path: &str, request: &mut Request) {
        let known = [
            "role",
            "content",
            "refusal",
            "tool_calls",
            "function_call",
            "reasoning_content",
            "reasoning",
            "reasoning_details",
            "reasoning_text",
            "thinking",
            "annotations",
            "images",
            "audio",
        ];
        self.unread(message, &known, path);
        for (place, call) in list(message, "tool_calls").iter().enumerate() {
            self.unread(call, &["id", "type", "function", "index"], &format!("{path}.tool_calls[{place}]"));
        }
        let parts = response::parts(message, 0, &mut self.problems);
        request.messages.push(Message { role: Role::Assistant, parts });
    }

    fn parts(&mut self, message: &Value, path: &str) -> Vec<Part> {
        match told(message, "content") {
            Some(Value::String(said)) if !said.is_empty() => vec![Part::Text(said.clone())],
            Some(Value::Array(pieces)) => pieces
                .iter()
                .enumerate()
                .map(|(place, piece)| self.part(piece, &format!("{path}.content[{place}]")))
                .collect(),
            Some(Value::String(_)) | None => Vec::new(),
            Some(_) => {
                self.problem(format!("{path}.content"), "content is neither text nor a list");
                Vec::new()
            }
        }
    }

    fn part(&mut self, piece: &Value, path: &str) -> Part {
        match (text(piece, "type"), piece.get("text"), piece.get("image_url")) {
            (Some("text"), Some(Value::String(said)), _) => {
                self.unread(piece, &["type", "text"], path);
                Part::Text(said.clone())
            }
            (Some("image_url"), _, Some(image)) => match image.as_str().or_else(|| text(image, "url")) {
                Some(url) => {
                    self.unread(piece, &["type", "image_url"], path);
                    self.unread(image, &["url"], &format!("{path}.image_url"));
                    Part::Image(picture::read(url))
                }
                None => Part::Other(piece.clone()),
            },
            _ => Part::Other(piece.clone()),
        }
    }

    fn tools(&mut self, fields: &mut Map<String, Value>, request: &mut Request) {
        let mut strange = Vec::new();
        if let Some(Value::Array(tools)) = fields.get("tools") {
            for (place, tool) in tools.iter().enumerate() {
                let function = tool.get("function").filter(|_| text(tool, "type") == Some("function"));
                let Some((function, name)) =
                    function.and_then(|function| Some((function, text(function, "name")?)))
                else {
                    strange.push(tool.clone());
                    continue;
                };
                let path = format!("tools[{place}]");
                self.unread(tool, &["type", "function"], &path);
                let known = ["name", "description", "parameters", "strict"];
                self.unread(function, &known, &format!("{path}.function"));
                request.tools.push(Tool {
                    name: name.to_owned(),
                    description: function.get("description").and_then(Value::as_str).map(str::to_owned),
                    parameters: told(function, "parameters")
                        .cloned()
                        .unwrap_or_else(|| json!({ "type": "object", "properties": {} })),
                    strict: function.get("strict").and_then(Value::as_bool),
                });
            }
            fields.remove("tools");
        }
        if !strange.is_empty() {
            fields.insert("tools".to_owned(), strange.into());
        }
        request.tool_choice = take(fields, "tool_choice", |choice| match choice.as_str() {
            Some("auto") => Some(ToolChoice::Auto),
            Some("none") => Some(ToolChoice::None),
            Some("required") => Some(ToolChoice::Required),
            Some(_) => None,
            None => text(choice.get("function")?, "name").map(|name| ToolChoice::Named(name.to_owned())),
        });
    }
}
