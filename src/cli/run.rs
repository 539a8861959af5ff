//! `provoke run`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args as ClapArgs, ValueEnum};

use super::error::{CliError, Exit};
use super::progress::Live;
use super::proof;
use super::{select, subject};
use crate::dialect;
use crate::io::clock::TimeScale;
use crate::io::files;
use crate::io::runner::{self, Foreign, Options, Progress, Ran, Silent};
use crate::problem::{Problem, nearest};
use crate::recording::{Trace, cassette};
use crate::report::{self, Renderer, Told};
use crate::scenario::Plan;
use crate::scenario::foreign::model_id;
use crate::verdict::{Run, Verdict, World};

const EXAMPLES: &str = "\
Examples:
  provoke run seed --world sim
  provoke run my-scenario.yaml --format json --report junit=out.xml";

/// Runs scenarios and judges what happens: per provider and model, what was observed and why.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Scenarios: files, folders, or names of built-in ones (`seed` selects `seed.*`); all built-in ones by default
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// Where to run: pure machines in virtual time, real sockets in scaled time, or both
    #[arg(long, value_enum, default_value_t = WorldChoice::Both)]
    world: WorldChoice,
    /// Only cells of this provider
    #[arg(long)]
    provider: Option<String>,
    /// Only cells of this model
    #[arg(long)]
    model: Option<String>,
    /// The seed from which all chance follows
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
    /// How many cases run at once in the wire world, 1 to 256
    #[arg(long, short, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// How many nominal seconds pass in a real one in the wire world, 1 to 1000; 50, or 1 with --mock-listen
    #[arg(long, allow_negative_numbers = true)]
    time_scale: Option<f64>,
    /// What goes to stdout
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    format: String,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// A report beside it, any number of times
    #[arg(long, value_name = "FORMAT=FILE")]
    report: Vec<String>,
    /// A folder for one cassette per case
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,
    /// A folder of mocks, over the built-in ones
    #[arg(long, value_name = "DIR")]
    mocks: Option<PathBuf>,
    /// Flaky cases and known failures that pass fail the run too
    #[arg(long)]
    strict: bool,
    /// Only list what would run
    #[arg(long)]
    list: bool,
    /// Prove the checks instead: every check and cause against every fault, and 10,000 runs on health
    #[arg(long, conflicts_with_all = ["scenarios", "provider", "model", "list", "recordings", "mutant", "subject"])]
    matrix: bool,
    /// Put a router with this fault in the place of ours (`provoke list faults` names them: M01, T19, …)
    #[arg(long, value_name = "ID")]
    mutant: Option<String>,
    /// When to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Every check of every case and every comparison with another subject, not only what is wrong
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten, next_help_heading = "A foreign subject")]
    subject: subject::Args,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WorldChoice {
    Sim,
    Wire,
    Both,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    let renderer = renderer(if args.json { "json" } else { &args.format })?;
    let beside = args.report.iter().map(|report| beside(report)).collect::<Result<Vec<_>, _>>()?;
    if let (Some(kind), Some(listen)) = (args.subject.subject_config, args.subject.mock_listen) {
        out(subject::config(kind, listen).as_bytes())?;
        return Ok(Exit::Pass);
    }
    let scale = scale(args)?;
    let library = select::library(args.mocks.as_deref())?;
    let plans = selected(&select::scenarios(&args.scenarios, &library)?, args)?;
    if args.list {
        return list(&plans, args.subject.mock_listen.is_some());
    }
    if let (Some(listen), None) = (args.subject.mock_listen, &args.subject.subject) {
        return subject::serve(plans, listen, scale, library, args.seed);
    }
    let foreign = args.subject.foreign(scale, &library)?;
    if foreign.is_some() && args.world == WorldChoice::Sim {
        let problem = Problem::new("--subject runs in the wire world only");
        return Err(CliError::new(Exit::Usage, problem.hint("leave --world out")));
    }
    // What cannot be written is told before anything runs.
    let folders = args.recordings.iter().map(|folder| (folder, folder.join("cassette")));
    for (named, file) in beside.iter().map(|(_, file)| (file, file.clone())).chain(folders) {
        files::writable(&file).map_err(|error| cannot_write(named, &error))?;
    }
    let options = Options {
        // A page with the matrix shows the simulated run beside it; the proof itself needs no wire.
        worlds: if args.matrix { vec![World::Sim] } else { worlds(args.world) },
        seed: args.seed,
        jobs: args.jobs.into(),
        scale,
        mutant: args.mutant.as_deref().map(proof::mutant).transpose()?,
        ..Options::default()
    };
    if args.matrix {
        return proof::run(&plans, &options, &library, (renderer, &beside), args);
    }
    let (mut run, ran) = execute(&plans, &options, foreign)?;
    if let Some(folder) = &args.recordings {
        keep_recordings(folder, &mut run, &ran)?;
    }
    let draws = renderer.draws() || beside.iter().any(|(renderer, _)| renderer.draws());
    let traces = if draws { traces(&ran) } else { BTreeMap::new() };
    let told = Told { traces: &traces, ..Told::from(&run) };
    for (renderer, file) in &beside {
        files::write(file, &renderer.render(&told, &to_file(args)))
            .map_err(|error| cannot_write(file, &error))?;
    }
    out(&renderer.render(&told, &to_screen(args)))?;
    Ok(exit(&run, args.strict))
}

