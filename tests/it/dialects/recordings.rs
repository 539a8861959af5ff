//! Real recordings, compared with what an independent oracle read in them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;

use base64::Engine as _;
use bytes::Bytes;
use provoke::chat::{ErrorBody, Part, Response};
use provoke::dialect::view::{View, view};
use provoke::dialect::{self, Dialect};
use provoke::recording::HttpExchange;
use serde_json::{Value, json};

use super::amazon;
use super::support::{exchange, shared};

/// Rows whose oracle departs from the wire, by id and field; facts that the oracle's own `usage_raw`
/// tells and its `usage` leaves out; and fields that the oracle says in its notes not to read.
const EXCEPTIONS: &str = include_str!("../../cases/recordings/exceptions.json");

#[test]
fn real_recordings_read_as_the_oracle_reads_them() {
    let Some(room) = shared("real_recordings_read_as_the_oracle_reads_them") else { return };
    let exceptions: Value = serde_json::from_str(EXCEPTIONS).unwrap();
    let mut excused = Excused::new(&exceptions);
    let mut report = String::new();
    let (mut rows, mut differing) = (0, 0);
    for row in given(&room.join("data/recordings/normalized-given.jsonl.gz")) {
        let Some(dialect) = row["dialect"].as_str().and_then(dialect::by_id) else { continue };
        rows += 1;
        let wrong: Vec<_> = compare(dialect, &row)
            .into_iter()
            .filter(|(field, ours, theirs)| !excused.excuse(&row, field, ours, theirs))
            .collect();
        differing += usize::from(!wrong.is_empty());
        for (field, ours, theirs) in wrong {
            let id = row["id"].as_str().unwrap();
            writeln!(report, "{id}\n  {field}\n    ours   {}\n    theirs {}", clip(&ours), clip(&theirs))
                .unwrap();
        }
    }
    assert!(rows > 0, "no recording of our dialects was given");
    let idle = excused.idle();
    assert!(idle.is_empty(), "exceptions that no longer differ: {idle:#?}");
    assert!(report.is_empty(), "{differing} of {rows} recordings differ:\n{report}");
}

