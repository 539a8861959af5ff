//! The errands of the desk: files that are read and written for it.
//!
//! What is decided is decided by pure code; here it is read, written and told. Every file but the
//! config lies in the state folder, and no link leads out of it.

mod replace;
mod tail;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock};

use jiff::tz::TimeZone;
use serde_json::json;

use crate::config::DEFAULT_AGENT;
use crate::gateway::desk::{config, exec_approvals};
use crate::gateway::errand::{ConfigAsk, Done, Errand};
use crate::gateway::frame::Refusal;
use crate::gateway::log::Stamp;
use crate::io::files;
use crate::recording::Redactor;

use super::journal::LogFile;

pub use tail::{Tail, tail};

/// Where the files are, and what is known beside them.
pub struct Errands {
    /// The state folder.
    pub state_dir: PathBuf,
    /// The config file.
    pub config: PathBuf,
    /// The environment of the process, for variables in the config.
    pub env: BTreeMap<String, String>,
    /// Hides what has a secret's shape, and what it knows.
    pub redactor: Redactor,
    /// Secrets that are known: the shared secret, keys of providers.
    secrets: RwLock<Vec<String>>,
    /// The log.
    pub log: LogFile,
    /// The time zone of the log's days.
    pub zone: TimeZone,
    /// The agent whose `models.json` counts, if it is not `main`.
    pub agent: Option<String>,
    /// Read, decide and write are one step.
    writing: Mutex<()>,
}

impl Errands {
    /// For the files of a state folder. Further fields may be set on it.
    #[must_use]
    pub fn new(state_dir: PathBuf, config: PathBuf, log: LogFile) -> Self {
        Self {
            state_dir,
            config,
            env: BTreeMap::new(),
            redactor: Redactor::default(),
            secrets: RwLock::default(),
            log,
            zone: TimeZone::UTC,
            agent: None,
            writing: Mutex::new(()),
        }
    }

    /// From now on it knows these secrets, in place of those before.
    pub fn know(&self, secrets: Vec<String>) {
        *self.secrets.write().unwrap_or_else(PoisonError::into_inner) = secrets;
    }

    fn known(&self) -> Vec<String> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does an errand. `now_ms` is wall time. It blocks: call it where that is allowed.
    ///
    /// # Errors
    /// The refusal that the caller gets.
    pub fn run(&self, errand: &Errand, now_ms: u64) -> Done {
        match errand {
            Errand::TailLog { cursor, limit, max_bytes } => self.tail(*cursor, *limit, *max_bytes, now_ms),
            Errand::ReadConfig(ask) => self.config(ask),
            Errand::StateFile { name, write } => self.state_file(name, write.as_ref()),
        }
    }

    fn tail(&self, cursor: Option<u64>, limit: usize, max_bytes: usize, now_ms: u64) -> Done {
        let path = self.log.at(Stamp::in_zone(now_ms, &self.zone));
        let read = tail(&path, cursor, limit, max_bytes).map_err(|error| broken("the log", &path, &error))?;
        // Other programs write here too.
        let redactor = self.redactor.knowing(self.known());
        let lines: Vec<_> = read.lines.iter().map(|line| redactor.text(line)).collect();
        Ok(json!({
            "file": path.display().to_string(), "cursor": read.cursor, "size": read.size, "lines": lines,
            "truncated": read.truncated, "reset": read.reset,
        }))
    }

    fn config(&self, ask: &ConfigAsk) -> Done {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |error: &io::Error| broken("the config", &self.config, error);
        let bytes = replace::read(&self.config).map_err(|error| failed(&error))?;
        let models_path = self.models_json();
        let models = replace::read_within(&self.state_dir, &models_path).ok().flatten();
        let models = models.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let (path, models_path) = (self.config.display().to_string(), models_path.display().to_string());
        let secrets = self.known();
        let scene = config::Scene {
            env: &self.env,
            redactor: &self.redactor,
            secrets: &secrets,
            models_json: models.map(|text| (text, models_path.as_str())),
        };
        let file = config::File { path: &path, bytes: bytes.as_deref() };
        let settled = config::settle(file, ask, &scene)?;
        if let Some(text) = &settled.write {
            if let Some(bytes) = &bytes {
                files::write_private(&replace::backup(&self.config), bytes)
                    .map_err(|error| failed(&error))?;
            }
            // The last look before the write: another program may have been faster.
            if replace::read(&self.config).map_err(|error| failed(&error))? != bytes {
                let words = "config changed since last load; re-run config.get and retry";
                return Err(Refusal::invalid(words));
            }
            files::write_private(&self.config, text.as_bytes()).map_err(|error| failed(&error))?;
        }
        Ok(settled.payload)
    }

    fn models_json(&self) -> PathBuf {
        let agent = self.agent.as_deref().unwrap_or(DEFAULT_AGENT);
        self.state_dir.join("agents").join(agent).join("agent").join("models.json")
    }

    fn state_file(&self, name: &str, write: Option<&(String, Option<String>)>) -> Done {
        if name != exec_approvals::FILE {
            return Err(Refusal::unavailable(format!("{name} is no state file of this gateway")));
        }
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.state_dir.join(name);
        let failed = |error: &io::Error| broken("the state file", &path, error);
        let bytes = replace::read_within(&self.state_dir, &path).map_err(|error| failed(&error))?;
        let settled = exec_approvals::settle(&path.display().to_string(), bytes.as_deref(), write)?;
        if let Some(text) = &settled.write {
            files::write_private(&path, text.as_bytes()).map_err(|error| failed(&error))?;
        }
        Ok(settled.payload)
    }
}

fn broken(what: &str, path: &std::path::Path, error: &io::Error) -> Refusal {
    Refusal::unavailable(format!("{what} {} cannot be read or written: {error}", path.display()))
}
