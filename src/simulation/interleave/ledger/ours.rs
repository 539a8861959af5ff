//! The production book, with the files beside it where others write into them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::gateway::fresh::Fresh;
use crate::gateway::pairing::image::{AtRest, History, Image};
use crate::gateway::pairing::{Book, Bootstrap, Command, Device, PairRequest, Policy, ServerKey, Step};
use crate::gateway::settings::LocalUpgrade;
use crate::scenario::race::Start;

use super::{Keeping, Ledger, Records};

/// Any key does: tokens are told apart, and nobody but the explorer sees them.
const KEY: ServerKey = ServerKey([7; 32]);

/// The production book.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ours {
    pub(super) book: Book,
    local_upgrade: LocalUpgrade,
    files: Option<Files>,
}

/// OpenClaw's files, as `io::gateway::store` keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Files {
    history: History,
    says: Image,
    /// Whether somebody has written since the gateway looked.
    foreign: bool,
}

impl Ours {
    /// Takes in what others wrote, as every transition does first.
    fn absorb(&mut self, now_ms: u64) -> Step {
        let told = match &mut self.files {
            Some(files) if files.foreign => {
                files.foreign = false;
                let told = self.book.absorb(now_ms, &KEY, &files.history, &files.says, false);
                files.history.push(now_ms, &files.says);
                told
            }
            _ => crate::gateway::pairing::image::Absorbed::default(),
        };
        let answer = crate::gateway::pairing::Answer::Payload(serde_json::Value::Null);
        Step { answer, events: told.events, log: told.log, dropped: told.dropped }
    }

    /// Writes the files, where they say something else by now.
    fn save(&mut self, now_ms: u64) {
        let Some(files) = &mut self.files else { return };
        let image = Image::of(&self.book, &KEY, AtRest::Hash);
        if image != files.says {
            files.history.push(now_ms, &image);
            files.says = image;
        }
    }
}

impl Ledger for Ours {
    const KEEPING: Keeping = Keeping::Atomic;
    const HEEDS_CLOCK: bool = true;

    fn empty(start: &Start, files: bool) -> Self {
        let files =
            files.then(|| Files { history: History::default(), says: Image::default(), foreign: false });
        Self { book: Book::default(), local_upgrade: start.local_upgrade, files }
    }

    fn hand_out(&mut self, hash: String, token: Bootstrap) -> bool {
        self.book.bootstraps.insert(hash, token);
        true
    }

    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        let mut told = self.absorb(now_ms);
        let policy = Policy { local_upgrade: self.local_upgrade };
        let mut step = self.book.handle(now_ms, fresh, &KEY, &policy, command);
        self.save(now_ms);
        if let (Command::ClockSet(leap), Some(files)) = (command, &mut self.files) {
            files.history.carry(*leap);
        }
        told.events.append(&mut step.events);
        told.dropped.append(&mut step.dropped);
        Step { answer: step.answer, events: told.events, log: step.log, dropped: told.dropped }
    }

    fn seen(&self, now_ms: u64) -> Cow<'_, Self> {
        if !self.files.as_ref().is_some_and(|files| files.foreign) {
            return Cow::Borrowed(self);
        }
        let mut seen = self.clone();
        seen.absorb(now_ms);
        Cow::Owned(seen)
    }

    fn devices(&self) -> &BTreeMap<String, Device> {
        &self.book.devices
    }

    fn requests(&self) -> &BTreeMap<String, PairRequest> {
        &self.book.requests
    }

    fn records(&self) -> Records {
        let image = self
            .files
            .as_ref()
            .map_or_else(|| Image::of(&self.book, &KEY, AtRest::Hash), |files| files.says.clone());
        Records { paired: image.paired, pending: image.pending, bootstraps: Arc::default() }
    }

    fn overwrite(&mut self, _now_ms: u64, records: Records) {
        let Some(files) = &mut self.files else { return };
        files.says = Image {
            paired: Arc::clone(&records.paired),
            pending: Arc::clone(&records.pending),
            bootstraps: Arc::clone(&files.says.bootstraps),
            no_paired_file: false,
        };
        files.foreign = true;
    }
}
