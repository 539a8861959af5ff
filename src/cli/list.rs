//! `provoke list`.

use clap::{Args as ClapArgs, ValueEnum};

use super::error::{CliError, Exit};
use super::run::out;
use super::select;
use crate::routing::conduct::mutants;
use crate::simulation::interleave::{invariant, policy};
use crate::{diagnosis, dialect, fault, report, scenario};

const EXAMPLES: &str = "\
Examples:
  provoke list faults
  provoke list scenarios --count";

/// Lists what is registered, one line each.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What to list
    #[arg(value_enum)]
    kind: Kind,
    /// Print only how many there are
    #[arg(long)]
    count: bool,
    /// `json` prints one JSON array
    #[arg(long, default_value = "terminal", value_parser = ["terminal", "json"])]
    format: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    Scenarios,
    Faults,
    Checks,
    Causes,
    Mocks,
    Dialects,
    Formats,
    Invariants,
    Policies,
}

/// One line of a list.
pub(super) struct Line {
    pub(super) id: String,
    /// The letter code of a fault; empty for all else.
    pub(super) code: &'static str,
    pub(super) about: String,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    let lines = lines(args.kind)?;
    if args.count {
        out(format!("{}\n", lines.len()).as_bytes())?;
        return Ok(Exit::Pass);
    }
    if args.format == "json" {
        let entries = lines.iter().map(|line| {
            let mut entry = serde_json::json!({"id": line.id, "about": line.about});
            if !line.code.is_empty() {
                entry["code"] = line.code.into();
            }
            entry
        });
        let list: serde_json::Value = entries.collect::<Vec<_>>().into();
        out(format!("{list:#}\n").as_bytes())?;
        return Ok(Exit::Pass);
    }
    let longest =
        |of: fn(&Line) -> &str| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0);
    let (width, codes) = (longest(|line| &line.id), longest(|line| line.code));
    let mut text = String::new();
    for line in &lines {
        let code = if codes == 0 { String::new() } else { format!("{:codes$}  ", line.code) };
        text.push_str(format!("{:width$}  {code}{}", line.id, line.about).trim_end());
        text.push('\n');
    }
    out(text.as_bytes())?;
    Ok(Exit::Pass)
}

pub(super) fn lines(kind: Kind) -> Result<Vec<Line>, CliError> {
    let line = |id: &str, about: &str| Line { id: id.to_owned(), code: "", about: about.to_owned() };
    Ok(match kind {
        Kind::Scenarios => {
            let plans = select::scenarios(&[], &select::library(None)?)?;
            let plans = plans.iter().map(|plan| line(&plan.id, &plan.title));
            let races = select::builtin_races()?;
            let races = races.iter().map(|race| line(&race.id, &format!("(race) {}", race.title)));
            plans.chain(races).collect()
        }
        Kind::Faults => {
            let faults = fault::all().iter();
            let named = |fault: &&'static dyn fault::Fault| Line {
                code: fault.code(),
                ..line(fault.name(), fault.about())
            };
            let mutants = mutants().iter().map(|mutant| {
                let about = format!("(router) {}", mutant.card.about);
                Line { code: mutant.card.code, ..line(mutant.card.name, &about) }
            });
            faults.map(named).chain(mutants).collect()
        }
        Kind::Checks => scenario::CHECKS.iter().map(|check| line(check.id(), check.claim())).collect(),
        Kind::Causes => {
            diagnosis::causes::all().into_iter().map(|cause| line(cause.id, cause.title)).collect()
        }
        Kind::Mocks => select::library(None)?.iter().map(|case| line(&case.id, &case.about.title)).collect(),
        Kind::Dialects => dialect::all().iter().map(|dialect| line(dialect.id(), dialect.about())).collect(),
        Kind::Invariants => {
            invariant::ALL.iter().map(|invariant| line(invariant.id(), invariant.about())).collect()
        }
        Kind::Policies => policy::ALL.iter().map(|policy| line(policy.name, policy.about)).collect(),
        Kind::Formats => report::all().iter().map(|renderer| line(renderer.id(), renderer.about())).collect(),
    })
}
