//! Races: a few short scripts that run at once against one gateway.
//!
//! A race says who is paired when it begins and what each actor does, in its own order. Which actor
//! moves when is left open: `simulation::interleave` tries every order.

pub mod compile;
mod read;
pub mod schema;
mod write;

use crate::gateway::settings::LocalUpgrade;

pub use compile::{Known, compile};
pub use read::{is_race, read};
pub use write::to_yaml;

/// Actors of one race at most.
pub const ACTORS_MAX: usize = 8;
/// Acts of one actor at most, repetitions counted.
pub const ACTS_MAX: usize = 64;
/// Gateway processes on one store at most.
pub const GATEWAYS_MAX: usize = 4;

/// A race.
#[derive(Debug, Clone, PartialEq)]
pub struct Race {
    /// The id.
    pub id: String,
    /// One line.
    pub title: String,
    /// The story.
    pub about: String,
    /// Words to select by.
    pub tags: Vec<String>,
    /// The file, as the user can open it.
    pub file: String,
    /// Where it was seen, or why it can happen.
    pub source: String,
    /// What stands before the first act.
    pub start: Start,
    /// Who acts.
    pub actors: Vec<Actor>,
    /// What breaks under which policy; a policy that is not named here breaks nothing.
    pub breaks: Vec<Breaks>,
    /// One order alone, as the places of the actors, step by step; `None`: every order.
    pub order: Option<Vec<usize>>,
}

impl Race {
    /// Whether an act of OpenClaw's command line turns to the files where the gateway turns it away: only
    /// looking and approving do.
    #[must_use]
    pub fn has_fallback(&self, who: usize, at: u8) -> bool {
        let act = self.actors.get(who).and_then(|actor| actor.acts.get(usize::from(at)));
        matches!(act, Some(Act::List | Act::Approve(_) | Act::ApproveDevice(_)))
    }

    /// The devices that it speaks of: those that are paired, ask, or lend their key to a command line.
    pub fn devices(&self) -> impl Iterator<Item = &str> {
        let paired = self.start.devices.iter().map(|paired| paired.device.as_str());
        let standing = self.start.requests.iter().map(|standing| standing.ask.device.as_str());
        let keys = self.actors.iter().filter_map(|actor| match &actor.via {
            Via::Cli(device) => Some(device.as_str()),
            Via::Socket | Via::Files => None,
        });
        let asks = self.actors.iter().flat_map(|actor| &actor.acts).filter_map(|act| match act {
            Act::Connect(ask) => Some(ask.device.as_str()),
            _ => None,
        });
        paired.chain(standing).chain(keys).chain(asks)
    }
}

/// What is known to break under a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaks {
    /// The policy's name.
    pub policy: String,
    /// The invariants, by id.
    pub invariants: Vec<String>,
}

/// What stands before the first act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// What the shared secret is good for on the gateway's own machine, where the gateway has a choice.
    pub local_upgrade: LocalUpgrade,
    /// Devices that are paired, each by a silent first contact.
    pub devices: Vec<Paired>,
    /// Requests that stand, and that every actor has been shown.
    pub requests: Vec<Standing>,
    /// Bootstrap tokens that were handed out.
    pub bootstraps: Vec<Code>,
    /// How many gateway processes share the store.
    pub gateways: usize,
}

impl Default for Start {
    fn default() -> Self {
        Self {
            local_upgrade: LocalUpgrade::Ask,
            devices: Vec::new(),
            requests: Vec::new(),
            bootstraps: Vec::new(),
            gateways: 1,
        }
    }
}

/// A device that is paired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paired {
    /// Its name in this race.
    pub device: String,
    /// Its role.
    pub role: String,
    /// Its grant.
    pub scopes: Vec<String>,
}

/// A request that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its name in this race.
    pub name: String,
    /// What was asked.
    pub ask: Ask,
}

/// A bootstrap token that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Its name in this race.
    pub name: String,
    /// The roles that it lets its bearer have.
    pub roles: Vec<String>,
    /// The scopes that go with them.
    pub scopes: Vec<String>,
}

/// Somebody who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Its name.
    pub name: String,
    /// How it reaches the gateway.
    pub via: Via,
    /// Which gateway process it talks to, from 0.
    pub gateway: usize,
    /// What it does, in its own order.
    pub acts: Vec<Act>,
}

