//! The door: frames, shapes and methods, held against cases and against recorded traffic.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use provoke::gateway::frame::{self, Inbound};
use provoke::gateway::method::{self, EVENTS, Method, TABLE};
use provoke::gateway::shape::Shape;
use serde_json::Value;

/// A question and its answer, with the number of its line.
pub(super) struct Pair {
    pub(super) line: usize,
    pub(super) ask: String,
    pub(super) want: Vec<String>,
}

/// The `>` and `=` lines of a file of cases.
#[expect(clippy::disallowed_methods, reason = "cases are files")]
pub(super) fn pairs(file: &str) -> Vec<Pair> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/gateway").join(file);
    let text = std::fs::read_to_string(path).expect("the cases are in the repository");
    let mut pairs: Vec<Pair> = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(ask) = text.strip_prefix("> ").or_else(|| (text == ">").then_some("")) {
            pairs.push(Pair { line, ask: ask.to_owned(), want: Vec::new() });
        } else if let Some(want) = text.strip_prefix("= ") {
            pairs.last_mut().expect("a question comes first").want.push(want.to_owned());
        } else {
            assert!(text.is_empty() || text.starts_with('#'), "{file}:{line}: `{text}` is no line of a case");
        }
    }
    assert!(!pairs.is_empty());
    pairs
}

