//! Every verb against a scripted gateway: `tests/cases/client/verbs.yaml`.
//!
//! Of a case, `connect` lists what the first, second, … connection is answered (the last one goes
//! on for the rest), `answers` what each method is; `{refuse: …}` refuses, `{close: [code, reason]}`
//! closes. Nothing listens where `nobody` is true. `device` stands for the id of this device.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::stub::{Do, Stub};
use super::{TOKEN, own_key, provoke};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    connect: Vec<Value>,
    #[serde(default)]
    answers: BTreeMap<String, Value>,
    #[serde(default)]
    nobody: bool,
    /// Files in the state folder.
    #[serde(default)]
    files: BTreeMap<String, Value>,
    /// The one output in which a secret may stand.
    #[serde(default)]
    tells_a_token: bool,
}

fn todo(answer: &Value) -> Vec<Do> {
    if let Some(error) = answer.get("refuse") {
        let mut all = vec![Do::Refuse(error.clone())];
        all.extend(answer.get("close").map(close));
        return all;
    }
    vec![answer.get("close").map_or_else(|| Do::Pay(answer.clone()), close)]
}

fn close(close: &Value) -> Do {
    let code = u16::try_from(close[0].as_u64().unwrap()).unwrap();
    if code == 1006 { Do::Drop } else { Do::Close(code, close[1].as_str().unwrap().to_owned()) }
}

#[test]
fn every_verb_says_what_its_snapshot_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/client/verbs.yaml");
    let device = own_key().device_id();
    let text = std::fs::read_to_string(path).unwrap().replace("<device>", &device);
    let cases: Vec<Case> = serde_saphyr::from_str(&text).unwrap();
    assert!(cases.len() > 30, "the cases are not where they should be");
    for case in cases {
        check(case, &device);
    }
}

fn check(case: Case, device: &str) {
    let folder = tempfile::tempdir().unwrap();
    let Case { connect, answers, .. } = case;
    let stub = Stub::serve(move |number, method, _| {
        if method == "connect" {
            return match connect.get(number).or_else(|| connect.last()) {
                Some(Value::String(word)) if word == "silence" => Vec::new(),
                Some(answer) => todo(answer),
                None => vec![Do::Pay(json!({}))],
            };
        }
        answers.get(method).map_or_else(
            || {
                vec![Do::Refuse(
                    json!({"code": "INVALID_REQUEST", "message": format!("unknown method: {method}")}),
                )]
            },
            todo,
        )
    });
    // A port that was free a moment ago, and that nobody else is given so soon.
    let port = if case.nobody {
        std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    } else {
        stub.port
    };
    let mut command = provoke(folder.path(), port);
    for (name, value) in &case.files {
        let file = folder.path().join("state").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap();
    }
    command.args(case.args.iter().map(|arg| arg.replace("<port>", &port.to_string())));
    command.envs(&case.env);
    let done = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (stdout, stderr) = (text(&done.stdout), text(&done.stderr));
    for said in [&stdout, &stderr] {
        assert!(case.tells_a_token || !said.contains("canary"), "{} shows a secret:\n{said}", case.name);
        assert!(!said.contains("panicked"), "{} panics:\n{said}", case.name);
    }
    let story = stub.story().replace(TOKEN, "<token>");
    let code = done.status.code().unwrap();
    let shown = format!("exit {code}\n-- stdout\n{stdout}-- stderr\n{stderr}-- wire\n{story}");
    let shown = shown.replace(&folder.path().to_string_lossy().into_owned(), "<folder>");
    let shown = shown.replace(&format!(":{port}"), ":<port>").replace(&format!("port={port}"), "port=<port>");
    let shown = shown.replace(&format!("\"port\": {port}"), "\"port\": <port>").replace(device, "<device>");
    let shown = shown.replace(&format!("--port {port}"), "--port <port>");
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"\(?\b\d+ ?ms\b\)?( |$)", "<time>$1");
    settings.add_filter(r#""(connectLatencyMs|latencyMs)": \d+"#, "\"$1\": <time>");
    // A table is as wide as the times in it.
    settings.add_filter("[─═]{2,}", "──");
    settings.add_filter(" +│", " │");
    settings.add_filter(r"asked   \d+ d ago", "asked   <days> ago");
    settings.bind(|| insta::assert_snapshot!(format!("client.{}", case.name), shown));
}
