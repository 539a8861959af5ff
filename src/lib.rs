//! `provoke` answers, before users do: is it the provider, the router, the
//! gateway, the pairing or the config — and what is the fix?
//!
//! This file is the map. **A module may use only the modules declared above
//! it**; `tests/it/architecture.rs` reads this order and enforces it. All of
//! them are pure (same input, same output, told the time) except the last two.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

// What everything stands on.
pub mod moment;
pub mod seed;
pub mod problem;
pub mod scalar;
#[cfg(test)]
mod chance;

// Vocabulary: bytes and conversation.
pub mod wire;
pub mod chat;

// The spine.
pub mod recording;
pub mod verdict;

// The wire formats, and what goes wrong.
pub mod dialect;
pub mod fault;
pub mod mock;

// Decisions.
pub mod config;
pub mod routing;
pub mod gateway;
pub mod diagnosis;
pub mod scenario;
pub mod simulation;

// Facts to bytes.
pub mod report;

// The world: the only two that may touch it.
#[expect(clippy::disallowed_methods, reason = "the rim of the house touches the world")]
pub mod io;
#[expect(clippy::disallowed_methods, reason = "the rim of the house touches the world")]
pub mod cli;
