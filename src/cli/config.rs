//! `provoke config`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};
use serde_json::Value;

use super::error::{CliError, Exit};
use super::reach::{hide_by_name, print_json};
use super::run::out;
use super::select::read_text;
use crate::config;
use crate::problem::Problem;
use crate::recording::Redactor;

const EXAMPLES: &str = "\
Examples:
  provoke config validate
  provoke config validate openclaw.json --models-json models.json";

/// Reads a configuration of OpenClaw as OpenClaw does, and says what is wrong with it.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print providers, models, candidates and problems of a configuration, and no secret
    Validate(Validate),
    /// Print a value of the configuration, without secrets
    Get(Get),
}

/// Prints a value of the configuration file as it is written, without secrets.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
struct Get {
    /// Where, as gateway.auth.mode or agents.list[0].id; by default all of it
    path: Option<String>,
    /// Print JSON, a text in quotes too
    #[arg(long)]
    json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
struct Validate {
    /// The openclaw.json; by default $OPENCLAW_CONFIG_PATH, else openclaw.json in $OPENCLAW_STATE_DIR,
    /// else ~/.openclaw/openclaw.json
    file: Option<PathBuf>,
    /// The generated models.json of an agent, which OpenClaw merges in
    #[arg(long, value_name = "FILE")]
    models_json: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit, CliError> {
    match &args.command {
        Command::Validate(args) => validate(args),
        Command::Get(args) => get(args),
    }
}

fn get(args: &Get) -> Result<Exit, CliError> {
    let file = default_file(&environment())?;
    let failed = |problem| CliError::new(Exit::Fail, problem);
    let text = text(&file).map_err(CliError::failing)?;
    // Variables stay as they are written: what they stand for may be secret.
    let mut tree = config::tree(&text, &file.to_string_lossy(), &BTreeMap::new()).map_err(failed)?;
    hide_by_name(&mut tree);
    let path = args.path.as_deref().unwrap_or_default();
    let Some(value) = at(&tree, path) else {
        super::error::tell(format_args!("Config path not found: {path}"));
        return Ok(Exit::Fail);
    };
    match value.as_str().filter(|_| !args.json) {
        Some(text) => out(format!("{text}\n").as_bytes())?,
        None => print_json(value)?,
    }
    Ok(Exit::Pass)
}

/// The value at a path such as `a.b[0].c`.
fn at<'a>(tree: &'a Value, path: &str) -> Option<&'a Value> {
    let steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']'));
    steps.filter(|step| !step.is_empty()).try_fold(tree, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    })
}

fn validate(args: &Validate) -> Result<Exit, CliError> {
    let env = environment();
    let file = match &args.file {
        Some(file) => file.clone(),
        None => default_file(&env)?,
    };
    let text = text(&file)?;
    let models = args.models_json.as_deref().map(text_and_name).transpose()?;
    let models = models.as_ref().map(|(text, name)| (text.as_str(), name.as_str()));
    let config = config::load(&text, &file.to_string_lossy(), &env, models)
        .map_err(|error| CliError::new(Exit::Usage, error.0))?;
    // A key may stand where no key belongs, such as in a model's id.
    let keys = config.providers.values().filter_map(|provider| provider.key.secret.as_ref());
    let redactor = Redactor::new(keys.map(|key| key.expose().to_owned()));
    out(redactor.text(&config::summary(&config)).as_bytes())?;
    Ok(if config.problems.is_empty() { Exit::Pass } else { Exit::Usage })
}

/// The environment of the process; what is no text cannot be meant.
pub(super) fn environment() -> BTreeMap<String, String> {
    let pairs = std::env::vars_os();
    pairs.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

/// Where OpenClaw looks for its configuration.
pub(super) fn default_file(env: &BTreeMap<String, String>) -> Result<PathBuf, CliError> {
    let beside = || state_folder(env).map(|state| state.join("openclaw.json"));
    path_in(env, "OPENCLAW_CONFIG_PATH").or_else(beside).ok_or_else(|| {
        let problem = Problem::new("no configuration is named, and $HOME is not set");
        CliError::new(Exit::Usage, problem.hint("name the file: provoke config validate FILE"))
    })
}

/// OpenClaw's state folder, where the environment tells.
pub(super) fn state_folder(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    path_in(env, "OPENCLAW_STATE_DIR").or_else(|| path_in(env, "HOME").map(|home| home.join(".openclaw")))
}

fn path_in(env: &BTreeMap<String, String>, name: &str) -> Option<PathBuf> {
    env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn text(file: &Path) -> Result<String, CliError> {
    if !file.exists() {
        let problem = Problem::new(format!("there is no file {}", file.display()));
        let hint = "name the file, or set OPENCLAW_CONFIG_PATH or OPENCLAW_STATE_DIR as for OpenClaw";
        return Err(CliError::new(Exit::Usage, problem.hint(hint)));
    }
    read_text(file).map_err(|problem| CliError::new(Exit::Usage, problem))
}

fn text_and_name(file: &Path) -> Result<(String, String), CliError> {
    Ok((text(file)?, file.to_string_lossy().into_owned()))
}
