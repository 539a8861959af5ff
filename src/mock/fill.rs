//! A small value that satisfies a JSON Schema.
//!
//! What a schema offers comes first: `const`, `enum`, `default`, `examples`. Then the least that its
//! type asks for. Not understood, and so not promised: `pattern`, `not`, `if`, `uniqueItems`,
//! `dependentRequired`, and references to other documents.

use serde_json::{Map, Number, Value};

/// How deep a value may be; from there on only what is required is filled in.
pub const DEPTH_MAX: usize = 12;

/// The most values that are made for one schema, as references could double them without end.
pub const VALUES_MAX: usize = 2_000;

/// The longest list that is made, whatever a schema asks for.
pub const ITEMS_MAX: u64 = 100;

/// The longest text that is made, in characters, whatever a schema asks for.
pub const TEXT_MAX: u64 = 10_000;

/// Depth from which no value at all is made: required recursion has no end.
const DEPTH_END: usize = 3 * DEPTH_MAX;

/// What stands in a text of no known format.
const TEXT: &str = "mock";

/// A small value that satisfies `schema`, as far as it is understood.
#[must_use]
pub fn fill(schema: &Value) -> Value {
    Filler { root: schema, left: VALUES_MAX }.value(schema, 0)
}

struct Filler<'a> {
    root: &'a Value,
    left: usize,
}

impl Filler<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        if self.left == 0 || depth > DEPTH_END {
            return Value::Null;
        }
        self.left -= 1;
        let Value::Object(schema) = schema else { return Value::Object(Map::new()) };
        if let Some(offered) = offered(schema) {
            return offered;
        }
        let whole = self.merged(schema, depth);
        if let Some(offered) = offered(&whole) {
            return offered;
        }
        if let Some(branch) = chosen(&whole) {
            let mut rest = whole.clone();
            rest.shift_remove("anyOf");
            rest.shift_remove("oneOf");
            let all = Value::Array(vec![Value::Object(rest), branch.clone()]);
            return self.value(&Value::Object(Map::from_iter([("allOf".to_owned(), all)])), depth + 1);
        }
        self.typed(&whole, depth)
    }

    /// The schema with its reference and `allOf` taken in.
    fn merged(&mut self, schema: &Map<String, Value>, depth: usize) -> Map<String, Value> {
        let mut whole = schema.clone();
        let mut parts = Vec::new();
        if let Some(Value::String(reference)) = whole.shift_remove("$ref") {
            parts.extend(reference.strip_prefix('#').and_then(|inside| self.root.pointer(inside)).cloned());
        }
        if let Some(Value::Array(all)) = whole.shift_remove("allOf") {
            parts.extend(all);
        }
        for part in parts {
            if self.left == 0 || depth > DEPTH_END {
                break;
            }
            self.left -= 1;
            let Value::Object(part) = part else { continue };
            for (key, value) in self.merged(&part, depth + 1) {
                merge(&mut whole, key, value);
            }
        }
        whole
    }

    fn typed(&mut self, schema: &Map<String, Value>, depth: usize) -> Value {
        match kind(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "string" => Value::String(text(schema)),
            "integer" => number(schema, true),
            "number" => number(schema, false),
            "boolean" => Value::Bool(true),
            _ => Value::Null,
        }
    }

    /// Required properties; where none is required, all of them: an empty object would say nothing.
    fn object(&mut self, schema: &Map<String, Value>, depth: usize) -> Value {
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let required: Vec<&str> = match schema.get("required").and_then(Value::as_array) {
            Some(names) if !names.is_empty() => names.iter().filter_map(Value::as_str).collect(),
            _ if depth < DEPTH_MAX => properties.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let any = Value::Bool(true);
        let mut object = Map::new();
        for name in required {
            let of_name = properties.get(name).or_else(|| schema.get("additionalProperties")).unwrap_or(&any);
            let value = self.value(of_name, depth + 1);
            object.insert(name.to_owned(), value);
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &Map<String, Value>, depth: usize) -> Value {
        let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
        let first = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let usual = if depth < DEPTH_MAX { 1.max(first.len() as u64) } else { 0 };
        let wanted = bound("minItems").unwrap_or(usual).max(usual);
        let count = wanted.min(bound("maxItems").unwrap_or(ITEMS_MAX)).min(ITEMS_MAX);
        let any = Value::String(TEXT.to_owned());
        let closed = schema.get("items") == Some(&Value::Bool(false));
        let mut items = Vec::new();
        for place in 0..usize::try_from(count).unwrap_or_default() {
            match first.get(place).or_else(|| schema.get("items").filter(|_| !closed)) {
                Some(of_item) => items.push(self.value(of_item, depth + 1)),
                None if closed => break,
                None => items.push(any.clone()),
            }
        }
        Value::Array(items)
    }
}

/// A value that the schema itself names.
fn offered(schema: &Map<String, Value>) -> Option<Value> {
    let first = |key: &str| schema.get(key).and_then(Value::as_array).and_then(|values| values.first());
    let named = schema.get("const").or_else(|| first("enum"));
    named.or_else(|| schema.get("default")).or_else(|| first("examples")).cloned()
}

/// The branch of a choice to take: the first that is more than `null`.
fn chosen(schema: &Map<String, Value>) -> Option<&Value> {
    let branches = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()?;
    let says_more = |branch: &&Value| branch.get("type") != Some(&Value::from("null"));
    branches.iter().find(says_more).or_else(|| branches.first())
}

/// Takes a keyword of one more schema in; what both say holds twice.
fn merge(whole: &mut Map<String, Value>, key: String, value: Value) {
    match (whole.get_mut(&key), value) {
        (Some(Value::Object(mine)), Value::Object(theirs)) if key == "properties" => {
            for (name, schema) in theirs {
                match mine.get_mut(&name) {
                    Some(known) => {
                        let both = Value::Array(vec![known.take(), schema]);
                        *known = Value::Object(Map::from_iter([("allOf".to_owned(), both)]));
                    }
                    None => drop(mine.insert(name, schema)),
                }
            }
        }
        (Some(Value::Array(mine)), Value::Array(theirs)) if key == "required" => {
            let new: Vec<Value> = theirs.into_iter().filter(|name| !mine.contains(name)).collect();
            mine.extend(new);
        }
        (Some(mine), theirs) => stricter(&key, mine, theirs),
        (None, value) => drop(whole.insert(key, value)),
    }
}

/// Of two bounds the stricter one; of two other things the first.
fn stricter(key: &str, mine: &mut Value, theirs: Value) {
    let (Some(old), Some(new)) = (mine.as_f64(), theirs.as_f64()) else { return };
    let least = matches!(key, "minimum" | "exclusiveMinimum" | "minLength" | "minItems");
    let most = matches!(key, "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems");
    if least && new > old || most && new < old {
        *mine = theirs;
    }
}

/// The type to make: the first that is told and is not `null`; else what the keywords hint at.
fn kind(schema: &Map<String, Value>) -> &str {
    let told = match schema.get("type") {
        Some(Value::String(one)) => Some(one.as_str()),
        Some(Value::Array(many)) => {
            let mut names = many.iter().filter_map(Value::as_str);
            names.clone().find(|name| *name != "null").or_else(|| names.next())
        }
        _ => None,
    };
    let has = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
    match told {
        Some(told) => told,
        None if has(&["properties", "required", "additionalProperties"]) => "object",
        None if has(&["items", "prefixItems", "minItems"]) => "array",
        None if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) => {
            "number"
        }
        None if has(&["minLength", "maxLength", "pattern", "format"]) => "string",
        None => "object",
    }
}

