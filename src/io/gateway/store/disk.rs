//! The few things that are done to the disk, so that a test can kill the process between any two.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Error;

/// The largest file of OpenClaw's that is read, in bytes.
pub(super) const FILE_MAX: u64 = 16 << 20;
/// The largest file of ours that is read, in bytes.
pub(super) const OWN_FILE_MAX: u64 = 64 << 20;
/// How long a lock is waited for, in seconds.
pub(super) const LOCK_WAIT_S: u64 = 10;
/// How long it is waited for after that was in vain, until it is had again: what waits behind must not
/// add up.
pub(super) const LOCK_WAIT_AGAIN: Duration = Duration::from_millis(100);
/// How long is waited between two attempts at a lock.
const LOCK_STEP: Duration = Duration::from_millis(2);
/// A file younger than this may change again without a change of its times (as in git: racily clean).
const RACY: Duration = Duration::from_millis(50);
/// Attempts at an exchange.
const EXCHANGES_MAX: usize = 8;
/// The lock that every process of ours takes.
pub(super) const LOCK: &str = "provoke.lock";

/// What tells one content of a file from the next without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    /// Whether it was so young when it was looked at that it may have changed since unseen.
    pub racy: bool,
}

/// A folder with few operations. Each is atomic as far as a killed process can tell.
pub trait Disk: Send {
    /// The folder.
    fn path(&self) -> &Path;

    /// Makes the folder, if it is not there. What it stands in must be.
    ///
    /// # Errors
    /// When that is gone, or the system says no.
    fn make(&mut self) -> Result<(), Error>;

    /// What is known of a file; `None`: there is none.
    ///
    /// # Errors
    /// When it cannot be told, or the file is none (a link, a pipe).
    fn look(&mut self, name: &str) -> Result<Option<Stat>, Error>;

    /// A file's bytes, and what was known of it before they were read.
    ///
    /// # Errors
    /// When it cannot be read, is no file, or is too large.
    fn read(&mut self, name: &str) -> Result<Option<(Vec<u8>, Stat)>, Error>;

    /// Makes a new file that only its owner can read, down to the disk. An old one of this name goes.
    ///
    /// # Errors
    /// When the system says no.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error>;

    /// Puts a file in the place of another.
    ///
    /// # Errors
    /// When the system says no.
    fn rename(&mut self, from: &str, to: &str) -> Result<(), Error>;

    /// Puts a file in the place of another and that one in its place, at once; so whatever somebody has
    /// put there in the meantime is not lost.
    ///
    /// # Errors
    /// When the system says no.
    fn exchange(&mut self, from: &str, to: &str) -> Result<Exchange, Error>;

    /// Removes a file, if there is one.
    ///
    /// # Errors
    /// When the system says no.
    fn remove(&mut self, name: &str) -> Result<(), Error>;

    /// Brings the folder itself down to the disk.
    ///
    /// # Errors
    /// When the system says no.
    fn sync(&mut self) -> Result<(), Error>;

    /// Keeps other processes of ours out until the answer is dropped.
    ///
    /// # Errors
    /// When another process does not let go in time.
    fn lock(&mut self) -> Result<File, Error>;
}

/// What came of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// Both have changed places.
    Done,
    /// There was nothing in the place of the other, and the file stands there now.
    Moved,
    /// This file system cannot do it. Nothing has changed.
    Impossible,
}

/// A real folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Whether the lock was waited for in vain.
    is_stuck: bool,
}

impl Folder {
    /// A folder, which is made if there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(path: &Path) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(at(path, "make the folder"))?;
        Ok(Self { path: path.to_path_buf(), is_stuck: false })
    }

    /// A folder that is made when something is put there.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path, is_stuck: false }
    }

    fn stat(&self, name: &str) -> Result<Option<(PathBuf, Stat)>, Error> {
        let path = self.path.join(name);
        let meta = match fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(at(&path, "look at the file")(cause)),
        };
        if meta.file_type().is_symlink() {
            let what = "is a symbolic link, which is neither followed nor replaced: put the file itself here";
            return Err(Error::Strange { path, what });
        }
        if !meta.is_file() {
            return Err(Error::Strange { path, what: "is no file" });
        }
        let age = meta.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        let stat = Stat {
            inode: meta.ino(),
            size: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
            racy: age.is_none_or(|age| age < RACY),
        };
        Ok(Some((path, stat)))
    }
}

impl Stat {
    /// Whether both were taken of the same content, of which the file may have been renamed since.
    #[must_use]
    pub fn is_moved(&self, other: &Self) -> bool {
        (self.inode, self.size, self.modified) == (other.inode, other.size, other.modified)
    }

    /// Whether both were taken of the same content, as far as this can tell.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Self { racy: false, ..*self } == Self { racy: false, ..*other }
    }
}

