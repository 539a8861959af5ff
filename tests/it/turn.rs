//! The machine of a turn as a value: scripts in, transcripts out; and what holds whatever comes.
//!
//! A script is `tests/cases/turn/NAME.case`: `candidates N`, `policy key=value …`, then one line
//! `MILLIS INPUT …` each: `begin`, `due`, `left`, or `ATTEMPT EVENT`. Backslash escapes stand in bodies.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use provoke::chat::{Event, Message, Request, Role};
use provoke::dialect;
use provoke::fault::wire::render;
use provoke::moment::Moment;
use provoke::recording::{Head, Stage, TransportEvent};
use provoke::routing::{Candidate, Input, Outcome, Output, Policy, Turn};
use provoke::seed::Seed;
use provoke::simulation::transport_events;

use crate::healthy::{self, DIALECTS};

fn candidates(count: usize, dialect: &str) -> Vec<Candidate> {
    let one = |number| Candidate {
        provider: format!("p{number}"),
        model: format!("m{number}"),
        dialect: dialect::codec(dialect).unwrap(),
        base_url: "http://p.invalid/v1".to_owned(),
        key: Some("sk-secret-key".to_owned()),
        bearer_too: false,
        headers: Vec::new(),
    };
    (0..count).map(one).collect()
}

fn request() -> Request {
    Request { messages: vec![Message::text(Role::User, "Hi")], stream: true, ..Request::default() }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match (byte, byte == b'\\') {
            (_, true) => match bytes.next() {
                Some(b'n') => out.push(b'\n'),
                Some(b'r') => out.push(b'\r'),
                Some(b'x') => {
                    let hex: String = bytes.by_ref().take(2).map(char::from).collect();
                    out.push(u8::from_str_radix(&hex, 16).unwrap());
                }
                Some(other) => out.push(other),
                None => panic!("a script ends in a backslash"),
            },
            _ => out.push(byte),
        }
    }
    out
}

/// Records in short: what the provider of a script says.
fn said(word: &str, rest: &str) -> Vec<u8> {
    let chunk = |delta: &str, finish: &str| {
        format!(
            r#"data: {{"id":"c1","model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
        ) + "\n\n"
    };
    match word {
        "start" => chunk(r#"{"role":"assistant","content":""}"#, "null").into_bytes(),
        "text" => chunk(&format!("{{\"content\":{}}}", serde_json::Value::from(rest)), "null").into_bytes(),
        "think" => chunk(&format!("{{\"reasoning_content\":{}}}", serde_json::Value::from(rest)), "null")
            .into_bytes(),
        "finish" => chunk("{}", &format!("\"{rest}\"")).into_bytes(),
        "done" => b"data: [DONE]\n\n".to_vec(),
        "comment" => b": alive\n\n".to_vec(),
        "raw" => unescape(rest),
        "fill" => vec![b'x'; rest.parse().unwrap()],
        _ => panic!("no such event: {word}"),
    }
}

fn event(word: &str, rest: &str) -> TransportEvent {
    match word {
        "connected" => TransportEvent::Connected,
        "refused" => TransportEvent::Refused,
        "reset" => TransportEvent::Reset,
        "goaway" => TransportEvent::GoAway,
        "malformed" => TransportEvent::Malformed(rest.to_owned()),
        "eof" => TransportEvent::Eof { complete: rest != "cut" },
        "head" => {
            let (status, fields) = rest.split_once(' ').unwrap_or((rest, ""));
            let headers = fields.split("; ").filter_map(|field| field.split_once(": "));
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
            TransportEvent::Head(Head { status: status.parse().unwrap(), headers: headers.collect() })
        }
        _ => TransportEvent::Bytes(Bytes::from(said(word, rest))),
    }
}

fn show(output: &Output) -> String {
    match output {
        Output::Open(call) => format!("open {} at candidate {}", call.attempt, call.candidate),
        Output::Drop(attempt, event) => format!("drop {attempt}: {event:?}"),
        Output::Emit(Event::Delta { text, .. }) => format!("emit {text:?}"),
        Output::Emit(Event::Finish { finish, .. }) => format!("emit finish {:?}", finish.reason),
        Output::Emit(event) => {
            let text = format!("{event:?}");
            format!("emit {}", text.split([' ', '(']).next().unwrap())
        }
        Output::Decide(decision) => {
            format!("decide {} {}", decision.kind, decision.reason).trim_end().to_owned()
        }
        Output::Over(Outcome { answered, committed, failures }) => {
            let failures: Vec<String> = failures
                .iter()
                .map(|(n, at, failure)| format!("{n}@{at} {}", failure.class.name()))
                .collect();
            format!("over: answered {answered:?}, committed {committed}, failures {failures:?}")
        }
    }
}

fn transcript(script: &str) -> String {
    let mut lines = script.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let count = lines.next().unwrap().strip_prefix("candidates ").unwrap().parse().unwrap();
    let mut policy = Policy::default();
    let mut turn = None;
    let mut out = String::new();
    for line in lines {
        if let Some(pairs) = line.strip_prefix("policy ") {
            for (key, value) in pairs.split(' ').map(|pair| pair.split_once('=').unwrap()) {
                let number: u32 = value.parse().unwrap();
                match key {
                    "attempts" => policy.attempts_max = number,
                    "each" => policy.attempts_per_candidate = number,
                    "total" => policy.deadlines.total = Duration::from_secs(number.into()),
                    _ => panic!("{key}"),
                }
            }
            continue;
        }
        let turn = turn.get_or_insert_with(|| {
            Turn::new(candidates(count, "openai_chat"), request(), policy.clone(), Seed(7))
        });
        let (at, input) = line.split_once(' ').unwrap();
        let (what, rest) = input.split_once(' ').unwrap_or((input, ""));
        // `due` comes when the machine asks for it, whatever the script says.
        let at =
            if what == "due" { turn.deadline().unwrap() } else { Moment::from_millis(at.parse().unwrap()) };
        let input = match what {
            "begin" => Input::Begin,
            "due" => Input::Deadline,
            "left" => Input::CallerLeft,
            attempt => {
                let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                Input::Transport(attempt.parse().unwrap(), event(word, rest))
            }
        };
        let since = at.since(Moment::ZERO).as_millis();
        writeln!(out, "{since:>7} {}", line.split_once(' ').unwrap().1.chars().take(70).collect::<String>())
            .unwrap();
        for output in turn.handle(at, input) {
            writeln!(out, "          {}", show(&output)).unwrap();
        }
    }
    out
}

#[test]
#[expect(clippy::disallowed_methods, reason = "cases are files")]
fn every_script_gives_its_transcript() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/turn");
    let mut files: Vec<_> = std::fs::read_dir(root).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 15);
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = transcript(&std::fs::read_to_string(&file).unwrap());
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("turn.{name}"), text));
    }
}

