//! `provoke gateway status`.

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::EXAMPLES;
use crate::cli::error::{CliError, Exit, tell};
use crate::cli::reach::{Ground, Paint, Reach, WAIT_MS, print_json};
use crate::cli::run::out;
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;

/// Says where the gateway should be by the config, and whether it lets us in.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Fail if it does not let us in
    #[arg(long)]
    require_rpc: bool,
    /// Do not connect
    #[arg(long, conflicts_with = "require_rpc")]
    no_probe: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(args: &Args) -> Result<Exit, CliError> {
    let ground = Ground::find(&args.reach, WAIT_MS)?;
    let persona = if args.require_rpc { Persona::backend("status") } else { Persona::probe() };
    let rpc = if args.no_probe { None } else { Some(probe(&ground, args.require_rpc).await) };
    if args.reach.json {
        print_json(&to_json(&ground, rpc.as_ref(), &persona))?;
    } else {
        out(head(&ground).as_bytes())?;
        match &rpc {
            None => {}
            Some(Ok(())) => out(format!("RPC probe: {}\n", Paint::of_stdout().good("ok")).as_bytes())?,
            Some(Err(fault)) => {
                tell(format_args!("RPC probe: {}", Paint::of_stderr().bad("failed")));
                tell(format_args!("RPC target: {}", ground.endpoint.url()));
                tell(format_args!("  {}", ground.safe(&fault.headline())));
                ground.tell_advice(&ground.advice(fault, &persona));
            }
        }
        if listens(rpc.as_ref()) {
            let (host, port) = (&ground.endpoint.host, ground.endpoint.port);
            out(format!("Listening: {host}:{port}\n").as_bytes())?;
        }
    }
    Ok(if args.require_rpc && matches!(rpc, Some(Err(_))) { Exit::Fail } else { Exit::Pass })
}

/// hello-ok is enough; where calls must work, one is made.
async fn probe(ground: &Ground, with_call: bool) -> Result<(), Fault> {
    let (link, _) = ground.open(&Persona::probe()).await?;
    link.close().await;
    if with_call {
        ground.ask(&Persona::backend("status"), "status", None).await?;
    }
    Ok(())
}

/// Whatever answered, somebody listens.
fn listens(rpc: Option<&Result<(), Fault>>) -> bool {
    rpc.is_some_and(|rpc| !matches!(rpc, Err(Fault::Unreachable(_))))
}

fn head(ground: &Ground) -> String {
    let endpoint = &ground.endpoint;
    let mut text = format!("Config: {}\n", endpoint.config);
    if !ground.has_config {
        text += "  (there is none; defaults hold)\n";
    }
    match &endpoint.bind {
        Some(bind) => {
            text += &format!("Gateway: bind={bind} ({}), port={}\n", endpoint.host, endpoint.port);
            let dashboard = format!("Dashboard: http://{}:{}/\n", endpoint.host, endpoint.port);
            text += &format!("Probe target: {}\n{dashboard}", endpoint.url());
        }
        None => text += &format!("Probe target: {} ({})\n", endpoint.url(), endpoint.source),
    }
    text += &format!("Credentials: {}\n", endpoint.secret_from.unwrap_or("none"));
    text
}

fn to_json(ground: &Ground, rpc: Option<&Result<(), Fault>>, persona: &Persona) -> Value {
    let endpoint = &ground.endpoint;
    let mut value = json!({
        "config": {"cli": {"path": endpoint.config, "exists": ground.has_config, "valid": true}},
        "gateway": {
            "bindMode": endpoint.bind, "bindHost": endpoint.host, "port": endpoint.port,
            "probeUrl": endpoint.url(), "source": endpoint.source, "credentials": endpoint.secret_from,
        },
        "port": {"port": endpoint.port, "status": if listens(rpc) { "busy" } else { "free" }},
    });
    match rpc {
        None => {}
        Some(Ok(())) => value["rpc"] = json!({"ok": true, "url": endpoint.url()}),
        Some(Err(fault)) => {
            value["rpc"] = json!({"ok": false, "url": endpoint.url()});
            let told = ground.fault_json(fault, persona);
            for name in ["error", "code", "details", "what", "whose", "next"] {
                value["rpc"][name] = told[name].clone();
            }
        }
    }
    value
}
