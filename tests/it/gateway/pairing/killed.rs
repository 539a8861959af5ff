//! A process that dies between any two operations on the disk: what was answered is there, what was not
//! is there wholly or not at all, and nothing else has changed.

use std::fs::File;
use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use provoke::gateway::pairing::{Answer, Store};
use provoke::io::gateway::store::{Disk, Error, Exchange, Folder, OpenClawFiles, Options, Stat};
use serde_json::Value;

use super::script::{DAWN_MS, Names, chance};
use super::stores::{files, list, put, temporary};

/// What happens at the fatal operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It fails, and so does every later one.
    Error,
    /// The process is killed before it.
    Kill,
}

/// A folder that works for so many operations.
#[derive(Debug)]
pub(crate) struct Mortal {
    pub(crate) folder: Folder,
    pub(crate) left: Arc<AtomicUsize>,
    pub(crate) end: End,
}

impl Mortal {
    fn step(&mut self) -> Result<(), Error> {
        if self.left.load(Ordering::SeqCst) > 0 {
            self.left.fetch_sub(1, Ordering::SeqCst);
            return Ok(());
        }
        if self.end == End::Kill {
            let pid = std::process::id().to_string();
            Process::new("kill").args(["-KILL", &pid]).status().expect("kill is there");
            unreachable!("a killed process does nothing more");
        }
        let cause = std::io::ErrorKind::ReadOnlyFilesystem.into();
        Err(Error::Io { path: self.folder.path().to_path_buf(), what: "do anything", cause })
    }
}

impl Disk for Mortal {
    fn path(&self) -> &Path {
        self.folder.path()
    }
    fn make(&mut self) -> Result<(), Error> {
        self.step()?;
        self.folder.make()
    }
    fn look(&mut self, name: &str) -> Result<Option<Stat>, Error> {
        self.step()?;
        self.folder.look(name)
    }
    fn read(&mut self, name: &str) -> Result<Option<(Vec<u8>, Stat)>, Error> {
        self.step()?;
        self.folder.read(name)
    }
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.step()?;
        // A file is not there at once: half of it is a moment of its own.
        self.folder.write(name, &bytes[..bytes.len() / 2])?;
        self.step()?;
        self.folder.write(name, bytes)
    }
    fn rename(&mut self, from: &str, to: &str) -> Result<(), Error> {
        self.step()?;
        self.folder.rename(from, to)
    }
    fn exchange(&mut self, from: &str, to: &str) -> Result<Exchange, Error> {
        self.step()?;
        self.folder.exchange(from, to)
    }
    fn remove(&mut self, name: &str) -> Result<(), Error> {
        self.step()?;
        self.folder.remove(name)
    }
    fn sync(&mut self) -> Result<(), Error> {
        self.step()?;
        self.folder.sync()
    }
    fn lock(&mut self) -> Result<File, Error> {
        self.step()?;
        self.folder.lock()
    }
}

/// What is done at the end of its script, in the middle of which the process dies.
const DEEDS: [&str; 6] = [
    "approve R2",
    "remove D",
    "rotate D",
    "revoke D",
    "connect F six",
    "connect D operator.write from=browser",
];

/// A folder in which somebody is paired and somebody asks, and the names of what is there.
fn prepared(dir: &Path) -> Names {
    let mut names = Names::default();
    let mut store = OpenClawFiles::open(dir, Options::default()).expect("it opens");
    for (at, step) in
        (1..).zip(["connect D operator.read", "connect D operator.approvals from=browser", "connect E six"])
    {
        let step = store.transact(DAWN_MS + at, chance(at), &names.command(step));
        names.tell(&step);
    }
    put(dir, "notes.txt", b"not ours");
    names
}

fn after(dir: &Path) -> Value {
    let mut store = OpenClawFiles::open(dir, Options::default()).expect("it opens");
    list(&mut store, DAWN_MS + 10)
}

/// Does a deed on a folder that ends after so many operations; whether it was answered.
fn act(dir: &Path, names: &mut Names, deed: &str, operations: usize, end: End) -> bool {
    let folder = Folder::open(&dir.join("devices")).expect("it opens");
    let mut store =
        OpenClawFiles::on(Mortal { folder, left: Arc::new(operations.into()), end }, Options::default());
    let step = store.transact(DAWN_MS + 10, chance(10), &names.command(deed));
    match step.answer {
        Answer::Refused(refusal) => refusal.code.word() != "UNAVAILABLE",
        Answer::Admitted { .. } | Answer::Payload(_) => true,
    }
}

