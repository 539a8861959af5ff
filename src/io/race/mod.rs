//! Races on a running gateway: the same orders, with real sockets and real keys.
//!
//! All keys are made for one order and live in memory alone. Whatever they leave at the gateway, paired
//! devices and requests, is taken away after each order, and looked for at the end. Nothing else there
//! is touched.

mod admin;
mod answer;
mod cast;
mod files;
mod play;
mod player;
mod run;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::gateway::client::answer::Hello;
use crate::gateway::client::connect::{Credentials, Greeting, Persona};
use crate::gateway::client::endpoint::Endpoint;
use crate::gateway::client::fault::Fault;
use crate::gateway::client::key::DeviceKey;
use crate::io::client::{Link, fresh_uuid, platform};

pub use admin::{Admin, Found};
pub use play::{Played, play_at_once, play_order};
pub use run::{Wanted, run};

/// What the devices are called in lists, should one ever be left.
pub const DISPLAY_NAME: &str = "provoke race (scratch)";

/// A gateway, and how to get in.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where it is.
    pub endpoint: Endpoint,
    /// What opens its door.
    pub credentials: Credentials,
    /// How long one exchange may take.
    pub patience: Duration,
    /// Its state folder, where we may write into its files.
    pub state: Option<PathBuf>,
    /// How often it has been asked to let somebody in.
    pub asked: tokio::sync::watch::Sender<u64>,
}

impl Site {
    /// Connects with a key, and keeps nothing.
    async fn open(
        &self,
        persona: Persona,
        key: &Arc<DeviceKey>,
        credentials: Credentials,
    ) -> Result<(Link, Hello), Fault> {
        let instance_id = fresh_uuid().map_err(|error| Fault::Unreachable(error.to_string()))?;
        let persona = Persona { display_name: Some(DISPLAY_NAME.to_owned()), ..persona };
        let greeting =
            Greeting { persona, credentials, key: Arc::clone(key), platform: platform(), instance_id };
        let told = || self.asked.send_modify(|count| *count += 1);
        Link::open_telling(&self.endpoint, greeting, self.patience, told).await
    }
}

/// Why a race could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The gateway does not answer as one.
    #[error("{}", .0.headline())]
    Gateway(Fault),
    /// It lets no new device in without being asked.
    #[error("this gateway lets no new device in silently: {}", .0.headline())]
    NotSilent(Fault),
    /// It does not make of the start what the race says.
    #[error("the start cannot be made: {0}")]
    Start(String),
    /// Its files cannot be read or written.
    #[error("the files of the state folder: {0}")]
    Files(std::io::Error),
    /// Somebody wants us to stop.
    #[error("interrupted")]
    Stopped,
}

/// Whether somebody wants us to stop. Nothing is broken off in its middle: who was let in must be known.
#[derive(Debug, Clone, Default)]
pub struct Halt(Arc<AtomicBool>);

impl Halt {
    /// Stop as soon as may be.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    fn check(&self) -> Result<(), Trouble> {
        if self.0.load(Ordering::Relaxed) { Err(Trouble::Stopped) } else { Ok(()) }
    }
}
