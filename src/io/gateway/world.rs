//! What the server is given by others: the pairing store, errands, a place for its log.

use std::sync::Arc;

use crate::gateway::errand::{Done, Errand};
use crate::gateway::frame::Refusal;
use crate::gateway::log::Line;
use crate::gateway::nodes;
use crate::gateway::pairing::Store;

use super::errands::Errands;
use crate::io::router::Models;

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
    /// The pairing store. It is asked from one thread only.
    pub store: Box<dyn Store>,
    /// The book of nodes. It is asked from the same thread.
    pub nodes: Box<dyn nodes::Store>,
    /// The errands.
    pub errands: Arc<dyn DoErrands>,
    /// The log.
    pub log: Sink,
    /// The router, where this gateway answers for models.
    pub models: Option<Arc<Models>>,
}
