//! `provoke gateway probe`.

use std::time::Instant;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::EXAMPLES;
use crate::cli::error::{CliError, Exit};
use crate::cli::reach::{Ground, Paint, Reach, hide_by_name, print_json};
use crate::cli::run::out;
use crate::gateway::client::connect::Persona;
use crate::gateway::client::diagnosis::Advice;
use crate::gateway::client::fault::Fault;

/// The budget, in milliseconds.
const BUDGET_MS: u64 = 3000;

/// What is asked, all at once, on one connection.
const METHODS: [&str; 4] = ["health", "status", "system-presence", "config.get"];

/// Looks at the gateway from outside: connects, and asks for health, status, presence and config.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    reach: Reach,
}

/// What the look showed.
struct Seen {
    connect_ms: u128,
    answers: Vec<Result<Value, Fault>>,
}

impl Seen {
    /// The first answer that failed.
    fn failed(&self) -> Option<&Fault> {
        self.answers.iter().find_map(|answer| answer.as_ref().err())
    }

    fn answer(&self, place: usize) -> &Value {
        self.answers.get(place).and_then(|answer| answer.as_ref().ok()).unwrap_or(&Value::Null)
    }

    /// The gateway's own entry of the presence list.
    fn itself(&self) -> &Value {
        own_entry(self.answer(2))
    }
}

/// The entry of a presence list that is the gateway's own; else the first one.
pub(in crate::cli) fn own_entry(presence: &Value) -> &Value {
    let mut entries = presence.as_array().into_iter().flatten();
    entries.find(|entry| entry["reason"] == "self").unwrap_or(&presence[0])
}

pub(super) async fn run(args: &Args) -> Result<Exit, CliError> {
    let ground = Ground::find(&args.reach, BUDGET_MS)?;
    let seen = look(&ground).await;
    if args.reach.json {
        print_json(&to_json(&ground, &seen))?;
    } else {
        out(render(&ground, &seen).as_bytes())?;
        let persona = Persona::probe();
        if let Some(fault) = seen.as_ref().map_or_else(Some, Seen::failed) {
            ground.tell_advice(&ground.advice(fault, &persona));
        }
    }
    Ok(if seen.is_ok() { Exit::Pass } else { Exit::Fail })
}

async fn look(ground: &Ground) -> Result<Seen, Fault> {
    let began = Instant::now();
    let (mut link, _) = ground.open(&Persona::probe()).await?;
    let connect_ms = began.elapsed().as_millis();
    let left = ground.patience.saturating_sub(began.elapsed());
    let mut ids = Vec::new();
    for method in METHODS {
        let params = (method == "config.get").then(|| json!({}));
        ids.push(link.post(method, params, false, left).await?);
    }
    let mut answers = Vec::new();
    for id in &ids {
        answers.push(link.answer(id).await);
    }
    link.close().await;
    Ok(Seen { connect_ms, answers })
}

fn render(ground: &Ground, seen: &Result<Seen, Fault>) -> String {
    let paint = Paint::of_stdout();
    let reachable = if seen.is_ok() { paint.good("yes") } else { paint.bad("no") };
    let mut text = format!(
        "{}\nReachable: {reachable}\nProbe budget: {}ms\n\n{}\n",
        paint.strong("Gateway Status"),
        ground.patience.as_millis(),
        paint.strong("Targets"),
    );
    let kind = if ground.endpoint.is_own() { "Local loopback" } else { "Configured" };
    text += &format!("{kind} {}\n", ground.endpoint.url());
    match seen {
        Err(fault) => {
            let why = ground.safe(&fault.headline());
            text += &format!("  Connect: {} - {why}\n", paint.bad("failed"));
        }
        Ok(seen) => {
            let rpc = match seen.failed() {
                None => paint.good("ok"),
                Some(Fault::Denied(denial)) if denial.message.starts_with("missing scope") => {
                    format!("{} - {}", paint.warn("limited"), ground.safe(&denial.message))
                }
                Some(fault) => format!("{} - {}", paint.bad("failed"), ground.safe(&fault.headline())),
            };
            text += &format!("  Connect: {} ({}ms) · RPC: {rpc}\n", paint.good("ok"), seen.connect_ms);
            text += &itself_line(seen.itself(), paint);
        }
    }
    text
}

/// `Gateway: host (ip) · platform · app version`, as far as it is known.
fn itself_line(itself: &Value, paint: Paint) -> String {
    let word = |name: &str| itself[name].as_str().map(|word| paint.plain(word));
    let Some(host) = word("host") else { return String::new() };
    let ip = word("ip").map_or_else(String::new, |ip| format!(" ({ip})"));
    let platform = word("platform").map_or_else(String::new, |platform| format!(" · {platform}"));
    let version = word("version").map_or_else(String::new, |version| format!(" · app {version}"));
    format!("  Gateway: {host}{ip}{platform}{version}\n")
}

fn to_json(ground: &Ground, seen: &Result<Seen, Fault>) -> Value {
    let is_own = ground.endpoint.is_own();
    let kind = if is_own { "localLoopback" } else { "explicit" };
    let failed = seen.as_ref().map_or_else(Some, Seen::failed);
    let limited =
        matches!(failed, Some(Fault::Denied(denial)) if denial.message.starts_with("missing scope"));
    let mut target = json!({
        "id": kind, "kind": kind, "url": ground.endpoint.url(), "active": true, "tunnel": null,
        "connect": {
            "ok": seen.is_ok(),
            "rpcOk": failed.is_none(),
            "scopeLimited": limited,
            "latencyMs": seen.as_ref().ok().map(|seen| seen.connect_ms),
            "error": failed.map(Fault::headline),
        },
    });
    if let Ok(seen) = seen {
        let itself = seen.itself();
        let (host, ip) = (&itself["host"], &itself["ip"]);
        target["self"] =
            json!({"host": host, "ip": ip, "version": itself["version"], "platform": itself["platform"]});
        for (name, place) in [("health", 0), ("summary", 1), ("presence", 2), ("configSnapshot", 3)] {
            target[name] = seen.answer(place).clone();
        }
    }
    if let Some(fault) = failed {
        let Advice { what, whose, next } = ground.advice(fault, &Persona::probe());
        target["diagnosis"] = json!({"what": what, "whose": whose, "next": next});
    }
    let timeout = u64::try_from(ground.patience.as_millis()).unwrap_or(u64::MAX);
    let mut value = json!({
        "ok": seen.is_ok(), "degraded": seen.is_ok() && failed.is_some(), "timeoutMs": timeout,
        "primaryTargetId": kind, "targets": [target],
    });
    hide_by_name(&mut value);
    ground.hide(&mut value);
    value
}
