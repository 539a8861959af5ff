//! Writing requests.

use serde_json::{Map, Value, json};

use super::turn::Turns;
use super::{ID, family};
use crate::chat::{Decoded, Part, Reasoning, Request, ResponseFormat, Tool, ToolChoice};
use crate::dialect::json::problem;
use crate::problem::Problem;

/// Encodes a request; the problems name what this dialect cannot say. Model and stream are the path's.
pub(super) fn encode(request: &Request) -> Decoded<Value> {
    let own = request.extra_from.is_none_or(|from| from == ID);
    let mut turns = Turns::new(own, family::of(&request.model));
    let messages = turns.write(&request.messages);
    let mut writer = Writer { problems: turns.problems, body: Map::new(), own };
    writer.put("messages", messages.into());
    if !request.system.is_empty() {
        let texts = request.system.iter().map(|said| json!({ "text": said }));
        writer.put("system", texts.collect());
    }
    writer.inference(request);
    writer.tools(request);
    writer.reasoning(request);
    writer.format(request.response_format.as_ref());
    writer.extra(request);
    Decoded::with(Value::Object(writer.body), writer.problems)
}

struct Writer {
    problems: Vec<Problem>,
    body: Map<String, Value>,
    own: bool,
}

impl Writer {
    fn problem(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.problems.push(problem(path, message));
    }

    fn put(&mut self, key: &str, value: Value) {
        self.body.insert(key.to_owned(), value);
    }

    fn inference(&mut self, request: &Request) {
        let mut config = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            config.extend(value.map(|value| (key.to_owned(), value)));
        };
        put("maxTokens", request.max_tokens.map(Value::from));
        put("temperature", request.temperature.map(|temperature| temperature.min(1.0).into()));
        put("topP", request.top_p.map(Value::from));
        put("stopSequences", (!request.stop.is_empty()).then(|| json!(request.stop)));
        if let Some(temperature) = request.temperature.filter(|temperature| *temperature > 1.0) {
            self.problem("temperature", format!("temperature {temperature} is lowered to 1"));
        }
        if !config.is_empty() {
            self.put("inferenceConfig", config.into());
        }
    }

    fn tools(&mut self, request: &Request) {
        if request.parallel_tool_calls == Some(false) {
            self.problem("parallel_tool_calls", "one call at a time cannot be asked for");
        }
        let none = request.tool_choice == Some(ToolChoice::None);
        if request.tools.is_empty() {
            if request.tool_choice.is_some() && !none {
                self.problem("tool_choice", "a choice without tools is left out");
            }
            let of_tools = |part: &Part| matches!(part, Part::ToolCall { .. } | Part::ToolResult { .. });
            let kept = self.own && request.extra.iter().any(|(key, _)| key == "toolConfig");
            if !kept && request.messages.iter().any(|message| message.parts.iter().any(of_tools)) {
                self.problem("tools", "this API refuses calls and results where no tool is on offer");
            }
            return;
        }
        let mut config = json!({ "tools": request.tools.iter().map(tool).collect::<Vec<_>>() });
        match &request.tool_choice {
            None => {}
            Some(ToolChoice::Auto) => config["toolChoice"] = json!({ "auto": {} }),
            Some(ToolChoice::Required) => config["toolChoice"] = json!({ "any": {} }),
            Some(ToolChoice::Named(name)) => config["toolChoice"] = json!({ "tool": { "name": name } }),
            Some(ToolChoice::None) => {
                self.problem("tool_choice", "`none` cannot be said; the tools stay on offer");
            }
        }
        self.put("toolConfig", config);
    }

    fn reasoning(&mut self, request: &Request) {
        let Some(reasoning) = &request.reasoning else { return };
        match family::reasoning(family::of(&request.model), reasoning) {
            Some((fields, lost)) => {
                if let Some(lost) = lost {
                    self.problem("reasoning", lost);
                }
                self.put("additionalModelRequestFields", fields);
            }
            None if *reasoning == Reasoning::Off => {}
            None => self.problem("reasoning", "this family of models has no word for how much to reason"),
        }
    }

    /// This API always holds to a schema, and takes it as text.
    fn format(&mut self, format: Option<&ResponseFormat>) {
        match format {
            None => {}
            Some(ResponseFormat::JsonObject) => {
                self.problem("response_format", "JSON without a schema cannot be asked for");
            }
            Some(ResponseFormat::JsonSchema { name, schema, strict }) => {
                if *strict == Some(false) {
                    self.problem("response_format.strict", "a schema is always strict here");
                }
                let schema = json!({ "schema": schema.to_string(), "name": name });
                let format = json!({ "type": "json_schema", "structure": { "jsonSchema": schema } });
                self.put("outputConfig", json!({ "textFormat": format }));
            }
        }
    }

    /// Fields kept from the decoded request; what is left of an object joins what was written of it.
    fn extra(&mut self, request: &Request) {
        for (key, value) in &request.extra {
            if !self.own {
                self.problem(key.as_str(), format!("`{key}` is another dialect's and is left out"));
                continue;
            }
            match (self.body.get_mut(key), value) {
                (Some(Value::Object(mine)), Value::Object(more)) => join(mine, more),
                _ => self.put(key, value.clone()),
            }
        }
    }
}

fn join(mine: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, value) in more {
        match (mine.get_mut(key), value) {
            (Some(Value::Array(list)), Value::Array(rest)) => list.extend(rest.iter().cloned()),
            (Some(Value::Object(inner)), Value::Object(rest)) => join(inner, rest),
            _ => {
                mine.insert(key.clone(), value.clone());
            }
        }
    }
}

fn tool(tool: &Tool) -> Value {
    let mut spec = json!({ "name": tool.name });
    if let Some(description) = tool.description.as_deref().filter(|description| !description.is_empty()) {
        spec["description"] = description.into();
    }
    let schema =
        if tool.parameters.is_object() { tool.parameters.clone() } else { json!({ "type": "object" }) };
    spec["inputSchema"] = json!({ "json": schema });
    if let Some(strict) = tool.strict {
        spec["strict"] = strict.into();
    }
    json!({ "toolSpec": spec })
}
