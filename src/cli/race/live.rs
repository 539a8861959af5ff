//! `provoke race --live`: the same orders on a running gateway.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::Value;

use super::chosen;
use crate::cli::config::environment;
use crate::cli::error::{CliError, Exit, tell};
use crate::cli::reach::{Stop, block_on};
use crate::cli::run::{out, screen};
use crate::config::Secret;
use crate::gateway::client::connect::Credentials;
use crate::gateway::client::endpoint::{Wish, resolve};
use crate::gateway::client::fault::Fault;
use crate::io::race::{self, DISPLAY_NAME, Halt, Site, Trouble, Wanted};
use crate::problem::Problem;
use crate::report;
use crate::report::text::shown;
use crate::seed::Seed;
use crate::simulation::interleave::live::Model;
use crate::simulation::interleave::tell::within;
use crate::verdict::Verdict;
use crate::verdict::race::live::{Cleared, LiveRun};

/// How long one exchange with the gateway may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Orders of a race at most.
const ORDERS_MAX: i64 = 64;
/// Runs of a race all at once at most.
const REPEAT_MAX: i64 = 1_000;

/// What `--live` needs to know.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "On a running gateway")]
pub(super) struct LiveArgs {
    /// Play the races on the gateway at ws://HOST:PORT, ours or OpenClaw's, and hold it against the model.
    /// All devices are scratch ones, and are removed afterwards
    #[arg(long, value_name = "URL")]
    pub(super) live: Option<String>,
    /// The variable of the environment that holds the gateway's token
    #[arg(long, value_name = "VARIABLE", requires = "live")]
    token_env: Option<String>,
    /// The variable of the environment that holds the gateway's password, where its auth mode is `password`
    #[arg(long, value_name = "VARIABLE", requires = "live", conflicts_with = "token_env")]
    password_env: Option<String>,
    /// The gateway's state folder, for races that go through its files
    #[arg(long, value_name = "DIR", requires = "live")]
    state_dir: Option<PathBuf>,
    /// So many whole orders of each race, beside the shortest ones that lose
    #[arg(long, value_name = "N", default_value_t = 4, requires = "live",
        value_parser = clap::value_parser!(u64).range(0..=ORDERS_MAX as u64))]
    orders: u64,
    /// Play each race so many times all at once; by default 20 times, and only where its point lies inside
    /// the gateway, where no order can be steered
    #[arg(long, value_name = "N", requires = "live",
        value_parser = clap::value_parser!(u64).range(0..=REPEAT_MAX as u64))]
    repeat: Option<u64>,
    /// Allow a gateway that is not on this machine
    #[arg(long, requires = "live")]
    allow_remote: bool,
}

pub(super) fn run(args: &super::Args, url: &str) -> Result<Exit, CliError> {
    let format = if args.json { "json" } else { args.format.as_str() };
    let format = report::live::by_id(format).ok_or_else(|| {
        let known = report::live::ALL.map(|format| format.id).join(", ");
        wrong(format!("--live knows no format `{format}`"), &format!("known are: {known}"))
    })?;
    if !args.report.is_empty() || args.counterexamples.is_some() {
        return Err(wrong("--live writes one report, to stdout", "use --format json > FILE"));
    }
    let model = args.policy.as_deref().map(model).transpose()?;
    let races = chosen::races(&args.scenarios)?;
    let live = &args.live;
    let count = |number: u64| usize::try_from(number).unwrap_or_default();
    let wanted = Wanted {
        races: races.iter().map(|race| within(race, args.actors, args.steps)).collect(),
        model,
        orders: count(live.orders),
        repeat: live.repeat.map(count),
        seed: Seed(args.seed),
    };
    let site = site(live, url)?;
    let target = site.endpoint.url();
    block_on(async {
        let (done, signal) = played(site, &wanted).await?;
        let run = match done {
            Ok(run) => run,
            Err((trouble, cleared)) => {
                cleared.iter().for_each(tell_cleared);
                return match signal {
                    Some(exit) => Ok(exit),
                    None => Err(failed(&target, &trouble)),
                };
            }
        };
        out(&(format.render)(&run, &screen(args.color, args.verbose)))?;
        if matches!(run.cleared, Cleared::Left(..)) {
            tell_cleared(&run.cleared);
        }
        if run.disagreements() > 0 {
            tell(format_args!("model and reality DISAGREE in {} orders", run.disagreements()));
        }
        Ok(signal.unwrap_or_else(|| match run.verdict() {
            Verdict::Pass => Exit::Pass,
            Verdict::Skip => Exit::NothingSelected,
            _ => Exit::Fail,
        }))
    })
}

type Done = Result<LiveRun, (Trouble, Option<Cleared>)>;

