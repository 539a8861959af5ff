//! `provoke gateway`.

mod given;
mod run;

use clap::{Args as ClapArgs, Subcommand};

use super::error::{CliError, Exit};

const EXAMPLES: &str = "\
Examples:
  provoke gateway run --state-dir ~/.openclaw
  provoke gateway run --port 18790 --set pairing.localUpgrade=ask";

/// Runs a gateway that OpenClaw's clients can use.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway until it is told to stop
    Run(Box<run::Args>),
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    match &args.command {
        Command::Run(args) => run::run(args),
    }
}
