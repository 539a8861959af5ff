//! How the commands that talk to a gateway find it, get in, and say why not.

mod paint;
mod privacy;
mod telling;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args as ClapArgs;
use serde_json::Value;

use super::config::{default_file, environment, state_folder};
use super::error::{CliError, Exit};
use crate::config::{self, Secret};
use crate::gateway::client::answer::Hello;
use crate::gateway::client::approval::granted;
use crate::gateway::client::connect::{Credentials, Greeting, Persona};
use crate::gateway::client::endpoint::{self, Endpoint, Wish};
use crate::gateway::client::fault::Fault;
use crate::gateway::client::key::DeviceKey;
use crate::gateway::scope::ROLE_OPERATOR;
use crate::io::client::{Identity, Link, fresh_uuid, platform};
use crate::io::files;
use crate::problem::Problem;

pub(super) use paint::Paint;
pub(super) use privacy::hide_by_name;
pub(super) use telling::print_json;

/// Before the one retry with the device's own token, as OpenClaw's client waits.
const RETRY_AFTER: Duration = Duration::from_millis(250);
/// The usual wait, in milliseconds, as OpenClaw's.
pub(super) const WAIT_MS: u64 = 10_000;
/// The longest time that a command waits, in milliseconds.
const TIMEOUT_MAX: u64 = 3_600_000;

/// Which gateway, and with what.
#[derive(Debug, Clone, ClapArgs)]
pub(super) struct Reach {
    /// The gateway, as ws://HOST:PORT; by default this machine's own, as the config says. Needs
    /// --token or --password
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// The gateway's token; by default $OPENCLAW_GATEWAY_TOKEN, else as the config says
    #[arg(long, value_name = "TOKEN")]
    pub(super) token: Option<String>,
    /// The gateway's password; by default $OPENCLAW_GATEWAY_PASSWORD, else as the config says
    #[arg(long, value_name = "PASSWORD")]
    pub(super) password: Option<String>,
    /// How long to wait, in milliseconds
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=TIMEOUT_MAX))]
    pub(super) timeout: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// All that a command knows before it connects.
pub(super) struct Ground {
    pub(super) env: BTreeMap<String, String>,
    pub(super) config: Value,
    pub(super) has_config: bool,
    pub(super) state: PathBuf,
    pub(super) endpoint: Endpoint,
    pub(super) credentials: Credentials,
    pub(super) patience: Duration,
    identity: Identity,
    instance_id: String,
}

impl Ground {
    /// Reads the environment, the config and the identity. `wait_ms` where no time is given.
    pub(super) fn find(reach: &Reach, wait_ms: u64) -> Result<Self, CliError> {
        let failed = |problem| CliError::new(Exit::Fail, problem);
        let env = environment();
        let config_file = default_file(&env)?;
        let state = state_dir(&env)?;
        let name = config_file.to_string_lossy();
        let has_config = config_file.is_file();
        let config = if has_config { read_config(&config_file, &env)? } else { Value::Null };
        let wish = Wish {
            url: reach.url.clone(),
            token: reach.token.clone().map(Secret::new),
            password: reach.password.clone().map(Secret::new),
        };
        let (endpoint, credentials) = endpoint::resolve(&wish, &env, &config, &name).map_err(failed)?;
        let identity = Identity::open(&state).map_err(failed)?;
        let instance_id =
            fresh_uuid().map_err(|error| CliError::system("no chance to be had", &error, ""))?;
        let patience = Duration::from_millis(reach.timeout.unwrap_or(wait_ms));
        drop(name);
        Ok(Self { env, config, has_config, state, endpoint, credentials, patience, identity, instance_id })
    }

    /// The id of this device.
    pub(super) fn device_id(&self) -> String {
        self.identity.key().device_id()
    }

    /// The scopes that this device is known to have: from the gateway's files where they lie here,
    /// else from the token that it was given.
    pub(super) fn granted(&self) -> Option<Vec<String>> {
        let local = self.pairing().and_then(|(both, _)| granted(&both, &self.device_id()));
        local.or_else(|| self.identity.token(ROLE_OPERATOR).map(|kept| kept.scopes))
    }

    /// The pairing files, where the gateway is this machine's own. `true`: it is a gateway of ours.
    pub(super) fn pairing(&self) -> Option<(Value, bool)> {
        let pairing = crate::io::client::local_pairing(&self.state);
        pairing.filter(|_| self.endpoint.is_own() && self.endpoint.is_loopback())
    }

