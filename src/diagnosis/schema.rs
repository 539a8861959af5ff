//! Whether a value breaks a JSON Schema, as far as that is certain.
//!
//! No validator: it knows `type`, `required`, `enum`, `properties`, `items` and a closed
//! `additionalProperties`, and holds everything else to be kept. So what it names is broken.

use serde_json::Value;

/// How deep values are looked into.
const DEPTH_MAX: usize = 32;

/// What is certainly wrong with `value`, with its place; `None` where nothing is.
pub(super) fn broken(schema: &Value, value: &Value) -> Option<String> {
    at(schema, value, "", 0)
}

fn at(schema: &Value, value: &Value, path: &str, depth: usize) -> Option<String> {
    let here = if path.is_empty() { "/" } else { path };
    if depth >= DEPTH_MAX {
        return None;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let nullable = schema["nullable"] == true && value.is_null();
    if !kinds.is_empty() && !nullable && !kinds.iter().any(|kind| is_a(kind, value)) {
        return Some(format!("{here} is not of type {}", kinds.join(" or ")));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !nullable
        && !allowed.contains(value)
    {
        return Some(format!("{here} is none of the values that the schema lists"));
    }
    match value {
        Value::Object(fields) => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            if let Some(absent) = required.into_iter().find(|key| !fields.contains_key(*key)) {
                return Some(format!("{here} lacks `{absent}`"));
            }
            let known = schema["properties"].as_object();
            let closed = schema["additionalProperties"] == false && schema.get("patternProperties").is_none();
            fields.iter().find_map(|(key, field)| match known.and_then(|known| known.get(key)) {
                Some(inner) => at(inner, field, &format!("{path}/{key}"), depth + 1),
                None => closed.then(|| format!("{here} has `{key}`, which the schema does not allow")),
            })
        }
        Value::Array(items) => {
            let inner = schema.get("items").filter(|inner| inner.is_object())?;
            let mut items = items.iter().enumerate();
            items.find_map(|(place, item)| at(inner, item, &format!("{path}/{place}"), depth + 1))
        }
        _ => None,
    }
}

/// Whether a value is of a type; of a type that is not known, it is.
fn is_a(kind: &str, value: &Value) -> bool {
    match kind.to_ascii_lowercase().as_str() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_certain_is_broken() {
        let city = json!({"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]});
        let closed = json!({"type": "object", "properties": {}, "additionalProperties": false});
        let list = json!({"type": ["array", "null"], "items": {"enum": [1, 2]}});
        for (schema, value, wrong) in [
            (&city, json!({"city": "Oslo", "days": 3.0, "more": 1}), None),
            (&city, json!("{}"), Some("/ is not of type object")),
            (&city, json!({}), Some("/ lacks `city`")),
            (&city, json!({"city": 1}), Some("/city is not of type string")),
            (&closed, json!({"a": 1}), Some("/ has `a`, which the schema does not allow")),
            (&list, json!(null), None),
            (&list, json!([1, 3]), Some("/1 is none of the values that the schema lists")),
            (&json!({"oneOf": [{"type": "string"}]}), json!(1), None),
            (&json!(true), json!(1), None),
        ] {
            assert_eq!(broken(schema, &value).as_deref(), wrong, "{schema} {value}");
        }
    }

    #[test]
    fn a_schema_without_end_is_followed_only_so_far() {
        let (mut schema, mut value) = (json!({"type": "string"}), json!(1));
        for _ in 0..DEPTH_MAX {
            schema = json!({"items": schema});
            value = json!([value]);
        }
        assert_eq!(broken(&schema, &value), None);
    }
}
