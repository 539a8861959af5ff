//! Real recordings, said again: by their own dialect nothing is lost, by another one nothing that it has
//! words for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use provoke::chat::{Event, Finish, FinishReason, Fold, Part, Response, Usage, unfold};
use provoke::dialect::view::{View, view};
use provoke::dialect::{Codec, codec, codecs};
use serde_json::{Value, json};

use super::recordings::{given, see};
use super::support::{exchange, shared};

/// What a dialect cannot say again, by dialect, way and field, each with its reason.
const LOSSES: &str = include_str!("../../cases/recordings/losses.json");

/// A difference that was found: where, in which field, what was and what came.
type Difference = (String, String, String, String);

/// Walks over the given rows that are a readable answer.
fn answers(test: &str, mut look: impl FnMut(&str, &'static dyn Codec, &View, &Value)) {
    let Some(room) = shared(test) else { return };
    let mut seen = 0;
    for row in given(&room.join("data/recordings/normalized-given.jsonl.gz")) {
        let Some(dialect) = row["dialect"].as_str().and_then(codec) else { continue };
        let view = see(dialect, &row);
        let response = &view.response;
        if response.error.is_some() || view.error.is_some() {
            continue;
        }
        if response.parts.is_empty() && response.finish.is_none() {
            continue;
        }
        seen += 1;
        look(row["id"].as_str().unwrap(), dialect, &view, &row);
    }
    assert!(seen > 0, "no answer of our codecs was given");
}

/// Plays what `dialect` writes back to itself.
fn whole_again(dialect: &dyn Codec, response: &Response) -> Response {
    let written = dialect.encode_response(response).to_string();
    dialect.decode_response(written.as_bytes()).value
}

fn stream_again(dialect: &dyn Codec, events: &[Event]) -> View {
    let mut encoder = dialect.stream_encoder();
    let bytes: Vec<u8> = events.iter().flat_map(|event| encoder.event(event)).collect();
    let content_type = dialect.stream_framings()[0].content_type();
    view(dialect, &exchange(200, content_type, vec![Bytes::from(bytes)]))
}

/// Neighbouring texts as one: a stream does not say where one of them ends.
fn joined(parts: &[Part]) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    for part in parts {
        match (out.last_mut(), part) {
            (Some(Part::Text(text)), Part::Text(more)) => text.push_str(more),
            (
                Some(Part::Reasoning { text, signature: signature @ None }),
                Part::Reasoning { text: more, signature: next },
            ) if !more.is_empty() => {
                text.push_str(more);
                signature.clone_from(next);
            }
            (_, Part::Text(said)) if said.is_empty() => {}
            _ => out.push(part.clone()),
        }
    }
    out
}

/// A call's arguments are compared as JSON: not every dialect keeps their spelling.
fn fields(response: &Response) -> Vec<(&'static str, Value)> {
    let parts = |parts: &[Part]| -> Value {
        let spelt = joined(parts).into_iter().map(|part| match part {
            Part::ToolCall { id, name, arguments } => {
                // An id that was made up is made up again.
                let id = if id.starts_with("call_noid_") { "made up" } else { &id };
                json!({ "call": id, "name": name, "arguments": parsed(&arguments) })
            }
            other => json!(format!("{other:?}")),
        });
        spelt.collect()
    };
    vec![
        ("id", json!(response.id)),
        ("model", json!(response.model)),
        ("parts", parts(&response.parts)),
        ("choices", response.more_choices.iter().map(|choice| parts(choice)).collect()),
        ("finish", json!(response.finish.as_ref().map(|finish| format!("{finish:?}")))),
        ("usage", json!(usage_of(&response.usage))),
    ]
}

fn parsed(arguments: &str) -> Value {
    if arguments.trim().is_empty() {
        return json!({});
    }
    serde_json::from_str(arguments).unwrap_or_else(|_| json!({ "_unparsed": arguments }))
}

/// No count and a count of nothing are one.
fn usage_of(usage: &Usage) -> Vec<u64> {
    let counts =
        [usage.input, usage.output, usage.total, usage.cache_read, usage.cache_write, usage.reasoning];
    counts.into_iter().map(Option::unwrap_or_default).collect()
}

fn differing(
    first: Vec<(&'static str, Value)>,
    again: Vec<(&'static str, Value)>,
) -> impl Iterator<Item = (&'static str, Value, Value)> {
    first.into_iter().zip(again).filter(|(a, b)| a.1 != b.1).map(|(a, b)| (a.0, a.1, b.1))
}

#[test]
fn an_answer_said_again_by_its_own_dialect_is_the_same() {
    let mut losses = Losses::new("same");
    answers("an_answer_said_again_by_its_own_dialect_is_the_same", |id, dialect, seen, row| {
        let first = &seen.response;
        let again = whole_again(dialect, first);
        for (field, ours, theirs) in differing(fields(first), fields(&again)) {
            losses.found(id, [dialect.id(), "whole", field], &ours, &theirs);
        }
        if row["stream"] != true || seen.events.is_empty() {
            return;
        }
        let mut events: Vec<Event> = seen.events.iter().map(|(_, event)| event.clone()).collect();
        // Some providers never send the terminal event; the router ends their streams after the finish.
        let ends = first.finish.is_some();
        if ends && !seen.ended {
            events.push(Event::End);
        }
        let again = stream_again(dialect, &events);
        for (field, ours, theirs) in differing(fields(first), fields(&again.response)) {
            losses.found(id, [dialect.id(), "stream", field], &ours, &theirs);
        }
        assert!(again.ended || !ends, "{id}");
    });
    losses.judge();
}

/// What every dialect has words for.
fn common(response: &Response) -> Vec<(&'static str, Value)> {
    let text: String = response
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Text(said) | Part::Refusal(said) => Some(said.as_str()),
            _ => None,
        })
        .collect();
    let calls = response.tool_calls();
    let named: Value =
        calls.iter().map(|call| json!({ "name": call.name, "arguments": parsed(&call.arguments) })).collect();
    let usage = response.usage;
    vec![
        ("text", json!(text)),
        ("calls", named),
        ("finish", json!(response.finish.as_ref().map(|finish| class(finish, !calls.is_empty())))),
        ("usage", json!([usage.input.unwrap_or_default(), usage.output.unwrap_or_default()])),
    ]
}

