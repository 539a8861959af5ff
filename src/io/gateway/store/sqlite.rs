//! The book in SQLite, for a state folder of our own.
//!
//! One connection per process; many processes may share the file. Each transition takes the write lock
//! first, looks whether somebody else has written, and writes the rows that are different.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde_json::Value;

use crate::gateway::fresh::Fresh;
use crate::gateway::log::{Level, Line};
use crate::gateway::pairing::image::{Absorbed, RowChange, TABLES};
use crate::gateway::pairing::{Answer, Book, Command, ServerKey, Step, Store};

use super::disk::{Disk, Folder, at};
use super::{Error, Options, key, unavailable};

/// The version of the tables. Each step up is one entry of [`MIGRATIONS`].
const VERSION: usize = MIGRATIONS.len();
/// What leads from each version to the next.
const MIGRATIONS: [&str; 2] = [
    "
    CREATE TABLE device (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE request (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE tombstone (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE bootstrap (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE epochs (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE setting (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE node (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE node_request (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT, WITHOUT ROWID;
",
];
/// How long another process's transition is waited for.
const BUSY: Duration = Duration::from_secs(10);

/// The book in a database.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    options: Options,
    connection: Connection,
    key: ServerKey,
    known: Option<Known>,
    /// The file that is open, to tell when it was taken away.
    inode: u64,
    /// What was known when the database was found gone, until it is written again wholly.
    rescued: Option<Book>,
}

#[derive(Debug)]
struct Known {
    book: Book,
    /// The same as it stands in the tables.
    saved: Book,
    /// SQLite's count of what other connections wrote.
    data_version: i64,
}

impl Sqlite {
    /// Opens or makes a database. The server key lies beside it.
    ///
    /// # Errors
    /// When it cannot be made, is no database, or is of a later version.
    pub fn open(path: &Path, options: Options) -> Result<Self, Error> {
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let mut folder = Folder::open(folder)?;
        let _lock = folder.lock()?;
        let connection = connect(path)?;
        let wrong = |cause| Error::Sqlite { path: path.to_path_buf(), cause };
        let devices = connection.query_row("SELECT count(*) FROM device", [], |row| row.get::<_, i64>(0));
        let key = key::of(&mut folder, devices.map_err(wrong)? > 0)?;
        let inode = inode(path)?;
        Ok(Self { path: path.to_path_buf(), options, connection, key, known: None, inode, rescued: None })
    }

    /// Opens the database anew where it was taken away or another was put in its place. All that
    /// was known of one that is gone is written into it with the next transition.
    fn follow(&mut self) -> Result<(), Error> {
        let Some(is_there) = replaced(&self.path, self.inode)? else { return Ok(()) };
        let mut folder = Folder::open(self.path.parent().unwrap_or_else(|| Path::new(".")))?;
        let _lock = folder.lock()?;
        if !is_there {
            self.rescued = self.rescued.take().or_else(|| self.known.take().map(|known| known.book));
            key::put(&mut folder, &self.key)?;
        }
        self.connection = connect(&self.path)?;
        self.inode = inode(&self.path)?;
        if is_there {
            (self.known, self.rescued) = (None, None);
            self.key = key::of(&mut folder, true)?;
        }
        Ok(())
    }

    /// One transition; without a command, what others wrote is taken in.
    fn attempt(&mut self, now_ms: u64, asked: Option<(Fresh, &Command)>) -> Result<Step, Error> {
        self.follow()?;
        let is_lost = self.rescued.is_some();
        let mut told = Absorbed::default();
        let wrong = |cause| Error::Sqlite { path: self.path.clone(), cause };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrong)?;
        let data_version =
            transaction.pragma_query_value(None, "data_version", |row| row.get(0)).map_err(wrong)?;
        // Put back when all went well; else it is read anew.
        let mut known = match (&self.rescued, self.known.take()) {
            (Some(book), _) => Known { book: book.clone(), saved: Book::default(), data_version },
            (None, Some(known)) if known.data_version == data_version => known,
            (None, known) => {
                let book = read(&self.path, &transaction)?;
                if let Some(known) = known {
                    told = known.book.passed_to(&book, now_ms, &self.key);
                }
                Known { saved: book.clone(), book, data_version }
            }
        };
        let subject = asked.and_then(|(_, command)| known.book.subject(command));
        let before = known.book.aspect(subject.as_deref());
        let answer = asked.map(|(fresh, command)| {
            let step = known.book.handle(now_ms, fresh, &self.key, &self.options.policy, command);
            told.append(Absorbed { events: step.events, log: step.log, dropped: step.dropped });
            step.answer
        });
        if is_lost {
            let path = self.path.display();
            let words = format!(
                "{path} was gone and is made again: {} paired devices were still known",
                known.book.devices.len()
            );
            told.log.push(Line::new(Level::Warn, "gateway", words));
        }
        if is_lost || known.book.aspect(subject.as_deref()) != before {
            let changes = known.book.changes_since(&known.saved);
            write(&transaction, &changes).map_err(wrong)?;
            transaction.commit().map_err(wrong)?;
            known.saved.clone_from(&known.book);
        } else {
            transaction.rollback().map_err(wrong)?;
        }
        (self.known, self.rescued) = (Some(known), None);
        let answer = answer.unwrap_or(Answer::Payload(Value::Null));
        Ok(Step { answer, events: told.events, log: told.log, dropped: told.dropped })
    }
}

/// What tells one file from the next of its name.
pub(super) fn inode(path: &Path) -> Result<u64, Error> {
    path.metadata().map(|meta| meta.ino()).map_err(at(path, "look at the database"))
}

/// Whether another file stands in the place of a database (`Some(true)`), or none (`Some(false)`).
pub(super) fn replaced(path: &Path, inode: u64) -> Result<Option<bool>, Error> {
    match path.metadata() {
        Ok(meta) if meta.ino() == inode => Ok(None),
        Ok(_) => Ok(Some(true)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(path);
            if folder.is_dir() { Ok(Some(false)) } else { Err(Error::Gone { path: folder.to_path_buf() }) }
        }
        Err(cause) => Err(at(path, "look at the database")(cause)),
    }
}

/// Opens or makes a database in a folder that is there, with all its tables.
pub(super) fn connect(path: &Path) -> Result<Connection, Error> {
    // SQLite gives the mode of the database to the files beside it.
    let made = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    made.map_err(at(path, "open the database"))?;
    let wrong = |cause| Error::Sqlite { path: path.to_path_buf(), cause };
    let mut connection = Connection::open(path).map_err(wrong)?;
    connection.busy_timeout(BUSY).map_err(wrong)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(wrong)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(wrong)?;
    migrate(path, &mut connection)?;
    Ok(connection)
}

/// Brings the tables up to date.
fn migrate(path: &Path, connection: &mut Connection) -> Result<(), Error> {
    let wrong = |cause| Error::Sqlite { path: path.to_path_buf(), cause };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrong)?;
    let version: i64 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(wrong)?;
    let done = usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version..));
    let Some(due) = done else {
        let what = "is of a later version of provoke: use that one, or another file";
        return Err(Error::Strange { path: path.to_path_buf(), what });
    };
    for step in due {
        transaction.execute_batch(step).map_err(wrong)?;
    }
    if !due.is_empty() {
        transaction.pragma_update(None, "user_version", VERSION as i64).map_err(wrong)?;
    }
    transaction.commit().map_err(wrong)
}

fn read(path: &Path, transaction: &Transaction<'_>) -> Result<Book, Error> {
    let wrong = |cause| Error::Sqlite { path: path.to_path_buf(), cause };
    let mut book = Book::default();
    for table in TABLES {
        let query = format!("SELECT id, row FROM {}", table.name());
        let mut statement = transaction.prepare(&query).map_err(wrong)?;
        let mut rows = statement.query([]).map_err(wrong)?;
        while let Some(row) = rows.next().map_err(wrong)? {
            let (id, text): (String, String) = (row.get(0).map_err(wrong)?, row.get(1).map_err(wrong)?);
            let taken = book.take_row(table, id, &text);
            taken.map_err(|cause| Error::Row { path: path.to_path_buf(), cause })?;
        }
    }
    Ok(book)
}

fn write(transaction: &Transaction<'_>, changes: &[RowChange]) -> rusqlite::Result<()> {
    for change in changes {
        let table = change.table.name();
        match &change.row {
            Some(row) => transaction
                .prepare_cached(&format!("INSERT OR REPLACE INTO {table} (id, row) VALUES (?1, ?2)"))?
                .execute([&change.id, row])?,
            None => transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE id = ?1"))?
                .execute([&change.id])?,
        };
    }
    Ok(())
}

impl Store for Sqlite {
    fn transact(&mut self, now_ms: u64, fresh: Fresh, command: &Command) -> Step {
        self.attempt(now_ms, Some((fresh, command))).unwrap_or_else(|error| unavailable(&error))
    }

    fn glance(&mut self, now_ms: u64) -> Option<Step> {
        let known = self.known.as_ref()?;
        // Whether all was taken away is found out when somebody asks.
        let is_same = matches!(replaced(&self.path, self.inode), Ok(None));
        let version = self.connection.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0));
        if !is_same || version.is_ok_and(|version| version == known.data_version) {
            return None;
        }
        Some(self.attempt(now_ms, None).unwrap_or_else(|error| unavailable(&error)))
    }

    fn describe(&self) -> String {
        self.path.display().to_string()
    }
}
