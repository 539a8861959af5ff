//! The command line: arguments, exit codes and human wording.

mod config;
mod devices;
mod error;
mod explain;
mod gateway;
mod health;
mod list;
mod logs;
mod mock;
mod progress;
mod proof;
mod race;
mod reach;
mod run;
mod schema;
mod select;
mod status;
mod subject;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use error::{CliError, Exit};

/// Is it the provider, the router, the gateway, the pairing or the config — and what is the fix?
#[derive(Debug, Parser)]
#[command(name = "provoke", version, max_term_width = 100, propagate_version = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Exit codes: 0 pass · 1 fail · 2 usage, scenario or configuration error ·
3 could not run · 4 nothing selected · 130/143 interrupted

Examples:
  provoke run                      judge the built-in scenarios in both worlds
  provoke explain stream.empty-body";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios and judge what happens, per provider and model
    Run(Box<run::Args>),
    /// Try every order of a pairing race, and draw the shortest one that loses
    Race(Box<race::Args>),
    /// Serve mock providers, healthy or with faults
    Mock(mock::Args),
    /// Read a configuration of OpenClaw as OpenClaw does, and say what is wrong with it
    Config(config::Args),
    /// Run a gateway that OpenClaw's clients can use, or ask any gateway how it is
    Gateway(gateway::Args),
    /// Show and change who is paired with a gateway
    Devices(Box<devices::Args>),
    /// Ask a running gateway for its health
    Health(health::Args),
    /// Show in one table how the gateway is
    Status(status::Args),
    /// Print the gateway's log, and follow it
    Logs(logs::Args),
    /// List what is registered: scenarios, faults, checks, causes, mocks, invariants, …
    List(list::Args),
    /// Explain whatever has an id: a scenario, fault, check, cause, mock, invariant, …
    Explain(explain::Args),
    /// Print a JSON Schema: of scenarios, races, their reports, the matrix, cassettes
    Schema(schema::Args),
}

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that has left is no error of ours.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Pass.into() };
        }
    };
    let done = match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Race(args) => race::run(&args),
        Command::Mock(args) => mock::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Gateway(args) => gateway::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Health(args) => reach::block_on(health::run(&args)),
        Command::Status(args) => reach::block_on(status::run(&args)),
        Command::Logs(args) => logs::run(&args),
        Command::List(args) => list::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            error::tell(&error);
            error.exit.into()
        }
    }
}
