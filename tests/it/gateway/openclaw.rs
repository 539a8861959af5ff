//! The real command line as judge of our gateway: `tests/cases/gateway/openclaw/checks.yaml`.
//!
//! Runs where `PROVOKE_OPENCLAW` names it (`tests/openclaw/run.sh` finds and names it), with the
//! gateway that `PROVOKE_SUBJECT` says: `ours` (the default) or `openclaw`, its own, which shows
//! what the checks are worth.
#![expect(clippy::disallowed_methods, reason = "these tests run programs and read their cases")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::guest::{self, Ask, Key, Met};
use super::subject::{self, Make, Subject, TOKEN};

const CHECKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/gateway/openclaw/checks.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    name: String,
    #[serde(default)]
    given: Vec<Given>,
    #[serde(default)]
    first: Vec<String>,
    run: String,
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    out: Vec<String>,
    #[serde(default)]
    err: Vec<String>,
    #[serde(default)]
    both: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    json: BTreeMap<String, Value>,
    #[serde(default)]
    stopped: bool,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Given {
    /// A device with `operator.read`.
    Paired,
    /// A request of an unknown device that came through a browser, so nothing about it is silent.
    Pending,
}

/// The names that a check's texts may use.
type Names = BTreeMap<&'static str, String>;

fn filled(text: &str, names: &Names) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

async fn prepare(subject: &Subject, key: &str, given: &[Given]) -> Names {
    let mut names = Names::from([("port", subject.port.to_string()), ("token", TOKEN.to_owned())]);
    for (index, given) in given.iter().enumerate() {
        let key = Key::named(&format!("{key}-{index}"));
        let ask = Ask::cli(&key, TOKEN, &["operator.read"]);
        names.insert("device", key.id());
        match given {
            Given::Paired => guest::connect(subject.port, &ask).await.guest().leave().await,
            Given::Pending => {
                let ask = ask.header("origin", &format!("http://127.0.0.1:{}", subject.port));
                let Met::Refused { error, .. } = guest::connect(subject.port, &ask).await else {
                    panic!("a browser's first contact must not be silent");
                };
                let id = error["details"]["requestId"].as_str().unwrap_or_else(|| panic!("{error}"));
                names.insert("request", id.to_owned());
            }
        }
    }
    names
}

fn words(run: &str, names: &Names) -> Vec<String> {
    run.split(' ').map(|word| filled(word, names)).collect()
}

fn enact(subject: &Subject, cli: &Path, run: &str, names: &Names) -> Output {
    subject.command(cli).args(words(run, names)).output().expect("the command line starts")
}

/// What is wrong with what a command printed; nothing if all is well.
fn wrongs(check: &Check, done: &Output, names: &Names) -> Vec<String> {
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    let both = format!("{out}\n{err}");
    let mut wrongs = Vec::new();
    if done.status.code() != Some(check.exit) {
        wrongs.push(format!("exit {:?} instead of {}", done.status.code(), check.exit));
    }
    let found = |pattern: &String, text: &str| {
        let pattern = names.iter().fold(pattern.clone(), |pattern, (name, value)| {
            pattern.replace(&format!("{{{name}}}"), &regex::escape(value))
        });
        Regex::new(&format!("(?m){pattern}")).expect("a pattern").is_match(text)
    };
    for (patterns, text) in [(&check.out, &*out), (&check.err, &*err), (&check.both, &*both)] {
        wrongs.extend(patterns.iter().filter(|pattern| !found(pattern, text)).map(|p| format!("no `{p}`")));
    }
    wrongs.extend(
        check.never.iter().filter(|pattern| found(pattern, &both)).map(|p| format!("there is `{p}`")),
    );
    if !check.json.is_empty() {
        let json: Value = serde_json::from_str(&out).unwrap_or_default();
        for (pointer, want) in &check.json {
            let want = match want {
                Value::String(text) => Value::String(filled(text, names)),
                other => other.clone(),
            };
            if json.pointer(pointer) != Some(&want) {
                wrongs.push(format!("{pointer} is {:?} instead of {want}", json.pointer(pointer)));
            }
        }
    }
    if !wrongs.is_empty() {
        wrongs.push(format!("stdout:\n{out}\nstderr:\n{err}"));
    }
    wrongs
}

/// All checks on one gateway, in an order; the names of those that failed.
async fn round(
    make: &Make,
    cli: &Path,
    round: &str,
    before: &[&str],
    mut checks: Vec<&Check>,
) -> Vec<String> {
    checks.sort_by_key(|check| check.stopped);
    let mut subject = Subject::start(make);
    let names = prepare(&subject, round, &[]).await;
    before.iter().for_each(|run| drop(enact(&subject, cli, run, &names)));
    let mut failed = Vec::new();
    for check in &checks {
        if check.stopped {
            subject.kill();
        }
        let key = format!("{round}-{}", check.name);
        let names = if check.stopped { names.clone() } else { prepare(&subject, &key, &check.given).await };
        check.first.iter().for_each(|run| drop(enact(&subject, cli, run, &names)));
        let done = enact(&subject, cli, &check.run, &names);
        let wrongs = wrongs(check, &done, &names);
        println!("{round}: {} {}", if wrongs.is_empty() { "ok  " } else { "FAIL" }, check.name);
        if !wrongs.is_empty() {
            failed.push(format!("{round}/{}: {}", check.name, wrongs.join("\n  ")));
        }
    }
    println!("{round}: {} of {} pass", checks.len() - failed.len(), checks.len());
    failed
}

#[tokio::test]
async fn the_stock_command_line_works_in_any_order_a_probe_first_included() {
    let Some(cli) = subject::openclaw("the_stock_command_line_works") else { return };
    let make = match std::env::var("PROVOKE_SUBJECT").as_deref() {
        Ok("openclaw") => Make::OpenClaw(cli.clone()),
        _ => Make::Ours(Vec::new()),
    };
    let text = std::fs::read_to_string(CHECKS).expect("the checks are in the repository");
    let checks: Vec<Check> = serde_saphyr::from_str(&text).expect("the checks are well-formed");
    let filter = std::env::var("PROVOKE_ONLY").unwrap_or_default();
    let forward: Vec<&Check> = checks.iter().filter(|check| check.name.contains(&filter)).collect();
    let backward: Vec<&Check> = forward.iter().rev().copied().collect();
    let mut failed = round(&make, &cli, "in order", &[], forward.clone()).await;
    failed.extend(round(&make, &cli, "a probe first", &["gateway probe", "status"], forward).await);
    failed.extend(round(&make, &cli, "backwards", &[], backward).await);
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}