fn text(schema: &Map<String, Value>) -> String {
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let mut text = match format {
        "date-time" => "2026-01-01T00:00:00Z",
        "date" => "2026-01-01",
        "time" => "00:00:00Z",
        "duration" => "P1D",
        "email" | "idn-email" => "mock@example.com",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "127.0.0.1",
        "ipv6" => "::1",
        "uri" | "iri" | "uri-reference" => "https://example.com/",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        _ => TEXT,
    }
    .to_owned();
    let least = bound("minLength").unwrap_or_default().min(TEXT_MAX);
    let missing = least.saturating_sub(text.chars().count() as u64);
    text.extend((0..missing).map(|_| 'x'));
    let most = usize::try_from(bound("maxLength").unwrap_or(TEXT_MAX)).unwrap_or(usize::MAX);
    text.chars().take(most).collect()
}

fn number(schema: &Map<String, Value>, whole: bool) -> Value {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    // Older drafts say `exclusiveMinimum: true` beside the bound.
    let open = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    let step = bound("multipleOf").filter(|step| *step > 0.0).or_else(|| whole.then_some(1.0));
    let gap = step.unwrap_or(0.5);
    let least = bound("exclusiveMinimum").or_else(|| bound("minimum").filter(|_| open("exclusiveMinimum")));
    let least = least.map(|least| least + gap / 2.0).into_iter().chain(bound("minimum")).reduce(f64::max);
    let most = bound("exclusiveMaximum").or_else(|| bound("maximum").filter(|_| open("exclusiveMaximum")));
    let most = most.map(|most| most - gap / 2.0).into_iter().chain(bound("maximum")).reduce(f64::min);
    let mut value = least.unwrap_or(1.0);
    if let Some(most) = most.filter(|most| value > *most) {
        value = least.map_or(most, |least| least + (most - least) / 2.0);
        value = step.map_or(value, |step| (most / step).floor() * step);
    } else if let Some(step) = step {
        value = (value / step).ceil() * step;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 is clipped to it, as `as` does")]
    let rounded = value as i64;
    if value.fract() == 0.0 && whole {
        return rounded.into();
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
