//! The log file and the console.
//!
//! The file lies in a folder that other users may reach (`/tmp`), so nothing there is trusted: a
//! link, a file with a second name or a folder that others may write is refused. A line is one
//! write at the end of the file, so that processes that share it tear no line. When it cannot be
//! written, the gateway goes on; that is told once.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::gateway::log::{Level, Line, Place, Stamp, console_line, file_line, masked};
use crate::recording::Redactor;

/// The size at which a file is set aside, in bytes, unless `logging.maxFileBytes` says another.
pub const FILE_MAX: u64 = 500 << 20;

/// How old a day's file grows before it is removed.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The most entries of the folder that are looked at for that.
const ENTRIES_MAX: usize = 10_000;

/// The folder of the daily files that all programs of OpenClaw on a machine share.
pub const FOLDER: &str = "/tmp/openclaw";

/// Where the log file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFile {
    /// One for each day, in this folder: `openclaw-YYYY-MM-DD.log`.
    Daily(PathBuf),
    /// One (`logging.file`).
    Fixed(PathBuf),
}

impl LogFile {
    /// The file of a moment.
    #[must_use]
    pub fn at(&self, stamp: Stamp) -> PathBuf {
        match self {
            Self::Daily(folder) => folder.join(format!("openclaw-{}.log", stamp.date())),
            Self::Fixed(path) => path.clone(),
        }
    }
}

/// How the log is kept.
pub struct Keeping {
    /// Where.
    pub file: LogFile,
    /// The least level of the file; `None`: nothing is written.
    pub level: Option<Level>,
    /// The least level of the console; `None`: nothing is shown.
    pub console_level: Option<Level>,
    /// The size at which a file is set aside, in bytes.
    pub max_bytes: u64,
    /// The time zone of the lines.
    pub zone: TimeZone,
    /// Where the program runs.
    pub place: Place,
    /// Hides secrets.
    pub redactor: Redactor,
    /// Where console lines go.
    pub console: Box<dyn Write + Send>,
    /// Where it is told that the log cannot be written.
    pub complaints: Box<dyn Write + Send>,
}

/// The writer of the log.
pub struct Journal {
    keeping: Keeping,
    open: Option<Open>,
    /// The day for which old files were removed.
    pruned: Option<Date>,
    complained: bool,
}

/// The file that is written to.
struct Open {
    path: PathBuf,
    file: File,
    /// Device and inode: the path may come to mean another file.
    identity: (u64, u64),
}

impl Journal {
    /// Opens nothing yet: the first line does.
    #[must_use]
    pub const fn new(keeping: Keeping) -> Self {
        Self { keeping, open: None, pruned: None, complained: false }
    }

    /// From now on it hides these secrets, in place of those that it knew.
    pub fn know(&mut self, secrets: Vec<String>) {
        self.keeping.redactor = self.keeping.redactor.knowing(secrets);
    }

    /// The file of a moment (wall milliseconds).
    #[must_use]
    pub fn path(&self, now_ms: u64) -> PathBuf {
        self.keeping.file.at(Stamp::in_zone(now_ms, &self.keeping.zone))
    }

    /// Writes a line to the file and the console, as their levels allow. It never fails.
    pub fn write(&mut self, line: &Line, now_ms: u64) {
        let passes = |floor: Option<Level>| floor.is_some_and(|floor| line.level >= floor);
        let (to_file, to_console) = (passes(self.keeping.level), passes(self.keeping.console_level));
        if !to_file && !to_console {
            return;
        }
        let line = masked(line, &self.keeping.redactor);
        let stamp = Stamp::in_zone(now_ms, &self.keeping.zone);
        if to_console {
            let _ = self.keeping.console.write_all(console_line(&line, stamp).as_bytes());
            let _ = self.keeping.console.flush();
        }
        if to_file
            && let Err(error) = self.append(file_line(&line, stamp, &self.keeping.place).as_bytes(), stamp)
        {
            self.open = None;
            self.complain(&error, stamp);
        }
    }

