//! The simulated world: pure machines, virtual time, exact and instant.

pub mod interleave;
pub mod matrix;
mod play;
mod transport;
mod world;

pub use play::{play, session};
pub use transport::{told, transport_events};
pub use world::{Stage, enact, simulate};
