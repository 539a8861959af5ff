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

    /// Takes in what other processes have written since the last transition, and says what follows
    /// from it; `None` where nobody has. It is asked once a second, so it must be cheap then.
    fn glance(&mut self, _now_ms: u64) -> Option<Step> {
        None
    }

    /// What it is called in the log and in errors.
    fn describe(&self) -> String;
}
