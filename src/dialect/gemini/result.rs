//! The `response` of a function's result: an object, where other dialects have text.

use serde_json::{Map, Value, json};

/// Reads it: the text, and whether the function failed. An object that is more than one of the usual
/// wrappers is its own JSON text.
pub(super) fn read(response: Option<&Value>) -> (String, bool) {
    match response {
        None | Some(Value::Null) => (String::new(), false),
        Some(Value::Object(object)) => wrapped(object).unwrap_or_else(|| (json!(object).to_string(), false)),
        Some(Value::String(said)) => (said.clone(), false),
        Some(other) => (other.to_string(), false),
    }
}

fn wrapped(object: &Map<String, Value>) -> Option<(String, bool)> {
    let [(key, Value::String(said))] = object.iter().collect::<Vec<_>>()[..] else { return None };
    match key.as_str() {
        "output" | "result" => Some((said.clone(), false)),
        "error" => Some((said.clone(), true)),
        _ => None,
    }
}

/// Writes a result, so that it reads back as the same text.
pub(super) fn write(said: &str, is_error: bool) -> Value {
    if is_error {
        return json!({ "error": said });
    }
    match serde_json::from_str::<Value>(said) {
        Ok(value @ Value::Object(_)) if read(Some(&value)) == (said.to_owned(), false) => value,
        _ => json!({ "output": said }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_reads_back_as_it_was() {
        for (said, is_error) in [
            ("", false),
            ("18 degrees", false),
            ("no such city", true),
            (r#"{"temperature":18}"#, false),
            (r#"{ "temperature": 18 }"#, false),
            (r#"{"output":"x"}"#, false),
            (r#"{"error":"x"}"#, false),
            ("[1,2]", false),
            ("{}", false),
        ] {
            let written = write(said, is_error);
            assert!(written.is_object());
            assert_eq!(read(Some(&written)), (said.to_owned(), is_error), "{written}");
        }
        assert_eq!(write(r#"{"temperature":18}"#, false), json!({ "temperature": 18 }));
    }
}
