//! A function call whose arguments come value by value, each with its place.

use serde_json::{Map, Value};

use crate::dialect::json::{list, text};

/// How deep a place may be.
const DEPTH_MAX: usize = 32;

/// The most values that one call may set.
const VALUES_MAX: usize = 16 * 1024;

/// The most bytes of text that one call may set.
const TEXT_MAX: usize = 8 << 20;

/// The arguments so far.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    tree: Map<String, Value>,
    /// The place of a text that goes on.
    open: Option<String>,
    values: usize,
    bytes: usize,
}

impl Arguments {
    /// Takes the `args` and `partialArgs` of one record; `Err` says what could not be set.
    pub(super) fn take(&mut self, call: &Value) -> Result<(), &'static str> {
        if let Some(Value::Object(whole)) = call.get("args") {
            self.tree.extend(whole.clone());
        }
        list(call, "partialArgs").iter().try_for_each(|piece| self.piece(piece))
    }

    fn piece(&mut self, piece: &Value) -> Result<(), &'static str> {
        let path = text(piece, "jsonPath").ok_or("a streamed argument has no jsonPath")?;
        let goes_on = self.open.take().is_some_and(|open| open == path);
        if piece.get("willContinue") == Some(&Value::Bool(true)) {
            self.open = Some(path.to_owned());
        }
        let said = piece.get("stringValue").and_then(Value::as_str);
        self.values += 1;
        self.bytes = self.bytes.saturating_add(said.map_or(0, str::len)).saturating_add(path.len());
        if self.values > VALUES_MAX || self.bytes > TEXT_MAX {
            return Err("the arguments of a call are too many");
        }
        let value = match said {
            Some(said) => Value::from(said),
            None => ["numberValue", "boolValue"]
                .iter()
                .find_map(|key| piece.get(key))
                .map_or(Value::Null, whole_number),
        };
        let place = self.place(path)?;
        match (place, said) {
            (Value::String(text), Some(more)) if goes_on => text.push_str(more),
            (place, _) => *place = value,
        }
        Ok(())
    }

    /// The value at `path`, made where it is not there.
    fn place(&mut self, path: &str) -> Result<&mut Value, &'static str> {
        const STRANGE: &str = "the jsonPath of a streamed argument is not understood";
        let mut steps = steps(path).ok_or(STRANGE)?.into_iter();
        let Some(Step::Key(first)) = steps.next() else { return Err(STRANGE) };
        let mut place = self.tree.entry(first).or_insert(Value::Null);
        for step in steps {
            place = match step {
                Step::Key(key) => {
                    if !place.is_object() {
                        *place = Value::Object(Map::new());
                    }
                    let Value::Object(object) = place else { return Err(STRANGE) };
                    object.entry(key).or_insert(Value::Null)
                }
                Step::Index(index) => {
                    if !place.is_array() {
                        *place = Value::Array(Vec::new());
                    }
                    let Value::Array(items) = place else { return Err(STRANGE) };
                    if index == items.len() {
                        items.push(Value::Null);
                    }
                    items.get_mut(index).ok_or(STRANGE)?
                }
            };
        }
        Ok(place)
    }

    /// The arguments as JSON; those of a call that is not `whole` lack their end.
    pub(super) fn spelt(self, whole: bool) -> String {
        let mut text = Value::Object(self.tree).to_string();
        if !whole {
            text.pop();
        }
        text
    }
}

/// A number that is whole, without its `.0`: all numbers come as floats here.
fn whole_number(value: &Value) -> Value {
    match value.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => (number as i64).into(),
        _ => value.clone(),
    }
}

enum Step {
    Key(String),
    Index(usize),
}

/// The steps of a JSON path such as `$.days[0].city` or `$['a key']` (RFC 9535, plain names only).
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if steps.len() >= DEPTH_MAX {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, behind) = bracket(inner)?;
            steps.push(step);
            rest = behind;
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            steps.push(Step::Key(name[..end].to_owned()).filled()?);
            rest = &name[end..];
        }
    }
    Some(steps)
}

impl Step {
    fn filled(self) -> Option<Self> {
        match &self {
            Self::Key(key) if key.is_empty() => None,
            _ => Some(self),
        }
    }
}

/// What stands behind a `[`, up to its `]`.
fn bracket(inner: &str) -> Option<(Step, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = inner.strip_prefix(quote) {
            let mut key = String::new();
            let mut letters = quoted.char_indices();
            while let Some((at, letter)) = letters.next() {
                match letter {
                    '\\' => key.push(letters.next()?.1),
                    _ if letter == quote => {
                        return Some((Step::Key(key), quoted[at + 1..].strip_prefix(']')?));
                    }
                    _ => key.push(letter),
                }
            }
            return None;
        }
    }
    let (index, behind) = inner.split_once(']')?;
    Some((Step::Index(index.parse().ok()?), behind))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(calls: &[Value]) -> String {
        let mut arguments = Arguments::default();
        calls.iter().for_each(|call| arguments.take(call).unwrap());
        arguments.spelt(true)
    }

    #[test]
    fn values_come_to_their_places() {
        let calls = [
            json!({ "partialArgs": [{ "jsonPath": "$.city", "stringValue": "New", "willContinue": true }] }),
            json!({ "partialArgs": [{ "jsonPath": "$.city", "stringValue": " York" }] }),
            json!({ "partialArgs": [
                { "jsonPath": "$.days[0].hot", "boolValue": true },
                { "jsonPath": "$.days[1]", "numberValue": 2.0 },
                { "jsonPath": "$['a key']", "nullValue": "NULL_VALUE" },
                { "jsonPath": "$.days[0].by", "numberValue": 0.5 },
            ] }),
        ];
        let want = r#"{"city":"New York","days":[{"hot":true,"by":0.5},2],"a key":null}"#;
        assert_eq!(told(&calls), want);
    }

    #[test]
    fn a_text_that_does_not_go_on_replaces_the_one_before() {
        let piece = |said: &str| json!({ "partialArgs": [{ "jsonPath": "$.a", "stringValue": said }] });
        assert_eq!(told(&[piece("x"), piece("y")]), r#"{"a":"y"}"#);
    }

    #[test]
    fn strange_places_are_refused() {
        let deep = format!("$.a{}", "[0]".repeat(DEPTH_MAX));
        for path in ["$", "", "$[0]", "$.a[7]", "$.a..b", "$.a[", "$['a", "$.a[x]", &deep] {
            let call = json!({ "partialArgs": [{ "jsonPath": path, "boolValue": true }] });
            assert!(Arguments::default().take(&call).is_err(), "{path}");
        }
    }
}
