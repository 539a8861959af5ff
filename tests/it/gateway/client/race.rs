//! `devices approve --device` against a scripted gateway that replaces ids as OpenClaw 2026.4.12 does.

use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::provoke;
use super::stub::{Do, Stub};

const DEVICE: &str = "d0d0d0d0d0d0d0d0";

fn request(id: &str, scopes: &[&str]) -> Value {
    json!({"requestId": id, "deviceId": DEVICE, "role": "operator", "roles": ["operator"], "scopes": scopes, "ts": 1})
}

fn unknown() -> Do {
    Do::Refuse(json!({"code": "INVALID_REQUEST", "message": "unknown requestId"}))
}

fn approved(params: &Value) -> Do {
    Do::Pay(json!({"requestId": params["requestId"], "device": {"deviceId": DEVICE}}))
}

fn run(stub: &Stub, args: &[&str]) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let done = provoke(folder.path(), stub.port).args(["devices", "approve"]).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&[&done.stdout[..], &done.stderr].concat()).into_owned();
    assert!(!said.contains("canary"), "{said}");
    (done, said)
}

/// The device whose key connected, and whether it was removed by the end.
fn scratch(stub: &Stub) -> (String, bool) {
    let heard = stub.heard();
    let id = heard[0].2["device"]["id"].as_str().unwrap().to_owned();
    let removed = heard
        .iter()
        .any(|(_, method, params)| method == "device.pair.remove" && params["deviceId"] == id.as_str());
    assert_ne!(id, super::own_key().device_id(), "a key of its own");
    (id, removed)
}

fn approvals(stub: &Stub) -> Vec<String> {
    let heard = stub.heard().into_iter().filter(|(_, method, _)| method == "device.pair.approve");
    heard.map(|(_, _, params)| params["requestId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_id_that_was_replaced_is_approved_under_its_next_name() {
    let tries = AtomicUsize::new(0);
    let stub = Stub::serve(move |_, method: &str, params: &Value| match method {
        "device.pair.list" => vec![Do::Pay(json!({"pending": [request("one", &["operator.approvals"])]}))],
        "device.pair.approve" if tries.fetch_add(1, Ordering::SeqCst) < 2 => {
            let next = if params["requestId"] == "one" { "two" } else { "three" };
            vec![unknown(), Do::Event("device.pair.requested", request(next, &["operator.approvals"]))]
        }
        "device.pair.approve" => vec![approved(params)],
        _ => vec![Do::Pay(json!({}))],
    });
    let (done, said) = run(&stub, &["--device", DEVICE]);
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert!(said.contains(&format!("Approved {DEVICE} (three)")), "{said}");
    assert_eq!(approvals(&stub), ["one", "two", "three"]);
    assert!(scratch(&stub).1, "the scratch device is removed");
}

#[test]
fn a_union_that_asks_for_more_is_refused() {
    let stub = Stub::serve(|_, method: &str, _: &Value| match method {
        "device.pair.list" => vec![Do::Pay(json!({"pending": [request("one", &["operator.approvals"])]}))],
        "device.pair.approve" => {
            let union = request("two", &["operator.approvals", "operator.admin"]);
            vec![unknown(), Do::Event("device.pair.requested", union)]
        }
        _ => vec![Do::Pay(json!({}))],
    });
    let (done, said) = run(&stub, &["--device", DEVICE, "--timeout", "20000"]);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert_eq!(approvals(&stub), ["one"], "the union is never approved");
    assert!(said.contains("swallowed by one that asks for more: operator.admin"), "{said}");
    assert!(scratch(&stub).1, "the scratch device is removed");
}

#[test]
fn named_scopes_are_had_from_a_union_by_rejecting_it() {
    let stub = Stub::serve(|_, method: &str, params: &Value| match method {
        "device.pair.list" => {
            vec![Do::Pay(json!({"pending": [request("union", &["operator.approvals", "operator.admin"])]}))]
        }
        "device.pair.reject" => {
            let narrow = request("narrow", &["operator.approvals"]);
            vec![Do::Pay(json!({})), Do::Event("device.pair.requested", narrow)]
        }
        "device.pair.approve" => vec![approved(params)],
        _ => vec![Do::Pay(json!({}))],
    });
    let (done, said) = run(&stub, &["--device", DEVICE, "--scopes", "operator.approvals"]);
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert_eq!(approvals(&stub), ["narrow"]);
}

#[test]
fn without_rejecting_it_waits_and_then_says_what_came() {
    let stub = Stub::serve(|_, method: &str, _: &Value| match method {
        "device.pair.list" => {
            vec![Do::Pay(json!({"pending": [request("union", &["operator.approvals", "operator.admin"])]}))]
        }
        _ => vec![Do::Pay(json!({}))],
    });
    let args =
        ["--device", DEVICE, "--scopes", "operator.approvals", "--no-reject", "--timeout", "400", "--json"];
    let (done, said) = run(&stub, &args);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(approvals(&stub).is_empty());
    assert!(said.contains("--scopes operator.approvals,operator.admin"), "{said}");
}

#[test]
fn a_gateway_that_is_not_silent_is_told_from_a_race() {
    let refused = json!({"code": "NOT_PAIRED", "message": "pairing required",
        "details": {"code": "PAIRING_REQUIRED", "requestId": "r", "reason": "not-paired"}});
    let stub = Stub::serve(move |_, _: &str, _: &Value| {
        vec![Do::Refuse(refused.clone()), Do::Close(1008, "pairing required".to_owned())]
    });
    let (done, said) = run(&stub, &["--device", DEVICE]);
    assert_eq!(done.status.code(), Some(1), "{said}");
    for words in ["lets no new device in silently", "stop the gateway", "paired.json.aside"] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_lost_connection_does_not_leave_the_scratch_device_behind() {
    let stub = Stub::serve(|number, method: &str, _: &Value| match (number, method) {
        (0, "device.pair.list") => vec![Do::Drop],
        _ => vec![Do::Pay(json!({}))],
    });
    let (done, said) = run(&stub, &["--device", DEVICE]);
    assert_eq!(done.status.code(), Some(1), "{said}");
    let (id, removed) = scratch(&stub);
    assert!(removed, "over a second connection");
    let second = stub.heard().into_iter().find(|(number, method, _)| *number == 1 && method == "connect");
    assert_eq!(second.unwrap().2["device"]["id"], id.as_str());
}

#[cfg(unix)]
#[test]
fn an_interrupt_removes_the_scratch_device() {
    let stub = Stub::serve(|_, method: &str, _: &Value| match method {
        "device.pair.list" => vec![Do::Pay(json!({"pending": []}))],
        _ => vec![Do::Pay(json!({}))],
    });
    let folder = tempfile::tempdir().unwrap();
    let mut command = provoke(folder.path(), stub.port);
    command.args(["devices", "approve", "--device", DEVICE]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    // Once it has listed, it waits for the device.
    while !stub.heard().iter().any(|(_, method, _)| method == "device.pair.list") {
        std::thread::yield_now();
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(130), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(scratch(&stub).1, "the scratch device is removed");
}
