//! `provoke health`.

use std::time::Instant;

use clap::Args as ClapArgs;
use serde_json::Value;

use super::error::{CliError, Exit};
use super::reach::{Ground, Paint, Reach, WAIT_MS, print_json};
use super::run::out;
use crate::gateway::client::connect::Persona;

const EXAMPLES: &str = "\
Examples:
  provoke health
  provoke health --json";

/// Asks a running gateway for its health: agents, heartbeat, sessions, channels.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    reach: Reach,
}

/// With the least power that is needed.
pub(super) async fn run(args: &Args) -> Result<Exit, CliError> {
    ask(args, &Persona::backend("health"), |health, ms, paint| {
        format!("{}{}", verdict(health, ms, paint), details(health, paint))
    })
    .await
}

/// As `openclaw gateway health`: the verdict alone, by the command line's own persona.
pub(super) async fn short(args: &Args) -> Result<Exit, CliError> {
    ask(args, &Persona::cli(), verdict).await
}

async fn ask(
    args: &Args,
    persona: &Persona,
    said: impl Fn(&Value, u64, Paint) -> String,
) -> Result<Exit, CliError> {
    let ground = Ground::find(&args.reach, WAIT_MS)?;
    let began = Instant::now();
    match ground.ask(persona, "health", None).await {
        Ok(mut health) => {
            ground.hide(&mut health);
            let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            let ms = health["durationMs"].as_u64().unwrap_or(took);
            if args.reach.json {
                print_json(&health)?;
            } else {
                out(said(&health, ms, Paint::of_stdout()).as_bytes())?;
            }
            Ok(if health["ok"] == false { Exit::Fail } else { Exit::Pass })
        }
        Err(fault) => {
            ground.tell_fault("error:", &fault, persona);
            Ok(Exit::Fail)
        }
    }
}

fn verdict(health: &Value, ms: u64, paint: Paint) -> String {
    let word = if health["ok"] == false { paint.bad("NOT OK") } else { paint.good("OK") };
    format!("{}\n{word} ({ms}ms)\n", paint.strong("Gateway Health"))
}

fn details(health: &Value, paint: Paint) -> String {
    let mut text = String::new();
    let agents = health["agents"].as_array().map_or(&[][..], Vec::as_slice);
    let id = |agent: &Value| agent["agentId"].as_str().unwrap_or("?").to_owned();
    if !agents.is_empty() {
        let names: Vec<String> = agents
            .iter()
            .map(|agent| {
                format!("{}{}", id(agent), if agent["isDefault"] == true { " (default)" } else { "" })
            })
            .collect();
        text += &format!("Agents: {}\n", paint.plain(&names.join(", ")));
    }
    for agent in agents {
        if let Some(every) = agent["heartbeat"]["every"].as_str() {
            text += &format!("Heartbeat interval: {} ({})\n", paint.plain(every), paint.plain(&id(agent)));
        }
        if let Some(path) = agent["sessions"]["path"].as_str() {
            let count = agent["sessions"]["count"].as_u64().unwrap_or(0);
            let (id, path) = (paint.plain(&id(agent)), paint.plain(path));
            text += &format!("Session store ({id}): {path} ({count} entries)\n");
        }
    }
    let channels = health["channelOrder"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for channel in channels {
        text += &format!("Channel: {}\n", paint.plain(channel));
    }
    text
}
