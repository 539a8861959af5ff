//! `provoke gateway run`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args as ClapArgs;
use jiff::tz::TimeZone;

use super::given::{Setup, StoreAt, usage};
use crate::cli::error::{CliError, Exit};
use crate::cli::run::interrupted;
use crate::config::{Config, LoggingConfig};
use crate::gateway::log::{Level, Line, Place};
use crate::gateway::nodes;
use crate::gateway::pairing::image::AtRest;
use crate::gateway::pairing::{Command, Policy, Store};
use crate::gateway::settings::{AuthMode, Settings};
use crate::io::client::Identity;
use crate::io::fresh::{fresh, wall_ms};
use crate::io::gateway::errands::Errands;
use crate::io::gateway::journal::{FILE_MAX, Journal, Keeping, LogFile};
use crate::io::gateway::store::{self, NodeFiles, NodeRows, OpenClawFiles, Options, Sqlite};
use crate::io::gateway::{Console, Scribe, Server, Watch, World};
use crate::io::router::Models;
use crate::problem::Problem;
use crate::recording::Redactor;

const EXAMPLES: &str = "\
The config is OpenClaw's: gateway.mode, .port, .auth and .controlUi. When it
changes, the gateway takes it in, and closes the sockets that came by a secret
that no longer holds. ^C and SIGTERM end it with exit code 0; a second one ends
it at once.

Switches, with their defaults first:
  pairing.localUpgrade=connection|ask
      What a local caller with the shared secret gets beyond what its device
      was granted: all it asks, for this connection; or nothing until approved
  pairing.tokenAtRest=hash|plain
      How device tokens stand in paired.json

Examples:
  provoke gateway run --state-dir ~/.openclaw
  provoke gateway run --allow-unconfigured --token example --port 18790";

/// Runs a gateway on loopback that OpenClaw's clients can use, until it is told to stop.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// The port, before OPENCLAW_GATEWAY_PORT and the config; 0 lets the system choose [default: 18789]
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// Where to listen; only `loopback` so far
    #[arg(long, value_name = "WHERE", default_value = "loopback")]
    bind: String,
    /// The config, before OPENCLAW_CONFIG_PATH [default: openclaw.json in the state folder]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The state folder, before OPENCLAW_STATE_DIR [default: ~/.openclaw]
    #[arg(long, value_name = "DIR")]
    pub(super) state_dir: Option<PathBuf>,
    /// Where pairings are kept: openclaw, sqlite or sqlite:PATH [default: openclaw where a state folder
    /// is named, else sqlite]
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    /// Turns a switch, see below; any number
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// The shared token, before the config and OPENCLAW_GATEWAY_TOKEN; others may see it in the list of
    /// processes
    #[arg(long)]
    pub(super) token: Option<String>,
    /// The shared password, before the config and OPENCLAW_GATEWAY_PASSWORD; the same goes for it
    #[arg(long)]
    pub(super) password: Option<String>,
    /// Run although the config does not say gateway.mode "local"
    #[arg(long)]
    pub(super) allow_unconfigured: bool,
}

/// Worker threads of the runtime: with two, a connect pays for waking the other one. The store and
/// the log have threads of their own.
const WORKERS: usize = 1;

/// How long errands have that are under way when everything else has ended.
const LAST_ERRANDS: Duration = Duration::from_secs(1);

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    if args.bind != "loopback" {
        let what = format!("--bind {} is not supported by provoke yet", args.bind);
        return Err(usage(what, "leave it out: the gateway listens on 127.0.0.1 and ::1"));
    }
    let mut setup = Setup::new(args)?;
    // Before the config is read, so that no change is missed.
    let watch = Watch::new(setup.config.clone());
    let (mut settings, mut config) = setup.settings()?;
    let store = setup.store(args.store.as_deref())?;
    let identity = match store {
        // OpenClaw's own gateway makes it too: command line and gateway of a folder share one key.
        StoreAt::OpenClaw => Identity::open(&setup.state_dir).map(Some),
        StoreAt::Sqlite(_) => Ok(Identity::find(&setup.state_dir)),
    };
    match identity {
        Ok(identity) => identity.iter().for_each(|identity| setup.own(identity, &mut settings)),
        Err(problem) => config.notes.push(problem),
    }
    let (store, nodes) = open(&store, &setup, &settings)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build().map_err(
            |error| CliError::system("cannot start", &error, "check the limits on threads and files"),
        )?;
    let zone = TimeZone::system();
    let file = log_file(&config.logging);
    let no_log = |error: std::io::Error| {
        CliError::system("cannot start the log", &error, "check the limits on threads")
    };
    let (console, shown) = Console::start(anstream::stderr()).map_err(no_log)?;
    let journal = journal(&config.logging, file.clone(), zone.clone(), &settings, console)?;
    let scribe = Scribe::start(journal).map_err(no_log)?;
    let mut errands = Errands::new(setup.state_dir.clone(), setup.config.clone(), file);
    errands.env.clone_from(&setup.env);
    errands.zone = zone;
    let errands = Arc::new(errands);
    let router = router(&setup, &scribe)?;
    // What was a secret once may still stand in a log.
    let known: BTreeSet<String> = secrets(&settings).into_iter().chain(keys(&router.config())).collect();
    know(&errands, &scribe, &known);
    let world = World {
        store,
        nodes,
        errands: errands.clone(),
        log: scribe.sink(),
        models: Some(Arc::clone(&router)),
    };
    let ears = (&*errands, &scribe, &*router, known);
    let done = runtime.block_on(serve(&setup, settings, world, watch, ears, &config.notes));
    // An errand may hang on a file system that does not answer.
    runtime.shutdown_timeout(LAST_ERRANDS);
    // It holds a way into the log, which ends when nobody does.
    drop(router);
    scribe.finish();
    shown.wait();
    done
}

