//! Holds a document against the schema tables.

use serde_json::Value;

use super::document::{Node, kind_of, whole};
use super::scan::PROBLEMS_MAX;
use super::schema::{Kind, PICK, SECRET_REF, Shape};
use super::secret::quote;
use crate::problem::{Problem, nearest};

/// The longest key for which a near one is sought, in bytes.
const NEAR_MAX: usize = 64;

/// What becomes of a key that its table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    /// A person wrote the file: it is a problem.
    Refused,
    /// A program wrote the file: it is nobody's typo.
    Passed,
}

/// Holds an object against its table.
///
/// Recursion is bounded by the depth of the tables.
pub(super) fn object(node: Node<'_>, shape: &Shape, strange: Unknown, problems: &mut Vec<Problem>) {
    if problems.len() >= PROBLEMS_MAX {
        return;
    }
    if !node.value.is_object() {
        return problems.push(wrong(node, "an object"));
    }
    let mut meant = Vec::new();
    for (key, member) in node.members() {
        match shape.keys.iter().find(|(known, _)| *known == key) {
            Some((_, kind)) => value(member, kind, strange, problems),
            None if problems.len() >= PROBLEMS_MAX => return,
            None if strange == Unknown::Passed => {}
            None if key == INCLUDE => problems.push(not_followed(member)),
            None => {
                let near = near_key(key, shape);
                meant.extend(near);
                problems.push(unknown(key, near, member));
            }
        }
    }
    let missing = shape.required.iter().filter(|key| node.get(key).is_none() && !meant.contains(*key));
    problems.extend(missing.map(|key| Problem::new(format!("`{key}` is missing")).at(node.key_place())));
}

fn value(node: Node<'_>, kind: &Kind, strange: Unknown, problems: &mut Vec<Problem>) {
    if problems.len() >= PROBLEMS_MAX {
        return;
    }
    let fits = match kind {
        Kind::Any => true,
        Kind::Text => node.value.is_string(),
        Kind::Filled => node.text().is_some_and(|text| !text.trim().is_empty()),
        Kind::Flag => node.value.is_boolean(),
        Kind::Number => node.value.is_number(),
        Kind::Positive => node.value.as_f64().is_some_and(|number| number > 0.0),
        Kind::Whole(least, most) => whole(node.value).is_some_and(|n| (*least..=*most).contains(&n)),
        Kind::OneOf(words) => {
            let fits = node.text().is_some_and(|text| words.contains(&text));
            if !fits && node.unresolved().is_none() {
                problems.push(not_one_of(node, words));
            }
            return;
        }
        Kind::Secret if node.value.is_object() => return object(node, &SECRET_REF, strange, problems),
        Kind::Secret => node.value.is_string(),
        Kind::Pick if node.value.is_object() => return object(node, &PICK, strange, problems),
        Kind::Pick => node.value.is_string(),
        Kind::List(item) if node.value.is_array() => {
            return node.items().for_each(|node| value(node, item, strange, problems));
        }
        Kind::Map(kind) if node.value.is_object() => {
            return node.members().for_each(|(key, member)| match key {
                INCLUDE => problems.push(not_followed(member)),
                _ => value(member, kind, strange, problems),
            });
        }
        Kind::List(_) | Kind::Map(_) => false,
        Kind::Object(shape) => return object(node, shape, strange, problems),
    };
    if !fits {
        problems.push(wrong(node, &wanted(kind)));
    }
}

/// The key by which a config pulls other files in.
pub(super) const INCLUDE: &str = "$include";

fn not_followed(include: Node<'_>) -> Problem {
    Problem::new("`$include` is not followed: what it brings in is not seen here")
        .at(include.key_place())
        .hint("check the file that results from the includes")
}

/// What a kind asks for, in words.
fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::Any => "anything".into(),
        Kind::Text => "text".into(),
        Kind::Filled => "text that is not empty".into(),
        Kind::Flag => "true or false".into(),
        Kind::Number => "a number".into(),
        Kind::Positive => "a number above zero".into(),
        Kind::Whole(0, u64::MAX) => "a whole number".into(),
        Kind::Whole(least, u64::MAX) => format!("a whole number from {least} on"),
        Kind::Whole(least, most) => format!("a whole number from {least} to {most}"),
        Kind::OneOf(words) => format!("one of {}", listed(words)),
        Kind::Secret => "text or a reference `{source, provider, id}`".into(),
        Kind::Pick => "a model reference or `{primary, fallbacks}`".into(),
        Kind::List(_) => "a list".into(),
        Kind::Map(_) | Kind::Object(_) => "an object".into(),
    }
}

/// A value of the wrong kind. Its text is never quoted: it may be a secret.
pub(super) fn wrong(node: Node<'_>, wanted: &str) -> Problem {
    let found = match node.value {
        Value::String(text) if text.trim().is_empty() => "empty text",
        Value::Number(_) if wanted.contains("number") => "another number",
        value => kind_of(value),
    };
    Problem::new(format!("must be {wanted}, found {found}")).at(node.place())
}

fn not_one_of(node: Node<'_>, words: &[&'static str]) -> Problem {
    let near = node.text().filter(|text| text.len() <= NEAR_MAX).and_then(|text| {
        let lower = text.trim().to_ascii_lowercase();
        nearest(&lower, words.iter().copied())
    });
    match (near, node.text()) {
        (Some(near), Some(text)) => {
            let message = format!("`{}` is not one of {}", quote(text), listed(words));
            Problem::new(message).at(node.place()).hint(format!("did you mean `{near}`?"))
        }
        (_, Some(_)) => Problem::new(format!("must be one of {}", listed(words))).at(node.place()),
        (_, None) => wrong(node, &format!("one of {}", listed(words))),
    }
}

/// The key of a table that an unknown one may be a typo of.
fn near_key(key: &str, shape: &Shape) -> Option<&'static str> {
    let known = shape.keys.iter().map(|(known, _)| *known);
    let same = known.clone().find(|known| known.eq_ignore_ascii_case(key));
    same.or_else(|| if key.len() <= NEAR_MAX { nearest(key, known) } else { None })
}

fn unknown(key: &str, near: Option<&str>, member: Node<'_>) -> Problem {
    let problem = Problem::new(format!("unknown key `{}`", quote(key))).at(member.key_place());
    match near {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.hint("OpenClaw refuses a config with unknown keys; remove it"),
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
