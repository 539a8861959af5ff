//! `provoke gateway call`.

use clap::Args as ClapArgs;
use serde_json::Value;

use super::EXAMPLES;
use crate::cli::error::{CliError, Exit};
use crate::cli::reach::{Ground, Reach, WAIT_MS, hide_by_name, print_json};
use crate::cli::run::out;
use crate::gateway::client::connect::Persona;
use crate::gateway::client::fault::Fault;
use crate::problem::Problem;
use crate::report::text::shown;

/// Calls any method of the gateway, and prints what it answers. Secrets in the answer are hidden.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The method, such as health or config.get
    #[arg(value_name = "METHOD")]
    method: String,
    /// Its parameters, a JSON object
    #[arg(long, value_name = "JSON", default_value = "{}")]
    params: String,
    /// Wait for the final answer where a method first says `accepted`
    #[arg(long)]
    expect_final: bool,
    #[command(flatten)]
    reach: Reach,
}

pub(super) async fn run(args: &Args) -> Result<Exit, CliError> {
    let params: Value = serde_json::from_str(&args.params).map_err(|error| {
        let problem = Problem::new(format!("--params is not JSON: {error}"));
        CliError::new(Exit::Fail, problem.hint(r#"write it as: --params '{"limit": 20}'"#))
    })?;
    let ground = Ground::find(&args.reach, WAIT_MS)?;
    match call(&ground, args, params).await {
        Ok(mut answer) => {
            // A new token is what this one method is asked for.
            if args.method != "device.token.rotate" {
                hide_by_name(&mut answer);
                ground.hide(&mut answer);
            }
            if !args.reach.json {
                out(format!("Gateway call: {}\n", shown(&args.method)).as_bytes())?;
            }
            print_json(&answer).map(|()| Exit::Pass)
        }
        Err(fault) => {
            ground.tell_fault("Gateway call failed:", &fault, &Persona::cli());
            Ok(Exit::Fail)
        }
    }
}

async fn call(ground: &Ground, args: &Args, params: Value) -> Result<Value, Fault> {
    let (mut link, _) = ground.open(&Persona::cli()).await?;
    let id = link.post(&args.method, Some(params), args.expect_final, ground.patience).await?;
    let answer = link.answer(&id).await;
    link.close().await;
    answer
}