/// The router of the config's models. What is wrong with a provider keeps none of the others out.
fn router(setup: &Setup, scribe: &Scribe) -> Result<Arc<Models>, CliError> {
    let config = setup.models()?;
    let log = scribe.sink();
    let say = move |words: &str, warns: bool| {
        let level = if warns { Level::Warn } else { Level::Info };
        log(&Line::new(level, "model-fallback/decision", words.to_owned()));
    };
    Ok(Arc::new(Models::new(config, Arc::new(say))))
}

/// Lets all who tell of anything know what they must not tell.
fn know(errands: &Errands, scribe: &Scribe, known: &BTreeSet<String>) {
    errands.know(known.iter().cloned().collect());
    scribe.know(known.iter().cloned().collect());
}

/// The keys of all providers.
fn keys(config: &Config) -> Vec<String> {
    let keys = config.providers.values().filter_map(|provider| provider.key.secret.as_ref());
    keys.map(|key| key.expose().to_owned()).collect()
}

/// Serves until a signal comes.
async fn serve(
    setup: &Setup,
    settings: Settings,
    mut world: World,
    mut watch: Watch,
    (errands, scribe, router, mut known): (&Errands, &Scribe, &Models, BTreeSet<String>),
    notes: &[Problem],
) -> Result<Exit, CliError> {
    let _survives = survive_large_files();
    let log = scribe.sink();
    let say = |level, words: String| log(&Line::new(level, "gateway", words));
    let (port, kept) = (settings.port, world.store.describe());
    let missing = missing_secret(&settings.auth);
    // A look at the book, so that a store that cannot be used is told before anybody connects.
    let chance = fresh().map_err(|error| CliError::system("no chance to be had", &error, "try again"))?;
    let first = world.store.transact(wall_ms(), chance, &Command::List);
    let server = Server::start(settings, world).await.map_err(|error| {
        let hint =
            "another program has the port, perhaps another gateway: stop it, or choose one with --port";
        CliError::system(format!("cannot listen on 127.0.0.1:{port}"), &error, hint)
    })?;
    let also = server.addresses.iter().skip(1).map(|address| format!(" and ws://{address}"));
    let also: String = also.collect();
    let listening = format!(
        "listening on ws://127.0.0.1:{}{also} (pid {}, config {}, pairings in {kept})",
        server.port,
        std::process::id(),
        setup.config.display()
    );
    say(Level::Info, listening);
    notes.iter().for_each(|note| say(Level::Warn, noted(note)));
    first.log.iter().for_each(&*log);
    if let Some(missing) = missing {
        say(Level::Warn, missing);
    }
    let ended = interrupted();
    tokio::pin!(ended);
    loop {
        tokio::select! {
            _ = &mut ended => break,
            () = watch.changed() => {
                if let Some(settings) = take_in(setup, (errands, scribe, router), &mut known, &say) {
                    server.reconfigure(settings).await;
                }
            }
        }
    }
    say(Level::Info, "stopping".to_owned());
    // Who says it twice does not want to wait; every file is whole at any moment.
    let told_again = interrupted();
    tokio::select! {
        () = server.stop("gateway stopping") => Ok(Exit::Pass),
        exit = told_again => Ok(exit),
    }
}

