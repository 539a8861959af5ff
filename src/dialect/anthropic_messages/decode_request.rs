//! Reading requests.

use serde_json::{Map, Value, json};

use super::{ID, block};
use crate::chat::{Decoded, Message, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::json::{PROBLEMS_MAX, problem, take, text, told, unread};
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
    system(&mut fields, &mut request, &mut problems);
    match fields.remove("messages") {
        Some(Value::Array(messages)) => request.messages = read_messages(&messages, &mut problems),
        _ => problems.push(problem("messages", "the request has no messages")),
    }
    options(&mut fields, &mut request);
    tools(&mut fields, &mut request, &mut problems);
    tool_choice(&mut fields, &mut request);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Decoded::with(request, problems)
}

fn system(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    let Some(texts) = fields.get("system").and_then(block::plain_texts) else { return };
    if let Some(Value::Array(blocks)) = fields.get("system") {
        for (place, block) in blocks.iter().enumerate() {
            if let Some(block) = block.as_object() {
                unread(block, &["type", "text"], &format!("system[{place}]"), problems);
            }
        }
    }
    request.system = texts;
    fields.remove("system");
}

fn read_messages(messages: &[Value], problems: &mut Vec<Problem>) -> Vec<Message> {
    let mut turns = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        let path = format!("messages[{place}]");
        let role = match text(message, "role") {
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("system") => Role::System,
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
            unread(object, &["role", "content"], &path, problems);
        }
        let parts = block::contents(message.get("content"), &path, 0, problems);
        turns.push(Message { role, parts });
    }
    turns
}

/// Takes the fields whose form is known; another form stays and ends up in `extra`.
fn options(fields: &mut Map<String, Value>, request: &mut Request) {
    request.max_tokens = take(fields, "max_tokens", Value::as_u64);
    request.temperature = take(fields, "temperature", Value::as_f64);
    request.top_p = take(fields, "top_p", Value::as_f64);
    request.stream = take(fields, "stream", Value::as_bool).unwrap_or_default();
    request.stop = take(fields, "stop_sequences", |value| {
        value.as_array()?.iter().map(|stop| stop.as_str().map(str::to_owned)).collect()
    })
    .unwrap_or_default();
    let adaptive = take(fields, "thinking", |thinking| {
        let known = ["type", "budget_tokens"];
        let plain = thinking.as_object()?.keys().all(|key| known.contains(&key.as_str()));
        match text(thinking, "type").filter(|_| plain)? {
            "disabled" => Some(Reasoning::Off),
            "adaptive" => Some(Reasoning::Adaptive),
            "enabled" => thinking.get("budget_tokens").and_then(Value::as_u64).map(Reasoning::Budget),
            _ => None,
        }
    });
    request.reasoning = adaptive;
    let Some(Value::Object(mut output)) = fields.remove("output_config") else { return };
    if request.reasoning == Some(Reasoning::Adaptive)
        && let Some(Value::String(level)) = output.get("effort")
    {
        request.reasoning = Some(Reasoning::Effort(level.clone()));
        output.remove("effort");
    }
    request.response_format = take(&mut output, "format", |format| {
        let plain = format.as_object()?.keys().all(|key| key == "type" || key == "schema");
        let schema = format.get("schema").filter(|_| plain && text(format, "type") == Some("json_schema"))?;
        Some(ResponseFormat::JsonSchema {
            name: SCHEMA_NAME.to_owned(),
            schema: schema.clone(),
            strict: Some(true),
        })
    });
    if !output.is_empty() {
        fields.insert("output_config".to_owned(), Value::Object(output));
    }
}

/// Tools of the caller; tools that only this dialect has stay in `extra`, under the same name.
fn tools(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    let Some(Value::Array(tools)) = fields.get("tools") else { return };
    let mut strange = Vec::new();
    for (place, tool) in tools.iter().enumerate() {
        let (kind, name) = (text(tool, "type"), text(tool, "name"));
        let (Some(name), Some(object), true) =
            (name, tool.as_object(), kind.is_none_or(|kind| kind == "custom"))
        else {
            strange.push(tool.clone());
            continue;
        };
        let known = ["type", "name", "description", "input_schema", "strict"];
        unread(object, &known, &format!("tools[{place}]"), problems);
        request.tools.push(Tool {
            name: name.to_owned(),
            description: tool.get("description").and_then(Value::as_str).map(str::to_owned),
            parameters: told(tool, "input_schema")
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

fn tool_choice(fields: &mut Map<String, Value>, request: &mut Request) {
    let parallel = fields.get("tool_choice").and_then(|choice| choice.get("disable_parallel_tool_use"));
    let parallel = parallel.and_then(Value::as_bool);
    request.tool_choice = take(fields, "tool_choice", |choice| match text(choice, "type")? {
        "auto" => Some(ToolChoice::Auto),
        "any" => Some(ToolChoice::Required),
        "none" => Some(ToolChoice::None),
        "tool" => text(choice, "name").map(|name| ToolChoice::Named(name.to_owned())),
        _ => None,
    });
    if request.tool_choice.is_some() {
        request.parallel_tool_calls = parallel.map(|disabled| !disabled);
    }
}
