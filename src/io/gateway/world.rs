//! What the server is given by others: the pairing store, errands, a place for its log.

use std::sync::Arc;

use crate::gateway::errand::{Done, Errand};
use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;
use crate::gateway::log::Line;
use crate::gateway::pairing::{Book, Command, Policy, ServerKey, Step};

use super::errands::Errands;

/// Where devices, requests and tokens are kept. It is asked from one thread only.
pub trait Store: Send + 'static {
    /// One transition of the book, done wholly or not at all. `now_ms` is wall time.
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step;
}

/// What methods need of files. It may block.
pub trait DoErrands: Send + Sync + 'static {
    /// Does one errand. `now_ms` is wall time.
    ///
    /// # Errors
    /// The refusal with which the method is answered.
    fn run(&self, errand: &Errand, now_ms: u64) -> Done;
}

impl DoErrands for Errands {
    fn run(&self, errand: &Errand, now_ms: u64) -> Done {
        Self::run(self, errand, now_ms)
    }
}

/// Where lines of the log go. It must not block for long.
pub type Sink = Arc<dyn Fn(&Line) + Send + Sync>;

/// A store that forgets everything when it is dropped.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    /// What it knows.
    pub book: Book,
    /// The key of its tokens.
    pub key: ServerKey,
    /// What its owner decides about pairing.
    pub policy: Policy,
}

impl Store for MemoryStore {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        self.book.handle(now_ms, fresh, &self.key, &self.policy, command)
    }
}

/// Nobody runs errands.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoErrands;

impl DoErrands for NoErrands {
    fn run(&self, _: &Errand, _: u64) -> Done {
        Err(Refusal::unavailable("this gateway reads no files"))
    }
}

/// All of it.
pub struct World {
    /// The pairing store.
    pub store: Box<dyn Store>,
    /// The errands.
    pub errands: Arc<dyn DoErrands>,
    /// The log.
    pub log: Sink,
}
