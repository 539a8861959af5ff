//! The router's shell: reqwest below, the session machine above.

mod connect;
mod drive;
mod transport;

pub use drive::drive;
pub use transport::events_of;