/// The class of a finish. Some providers end a turn with calls by a plain stop, and not every dialect
/// tells a refusal from a filter.
fn class(finish: &Finish, calls: bool) -> &'static str {
    match finish.reason {
        FinishReason::Stop if calls => "calls",
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "calls",
        FinishReason::ContentFilter | FinishReason::Refusal => "filtered",
        FinishReason::Pause => "pause",
        FinishReason::Error => "error",
        FinishReason::Other => "other",
    }
}

#[test]
fn an_answer_said_by_another_dialect_keeps_what_both_can_say() {
    let mut losses = Losses::new("other");
    answers("an_answer_said_by_another_dialect_keeps_what_both_can_say", |id, source, seen, _| {
        let first = &seen.response;
        let alone = Response { more_choices: Vec::new(), ..first.clone() };
        for target in codecs().iter().filter(|target| target.id() != source.id()) {
            let whole = whole_again(*target, &alone);
            for (field, ours, theirs) in differing(common(&alone), common(&whole)) {
                losses.found(id, [target.id(), "whole", field], &ours, &theirs);
            }
            let stream = stream_again(*target, &unfold(&alone));
            assert!(stream.ended || alone.finish.is_none(), "{id} as {}", target.id());
            for (field, ours, theirs) in differing(common(&alone), common(&stream.response)) {
                losses.found(id, [target.id(), "stream", field], &ours, &theirs);
            }
        }
    });
    losses.judge();
}

#[test]
fn what_is_unfolded_folds_back() {
    answers("what_is_unfolded_folds_back", |id, _, seen, _| {
        let first = Response { more_choices: Vec::new(), ..seen.response.clone() };
        let mut fold = Fold::new();
        unfold(&first).iter().for_each(|event| fold.push(event));
        assert_eq!(fold.response().parts, first.parts, "{id}");
    });
}

/// The known losses, which of them were met, and what else was lost.
struct Losses {
    known: Vec<(Value, bool)>,
    found: BTreeMap<[String; 3], Vec<Difference>>,
}

impl Losses {
    fn new(kind: &str) -> Self {
        let all: Value = serde_json::from_str(LOSSES).unwrap();
        let known = all[kind].as_array().unwrap().iter();
        let known = known.inspect(|loss| assert!(!loss["reason"].as_str().unwrap().is_empty()));
        Self { known: known.map(|loss| (loss.clone(), false)).collect(), found: BTreeMap::new() }
    }

    /// A loss that is known for its dialect, way and field, and for what came in place of what was.
    fn found(&mut self, id: &str, place: [&str; 3], ours: &Value, theirs: &Value) {
        let [dialect, way, field] = place;
        let (ours, theirs) = (ours.to_string(), theirs.to_string());
        let fits = |loss: &Value| {
            let is = |key: &str, found: &str| loss.get(key).is_none_or(|wanted| wanted == found);
            let has = |key: &str, found: &str| {
                loss.get(key).is_none_or(|wanted| found.contains(wanted.as_str().unwrap()))
            };
            is("dialect", dialect)
                && is("way", way)
                && is("field", field)
                && is("id", id)
                && has("was", &ours)
                && has("came", &theirs)
        };
        if let Some((_, met)) = self.known.iter_mut().find(|(loss, _)| fits(loss)) {
            *met = true;
            return;
        }
        let place = place.map(str::to_owned);
        self.found.entry(place).or_default().push((id.to_owned(), field.to_owned(), ours, theirs));
    }

    fn judge(self) {
        let mut report = String::new();
        for ([dialect, way, field], rows) in &self.found {
            writeln!(report, "{dialect} {way} {field}: {} rows", rows.len()).unwrap();
            for (id, _, ours, theirs) in rows.iter().take(5) {
                writeln!(report, "  {id}\n    was  {}\n    came {}", clip(ours), clip(theirs)).unwrap();
            }
        }
        assert!(report.is_empty(), "lost:\n{report}");
        let idle: Vec<&Value> = self.known.iter().filter(|(_, met)| !met).map(|(loss, _)| loss).collect();
        // Without the recordings nothing is met.
        if self.known.iter().any(|(_, met)| *met) {
            assert!(idle.is_empty(), "losses that are none any more: {idle:#?}");
        }
    }
}

fn clip(text: &str) -> String {
    text.chars().take(400).collect()
}
