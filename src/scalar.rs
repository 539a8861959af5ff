//! Small values that files hold: durations in words, and YAML with positions.

use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, Visitor};
use serde_saphyr::{Error, UserMessageFormatter};

use crate::problem::{Place, Problem, nearest};

/// A duration as files write it: `250ms`, `2s`, `1.5s`, `10m`, `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span(pub Duration);

/// Reads a duration; the error is a sentence fragment.
///
/// # Errors
/// When the text is no number with one of the units ms, s, m, h.
pub fn parse_span(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let units = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let unit = units.iter().find(|(unit, _)| {
        text.strip_suffix(unit)
            .is_some_and(|number| number.trim_end().ends_with(|c: char| c.is_ascii_digit()))
    });
    let bad = || format!("`{text}` is no duration; write it as `250ms`, `2s` or `1m`");
    let (unit, seconds) = unit.ok_or_else(bad)?;
    let number: f64 = text.strip_suffix(unit).unwrap_or_default().trim_end().parse().map_err(|_| bad())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| bad())
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Span;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as `250ms` or `2s`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
                parse_span(text).map(Span).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Words)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A duration such as 250ms, 2s, 1.5s, 10m or 1h.",
            "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*(ms|s|m|h)\s*$"
        })
    }
}

/// The largest YAML file that is read, in bytes.
const YAML_MAX: usize = 1 << 20;
/// The most nodes of one document.
const NODES_MAX: usize = 20_000;
/// How deep a document may nest.
const DEPTH_MAX: usize = 64;

/// Reads a YAML document into its type, within a budget of nodes, depth and aliases.
///
/// # Errors
/// One problem with file, line and column, and the nearest valid key where a key is unknown.
pub fn read_yaml<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, Problem> {
    if text.len() > YAML_MAX {
        return Err(Problem::new(format!("the file is larger than {} KiB", YAML_MAX >> 10)).in_file(file));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_MAX,
            max_nodes: NODES_MAX,
            max_events: 3 * NODES_MAX,
            max_aliases: 200,
            max_anchors: 200,
            max_total_scalar_bytes: YAML_MAX,
        },
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| yaml_problem(&error, file))
}

fn yaml_problem(error: &Error, file: &str) -> Problem {
    let mut cause = error;
    while let Error::WithSnippet { error, .. } | Error::AliasError { error, .. } = cause {
        cause = error;
    }
    let place = match error.location() {
        Some(location) => Place {
            file: Some(file.to_owned()),
            ..Place::line(
                location.line().try_into().unwrap_or(u32::MAX),
                location.column().try_into().unwrap_or(u32::MAX),
            )
        },
        None => Place { file: Some(file.to_owned()), ..Place::default() },
    };
    let problem = match cause {
        Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
        Error::SerdeUnknownVariant { variant, expected, .. } => unknown("value", variant, expected),
        Error::SerdeMissingField { field, .. } => {
            Problem::new(format!("the key `{field}` is missing in this mapping"))
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            Problem::new(format!("the key `{key}` stands twice in this mapping")).hint("keep one of them")
        }
        Error::Eof { .. } => Problem::new("the document ends before it says anything"),
        Error::MultipleDocuments { .. } => {
            Problem::new("a second document begins").hint("one file holds one document: split it")
        }
        Error::Budget { .. } => Problem::new("the document is too large or too complex").hint(format!(
            "at most {NODES_MAX} nodes, {DEPTH_MAX} levels and 200 aliases are read, aliases counted as what they stand for"
        )),
        Error::Unexpected { expected, .. } => Problem::new(format!("{} is expected here", of_yaml(expected))),
        Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            Problem::new("a second key begins here, where one key is the whole")
                .hint("what belongs to the first stands within it")
        }
        Error::InvalidScalar { ty, .. } => Problem::new(format!("{} is expected here", of_scalar(ty))),
        other => in_words(other),
    };
    problem.at(place)
}

/// What the reader of YAML says, without the place, which stands before it.
fn in_words(error: &Error) -> Problem {
    let said = error.render_with_formatter(&UserMessageFormatter);
    let first = said.lines().next().unwrap_or_default();
    let message = first.rfind(" at line ").map_or(first, |end| &first[..end]).trim();
    let problem = Problem::new(message);
    if message.contains("a tab") || message.contains("tabs") {
        problem.hint("YAML is indented with spaces")
    } else if message.contains("recursion limit") {
        problem.hint(format!("a document may nest {DEPTH_MAX} levels deep"))
    } else {
        problem
    }
}

/// A part of a document, as its writer would call it.
fn of_yaml(expected: &str) -> &str {
    match expected {
        "mapping start" => "a mapping",
        "sequence start" => "a list",
        "string scalar" => "a text",
        other => other,
    }
}

/// A scalar, as its writer would call it.
fn of_scalar(kind: &str) -> &str {
    match kind {
        "bool" | "boolean" => "`true` or `false`",
        _ if kind.starts_with('u') => "a whole number, 0 or more,",
        _ if kind.starts_with('i') => "a whole number",
        _ if kind.starts_with('f') => "a number",
        other => other,
    }
}

/// An unknown word and the one that was meant, or all that are known.
fn unknown(what: &str, word: &str, known: &[&str]) -> Problem {
    let problem = Problem::new(format!("unknown {what} `{word}`"));
    match nearest(word, known.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => problem,
        None => problem.hint(format!("known here: {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_words() {
        for (text, millis) in
            [("250ms", 250), ("2s", 2000), ("1.5s", 1500), ("10m", 600_000), (" 1 h ", 3_600_000)]
        {
            assert_eq!(parse_span(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "5", "ms", "-1s", "1e400s", "NaNs", "2 days"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
