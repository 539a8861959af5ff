//! The gateway's sockets, files and clock.

pub mod errands;
pub mod journal;
