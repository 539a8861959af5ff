//! Every fault through the router alone: what the wire shows, what the router says, what the caller gets.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use provoke::chat::{Part, Request, ResponseFormat, Tool};
use provoke::diagnosis::{self, Scene, causes, observed_of};
use provoke::dialect::{self, view};
use provoke::fault::{self, Dose, Spec};
use provoke::mock::{Library, Upstream, UpstreamTarget};
use provoke::recording::{Policy as TapPolicy, Recording, Redactor, Tap};
use provoke::routing::{Candidate, Outcome, Policy, Session};
use provoke::seed::Seed;
use provoke::simulation::simulate;
use provoke::verdict::{Finding, State};
use serde_json::Value;

use crate::healthy::{self, DIALECTS, MODEL};

/// What one turn with one candidate, spoilt by one fault, came to.
struct Seen {
    recording: Recording,
    outcome: Outcome,
    findings: Vec<Finding>,
}

/// The mocks, with a text and a tool call of each dialect that answer both ways.
fn mock(dialect: &str, fault: &str) -> &'static str {
    let calls = healthy::NEEDS_TOOL_CALL.contains(&fault) || healthy::NEEDS_TWO_CALLS.contains(&fault);
    match (dialect, calls) {
        ("openai_chat", _) if fault == "json-schema-ignored" => "openai_chat/openai/json",
        (_, _) if fault == "json-schema-ignored" => "anthropic_messages/anthropic/json",
        ("openai_chat", false) => "openai_chat/openai/text",
        ("openai_chat", true) => "openai_chat/openai/tool-call",
        (_, false) => "anthropic_messages/anthropic/text",
        (_, true) => "anthropic_messages/anthropic/tool-call",
    }
}

/// Makes the request one that provokes the fault where the router by itself would not.
fn provoke_more(request: &mut Request, fault: &str) {
    match fault {
        "json-schema-ignored" => {
            let schema = serde_json::json!({"type": "object", "required": ["city"]});
            request.response_format =
                Some(ResponseFormat::JsonSchema { name: "place".to_owned(), schema, strict: Some(true) });
        }
        // A caller's own field in the target's dialect is passed on as it is.
        "max-tokens-refused" => request.extra.push(("max_tokens".to_owned(), 64.into())),
        "max-tokens-required" => request.extra.push(("max_tokens".to_owned(), Value::Null)),
        _ => {}
    }
}

/// `None` when the fault makes no sense in the dialect.
fn turn(spec: Spec, dialect_id: &str) -> Option<Seen> {
    let library = Library::builtin().unwrap();
    let name = spec.fault.name();
    let dialect = dialect::codec(dialect_id).unwrap();
    let base_url = format!("http://lab.invalid{}", dialect.base_path());
    // This one knows its model by name; the others spoil whichever is asked for.
    let named = spec.args.0.get("model").and_then(Value::as_str).filter(|_| name == "model-not-found");
    let model = named.unwrap_or(MODEL).to_owned();
    let target = UpstreamTarget {
        provider: "lab".to_owned(),
        model: model.clone(),
        dialect,
        base_url: base_url.clone(),
        case: Arc::new((*library.find(mock(dialect_id, name)).unwrap()).clone()),
        faults: vec![spec],
    };
    let sent: Bytes = healthy::provocative(dialect_id).body;
    let mut request = dialect.decode_request(&sent).value;
    request.stream = name != "stream-for-json";
    if name == "silent-truncate" {
        request.system.push("Keep to what the house rules say. ".repeat(100));
    }
    provoke_more(&mut request, name);
    // What the healthy answers call must be on offer.
    let weather = serde_json::json!({"type": "object"});
    request.tools.push(Tool {
        name: "get_weather".to_owned(),
        description: None,
        parameters: weather,
        strict: None,
    });
    if provoke::mock::rehearse(&target, request.stream).is_err() {
        return None;
    }
    let candidate = Candidate {
        provider: "lab".to_owned(),
        model,
        dialect,
        base_url,
        key: Some("sk-test-key".to_owned()),
        bearer_too: false,
        headers: Vec::new(),
    };
    let tap = Tap::new(TapPolicy::Full, Redactor::new(["sk-test-key".to_owned()]));
    let mut session = Session::new(vec![candidate], request, Policy::default(), Seed(1), dialect, tap);
    simulate(&mut session, &mut Upstream::new(vec![target], Seed(1)), &[0]);
    let (recording, outcome) = session.finish();
    let mut findings = Vec::new();
    for exchange in recording.upstream() {
        let view = view(dialect, exchange);
        findings.extend(diagnosis::examine(&Scene { exchange, view: &view, dialect }));
    }
    Some(Seen { recording, outcome, findings })
}

fn example(fault: &dyn fault::Fault) -> Spec {
    let value: Value = serde_saphyr::from_str(fault.example()).unwrap();
    Spec { dose: Dose::ALWAYS, ..Spec::read(&value).unwrap() }
}

