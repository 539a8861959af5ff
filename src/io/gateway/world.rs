//! What the server is given by others: the pairing store, errands, a place for its log.

use crate::gateway::errand::{Done, Errand};
use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;
use crate::gateway::log::Line;
use crate::gateway::pairing::{Book, Command, ServerKey, Step};
use crate::gateway::settings::Settings;

/// Where devices, requests and tokens are kept. It is asked from one thread only.
pub trait Store: Send + 'static {
    /// One transition of the book, done wholly or not at all. `now_ms` is wall time.
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step;
}

/// What methods need of files. It may block.
pub trait Errands: Send + Sync + 'static {
    /// Does one errand.
    ///
    /// # Errors
    /// The refusal with which the method is answered.
    fn run(&self, errand: &Errand, settings: &Settings) -> Done;
}

/// Where lines of the log go. It must not block for long.
pub type Sink = std::sync::Arc<dyn Fn(&Line) + Send + Sync>;

/// A store that forgets everything when it is dropped.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    /// What it knows.
    pub book: Book,
    /// The key of its tokens.
    pub key: ServerKey,
}

impl Store for MemoryStore {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        self.book.handle(now_ms, fresh, &self.key, command)
    }
}

/// Nobody runs errands.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoErrands;

impl Errands for NoErrands {
    fn run(&self, _: &Errand, _: &Settings) -> Done {
        Err(Refusal::unavailable("this gateway reads no files"))
    }
}

/// All of it.
pub struct World {
    /// The pairing store.
    pub store: Box<dyn Store>,
    /// The errands.
    pub errands: std::sync::Arc<dyn Errands>,
    /// The log.
    pub log: Sink,
}
