//! No secret enters the log.

use serde_json::{Map, Value};

use crate::recording::Redactor;

use super::Line;

/// The deepest that facts beside a line are looked into.
const DEPTH_MAX: usize = 16;

/// Names that carry secrets in headers, and words in the log (`auth: "token"`).
const PLAIN: [&str; 4] = ["auth", "key", "pass", "session"];

/// The line with every secret masked: those that the redactor knows, those that have a secret's
/// shape, and facts that stand under a secret's name.
#[must_use]
pub fn masked(line: &Line, redactor: &Redactor) -> Line {
    Line {
        level: line.level,
        subsystem: line.subsystem,
        message: redactor.text(&line.message).into_owned(),
        meta: line.meta.as_ref().map(|meta| value(meta, "", redactor, 0)),
    }
}

fn value(fact: &Value, name: &str, redactor: &Redactor, depth: usize) -> Value {
    match fact {
        _ if depth >= DEPTH_MAX => Value::from("…"),
        Value::String(text) if PLAIN.contains(&name) => redactor.text(text).into_owned().into(),
        Value::String(text) => redactor.header(name, text).into(),
        Value::Array(items) => items.iter().map(|item| value(item, name, redactor, depth + 1)).collect(),
        Value::Object(map) => {
            let member = |(key, fact): (&String, &Value)| {
                (redactor.text(key).into_owned(), value(fact, key, redactor, depth + 1))
            };
            Value::Object(map.iter().map(member).collect::<Map<_, _>>())
        }
        _ => fact.clone(),
    }
}
