//! The tables as a JSON schema (draft 7), for editors and for `config.schema`.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::hints::hint;
use super::{CONFIG, Kind, PICK, SECRET_REF, Shape};

/// The title of the schema.
pub const SCHEMA_TITLE: &str = "OpenClawConfig";

/// The largest whole number that every JSON reader keeps exact.
const SAFE_MAX: u64 = 9_007_199_254_740_991;

/// The schema of the whole config. What no table looks into is `{}`: anything.
#[must_use]
pub fn json_schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let mut schema = Map::new();
        schema.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
        schema.insert("title".into(), SCHEMA_TITLE.into());
        schema.extend(object(&CONFIG, ""));
        Value::Object(schema)
    });
    &SCHEMA
}

/// Recursion is bounded by the depth of the tables.
fn object(shape: &Shape, path: &str) -> Map<String, Value> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let properties: Map<String, Value> =
        shape.keys.iter().map(|(key, kind)| ((*key).to_owned(), value(kind, &below(key)))).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), Value::Object(properties));
    if !shape.required.is_empty() {
        schema.insert("required".into(), shape.required.into());
    }
    schema.insert("additionalProperties".into(), false.into());
    schema
}

fn value(kind: &Kind, path: &str) -> Value {
    let mut schema = match kind {
        Kind::Any => Map::new(),
        Kind::Text => of(json!({"type": "string"})),
        Kind::Filled => of(json!({"type": "string", "minLength": 1})),
        Kind::Flag => of(json!({"type": "boolean"})),
        Kind::Positive => of(json!({"type": "number", "exclusiveMinimum": 0})),
        Kind::Number => of(json!({"type": "number"})),
        Kind::Whole(1, most) => {
            of(json!({"type": "integer", "exclusiveMinimum": 0, "maximum": most.min(&SAFE_MAX)}))
        }
        Kind::Whole(least, most) => {
            of(json!({"type": "integer", "minimum": least, "maximum": most.min(&SAFE_MAX)}))
        }
        Kind::OneOf(words) => of(json!({"type": "string", "enum": words})),
        Kind::Secret => of(json!({"anyOf": [{"type": "string"}, object(&SECRET_REF, path)]})),
        Kind::Pick => of(json!({"anyOf": [{"type": "string"}, object(&PICK, path)]})),
        Kind::List(item) => of(json!({"type": "array", "items": value(item, &format!("{path}.*"))})),
        Kind::Map(member) => {
            of(json!({"type": "object", "additionalProperties": value(member, &format!("{path}.*"))}))
        }
        Kind::Object(shape) => object(shape, path),
    };
    if let Some((_, hint)) = hint(path) {
        schema.insert("title".into(), hint.label.into());
        schema.insert("description".into(), hint.help.into());
    }
    Value::Object(schema)
}

fn of(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