#[expect(clippy::disallowed_methods, reason = "the recordings are outside the repository")]
pub(super) fn given(path: &Path) -> impl Iterator<Item = Value> {
    let file = std::fs::File::open(path).unwrap();
    let lines = BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

type Difference = (String, Value, Value);

fn compare(dialect: &dyn Dialect, row: &Value) -> Vec<Difference> {
    let expected = &row["expected"];
    let seen = see(dialect, row);
    let mut all = vec![
        ("n_events", json!(seen.n_events), expected["n_events"].clone()),
        ("n_events_strict", json!(seen.n_events_strict), strict(expected)),
        ("text", json!(seen.response.text()), expected["text"].clone()),
        ("tool_calls", calls(&seen.response), oracle_calls(&expected["tool_calls"])),
        (
            "finish",
            json!(seen.response.finish.as_ref().map(|finish| &finish.raw)),
            number_as_text(&expected["finish"]),
        ),
        ("model", json!(seen.response.model), expected["model"].clone()),
        (
            "reasoning_chars",
            json!(seen.response.reasoning().chars().count()),
            expected["reasoning_chars"].clone(),
        ),
        ("error", error(seen.error.as_ref(), &expected["error"]), oracle_error(&expected["error"])),
        ("framing", json!(seen.framing.name()), framing(row)),
    ];
    if let Some(choices) = expected["choices"].as_array() {
        let more: Vec<String> = seen.response.more_choices.iter().map(|parts| text_of(parts)).collect();
        let theirs: Vec<&Value> = choices.iter().skip(1).map(|choice| &choice["text"]).collect();
        all.push(("choices", json!(more), json!(theirs)));
    }
    if let Some(blocks) = expected["blocks"].as_array().filter(|_| expected["error"].is_null()) {
        let theirs = blocks.iter().map(|block| block.as_str().unwrap().to_owned()).collect();
        let named = || seen.response.parts.iter().map(|part| block(dialect.id(), part)).collect();
        let (ours, theirs) = match dialect.id() {
            "gemini_interactions" => (steps(&seen.response), theirs),
            // A message may be several parts, and items end in another order than they begin.
            "openai_responses" => (told_once(named()), told_once(theirs)),
            "bedrock_converse" | "bedrock_invoke" => {
                let ours = amazon::blocks(&seen.response.parts, row["stream"] == true);
                let theirs = theirs.iter().map(|block: &String| amazon::word(block).to_owned()).collect();
                (ours.into_iter().map(Into::into).collect(), theirs)
            }
            _ => (named(), theirs),
        };
        all.push(("blocks", json!(ours), json!(theirs)));
    }
    let usage = seen.response.usage;
    let usage = [
        ("usage.input", usage.input),
        ("usage.output", usage.output),
        ("usage.total", usage.total),
        ("usage.cache_read", usage.cache_read),
        ("usage.cache_write", usage.cache_write),
        ("usage.reasoning", usage.reasoning),
    ];
    for (field, ours) in usage {
        all.push((field, json!(ours), expected["usage"][&field[6..]].clone()));
    }
    if amazon::is_unread(expected) {
        all.retain(|(field, ..)| ["n_events", "n_events_strict", "error", "framing"].contains(field));
    }
    let differing = all.into_iter().filter(|(_, ours, theirs)| ours != theirs);
    differing.map(|(field, ours, theirs)| (field.to_owned(), ours, theirs)).collect()
}

/// Plays a row as an exchange. Rows of payload lines have lost their framing, which is put back.
pub(super) fn see(dialect: &dyn Dialect, row: &Value) -> View {
    let body = base64::engine::general_purpose::STANDARD.decode(row["body_b64"].as_str().unwrap()).unwrap();
    if row["framing"] == "payload-lines" {
        let text = String::from_utf8(body).unwrap();
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let framed: String = lines.map(|line| format!("data: {line}\n\n")).collect();
        return view(dialect, &played(row, vec![Bytes::from(framed)]));
    }
    let whole = Bytes::from(body);
    let seen = view(dialect, &played(row, vec![whole.clone()]));
    if let Some(sizes) = row["chunk_sizes"].as_array() {
        let mut rest = whole;
        let cut = sizes.iter().map(|size| {
            let size = usize::try_from(size.as_u64().unwrap()).unwrap();
            rest.split_to(size.min(rest.len()))
        });
        let cut = cut.collect();
        assert_eq!(view(dialect, &played(row, cut)).response, seen.response, "cut as it came");
    }
    seen
}

fn played(row: &Value, pieces: Vec<Bytes>) -> HttpExchange {
    let status = row["status"].as_u64().map_or(200, |status| u16::try_from(status).unwrap());
    exchange(status, row["content_type"].as_str().unwrap_or_default(), pieces)
}

fn strict(expected: &Value) -> Value {
    expected.get("n_events_strict").unwrap_or_else(|| &expected["n_events"]).clone()
}

fn text_of(parts: &[Part]) -> String {
    Response { parts: parts.to_vec(), ..Response::default() }.text()
}

/// Tool calls in order, those that the provider runs itself included, as the oracle counts them.
fn calls(response: &Response) -> Value {
    let calls = response.parts.iter().filter_map(|part| match part {
        Part::ToolCall { name, arguments, .. } => {
            Some(json!({ "name": name, "arguments": parsed(arguments) }))
        }
        Part::Other(block) if block["type"] == "server_tool_use" || block["type"] == "mcp_tool_use" => {
            Some(json!({ "name": block["name"], "arguments": block["input"] }))
        }
        Part::Other(item) if item["type"] == "custom_tool_call" => {
            Some(json!({ "name": item["name"], "arguments": { "__custom__": item["input"] } }))
        }
        Part::Other(block) if block["toolUse"]["type"] == "server_tool_use" => {
            Some(json!({ "name": block["toolUse"]["name"], "arguments": block["toolUse"]["input"] }))
        }
        _ => None,
    });
    calls.collect()
}

fn parsed(arguments: &str) -> Value {
    if arguments.is_empty() {
        return json!({});
    }
    serde_json::from_str(arguments).unwrap_or_else(|_| json!({ "__unparsed__": arguments }))
}

fn oracle_calls(calls: &Value) -> Value {
    let calls = calls.as_array().unwrap().iter();
    calls.map(|call| json!({ "name": call["name"], "arguments": call["arguments"] })).collect()
}

/// The oracle's word for a part: the type of a block, or of the item that it belongs to.
fn block(dialect: &str, part: &Part) -> String {
    let items = dialect == "openai_responses";
    match part {
        Part::Text(_) | Part::Refusal(_) if items => "message",
        Part::Other(value) if items && value.get("type").is_none() => "message",
        Part::Reasoning { .. } | Part::RedactedReasoning(_) if items => "reasoning",
        Part::ToolCall { .. } if items => "function_call",
        Part::Text(_) => "text",
        Part::Reasoning { .. } => "thinking",
        Part::RedactedReasoning(_) => "redacted_thinking",
        Part::ToolCall { .. } => "tool_use",
        Part::Other(block) => block["type"].as_str().unwrap_or("?"),
        Part::Image(_) | Part::ToolResult { .. } | Part::Refusal(_) => "?",
    }
    .to_owned()
}

/// The steps of an interaction; several contents of what the model says are one of them.
fn steps(response: &Response) -> Vec<String> {
    let name = |part: &Part| match part {
        Part::Text(_) | Part::Image(_) => "model_output".to_owned(),
        Part::Reasoning { .. } => "thought".to_owned(),
        Part::ToolCall { .. } => "function_call".to_owned(),
        other => block("gemini_interactions", other),
    };
    let mut steps: Vec<String> = response.parts.iter().map(name).collect();
    steps.dedup_by(|a, b| a == b && a == "model_output");
    steps
}

/// The items by their types; messages and reasoning are told once, however many parts they are.
fn told_once(mut blocks: Vec<String>) -> Vec<String> {
    blocks.sort();
    blocks.dedup_by(|next, block| next == block && matches!(block.as_str(), "message" | "reasoning"));
    blocks
}

fn error(error: Option<&ErrorBody>, theirs: &Value) -> Value {
    error.map_or(Value::Null, |error| match theirs {
        Value::String(_) => json!(error.message),
        // An error told twice may be told with a type once; the oracle keeps the other.
        Value::Object(told)
            if told.contains_key("code") && !["type", "status"].iter().any(|key| told.contains_key(*key)) =>
        {
            json!({ "message": error.message, "type": null, "code": error.code })
        }
        _ => json!({ "message": error.message, "type": error.kind, "code": error.code }),
    })
}

fn number_as_text(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        other => other.clone(),
    }
}

