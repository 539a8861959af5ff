//! The gateway's rim: its stores.

pub mod store;