impl Disk for Folder {
    fn path(&self) -> &Path {
        &self.path
    }

    fn make(&mut self) -> Result<(), Error> {
        match fs::create_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let parent = self.path.parent().unwrap_or(&self.path).to_path_buf();
                Err(Error::Gone { path: parent })
            }
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                Err(at(&self.path, "make the folder")(cause))
            }
            _ => Ok(()),
        }
    }

    fn look(&mut self, name: &str) -> Result<Option<Stat>, Error> {
        Ok(self.stat(name)?.map(|(_, stat)| stat))
    }

    fn read(&mut self, name: &str) -> Result<Option<(Vec<u8>, Stat)>, Error> {
        let Some((path, stat)) = self.stat(name)? else { return Ok(None) };
        let most = if name.starts_with("provoke.") { OWN_FILE_MAX } else { FILE_MAX };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(at(&path, "read the file")(cause)),
        };
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes).map_err(at(&path, "read the file"))?;
        if bytes.len() as u64 > most {
            return Err(Error::Strange { path, what: "is larger than a file of its kind may be" });
        }
        Ok(Some((bytes, stat)))
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.remove(name)?;
        let path = self.path.join(name);
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut file = made.map_err(at(&path, "make the file"))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(&path, "write the file"))
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Error> {
        let path = self.path.join(to);
        fs::rename(self.path.join(from), &path).map_err(at(&path, "replace the file"))
    }

    fn exchange(&mut self, from: &str, to: &str) -> Result<Exchange, Error> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        let (from, path) = (self.path.join(from), self.path.join(to));
        // The file may come or go between two looks.
        for _ in 0..EXCHANGES_MAX {
            match renameat_with(CWD, &from, CWD, &path, RenameFlags::EXCHANGE) {
                Ok(()) => return Ok(Exchange::Done),
                Err(Errno::NOENT) => {}
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => return Ok(Exchange::Impossible),
                Err(cause) => return Err(at(&path, "exchange the file")(cause.into())),
            }
            match renameat_with(CWD, &from, CWD, &path, RenameFlags::NOREPLACE) {
                Ok(()) => return Ok(Exchange::Moved),
                Err(Errno::EXIST) => {}
                Err(cause) => return Err(at(&path, "place the file")(cause.into())),
            }
        }
        Err(at(&path, "exchange the file")(io::ErrorKind::ResourceBusy.into()))
    }

    fn remove(&mut self, name: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(at(&path, "remove the file")(cause)),
            _ => Ok(()),
        }
    }

    fn sync(&mut self) -> Result<(), Error> {
        let folder = File::open(&self.path).and_then(|folder| folder.sync_all());
        folder.map_err(at(&self.path, "bring the folder to the disk"))
    }

    fn lock(&mut self) -> Result<File, Error> {
        let path = self.path.join(LOCK);
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = opened.map_err(at(&path, "open the lock"))?;
        let most = if self.is_stuck { LOCK_WAIT_AGAIN } else { Duration::from_secs(LOCK_WAIT_S) };
        let mut waited = Duration::ZERO;
        loop {
            let tried = file.try_lock();
            self.is_stuck =
                matches!(tried, Err(TryLockError::WouldBlock)) && (self.is_stuck || waited >= most);
            match tried {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if waited < most => {
                    std::thread::sleep(LOCK_STEP);
                    waited += LOCK_STEP;
                }
                Err(TryLockError::WouldBlock) => return Err(Error::Locked { path, waited: most }),
                Err(TryLockError::Error(cause)) => return Err(at(&path, "take the lock")(cause)),
            }
        }
    }
}

/// Replaces a file that others write too. Whether it was still as it was read; else it is left to be
/// read again.
pub(super) fn replace_unless_changed<D: Disk>(
    disk: &mut D,
    waiting: &str,
    name: &str,
    then: Option<&Stat>,
) -> Result<bool, Error> {
    let is_same = match (disk.look(name)?, then) {
        (Some(now), Some(then)) => now.is_same(then),
        (None, None) => true,
        _ => false,
    };
    if !is_same {
        return Ok(false);
    }
    match disk.exchange(waiting, name)? {
        Exchange::Impossible => disk.rename(waiting, name)?,
        Exchange::Moved => return Ok(true),
        Exchange::Done => {
            let out = disk.look(waiting)?;
            if !out.zip(then).is_some_and(|(out, then)| out.is_moved(then)) {
                // Somebody was faster: theirs goes back.
                disk.exchange(waiting, name)?;
                return Ok(false);
            }
            disk.remove(waiting)?;
        }
    }
    Ok(true)
}

/// An error with its place.
pub(super) fn at(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_path_buf();
    move |cause| Error::Io { path, what, cause }
}
