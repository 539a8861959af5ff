//! Where a book is kept.

use crate::gateway::fresh::Fresh;

use super::command::{Command, Step};

/// A place that keeps a book. Each transition is there wholly or not at all, whatever happens to the
/// process; what was answered is there.
///
/// A store that cannot be read or written answers `UNAVAILABLE`, says why in the log, and changes nothing.
pub trait Store: Send {
    /// One transition. `now_ms` is wall time.
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step;

    /// What it is called in the log and in errors.
    fn describe(&self) -> String;
}