fn row(name: &str, benign: bool, seen: &Seen, dialect: &str) -> String {
    let observed = observed_of(&seen.findings);
    let cause = observed.cause.as_deref().unwrap_or("-");
    let all: BTreeSet<&str> = seen.findings.iter().map(|finding| finding.cause.as_str()).collect();
    let also: Vec<&str> = all.into_iter().filter(|other| *other != cause).collect();
    let last = seen.outcome.failures.last();
    let class = last.map_or("-", |(_, _, failure)| failure.class.name());
    let dialect = dialect::codec(dialect).unwrap();
    let caller = seen.recording.caller().unwrap();
    let head = caller.head().map_or_else(|| "nothing".to_owned(), |head| head.status.to_string());
    let view = view(dialect, caller);
    let got = match (seen.outcome.answered, &view.error) {
        (Some(_), None) => format!("{head} answer"),
        (Some(_), Some(_)) => format!("{head} ANSWER AND ERROR"),
        (None, Some(_)) if seen.outcome.committed => format!("{head} error after content"),
        (None, Some(_)) => format!("{head} error"),
        (None, None) => format!("{head} NO ERROR"),
    };
    let mark = if benign { "benign" } else { "" };
    let tries = seen.recording.upstream().count();
    let mut line =
        format!("{name:<26}{mark:<8}{:<13}{cause:<34}{class:<21}{tries} {got}", observed.state.name());
    if !also.is_empty() {
        write!(line, "  (also {})", also.join(", ")).unwrap();
    }
    if let Some((_, _, failure)) = last {
        write!(line, "\n{:26}| {}", "", failure.message).unwrap();
    }
    line
}

#[test]
fn every_fault_is_named_by_its_true_cause() {
    for dialect in DIALECTS {
        let mut table = String::new();
        for fault in fault::all() {
            let Some(seen) = turn(example(*fault), dialect) else { continue };
            writeln!(table, "{}", row(fault.name(), fault.benign(), &seen, dialect)).unwrap();
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("diagnosis.table.{dialect}"), table));
    }
}

/// What the router may call what the wire shows as this cause.
fn classes(cause: &str) -> &'static [&'static str] {
    match cause {
        "net.unreachable" => &["refused", "connect-timeout"],
        "net.no-response" => &["headers-timeout"],
        "net.not-http" => &["not-http"],
        "stream.connection-reset" => &["dropped", "cut"],
        "stream.truncated-no-terminal" => &["truncated", "cut"],
        "stream.empty-body" => &["empty-stream"],
        "stream.first-token-stall" => &["first-event-timeout"],
        "stream.midstream-stall" => &["inter-event-timeout"],
        "stream.malformed-record" => &["malformed", "not-an-api"],
        "stream.broken-framing" | "stream.content-encoding" | "stream.record-too-large" => &["malformed"],
        "route.html-instead-of-api" => &["not-an-api"],
        "route.missing-v1" => &["path-not-found"],
        "route.redirected" => &["redirected"],
        "cdn.origin-error" | "provider.server-error" => &["server-error"],
        "provider.overloaded" => &["overloaded"],
        "policy.content-filtered" => &["content-filter"],
        "auth.key-invalid" => &["auth"],
        "auth.forbidden" => &["forbidden"],
        "quota.exhausted" => &["billing"],
        "quota.rate-limited" => &["rate-limit"],
        "limit.context-overflow" => &["context-overflow"],
        "model.alias-mismatch" | "model.retired" => &["model-not-found"],
        "empty.model-stop" | "empty.thinking-budget" | "error.masked-upstream" => &["empty-answer"],
        "provider.request-rejected"
        | "schema.tool-keyword-unsupported"
        | "tool.capability-absent"
        | "history.empty-part"
        | "history.reasoning-replay-required"
        | "history.thinking-signature"
        | "history.tool-call-id-format"
        | "param.max-tokens-too-large"
        | "param.renamed"
        | "param.unknown-field" => &["rejected"],
        _ => &[],
    }
}

