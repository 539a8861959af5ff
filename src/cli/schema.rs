//! `provoke schema`.

use clap::{Args as ClapArgs, ValueEnum};

use super::error::{CliError, Exit};
use super::run::out;
use crate::{recording, report, scenario};

const EXAMPLES: &str = "\
Examples:
  provoke schema scenario > scenario.schema.json
  provoke schema report";

/// Prints the published JSON Schema of a file format.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Which format
    #[arg(value_enum)]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Scenario files
    Scenario,
    /// Race files
    Race,
    /// The report of `run --format json`
    Report,
    /// The report of `race --format json`
    RaceReport,
    /// The report of `race --live URL --format json`
    RaceLiveReport,
    /// The mutation matrix of `run --matrix --format json`
    Matrix,
    /// A line of a cassette
    Cassette,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    let schema = match args.kind {
        Kind::Scenario => scenario::schema::schema(),
        Kind::Race => scenario::race::schema::schema(),
        Kind::Report => report::json::schema(),
        Kind::RaceReport => report::json::race_schema(),
        Kind::RaceLiveReport => report::json::race_live_schema(),
        Kind::Matrix => report::json::proof_schema(),
        Kind::Cassette => recording::cassette::schema(),
    };
    out(format!("{schema:#}\n").as_bytes())?;
    Ok(Exit::Pass)
}
