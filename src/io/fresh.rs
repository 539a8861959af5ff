//! Chance and wall time, as the machines are given them.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::gateway::fresh::{Fresh, Now};
use crate::io::clock::Clock;
use crate::moment::Moment;

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

/// Now, on the wall and on a clock by which a step of the wall is told. Time in which the machine slept
/// is time that passed, where the system says how long that was.
pub(super) fn clocks() -> Now {
    Now { at: Moment::ZERO + since_boot(), ms: wall_ms() }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn since_boot() -> Duration {
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    BEGAN.elapsed()
}

/// Now, on both clocks.
pub(super) fn now(clock: &Clock) -> Now {
    Now { at: clock.now(), ms: wall_ms() }
}