#[test]
fn the_router_and_the_wire_never_contradict_each_other() {
    for dialect in DIALECTS {
        for fault in fault::all() {
            let Some(seen) = turn(example(*fault), dialect) else { continue };
            let causes: BTreeSet<&str> = seen.findings.iter().map(|finding| finding.cause.as_str()).collect();
            let name = fault.name();
            assert!(seen.outcome.answered.is_some() || !seen.outcome.failures.is_empty(), "{name}: no end");
            for (_, _, failure) in &seen.outcome.failures {
                let class = failure.class.name();
                let shown = causes.iter().any(|cause| classes(cause).contains(&class));
                assert!(shown, "{name} in {dialect}: the router says {class}, the wire shows {causes:?}");
                let text = String::from_utf8_lossy(&failure.excerpt);
                assert!(!failure.message.contains("sk-test-key") && !text.contains("sk-test-key"), "{name}");
            }
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the rules are read as text")]
fn every_cause_is_in_the_catalogue_and_every_entry_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnosis");
    let mut sources = std::fs::read_to_string(root.join("turn.rs")).unwrap();
    for file in std::fs::read_dir(root.join("rules")).unwrap() {
        sources.push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    let pattern = regex::Regex::new(r#""([a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)+|net\.unreachable|auth\.forbidden|quota\.exhausted|provider\.overloaded|route\.redirected|param\.renamed|model\.retired|usage\.implausible)""#).unwrap();
    let named: BTreeSet<&str> =
        pattern.captures_iter(&sources).map(|found| found.get(1).unwrap().as_str()).collect();
    let listed: BTreeSet<&str> = causes::all().into_iter().map(|cause| cause.id).collect();
    assert_eq!(named, listed);
    assert!(causes::all().is_sorted_by_key(|cause| cause.id));
}

#[test]
fn every_other_fault_shows_what_its_card_says() {
    for dialect in DIALECTS {
        for fault in fault::all().iter().filter(|fault| !fault.benign()) {
            let Some(seen) = turn(example(*fault), dialect) else { continue };
            let cause = observed_of(&seen.findings).cause.unwrap_or_default();
            let shows = fault.shows();
            assert!(shows.contains(&cause.as_str()), "{} in {dialect}: {cause}, not {shows:?}", fault.name());
        }
    }
}

/// What a caller gets of a healthy answer and of the same one spoilt, with the caller's own reader.
fn got(name: &str, dialect_id: &str) -> Option<provoke::chat::Response> {
    let seen = turn(example(*fault::all().iter().find(|fault| fault.name() == name)?), dialect_id)?;
    Some(view(dialect::codec(dialect_id).unwrap(), seen.recording.caller().unwrap()).response)
}

#[test]
fn a_caller_gets_the_same_calls_text_and_counts_through_oddities() {
    for dialect in DIALECTS {
        let calls = got("index-missing", dialect).or_else(|| got("stop-with-tools", dialect)).unwrap();
        for name in ["index-all-zero", "index-drifts", "id-repeated", "two-calls-one-delta", "late-name"] {
            let Some(odd) = got(name, dialect) else { continue };
            assert_eq!(odd.tool_calls(), calls.tool_calls(), "{name} in {dialect}");
            assert_eq!(odd.usage, calls.usage, "{name} in {dialect}");
        }
        let plain = got("none", dialect).unwrap();
        for name in [
            "replayed-text",
            "tools-without-calls",
            "usage-repeated",
            "usage-cumulative",
            "usage-only-in-delta",
            "first-chunk-no-choices",
            "choice-no-delta",
            "signature-only-block",
            "redacted-shape",
            "no-last-chunk",
        ] {
            let Some(odd) = got(name, dialect) else { continue };
            assert_eq!(odd.text(), plain.text(), "{name} in {dialect}");
            assert_eq!(odd.usage, plain.usage, "{name} in {dialect}");
            assert_eq!(
                odd.finish.map(|finish| finish.reason),
                plain.finish.clone().map(|finish| finish.reason),
                "{name} in {dialect}"
            );
        }
    }
    let [first, second] = &got("id-dup", "anthropic_messages").unwrap().tool_calls()[..] else { panic!() };
    assert_ne!(first.id, second.id);
    let empty = got("empty-tool-delta", "anthropic_messages").unwrap().tool_calls();
    assert!(empty.len() == 2 && empty.iter().all(|call| call.arguments == "{}"), "{empty:?}");
    let moved = got("cache-moves", "anthropic_messages").unwrap().usage;
    let plain = got("none", "anthropic_messages").unwrap().usage;
    assert_eq!(moved.input.unwrap() + moved.cache_read.unwrap(), plain.input.unwrap());
    let signed = got("signature-only-block", "anthropic_messages").unwrap();
    assert!(matches!(&signed.parts[0], Part::Reasoning { signature: Some(_), .. }), "{:?}", signed.parts);
    let odd = got("odd-stop-reason", "anthropic_messages").unwrap();
    assert_eq!(odd.finish.unwrap().raw, "refusal");
    assert_eq!(
        got("usage-refused", "openai_chat").unwrap().text(),
        got("none", "openai_chat").unwrap().text()
    );
}

#[test]
fn what_is_benign_is_healthy_and_answered() {
    for dialect in DIALECTS {
        for fault in fault::all().iter().filter(|fault| fault.benign()) {
            let Some(seen) = turn(example(*fault), dialect) else { continue };
            assert_eq!(seen.outcome.answered, Some(0), "{} in {dialect}", fault.name());
            // One that keeps the connection open is told, since it costs whoever waits.
            let told = fault.name() == "held-open";
            let state = observed_of(&seen.findings).state;
            assert_eq!(state == State::Healthy, !told, "{} in {dialect}: {:?}", fault.name(), seen.findings);
        }
    }
}
