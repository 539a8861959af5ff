//! The payloads of the desk against those that OpenClaw 2026.4.12 was seen to send: the same keys
//! in the same order, the same kinds of values.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use provoke::gateway::desk::Reply;
use provoke::gateway::errand::{Done, Errand};
use provoke::io::gateway::errands::Errands;
use provoke::io::gateway::journal::LogFile;
use serde_json::{Value, json};

use super::desk::{Scene, guest, now, settings};
use crate::case_file::shared;

/// What a transcript shows: its file, the method, and keys of the payload that may be missing or
/// differ in kind here, each with its reason.
const SEEN: &[(&str, &str, &[&str])] = &[
    // No heartbeats run here: `everyMs` is null.
    ("gateway-call-health", "health", &["/agents/*/heartbeat/everyMs"]),
    // No agent runs here: there is no model to name.
    (
        "gateway-call-status",
        "status",
        &["/heartbeat/agents/*/everyMs", "/sessions/defaults/model", "/sessions/defaults/contextTokens"],
    ),
    ("gateway-probe-json", "system-presence", &[]),
    ("system-event", "wake", &[]),
    ("gateway-call-last-heartbeat", "last-heartbeat", &[]),
    ("gateway-call-identity", "gateway.identity.get", &[]),
    ("channels-status-json", "channels.status", &[]),
    ("gateway-call-voicewake", "voicewake.get", &[]),
    ("gateway-call-talk-config", "talk.config", &[]),
    ("gateway-call-usage-status", "usage.status", &[]),
    ("gateway-call-usage-cost", "usage.cost", &[]),
    ("x-agent-stream", "agent.identity.get", &[]),
    ("gateway-call-tools-catalog", "tools.catalog", &[]),
    ("gateway-call-commands-list", "commands.list", &[]),
    ("gateway-call-skills-status", "skills.status", &[]),
    ("cron-list", "cron.list", &[]),
    ("cron-status", "cron.status", &[]),
    ("gateway-call-node-list", "node.list", &[]),
    ("node-pair-request", "node.pair.request", &[]),
    ("node-pair-list2", "node.pair.list", &[]),
    ("node-describe", "node.describe", &[]),
    ("gateway-call-exec-approval-list", "exec.approval.list", &[]),
    ("exec-approval-request", "exec.approval.request", &[]),
    ("exec-approval-resolve-unknown", "exec.approval.resolve", &[]),
    ("config-schema-lookup", "config.schema.lookup", &[]),
    ("gateway-call-config-schema", "config.schema", &[]),
    // The same in every branch, and no defaults are added; the config of this test has models.
    (
        "approvals-get-gateway",
        "config.get",
        &["/runtimeConfig/*", "/config/*", "/parsed/models", "/sourceConfig/models", "/resolved/models"],
    ),
    ("config-set-badhash", "config.set", &[]),
    ("config-patch", "config.patch", &[]),
    // There is no socket as long as nobody made one.
    ("approvals-get-gateway", "exec.approvals.get", &["/file/socket"]),
    ("logs-json", "logs.tail", &[]),
    ("x-agent-stream", "models.list", &[]),
];

/// The first answer to a method in a transcript, and the parameters of its request.
fn seen(transcript: &str, method: &str) -> Option<(Value, Value)> {
    let mut asked: BTreeMap<String, Value> = BTreeMap::new();
    for line in transcript.lines() {
        let frame = serde_json::from_str::<Value>(line).ok()?["frame"].take();
        let id = frame["id"].to_string();
        if frame["type"] == "req" && frame["method"] == method {
            asked.insert(id, frame.get("params").cloned().unwrap_or_else(|| json!({})));
        } else if frame["type"] == "res"
            && let Some(params) = asked.remove(&id)
        {
            return Some((params, frame));
        }
    }
    None
}

