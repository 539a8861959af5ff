//! The world: sockets, clocks, files. Everything here may wait; nothing here decides.

pub mod client;
pub mod clock;
pub mod files;
pub mod fresh;
pub mod gateway;
pub mod mock;
pub mod router;
pub mod runner;
