//! The book of nodes in OpenClaw's state folder: `nodes/paired.json` and `nodes/pending.json`.
//!
//! These two files are the truth, whoever wrote them. Every transition takes the lock, reads a file that
//! has changed, and writes what is different. `paired.json` goes first: with it an approval has happened,
//! and a request that is older than the approval of its node is spent.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;
use crate::gateway::log::{Level, Line};
use crate::gateway::nodes::{
    Command, Nodes, PAIRED, PENDING, Paired, Pending, Step, Store, paired_text, pending_text, read_paired,
    read_pending,
};
use crate::gateway::pairing::image::{AtRest, Unreadable};

use super::disk::{Disk, Folder, LOCK, Stat, at, replace_unless_changed};
use super::journal::waiting;
use super::{Error, nodes_unavailable};

/// How often others may write in between before a transition fails.
const ATTEMPTS_MAX: usize = 8;
/// The files, the one that decides first.
const FILES: [&str; 2] = [PAIRED, PENDING];

/// The book in `<state>/nodes`. The folder is made when something is put there.
#[derive(Debug)]
pub struct NodeFiles<D: Disk = Folder> {
    disk: D,
    at_rest: AtRest,
    /// What is known; `None` where it must be read anew.
    known: Option<Known>,
    /// What stood there when it could not be read.
    unreadable: Option<[Option<Stat>; 2]>,
    /// What was last said of it without being asked.
    complaint: Option<Refusal>,
    /// What was known when the folder was found gone, until it is written again wholly.
    rescued: Option<Known>,
}

/// What is known of the folder.
#[derive(Debug, Clone, Default)]
struct Known {
    nodes: Nodes,
    /// What the files say.
    paired: Arc<BTreeMap<String, Paired>>,
    pending: BTreeMap<String, Pending>,
    seen: [Option<Stat>; 2],
}

impl NodeFiles<Folder> {
    /// The book of an OpenClaw state folder.
    #[must_use]
    pub fn open(state: &Path, at_rest: AtRest) -> Self {
        Self::on(Folder::at(state.join("nodes")), at_rest)
    }
}

impl<D: Disk> NodeFiles<D> {
    /// The book on a disk of one's own.
    pub const fn on(disk: D, at_rest: AtRest) -> Self {
        Self { disk, at_rest, known: None, unreadable: None, complaint: None, rescued: None }
    }

