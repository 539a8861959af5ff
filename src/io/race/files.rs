//! The pairing files of a gateway's state folder, changed as OpenClaw's command line does where it is
//! not let in: read, change, write, without a lock.
//!
//! What it does to the race's own devices is what the command line would do. What belongs to others is
//! taken as it stands at the moment of writing: nobody else may lose anything to a race.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::gateway::fresh::Fresh;
use crate::gateway::pairing::image::{Image, PAIRED, PENDING, pretty};
use crate::gateway::pairing::{Command, Step};
use crate::io::files::{read_plain, write_private};
use crate::simulation::interleave::ledger::{Ledger as _, Records};

/// The files.
#[derive(Debug, Clone)]
pub(super) struct Files(PathBuf);

/// What they said when they were read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    paired: Map<String, Value>,
    pending: Map<String, Value>,
    records: Records,
}

impl Files {
    /// Those of a state folder.
    pub(super) fn of(state: &Path) -> Self {
        Self(state.join("devices"))
    }

    /// Reads both.
    pub(super) fn read(&self) -> io::Result<Read> {
        let (paired, pending) = (self.text(PAIRED)?, self.text(PENDING)?);
        let image = Image::read(paired.as_deref(), pending.as_deref(), None);
        let image = image.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        Ok(Read {
            paired: object(paired.as_deref()),
            pending: object(pending.as_deref()),
            records: Records { paired: image.paired, pending: image.pending, ..Records::default() },
        })
    }

    fn text(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match read_plain(&self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Does something to what was read, and writes it where it changed.
    pub(super) fn change(
        &self,
        read: &Read,
        now_ms: u64,
        fresh: Fresh,
        command: &Command,
        ours: &BTreeSet<String>,
    ) -> io::Result<(Step, bool)> {
        let mut records = read.records.clone();
        let step = records.transact(now_ms, fresh, command);
        let is_changed = records != read.records;
        if is_changed {
            self.write(read, &records, ours)?;
        }
        Ok((step, is_changed))
    }

    fn write(&self, read: &Read, records: &Records, ours: &BTreeSet<String>) -> io::Result<()> {
        let image =
            Image { paired: records.paired.clone(), pending: records.pending.clone(), ..Image::default() };
        let (paired, pending) =
            (object(Some(image.paired_text().as_bytes())), object(Some(image.pending_text().as_bytes())));
        let mine = |id: &str, _: &Value| ours.contains(id);
        let of_mine = |_: &str, entry: &Value| entry["deviceId"].as_str().is_some_and(|id| ours.contains(id));
        let same = |id: &String| records.paired.get(id) == read.records.paired.get(id);
        let paired =
            merged(object(self.text(PAIRED)?.as_deref()), &read.paired, &paired, mine, |id| same(id));
        let kept = |id: &String| records.pending.get(id) == read.records.pending.get(id);
        let pending =
            merged(object(self.text(PENDING)?.as_deref()), &read.pending, &pending, of_mine, |id| kept(id));
        // The order in which OpenClaw writes them.
        self.put(PENDING, &pending)?;
        self.put(PAIRED, &paired)
    }

    fn put(&self, name: &str, map: &Map<String, Value>) -> io::Result<()> {
        write_private(&self.0.join(name), pretty(map.clone()).as_bytes())
    }

    /// The entries of these devices that are left, in words.
    pub(super) fn left(&self, ours: &BTreeSet<String>) -> io::Result<Vec<String>> {
        let read = self.read()?;
        let devices = read.records.paired.keys().filter(|id| ours.contains(*id));
        let requests = read.records.pending.values().filter(|ask| ours.contains(&ask.claim.device_id));
        let requests = requests.map(|ask| format!("request {}", ask.request_id));
        Ok(devices.map(|id| format!("device {id}")).chain(requests).collect())
    }
}

/// What stands now, with the entries of ours as they were read and changed.
fn merged(
    mut now: Map<String, Value>,
    read: &Map<String, Value>,
    changed: &Map<String, Value>,
    is_mine: impl Fn(&str, &Value) -> bool,
    is_same: impl Fn(&String) -> bool,
) -> Map<String, Value> {
    now.retain(|id, entry| !is_mine(id, entry));
    for (id, entry) in changed {
        if is_mine(id, entry) {
            let raw = read.get(id).filter(|_| is_same(id));
            now.insert(id.clone(), raw.unwrap_or(entry).clone());
        }
    }
    now
}

fn object(text: Option<&[u8]>) -> Map<String, Value> {
    match text.map(serde_json::from_slice) {
        Some(Ok(Value::Object(map))) => map,
        _ => Map::new(),
    }
}