/// Runs one attempt over `events`, then every deadline until the turn is over.
fn run(dialect: &str, events: impl IntoIterator<Item = TransportEvent>) -> (Vec<Event>, Outcome) {
    let policy = Policy { attempts_max: 1, ..Policy::default() };
    let mut turn = Turn::new(candidates(1, dialect), request(), policy, Seed(1));
    let mut outputs = turn.handle(Moment::ZERO, Input::Begin);
    for event in events {
        outputs.extend(turn.handle(Moment::ZERO, Input::Transport(1, event)));
    }
    while let Some(deadline) = turn.deadline() {
        outputs.extend(turn.handle(deadline, Input::Deadline));
    }
    let mut emitted = Vec::new();
    let mut over = None;
    for output in outputs {
        assert!(over.is_none(), "something follows the end: {output:?}");
        match output {
            Output::Emit(event) => emitted.push(event),
            Output::Over(outcome) => over = Some(outcome),
            _ => {}
        }
    }
    (emitted, over.expect("a turn ends"))
}

fn text_of(events: &[Event]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        Event::Delta { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn a_stream_cut_at_any_byte_is_a_success_only_behind_its_finish_reason() {
    for dialect in DIALECTS {
        for (healthy, finish) in [
            (healthy::text(dialect), if dialect == "openai_chat" { "\"stop\"" } else { "end_turn" }),
            (
                healthy::tool_call(dialect),
                if dialect == "openai_chat" { "\"tool_calls\"" } else { "\"tool_use\",\"stop_sequence\"" },
            ),
        ] {
            let events: Vec<TransportEvent> =
                transport_events(&healthy, Moment::ZERO).into_iter().map(|event| event.what).collect();
            let head = events.iter().find(|event| matches!(event, TransportEvent::Head(_))).unwrap();
            let mut body = Vec::new();
            for event in &events {
                if let TransportEvent::Bytes(bytes) = event {
                    body.extend_from_slice(bytes);
                }
            }
            let canonical = text_of(&run(dialect, events.clone()).0);
            let place = String::from_utf8_lossy(&body).find(finish).unwrap();
            let mut answers = 0;
            for cut in 0..=body.len() {
                for end in [
                    TransportEvent::Eof { complete: true },
                    TransportEvent::Eof { complete: false },
                    TransportEvent::Reset,
                    TransportEvent::Malformed("a bad chunk".to_owned()),
                    TransportEvent::TimedOut(Stage::InterEvent),
                ] {
                    let bytes = TransportEvent::Bytes(Bytes::copy_from_slice(&body[..cut]));
                    let (emitted, outcome) =
                        run(dialect, [TransportEvent::Connected, head.clone(), bytes, end.clone()]);
                    let whole = outcome.answered.is_some();
                    answers += usize::from(whole);
                    assert!(
                        !whole || cut >= place + finish.len(),
                        "{dialect} cut at {cut} by {end:?} is no answer"
                    );
                    assert_eq!(whole, outcome.failures.is_empty());
                    let text = text_of(&emitted);
                    assert!(canonical.starts_with(&text), "{dialect} cut at {cut}: {text:?}");
                    assert!(!whole || text == canonical, "{dialect} cut at {cut}: a truncated success");
                }
            }
            assert!(answers > 10 && !render(&healthy).is_empty());
        }
    }
}

fn any_event() -> impl Strategy<Value = TransportEvent> {
    let words = prop::sample::select(vec![
        ("start", ""),
        ("text", "Hi"),
        ("think", "hm"),
        ("finish", "stop"),
        ("finish", "length"),
        ("finish", "tool_calls"),
        ("finish", "error"),
        ("done", ""),
        ("comment", ""),
        ("raw", "data: {\\n\\n"),
        ("raw", "{\"error\":{\"message\":\"no\"}}"),
        ("raw", "\\xef\\xbb\\xbf"),
        ("raw", "<html>"),
        ("raw", "data: "),
        ("raw", "data: {\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\\n\\n"),
        ("raw", "\\n"),
    ]);
    prop_oneof![
        6 => words.prop_map(|(word, rest)| event(word, rest)),
        2 => prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| TransportEvent::Bytes(bytes.into())),
        2 => prop::sample::select(vec![200_u16, 204, 302, 400, 401, 402, 429, 500, 529])
            .prop_map(|status| TransportEvent::Head(Head { status, headers: vec![] })),
        2 => Just(TransportEvent::Connected),
        1 => prop::sample::select(vec![
            TransportEvent::Refused, TransportEvent::Reset, TransportEvent::GoAway, TransportEvent::Cancelled,
            TransportEvent::Eof { complete: true }, TransportEvent::Eof { complete: false },
            TransportEvent::Malformed("x".to_owned()), TransportEvent::TlsFailed("x".to_owned()),
            TransportEvent::Gap { bytes: 1, records: 1 }, TransportEvent::TimedOut(Stage::FirstEvent),
        ]),
    ]
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn whatever_the_transport_does_a_turn_ends_once_and_commits_once(
        script in prop::collection::vec((0_u64..40_000, 0_u32..4, 0_u8..60, any_event()), 0..60),
        count in 0_usize..4,
    ) {
        // A budget that the candidates could outrun, and a total that the stages could.
        let mut policy = Policy { attempts_max: 3, ..Policy::default() };
        policy.deadlines.total = Duration::from_secs(100);
        let total = policy.deadlines.total + policy.deadlines.drain;
        let mut turn = Turn::new(candidates(count, "openai_chat"), request(), policy.clone(), Seed(3));
        let mut now = Moment::ZERO;
        let mut outputs = turn.handle(now, Input::Begin);
        let mut opened = 1;
        for (wait, attempt, kind, event) in script {
            now += Duration::from_millis(wait);
            while let Some(deadline) = turn.deadline().filter(|deadline| *deadline <= now) {
                let due = turn.handle(deadline, Input::Deadline);
                let late = deadline >= Moment::ZERO + policy.deadlines.total;
                prop_assert!(!late || !due.iter().any(|output| matches!(output, Output::Open(_))));
                outputs.extend(due);
            }
            let input = match kind {
                0 => Input::CallerLeft,
                1 => Input::Begin,
                2 => Input::Deadline,
                3 => Input::Transport(attempt, event),
                _ => Input::Transport(opened, event),
            };
            outputs.extend(turn.handle(now, input));
            opened = outputs.iter().filter(|output| matches!(output, Output::Open(_))).count() as u32;
        }
        let mut steps = 0;
        while let Some(deadline) = turn.deadline() {
            steps += 1;
            prop_assert!(steps < 100, "the machine does not end");
            prop_assert!(deadline <= Moment::ZERO + total, "a deadline behind the end: {:?}", deadline);
            outputs.extend(turn.handle(deadline, Input::Deadline));
        }
        let overs = outputs.iter().filter(|output| matches!(output, Output::Over(_))).count();
        prop_assert_eq!(overs, 1);
        prop_assert!(matches!(outputs.last(), Some(Output::Over(_))));
        let kinds = |wanted: &str| outputs.iter().filter(|output| matches!(output, Output::Decide(decision) if decision.kind == wanted)).count();
        prop_assert!(kinds("success") + kinds("give-up") + kinds("caller-left") >= 1);
        prop_assert!(kinds("success") <= 1 && kinds("commit") <= 1 && kinds("give-up") <= 1);
        prop_assert!(opened <= policy.attempts_max);
        let commit = outputs.iter().position(|output| matches!(output, Output::Decide(decision) if decision.kind == "commit"));
        if let Some(commit) = commit {
            prop_assert!(!outputs[..commit].iter().any(|output| matches!(output, Output::Emit(_))));
            prop_assert!(!outputs[commit..].iter().any(|output| matches!(output, Output::Open(_))));
        }
    }
}