    fn attempt(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Result<Step, Error> {
        let is_lost = self.is_lost()?;
        let mut log = Vec::new();
        if is_lost {
            self.rescued = self.rescued.take().or_else(|| self.known.clone());
            self.disk.make()?;
            let stands = self.stats()?;
            log.extend(self.rescued.as_ref().and_then(|known| made_again(self.disk.path(), known, &stands)));
            self.known = None;
        } else if command.is_change() {
            self.disk.make()?;
        }
        let _lock = self.lock()?;
        let before =
            self.known.as_ref().or(self.rescued.as_ref()).map(|known| Arc::clone(&known.nodes.paired));
        let mut known = self.refresh()?;
        let mut step = known.nodes.handle(now_ms, fresh, self.at_rest, command);
        if is_lost || (command.is_change() && step.answer.is_ok()) {
            self.save(&mut known)?;
        }
        if before.is_none_or(|before| !Arc::ptr_eq(&before, &known.nodes.paired)) {
            step.paired = Some(Arc::clone(&known.nodes.paired));
        }
        (self.known, self.rescued) = (Some(known), None);
        step.log.append(&mut log);
        Ok(step)
    }

    /// Whether the folder with all that is known was taken away: not even the lock is there.
    fn is_lost(&mut self) -> Result<bool, Error> {
        if self.rescued.is_some() {
            return Ok(true);
        }
        if !self.known.as_ref().is_some_and(|known| known.seen.iter().any(Option::is_some)) {
            return Ok(false);
        }
        for name in [LOCK, PAIRED, PENDING] {
            if self.disk.look(name)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Keeps others out; where there is no folder, nobody need be.
    fn lock(&mut self) -> Result<Option<std::fs::File>, Error> {
        match self.disk.lock() {
            Err(Error::Io { cause, .. }) if cause.kind() == ErrorKind::NotFound => Ok(None),
            lock => lock.map(Some),
        }
    }

    fn stats(&mut self) -> Result<[Option<Stat>; 2], Error> {
        Ok([self.disk.look(PAIRED)?, self.disk.look(PENDING)?])
    }

    /// What the files say now. It is taken out of `self`, and put back when all went well. While a lost
    /// folder is being written again, a file that is not there says what was known of it.
    fn refresh(&mut self) -> Result<Known, Error> {
        let stats = self.stats()?;
        let known = match self.known.take() {
            Some(known) if is_unchanged(&known.seen, &stats) => return Ok(known),
            known => known,
        };
        self.unreadable = Some(stats);
        let is_first = known.is_none();
        let rescued = self.rescued.clone();
        let is_rescue = rescued.is_some();
        let was = known.or(rescued).unwrap_or_default();
        let mut seen = [None; 2];
        let mut bytes: [Option<Vec<u8>>; 2] = [None, None];
        for (at, name) in FILES.into_iter().enumerate() {
            if let Some((content, stat)) = self.disk.read(name)? {
                (seen[at], bytes[at]) = (Some(stat), Some(content));
            }
        }
        let wrong = |cause: Unreadable| Error::Unreadable { folder: self.disk.path().to_path_buf(), cause };
        let paired = bytes[0].as_deref().map(read_paired).transpose().map_err(wrong)?.unwrap_or_default();
        let pending = bytes[1].as_deref().map(read_pending).transpose().map_err(wrong)?.unwrap_or_default();
        self.unreadable = None;
        if !is_rescue && *was.paired == paired && was.pending == pending {
            return Ok(Known { seen, ..was });
        }
        let kept = |at: usize| is_rescue && bytes[at].is_none();
        let asks = if kept(1) { was.nodes.pending.clone() } else { pending.clone() };
        let (mut nodes, paired) = if kept(0) {
            (was.nodes.renewed(was.nodes.paired.clone(), asks), Arc::new(paired))
        } else {
            let nodes = was.nodes.renewed(paired, asks);
            let paired = Arc::clone(&nodes.paired);
            (nodes, paired)
        };
        if is_first {
            nodes.forget_spent();
        }
        Ok(Known { nodes, paired, pending, seen })
    }

    /// Writes what is different.
    fn save(&mut self, known: &mut Known) -> Result<(), Error> {
        if known.paired != known.nodes.paired {
            let file = (PAIRED, read_paired as fn(&[u8]) -> _, paired_text as fn(&_) -> _);
            let written = put(&mut self.disk, file, &known.paired, &known.nodes.paired, &mut known.seen[0])?;
            known.paired = Arc::new(written);
            if known.nodes.paired != known.paired {
                known.nodes.paired = Arc::clone(&known.paired);
            }
        }
        if known.pending != known.nodes.pending {
            let file = (PENDING, read_pending as fn(&[u8]) -> _, pending_text as fn(&_) -> _);
            let written =
                put(&mut self.disk, file, &known.pending, &known.nodes.pending, &mut known.seen[1])?;
            known.nodes.pending.clone_from(&written);
            known.pending = written;
        }
        Ok(())
    }
}

/// What is told where something that was there is to be written again.
fn made_again(path: &Path, known: &Known, stands: &[Option<Stat>; 2]) -> Option<Line> {
    let is_missing = known.seen.iter().zip(stands).any(|(then, now)| then.is_some() && now.is_none());
    let (path, nodes, asks) = (path.display(), known.nodes.paired.len(), known.nodes.pending.len());
    let words = format!(
        "{path} was gone and is made again: {nodes} paired nodes and {asks} requests were still known"
    );
    is_missing.then(|| Line::new(Level::Warn, "gateway", words))
}

/// A file: its name, how it is read and how it is written.
type FileOf<V> =
    (&'static str, fn(&[u8]) -> Result<BTreeMap<String, V>, Unreadable>, fn(&BTreeMap<String, V>) -> String);

/// Writes a file, entry by entry on top of what somebody else has put there in between. What it says then.
fn put<D: Disk, V: Clone + PartialEq>(
    disk: &mut D,
    (name, read, write): FileOf<V>,
    base: &BTreeMap<String, V>,
    ours: &BTreeMap<String, V>,
    seen: &mut Option<Stat>,
) -> Result<BTreeMap<String, V>, Error> {
    let waiting = waiting(name);
    let mut wanted = ours.clone();
    for _ in 0..ATTEMPTS_MAX {
        disk.write(&waiting, write(&wanted).as_bytes())?;
        if replace_unless_changed(disk, &waiting, name, seen.as_ref())? {
            disk.sync()?;
            *seen = disk.look(name)?;
            return Ok(wanted);
        }
        disk.remove(&waiting)?;
        let (bytes, stat) = disk.read(name)?.unzip();
        let theirs = bytes.as_deref().map(read).transpose();
        let theirs = theirs
            .map_err(|cause| Error::Unreadable { folder: disk.path().to_path_buf(), cause })?
            .unwrap_or_default();
        wanted = on_top(base, ours, theirs);
        *seen = stat;
    }
    Err(at(&disk.path().join(name), "replace the file")(ErrorKind::ResourceBusy.into()))
}

/// What we changed since `base`, on top of what others wrote.
fn on_top<V: Clone + PartialEq>(
    base: &BTreeMap<String, V>,
    ours: &BTreeMap<String, V>,
    mut theirs: BTreeMap<String, V>,
) -> BTreeMap<String, V> {
    for id in base.keys().filter(|id| !ours.contains_key(*id)) {
        theirs.remove(id);
    }
    for (id, value) in ours.iter().filter(|(id, value)| base.get(*id) != Some(value)) {
        theirs.insert(id.clone(), value.clone());
    }
    theirs
}

/// Whether no file has changed, as far as can be told without reading.
fn is_unchanged(then: &[Option<Stat>; 2], now: &[Option<Stat>; 2]) -> bool {
    then.iter().zip(now).all(|pair| match pair {
        (Some(then), Some(now)) => now.is_same(then) && !then.racy,
        (None, None) => true,
        _ => false,
    })
}

impl<D: Disk> Store for NodeFiles<D> {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        // What was read is known until it is changed: where that goes wrong, it is read anew.
        self.attempt(now_ms, fresh, command).unwrap_or_else(|error| nodes_unavailable(&error))
    }

    fn glance(&mut self, now_ms: u64) -> Option<Step> {
        let stats = self.stats();
        let is_same = |then: &[Option<Stat>; 2]| stats.as_ref().is_ok_and(|now| is_unchanged(then, now));
        let is_old = match (&self.known, &self.unreadable) {
            (Some(known), _) => is_same(&known.seen),
            (None, unreadable) => unreadable.as_ref().is_some_and(is_same),
        };
        // Whether it was taken away is found out when somebody asks.
        if is_old || self.is_lost().unwrap_or(true) {
            return None;
        }
        let step = self.transact(now_ms, Fresh::default(), &Command::List);
        let complaint = step.answer.as_ref().err().cloned();
        if complaint.is_some() && complaint == self.complaint {
            return None;
        }
        self.complaint = complaint;
        (step.paired.is_some() || !step.log.is_empty()).then_some(step)
    }
}
