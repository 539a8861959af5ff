//! The gateway's shell: sockets, HTTP, a clock, files. What it does is decided in `crate::gateway`.
//!
//! - `server`: listeners, hub and store, started and stopped together;
//! - `http`, `door`, `listen`: from the port to the upgrade;
//! - `socket`, `wire`, `track`, `outbox`: one task per socket;
//! - `hub`: the task that owns the hall;
//! - `world`: what the server is given: a store, errands, a log;
//! - `store`: where the pairing book is kept;
//! - `errands`, `journal`, `scribe`, `console`, `host`, `watch`: files that methods read and write, the
//!   log, the machine, and the config when it changes.

mod console;
mod door;
pub mod errands;
mod host;
mod http;
mod hub;
pub mod journal;
mod listen;
mod outbox;
mod scribe;
mod server;
mod socket;
pub mod store;
mod track;
mod watch;
mod wire;
mod world;

use super::fresh;

pub use console::{Console, Finished};
pub use host::host;
pub use scribe::Scribe;
pub use server::Server;
pub use watch::Watch;
pub use world::{DoErrands, NoErrands, Sink, World};
