//! `provoke race --live`: the races on a running gateway, ours and the real one, beside the model.
#![expect(clippy::disallowed_methods, reason = "these tests run programs on folders of their own")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::guest::{self, Ask, Key, Met};
use super::subject::{self, Make, Subject, TOKEN};

/// A gateway of ours that lets devices ask, or takes the shared secret for a grant.
fn ours(upgrade: &str) -> Make {
    Make::Ours(vec![format!("pairing.localUpgrade={upgrade}")])
}

fn race(subject: &Subject, args: &[&str]) -> Command {
    let mut command = subject.command(Path::new(env!("CARGO_BIN_EXE_provoke")));
    command.args(["race", "--live", &format!("ws://127.0.0.1:{}", subject.port), "--token-env", "TOKEN"]);
    command.env("TOKEN", TOKEN).args(args).stdin(Stdio::null());
    command
}

fn said(done: &Output) -> String {
    let said = String::from_utf8_lossy(&[&done.stdout[..], &done.stderr].concat()).into_owned();
    assert!(!said.contains(TOKEN), "{said}");
    said
}

fn report(done: &Output) -> Value {
    serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(done)))
}

/// What is told as JSON is what `provoke schema race-live-report` says.
fn obeys_its_schema(report: &Value) {
    let schema = provoke::report::json::race_live_schema();
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let errors: Vec<String> = validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    for (pointer, wrong) in
        [("/schema", "provoke.race-live/2".into()), ("/scratch/left", Value::Null), ("/races/0/id", 7.into())]
    {
        let mut broken = report.clone();
        *broken.pointer_mut(pointer).expect("it is there") = wrong;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

/// What our gateway remembers of devices that somebody else took away.
fn tombstones(subject: &Subject) -> usize {
    file(subject, "provoke.json")["tombstones"].as_object().map_or(0, serde_json::Map::len)
}

fn file(subject: &Subject, name: &str) -> Value {
    let text = std::fs::read(subject.state().join("devices").join(name)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Somebody who is paired, and who asks for more; nothing of it may change.
async fn bystander(subject: &Subject) -> (Value, Value) {
    let key = Key::named("a bystander of races");
    guest::connect(subject.port, &Ask::cli(&key, TOKEN, &["operator.read"])).await.guest().leave().await;
    let origin = format!("http://127.0.0.1:{}", subject.port);
    let ask = Ask::cli(&Key::named("another one"), TOKEN, &["operator.read"]).header("origin", &origin);
    let Met::Refused { .. } = guest::connect(subject.port, &ask).await else {
        panic!("a browser's first contact must not be silent");
    };
    everybody(subject)
}

/// The devices and requests that stand, but for when they were last seen.
fn everybody(subject: &Subject) -> (Value, Value) {
    let mut both = (file(subject, "paired.json"), file(subject, "pending.json"));
    for device in both.0.as_object_mut().unwrap().values_mut() {
        for token in device["tokens"].as_object_mut().unwrap().values_mut() {
            token.as_object_mut().unwrap().remove("lastUsedAtMs");
        }
    }
    assert_eq!(both.1.as_object().unwrap().len(), 1, "{}", both.1);
    (both.0.take(), both.1.take())
}

fn orders(report: &Value) -> Vec<&Value> {
    let sets = report["races"].as_array().unwrap().iter();
    sets.flat_map(|set| set["orders"].as_array().unwrap()).collect()
}

/// The races that were played, each with the invariants that it broke.
fn broken<'a>(report: &'a Value, race: &str) -> Vec<&'a str> {
    let sets = report["races"].as_array().unwrap();
    let set = sets.iter().find(|set| set["id"] == race).unwrap_or_else(|| panic!("{race} is not there"));
    let orders = set["orders"].as_array().unwrap().iter();
    let broken = orders.flat_map(|order| order["reality"].as_array().unwrap());
    broken.map(|one| one["invariant"].as_str().unwrap()).collect()
}

async fn our_own_holds(upgrade: &str, least: usize) {
    let subject = Subject::start(&ours(upgrade));
    let before = bystander(&subject).await;
    let state = subject.state();
    let identity = std::fs::read(state.join("identity/device.json")).ok();
    let args = ["--state-dir", state.to_str().unwrap(), "--format", "json", "--orders", "1", "--repeat", "1"];
    let done = race(&subject, &args).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let report = report(&done);
    assert_eq!(report["schema"], "provoke.race-live/1");
    obeys_its_schema(&report);
    assert_eq!((&report["policy"], &report["verdict"]), (&Value::from("ours"), &Value::from("pass")));
    assert!(report["because"].as_str().unwrap().ends_with(upgrade), "{}", report["because"]);
    assert_eq!(report["disagreements"], 0);
    assert!(orders(&report).len() >= least, "{} orders", orders(&report).len());
    assert!(
        orders(&report)
            .iter()
            .all(|order| order["agree"] == true && !order["steps"].as_array().unwrap().is_empty())
    );
    let by_device = |order: &Value| order["steps"].to_string().contains("look what laptop asks");
    let is_by_device = orders(&report).into_iter().any(by_device);
    assert!(is_by_device || upgrade == "connection", "nobody approved by the device: {report:#}");
    assert_eq!(report["cleared"], true);
    assert_eq!(everybody(&subject), before, "only the bystander is there, as before");
    assert_eq!(tombstones(&subject), 0, "whoever was made here went by itself");
    assert_eq!(
        std::fs::read(state.join("identity/device.json")).ok(),
        identity,
        "the identity is not touched"
    );
    assert!(!state.join("identity/device-auth.json").exists(), "nothing is kept");
}

#[tokio::test]
async fn our_own_gateway_that_asks_goes_as_the_model_says_and_breaks_nothing() {
    our_own_holds("ask", 12).await;
}

#[tokio::test]
async fn our_own_gateway_that_takes_the_secret_for_a_grant_does_so_too() {
    our_own_holds("connection", 6).await;
}

#[tokio::test]
async fn a_gateway_that_goes_otherwise_than_the_model_is_told() {
    let subject = Subject::start(&ours("ask"));
    let state = subject.state();
    let forced = ["--state-dir", state.to_str().unwrap(), "--policy", "openclaw-2026.4.12", "--repeat", "0"];
    let done = race(&subject, &forced).arg("pairing.self-superseding-approve").output().unwrap();
    let words = said(&done);
    assert_eq!(done.status.code(), Some(1), "{words}");
    assert!(words.contains("model and reality DISAGREE"), "{words}");
    // The first step at which they part, with the words of both: the second request is the first's neighbour
    // here, and takes its place there.
    for part in ["DISAGREE  losing: operator ×3", "model    ", "reality  ", "r1 is not listed"] {
        assert!(words.contains(part), "no `{part}` in {words}");
    }
    assert!(words.contains("none of them is left"), "{words}");
    assert_eq!(file(&subject, "paired.json"), json!({}));
}

#[tokio::test]
async fn without_the_state_folder_what_goes_through_files_is_skipped_and_said() {
    let subject = Subject::start(&ours("ask"));
    let done = race(&subject, &["pairing.lost-update"]).output().unwrap();
    assert_eq!(done.status.code(), Some(4), "nothing was played: {}", said(&done));
    assert!(said(&done).contains("name its state folder with --state-dir"), "{}", said(&done));
}

#[tokio::test]
async fn a_gateway_with_a_password_is_let_in_by_it() {
    const PASSWORD: &str = "the-password-of-these-tests-0123456789";
    let subject =
        Subject::configured(&ours("ask"), &json!({"auth": {"mode": "password", "password": PASSWORD}}));
    let url = format!("ws://127.0.0.1:{}", subject.port);
    let run = |args: &[&str]| {
        let mut command = subject.command(Path::new(env!("CARGO_BIN_EXE_provoke")));
        command.args(["race", "--live", &url, "pairing.self-superseding-approve", "--state-dir"]);
        command.arg(subject.state()).args(args);
        let done = command.env("PASSWORD", PASSWORD).env("WRONG", "x").output().unwrap();
        assert!(!said(&done).contains(PASSWORD), "{}", said(&done));
        (done.status.code(), said(&done))
    };
    let (exit, words) = run(&["--password-env", "PASSWORD"]);
    assert_eq!(exit, Some(0), "{words}");
    assert!(words.contains("none of them is left"), "{words}");
    let cases: [(&[&str], i32, &str); 4] = [
        (&["--password-env", "WRONG"], 3, "gateway password mismatch"),
        (&[], 3, "--password-env VARIABLE"),
        (&["--password-env", "NO_SUCH"], 2, "--password-env NO_SUCH: there is no such variable"),
        (&["--password-env", "PASSWORD", "--token-env", "PASSWORD"], 2, "cannot be used with"),
    ];
    for (args, code, part) in cases {
        let (exit, words) = run(args);
        assert_eq!(exit, Some(code), "{args:?}: {words}");
        assert!(words.contains(part), "{args:?}: {words}");
    }
}

async fn a_signal_leaves_nothing(signal: &str, exit: i32) {
    let subject = Subject::start(&ours("ask"));
    let before = bystander(&subject).await;
    let state = subject.state();
    let mut command = race(&subject, &["--state-dir", state.to_str().unwrap(), "--repeat", "1000"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // In the middle of a race: the bystander, the admin and a device of the race are paired.
    while file(&subject, "paired.json").as_object().map_or(0, serde_json::Map::len) < 3 {
        std::thread::yield_now();
    }
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let done = child.wait_with_output().unwrap();
    let words = said(&done);
    assert_eq!(done.status.code(), Some(exit), "{words}");
    assert!(words.contains("none of them is left"), "{words}");
    assert_eq!(everybody(&subject), before, "{words}");
}

#[tokio::test]
async fn an_interrupt_in_the_middle_leaves_no_device() {
    a_signal_leaves_nothing("-INT", 130).await;
}

#[tokio::test]
async fn a_termination_in_the_middle_leaves_no_device() {
    a_signal_leaves_nothing("-TERM", 143).await;
}

#[test]
fn what_is_no_gateway_of_this_machine_is_refused_or_not_reached() {
    let subject = Subject::start(&ours("ask"));
    let program = Path::new(env!("CARGO_BIN_EXE_provoke"));
    let run = |args: &[&str]| {
        let done =
            subject.command(program).arg("race").args(args).env("TOKEN", "not-the-token").output().unwrap();
        (done.status.code(), said(&done))
    };
    let here = format!("ws://127.0.0.1:{}", subject.port);
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--live", "ws://gw.example:1", "--token-env", "TOKEN"], 2, "in the clear"),
        (&["--live", "ws://127.0.0.1:1", "--token-env", "TOKEN"], 3, "gateway closed (1006"),
        (&["--live", &here, "--token-env", "TOKEN"], 3, "unauthorized: gateway token mismatch"),
        (&["--live", &here, "--token-env", "NO_SUCH"], 2, "there is no such variable"),
        (&["--live", &here, "--policy", "union-creep"], 2, "no gateway follows the policy"),
        (&["--live", &here, "--format", "junit"], 2, "knows no format"),
    ];
    for (args, code, words) in cases {
        let (exit, told) = run(args);
        assert_eq!(exit, Some(code), "{args:?}: {told}");
        assert!(told.contains(words), "{args:?}: {told}");
    }
    assert_eq!(file(&subject, "paired.json").as_object().map_or(0, serde_json::Map::len), 0);
}

/// What was measured on 2026.4.12 is seen again, and the model says all of it beforehand.
#[test]
fn the_real_gateway_goes_as_its_model_says_and_breaks_what_was_measured() {
    let Some(cli) = subject::openclaw("the_real_gateway_goes_as_its_model_says") else { return };
    let subject = Subject::start(&Make::OpenClaw(cli));
    let state = subject.state();
    let args = ["--state-dir", state.to_str().unwrap(), "--format", "json"];
    let done = race(&subject, &args).output().unwrap();
    let report = report(&done);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert_eq!(report["policy"], "openclaw-2026.4.12");
    for order in orders(&report) {
        assert_eq!(order["differs"], Value::Null, "{order:#}");
    }
    for (race, invariant) in [
        ("pairing.self-superseding-approve", "pairing.shown-stays-approvable"),
        ("pairing.look-starts-churn", "pairing.retry-keeps-id"),
        ("pairing.seed-deadlock", "pairing.converges"),
    ] {
        assert!(broken(&report, race).contains(&invariant), "{race}: {:?}", broken(&report, race));
    }
    for set in report["races"].as_array().unwrap() {
        eprintln!(
            "{}: {} orders, at once: {}",
            set["id"],
            set["orders"].as_array().unwrap().len(),
            set["atOnce"]
        );
    }
    assert_eq!(report["cleared"], true);
    let left = [file(&subject, "paired.json"), file(&subject, "pending.json")];
    assert_eq!(left, [json!({}), json!({})]);
}
