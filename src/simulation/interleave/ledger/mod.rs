//! What a policy keeps of devices and requests, and how its transitions are kept apart.
//!
//! The production book is one ledger; a model of OpenClaw's is another; known-wrong variants of ours are
//! the rest. All answer the same commands with the same steps.

mod openclaw;
mod ours;
mod twist;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::Hash;

use crate::gateway::fresh::Fresh;
use crate::gateway::pairing::{Bootstrap, Command, Device, PairRequest, Step};
use crate::scenario::race::Start;

use super::invariant::View;

pub use openclaw::Records;
pub use ours::Ours;
pub use twist::{
    FilesOverwritten, HeedlessLoop, LatestWins, NoTombstone, ReadThenWrite, TokenWithheld, Twisted,
    UnionCreep,
};

/// How the transitions of a gateway are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Each is one step on the store, for all processes.
    Atomic,
    /// Each reads, then writes; those of one process wait for each other, those of others do not.
    Locked,
    /// Each reads, then writes; none waits.
    Open,
}

/// Devices and requests under a policy.
pub trait Ledger: Clone + Eq + Hash + Debug {
    /// How its transitions are kept apart.
    const KEEPING: Keeping;
    /// Whether its gateways notice when the wall clock is set.
    const HEEDS_CLOCK: bool;
    /// Whether who approves by the device holds what comes next against what was shown.
    const COMPARES: bool = true;

    /// An empty one. `files`: other processes write into its files, so it must look.
    fn empty(start: &Start, files: bool) -> Self;

    /// Hands out a bootstrap token; its key is the token's hash. Whether the policy knows such tokens.
    fn hand_out(&mut self, hash: String, token: Bootstrap) -> bool;

    /// One transition.
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step;

    /// What the gateway would act on if it were asked now.
    fn seen(&self, _now_ms: u64) -> Cow<'_, Self> {
        Cow::Borrowed(self)
    }

    /// All devices.
    fn devices(&self) -> &BTreeMap<String, Device>;

    /// All requests that can be approved.
    fn requests(&self) -> &BTreeMap<String, PairRequest>;

    /// Both, as an invariant looks at them.
    fn view(&self) -> View<'_> {
        (self.devices(), self.requests())
    }

    /// What the files say to another process.
    fn records(&self) -> Records;

    /// Another process writes the files.
    fn overwrite(&mut self, now_ms: u64, records: Records);
}
