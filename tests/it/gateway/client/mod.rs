//! The commands that talk to a gateway: against a scripted one, and against the real OpenClaw.
#![expect(clippy::disallowed_methods, reason = "these tests run a program on files and sockets")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod live;
