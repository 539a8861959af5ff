//! Reading requests. The model and whether to stream stand in the URL.

use serde_json::{Map, Value, json};

use super::turn::{camel, parts_of, read_turn};
use super::{ID, schema};
use crate::chat::{Decoded, Part, Reasoning, Request, ResponseFormat, Role, Tool, ToolChoice};
use crate::dialect::invented::Calls;
use crate::dialect::json::{PROBLEMS_MAX, owned, problem, text, unread};
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
    let Value::Object(fields) = body else {
        return Decoded::with(Request::default(), vec![Problem::new("a request is a JSON object")]);
    };
    let mut fields = camel(fields);
    let mut problems = Vec::new();
    let mut request = Request { extra_from: Some(ID), ..Request::default() };
    if let Some(Value::String(model)) = fields.get("model") {
        request.model = model.strip_prefix("models/").unwrap_or(model).to_owned();
        fields.remove("model");
    }
    system(&mut fields, &mut request, &mut problems);
    messages(&mut fields, &mut request, &mut problems);
    if let Some(Value::Object(config)) = fields.remove("generationConfig") {
        let mut config = camel(config);
        options(&mut config, &mut request);
        if !config.is_empty() {
            fields.insert("generationConfig".to_owned(), config.into());
        }
    }
    tools(&mut fields, &mut request, &mut problems);
    tool_choice(&mut fields, &mut request);
    request.extra.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    request.extra.sort_by(|(a, _), (b, _)| a.cmp(b));
    Decoded::with(request, problems)
}

/// `systemInstruction`: a turn, or a plain text.
fn system(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    match fields.remove("systemInstruction") {
        Some(Value::String(said)) => request.system.push(said),
        Some(turn @ Value::Object(_)) => {
            for (place, part) in parts_of(turn).into_iter().enumerate() {
                match text(&part, "text") {
                    Some(said) => request.system.push(said.to_owned()),
                    None => problems.push(problem(
                        format!("systemInstruction.parts[{place}]"),
                        "an instruction that is no text is not kept",
                    )),
                }
            }
        }
        None | Some(Value::Null) => {}
        Some(_) => problems.push(problem("systemInstruction", "the instruction is no turn")),
    }
}

/// `contents`: turns, one turn, or a plain text.
fn messages(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    let turns = match fields.remove("contents") {
        Some(Value::Array(turns)) => turns,
        Some(one @ (Value::Object(_) | Value::String(_))) => vec![one],
        _ => {
            problems.push(problem("contents", "the request has no contents"));
            return;
        }
    };
    let mut calls = Calls::default();
    for (place, turn) in turns.into_iter().enumerate() {
        let path = format!("contents[{place}]");
        if let Some(mut message) = read_turn(turn, &path, &mut calls, problems) {
            let results = |part: &Part| matches!(part, Part::ToolResult { .. });
            // Old clients have a role of its own for results.
            if message.role == Role::Tool && !message.parts.iter().all(results) {
                message.role = Role::User;
            }
            request.messages.push(message);
        }
    }
}

/// Takes the fields whose form is known; another form stays and ends up in `extra`.
fn options(config: &mut Map<String, Value>, request: &mut Request) {
    request.max_tokens = take(config, "maxOutputTokens", Value::as_u64);
    request.temperature = take(config, "temperature", Value::as_f64);
    request.top_p = take(config, "topP", Value::as_f64);
    request.stop = take(config, "stopSequences", |value| {
        value.as_array()?.iter().map(|stop| stop.as_str().map(str::to_owned)).collect()
    })
    .unwrap_or_default();
    if let Some(Value::Object(thinking)) = config.remove("thinkingConfig") {
        let thinking = camel(thinking);
        request.reasoning = reasoning(&thinking);
        if request.reasoning.is_none() && !thinking.is_empty() {
            config.insert("thinkingConfig".to_owned(), thinking.into());
        } else if !matches!(request.reasoning, None | Some(Reasoning::Off))
            && thinking.get("includeThoughts") != Some(&Value::Bool(true))
        {
            // What asks for reasoning here asks to see it, too, unless it says otherwise.
            config.insert("thinkingConfig".to_owned(), json!({ "includeThoughts": false }));
        }
    }
    let is_json = config.get("responseMimeType").and_then(Value::as_str) == Some("application/json");
    if !is_json {
        return;
    }
    config.remove("responseMimeType");
    let as_json_schema = config.remove("responseJsonSchema").or_else(|| config.remove("_responseJsonSchema"));
    let schema = as_json_schema.or_else(|| config.remove("responseSchema").map(schema::read));
    request.response_format = Some(match schema.filter(|schema| !schema.is_null()) {
        Some(schema) => {
            ResponseFormat::JsonSchema { name: SCHEMA_NAME.to_owned(), schema, strict: Some(true) }
        }
        None => ResponseFormat::JsonObject,
    });
}

