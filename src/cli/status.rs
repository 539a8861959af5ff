//! `provoke status`.

use std::time::Instant;

use clap::Args as ClapArgs;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};

use super::error::{CliError, Exit};
use super::gateway::own_entry;
use super::progress::width;
use super::reach::{Ground, Paint, Reach, WAIT_MS, hide_by_name, print_json};
use super::run::out;
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;

const EXAMPLES: &str = "\
Examples:
  provoke status
  provoke status --json";

/// Shows in one table whether the gateway is there, who it is, and what waits for an approval.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    reach: Reach,
}

/// What a look at the gateway showed.
struct Seen {
    latency_ms: u128,
    version: Option<String>,
    presence: Value,
    channels: Result<Value, Fault>,
}

pub(super) async fn run(args: &Args) -> Result<Exit, CliError> {
    let ground = Ground::find(&args.reach, WAIT_MS)?;
    let seen = look(&ground).await;
    if args.reach.json {
        print_json(&to_json(&ground, &seen))?;
        return Ok(Exit::Pass);
    }
    out(render(&ground, &seen).as_bytes())?;
    if let Err(fault) = &seen {
        ground.tell_fault("error:", fault, &Persona::probe());
    }
    Ok(Exit::Pass)
}

async fn look(ground: &Ground) -> Result<Seen, Fault> {
    let began = Instant::now();
    let (mut link, hello) = ground.open(&Persona::probe()).await?;
    let latency_ms = began.elapsed().as_millis();
    let presence = link.call("system-presence", None, ground.patience).await;
    link.close().await;
    let channels = Persona::backend("channels.status");
    let params = json!({"probe": false, "timeoutMs": 8000});
    let channels = ground.ask(&channels, "channels.status", Some(params)).await;
    // A gateway that grants no reading is there all the same.
    Ok(Seen { latency_ms, version: hello.version, presence: presence.unwrap_or(Value::Null), channels })
}

/// How callers authenticate, as this machine's config and environment tell.
fn auth(ground: &Ground) -> &'static str {
    match (&ground.credentials.token, &ground.credentials.password) {
        (Some(_), _) => "auth token",
        (None, Some(_)) => "auth password",
        (None, None) => "no credentials",
    }
}

fn render(ground: &Ground, seen: &Result<Seen, Fault>) -> String {
    let paint = Paint::of_stdout();
    let endpoint = &ground.endpoint;
    let mode = if endpoint.is_own() { "local" } else { "remote" };
    let reach = match seen {
        Ok(seen) => format!("reachable {}ms · {}", seen.latency_ms, auth(ground)),
        Err(fault) => format!("unreachable ({})", ground.safe(&fault.headline())),
    };
    let mut rows = vec![("Gateway", format!("{mode} · {} ({}) · {reach}", endpoint.url(), endpoint.source))];
    if let Ok(seen) = seen {
        let itself = own_entry(&seen.presence);
        let word = |name: &str| itself[name].as_str();
        let ip = word("ip").map(|ip| format!("({ip})"));
        let version = word("version").or(seen.version.as_deref()).map(|version| format!("app {version}"));
        let parts = [word("host").map(str::to_owned), ip, version, word("platform").map(str::to_owned)];
        rows.push(("Gateway self", parts.into_iter().flatten().collect::<Vec<_>>().join(" ")));
        let others = seen.presence.as_array().map_or(0, |list| list.len().saturating_sub(1));
        rows.push(("Presence", format!("{others} beside it")));
        rows.push(("Channels", channels(ground, &seen.channels)));
    }
    let granted = ground.granted().filter(|scopes| !scopes.is_empty());
    let granted = granted.map_or_else(|| "not known here".to_owned(), |scopes| scopes.join(", "));
    rows.push(("This device", format!("{} · {granted}", ground.device_id())));
    if let Some((both, _)) = ground.pairing() {
        let count = |name: &str| both[name].as_array().map_or(0, Vec::len);
        let hint = if count("pending") == 0 { "" } else { " (see: provoke devices list)" };
        rows.push(("Pairing", format!("{} paired · {} pending{hint}", count("paired"), count("pending"))));
    }
    let config = if ground.has_config { "" } else { " (there is none)" };
    rows.push(("Config", format!("{}{config}", endpoint.config)));
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width()).unwrap_or(u16::MAX));
    table.set_header(["Item", "Value"]);
    for (item, value) in rows {
        table.add_row([item.to_owned(), paint.plain(&value)]);
    }
    format!("{}\n{table}\n", paint.strong("Gateway status"))
}

fn channels(ground: &Ground, channels: &Result<Value, Fault>) -> String {
    match channels {
        Ok(channels) => {
            let names = channels["channelOrder"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let names: Vec<&str> = names.collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        }
        Err(fault) => format!("not told: {}", ground.safe(&fault.headline())),
    }
}

fn to_json(ground: &Ground, seen: &Result<Seen, Fault>) -> Value {
    let endpoint = &ground.endpoint;
    let persona = Persona::probe();
    let mut gateway = json!({
        "mode": if endpoint.is_own() { "local" } else { "remote" },
        "url": endpoint.url(), "urlSource": endpoint.source, "misconfigured": false,
        "reachable": seen.is_ok(), "connectLatencyMs": null, "self": null, "error": null,
    });
    let mut value = json!({"deviceId": ground.device_id(), "scopes": ground.granted()});
    match seen {
        Ok(seen) => {
            let itself = own_entry(&seen.presence);
            gateway["connectLatencyMs"] = json!(u64::try_from(seen.latency_ms).unwrap_or(u64::MAX));
            gateway["self"] = json!({
                "host": itself["host"], "ip": itself["ip"],
                "version": itself["version"], "platform": itself["platform"],
            });
            value["presence"] = seen.presence.clone();
            value["channels"] = seen.channels.clone().unwrap_or(Value::Null);
        }
        Err(fault) => {
            let told = ground.fault_json(fault, &persona);
            gateway["error"] = told["error"].clone();
            value["diagnosis"] = told;
        }
    }
    value["gateway"] = gateway;
    hide_by_name(&mut value);
    ground.hide(&mut value);
    value
}
