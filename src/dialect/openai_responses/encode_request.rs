//! Writing requests.

use serde_json::{Value, json};

use super::{ID, content, item};
use crate::chat::{Decoded, Message, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::completions::effort;
use crate::dialect::json::problem;
use crate::problem::Problem;

/// Encodes a request; the problems name what this dialect cannot say.
pub(super) fn encode(request: &Request) -> Decoded<Value> {
    let mut problems = Vec::new();
    let own = request.extra_from.is_none_or(|from| from == ID);
    let mut body = json!({ "model": request.model });
    let mut input = Vec::new();
    if let Some((first, rest)) = request.system.split_first() {
        body["instructions"] = first.as_str().into();
        input.extend(rest.iter().map(|text| json!({ "role": "system", "content": text })));
    }
    for (place, message) in request.messages.iter().enumerate() {
        turn(message, &format!("messages[{place}]"), own, &mut input, &mut problems);
    }
    body["input"] = input.into();
    options(request, &mut body, &mut problems);
    tools(request, &mut body);
    if own {
        extra(&request.extra, &mut body);
    } else {
        foreign(request, &mut body, &mut problems);
    }
    Decoded::with(body, problems)
}

/// A caller of another dialect keeps the conversation itself: nothing is stored, and reasoning
/// comes back to it in full.
fn foreign(request: &Request, body: &mut Value, problems: &mut Vec<Problem>) {
    body["store"] = false.into();
    if request.reasoning.as_ref().is_some_and(|reasoning| *reasoning != Reasoning::Off) {
        body["include"] = json!(["reasoning.encrypted_content"]);
    }
    let lost = request.extra.iter().map(|(key, _)| key);
    problems.extend(
        lost.map(|key| problem(key.as_str(), format!("`{key}` is another dialect's and is left out"))),
    );
}

fn options(request: &Request, body: &mut Value, problems: &mut Vec<Problem>) {
    if let Some(max) = request.max_tokens {
        body["max_output_tokens"] = max.into();
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = temperature.into();
    }
    if let Some(top_p) = request.top_p {
        body["top_p"] = top_p.into();
    }
    if !request.stop.is_empty() {
        problems.push(problem("stop", "strings that end the answer cannot be said; they are left out"));
    }
    if request.stream {
        body["stream"] = true.into();
    }
    match &request.reasoning {
        None => {}
        Some(Reasoning::Off) => body["reasoning"] = json!({ "effort": "none" }),
        Some(Reasoning::Effort(level)) => body["reasoning"] = json!({ "effort": level }),
        Some(Reasoning::Adaptive) => {
            problems.push(problem("reasoning", "adaptive reasoning has no word; the field is left out"));
        }
        Some(Reasoning::Budget(tokens)) => {
            let level = effort::of_budget(*tokens);
            body["reasoning"] = json!({ "effort": level });
            let message =
                format!("a budget of {tokens} reasoning tokens has no word; sent as effort `{level}`");
            problems.push(problem("reasoning", message));
        }
    }
    match &request.response_format {
        None => {}
        Some(ResponseFormat::JsonObject) => body["text"] = json!({ "format": { "type": "json_object" } }),
        Some(ResponseFormat::JsonSchema { name, schema, strict }) => {
            let mut format = json!({ "type": "json_schema", "name": name, "schema": schema });
            if let Some(strict) = strict {
                format["strict"] = (*strict).into();
            }
            body["text"] = json!({ "format": format });
        }
    }
}

fn tools(request: &Request, body: &mut Value) {
    let own = request.extra_from == Some(ID);
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(|tool| self::tool(tool, own)).collect();
    }
    match &request.tool_choice {
        None => {}
        Some(ToolChoice::Auto) => body["tool_choice"] = "auto".into(),
        Some(ToolChoice::None) => body["tool_choice"] = "none".into(),
        Some(ToolChoice::Required) => body["tool_choice"] = "required".into(),
        Some(ToolChoice::Named(name)) => {
            body["tool_choice"] = json!({ "type": "function", "name": name });
        }
    }
    if let Some(parallel) = request.parallel_tool_calls {
        body["parallel_tool_calls"] = parallel.into();
    }
}

