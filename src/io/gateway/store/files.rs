//! The book in OpenClaw's state folder: its JSON files, and ours beside them.
//!
//! Every transition takes the lock, looks whether a file has changed, takes in what others wrote, and
//! writes what is different, all files as one. A transition that changes nothing writes nothing.

use std::path::Path;

use serde_json::Value;

use crate::gateway::digest::sha256_hex;
use crate::gateway::fresh::Fresh;
use crate::gateway::log::{Level, Line};
use crate::gateway::pairing::image::{
    Absorbed, BOOTSTRAP, History, Image, PAIRED, PENDING, SIDECAR, Unreadable,
};
use crate::gateway::pairing::{Answer, Book, Command, ServerKey, Step, Store};

use super::disk::{Disk, Folder, LOCK, Stat, replace_unless_changed};
use super::journal::{self, Change, JOURNAL, waiting};
use super::{Error, Options, key, unavailable};

/// The files, ours last: as long as it is old, what the book was before can be told.
const FILES: [&str; 4] = [PAIRED, PENDING, BOOTSTRAP, SIDECAR];
/// Where ours stands among them.
const OURS: usize = 3;
/// How often others may write in between before a transition leaves the rest to the next one.
const ATTEMPTS_MAX: usize = 8;

/// The book in `<state>/devices`.
#[derive(Debug)]
pub struct OpenClawFiles<D: Disk = Folder> {
    disk: D,
    options: Options,
    /// What is known of the folder; `None` where it must be read anew.
    known: Option<Known>,
    /// What the files said before a change that another process did not finish.
    before: Option<Image>,
    /// Whether the files were taken as they stand.
    has_started: bool,
    /// What was known when the folder was found gone, until it is written again wholly.
    rescued: Option<Known>,
}

#[derive(Debug, Clone)]
struct Known {
    key: ServerKey,
    book: Book,
    /// Whether the book differs from the one in our file.
    unsaved: bool,
    /// Whether OpenClaw's files may say something else than the book.
    unchecked: bool,
    history: History,
    /// What OpenClaw's files say.
    theirs: Image,
    seen: [Seen; 4],
}

/// What is known of one file.
#[derive(Debug, Clone, Default)]
struct Seen {
    stat: Option<Stat>,
    /// Of its content; `None`: there is no file.
    hash: Option<String>,
    /// Whether somebody has written it since.
    is_stale: bool,
}

impl OpenClawFiles<Folder> {
    /// The book of an OpenClaw state folder.
    ///
    /// # Errors
    /// When `<state>/devices` is not there and cannot be made.
    pub fn open(state: &Path, options: Options) -> Result<Self, Error> {
        Ok(Self::on(Folder::open(&state.join("devices"))?, options))
    }
}

impl<D: Disk> OpenClawFiles<D> {
    /// The book on a disk of one's own.
    pub const fn on(disk: D, options: Options) -> Self {
        Self { disk, options, known: None, before: None, has_started: false, rescued: None }
    }

