//! The control plane: who connects, who may do what, and who let them in.
//!
//! Wire-compatible with OpenClaw 2026.4.12 (gateway protocol 3). Everything
//! here is a value that is told the time and given its randomness:
//!
//! - [`frame`]: what crosses the socket, in and out;
//! - [`identity`], [`auth`], [`origin`]: who calls, with which secret, from where;
//! - [`shape`]: what parameters must look like, and the words for what does not fit;
//! - [`handshake`]: the checks of `connect`, in their order, with their words;
//! - [`scope`]: what one scope says about another;
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
pub mod auth;
pub mod handshake;
pub mod identity;
pub mod json;
pub mod log;
pub mod method;
pub mod origin;
pub mod pairing;
pub mod resolve;
pub mod scope;
pub mod shape;
pub mod settings;
pub mod client;

/// The protocol version that this gateway speaks.
pub const PROTOCOL: u64 = 3;

/// The release of OpenClaw whose wire this gateway keeps.
pub const COMPATIBLE_WITH: &str = "2026.4.12";