/// Holds every case of a file against what is computed; all that differ are shown.
pub(super) fn hold(file: &str, answer: impl Fn(&str) -> Vec<String>) {
    let mut wrong = String::new();
    for Pair { line, ask, want } in pairs(file) {
        let got = answer(&ask);
        if got != want {
            let _ = writeln!(wrong, "{file}:{line}: {ask}\n   want {want:#?}\n   got  {got:#?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn method_of(name: &str) -> &'static Method {
    method::find(name).unwrap_or_else(|| panic!("{name} is in the table"))
}

#[test]
fn parameters_are_told_in_the_words_of_the_original() {
    hold("shape/params.txt", |ask| {
        let (name, params) = ask.split_once(' ').expect("a method and its parameters");
        let params: Value = serde_json::from_str(params).expect("the case is JSON");
        // `null` stands for no parameters where a method is called, not where a shape is held.
        let shape = Shape::parse(method_of(name).params.expect("it has a shape")).expect("and it is read");
        vec![shape.problems(Some(&params)).unwrap_or_else(|| "fits".to_owned())]
    });
}

#[test]
fn no_parameters_are_empty_ones() {
    for params in [None, Some(Value::Null), Some(serde_json::json!({}))] {
        assert_eq!(method::misfit(method_of("config.get"), params.as_ref()), None);
        let missing = "must have required property 'requestId'".to_owned();
        let reject = method_of("device.pair.reject");
        assert_eq!(method::misfit(reject, params.as_ref()), Some(missing.clone()));
        let refusal = method::unfit(reject, &missing).message;
        assert_eq!(refusal, "invalid device.pair.reject params: must have required property 'requestId'");
    }
    assert_eq!(method::misfit(method_of("status"), Some(&serde_json::json!([1]))), None);
}

#[test]
fn messages_are_frames_or_said_not_to_be() {
    let word = |text: &str| {
        if text.is_empty() || text.contains(' ') { format!("{text:?}") } else { text.to_owned() }
    };
    hold("shape/frames.txt", |ask| {
        vec![match frame::read(ask) {
            Inbound::NotJson(problem) => {
                assert!(!problem.is_empty());
                "not json".to_owned()
            }
            Inbound::Invalid { id, problem } => format!("invalid {}: {problem}", word(&id)),
            Inbound::Request(frame::Request { id, method, params }) => {
                let params = params.map_or_else(|| "-".to_owned(), |params| params.to_string());
                format!("request {} {} {params}", word(&id), word(&method))
            }
        }]
    });
}

#[test]
fn what_is_nested_too_deep_is_no_json() {
    let nested = |depth: usize| {
        format!(
            r#"{{"type":"req","id":"1","method":"m","params":{}{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert!(matches!(frame::read(&nested(100)), Inbound::Request(_)));
    assert!(matches!(frame::read(&nested(128)), Inbound::NotJson(_)));
    assert!(matches!(frame::read(&nested(1_000_000)), Inbound::NotJson(_)));
}

#[test]
fn who_may_call_what() {
    hold("methods/gate.txt", |ask| {
        let [role, scopes, name] = ask.split(' ').collect::<Vec<_>>()[..] else {
            panic!("three words: {ask}")
        };
        let scopes: Vec<&str> = scopes.split(',').filter(|scope| *scope != "-").collect();
        vec![match method::admit(name, role, &scopes) {
            Ok(method) => {
                assert_eq!(method.name, name);
                "ok".to_owned()
            }
            Err(refusal) => {
                assert_eq!(
                    refusal.to_json(),
                    serde_json::json!({"code": "INVALID_REQUEST", "message": refusal.message})
                );
                refusal.message
            }
        }]
    });
    let long = "x".repeat(1 << 20);
    assert!(method::admit(&long, "operator", &["operator.admin"]).unwrap_err().message.len() < 300);
}

/// The frames of all recorded conversations, with their direction.
#[expect(clippy::disallowed_methods, reason = "the reference room is outside the repository")]
fn recorded(test: &str) -> Option<Vec<(String, String, Value)>> {
    let room = std::env::var_os("PROVOKE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), std::path::PathBuf::from);
    let folder = room.join("data/gateway-transcripts");
    if !folder.is_dir() {
        eprintln!("skipped: {test}: ../shared is absent");
        return None;
    }
    let mut frames = Vec::new();
    for entry in folder.read_dir().expect("the folder is readable") {
        let path = entry.expect("readable").path();
        let text = std::fs::read_to_string(&path).expect("readable");
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).expect("a transcript is JSON, line by line");
            if let (Some(to), Some(frame)) = (line["dir"].as_str(), line.get("frame")) {
                frames.push((path.display().to_string(), to.to_owned(), frame.clone()));
            }
        }
    }
    Some(frames)
}

#[test]
fn what_real_clients_sent_is_valid() {
    let Some(frames) = recorded("what_real_clients_sent_is_valid") else { return };
    let mut seen = std::collections::BTreeSet::new();
    for (file, _, sent) in frames.iter().filter(|(_, to, _)| to == "c2s") {
        let Inbound::Request(request) = frame::read(&sent.to_string()) else { panic!("{file}: {sent}") };
        let Some(method) = method::find(&request.method) else {
            assert_eq!(request.method, "no.such.method", "{file}");
            continue;
        };
        let misfit = method::misfit(method, request.params.as_ref());
        let wanted = file.contains("badparams").then(|| "at /limit: must be integer".to_owned());
        if request.method == "connect" || wanted.is_none() {
            assert_eq!(misfit, None, "{file}: {sent}");
        } else {
            assert_eq!(misfit, wanted, "{file}: {sent}");
        }
        seen.insert(method.name);
    }
    assert!(seen.len() > 30, "{seen:?}");
}

#[test]
fn the_lists_are_those_of_a_real_hello() {
    let Some(frames) = recorded("the_lists_are_those_of_a_real_hello") else { return };
    let mut hellos = 0;
    for (file, _, frame) in frames.iter().filter(|(_, _, frame)| frame["payload"]["type"] == "hello-ok") {
        let features = &frame["payload"]["features"];
        let names: Vec<&str> =
            TABLE.iter().filter(|method| method.advertised).map(|method| method.name).collect();
        assert_eq!(features["methods"], serde_json::json!(names), "{file}");
        assert_eq!(features["events"], serde_json::json!(EVENTS), "{file}");
        hellos += 1;
    }
    assert!(hellos > 50, "{hellos}");
}

/// JSON of any form, with keys and words that shapes know.
pub(super) fn json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        "[a-z]{0,4}",
        ".{0,3}",
        Just("id".to_owned()),
        Just("kind".to_owned()),
        Just("cron".to_owned()),
        Just("__proto__".to_owned()),
        Just("10".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let _ = frame::read(&text);
    }

    #[test]
    fn any_bytes_around_a_frame_are_read(cut in 0usize..80, bytes in prop::collection::vec(any::<u8>(), 0..8)) {
        let mut frame = br#"{"type":"req","id":"1","method":"logs.tail","params":{"limit":[1,"\u0041"]}}"#.to_vec();
        let at = cut.min(frame.len());
        frame.splice(at..at, bytes);
        let _ = frame::read(&String::from_utf8_lossy(&frame));
    }

    /// Whatever comes, every shape says something of bounded length, the same each time.
    #[test]
    fn any_value_is_held_against_any_shape(value in json(), place in 0..TABLE.len()) {
        let method = &TABLE[place];
        let said = method::misfit(method, Some(&value));
        prop_assert_eq!(&said, &method::misfit(method, Some(&value)));
        if let Some(said) = said {
            prop_assert!(!said.is_empty() && said.len() < 10_000);
        }
    }

    #[test]
    fn any_notation_is_read_or_refused(text in "[{}\\[\\]a-z:?,*¦|\"()≥≤/0-9. ]{0,40}") {
        if let Ok(shape) = Shape::parse(&text) {
            let _ = shape.problems(Some(&Value::Null));
        }
    }
}