fn reasoning(thinking: &Map<String, Value>) -> Option<Reasoning> {
    let known = ["includeThoughts", "thinkingBudget", "thinkingLevel"];
    if !thinking.keys().all(|key| known.contains(&key.as_str())) {
        return None;
    }
    let told = |key: &str| thinking.get(key).filter(|told| !told.is_null());
    match (told("thinkingBudget"), told("thinkingLevel")) {
        (Some(budget), None) => match budget.as_i64()? {
            0 => Some(Reasoning::Off),
            -1 => Some(Reasoning::Adaptive),
            budget => u64::try_from(budget).ok().map(Reasoning::Budget),
        },
        (None, Some(level)) => Some(Reasoning::Effort(level.as_str()?.to_ascii_lowercase())),
        _ => None,
    }
}

fn take<T>(fields: &mut Map<String, Value>, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
    let value = read(fields.get(key)?)?;
    fields.remove(key);
    Some(value)
}

/// Declared functions; tools that only this dialect has stay in `extra`, under the same name.
fn tools(fields: &mut Map<String, Value>, request: &mut Request, problems: &mut Vec<Problem>) {
    let tools = match fields.remove("tools") {
        Some(Value::Array(tools)) => tools,
        Some(tool @ Value::Object(_)) => vec![tool],
        _ => return,
    };
    let mut strange = Vec::new();
    for (place, tool) in tools.into_iter().enumerate() {
        let Value::Object(tool) = tool else {
            strange.push(tool);
            continue;
        };
        let mut tool = camel(tool);
        let declared = match tool.remove("functionDeclarations") {
            Some(Value::Array(declared)) => declared,
            Some(one @ Value::Object(_)) => vec![one],
            _ => Vec::new(),
        };
        for (at, function) in declared.into_iter().enumerate() {
            let path = format!("tools[{place}].functionDeclarations[{at}]");
            request.tools.extend(function_of(function, &path, problems));
        }
        if !tool.is_empty() {
            strange.push(tool.into());
        }
    }
    if !strange.is_empty() {
        fields.insert("tools".to_owned(), strange.into());
    }
}

fn function_of(function: Value, path: &str, problems: &mut Vec<Problem>) -> Option<Tool> {
    let function = match function {
        Value::Object(function) => camel(function),
        _ => Map::new(),
    };
    let mut function = Value::Object(function);
    let Some(name) = owned(&function, "name") else {
        if problems.len() < PROBLEMS_MAX {
            problems.push(problem(path, "a function without a name is not kept"));
        }
        return None;
    };
    let description = function.get("description").and_then(Value::as_str).map(str::to_owned);
    let mut taken = |key: &str| function.get_mut(key).map(Value::take).filter(|told| !told.is_null());
    let parameters = taken("parametersJsonSchema").or_else(|| taken("parameters").map(schema::read));
    if let Some(object) = function.as_object() {
        let known = ["name", "description", "parameters", "parametersJsonSchema"];
        unread(object, &known, path, problems);
    }
    let parameters = parameters.unwrap_or_else(|| json!({ "type": "object", "properties": {} }));
    Some(Tool { name, description, parameters, strict: None })
}

fn tool_choice(fields: &mut Map<String, Value>, request: &mut Request) {
    let Some(Value::Object(config)) = fields.remove("toolConfig") else { return };
    let mut config = camel(config);
    if let Some(Value::Object(calling)) = config.remove("functionCallingConfig") {
        let calling = camel(calling);
        request.tool_choice = choice(&calling);
        if request.tool_choice.is_none() && !calling.is_empty() {
            config.insert("functionCallingConfig".to_owned(), calling.into());
        }
    }
    if !config.is_empty() {
        fields.insert("toolConfig".to_owned(), config.into());
    }
}

fn choice(calling: &Map<String, Value>) -> Option<ToolChoice> {
    if !calling.keys().all(|key| key == "mode" || key == "allowedFunctionNames") {
        return None;
    }
    let names = calling.get("allowedFunctionNames").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mode = calling.get("mode").and_then(Value::as_str)?.to_ascii_uppercase();
    match (mode.as_str(), names) {
        ("AUTO", []) => Some(ToolChoice::Auto),
        ("NONE", []) => Some(ToolChoice::None),
        ("ANY", []) => Some(ToolChoice::Required),
        ("ANY", [Value::String(name)]) => Some(ToolChoice::Named(name.clone())),
        _ => None,
    }
}
