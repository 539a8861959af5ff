//! `provoke devices list`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::WAIT_MS;
use super::admin::would_spoil;
use crate::cli::error::{CliError, Exit, tell};
use crate::cli::progress::width;
use crate::cli::reach::{Ground, Paint, Reach, print_json};
use crate::cli::run::out;
use crate::gateway::client::approval::{Request, pending};
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;
use crate::io::fresh::wall_ms;

/// What OpenClaw says in this case, too.
pub(super) const FALLBACK: &str = "Direct scope access failed; using local fallback.";

pub(super) async fn run(reach: &Reach) -> Result<Exit, CliError> {
    let ground = Ground::find(reach, WAIT_MS)?;
    match fetch(&ground, reach.json).await {
        Ok(list) if reach.json => print_json(&list).map(|()| Exit::Pass),
        Ok(list) => out(render(&list, Paint::of_stdout(), wall_ms()).as_bytes()).map(|()| Exit::Pass),
        Err(fault) => {
            ground.tell_fault("error:", &fault, &Persona::cli());
            Ok(Exit::Fail)
        }
    }
}

/// The list from the gateway; from its files where this device may not ask, or would spoil what
/// waits there by asking.
pub(super) async fn fetch(ground: &Ground, quietly: bool) -> Result<Value, Fault> {
    let local = || {
        let (both, _) = ground.pairing()?;
        if !quietly {
            tell(Paint::of_stderr().warn(FALLBACK));
        }
        Some(both)
    };
    if would_spoil(ground)
        && let Some(list) = local()
    {
        return Ok(list);
    }
    let answer = match ground.ask(&Persona::cli(), "device.pair.list", Some(json!({}))).await {
        Err(fault) if fault.is_pairing() => local().ok_or(fault)?,
        answer => answer?,
    };
    let list = |name: &str| answer.get(name).filter(|list| list.is_array()).cloned().unwrap_or(json!([]));
    Ok(json!({"pending": list("pending"), "paired": list("paired")}))
}

/// The list for people. Ids and scopes are never broken, so that they can be copied.
fn render(list: &Value, paint: Paint, now_ms: u64) -> String {
    let mut text = String::new();
    let requests = pending(list);
    let paired = list["paired"].as_array().map_or(&[][..], Vec::as_slice);
    if requests.is_empty() && paired.is_empty() {
        return format!("{}\n", paint.faint("No device pairing entries."));
    }
    // Writing to a string cannot fail.
    if !requests.is_empty() {
        let _ = writeln!(text, "{} ({})", paint.strong("Pending"), requests.len());
        requests.iter().for_each(|request| text.push_str(&entry(request, paint, now_ms)));
    }
    if !paired.is_empty() {
        let _ = writeln!(text, "{} ({})", paint.strong("Paired"), paired.len());
        paired.iter().for_each(|device| text.push_str(&record(device, paint)));
    }
    text
}

/// One request.
pub(super) fn entry(request: &Request, paint: Paint, now_ms: u64) -> String {
    let mut text = format!("  {}\n", paint.warn(&request.id));
    let mut line = |head: &str, value: &str| field(&mut text, paint, head, value);
    line("device", &request.device);
    line("name", request.name.as_deref().unwrap_or_default());
    line("roles", &request.roles.join(", "));
    line("scopes", &request.scopes.join(", "));
    line("from", request.ip.as_deref().unwrap_or_default());
    let age = age(now_ms.saturating_sub(request.ts));
    line("asked", &format!("{age} ago{}", if request.is_repair { " · repair" } else { "" }));
    text
}

fn record(device: &Value, paint: Paint) -> String {
    let words = |name: &str| {
        let items = device[name].as_array().into_iter().flatten().filter_map(Value::as_str);
        items.collect::<Vec<_>>().join(", ")
    };
    let word = |name: &str| device[name].as_str().unwrap_or_default();
    let tokens = device["tokens"].as_array().into_iter().flatten();
    let tokens: Vec<String> = tokens
        .map(|token| {
            let revoked = if token["revokedAtMs"].is_null() { "" } else { " (revoked)" };
            format!("{}{revoked}", token["role"].as_str().unwrap_or_default())
        })
        .collect();
    let mut text = format!("  {}\n", paint.good(word("deviceId")));
    let mut line = |head: &str, value: &str| field(&mut text, paint, head, value);
    line("name", word("displayName"));
    let roles = words("roles");
    line("roles", if roles.is_empty() { word("role") } else { &roles });
    line("scopes", &words("scopes"));
    line("tokens", if tokens.is_empty() { "none".to_owned() } else { tokens.join(", ") }.as_str());
    line("from", word("remoteIp"));
    text
}

/// A named value, wrapped at its commas; nothing where there is none.
fn field(text: &mut String, paint: Paint, head: &str, value: &str) {
    const INDENT: usize = 13;
    if value.is_empty() {
        return;
    }
    let room = width() - INDENT;
    let mut lines = vec![String::new()];
    for part in value.split_inclusive(", ") {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + part.trim_end().chars().count() > room {
            lines.push(part.to_owned());
        } else {
            line.push_str(part);
        }
    }
    for (place, line) in lines.iter().enumerate() {
        let head = paint.faint(&format!("{:8}", if place == 0 { head } else { "" }));
        let _ = writeln!(text, "     {head}{}", paint.plain(line.trim_end()));
    }
}

fn age(ms: u64) -> String {
    match ms / 1000 {
        seconds @ 0..=59 => format!("{seconds} s"),
        seconds @ 60..=3599 => format!("{} min", seconds / 60),
        seconds @ 3600..=86_399 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}
