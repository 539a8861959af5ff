//! The book in SQLite: shared, killed, damaged.

use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use provoke::gateway::nodes;
use provoke::gateway::pairing::{Answer, Store};
use provoke::io::gateway::store::{NodeRows, Options, Sqlite};
use rusqlite::Connection;

use super::script::{DAWN_MS, Names, chance};
use super::stores::{list, temporary};

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, Options::default()).expect("it opens")
}

/// Lets a device in; whether it was.
fn let_in(store: &mut Sqlite, name: &str, number: u64) -> bool {
    let command = Names::default().command(&format!("connect {name} six"));
    matches!(store.transact(DAWN_MS + number, chance(number), &command).answer, Answer::Admitted { .. })
}

fn devices(store: &mut Sqlite) -> usize {
    list(store, DAWN_MS)["paired"].as_array().expect("a list").len()
}

#[test]
fn processes_that_share_a_database_lose_nothing_of_each_other() {
    let dir = temporary();
    let path = dir.path().join("gateway.sqlite");
    let mut stores = [open(&path), open(&path)];
    for at in 0..40 {
        assert!(let_in(&mut stores[at as usize % 2], &format!("D{at}"), at));
    }
    let threads: Vec<_> = (0..3u64)
        .map(|thread| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut store = open(&path);
                (0..20).for_each(|at| {
                    assert!(let_in(&mut store, &format!("T{thread}-{at}"), 1000 * thread + at))
                });
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    assert_eq!(stores.each_mut().map(devices), [100, 100]);
}

#[test]
fn a_connect_that_changes_nothing_writes_nothing() {
    let dir = temporary();
    let path = dir.path().join("gateway.sqlite");
    let mut store = open(&path);
    assert!(let_in(&mut store, "D", 1));
    let other = Connection::open(&path).expect("it opens");
    let version =
        || other.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0)).expect("a number");
    let before = version();
    (2..50).for_each(|at| assert!(let_in(&mut store, "D", at)));
    assert_eq!(version(), before);
    assert!(let_in(&mut store, "E", 50));
    assert_ne!(version(), before);
}

#[test]
fn a_database_of_the_first_version_is_brought_up_to_date() {
    let dir = temporary();
    let path = dir.path().join("gateway.sqlite");
    assert!(let_in(&mut open(&path), "D", 1));
    let raw = Connection::open(&path).expect("it opens");
    raw.execute_batch("DROP TABLE node; DROP TABLE node_request; PRAGMA user_version = 1").expect("done");
    drop(raw);
    assert_eq!(devices(&mut open(&path)), 1);
    let mut nodes = NodeRows::open(&path).expect("it opens");
    let step = nodes::Store::transact(&mut nodes, DAWN_MS, chance(1), &nodes::Command::List);
    assert!(step.answer.is_ok(), "{step:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a store is files")]
