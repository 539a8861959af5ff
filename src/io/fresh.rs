//! Chance and wall time, as the machines are given them.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::gateway::fresh::{Fresh, Now};
use crate::io::clock::Clock;

/// Random bytes from the system.
///
/// # Errors
/// The system has no chance to give.
pub(super) fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Chance for one input of a machine.
///
/// # Errors
/// The system has no chance to give.
pub fn fresh() -> io::Result<Fresh> {
    random().map(Fresh)
}

/// The wall clock, in milliseconds since 1970.
#[must_use]
pub fn wall_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Now, on both clocks.
pub(super) fn now(clock: &Clock) -> Now {
    Now { at: clock.now(), ms: wall_ms() }
}