    /// Connects as this device. Where the shared token does not fit and the gateway invites us to,
    /// it tries once more with the token that the gateway gave to this device; not where a token
    /// was given on the command line, for then that one is meant.
    pub(super) async fn open(&self, persona: &Persona) -> Result<(Link, Hello), Fault> {
        let key = self.identity.key();
        let mut credentials = self.credentials.clone();
        let kept = self.identity.token(ROLE_OPERATOR).filter(|_| self.endpoint.is_loopback());
        if !credentials.has_shared() {
            credentials.device_token = kept.as_ref().map(|kept| kept.token.clone());
        }
        let mut opened = self.open_as(persona, &key, &credentials).await;
        if let (Err(fault), Some(kept)) = (&opened, kept)
            && fault.invites_device_token()
            && credentials.device_token.is_none()
            && self.endpoint.secret_from != Some("--token")
        {
            tokio::time::sleep(RETRY_AFTER).await;
            credentials.device_token = Some(kept.token);
            let again = self.open_as(persona, &key, &credentials).await;
            // The first refusal says more about what is wrong.
            opened = again.or(opened);
        }
        match &opened {
            Ok((_, hello)) => {
                if let Some((role, token)) = &hello.token {
                    // A token that cannot be kept is handed out again next time.
                    let _ = self.identity.keep(role, Some(token));
                }
            }
            Err(fault) if fault.spoils_device_token() && !self.credentials.has_shared() => {
                let _ = self.identity.keep(ROLE_OPERATOR, None);
            }
            Err(_) => {}
        }
        opened
    }

    /// Connects with another key, and keeps nothing.
    pub(super) async fn open_as(
        &self,
        persona: &Persona,
        key: &Arc<DeviceKey>,
        credentials: &Credentials,
    ) -> Result<(Link, Hello), Fault> {
        let greeting = Greeting {
            persona: persona.clone(),
            credentials: credentials.clone(),
            key: Arc::clone(key),
            platform: platform(),
            instance_id: self.instance_id.clone(),
        };
        Link::open(&self.endpoint, greeting, self.patience).await
    }

    /// Connects, asks one thing, and leaves.
    pub(super) async fn ask(
        &self,
        persona: &Persona,
        method: &str,
        params: Option<Value>,
    ) -> Result<Value, Fault> {
        let (mut link, _) = self.open(persona).await?;
        let answer = link.call(method, params, self.patience).await;
        link.close().await;
        answer
    }
}

/// OpenClaw's state folder.
pub(super) fn state_dir(env: &BTreeMap<String, String>) -> Result<PathBuf, CliError> {
    state_folder(env).ok_or_else(|| {
        let problem = Problem::new("no state folder is named, and $HOME is not set");
        CliError::new(Exit::Fail, problem.hint("set OPENCLAW_STATE_DIR"))
    })
}

fn read_config(file: &Path, env: &BTreeMap<String, String>) -> Result<Value, CliError> {
    let name = file.to_string_lossy();
    let hint = "see: provoke config validate";
    let bytes = files::read(file).map_err(|error| CliError::system(&name, &error, hint))?;
    let tree = config::tree(&String::from_utf8_lossy(&bytes), &name, env);
    tree.map_err(|problem| CliError::new(Exit::Fail, problem.hint(hint)))
}

/// Runs a command that waits for sockets.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let hint = "check the limits on threads and files";
    runtime.map_err(|error| CliError::system("cannot start", &error, hint))?.block_on(work)
}

/// ^C and SIGTERM, heard from the first moment on.
pub(super) struct Stop(tokio::sync::mpsc::Receiver<Exit>);

impl Stop {
    /// Begins to listen: from now on a signal no longer ends the process by itself.
    pub(super) async fn listen() -> Self {
        let (sender, receiver) = tokio::sync::mpsc::channel(2);
        tokio::spawn(async move { while sender.send(super::run::interrupted().await).await.is_ok() {} });
        // The task takes the signals over once it has run.
        tokio::task::yield_now().await;
        Self(receiver)
    }

    /// Resolves at the next signal.
    pub(super) async fn heard(&mut self) -> Exit {
        match self.0.recv().await {
            Some(exit) => exit,
            None => std::future::pending().await,
        }
    }
}
