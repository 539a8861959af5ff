//! What `gateway run` is given: arguments, environment and config, put together.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::run::Args;
use crate::cli::config::environment;
use crate::cli::error::{CliError, Exit};
use crate::config::{self, Config, DEFAULT_AGENT, GatewayConfig, Secret};
use crate::gateway::resolve::{Given, Switches, resolve};
use crate::gateway::settings::Settings;
use crate::io::client::Identity;
use crate::io::files;
use crate::io::gateway::host;
use crate::io::gateway::store::DATABASE;
use crate::problem::Problem;

/// Where everything is, and what holds beside the config.
pub(super) struct Setup {
    pub(super) env: BTreeMap<String, String>,
    pub(super) config: PathBuf,
    pub(super) state_dir: PathBuf,
    /// Whether somebody named the state folder.
    pub(super) state_named: bool,
    given: Given,
    allow_unconfigured: bool,
}

/// Where a store is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoreAt {
    /// In the files of an OpenClaw state folder.
    OpenClaw,
    /// In a database of our own.
    Sqlite(PathBuf),
}

impl Setup {
    pub(super) fn new(args: &Args) -> Result<Self, CliError> {
        let env = environment();
        let filled = |name: &str| env.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let named = args.state_dir.clone().or_else(|| filled("OPENCLAW_STATE_DIR").map(PathBuf::from));
        let state_named = named.is_some();
        let home = || filled("HOME").map(|home| Path::new(home).join(".openclaw"));
        let Some(state_dir) = named.or_else(home) else {
            return Err(usage("no state folder is named, and $HOME is not set", "name one with --state-dir"));
        };
        // As it is named in answers and in the log, whoever reads them elsewhere.
        let state_dir = absolute(&state_dir)?;
        let config = args.config.clone().or_else(|| filled("OPENCLAW_CONFIG_PATH").map(PathBuf::from));
        let config = absolute(&config.unwrap_or_else(|| state_dir.join("openclaw.json")))?;
        let mut switches = Switches::default();
        for text in &args.set {
            switches.set(text).map_err(|problem| CliError::new(Exit::Usage, problem))?;
        }
        let secret = |text: Option<&str>| text.map(Secret::new);
        let given = Given {
            port: match args.port {
                Some(port) => Some(port),
                None => number(&env, "OPENCLAW_GATEWAY_PORT")?,
            },
            token: secret(args.token.as_deref()),
            password: secret(args.password.as_deref()),
            env_token: secret(filled("OPENCLAW_GATEWAY_TOKEN")),
            env_password: secret(filled("OPENCLAW_GATEWAY_PASSWORD")),
            handshake_ms: number(&env, "OPENCLAW_HANDSHAKE_TIMEOUT_MS")?,
            preauth_per_ip: number(&env, "OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP")?,
            switches,
            config_path: config.display().to_string(),
            state_dir: state_dir.display().to_string(),
            host: host(),
        };
        Ok(Self { env, config, state_dir, state_named, given, allow_unconfigured: args.allow_unconfigured })
    }

    /// The gateway has this identity, in the settings that were made and in those to come.
    pub(super) fn own(&mut self, identity: &Identity, settings: &mut Settings) {
        let key = identity.key();
        (self.given.host.device_id, self.given.host.public_key) = (key.device_id(), key.public_key());
        settings.host.clone_from(&self.given.host);
    }

    /// Whether tokens stand in `paired.json` as they are.
    pub(super) const fn plain_tokens(&self) -> bool {
        self.given.switches.plain_tokens
    }

    /// Where pairings are kept.
    pub(super) fn store(&self, asked: Option<&str>) -> Result<StoreAt, CliError> {
        let own = || {
            let filled = |name: &str| self.env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
            let state =
                filled("XDG_STATE_HOME").or_else(|| filled("HOME").map(|home| home.join(".local/state")));
            let state = state.unwrap_or_else(|| self.state_dir.clone());
            StoreAt::Sqlite(state.join("provoke").join(DATABASE))
        };
        match asked {
            None if self.state_named => Ok(StoreAt::OpenClaw),
            None | Some("sqlite") => Ok(own()),
            Some("openclaw") => Ok(StoreAt::OpenClaw),
            Some(text) => match text.strip_prefix("sqlite:") {
                Some(path) if !path.is_empty() => absolute(Path::new(path)).map(StoreAt::Sqlite),
                _ => {
                    Err(usage(format!("there is no store `{text}`"), "write openclaw, sqlite or sqlite:PATH"))
                }
            },
        }
    }

    /// The providers and models of the config as it is now; none where there is no config.
    ///
    /// # Errors
    /// The config cannot be read.
    pub(super) fn models(&self) -> Result<Config, CliError> {
        let text = self.text()?.unwrap_or_else(|| "{}".to_owned());
        let beside = self.state_dir.join("agents").join(DEFAULT_AGENT).join("agent").join("models.json");
        let models =
            files::read_plain(&beside).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let name = beside.display().to_string();
        let models = models.as_deref().map(|text| (text, name.as_str()));
        config::load(&text, &self.config.display().to_string(), &self.env, models)
            .map_err(|error| CliError::new(Exit::Usage, error.0))
    }

    fn text(&self) -> Result<Option<String>, CliError> {
        match files::read_plain(&self.config) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let hint = "make it a file that this user may read, or name another with --config";
                let what = format!("cannot read {}", self.config.display());
                Err(CliError::system(what, &error, hint))
            }
        }
    }

    /// Reads the config as it is now, and makes settings of it.
    pub(super) fn settings(&self) -> Result<(Settings, GatewayConfig), CliError> {
        let file = self.config.display().to_string();
        let text = self.text()?;
        let config = match &text {
            Some(text) => config::gateway(text, &file, &self.env)
                .map_err(|error| CliError::new(Exit::Usage, error.0))?,
            None => GatewayConfig::default(),
        };
        if !config.problems.is_empty() {
            return Err(CliError { exit: Exit::Usage, problems: config.problems });
        }
        if config.mode.as_deref() != Some("local") && !self.allow_unconfigured {
            let found = config.mode.as_deref().unwrap_or("not set");
            let hint = "set gateway.mode to \"local\", or pass --allow-unconfigured";
            let what = match text {
                Some(_) => format!("{file}: gateway.mode is {found}"),
                None => format!("there is no config {file}"),
            };
            return Err(usage(format!("a gateway does not run here: {what}"), hint));
        }
        let settings = resolve(&config, &self.given).map_err(|problem| {
            let problem = problem.in_file(&file);
            CliError::new(Exit::Usage, problem)
        })?;
        Ok((settings, config))
    }
}

/// A path that means the same wherever one stands. Nothing need be there.
fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|error| {
        let what = format!("cannot tell where {} is", path.display());
        CliError::system(&what, &error, "name the whole path")
    })
}

/// A number of the environment; something else there is an error, for it was meant.
fn number<N: std::str::FromStr>(env: &BTreeMap<String, String>, name: &str) -> Result<Option<N>, CliError> {
    let Some(text) = env.get(name).map(|text| text.trim()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let wrong = || usage(format!("{name} is `{text}`"), "it must be a number that fits");
    text.parse().map(Some).map_err(|_| wrong())
}

pub(super) fn usage(what: impl Into<String>, hint: &str) -> CliError {
    CliError::new(Exit::Usage, Problem::new(what).hint(hint))
}