    fn append(&mut self, line: &[u8], stamp: Stamp) -> io::Result<()> {
        let path = self.keeping.file.at(stamp);
        if !self.open.as_ref().is_some_and(|open| open.path == path && open.is_current()) {
            let before = self.open.take().map(|open| open.path);
            self.open = Some(open(&self.keeping.file, path)?);
            self.prune(stamp, before.as_deref());
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        let length = open.file.metadata()?.len();
        if length > 0 && length.saturating_add(line.len() as u64) > self.keeping.max_bytes {
            let path = open.path.clone();
            fs::rename(&path, aside(&path))?;
            self.open = Some(self::open(&self.keeping.file, path)?);
        }
        match &mut self.open {
            Some(open) => open.file.write_all(line),
            None => Ok(()),
        }
    }

    /// Removes the files of days gone by: those of exactly the pattern, and no links. The one that was
    /// written until now stays, and all stay where a day does not follow the one before: then the clock
    /// was set, and nothing tells how old they are.
    fn prune(&mut self, stamp: Stamp, before: Option<&Path>) {
        let LogFile::Daily(folder) = &self.keeping.file else { return };
        let today = stamp.date();
        let last = self.pruned.replace(today);
        if last.is_some_and(|last| last.tomorrow().ok() != Some(today)) {
            return;
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(stamp.ms);
        for entry in fs::read_dir(folder).into_iter().flatten().flatten().take(ENTRIES_MAX) {
            let name = entry.file_name();
            let of_today = name.to_str().is_some_and(|name| name.contains(&today.to_string()));
            let is_last = before.is_some_and(|path| path.file_name() == Some(&name));
            if of_today || is_last || !name.to_str().is_some_and(is_daily) {
                continue;
            }
            let Ok(known) = fs::symlink_metadata(entry.path()) else { continue };
            let old = known.modified().is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > KEPT));
            if known.is_file() && old {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn complain(&mut self, error: &io::Error, stamp: Stamp) {
        if !self.complained {
            self.complained = true;
            let path = self.keeping.file.at(stamp);
            let words = format!(
                "the log {} cannot be written: {error}; the gateway goes on without it: free the place, or set logging.file\n",
                path.display()
            );
            let _ = self.keeping.complaints.write_all(words.as_bytes());
        }
    }
}

impl Open {
    /// A disk that was full may have cut a line short: the next one must not stand behind its rest.
    fn end_line(&mut self, length: u64) -> io::Result<()> {
        let mut last = [b'\n'];
        if let Some(at) = length.checked_sub(1) {
            self.file.read_at(&mut last, at)?;
        }
        if last == [b'\n'] { Ok(()) } else { self.file.write_all(b"\n") }
    }

    /// Whether the path still means this file: it may have been removed or set aside.
    fn is_current(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|known| (known.dev(), known.ino()) == self.identity)
    }
}

/// Whether a name is that of a day's file, or of one that was set aside.
fn is_daily(name: &str) -> bool {
    let date = name
        .strip_prefix("openclaw-")
        .and_then(|rest| rest.strip_suffix(".1").unwrap_or(rest).strip_suffix(".log"));
    date.is_some_and(|date| {
        date.len() == 10 && date.parse::<Date>().is_ok_and(|read| read.to_string() == date)
    })
}

/// Where a file goes when it is full.
fn aside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".1");
    path.with_file_name(name)
}

fn open(place: &LogFile, path: PathBuf) -> io::Result<Open> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        match place {
            LogFile::Daily(_) => guarded_folder(folder)?,
            LogFile::Fixed(_) => DirBuilder::new().recursive(true).mode(0o700).create(folder)?,
        }
    }
    let mut how = OpenOptions::new();
    how.append(true).read(true).mode(0o600);
    // A new file is made with O_EXCL, which follows no link; a known one is compared with what the
    // path itself is.
    let file = match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match how.create_new(true).open(&path) {
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                how.create_new(false).open(&path)?
            }
            made => made?,
        },
        Err(error) => return Err(error),
        Ok(known) if !known.is_file() => return Err(refused("it is no plain file")),
        Ok(_) => how.open(&path)?,
    };
    let (opened, named) = (file.metadata()?, fs::symlink_metadata(&path)?);
    let identity = (opened.dev(), opened.ino());
    if !named.is_file() || (named.dev(), named.ino()) != identity {
        return Err(refused("it is no plain file"));
    }
    if opened.nlink() > 1 {
        return Err(refused("it has a second name"));
    }
    // Who owns it may read it. A file that the config names is its author's affair.
    if matches!(place, LogFile::Daily(_)) && opened.uid() != rustix::process::geteuid().as_raw() {
        return Err(refused("it belongs to another user"));
    }
    let mut open = Open { path, file, identity };
    open.end_line(opened.len())?;
    Ok(open)
}

/// The folder, made for us alone. One that others may write is closed to them, if it is ours.
fn guarded_folder(folder: &Path) -> io::Result<()> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(above) = folder.parent() {
                fs::create_dir_all(above)?;
            }
            match DirBuilder::new().mode(0o700).create(folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => guarded_folder_known(folder),
                made => made,
            }
        }
        Err(error) => Err(error),
        Ok(_) => guarded_folder_known(folder),
    }
}

fn guarded_folder_known(folder: &Path) -> io::Result<()> {
    let known = fs::symlink_metadata(folder)?;
    if !known.is_dir() {
        return Err(refused("its folder is no folder"));
    }
    if known.permissions().mode() & 0o022 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
            .map_err(|_| refused("others may write its folder"))?;
    }
    Ok(())
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why.to_owned())
}
