//! The machines of a client, as scripts: `tests/cases/client/approval` and `…/session`.
//!
//! `>` is what happens to the machine, `=` what it then wants. `> at N` goes on to millisecond N.

use std::path::Path;
use std::time::Duration;

use provoke::gateway::client::answer::Denial;
use provoke::gateway::client::approval::{Approval, Input, Outcome, Output, Request, Wanted};
use provoke::gateway::client::connect::{Credentials, Greeting, Persona};
use provoke::gateway::client::fault::Fault;
use provoke::gateway::client::session;
use provoke::gateway::fresh::Now;
use provoke::moment::Moment;
use serde_json::{Value, json};

/// The device of the scripts.
const DEVICE: &str = "d0d0d0d0d0d0d0d0d0d0";

/// Plays every script of a folder; what came of it must be what it says.
fn scripts(folder: &str, play: fn(&str) -> String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/client").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 4, "the scripts are not where they should be");
    for file in files {
        let script = std::fs::read_to_string(&file).unwrap();
        assert_eq!(play(&script), script, "{}", file.display());
    }
}

#[test]
fn approvals_go_by_their_scripts() {
    scripts("approval", play_approval);
}

#[test]
fn sessions_go_by_their_scripts() {
    scripts("session", play_session);
}

fn play_approval(script: &str) -> String {
    let (mut told, mut machine, mut now) = (String::new(), None, Moment::ZERO);
    for line in script.lines().filter(|line| !line.starts_with('=')) {
        told += &format!("{line}\n");
        let words: Vec<&str> = line.split(' ').collect();
        let input = match words[..] {
            ["wanted", ..] => {
                machine = Some(Approval::new(wanted(&words[1..]), now, Duration::from_secs(30)));
                continue;
            }
            [">", "at", ms] => {
                now = Moment::from_millis(ms.parse().unwrap());
                Input::Woken
            }
            [">", "listed", ..] => Input::Listed(listed(&words[2..])),
            [">", "requested", entry] => Input::Requested(request(entry)),
            [">", "resolved", id] => Input::Resolved(json!({"requestId": id})),
            [">", "confirmed"] => Input::Confirmed(true),
            [">", "declined"] => Input::Confirmed(false),
            [">", "asked"] => Input::Asked,
            [">", "approved", id, how] => Input::Approved(id.to_owned(), answered(how)),
            [">", "rejected", id, how] => Input::Rejected(id.to_owned(), answered(how)),
            _ => continue,
        };
        let outputs = machine.as_mut().expect("what is wanted comes first").handle(now, input);
        outputs.iter().for_each(|output| told += &format!("= {}\n", shown(output)));
    }
    told
}

fn wanted(words: &[&str]) -> Wanted {
    let scopes = words.iter().find_map(|word| word.strip_prefix("scopes="));
    Wanted {
        device: words[0].to_owned(),
        scopes: scopes.map(|list| list.split(',').map(str::to_owned).collect()),
        narrow: words.contains(&"narrow"),
        own: words.contains(&"own"),
        confirmed: !words.contains(&"unconfirmed"),
    }
}

/// `id=scope,scope` of the device, or `id@device=scope`.
fn request(entry: &str) -> Value {
    let (id, scopes) = entry.split_once('=').unwrap();
    let (id, device) = id.split_once('@').unwrap_or((id, DEVICE));
    let scopes: Vec<&str> = scopes.split(',').filter(|scope| !scope.is_empty()).collect();
    let role = if scopes.is_empty() { "node" } else { "operator" };
    json!({"requestId": id, "deviceId": device, "role": role, "scopes": scopes, "ts": 1})
}

/// Requests, and what the device has: `has=scope,scope`.
fn listed(words: &[&str]) -> Value {
    let has = words.iter().find_map(|word| word.strip_prefix("has="));
    let paired =
        has.map(|scopes| json!({"deviceId": DEVICE, "scopes": scopes.split(',').collect::<Vec<_>>()}));
    let requests: Vec<Value> =
        words.iter().filter(|word| !word.starts_with("has=")).map(|word| request(word)).collect();
    json!({"pending": requests, "paired": paired.into_iter().collect::<Vec<_>>()})
}

