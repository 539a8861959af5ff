//! The simulated world: pure machines, virtual time, exact and instant.

mod transport;
mod world;

pub use transport::{told, transport_events};
pub use world::{Stage, enact, simulate};
