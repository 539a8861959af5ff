//! A book that lives as long as its process.

use crate::gateway::fresh::Fresh;
use crate::gateway::nodes::{self, Nodes};
use crate::gateway::pairing::image::AtRest;
use crate::gateway::pairing::{Book, Command, Policy, ServerKey, Step, Store};

/// A book in memory.
#[derive(Debug)]
pub struct Memory {
    book: Book,
    key: ServerKey,
    policy: Policy,
}

impl Memory {
    /// An empty book.
    #[must_use]
    pub fn new(key: ServerKey, policy: Policy) -> Self {
        Self { book: Book::default(), key, policy }
    }
}

impl Store for Memory {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        self.book.handle(now_ms, fresh, &self.key, &self.policy, command)
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }
}

/// A book of nodes in memory.
#[derive(Debug, Default)]
pub struct NodesInMemory(Nodes);

impl nodes::Store for NodesInMemory {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &nodes::Command) -> nodes::Step {
        self.0.handle(now_ms, fresh, AtRest::Hash, command)
    }
}
