//! The write-ahead journal: several files change as one.
//!
//! New contents are written beside the files; then the journal, which names them by their hashes, is
//! put in place: that is the moment at which the change has happened. Then each file is replaced, and
//! the journal removed. Who finds a journal finishes the work; who finds none ignores what lies beside.

use serde::{Deserialize, Serialize};

use super::Error;
use super::disk::Disk;

/// The journal's name.
pub(super) const JOURNAL: &str = "provoke.journal";
const JOURNAL_TMP: &str = "provoke.journal.tmp";
/// The version of the format.
const VERSION: u32 = 1;

/// A file that is to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    /// Its name.
    pub(super) name: String,
    /// SHA-256 of what it held; `None`: there was no such file.
    pub(super) before: Option<String>,
    /// SHA-256 of what it is to hold.
    pub(super) after: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Journal {
    version: u32,
    changes: Vec<Change>,
}

/// The name under which a new content waits.
pub(super) fn waiting(name: &str) -> String {
    format!("{name}.provoke.tmp")
}

/// Puts the journal in place. The contents must be on the disk.
pub(super) fn commit(disk: &mut dyn Disk, changes: Vec<Change>) -> Result<(), Error> {
    let journal = Journal { version: VERSION, changes };
    let text = serde_json::to_vec(&journal).expect("names and hashes are JSON");
    disk.write(JOURNAL_TMP, &text)?;
    disk.rename(JOURNAL_TMP, JOURNAL)?;
    disk.sync()
}

/// What a journal that was left behind says.
pub(super) fn left_behind(disk: &mut dyn Disk) -> Result<Option<Vec<Change>>, Error> {
    let Some((bytes, _)) = disk.read(JOURNAL)? else { return Ok(None) };
    let path = disk.path().join(JOURNAL);
    let what =
        "is no journal of this version; it was put here whole, so something else has changed it: restore it";
    match serde_json::from_slice::<Journal>(&bytes) {
        Ok(journal) if journal.version == VERSION => Ok(Some(journal.changes)),
        _ => Err(Error::Strange { path, what }),
    }
}
