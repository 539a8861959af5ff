//! The mock provider on real sockets: it performs timelines and logs what it did.

pub mod blackhole;
mod lobby;
pub mod player;
pub mod refuser;
mod server;
mod witness;

pub use lobby::{Lobby, Stray, StrayReason, Visit};
pub use server::{MockServer, Responder};
pub use witness::Witness;
