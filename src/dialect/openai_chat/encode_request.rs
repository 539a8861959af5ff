//! Writing requests.

use serde_json::{Map, Value, json};

use super::{ID, encode_response};
use crate::chat::{
    Decoded, ImageSource, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice,
};
use crate::dialect::completions::{effort, picture};
use crate::dialect::json::problem;
use crate::problem::Problem;

/// Encodes a request; the problems name what this dialect cannot say.
pub(super) fn encode(request: &Request) -> Decoded<Value> {
    let mut problems = Vec::new();
    let own = request.extra_from.is_none_or(|from| from == ID);
    let mut messages: Vec<Value> =
        request.system.iter().map(|text| json!({ "role": "system", "content": text })).collect();
    for (place, message) in request.messages.iter().enumerate() {
        write_message(message, place, own, &mut messages, &mut problems);
    }
    let mut body = json!({ "model": request.model, "messages": messages });
    options(request, &mut body, &mut problems);
    tools(request, &mut body);
    if own {
        extra(&request.extra, &mut body);
    } else {
        let lost = request.extra.iter().map(|(key, _)| key);
        problems.extend(
            lost.map(|key| problem(key.as_str(), format!("`{key}` is another dialect's and is left out"))),
        );
    }
    Decoded::with(body, problems)
}

fn options(request: &Request, body: &mut Value, problems: &mut Vec<Problem>) {
    if let Some(max) = request.max_tokens {
        body["max_completion_tokens"] = max.into();
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = temperature.into();
    }
    if let Some(top_p) = request.top_p {
        body["top_p"] = top_p.into();
    }
    if !request.stop.is_empty() {
        body["stop"] = json!(request.stop);
    }
    if request.stream {
        body["stream"] = true.into();
        body["stream_options"] = json!({ "include_usage": true });
    }
    match &request.reasoning {
        None => {}
        Some(Reasoning::Off) => body["reasoning_effort"] = "none".into(),
        Some(Reasoning::Effort(level)) => body["reasoning_effort"] = level.as_str().into(),
        Some(Reasoning::Adaptive) => {
            problems.push(problem("reasoning", "adaptive reasoning has no word; the field is left out"));
        }
        Some(Reasoning::Budget(tokens)) => {
            let level = effort::of_budget(*tokens);
            body["reasoning_effort"] = level.into();
            let message =
                format!("a budget of {tokens} reasoning tokens has no word; sent as effort `{level}`");
            problems.push(problem("reasoning", message));
        }
    }
    match &request.response_format {
        None => {}
        Some(ResponseFormat::JsonObject) => body["response_format"] = json!({ "type": "json_object" }),
        Some(ResponseFormat::JsonSchema { name, schema, strict }) => {
            let mut inner = json!({ "name": name, "schema": schema });
            if let Some(strict) = strict {
                inner["strict"] = (*strict).into();
            }
            body["response_format"] = json!({ "type": "json_schema", "json_schema": inner });
        }
    }
}

fn tools(request: &Request, body: &mut Value) {
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    match &request.tool_choice {
        None => {}
        Some(ToolChoice::Auto) => body["tool_choice"] = "auto".into(),
        Some(ToolChoice::None) => body["tool_choice"] = "none".into(),
        Some(ToolChoice::Required) => body["tool_choice"] = "required".into(),
        Some(ToolChoice::Named(name)) => {
            body["tool_choice"] = json!({ "type": "function", "function": { "name": name } });
        }
    }
    if let Some(parallel) = request.parallel_tool_calls {
        body["parallel_tool_calls"] = parallel.into();
    }
}

fn tool(tool: &Tool) -> Value {
    let mut function = json!({ "name": tool.name });
    if let Some(description) = &tool.description {
        function["description"] = description.as_str().into();
    }
    function["parameters"] = tool.parameters.clone();
    if let Some(strict) = tool.strict {
        function["strict"] = strict.into();
    }
    json!({ "type": "function", "function": function })
}

/// Fields kept from the decoded request win over what was made here: they are that request's
/// own words. Tools of another kind join the tools.
fn extra(extra: &[(String, Value)], body: &mut Value) {
    for (key, value) in extra {
        match (body.get_mut(key), value) {
            (Some(Value::Array(tools)), Value::Array(more)) if key == "tools" => {
                tools.extend(more.iter().cloned())
            }
            _ => body[key] = value.clone(),
        }
    }
}

fn write_message(
    message: &Message,
    place: usize,
    own: bool,
    out: &mut Vec<Value>,
    problems: &mut Vec<Problem>,
) {
    let path = format!("messages[{place}]");
    match message.role {
        Role::Assistant => out.push(assistant(message, &path, problems)),
        Role::System => out.push(spoken("system", &message.parts, own, &path, problems)),
        Role::User | Role::Tool => {
            let mut rest = Vec::new();
            for part in &message.parts {
                match part {
                    Part::ToolResult { call, parts, is_error } => {
                        let mut result = spoken("tool", parts, own, &path, problems);
                        result["tool_call_id"] = call.as_str().into();
                        out.push(result);
                        if *is_error {
                            problems.push(problem(&path, "that a tool failed (`is_error`) cannot be said"));
                        }
                    }
                    other => rest.push(other.clone()),
                }
            }
            if !rest.is_empty() || message.parts.is_empty() {
                out.push(spoken("user", &rest, own, &path, problems));
            }
        }
    }
}

/// An assistant turn. Its order is fixed: reasoning, text, refusal, tool calls.
fn assistant(message: &Message, path: &str, problems: &mut Vec<Problem>) -> Value {
    let rank = |part: &Part| match part {
        Part::Reasoning { .. } | Part::RedactedReasoning(_) => 0,
        Part::Text(_) => 1,
        Part::Refusal(_) => 2,
        Part::ToolCall { .. } => 3,
        Part::Image(_) | Part::ToolResult { .. } | Part::Other(_) => 4,
    };
    if !message.parts.is_sorted_by_key(rank) {
        problems.push(problem(path, "the order of the parts of a turn cannot be said"));
    }
    if message.parts.iter().any(|part| rank(part) == 4) {
        problems.push(problem(path, "an assistant turn has a part that cannot be said"));
    }
    let mut turn = encode_response::message(&message.parts);
    let texts: Vec<Value> = message
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Text(text) => Some(json!({ "type": "text", "text": text })),
            _ => None,
        })
        .collect();
    if texts.len() > 1 {
        turn["content"] = texts.into();
    }
    turn
}

/// A turn of text and pictures; plain text where that is all.
fn spoken(role: &str, parts: &[Part], own: bool, path: &str, problems: &mut Vec<Problem>) -> Value {
    if let [Part::Text(text)] = parts {
        return json!({ "role": role, "content": text });
    }
    let mut content = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let at = || format!("{path}.parts[{place}]");
        match part {
            Part::Text(text) => content.push(json!({ "type": "text", "text": text })),
            Part::Image(source) => {
                if role == "tool" {
                    problems.push(problem(at(), "most providers refuse a picture in a tool's result"));
                }
                content.push(image(source));
            }
            Part::Other(value) if own => content.push(value.clone()),
            _ => problems.push(problem(at(), format!("a part that a `{role}` turn cannot say is left out"))),
        }
    }
    let content = if parts.is_empty() { Value::from("") } else { content.into() };
    json!({ "role": role, "content": content })
}

fn image(source: &ImageSource) -> Value {
    let mut inner = Map::new();
    inner.insert("url".to_owned(), picture::write(source).into());
    json!({ "type": "image_url", "image_url": inner })
}
