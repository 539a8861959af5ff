//! The gateway's shell: sockets, HTTP, a clock, files. What it does is decided in `crate::gateway`.
//!
//! - `server`: listeners, hub and store, started and stopped together;
//! - `http`, `door`, `listen`: from the port to the upgrade;
//! - `socket`, `wire`, `outbox`: one task per socket;
//! - `hub`: the task that owns the hall;
//! - `world`: what others give: store, errands, log.

mod door;
mod fresh;
mod http;
mod hub;
mod listen;
mod outbox;
mod server;
mod socket;
mod wire;
mod world;

pub use server::Server;
pub use world::{Errands, MemoryStore, NoErrands, Sink, Store, World};