/// What differs in shape. Arrays are compared by their first items, where both have one.
fn differ(path: &str, theirs: &Value, ours: &Value, but: &[&str], found: &mut Vec<String>) {
    if but.iter().any(|pattern| matches(pattern, path)) {
        return;
    }
    match (theirs, ours) {
        // Transcripts were trimmed where they were long.
        (Value::Object(theirs), _) if theirs.contains_key("__trimmed__") => {}
        (Value::Object(theirs), Value::Object(ours)) => {
            let allowed =
                |key: &&String| !but.iter().any(|pattern| matches(pattern, &format!("{path}/{key}")));
            let (a, b): (Vec<_>, Vec<_>) =
                (theirs.keys().filter(allowed).collect(), ours.keys().filter(allowed).collect());
            if a != b {
                found.push(format!("{path}: {a:?} there, {b:?} here"));
            }
            for (key, theirs) in theirs {
                if let Some(ours) = ours.get(key) {
                    differ(&format!("{path}/{key}"), theirs, ours, but, found);
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            if let (Some(theirs), Some(ours)) = (theirs.first(), ours.first()) {
                differ(&format!("{path}/*"), theirs, ours, but, found);
            }
        }
        _ if std::mem::discriminant(theirs) == std::mem::discriminant(ours) => {}
        _ => found.push(format!("{path}: {theirs} there, {ours} here")),
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut own, mut wanted) = (path.split('/'), pattern.split('/'));
    loop {
        match (own.next(), wanted.next()) {
            (None, None) => return true,
            (Some(own), Some(wanted)) if own == wanted || wanted == "*" => {}
            _ => return false,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a config file is made")]
fn errands(folder: &std::path::Path) -> Errands {
    let config = folder.join("openclaw.json");
    let text = json!({
        "gateway": {"mode": "local", "port": 18801, "bind": "loopback", "auth": {"mode": "token", "token": "GATEWAY_TOKEN_OF_THIS_TEST"}},
        "discovery": {"mdns": {"mode": "off"}},
        "update": {"checkOnStart": false},
        "models": {"providers": {"mock": {
            "baseUrl": "http://127.0.0.1:9/v1", "api": "openai-completions", "apiKey": "k",
            "models": [{"id": "m1", "name": "M1", "contextWindow": 200, "reasoning": true, "input": ["text"]}],
        }}},
    });
    std::fs::write(&config, text.to_string()).unwrap();
    Errands::new(folder.to_path_buf(), config, LogFile::Daily(folder.join("log")))
}

#[test]
fn every_payload_that_both_send_has_the_same_shape() {
    let folder = tempfile::tempdir().unwrap();
    let errands = errands(folder.path());
    for (file, method, but) in SEEN {
        let Some(transcript) = shared(
            "every_payload_that_both_send_has_the_same_shape",
            &format!("data/gateway-transcripts/{file}.jsonl"),
        ) else {
            return;
        };
        let (params, frame) = seen(&transcript, method).unwrap_or_else(|| panic!("{file} has no {method}"));
        let mut scene = Scene::new(&settings());
        scene.come(&guest(1, &json!({"mode": "cli", "device": "d1", "scopes": ["operator.admin"]})), 0);
        scene.come(
            &guest(
                2,
                &json!({"mode": "probe", "device": "d2", "instance": "i", "scopes": ["operator.read"]}),
            ),
            0,
        );
        if *method == "node.pair.list" {
            scene.call(1, "node.pair.request", &json!({"nodeId": "n1", "displayName": "N1"}), 1);
        }
        let ours = answer(&mut scene, &errands, method, &params);
        let mut found = Vec::new();
        match (&ours, frame["ok"].as_bool()) {
            (Ok(ours), Some(true)) => differ("", &frame["payload"], ours, but, &mut found),
            (Err(refusal), Some(false)) => assert_eq!(refusal.to_json(), frame["error"], "{method}"),
            _ => panic!("{method}: {frame} there, {ours:?} here"),
        }
        assert!(found.is_empty(), "{file} {method}: {found:#?}");
    }
}

fn answer(scene: &mut Scene, errands: &Errands, method: &str, params: &Value) -> Done {
    let done = match scene.call(1, method, params, 10).0 {
        Reply::Now(done) => return done,
        Reply::Errand(errand) => {
            // What a log line is like is the journal's test.
            let _: &Errand = &errand;
            errands.run(&errand, now(10).ms)
        }
        other => panic!("{method}: {other:?}"),
    };
    scene.desk.finish(method, done, now(10))
}
