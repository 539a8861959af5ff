//! `config.schema` and `config.schema.lookup`.

use serde_json::{Map, Value, json};

use crate::config::{Hint, hint, hints, json_schema};
use crate::gateway::COMPATIBLE_WITH;
use crate::gateway::desk::put;

/// When the tables behind the schema were last changed.
const GENERATED_AT: &str = "2026-11-24T00:00:00.000Z";

/// The deepest path that is looked up, in segments.
const SEGMENTS_MAX: usize = 32;

/// What of a node is shown beside its children.
const SHOWN: [&str; 15] = [
    "type",
    "enum",
    "const",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "default",
    "title",
    "description",
    "deprecated",
];

/// The whole schema, with what people are told of it.
pub(super) fn whole() -> Value {
    let ui: Map<String, Value> =
        hints().iter().map(|(path, hint)| ((*path).to_owned(), told(path, hint))).collect();
    json!({"schema": json_schema(), "uiHints": ui, "version": COMPATIBLE_WITH, "generatedAt": GENERATED_AT})
}

/// One node of the schema and its children; `None`: there is no such path.
pub(super) fn lookup(path: &str) -> Option<Value> {
    let path = normal(path);
    let segments: Vec<&str> = path.split('.').collect();
    if path.is_empty() || segments.len() > SEGMENTS_MAX {
        return None;
    }
    let mut node = json_schema();
    for segment in segments {
        node = child(node, segment)?;
    }
    let shown: Map<String, Value> = node
        .as_object()?
        .iter()
        .filter(|(key, _)| SHOWN.contains(&key.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let mut found = Map::new();
    found.insert("path".into(), path.as_str().into());
    found.insert("schema".into(), Value::Object(shown));
    put_hint(&mut found, &path);
    found.insert("children".into(), children(node, &path));
    Some(Value::Object(found))
}

/// `a[]`, `a[*]` and `a[0]` are `a.*` and `a.0`; dots at the ends and in a row do not count.
fn normal(path: &str) -> String {
    let path = path.trim().replace("[]", ".*").replace("[*]", ".*");
    let parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(".")
}

fn child<'a>(node: &'a Value, segment: &str) -> Option<&'a Value> {
    if let Some(named) = node["properties"].get(segment) {
        return Some(named);
    }
    let is_index = segment == "*" || segment.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(items) = node.get("items").filter(|_| is_index) {
        return Some(items);
    }
    node.get("additionalProperties").filter(|any| any.is_object())
}

fn children(node: &Value, path: &str) -> Value {
    let required = node["required"].as_array();
    let mut all = Vec::new();
    for (key, child) in node["properties"].as_object().into_iter().flatten() {
        let required = required.is_some_and(|required| required.iter().any(|name| name == key));
        all.push(entry(key, &format!("{path}.{key}"), child, required));
    }
    let any = node.get("additionalProperties").filter(|any| any.is_object()).or_else(|| node.get("items"));
    if let Some(any) = any {
        all.push(entry("*", &format!("{path}.*"), any, false));
    }
    Value::Array(all)
}

fn entry(key: &str, path: &str, node: &Value, required: bool) -> Value {
    let mut entry = Map::new();
    entry.insert("key".into(), key.into());
    entry.insert("path".into(), path.into());
    put(&mut entry, "type", node.get("type").cloned());
    entry.insert("required".into(), required.into());
    let has_children = node["properties"].as_object().is_some_and(|all| !all.is_empty())
        || node.get("items").is_some_and(Value::is_object)
        || node.get("additionalProperties").is_some_and(Value::is_object);
    entry.insert("hasChildren".into(), has_children.into());
    put_hint(&mut entry, path);
    Value::Object(entry)
}

fn put_hint(object: &mut Map<String, Value>, path: &str) {
    if let Some((stands_at, hint)) = hint(path) {
        object.insert("hint".into(), told(stands_at, &hint));
        object.insert("hintPath".into(), stands_at.into());
    }
}

fn told(path: &str, hint: &Hint) -> Value {
    let mut shown = Map::new();
    shown.insert("label".into(), hint.label.into());
    shown.insert("help".into(), hint.help.into());
    shown.insert("tags".into(), hint.tags.into());
    let last = path.rsplit('.').next().unwrap_or_default();
    put(&mut shown, "sensitive", Some(true).filter(|_| ["token", "password", "apiKey"].contains(&last)));
    Value::Object(shown)
}
