//! A value held against a shape.
//!
//! Everything is looked at, and nothing is looked at twice, so the work is bounded by the size of
//! the value times the alternatives of the shape; the depth, by the depth of the shape.

use serde_json::{Map, Value};

use super::problems::{Problems, clip};
use super::{Form, Pattern, Property};

/// The longest key in a path, in bytes; the rest is cut.
const KEY_MAX: usize = 200;

/// Whether a value fits; what does not is added to the problems.
pub(super) fn check(form: &Form, value: &Value, path: &mut String, out: &mut Problems) -> bool {
    match form {
        Form::Any => true,
        Form::Null => hold(value.is_null(), "must be null", path, out),
        Form::Bool => hold(value.is_boolean(), "must be boolean", path, out),
        Form::Text { min, max, pattern } => text(value, (*min, *max), pattern.as_ref(), path, out),
        Form::Number { whole, min, max } => number(value, *whole, (*min, *max), path, out),
        Form::Exactly(wanted) => exactly(value, wanted, path, out),
        Form::OneOf(words) => {
            let fits = value.as_str().is_some_and(|given| words.iter().any(|word| word == given));
            hold(value.is_string(), "must be string", path, out);
            hold(fits, "must be equal to one of the allowed values", path, out)
        }
        Form::List { item, min, max } => list(value, item, (*min, *max), path, out),
        Form::Object(properties) => object(value, properties, path, out),
        Form::Map(form) => map(value, form, path, out),
        Form::Either(forms) => either(value, forms, path, out),
    }
}

/// Adds a problem unless something holds.
fn hold(holds: bool, message: &str, path: &str, out: &mut Problems) -> bool {
    if !holds {
        out.add(path, message);
    }
    holds
}

/// Lower and upper bounds of a count.
type Bounds = (Option<u64>, Option<u64>);

/// Upper bound first, as the validator does.
fn count(given: usize, bounds: Bounds, of: &str, path: &str, out: &mut Problems) -> bool {
    let given = given as u64;
    let mut fits = true;
    if let Some(max) = bounds.1.filter(|max| given > *max) {
        fits = hold(false, &format!("must NOT have more than {max} {of}"), path, out);
    }
    if let Some(min) = bounds.0.filter(|min| given < *min) {
        fits = hold(false, &format!("must NOT have fewer than {min} {of}"), path, out);
    }
    fits
}

fn text(value: &Value, bounds: Bounds, pattern: Option<&Pattern>, path: &str, out: &mut Problems) -> bool {
    let Value::String(given) = value else { return hold(false, "must be string", path, out) };
    let length = if bounds == (None, None) { 0 } else { given.chars().count() };
    let mut fits = count(length, bounds, "characters", path, out);
    if let Some(pattern) = pattern.filter(|pattern| !pattern.regex.is_match(given)) {
        fits = hold(false, &format!("must match pattern \"{}\"", pattern.source), path, out);
    }
    fits
}

fn number(
    value: &Value,
    whole: bool,
    (min, max): (Option<f64>, Option<f64>),
    path: &str,
    out: &mut Problems,
) -> bool {
    let given = value.as_f64();
    let mut fits = match (given, whole) {
        (Some(given), true) => hold(given.fract() == 0.0, "must be integer", path, out),
        (None, true) => hold(false, "must be integer", path, out),
        (given, false) => hold(given.is_some(), "must be number", path, out),
    };
    let Some(given) = given else { return fits };
    if let Some(max) = max.filter(|max| given > *max) {
        fits = hold(false, &format!("must be <= {max}"), path, out);
    }
    if let Some(min) = min.filter(|min| given < *min) {
        fits = hold(false, &format!("must be >= {min}"), path, out);
    }
    fits
}

/// The kind first, then the constant: both are said where the kind is wrong.
fn exactly(value: &Value, wanted: &Value, path: &str, out: &mut Problems) -> bool {
    let (kind, same) = match wanted {
        Value::String(_) => (hold(value.is_string(), "must be string", path, out), value == wanted),
        Value::Bool(_) => (hold(value.is_boolean(), "must be boolean", path, out), value == wanted),
        _ => (hold(value.is_number(), "must be number", path, out), value.as_f64() == wanted.as_f64()),
    };
    hold(same, "must be equal to constant", path, out) && kind
}

fn list(value: &Value, item: &Form, bounds: Bounds, path: &mut String, out: &mut Problems) -> bool {
    let Value::Array(items) = value else { return hold(false, "must be array", path, out) };
    let mut fits = count(items.len(), bounds, "items", path, out);
    for (place, given) in items.iter().enumerate() {
        fits &= within(path, &place.to_string(), |path| check(item, given, path, out));
    }
    fits
}

fn object(value: &Value, properties: &[Property], path: &mut String, out: &mut Problems) -> bool {
    let Value::Object(given) = value else { return hold(false, "must be object", path, out) };
    let mut fits = true;
    for missing in properties.iter().filter(|wanted| wanted.required && !given.contains_key(&wanted.name)) {
        fits = hold(false, &format!("must have required property '{}'", missing.name), path, out);
    }
    for strange in strangers(given, properties) {
        out.unexpected(path, strange);
        fits = false;
    }
    for property in properties {
        if let Some(value) = given.get(&property.name) {
            fits &= within(path, &property.name, |path| check(&property.form, value, path, out));
        }
    }
    fits
}

/// The keys that no property names, in JavaScript's order: whole numbers first, by size.
fn strangers<'a>(given: &'a Map<String, Value>, properties: &[Property]) -> Vec<&'a str> {
    let is_strange = |key: &&String| !properties.iter().any(|property| property.name == **key);
    let mut strangers: Vec<&str> = given.keys().filter(is_strange).map(String::as_str).collect();
    strangers.sort_by_key(|key| index(key).unwrap_or(u64::MAX));
    strangers
}

/// A key that JavaScript takes for the index of a list.
fn index(key: &str) -> Option<u64> {
    let plain = key == "0" || (key.starts_with(|c: char| ('1'..='9').contains(&c)) && key.len() <= 10);
    if !plain || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    key.parse().ok().filter(|index| *index < u64::from(u32::MAX))
}

fn map(value: &Value, form: &Form, path: &mut String, out: &mut Problems) -> bool {
    let Value::Object(given) = value else { return hold(false, "must be object", path, out) };
    let mut entries: Vec<(&String, &Value)> = given.iter().collect();
    entries.sort_by_key(|(key, _)| index(key).unwrap_or(u64::MAX));
    let mut fits = true;
    for (key, value) in entries {
        fits &= within(path, key, |path| check(form, value, path, out));
    }
    fits
}

/// Each alternative says why it is none; the first that fits unsays it all.
fn either(value: &Value, forms: &[Form], path: &mut String, out: &mut Problems) -> bool {
    let mark = out.mark();
    for form in forms {
        if check(form, value, path, out) {
            out.forget(mark);
            return true;
        }
    }
    hold(false, "must match a schema in anyOf", path, out)
}

/// Does something one step further down the path, a JSON pointer.
fn within<R>(path: &mut String, step: &str, act: impl FnOnce(&mut String) -> R) -> R {
    let end = path.len();
    path.push('/');
    for letter in clip(step, KEY_MAX).chars() {
        match letter {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            _ => path.push(letter),
        }
    }
    let result = act(path);
    path.truncate(end);
    result
}
