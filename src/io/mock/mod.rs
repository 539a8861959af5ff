//! The mock provider on real sockets: it performs timelines and logs what it did.

pub mod blackhole;
pub mod player;
pub mod refuser;
mod server;
mod witness;

pub use server::{MockServer, Responder};
pub use witness::Witness;