    fn attempt(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Result<Step, Error> {
        let mut told = Absorbed::default();
        let is_lost = self.is_lost()?;
        if is_lost {
            self.rescued = self.rescued.take().or_else(|| self.known.clone());
            self.disk.make()?;
            self.known.clone_from(&self.rescued);
        }
        let _lock = self.disk.lock()?;
        if is_lost {
            told.log.push(self.made_again()?);
        }
        let mut known = self.refresh(now_ms, &mut told)?;
        let subject = known.book.subject(command);
        let before = known.book.aspect(subject.as_deref());
        let step = known.book.handle(now_ms, fresh, &known.key, &self.options.policy, command);
        known.unsaved |= known.book.aspect(subject.as_deref()) != before;
        self.settle(now_ms, known, &mut told)?;
        if let (Command::ClockSet(leap), Some(known)) = (command, &mut self.known) {
            known.history.carry(*leap);
        }
        self.has_started = true;
        self.rescued = None;
        told.append(Absorbed { events: step.events, log: step.log, dropped: step.dropped });
        Ok(Step { answer: step.answer, events: told.events, log: told.log, dropped: told.dropped })
    }

    /// Whether the folder with all that is known was taken away: not even the lock is there.
    fn is_lost(&mut self) -> Result<bool, Error> {
        if self.rescued.is_some() {
            return Ok(true);
        }
        if self.known.is_none() {
            return Ok(false);
        }
        for name in FILES.into_iter().chain([LOCK]) {
            if self.disk.look(name)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All that is known is to be written again, the key first: without it no token is one.
    fn made_again(&mut self) -> Result<Line, Error> {
        let path = self.disk.path().display().to_string();
        let mut devices = 0;
        if let Some(known) = &mut self.known {
            key::put(&mut self.disk, &known.key)?;
            (known.theirs, known.seen) = (Image::default(), Default::default());
            (known.unsaved, known.unchecked) = (true, true);
            devices = known.book.devices.len();
        }
        let words = format!("{path} was gone and is made again: {devices} paired devices were still known");
        Ok(Line::new(Level::Warn, "gateway", words))
    }

    /// What others wrote, taken in without a question.
    fn take_in(&mut self, now_ms: u64) -> Result<Step, Error> {
        let _lock = self.disk.lock()?;
        let mut told = Absorbed::default();
        let known = self.refresh(now_ms, &mut told)?;
        self.settle(now_ms, known, &mut told)?;
        let answer = Answer::Payload(Value::Null);
        Ok(Step { answer, events: told.events, log: told.log, dropped: told.dropped })
    }

    /// Writes what is known, and reads again for as long as others write in between.
    fn settle(&mut self, now_ms: u64, mut known: Known, told: &mut Absorbed) -> Result<(), Error> {
        for _ in 0..ATTEMPTS_MAX {
            if !self.save(now_ms, &mut known)? {
                break;
            }
            self.known = Some(known);
            known = self.refresh(now_ms, told)?;
        }
        self.known = Some(known);
        Ok(())
    }

    /// What the folder says now. It is taken out of `self`, and put back when all went well.
    fn refresh(&mut self, now_ms: u64, told: &mut Absorbed) -> Result<Known, Error> {
        self.recover()?;
        let known = match self.known.take() {
            Some(known) if self.is_unchanged(&known)? => return Ok(known),
            known => known,
        };
        let mut contents: [Option<Vec<u8>>; 4] = Default::default();
        let mut seen: [Seen; 4] = Default::default();
        for (at, name) in FILES.iter().enumerate() {
            if let Some((bytes, stat)) = self.disk.read(name)? {
                seen[at] = Seen { stat: Some(stat), hash: Some(sha256_hex(&bytes)), is_stale: false };
                contents[at] = Some(bytes);
            }
        }
        if let Some(known) = known {
            let same = known.seen.iter().zip(&seen).all(|(old, new)| old.hash == new.hash);
            if same {
                let unchecked = known.unchecked || known.seen.iter().any(|seen| seen.is_stale);
                return Ok(Known { seen, unchecked, ..known });
            }
            return self.read(now_ms, told, Some(known), &contents, seen);
        }
        self.read(now_ms, told, None, &contents, seen)
    }

    /// Whether no file has changed, as far as can be told without reading.
    fn is_unchanged(&mut self, known: &Known) -> Result<bool, Error> {
        for (name, seen) in FILES.iter().zip(&known.seen) {
            let is_same = match (self.disk.look(name)?, seen.stat) {
                (Some(now), Some(then)) => now.is_same(&then) && !then.racy,
                (None, None) => true,
                _ => false,
            };
            if seen.is_stale || !is_same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the files' contents into what is known.
    fn read(
        &mut self,
        now_ms: u64,
        told: &mut Absorbed,
        known: Option<Known>,
        contents: &[Option<Vec<u8>>; 4],
        seen: [Seen; 4],
    ) -> Result<Known, Error> {
        let unreadable =
            |cause: Unreadable| Error::Unreadable { folder: self.disk.path().to_path_buf(), cause };
        let [paired, pending, bootstraps, ours] = contents;
        let theirs =
            Image::read(paired.as_deref(), pending.as_deref(), bootstraps.as_deref()).map_err(unreadable)?;
        let ours_changed = known.as_ref().is_none_or(|known| known.seen[OURS].hash != seen[OURS].hash);
        let saved = ours.as_deref().filter(|_| ours_changed).map(Book::from_sidecar);
        let saved = saved.transpose().map_err(unreadable)?;
        let is_first = known.is_none();
        let mut known = match known {
            Some(known) => known,
            None => Known {
                key: key::of(&mut self.disk, ours.is_some())?,
                book: Book::default(),
                unsaved: false,
                unchecked: false,
                history: History::default(),
                theirs: Image::default(),
                seen: Default::default(),
            },
        };
        if let Some(image) = self.before.take() {
            known.history.push(now_ms, &image);
        }
        if let Some((book, at_rest)) = saved {
            known.history.push(now_ms, &Image::of(&book, &known.key, at_rest));
            if !is_first {
                told.append(known.book.passed_to(&book, now_ms, &known.key));
            }
            known.book = book;
            known.unsaved = at_rest != self.options.at_rest;
        }
        // Ours is gone: what is remembered goes there again.
        known.unsaved |= ours.is_none() && !is_first;
        let start = is_first && (ours.is_none() || (self.options.starts && !self.has_started));
        let before = known.book.clone();
        let absorbed = known.book.absorb(now_ms, &known.key, &known.history, &theirs, start);
        // Who only looks into a folder of OpenClaw's leaves nothing there.
        let only_looks = is_first && ours.is_none();
        known.unsaved |= known.book != before && !only_looks;
        known.unchecked = !only_looks;
        told.append(absorbed);
        known.history.push(now_ms, &theirs);
        (known.theirs, known.seen) = (theirs, seen);
        Ok(known)
    }

    /// Writes what is different, all as one. Whether somebody has written in between.
    fn save(&mut self, now_ms: u64, known: &mut Known) -> Result<bool, Error> {
        if !known.unsaved && !known.unchecked {
            return Ok(false);
        }
        let image = Image::of(&known.book, &known.key, self.options.at_rest);
        let mut texts: [Option<String>; 4] = Default::default();
        if image.paired != known.theirs.paired {
            texts[0] = Some(image.paired_text());
        }
        if image.pending != known.theirs.pending {
            texts[1] = Some(image.pending_text());
        }
        if image.bootstraps != known.theirs.bootstraps {
            texts[2] = Some(image.bootstrap_text());
        }
        if known.unsaved {
            texts[OURS] = Some(known.book.to_sidecar(self.options.at_rest));
        }
        let mut changes = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            let Some(text) = text else { continue };
            self.disk.write(&waiting(FILES[at]), text.as_bytes())?;
            changes.push(Change {
                name: FILES[at].to_owned(),
                before: known.seen[at].hash.clone(),
                after: sha256_hex(text.as_bytes()),
            });
        }
        known.unchecked = false;
        if changes.is_empty() {
            return Ok(false);
        }
        journal::commit(&mut self.disk, changes)?;
        self.replace(known, &texts)?;
        self.disk.sync()?;
        self.forget_journal()?;
        known.history.push(now_ms, &image);
        let theirs = &mut known.theirs;
        if !known.seen[0].is_stale {
            theirs.paired = image.paired;
            theirs.no_paired_file &= texts[0].is_none();
        }
        if !known.seen[1].is_stale {
            theirs.pending = image.pending;
        }
        if !known.seen[2].is_stale {
            theirs.bootstraps = image.bootstraps;
        }
        known.unsaved = false;
        Ok(known.seen.iter().any(|seen| seen.is_stale))
    }

    /// Replaces each file, unless somebody has written it since it was read.
    fn replace(&mut self, known: &mut Known, texts: &[Option<String>; 4]) -> Result<(), Error> {
        for (at, text) in texts.iter().enumerate() {
            let (Some(text), name) = (text, FILES[at]) else { continue };
            let waiting = waiting(name);
            if at == OURS {
                self.disk.rename(&waiting, name)?;
            } else if !replace_unless_changed(&mut self.disk, &waiting, name, known.seen[at].stat.as_ref())? {
                self.disk.remove(&waiting)?;
                known.seen[at].is_stale = true;
                continue;
            }
            let stat = self.disk.look(name)?;
            known.seen[at] = Seen { stat, hash: Some(sha256_hex(text.as_bytes())), is_stale: false };
        }
        Ok(())
    }

    /// Finishes what a process that died had begun.
    fn recover(&mut self) -> Result<(), Error> {
        let Some(changes) = journal::left_behind(&mut self.disk)? else { return Ok(()) };
        if let Some((bytes, _)) = self.disk.read(SIDECAR)?
            && let Ok((book, at_rest)) = Book::from_sidecar(&bytes)
        {
            // Only faces are compared, and a face by hash needs no key.
            let key = key::of(&mut self.disk, true)?;
            self.before = Some(Image::of(&book, &key, at_rest));
        }
        for change in changes.iter().filter(|change| FILES.contains(&change.name.as_str())) {
            let waiting = waiting(&change.name);
            let Some((bytes, _)) = self.disk.read(&waiting)? else { continue };
            let stands = self.disk.read(&change.name)?.map(|(bytes, _)| sha256_hex(&bytes));
            let waits = sha256_hex(&bytes);
            let is_due = waits == change.after && (change.name == SIDECAR || stands == change.before);
            // Ours stands there already, and what waits is what somebody wrote just before.
            let is_swapped = stands.as_ref() == Some(&change.after)
                && waits != change.after
                && Some(&waits) != change.before.as_ref();
            // Else somebody has written in the meantime; that is not written over, but merged.
            if is_due || is_swapped {
                self.disk.rename(&waiting, &change.name)?;
            } else {
                self.disk.remove(&waiting)?;
            }
        }
        self.disk.sync()?;
        self.forget_journal()
    }

    /// Removes the journal for good: it must not come back beside the contents of a later change.
    fn forget_journal(&mut self) -> Result<(), Error> {
        self.disk.remove(JOURNAL)?;
        self.disk.sync()
    }
}

impl<D: Disk> Store for OpenClawFiles<D> {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        // What was read is known until it is changed: where that goes wrong, it is read anew.
        self.attempt(now_ms, fresh, command).unwrap_or_else(|error| unavailable(&error))
    }

    fn glance(&mut self, now_ms: u64) -> Option<Step> {
        // Whether all was taken away is found out when somebody asks.
        if self.is_lost().unwrap_or_default() {
            return None;
        }
        let known = self.known.take()?;
        let is_unchanged = self.is_unchanged(&known);
        self.known = Some(known);
        if matches!(is_unchanged, Ok(true)) {
            return None;
        }
        Some(self.take_in(now_ms).unwrap_or_else(|error| unavailable(&error)))
    }

    fn describe(&self) -> String {
        self.disk.path().display().to_string()
    }
}
