//! Recordings: redaction on the way in, the tap's policies, cassettes on disk.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "the reference room is outside the repository")]

mod canary;
mod cassettes;
mod damage;
mod redaction;
mod samples;
mod taps;