impl Actor {
    /// Whether it acts upon what it hears.
    #[must_use]
    pub fn listens(&self) -> bool {
        self.acts.iter().any(Act::waits_for_news)
    }

    /// Whether all it does is to connect, as a tool that keeps asking does.
    #[must_use]
    pub fn only_connects(&self) -> bool {
        self.acts.iter().all(|act| matches!(act, Act::Connect(_)))
    }
}

/// How an actor reaches the gateway when it lists, approves and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Over a connection that is open already, with all scopes and a device of its own.
    Socket,
    /// As OpenClaw's command line does: every act is a new process, which connects with the six scopes
    /// under this device's key, and turns to the files where the connect is refused.
    Cli(String),
    /// Past the gateway, in the files.
    Files,
}

/// One thing that an actor does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Connects, and hangs up when answered.
    Connect(Ask),
    /// Looks at what is paired and what is asked.
    List,
    /// Approves a request.
    Approve(Which),
    /// Approves what this device asks, whatever its id is then: looks, approves the newest request of the
    /// device, and where that is gone by then looks again; never what asks for more than was shown first, by
    /// the actor's last look before the act or by the first within it.
    ApproveDevice(String),
    /// Rejects a request.
    Reject(Which),
    /// Removes a device.
    Remove(String),
    /// Gives a device a new token.
    Rotate {
        /// The device.
        device: String,
        /// The role of the token.
        role: String,
    },
    /// Makes the token of a device worthless.
    Revoke {
        /// The device.
        device: String,
        /// The role of the token.
        role: String,
    },
    /// Kills a gateway process, wherever it is, and starts it again.
    Kill(usize),
    /// Lets time pass, in milliseconds.
    Wait(u64),
    /// Sets the wall clock forward or back by so many milliseconds; no time passes.
    Step(i64),
}

impl Act {
    /// The device that an act of somebody with rights names.
    #[must_use]
    pub const fn device(&self) -> Option<&String> {
        match self {
            Self::ApproveDevice(device)
            | Self::Remove(device)
            | Self::Rotate { device, .. }
            | Self::Revoke { device, .. } => Some(device),
            _ => None,
        }
    }

    /// Whether it is about a request that has to be heard of first.
    #[must_use]
    pub const fn waits_for_news(&self) -> bool {
        matches!(self, Self::Approve(Which::Heard) | Self::Reject(Which::Heard))
    }

    /// Whether it is something that only somebody with rights does.
    #[must_use]
    pub const fn is_command(&self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Approve(_)
                | Self::ApproveDevice(_)
                | Self::Reject(_)
                | Self::Remove(_)
                | Self::Rotate { .. }
                | Self::Revoke { .. }
        )
    }
}

/// Which request is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The newest that the actor's last look showed.
    Shown,
    /// The one that the gateway told of last, over the open connection; waits until there is one.
    Heard,
    /// One that stood at the beginning, by its name.
    Named(String),
}

/// What a connect asks, and how it proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The device.
    pub device: String,
    /// Its role.
    pub role: String,
    /// The scopes, as they are sent.
    pub scopes: Vec<String>,
    /// How it proves that it may talk to the gateway at all.
    pub proof: Proof,
    /// The client id and mode, such as `cli/cli`.
    pub client: String,
    /// The platform that the device claims.
    pub platform: String,
    /// Whether the caller is on the gateway's own machine.
    pub local: bool,
    /// Whether the signature is good.
    pub signed: bool,
}

impl Ask {
    /// A connect as an operator's tool on the gateway's own machine makes it.
    #[must_use]
    pub fn of(device: &str, scopes: &[&str]) -> Self {
        Self {
            device: device.to_owned(),
            role: crate::gateway::scope::ROLE_OPERATOR.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            proof: Proof::Shared,
            client: "cli/cli".to_owned(),
            platform: "linux".to_owned(),
            local: true,
            signed: true,
        }
    }
}

/// How a connect proves that it may talk to the gateway at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// By the shared token.
    Shared,
    /// By the device token that the device was given last; by none where it has none.
    Device,
    /// By a bootstrap token, by its name.
    Bootstrap(String),
}