/// What must hold after an end. Whether the deed was done.
fn holds(dir: &Path, before: &Value, done: &Value, was_answered: bool, place: &str) -> bool {
    let now = after(dir);
    assert!(now == *before || now == *done, "{place}: neither as before nor done:\n{now:#}");
    assert!(!was_answered || now == *done, "{place}: it was answered, and is lost");
    let others = files(dir).into_iter().find(|(name, _)| name == "notes.txt").expect("it is there");
    assert_eq!(others.1, b"not ours");
    // Whatever was left behind, it can be worked with.
    let mut store = OpenClawFiles::open(dir, Options::default()).expect("it opens");
    let step = store.transact(DAWN_MS + 11, chance(11), &Names::default().command("connect G six"));
    assert!(matches!(step.answer, Answer::Admitted { .. }), "{place}: {step:?}");
    assert!(!files(dir).iter().any(|(name, _)| name.ends_with("journal")), "{place}");
    now == *done
}

/// The lists before and after a deed that nothing disturbs.
fn lists(deed: &str) -> (Value, Value) {
    let dir = temporary();
    let mut names = prepared(dir.path());
    let before = after(dir.path());
    assert!(act(dir.path(), &mut names, deed, usize::MAX, End::Error));
    (before, after(dir.path()))
}

#[test]
fn an_operation_that_fails_leaves_all_or_nothing() {
    for deed in DEEDS {
        let (before, done) = lists(deed);
        assert_ne!(before, done, "{deed}");
        for operations in 0.. {
            let dir = temporary();
            let mut names = prepared(dir.path());
            let was_answered = act(dir.path(), &mut names, deed, operations, End::Error);
            let place = format!("{deed} with {operations} operations");
            holds(dir.path(), &before, &done, was_answered, &place);
            if was_answered {
                assert!(operations > 20, "{place}");
                break;
            }
        }
    }
}

#[test]
fn what_was_taken_away_with_its_folder_is_kept_until_it_is_written_again() {
    for operations in 0.. {
        let dir = temporary();
        prepared(dir.path());
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let folder = Folder::open(&dir.path().join("devices")).expect("it opens");
        let mortal = Mortal { folder, left: Arc::clone(&left), end: End::Error };
        let mut store = OpenClawFiles::on(mortal, Options::default());
        let wanted = list(&mut store, DAWN_MS + 10);
        std::fs::remove_dir_all(dir.path().join("devices")).expect("removed");
        // The disk fails in the middle of the rescue, and works again later.
        left.store(operations, Ordering::SeqCst);
        let step = store.transact(DAWN_MS + 10, chance(10), &Names::default().command("list"));
        left.store(usize::MAX, Ordering::SeqCst);
        let place = format!("after {operations} operations");
        assert_eq!(list(&mut store, DAWN_MS + 10), wanted, "{place}");
        assert_eq!(after(dir.path()), wanted, "{place}, for the next process");
        if matches!(step.answer, Answer::Payload(_)) {
            assert!(operations > 20, "{place}");
            break;
        }
    }
}

/// Where the child of the test below finds what it is to do: the folder, the deed, the operations.
const ORDERS: &str = "PROVOKE_TEST_KILLED";

#[test]
#[expect(clippy::disallowed_methods, reason = "a child is told what to do by its environment")]
fn a_killed_process_leaves_all_or_nothing() {
    if let Some(orders) = std::env::var_os(ORDERS) {
        let orders = orders.into_string().expect("text");
        let [dir, deed, operations] = orders.split('\n').collect::<Vec<_>>()[..] else { panic!("{orders}") };
        let mut names = Names::default();
        // The names that the deeds use.
        let pending =
            list(&mut OpenClawFiles::open(Path::new(dir), Options::default()).expect("it opens"), DAWN_MS);
        let id = pending["pending"][0]["requestId"].as_str().expect("it is pending").to_owned();
        let deed = deed.replace("R2", &id);
        act(Path::new(dir), &mut names, &deed, operations.parse().expect("a number"), End::Kill);
        std::fs::write(Path::new(dir).join("answered"), "").expect("written");
        return;
    }
    let itself = std::env::current_exe().expect("it runs");
    for deed in &DEEDS[..3] {
        let (before, done) = lists(deed);
        let mut ways = [false, false];
        for operations in 0.. {
            let dir = temporary();
            prepared(dir.path());
            let orders = format!("{}\n{deed}\n{operations}", dir.path().display());
            let name = "gateway::pairing::killed::a_killed_process_leaves_all_or_nothing";
            let child = Process::new(&itself).args(["--exact", name, "--quiet"]).env(ORDERS, orders).output();
            let child = child.expect("it runs");
            let was_answered = dir.path().join("answered").exists();
            assert_eq!(child.status.success(), was_answered, "{}", String::from_utf8_lossy(&child.stdout));
            let place = format!("{deed} killed after {operations} operations");
            let is_done = holds(dir.path(), &before, &done, was_answered, &place);
            ways[usize::from(is_done)] = true;
            if was_answered {
                break;
            }
        }
        assert_eq!(ways, [true, true], "{deed}: it was killed before and after the moment that counts");
    }
}
