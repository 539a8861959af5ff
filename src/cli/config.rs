//! `provoke config`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};

use super::error::{CliError, Exit};
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
    let Command::Validate(args) = &args.command;
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
fn environment() -> BTreeMap<String, String> {
    let pairs = std::env::vars_os();
    pairs.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

/// Where OpenClaw looks for its configuration.
fn default_file(env: &BTreeMap<String, String>) -> Result<PathBuf, CliError> {
    let filled = |name: &str| env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = || filled("OPENCLAW_STATE_DIR").or_else(|| filled("HOME").map(|home| home.join(".openclaw")));
    filled("OPENCLAW_CONFIG_PATH").or_else(|| state().map(|state| state.join("openclaw.json"))).ok_or_else(
        || {
            let problem = Problem::new("no configuration is named, and $HOME is not set");
            CliError::new(Exit::Usage, problem.hint("name the file: provoke config validate FILE"))
        },
    )
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
