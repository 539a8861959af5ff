//! `provoke gateway`.

mod call;
mod probe;
mod status;

use clap::{Args as ClapArgs, Subcommand};

use super::error::{CliError, Exit};
use super::reach::block_on;

pub(super) use probe::own_entry;

const EXAMPLES: &str = "\
Examples:
  provoke gateway status
  provoke gateway call config.get --json";

/// Asks a gateway, ours or OpenClaw's, how it is, or anything else.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
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
        Command::Status(args) => block_on(status::run(args)),
        Command::Probe(args) => block_on(probe::run(args)),
        Command::Call(args) => block_on(call::run(args)),
        Command::Health(args) => block_on(super::health::short(args)),
    }
}