fn a_database_that_cannot_be_read_is_not_written() {
    use std::os::unix::fs::PermissionsExt;
    let dir = temporary();
    let path = dir.path().join("gateway.sqlite");
    assert!(let_in(&mut open(&path), "D", 1));
    for file in ["gateway.sqlite", "provoke.key"] {
        let mode = dir.path().join(file).metadata().expect("known").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let told = |path: &Path| Sqlite::open(path, Options::default()).expect_err("it cannot").to_string();
    // Another version, a spoilt row, a lost key, and no database at all.
    let raw = Connection::open(&path).expect("it opens");
    raw.pragma_update(None, "user_version", 3).expect("written");
    assert!(told(&path).contains("is of a later version"));
    raw.pragma_update(None, "user_version", 2).expect("written");
    raw.execute("UPDATE device SET row = '{}'", []).expect("written");
    let command = Names::default().command("connect E six");
    let Answer::Refused(refusal) = open(&path).transact(DAWN_MS, chance(2), &command).answer else {
        panic!()
    };
    assert!(refusal.message.contains("a row of table `device` cannot be read"), "{}", refusal.message);
    std::fs::rename(dir.path().join("provoke.key"), dir.path().join("away")).expect("renamed");
    assert!(told(&path).contains("provoke.key: is missing"));
    let path = dir.path().join("other.sqlite");
    std::fs::write(&path, "no database, but long enough to be taken for one by its size ".repeat(20))
        .expect("written");
    let before = std::fs::read(&path).expect("read");
    assert!(told(&path).contains("not a database"));
    assert_eq!(std::fs::read(&path).expect("read"), before);
}

/// Where the child of the test below finds the folder, and after how many answers it dies.
const ORDERS: &str = "PROVOKE_TEST_KILLED_SQLITE";

#[test]
#[expect(clippy::disallowed_methods, reason = "a child is told what to do by its environment")]
fn what_a_killed_process_has_answered_is_there() {
    if let Some(orders) = std::env::var_os(ORDERS) {
        let orders = orders.into_string().expect("text");
        let (dir, answers) = orders.split_once('\n').expect("two lines");
        die_while_working(Path::new(dir), answers.parse().expect("a number"));
    }
    let itself = std::env::current_exe().expect("it runs");
    let name = "gateway::pairing::sqlite::what_a_killed_process_has_answered_is_there";
    for answers in 1..=10u64 {
        let dir = temporary();
        let orders = format!("{}\n{answers}", dir.path().display());
        let child = Process::new(&itself).args(["--exact", name, "--quiet"]).env(ORDERS, orders).output();
        assert!(!child.expect("it runs").status.success(), "it was killed");
        let answered = std::fs::read(dir.path().join("answered")).expect("read").len();
        let path = dir.path().join("gateway.sqlite");
        let raw = Connection::open(&path).expect("it opens");
        let sound: String =
            raw.pragma_query_value(None, "integrity_check", |row| row.get(0)).expect("checked");
        assert_eq!(sound, "ok");
        drop(raw);
        let mut store = open(&path);
        let there = devices(&mut store);
        assert!(
            answered as u64 >= answers && (there == answered || there == answered + 1),
            "{there} of {answered}"
        );
        assert!(let_in(&mut store, "later", 5000));
    }
}

/// Lets devices in, notes each answer, and is killed by a thread of its own in the middle of it.
#[expect(clippy::disallowed_methods, reason = "the answers are noted in a file")]
fn die_while_working(dir: &Path, answers: u64) {
    use std::io::Write;
    let mut store = open(&dir.join("gateway.sqlite"));
    let mut noted = std::fs::File::create(dir.join("answered")).expect("made");
    let count = Arc::new(AtomicU64::new(0));
    let watched = Arc::clone(&count);
    std::thread::spawn(move || {
        while watched.load(Ordering::SeqCst) < answers {
            std::thread::yield_now();
        }
        let pid = std::process::id().to_string();
        Process::new("kill").args(["-KILL", &pid]).status().expect("kill is there");
    });
    for at in 0.. {
        if let_in(&mut store, &format!("D{at}"), at) {
            noted.write_all(b".").expect("noted");
            count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[test]
fn a_database_that_is_taken_away_is_made_again_with_all_that_is_known() {
    let dir = temporary();
    let folder = dir.path().join("state");
    let path = folder.join("gateway.sqlite");
    let mut store = open(&path);
    let mut names = Names::default();
    let step = store.transact(DAWN_MS, chance(1), &names.command("connect D six"));
    let Answer::Admitted { auth: Some(auth), .. } = step.answer else { panic!("admitted") };
    let token = auth["deviceToken"].as_str().expect("a token").to_owned();
    store.transact(DAWN_MS, chance(2), &names.command("connect E six"));
    store.transact(DAWN_MS, chance(3), &names.command("revoke E"));
    let before = list(&mut store, DAWN_MS);
    let away = dir.path().join("away");
    std::fs::rename(&folder, &away).expect("renamed");
    let Answer::Refused(refusal) = store.transact(DAWN_MS, chance(4), &names.command("list")).answer else {
        panic!("nothing can be kept")
    };
    assert!(refusal.message.contains(&format!("{}: the state folder is gone", folder.display())));
    std::fs::rename(&away, &folder).expect("renamed");
    assert_eq!(list(&mut store, DAWN_MS), before);
    std::fs::remove_dir_all(&folder).expect("removed");
    assert!(!let_in(&mut store, "D", 5));
    std::fs::create_dir(&folder).expect("made");
    let step = store.transact(DAWN_MS, chance(6), &names.command("list"));
    assert!(step.log[0].message.contains("2 paired devices were still known"), "{step:?}");
    let mut other = open(&path);
    assert_eq!(list(&mut other, DAWN_MS), before);
    let by_token = format!("connect D operator.read proof=no deviceToken={token}");
    let step = other.transact(DAWN_MS, chance(7), &names.command(&by_token));
    assert!(matches!(step.answer, Answer::Admitted { .. }), "{step:?}");
    assert!(!let_in(&mut other, "E", 8), "revoked stays revoked");
    // Another database in its place is believed.
    let elsewhere = dir.path().join("elsewhere");
    drop(open(&elsewhere.join("gateway.sqlite")));
    std::fs::remove_dir_all(&folder).expect("removed");
    std::fs::rename(&elsewhere, &folder).expect("renamed");
    assert_eq!(devices(&mut store), 0);
}
