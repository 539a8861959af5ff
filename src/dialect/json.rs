//! Small readers of JSON values, shared by the dialects.

use serde_json::{Map, Value};

use crate::problem::{Place, Problem};

/// The most problems that one body or record may raise; the rest says nothing new.
pub(crate) const PROBLEMS_MAX: usize = 64;

/// The text under `key`, where it is one and not empty.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The text under `key`, taken out of `value`.
pub(crate) fn owned(value: &Value, key: &str) -> Option<String> {
    text(value, key).map(str::to_owned)
}

/// The list under `key`; empty where there is none.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What stands under `key`, unless it is `null`.
pub(crate) fn told<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).filter(|told| !told.is_null())
}

/// A count under `key`: a whole number, also where it is spelt `12.0`.
pub(crate) fn count(value: &Value, key: &str) -> Option<u64> {
    let told = value.get(key)?;
    if let Some(whole) = told.as_u64() {
        return Some(whole);
    }
    let float = told.as_f64()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive and small")]
    (float >= 0.0 && float.fract() == 0.0 && float < 9e15).then_some(float as u64)
}

/// A string as it is, any other value as JSON.
pub(crate) fn spelt(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A problem at a path of the document.
pub(crate) fn problem(path: impl Into<String>, message: impl Into<String>) -> Problem {
    Problem::new(message).at(Place::path(path))
}

/// Names the fields of `object` that nobody read, so that nothing is lost silently.
pub(crate) fn unread(object: &Map<String, Value>, known: &[&str], path: &str, problems: &mut Vec<Problem>) {
    for (key, value) in object {
        if !value.is_null() && !known.contains(&key.as_str()) && problems.len() < PROBLEMS_MAX {
            problems.push(problem(format!("{path}.{key}"), format!("`{key}` is not kept")));
        }
    }
}

/// The first text of `keys` that `value` tells.
pub(crate) fn first_text<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| text(value, key))
}

/// Takes the field `key` where `read` knows its form; another form stays.
pub(crate) fn take<T>(
    fields: &mut Map<String, Value>,
    key: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Option<T> {
    let value = read(fields.get(key)?)?;
    fields.remove(key);
    Some(value)
}

/// One text, or a list of nothing but texts.
pub(crate) fn strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => many.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}