/// The oracle keeps an error as it stood; a text alone says nothing of type and code.
fn oracle_error(error: &Value) -> Value {
    match error {
        Value::Object(_) => {
            let message = error.get("message").or_else(|| error.get("detail"));
            let kind = error.get("type").or_else(|| error.get("status"));
            json!({ "message": message, "type": kind, "code": number_as_text(&error["code"]) })
        }
        other => other.clone(),
    }
}

/// The oracle's word for the framing; it says `json` of a missing body, and `opaque` of text.
fn framing(row: &Value) -> Value {
    match row["framing"].as_str() {
        Some("payload-lines") => "sse".into(),
        Some("opaque") => "text".into(),
        Some("json") if row["body_b64"] == "" => "empty".into(),
        Some("aws-eventstream") if amazon::is_saved_as_text(row) => "text".into(),
        _ => row["framing"].clone(),
    }
}

/// The checked-in exceptions, and which of them were needed.
struct Excused<'a> {
    rows: BTreeMap<(String, String), bool>,
    unread: Vec<(&'a Value, bool)>,
    noted: Vec<(&'a Value, bool)>,
}

impl<'a> Excused<'a> {
    fn new(exceptions: &'a Value) -> Self {
        let text = |value: &'a Value| value.as_str().unwrap();
        let rows = exceptions["rows"].as_array().unwrap().iter();
        let rows = rows.inspect(|row| assert!(!text(&row["reason"]).is_empty()));
        Self {
            rows: rows
                .map(|row| ((text(&row["id"]).to_owned(), text(&row["field"]).to_owned()), false))
                .collect(),
            unread: exceptions["unread"].as_array().unwrap().iter().map(|rule| (rule, false)).collect(),
            noted: exceptions["noted"].as_array().unwrap().iter().map(|rule| (rule, false)).collect(),
        }
    }

    fn excuse(&mut self, row: &Value, field: &str, ours: &Value, theirs: &Value) -> bool {
        let key = (row["id"].as_str().unwrap().to_owned(), field.to_owned());
        if let Some(used) = self.rows.get_mut(&key) {
            *used = true;
            return true;
        }
        let rule = self.unread.iter_mut().find(|(rule, _)| {
            let raw = row["expected"]["usage_raw"].pointer(rule["path"].as_str().unwrap());
            rule["dialect"] == row["dialect"]
                && rule["field"] == field
                && theirs.is_null()
                && raw == Some(ours)
        });
        if let Some((_, used)) = rule {
            *used = true;
            return true;
        }
        let notes = row["expected"]["notes"].as_array().map_or(&[][..], Vec::as_slice);
        let rule = self.noted.iter_mut().find(|(rule, _)| {
            let said = |note: &Value| note.as_str().unwrap().starts_with(rule["note"].as_str().unwrap());
            rule["dialect"].as_str().is_none_or(|id| row["dialect"] == id)
                && rule["field"] == field
                && notes.iter().any(said)
        });
        rule.map(|(_, used)| *used = true).is_some()
    }

    fn idle(&self) -> Vec<String> {
        let rows =
            self.rows.iter().filter(|(_, used)| !**used).map(|((id, field), _)| format!("{id} {field}"));
        let rules = self.unread.iter().chain(&self.noted);
        let rules = rules.filter(|(_, used)| !used).map(|(rule, _)| rule.to_string());
        rows.chain(rules).collect()
    }
}

fn clip(value: &Value) -> String {
    value.to_string().chars().take(300).collect()
}
