//! The other end of the wire: a client of a gateway, ours or OpenClaw's.
//!
//! All of it is values. `io::client` gives it a socket, files, a clock and chance:
//!
//! - [`endpoint`]: which gateway is meant, and with which credentials;
//! - [`key`]: the device's key, what it signs and how it is kept;
//! - [`connect`]: what is said in `connect`, for each kind of caller;
//! - [`answer`]: what a gateway says;
//! - [`session`]: the machine of one connection;
//! - [`fault`]: what goes wrong, in the words of the field;
//! - [`diagnosis`]: what that means: whose fault it is, and what to do;
//! - [`approval`]: the machine of `devices approve --device`;
//! - [`log_line`]: a line of the gateway's log.

pub mod answer;
pub mod approval;
pub mod connect;
pub mod diagnosis;
pub mod endpoint;
pub mod fault;
pub mod key;
pub mod log_line;
pub mod session;
