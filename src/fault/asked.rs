//! What reactive faults read from a request: the body, the key, the tools and their schemas.

use serde_json::Value;

use crate::recording::RequestBytes;

use super::voice::Voice;

/// How deep a tool's schema is searched.
pub(super) const MAX_SCHEMA_DEPTH: usize = 64;

/// The request's JSON; null when it is none.
pub(super) fn json(request: &RequestBytes) -> Value {
    serde_json::from_slice(&request.body).unwrap_or(Value::Null)
}

/// The key that the request carries, in either header that dialects use.
pub(super) fn key(request: &RequestBytes) -> Option<&str> {
    let header = |wanted: &str| {
        let mut found = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value.trim())
    };
    header("x-api-key").or_else(|| {
        let value = header("authorization")?;
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    })
}

/// A tool of a request.
#[derive(Debug)]
pub(super) struct Tool<'a> {
    /// Its place among the tools, from 0.
    pub(super) index: usize,
    /// Its name; empty when it has none.
    pub(super) name: &'a str,
    /// The schema of its arguments; null when it has none.
    pub(super) schema: &'a Value,
}

/// The tools of a request.
pub(super) fn tools(voice: Voice, body: &Value) -> Vec<Tool<'_>> {
    let listed = body.get("tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let tools = listed.iter().enumerate().map(|(index, tool)| {
        let (holder, key) = match voice {
            Voice::OpenAiChat => (&tool["function"], "parameters"),
            Voice::Anthropic => (tool, "input_schema"),
        };
        Tool { index, name: holder["name"].as_str().unwrap_or_default(), schema: &holder[key] }
    });
    tools.collect()
}

/// The turns of the model in a request.
fn turns(body: &Value) -> impl Iterator<Item = (usize, &Value)> {
    let messages = body.get("messages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    messages.iter().enumerate().filter(|(_, message)| message["role"] == "assistant")
}

/// The content blocks of the model's turns, each with its path, such as `messages.1.content.0`.
pub(super) fn blocks(body: &Value) -> impl Iterator<Item = (String, &Value)> {
    turns(body).flat_map(|(turn, message)| {
        let blocks = message["content"].as_array().map_or(&[][..], Vec::as_slice);
        let place = move |at| format!("messages.{turn}.content.{at}");
        blocks.iter().enumerate().map(move |(at, block)| (place(at), block))
    })
}

/// The tool calls of the model's turns, each with its turn.
pub(super) fn calls(voice: Voice, body: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    turns(body).flat_map(move |(_, turn)| {
        let key = if voice == Voice::OpenAiChat { "tool_calls" } else { "content" };
        let listed = turn[key].as_array().map_or(&[][..], Vec::as_slice);
        let calls =
            listed.iter().filter(move |call| voice == Voice::OpenAiChat || call["type"] == "tool_use");
        calls.map(move |call| (turn, call))
    })
}

/// The first schema, at any depth, that `wanted` picks; its path, such as `/properties/a`.
///
/// Only places that hold schemas are entered: the name of a property is no keyword, and neither is
/// what stands in an `enum` or a `default`.
pub(super) fn find_schema(schema: &Value, wanted: &dyn Fn(&Value) -> bool) -> Option<String> {
    search(schema, wanted, "", 0)
}

fn search(schema: &Value, wanted: &dyn Fn(&Value) -> bool, path: &str, depth: usize) -> Option<String> {
    let map = schema.as_object().filter(|_| depth < MAX_SCHEMA_DEPTH)?;
    if wanted(schema) {
        return Some(path.to_owned());
    }
    map.iter().find_map(|(key, value)| {
        let here = format!("{path}/{key}");
        let deeper = |value: &Value, path: &str| search(value, wanted, path, depth + 1);
        match key.as_str() {
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
                value.as_object()?.iter().find_map(|(name, value)| deeper(value, &format!("{here}/{name}")))
            }
            "enum" | "const" | "default" | "examples" | "required" => None,
            _ => match value {
                Value::Array(items) => {
                    let mut items = items.iter().enumerate();
                    items.find_map(|(index, item)| deeper(item, &format!("{here}/{index}")))
                }
                _ => deeper(value, &here),
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_keyword_is_found_at_depth_but_never_in_a_name_or_in_data() {
        let pick = |value: &Value| value.get("pattern").is_some();
        let deep = json!({"properties": {"a": {"anyOf": [{}, {"items": {"pattern": "x"}}]}}});
        assert_eq!(find_schema(&deep, &pick).as_deref(), Some("/properties/a/anyOf/1/items"));
        let name = json!({"properties": {"pattern": {"default": {"pattern": 1}, "enum": [{"pattern": 1}]}}});
        assert_eq!(find_schema(&name, &pick), None);
    }

    #[test]
    fn a_schema_without_end_is_searched_only_so_far() {
        let mut schema = json!({"pattern": "x"});
        for _ in 0..MAX_SCHEMA_DEPTH {
            schema = json!({"not": schema});
        }
        assert_eq!(find_schema(&schema, &|value| value.get("pattern").is_some()), None);
    }
}