/// Plays until the end, or until a signal; then what was made is cleared all the same. A second signal
/// does not wait for that.
async fn played(site: Site, wanted: &Wanted) -> Result<(Done, Option<Exit>), CliError> {
    let mut stop = Stop::listen().await;
    let halt = Halt::default();
    let work = race::run(site, wanted, &halt);
    tokio::pin!(work);
    let signal = tokio::select! {
        done = &mut work => return Ok((done, None)),
        exit = stop.heard() => exit,
    };
    halt.now();
    tell("stopping: the scratch devices are being removed");
    tokio::select! {
        done = &mut work => Ok((done, Some(signal))),
        exit = stop.heard() => {
            let words = format!("scratch devices may still be paired; they are called `{DISPLAY_NAME}`");
            let hint = "provoke devices list shows them, provoke devices remove DEVICE removes one";
            Err(CliError::new(exit, Problem::new(words).hint(hint)))
        }
    }
}

fn tell_cleared(cleared: &Cleared) {
    match cleared {
        Cleared::All(count) => tell(format_args!("{count} scratch devices were made; none of them is left")),
        Cleared::Left(left, why) => {
            tell(format_args!("warning: scratch devices may still be paired: {}", shown(why)));
            left.iter().for_each(|one| tell(format_args!("  {}", shown(one))));
            tell("  see: provoke devices list; provoke devices remove DEVICE");
        }
    }
}

fn site(args: &LiveArgs, url: &str) -> Result<Site, CliError> {
    let mut env = environment();
    let token = named(&env, "token", args.token_env.as_deref())?;
    let password = named(&env, "password", args.password_env.as_deref())?;
    if args.allow_remote {
        env.insert("OPENCLAW_ALLOW_INSECURE_PRIVATE_WS".to_owned(), "1".to_owned());
    }
    // A gateway that asks for no secret is reached without one.
    let is_open = token.is_none() && password.is_none();
    let token = token.or_else(|| is_open.then(|| Secret::new("-")));
    let wish = Wish { url: Some(url.to_owned()), token, password };
    let resolved = resolve(&wish, &env, &Value::Null, "none");
    let (endpoint, credentials) = resolved.map_err(|problem| CliError::new(Exit::Usage, problem))?;
    if !endpoint.is_loopback() && !args.allow_remote {
        let words = format!("{} is not on this machine", endpoint.url());
        return Err(wrong(words, "races pair and remove devices: --allow-remote, if that is what you want"));
    }
    if args.state_dir.is_some() && !endpoint.is_loopback() {
        return Err(wrong("--state-dir is of a gateway on this machine", "leave it out"));
    }
    if let Some(folder) = args.state_dir.as_deref().filter(|folder| !folder.is_dir()) {
        return Err(wrong(format!("--state-dir {} is no folder", folder.display()), "name the state folder"));
    }
    let credentials = if is_open { Credentials::default() } else { credentials };
    Ok(Site {
        endpoint,
        credentials,
        patience: PATIENCE,
        state: args.state_dir.clone(),
        asked: tokio::sync::watch::Sender::new(0),
    })
}

/// A secret from the variable that an option names.
fn named(
    env: &BTreeMap<String, String>,
    kind: &str,
    variable: Option<&str>,
) -> Result<Option<Secret>, CliError> {
    let Some(name) = variable else { return Ok(None) };
    let value = env.get(name).filter(|value| !value.trim().is_empty()).map(Secret::new);
    let absent = || {
        let words = format!("--{kind}-env {}: there is no such variable", shown(name));
        wrong(words, &format!("set it to the gateway's {kind}"))
    };
    value.map(Some).ok_or_else(absent)
}

fn model(policy: &str) -> Result<Model, CliError> {
    Model::named(policy).ok_or_else(|| {
        let known = Model::ALL.map(Model::policy).join(", ");
        wrong(format!("no gateway follows the policy `{policy}`"), &format!("with --live: {known}"))
    })
}

fn wrong(words: impl Into<String>, hint: &str) -> CliError {
    CliError::new(Exit::Usage, Problem::new(words.into()).hint(hint))
}

/// Why it could not be done, and what next.
fn failed(target: &str, trouble: &Trouble) -> CliError {
    let hint = match trouble {
        Trouble::Gateway(Fault::Refused(..)) => {
            "give the gateway's token or password: --token-env VARIABLE, --password-env VARIABLE"
        }
        Trouble::Gateway(_) => "see whether it runs: provoke gateway probe --url URL --token TOKEN",
        Trouble::NotSilent(_) => {
            "races need first contact to be silent, as it is on the gateway's own machine with its token; reject \
             the request that this made: provoke devices list, provoke devices reject REQUEST"
        }
        Trouble::Files(_) => "see that --state-dir is the state folder of this gateway, and yours",
        Trouble::Start(_) | Trouble::Stopped => "nothing else was changed",
    };
    let cause = match trouble {
        Trouble::Gateway(Fault::Unreachable(words)) => format!(" ({words})"),
        Trouble::Gateway(Fault::NoWebSocket(status, _)) => {
            format!(" (what listens there answers HTTP {status}, and is no gateway)")
        }
        _ => String::new(),
    };
    CliError::new(Exit::CouldNotRun, Problem::new(shown(&format!("{target}: {trouble}{cause}"))).hint(hint))
}
