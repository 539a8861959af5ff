//! The control plane: who connects, who may do what, and who let them in.
//!
//! Wire-compatible with OpenClaw 2026.4.12 (gateway protocol 3). Everything
//! here is a value that is told the time and given its randomness:
//!
//! - [`json`], [`digest`], [`fresh`], [`clock`]: JSON off a wire, hashes as text, the time and chance that
//!   are given, and what a step of the wall clock is;
//! - [`frame`], [`shape`]: what crosses the socket; what parameters must look like, and the words if not;
//! - [`scope`], [`identity`], [`auth`], [`origin`]: what may be done, by which device, with which secret, from where;
//! - [`settings`], [`resolve`]: what a gateway is told before it begins, and how a config becomes that;
//! - [`log`], [`errand`]: what it has to say, and what it wants of the world;
//! - [`pairing`]: devices, requests, grants, tokens: the law (rules R1 to R7);
//! - [`nodes`]: machines that lend their commands, and who let them;
//! - [`handshake`]: the checks of `connect`, in their order, with their words;
//! - [`method`], [`desk`]: the table of methods, and what each of them does;
//! - [`hall`]: the machine that holds the connections and ties it all together;
//! - [`client`]: the other end, for our own commands.
//!
//! `io::gateway` gives it sockets, files and a clock.

pub mod json;
pub mod digest;
pub mod fresh;
pub mod clock;
pub mod frame;
pub mod shape;
pub mod scope;
pub mod identity;
pub mod auth;
pub mod origin;
pub mod settings;
pub mod resolve;
pub mod log;
pub mod errand;
pub mod pairing;
pub mod nodes;
pub mod handshake;
pub mod method;
pub mod desk;
pub mod hall;
pub mod client;

/// The protocol version that this gateway speaks.
pub const PROTOCOL: u64 = 3;

/// The release of OpenClaw whose wire this gateway keeps.
pub const COMPATIBLE_WITH: &str = "2026.4.12";