fn answered(how: &str) -> Result<Value, Fault> {
    let message = match how {
        "ok" => return Ok(json!({})),
        "unknown" => "unknown requestId",
        other => other,
    };
    Err(Fault::Denied(Denial { message: message.to_owned(), ..Denial::default() }))
}

fn shown(output: &Output) -> String {
    let ids = |requests: &[Request]| {
        requests.iter().map(|request| request.id.as_str()).collect::<Vec<_>>().join(" ")
    };
    match output {
        Output::Show(requests) => format!("show {}", ids(requests)),
        Output::Confirm => "confirm".to_owned(),
        Output::Waiting => "waiting".to_owned(),
        Output::Approve(id) => format!("approve {id}"),
        Output::Reject(id) => format!("reject {id}"),
        Output::Ask(scopes) => format!("ask {}", scopes.join(",")),
        Output::Superseded(id) => format!("superseded {id}"),
        Output::Beyond(request, beyond) => format!("beyond {} {}", request.id, beyond.join(",")),
        Output::Done(outcome) => match outcome {
            Outcome::Approved(requests, lacking) if lacking.is_empty() => format!("done {}", ids(requests)),
            Outcome::Approved(requests, lacking) => {
                format!("done {} lacking {}", ids(requests), lacking.join(","))
            }
            Outcome::Swallowed(request, beyond) => format!("swallowed {} {}", request.id, beyond.join(",")),
            Outcome::TimedOut(request) => {
                format!("timed out {}", request.as_ref().map_or("-", |request| &request.id))
            }
            Outcome::Failed(fault) => format!("failed {}", fault.headline()),
            other => format!("{other:?}").to_lowercase(),
        },
    }
}

fn play_session(script: &str) -> String {
    let greeting = Greeting {
        persona: Persona::probe(),
        credentials: Credentials::default(),
        key: super::own_key().into(),
        platform: "linux",
        instance_id: "run".to_owned(),
    };
    let mut now = Now { at: Moment::ZERO, ms: 1000 };
    let mut machine = session::Session::new(greeting, now, Duration::from_secs(10));
    let mut told = String::new();
    for line in script.lines().filter(|line| !line.starts_with('=')) {
        told += &format!("{line}\n");
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        let input = match words[..] {
            [">", "at", ms] => {
                now.at = Moment::from_millis(ms.parse().unwrap());
                session::Input::Woken
            }
            [">", "text", text] => session::Input::Text(text.to_owned()),
            [">", "closed", close] => {
                let (code, reason) = close.split_once(' ').unwrap_or((close, ""));
                session::Input::Closed(code.parse().unwrap(), reason.to_owned())
            }
            [">", "call", id] | [">", "final", id] => session::Input::Call {
                id: id.to_owned(),
                method: "health".to_owned(),
                params: None,
                expect_final: words[1] == "final",
                timeout: Duration::from_secs(5),
            },
            _ => continue,
        };
        for output in machine.handle(now, input) {
            told += &format!("= {}\n", said(&output));
        }
        let deadline =
            machine.deadline().map_or_else(|| "none".to_owned(), |at| (at.nanos() / 1_000_000).to_string());
        told += &format!("= until {deadline}\n");
    }
    told
}

fn said(output: &session::Output) -> String {
    match output {
        session::Output::Send(text) => {
            let frame: Value = serde_json::from_str(text).unwrap();
            let nonce = &frame["params"]["device"]["nonce"];
            let nonce = nonce.as_str().map_or_else(String::new, |nonce| format!(" answering {nonce}"));
            format!("send {}{nonce}", frame["method"].as_str().unwrap())
        }
        session::Output::Ready(hello) => format!("ready, ticks of {} ms", hello.tick.as_millis()),
        session::Output::Answered(id, Ok(payload)) => format!("answer {id} {payload}"),
        session::Output::Answered(id, Err(fault)) => format!("answer {id} {}", fault.headline()),
        session::Output::Event(name, _) => format!("event {name}"),
        session::Output::Close(code, reason) => format!("close {code} {reason}"),
        session::Output::Over(fault) => format!("over {}", fault.headline()),
    }
}