/// How fast nominal time passes: the time-outs of a foreign subject are real.
fn scale(args: &Args) -> Result<TimeScale, CliError> {
    let usual = if args.subject.mock_listen.is_some() { TimeScale::REAL } else { TimeScale::FAST };
    let Some(factor) = args.time_scale else { return Ok(usual) };
    TimeScale::new(factor).ok_or_else(|| {
        let problem = Problem::new(format!("--time-scale {factor} is not between 1 and 1000"));
        CliError::new(Exit::Usage, problem.hint("50 is usual; 1 is real time"))
    })
}

pub(super) fn execute(
    plans: &[Arc<Plan>],
    options: &Options,
    foreign: Option<Foreign>,
) -> Result<(Run, Vec<Ran>), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // A simulated case computes without a pause: where nothing but such cases run, look for
        // signals after each one. 61 is the runtime's own default, which sockets are best served by.
        .event_interval(if options.worlds == [World::Sim] { 1 } else { 61 })
        .build()
        .map_err(|error| CliError::system("cannot start", &error, "check the limits on threads and files"))?;
    let live: Box<dyn Progress> = if std::io::stderr().is_terminal() && std::env::var_os("CI").is_none() {
        Box::new(Live::new())
    } else {
        Box::new(Silent)
    };
    runtime.block_on(async {
        tokio::select! {
            done = tried(plans, options, foreign, live.as_ref()) => done,
            exit = interrupted() => Err(CliError::new(exit, Problem::new("interrupted; nothing was reported"))),
        }
    })
}

async fn tried(
    plans: &[Arc<Plan>],
    options: &Options,
    foreign: Option<Foreign>,
    live: &dyn Progress,
) -> Result<(Run, Vec<Ran>), CliError> {
    let Some(foreign) = foreign else { return Ok(runner::run(plans, options, live).await) };
    let listen = foreign.listen;
    let done = runner::run_foreign(plans, foreign, options, live).await;
    let (run, ran, strays) = done.map_err(|error| subject::unreachable(&error, listen))?;
    subject::tell_strays(&strays);
    Ok((run, ran))
}

/// Resolves when the user or the system wants us to stop.
pub(super) async fn interrupted() -> Exit {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => Exit::Interrupted,
                _ = terminate.recv() => Exit::Terminated,
            };
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    Exit::Interrupted
}

fn selected(plans: &[Arc<Plan>], args: &Args) -> Result<Vec<Arc<Plan>>, CliError> {
    let wanted = |cell: &crate::scenario::Cell| {
        args.provider.as_ref().is_none_or(|provider| *provider == cell.provider)
            && args.model.as_ref().is_none_or(|model| *model == cell.model)
    };
    let mut chosen = Vec::new();
    for plan in plans {
        let mut plan = Plan::clone(plan);
        plan.cells.retain(wanted);
        if !plan.cells.is_empty() {
            chosen.push(Arc::new(plan));
        }
    }
    if chosen.is_empty() { Err(nothing(plans, args)) } else { Ok(chosen) }
}

/// Nothing is selected: which of the words is unknown, and what was meant.
fn nothing(plans: &[Arc<Plan>], args: &Args) -> CliError {
    let cells = || plans.iter().flat_map(|plan| &plan.cells);
    let providers: BTreeSet<&str> = cells().map(|cell| cell.provider.as_str()).collect();
    let of_provider = cells().filter(|cell| args.provider.as_ref().is_none_or(|one| *one == cell.provider));
    let models: BTreeSet<&str> = of_provider.map(|cell| cell.model.as_str()).collect();
    let unknown = match (&args.provider, &args.model) {
        (Some(word), _) if !providers.contains(word.as_str()) => Some(("provider", word, providers)),
        (_, Some(word)) => Some(("model", word, models)),
        _ => None,
    };
    let Some((what, word, known)) = unknown else {
        return CliError::new(Exit::NothingSelected, Problem::new("nothing is selected"));
    };
    let problem = Problem::new(format!("nothing is selected: no {what} here is called `{word}`"));
    let hint = match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`provoke run --list` shows every cell".to_owned(),
    };
    CliError::new(Exit::NothingSelected, problem.hint(hint))
}

