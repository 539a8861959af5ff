//! Chance and time, as the hall is given them.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::gateway::fresh::{Fresh, Now};
use crate::io::clock::Clock;

/// Random bytes from the system.
pub(super) fn fresh() -> io::Result<Fresh> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(Fresh(bytes))
}

/// Milliseconds since 1970.
pub(super) fn wall_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Now, on both clocks.
pub(super) fn now(clock: &Clock) -> Now {
    Now { at: clock.now(), ms: wall_ms() }
}
