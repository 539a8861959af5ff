//! By processes: this one, and a child that has the same store open.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command as Process, Stdio};

use super::super::stores::temporary;
use super::{ON_DISK, RACES, ROUNDS, act, open, prepare};

/// What tells the child that it is one.
pub(super) const CHILD: &str = "PROVOKE_TEST_RACES";

/// What begins a line that is meant for the parent.
pub(super) const MARK: &str = ">> ";

/// A child that runs one test of this binary, and speaks on its standard error.
pub(super) struct Other {
    pub(super) child: Child,
    pub(super) input: ChildStdin,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

impl Other {
    pub(super) fn new(test: &str, orders: &str) -> Self {
        let itself = std::env::current_exe().expect("it runs");
        let mut child = Process::new(itself)
            .args(["--exact", test, "--quiet", "--nocapture"])
            .env(CHILD, orders)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let input = child.stdin.take().expect("it is piped");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        Self { child, input, lines }
    }

    pub(super) fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").and_then(|()| self.input.flush()).expect("it listens");
    }

    /// The next line that is meant for the parent; `None`: there will be none.
    pub(super) fn hear(&mut self) -> Option<String> {
        let meant = |line: std::io::Result<String>| Some(line.ok()?.strip_prefix(MARK)?.to_owned());
        self.lines.by_ref().find_map(meant)
    }
}

/// Whether this is a child, and what it is told.
#[expect(clippy::disallowed_methods, reason = "a child is told what to do by its environment")]
pub(super) fn orders() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// The child's part: opens what it is told, waits for the word, acts, and tells what it was answered.
fn serve() {
    let mut lines = std::io::stdin().lines();
    while let Some(Ok(line)) = lines.next() {
        let parts: Vec<&str> = line.split('|').collect();
        let [kind, dir, round, script] = parts[..] else { panic!("{line}") };
        let mut store = open(kind, Path::new(dir));
        eprintln!("{MARK}ready");
        let Some(Ok(_)) = lines.next() else { return };
        let round: u64 = round.parse().expect("a number");
        let deeds = (1..).zip(script.split(';'));
        let told: Vec<String> =
            deeds.map(|(at, deed)| act(&mut *store, deed, 20_000 + round * 10 + at)).collect();
        drop(store);
        eprintln!("{MARK}{}", told.join(";"));
    }
}

#[test]
fn no_race_of_processes_is_lost() {
    if orders().is_some() {
        return serve();
    }
    let mut other = Other::new("gateway::pairing::races::processes::no_race_of_processes_is_lost", "serve");
    for kind in ON_DISK {
        for race in &RACES {
            for round in 0..ROUNDS {
                let dir = temporary();
                let [mine, theirs] = prepare(&mut *open(kind, dir.path()), race, round);
                other.say(&format!("{kind}|{}|{round}|{}", dir.path().display(), theirs.join(";")));
                assert_eq!(other.hear().as_deref(), Some("ready"));
                let mut store = open(kind, dir.path());
                other.say("go");
                let deeds = (1..).zip(&mine);
                let one: Vec<String> =
                    deeds.map(|(at, deed)| act(&mut *store, deed, 10_000 + round * 10 + at)).collect();
                let told = other.hear().expect("it answers");
                let told: Vec<String> = told.split(';').map(str::to_owned).collect();
                let wrong = (race.wrong)(&one, &told, &mut *open(kind, dir.path()));
                assert_eq!(wrong, None, "{kind}: {} {round}", race.name);
            }
        }
    }
    drop(other.input);
    assert!(other.child.wait().expect("it ends").success());
}