/// A tool. Where nothing is said this dialect is strict, and the others are not.
fn tool(tool: &Tool, own: bool) -> Value {
    let mut function = json!({ "type": "function", "name": tool.name });
    if let Some(description) = &tool.description {
        function["description"] = description.as_str().into();
    }
    function["parameters"] = tool.parameters.clone();
    match tool.strict {
        Some(strict) => function["strict"] = strict.into(),
        None if own => {}
        None => function["strict"] = false.into(),
    }
    function
}

/// Fields kept from the decoded request win over what was made here: they are that request's
/// own words. Tools of another kind join the tools, and fields of an object the object.
fn extra(extra: &[(String, Value)], body: &mut Value) {
    for (key, value) in extra {
        match (body.get_mut(key), value) {
            (Some(Value::Array(tools)), Value::Array(more)) if key == "tools" => {
                tools.extend(more.iter().cloned());
            }
            (Some(Value::Object(fields)), Value::Object(more)) if key == "text" || key == "reasoning" => {
                fields.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            _ => body[key] = value.clone(),
        }
    }
}

fn turn(message: &Message, path: &str, own: bool, out: &mut Vec<Value>, problems: &mut Vec<Problem>) {
    match message.role {
        Role::Assistant => assistant(&message.parts, path, own, out, problems),
        Role::System => {
            let said = spoken("system", &message.parts, own, path, problems);
            out.push(said);
        }
        Role::User | Role::Tool => caller(&message.parts, path, own, out, problems),
    }
}

fn assistant(parts: &[Part], path: &str, own: bool, out: &mut Vec<Value>, problems: &mut Vec<Problem>) {
    let mut writer = item::Writer::default();
    for (place, part) in parts.iter().enumerate() {
        let written = match part {
            Part::Other(item) if own && item.get("type").is_some() => {
                writer.item(item.clone());
                true
            }
            Part::Other(_) if !own => false,
            part => writer.push(part),
        };
        if !written {
            let message = "a part that an assistant turn cannot say is left out";
            problems.push(problem(format!("{path}.parts[{place}]"), message));
        }
    }
    // The provider takes its reasoning back by its encrypted content alone.
    let bare = |item: &Value| item["type"] == "reasoning" && item.get("encrypted_content").is_none();
    let items = writer.items.len();
    if !own {
        writer.items.retain(|item| !bare(item));
    }
    if writer.items.len() < items {
        problems.push(problem(path, "reasoning without a signature cannot be given back; it is left out"));
    }
    out.extend(writer.items);
}

/// What a caller says: results and items of this dialect stand for themselves, before the rest.
fn caller(parts: &[Part], path: &str, own: bool, out: &mut Vec<Value>, problems: &mut Vec<Problem>) {
    let mut rest = Vec::new();
    for part in parts {
        match part {
            Part::ToolResult { call, parts, is_error } => {
                if *is_error {
                    problems.push(problem(path, "that a tool failed (`is_error`) cannot be said"));
                }
                let output = contents(parts, own, "tool", path, problems);
                out.push(json!({ "type": "function_call_output", "call_id": call, "output": output }));
            }
            Part::Other(item) if own && !content::is_piece(item) => out.push(item.clone()),
            other => rest.push(other.clone()),
        }
    }
    if !rest.is_empty() || parts.is_empty() {
        out.push(spoken("user", &rest, own, path, problems));
    }
}

fn spoken(role: &str, parts: &[Part], own: bool, path: &str, problems: &mut Vec<Problem>) -> Value {
    json!({ "role": role, "content": contents(parts, own, role, path, problems) })
}

/// Text and pictures; plain text where that is all.
fn contents(parts: &[Part], own: bool, role: &str, path: &str, problems: &mut Vec<Problem>) -> Value {
    match parts {
        [] => return "".into(),
        [Part::Text(text)] => return text.as_str().into(),
        _ => {}
    }
    let mut pieces = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        match (part, content::write_input(part)) {
            (_, Some(piece)) => pieces.push(piece),
            (Part::Other(piece), None) if own => pieces.push(piece.clone()),
            _ => {
                let message = format!("a part that a `{role}` turn cannot say is left out");
                problems.push(problem(format!("{path}.parts[{place}]"), message));
            }
        }
    }
    pieces.into()
}
