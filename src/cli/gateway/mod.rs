//! `provoke gateway`.

mod call;
mod given;
mod probe;
mod run;
mod status;

use clap::{Args as ClapArgs, Subcommand};

use super::error::{CliError, Exit};
use super::reach::block_on;

pub(super) use probe::own_entry;

const EXAMPLES: &str = "\
Examples:
  provoke gateway run --state-dir ~/.openclaw
  provoke gateway call config.get --json";

/// Runs a gateway that OpenClaw's clients can use, or asks any gateway how it is.
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
    /// Say where the gateway should be, and whether it lets us in
    Status(status::Args),
    /// Look at the gateway from outside: connect, health, status, presence, config
    Probe(probe::Args),
    /// Call any method, and print what it answers
    Call(call::Args),
    /// Ask for the gateway's health
    Health(super::health::Args),
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    match &args.command {
        Command::Run(args) => run::run(args),
        Command::Status(args) => block_on(status::run(args)),
        Command::Probe(args) => block_on(probe::run(args)),
        Command::Call(args) => block_on(call::run(args)),
        Command::Health(args) => block_on(super::health::short(args)),
    }
}
