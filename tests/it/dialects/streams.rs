//! Small streams, each with one thing that goes right or wrong.

use std::fmt::Write as _;
use std::path::Path;

use bytes::Bytes;
use provoke::chat::{Event, PartKind};
use provoke::dialect::view::{View, view};
use provoke::dialect::{Codec, Dialect, all, codec, codecs};
use provoke::moment::Moment;
use provoke::wire::{Item, StreamFraming, Witness};
use serde_json::Value;

use super::support::{cases, exchange, golden, listed};

/// A small stream; what it is about stands in its first line.
struct Case {
    name: String,
    about: String,
    body: String,
}

fn content_type(dialect: &dyn Dialect) -> &'static str {
    dialect.stream_framings()[0].content_type()
}

/// The dialects that have streams here: all that are written, and those of the others that have a folder.
fn with_cases() -> impl Iterator<Item = &'static dyn Dialect> {
    let folder = |id: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/streams").join(id);
    let has =
        move |dialect: &&&'static dyn Dialect| codec(dialect.id()).is_some() || folder(dialect.id()).is_dir();
    all().iter().filter(has).copied()
}

/// The streams of a dialect. A stream of lines has no comments: there the first line is none of it.
fn cases_of(dialect: &dyn Dialect) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/streams").join(dialect.id());
    let lines = folder.join("text.ndjson").exists();
    let cases = cases(&format!("streams/{}", dialect.id()), if lines { "ndjson" } else { "sse" });
    let case = cases.into_iter().map(|(name, text)| {
        let (first, rest) = text.split_once('\n').unwrap();
        let about = first.trim_start_matches(": ").to_owned();
        let body = if lines { rest.to_owned() } else { text };
        Case { name, about, body }
    });
    case.collect()
}

#[test]
fn streams_are_read_and_said_again_in_every_dialect() {
    for dialect in with_cases() {
        for Case { name, about, body } in cases_of(dialect) {
            let seen = view(dialect, &exchange(200, content_type(dialect), vec![Bytes::from(body)]));
            let mut text = format!("{about}\n\n{}", told(&seen));
            for target in codecs() {
                write!(text, "\n--- {}\n{}", target.id(), said(*target, &seen)).unwrap();
            }
            golden(&format!("stream.{name}.{}", dialect.id()), &text);
        }
    }
}

fn told(seen: &View) -> String {
    let mut text = String::new();
    for (_, event) in &seen.events {
        writeln!(text, "{}", line(event)).unwrap();
    }
    write!(text, "ended: {}\nproblems: {}", seen.ended, listed(&seen.problems)).unwrap();
    text
}

fn line(event: &Event) -> String {
    match event {
        Event::Start { id, model } => {
            format!("start {} {}", id.as_deref().unwrap_or("-"), model.as_deref().unwrap_or("-"))
        }
        Event::PartStart { part, choice: 0, kind } => format!("part {part} {}", kind_name(kind)),
        Event::PartStart { part, choice, kind } => {
            format!("part {part} {} of choice {choice}", kind_name(kind))
        }
        Event::Delta { part, text } => format!("  {part} {text:?}"),
        Event::Signature { part, signature } => format!("  {part} signature {signature:?}"),
        Event::PartEnd { part } => format!("end of {part}"),
        Event::Usage(usage) => {
            let fields = [
                ("input", usage.input),
                ("output", usage.output),
                ("total", usage.total),
                ("cache_read", usage.cache_read),
                ("cache_write", usage.cache_write),
                ("reasoning", usage.reasoning),
            ];
            let told =
                fields.iter().filter_map(|(name, count)| count.map(|count| format!(" {name} {count}")));
            format!("usage{}", told.collect::<String>())
        }
        Event::Finish { choice, finish } => format!("finish {choice} {:?} `{}`", finish.reason, finish.raw),
        Event::End => "end".to_owned(),
        Event::Ping => "ping".to_owned(),
        Event::Error(error) => format!("error {:?} {:?} {:?}", error.message, error.kind, error.code),
        Event::Other(value) => format!("other {value}"),
    }
}

fn kind_name(kind: &PartKind) -> String {
    match kind {
        PartKind::Text => "text".to_owned(),
        PartKind::Reasoning => "reasoning".to_owned(),
        PartKind::RedactedReasoning(data) => format!("redacted reasoning {data:?}"),
        PartKind::ToolCall { id, name } => format!("call {id:?} {name:?}"),
        PartKind::Refusal => "refusal".to_owned(),
        PartKind::Other(value) => format!("other {value}"),
    }
}

/// The records that `target` writes for what was seen, without what every record repeats.
fn said(target: &dyn Codec, seen: &View) -> String {
    let mut encoder = target.stream_encoder();
    let bytes: Vec<u8> = seen.events.iter().flat_map(|(_, event)| encoder.event(event)).collect();
    let mut text = String::new();
    if target.stream_framings()[0] == StreamFraming::EventStream {
        for item in Witness::new(StreamFraming::EventStream).push(&bytes, Moment::ZERO) {
            let Item::Record(record) = item else { panic!("{item:?}") };
            writeln!(text, "{} {}", record.event, record.data).unwrap();
        }
        return text;
    }
    for line in String::from_utf8(bytes).unwrap().lines() {
        match line.strip_prefix("data: ").map(serde_json::from_str::<Value>) {
            Some(Ok(mut record)) => {
                if let Some(chunk) = record.as_object_mut().filter(|chunk| chunk.contains_key("choices")) {
                    chunk.retain(|key, _| key == "choices" || key == "usage");
                }
                if let Some(answer) = record.get_mut("response").and_then(Value::as_object_mut) {
                    let kept = ["id", "model", "status", "incomplete_details", "output", "usage", "error"];
                    answer.retain(|key, value| kept.contains(&key.as_str()) && !value.is_null());
                }
                writeln!(text, "{record}").unwrap();
            }
            _ if line.is_empty() || line.starts_with("event: ") => {}
            _ => writeln!(text, "{line}").unwrap(),
        }
    }
    text
}

#[test]
fn a_view_is_the_same_however_the_body_is_cut() {
    for dialect in with_cases() {
        for Case { name, body, .. } in cases_of(dialect) {
            let kind = content_type(dialect);
            let whole = view(dialect, &exchange(200, kind, vec![Bytes::from(body.clone())]));
            let bytes = body.bytes().map(|byte| Bytes::from(vec![byte])).collect();
            let cut = view(dialect, &exchange(200, kind, bytes));
            assert_eq!(cut.response, whole.response, "{name}");
            assert_eq!(cut.n_events, whole.n_events, "{name}");
            assert_eq!(cut.problems, whole.problems, "{name}");
        }
    }
}