/// Takes a changed config in; its settings, where they can be used.
fn take_in(
    setup: &Setup,
    (errands, scribe, router): (&Errands, &Scribe, &Models),
    known: &mut BTreeSet<String>,
    say: &impl Fn(Level, String),
) -> Option<Settings> {
    let refuse = |what: &str, error: CliError| {
        for problem in &error.problems {
            say(Level::Error, format!("{what} changed, and is not taken in: {}", noted(problem)));
        }
    };
    let (settings, config) = setup.settings().map_err(|error| refuse("config", error)).ok()?;
    say(Level::Info, format!("config changed: {}", setup.config.display()));
    config.notes.iter().for_each(|note| say(Level::Warn, noted(note)));
    known.extend(secrets(&settings));
    let models = setup.models().map_err(|error| refuse("the list of models", error)).ok();
    known.extend(models.iter().flat_map(keys));
    // Before anybody can say it.
    know(errands, scribe, known);
    if let Some(models) = models {
        router.reload(models);
    }
    if let Some(missing) = missing_secret(&settings.auth) {
        say(Level::Warn, missing);
    }
    Some(settings)
}

/// A note on the config, in one line.
fn noted(note: &Problem) -> String {
    let place = Some(note.place.to_string()).filter(|place| !place.is_empty());
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    let hint = note.hint.as_deref().map(|hint| format!(": {hint}")).unwrap_or_default();
    format!("{place}{}{hint}", note.message)
}

/// A file beyond `ulimit -f` is then a write that fails, as on a full disk, and not the end of the
/// process; for good, as long as the answer or the runtime lives.
fn survive_large_files() -> Option<tokio::signal::unix::Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).ok()
}

/// What is wrong where nobody can know the secret.
fn missing_secret(auth: &AuthMode) -> Option<String> {
    let (what, variable) = match auth {
        AuthMode::Token(None) => ("token", "OPENCLAW_GATEWAY_TOKEN"),
        AuthMode::Password(None) => ("password", "OPENCLAW_GATEWAY_PASSWORD"),
        _ => return None,
    };
    Some(format!(
        "no {what} is configured: every connect by {what} is refused. Set gateway.auth.{what}, {variable} or --{what}"
    ))
}

fn secrets(settings: &Settings) -> Vec<String> {
    match &settings.auth {
        AuthMode::Token(Some(secret)) | AuthMode::Password(Some(secret)) => vec![secret.expose().to_owned()],
        _ => Vec::new(),
    }
}

fn log_file(logging: &LoggingConfig) -> LogFile {
    match &logging.file {
        Some(path) => LogFile::Fixed(PathBuf::from(path)),
        None => LogFile::Daily(std::env::temp_dir().join("openclaw")),
    }
}

fn journal(
    logging: &LoggingConfig,
    file: LogFile,
    zone: TimeZone,
    settings: &Settings,
    console: Console,
) -> Result<Journal, CliError> {
    let floor = |word: &Option<String>, key: &str| match word.as_deref() {
        None => Ok(Some(Level::Info)),
        Some(word) => Level::floor(word).ok_or_else(|| {
            usage(format!("{key} cannot be `{word}`"), "it is silent, error, warn, info, debug or trace")
        }),
    };
    Ok(Journal::new(Keeping {
        file,
        level: floor(&logging.level, "logging.level")?,
        console_level: floor(&logging.console_level, "logging.consoleLevel")?,
        max_bytes: FILE_MAX,
        zone,
        place: Place { hostname: settings.host.name.clone(), version: env!("CARGO_PKG_VERSION").to_owned() },
        redactor: Redactor::new(secrets(settings)),
        complaints: Box::new(console.clone()),
        console: Box::new(console),
    }))
}

/// The books of devices and of nodes.
type Stores = (Box<dyn Store>, Box<dyn nodes::Store>);

/// Opens the place where pairings are kept.
fn open(at: &StoreAt, setup: &Setup, settings: &Settings) -> Result<Stores, CliError> {
    let policy = Policy { local_upgrade: settings.local_upgrade };
    let at_rest = if setup.plain_tokens() { AtRest::Plain } else { AtRest::Hash };
    let options = Options { policy, at_rest, starts: true };
    let opened = || -> Result<Stores, store::Error> {
        Ok(match at {
            StoreAt::OpenClaw => {
                let devices = OpenClawFiles::open(&setup.state_dir, options)?;
                (Box::new(devices), Box::new(NodeFiles::open(&setup.state_dir, at_rest)))
            }
            StoreAt::Sqlite(path) => {
                let devices = Sqlite::open(path, options)?;
                (Box::new(devices), Box::new(NodeRows::open(path)?))
            }
        })
    };
    opened().map_err(|error| {
        let problem = Problem::new(format!("cannot keep pairings: {error}"));
        CliError::new(Exit::CouldNotRun, problem.hint("name another place with --state-dir or --store"))
    })
}
