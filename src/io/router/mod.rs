//! The router's shell: reqwest below, the session machine above.

mod body;
mod connect;
mod drive;
mod serve;
mod transport;

pub use body::{Body, BrokenOff, Streamed, whole};
pub use drive::{Caller, Patient, drive};
pub use serve::{Asked, Models, Say, refusal};
pub use transport::events_of;