fn list(plans: &[Arc<Plan>], models: bool) -> Result<Exit, CliError> {
    let mut text = String::new();
    for plan in plans {
        for cell in &plan.cells {
            // Where there is no model, nothing can be asked for.
            let model = match cell.candidates.first().filter(|_| models) {
                Some(_) => format!("{}  ", model_id(&plan.id, cell)),
                None if models => "-  ".to_owned(),
                None => String::new(),
            };
            text.push_str(&format!("{model}{}[{}]  {}\n", plan.id, cell.label(), cell.expected.words()));
        }
    }
    out(text.as_bytes())?;
    Ok(Exit::Pass)
}

fn worlds(choice: WorldChoice) -> Vec<World> {
    match choice {
        WorldChoice::Sim => vec![World::Sim],
        WorldChoice::Wire => vec![World::Wire],
        WorldChoice::Both => vec![World::Sim, World::Wire],
    }
}

fn exit(run: &Run, strict: bool) -> Exit {
    match run.verdict() {
        Verdict::Pass | Verdict::Skip | Verdict::Xfail => Exit::Pass,
        Verdict::Flaky | Verdict::Xpass if !strict => Exit::Pass,
        Verdict::Flaky | Verdict::Xpass | Verdict::Fail => Exit::Fail,
        Verdict::Error => Exit::CouldNotRun,
    }
}

fn renderer(id: &str) -> Result<&'static dyn Renderer, CliError> {
    let known = || report::all().iter().map(|renderer| renderer.id()).collect::<Vec<_>>();
    report::by_id(id).ok_or_else(|| no_such("format", id, &known()))
}

fn beside(report: &str) -> Result<(&'static dyn Renderer, PathBuf), CliError> {
    let (format, file) = format_and_file(report, "junit=out.xml")?;
    Ok((renderer(format)?, file))
}

/// What `--report FORMAT=FILE` names.
pub(super) fn format_and_file<'a>(report: &'a str, example: &str) -> Result<(&'a str, PathBuf), CliError> {
    let Some((format, file)) = report.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        let problem = Problem::new(format!("--report {report} names no file"));
        return Err(CliError::new(Exit::Usage, problem.hint(format!("write it as --report {example}"))));
    };
    Ok((format, PathBuf::from(file)))
}

/// A name that nothing has, with the one that may have been meant.
pub(super) fn no_such(what: &str, name: &str, known: &[&str]) -> CliError {
    let problem = Problem::new(format!("there is no {what} `{name}`"));
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are: {}", known.join(", ")),
    };
    CliError::new(Exit::Usage, problem.hint(hint))
}

pub(super) fn cannot_write(file: &std::path::Path, error: &std::io::Error) -> CliError {
    CliError::system(
        format!("cannot write {}", file.display()),
        error,
        "choose a folder that you may write to",
    )
}

fn keep_recordings(folder: &std::path::Path, run: &mut Run, ran: &[Ran]) -> Result<(), CliError> {
    for (case, one) in run.cases.iter_mut().zip(ran) {
        if one.recording.exchanges.is_empty() {
            continue;
        }
        let name: String = case
            .id
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "._@-".contains(c) { c } else { '_' })
            .collect();
        let file = folder.join(format!("{name}.cassette.jsonl"));
        let meta = cassette::Meta {
            scenario: Some(case.scenario.clone()),
            case: Some(case.id.clone()),
            world: Some(case.world.name().to_owned()),
            seed: Some(run.seed),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            redacted: true,
        };
        files::write(&file, cassette::encode(&one.recording, &meta).as_bytes())
            .map_err(|error| cannot_write(&file, &error))?;
        case.recording = Some(file.to_string_lossy().into_owned());
    }
    Ok(())
}

/// What pictures are made of, by the id of the case.
pub(super) fn traces(ran: &[Ran]) -> BTreeMap<String, Trace> {
    ran.iter().map(|one| (one.case.id.clone(), dialect::trace(&one.recording))).collect()
}

/// How a report in a file is laid out.
pub(super) const fn to_file(args: &Args) -> report::Options {
    report::Options { colour: false, width: 120, verbose: args.verbose }
}

/// How a report on the screen is laid out.
pub(super) fn to_screen(args: &Args) -> report::Options {
    screen(args.color, args.verbose)
}

/// What the screen can show and the user wants to see.
pub(super) fn screen(colour: Colour, verbose: bool) -> report::Options {
    let stdout = std::io::stdout();
    let colour = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
    };
    report::Options { colour, width: super::progress::width(), verbose }
}

/// Writes to stdout; a reader that has left is no error of ours.
pub(super) fn out(bytes: &[u8]) -> Result<(), CliError> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::system("cannot write to stdout", &error, "check where the output goes"))
        }
        _ => Ok(()),
    }
}
