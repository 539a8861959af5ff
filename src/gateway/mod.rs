//! The control plane: who connects, who may do what, and who let them in.
//!
//! Wire-compatible with OpenClaw 2026.4.12 (gateway protocol 3). Everything
//! here is a value that is told the time and given its randomness:
//!
//! - [`frame`]: what crosses the socket, in and out;
//! - [`handshake`]: the checks of `connect`, in their order, with their words;
//! - [`pairing`]: devices, requests, grants, tokens: the law (rules R1 to R7);
//! - [`method`]: the table of methods: role, scope, parameters;
//! - [`desk`]: what each method does;
//! - [`hall`]: the machine that holds the connections and ties it all together;
//! - [`client`]: the other end, for our own commands.
//!
//! `io::gateway` gives it sockets, files and a clock.

pub mod desk;
pub mod errand;
pub mod frame;
pub mod fresh;
pub mod hall;
pub mod handshake;
pub mod log;
pub mod method;
pub mod pairing;
pub mod settings;
pub mod client;

/// The protocol version that this gateway speaks.
pub const PROTOCOL: u64 = 3;

/// The release of OpenClaw whose wire this gateway keeps.
pub const COMPATIBLE_WITH: &str = "2026.4.12";
