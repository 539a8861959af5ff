//! Known-wrong variants of the production book. Each must be caught, or the explorer is asleep.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use crate::gateway::fresh::Fresh;
use crate::gateway::pairing::{Answer, Book, Bootstrap, Command, Device, PairRequest, Step};
use crate::scenario::race::Start;

use super::{Keeping, Ledger, Ours, Records};

/// One thing that is done wrongly.
pub trait Twist: Clone + Copy + PartialEq + Eq + Hash + Debug + Default {
    /// How transitions are kept apart.
    const KEEPING: Keeping = Keeping::Atomic;
    /// Whether what others write into the files is taken as it stands.
    const OVERWRITTEN: bool = false;
    /// Whether who approves by the device holds what comes next against what was shown.
    const COMPARES: bool = true;

    /// What is done in the place of a command.
    fn instead(_book: &Book, _command: &Command) -> Option<Command> {
        None
    }

    /// What is done to the book afterwards.
    fn afterwards(_before: &Book, _book: &mut Book, _step: &mut Step) {}
}

/// The production book with one thing done wrongly.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Twisted<T: Twist>(Ours, PhantomData<T>);

impl<T: Twist> Ledger for Twisted<T> {
    const KEEPING: Keeping = T::KEEPING;
    const HEEDS_CLOCK: bool = true;
    const COMPARES: bool = T::COMPARES;

    fn empty(start: &Start, files: bool) -> Self {
        Self(Ours::empty(start, files), PhantomData)
    }

    fn hand_out(&mut self, hash: String, token: Bootstrap) -> bool {
        self.0.hand_out(hash, token)
    }

    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        let other = T::instead(&self.0.book, command);
        let before = self.0.book.clone();
        let mut step = self.0.transact(now_ms, fresh, other.as_ref().unwrap_or(command));
        T::afterwards(&before, &mut self.0.book, &mut step);
        step
    }

    fn seen(&self, now_ms: u64) -> Cow<'_, Self> {
        match self.0.seen(now_ms) {
            Cow::Borrowed(_) => Cow::Borrowed(self),
            Cow::Owned(seen) => Cow::Owned(Self(seen, PhantomData)),
        }
    }

    fn devices(&self) -> &BTreeMap<String, Device> {
        self.0.devices()
    }

    fn requests(&self) -> &BTreeMap<String, PairRequest> {
        self.0.requests()
    }

    fn records(&self) -> Records {
        if T::OVERWRITTEN {
            let mut records = self.0.records();
            records.paired = self.0.book.devices.clone().into();
            records.pending = self.0.book.requests.clone().into();
            return records;
        }
        self.0.records()
    }

    fn overwrite(&mut self, now_ms: u64, records: Records) {
        if T::OVERWRITTEN {
            self.0.book.devices = (*records.paired).clone();
            self.0.book.requests = (*records.pending).clone();
        } else {
            self.0.overwrite(now_ms, records);
        }
    }
}

/// Reads, then writes, and lets others in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ReadThenWrite;

impl Twist for ReadThenWrite {
    const KEEPING: Keeping = Keeping::Open;
}

/// Checks the id, then approves what the device asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LatestWins;

impl Twist for LatestWins {
    fn instead(book: &Book, command: &Command) -> Option<Command> {
        let Command::Approve { request_id, by } = command else { return None };
        let asked = book.requests.get(request_id)?;
        let same = |ask: &&PairRequest| ask.claim.device_id == asked.claim.device_id;
        let widest = book.requests.values().filter(same).max_by_key(|ask| (ask.ts_ms, ask.scopes.len()))?;
        Some(Command::Approve { request_id: widest.request_id.clone(), by: by.clone() })
    }
}

/// Widens a request that was shown by what the device asks next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct UnionCreep;

impl Twist for UnionCreep {
    fn afterwards(before: &Book, book: &mut Book, _step: &mut Step) {
        let new: Vec<PairRequest> = book
            .requests
            .values()
            .filter(|ask| !before.requests.contains_key(&ask.request_id))
            .cloned()
            .collect();
        for ask in new {
            for old in book.requests.values_mut() {
                if old.claim.device_id == ask.claim.device_id {
                    for scope in &ask.scopes {
                        if !old.scopes.contains(scope) {
                            old.scopes.push(scope.clone());
                        }
                    }
                }
            }
        }
    }
}

/// Shares its files with other processes as if nobody else wrote there: the last writer wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FilesOverwritten;

impl Twist for FilesOverwritten {
    const KEEPING: Keeping = Keeping::Locked;
    const OVERWRITTEN: bool = true;
}

/// Forgets what was revoked and removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct NoTombstone;

impl Twist for NoTombstone {
    fn afterwards(_before: &Book, book: &mut Book, _step: &mut Step) {
        book.tombstones.clear();
        for device in book.devices.values_mut() {
            device.tokens.retain(|_, token| token.revoked_at_ms.is_none());
        }
    }
}

/// Keeps the token of a device to itself, unless the record is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TokenWithheld;

impl Twist for TokenWithheld {
    fn afterwards(before: &Book, book: &mut Book, step: &mut Step) {
        if let Answer::Admitted { auth, .. } = &mut step.answer
            && before.devices.len() == book.devices.len()
        {
            *auth = None;
        }
    }
}

/// Approves by the device whatever the device asks by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct HeedlessLoop;

impl Twist for HeedlessLoop {
    const COMPARES: bool = false;
}
