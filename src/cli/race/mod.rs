//! `provoke race`.

mod chosen;
mod explore;
mod live;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args as ClapArgs;

use super::error::{CliError, Exit, tell as say};
use super::reach::block_on;
use super::run::{Colour, cannot_write, format_and_file, interrupted, no_such, out, screen};
use crate::io::files;
use crate::report;
use crate::report::race::Format;
use crate::scenario::race::{ACTORS_MAX, ACTS_MAX};
use crate::seed::Seed;
use crate::simulation::interleave::policy::{self, Policy};
use crate::simulation::interleave::tell::{tell, tried, within};
use crate::verdict::Verdict;
use crate::verdict::race::RaceRun;

const EXAMPLES: &str = "\
Examples:
  provoke race --policy openclaw-2026.4.12 pairing.seed-deadlock
  provoke race --live ws://127.0.0.1:18789 --token-env OPENCLAW_GATEWAY_TOKEN";

/// The policy where none is named.
const OURS: &str = "ours";

/// Tries every order of a pairing race, and draws the shortest one that loses.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Races: files, folders, or names of built-in ones; all built-in ones by default
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// Whose rules of pairing are tried (`provoke list policies` names them)
    /// [default: ours; with --live the one of what is found there]
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    /// Only the first so many actors of each race
    #[arg(long, value_name = "N", value_parser = bound::<ACTORS_MAX>, allow_negative_numbers = true)]
    actors: Option<usize>,
    /// Only the first so many acts of each actor
    #[arg(long, value_name = "N", value_parser = bound::<ACTS_MAX>, allow_negative_numbers = true)]
    steps: Option<usize>,
    /// The seed of the orders that are drawn where a race has too many
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    seed: u64,
    /// A folder for one scenario file per violation, which replays it
    #[arg(long, value_name = "DIR")]
    counterexamples: Option<PathBuf>,
    /// What goes to stdout
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: String,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// A report beside it, any number of times
    #[arg(long, value_name = "FORMAT=FILE")]
    report: Vec<String>,
    /// When to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Every race that can be lost, and every diagram, also where it is the same as one before
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten)]
    live: live::LiveArgs,
}

/// A number from 1 to a limit.
fn bound<const MAX: usize>(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (1..=MAX).contains(&number) { Ok(number) } else { Err(format!("it goes from 1 to {MAX}")) }
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    let format = format(if args.json { "json" } else { &args.format })?;
    let beside = args.report.iter().map(|report| beside(report)).collect::<Result<Vec<_>, _>>()?;
    if let Some(url) = &args.live.live {
        return live::run(args, url);
    }
    let policy = policy(args.policy.as_deref().unwrap_or(OURS))?;
    let races = chosen::races(&args.scenarios)?;
    // What cannot be written is told before anything runs.
    let folders = args.counterexamples.iter().map(|folder| (folder, folder.join("race.yaml")));
    for (named, file) in beside.iter().map(|(_, file)| (file, file.clone())).chain(folders) {
        files::writable(&file).map_err(|error| cannot_write(named, &error))?;
    }
    let races: Vec<_> = races.iter().map(|race| within(race, args.actors, args.steps)).collect();
    end_when_interrupted();
    let began = Instant::now();
    let tries = explore::each(&races, |race| tried(race, policy, Seed(args.seed)));
    let exploring = began.elapsed();
    let tries: Vec<_> = races.iter().zip(tries).collect();
    let mut sets = explore::each(&tries, |(race, tried)| tell(race, policy, tried.clone()));
    if let Some(folder) = &args.counterexamples {
        keep(folder, &mut sets)?;
    }
    let run = RaceRun {
        policy: policy.name.to_owned(),
        about: policy.about.to_owned(),
        verdict: Verdict::overall(sets.iter().map(|set| set.verdict)),
        sets,
        seed: args.seed,
        wall: began.elapsed(),
        exploring,
    };
    let to_file = report::Options { colour: false, width: 120, verbose: args.verbose };
    for (format, file) in &beside {
        files::write(file, &(format.render)(&run, &to_file)).map_err(|error| cannot_write(file, &error))?;
    }
    out(&(format.render)(&run, &screen(args.color, args.verbose)))?;
    Ok(match run.verdict {
        Verdict::Fail => Exit::Fail,
        // Where every race is skipped, nothing was tried.
        Verdict::Skip => Exit::NothingSelected,
        _ => Exit::Pass,
    })
}

/// From now on ^C and SIGTERM end this process with a word. Nothing is in its middle that matters: files are
/// exchanged whole.
fn end_when_interrupted() {
    let wait = || {
        let heard = block_on(async { Ok(interrupted().await) });
        if let Ok(exit) = heard {
            say("interrupted: not all orders were tried, and nothing is reported");
            std::process::exit(exit as i32);
        }
    };
    std::thread::spawn(wait);
}

/// Writes every violation as a file that replays it.
fn keep(folder: &std::path::Path, sets: &mut [crate::verdict::race::RaceSet]) -> Result<(), CliError> {
    for set in sets {
        for broken in &mut set.violations {
            let tail = broken.invariant.rsplit('.').next().unwrap_or_default();
            let file = folder.join(format!("{}.{tail}.yaml", set.name));
            files::write(&file, broken.replay.as_bytes()).map_err(|error| cannot_write(&file, &error))?;
            broken.kept = Some(file.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

fn policy(name: &str) -> Result<&'static Policy, CliError> {
    let known = || policy::ALL.iter().map(|policy| policy.name).collect::<Vec<_>>();
    policy::named(name).ok_or_else(|| no_such("policy", name, &known()))
}

fn format(id: &str) -> Result<&'static Format, CliError> {
    let known = || report::race::ALL.iter().map(|format| format.id).collect::<Vec<_>>();
    report::race::by_id(id).ok_or_else(|| no_such("format", id, &known()))
}

fn beside(report: &str) -> Result<(&'static Format, PathBuf), CliError> {
    let (id, file) = format_and_file(report, "html=out.html")?;
    Ok((format(id)?, file))
}
