//! Small streams, each with one thing that goes right or wrong.

use std::fmt::Write as _;
use std::path::Path;

use bytes::Bytes;
use provoke::chat::{Event, PartKind};
use provoke::dialect::view::{View, view};
use provoke::dialect::{Codec, all, codec, codecs};
use provoke::moment::Moment;
use provoke::wire::{Item, StreamFraming, Witness};
use serde_json::Value;

use super::support::{cases, exchange, golden, listed};

#[test]
fn streams_are_read_and_said_again_in_every_dialect() {
    for dialect in all().iter().filter(|dialect| has_streams(dialect.id())) {
        for (name, body) in cases(&format!("streams/{}", dialect.id()), "sse") {
            let about = body.lines().next().unwrap().trim_start_matches(": ").to_owned();
            let seen = view(*dialect, &exchange(200, "text/event-stream", vec![Bytes::from(body)]));
            let mut text = format!("{about}\n\n{}", told(&seen));
            for target in codecs() {
                write!(text, "\n--- {}\n{}", target.id(), said(*target, &seen)).unwrap();
            }
            golden(&format!("stream.{name}.{}", dialect.id()), &text);
        }
    }
}

/// Whether a dialect has cases here; every one that is written does.
fn has_streams(id: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/streams").join(id);
    assert!(folder.is_dir() || codec(id).is_none(), "no streams of {id}");
    folder.is_dir()
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
    for dialect in codecs() {
        for (name, body) in cases(&format!("streams/{}", dialect.id()), "sse") {
            let whole = view(*dialect, &exchange(200, "", vec![Bytes::from(body.clone())]));
            let bytes = body.bytes().map(|byte| Bytes::from(vec![byte])).collect();
            let cut = view(*dialect, &exchange(200, "", bytes));
            assert_eq!(cut.response, whole.response, "{name}");
            assert_eq!(cut.n_events, whole.n_events, "{name}");
            assert_eq!(cut.problems, whole.problems, "{name}");
        }
    }
}
