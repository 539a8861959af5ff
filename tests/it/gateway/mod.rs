//! The gateway and its clients.

mod client;
mod live;
