//! Schemas as this API spelt them first: a part of OpenAPI 3, with types in capitals.

use serde_json::{Map, Value, json};

/// How deep a schema is followed.
const DEPTH_MAX: usize = 64;

/// The keys under which a schema stands.
const ONE: [&str; 2] = ["items", "additionalProperties"];

/// The keys under which a list of schemas stands.
const MANY: [&str; 2] = ["anyOf", "prefixItems"];

/// Spells it as JSON Schema.
pub(super) fn read(schema: Value) -> Value {
    read_at(schema, 0)
}

fn read_at(schema: Value, depth: usize) -> Value {
    let Value::Object(fields) = schema else { return schema };
    if depth > DEPTH_MAX {
        return fields.into();
    }
    let fields = super::turn::camel(fields);
    let nullable = fields.get("nullable") == Some(&Value::Bool(true));
    let mut out = Map::new();
    for (key, value) in fields {
        let value = match (key.as_str(), value) {
            ("nullable", _) => continue,
            ("type", Value::String(kind)) => {
                let kind = kind.to_ascii_lowercase();
                if nullable { json!([kind, "null"]) } else { kind.into() }
            }
            ("properties", Value::Object(properties)) => {
                let properties = properties.into_iter();
                Value::Object(properties.map(|(name, inner)| (name, read_at(inner, depth + 1))).collect())
            }
            (one, inner) if ONE.contains(&one) => read_at(inner, depth + 1),
            (many, Value::Array(inner)) if MANY.contains(&many) => {
                inner.into_iter().map(|inner| read_at(inner, depth + 1)).collect()
            }
            (bound, Value::String(digits)) if COUNTS.contains(&bound) => {
                digits.parse::<u64>().map_or_else(|_| digits.clone().into(), Value::from)
            }
            (_, value) => value,
        };
        out.insert(key, value);
    }
    out.into()
}

/// Counts, which come as text where they were 64 bits wide.
const COUNTS: [&str; 6] =
    ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_in_capitals_and_nullable_are_spelt_as_json_schema() {
        let schema = json!({
            "type": "OBJECT",
            "properties": { "type": { "type": "STRING", "nullable": true, "max_length": "8" } },
            "any_of": [{ "type": "ARRAY", "items": { "type": "INTEGER" } }],
            "required": ["type"],
        });
        let want = json!({
            "type": "object",
            "properties": { "type": { "type": ["string", "null"], "maxLength": 8 } },
            "anyOf": [{ "type": "array", "items": { "type": "integer" } }],
            "required": ["type"],
        });
        assert_eq!(read(schema), want);
    }
}
