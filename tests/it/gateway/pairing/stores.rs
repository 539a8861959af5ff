//! One contract for all stores: the cases of the book through each of them, opened anew before every
//! step; and what a store does when its files are not as they should be.

use std::path::Path;

use provoke::gateway::fresh::Fresh;
use provoke::gateway::pairing::{Answer, Command, ServerKey, Step, Store};
use provoke::io::gateway::store::{Memory, OpenClawFiles, Options, Sqlite};
use serde_json::Value;
use tempfile::TempDir;

use super::cases;
use super::script::{DAWN_MS, Names, chance};

/// A folder, in memory where there is such a place and nobody asks for another: what is brought down to
/// the disk is not proven by waiting for it.
#[expect(clippy::disallowed_methods, reason = "where temporary files go is the machine's to say")]
pub(crate) fn temporary() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() && std::env::var_os("TMPDIR").is_none() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
    .expect("a folder")
}

/// A state folder with a store in it.
pub(crate) fn folder(options: Options) -> (TempDir, OpenClawFiles) {
    let dir = temporary();
    let store = OpenClawFiles::open(dir.path(), options).expect("it opens");
    (dir, store)
}

/// The list that a store gives.
pub(crate) fn list(store: &mut dyn Store, now_ms: u64) -> Value {
    match store.transact(now_ms, chance(u64::MAX), &Command::List).answer {
        Answer::Payload(list) => list,
        other => panic!("no list: {other:?}"),
    }
}

/// The lines of a list.
pub(crate) fn state(store: &mut dyn Store, names: &mut Names, now_ms: u64) -> Vec<String> {
    names.state(&list(store, now_ms))
}

/// The bytes of every file of `devices`.
#[expect(clippy::disallowed_methods, reason = "a store is files")]
pub(crate) fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = dir.join("devices").read_dir().expect("the folder is there");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable"))
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("read"))
        })
        .collect();
    files.sort();
    files
}

#[expect(clippy::disallowed_methods, reason = "a store is files")]
pub(crate) fn put(dir: &Path, name: &str, text: &[u8]) {
    let folder = dir.join("devices");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(format!("{name}.tmp")), text).expect("written");
    std::fs::rename(folder.join(format!("{name}.tmp")), folder.join(name)).expect("renamed");
}

fn contract(mut open: impl FnMut(&cases::Case) -> Box<dyn FnMut(u64, Fresh, &Command) -> Step>) {
    for (path, case) in cases::all() {
        assert!(case.play(&mut *open(&case)) == case.wanted(), "{}", path.display());
    }
}

#[test]
fn memory_keeps_the_contract() {
    contract(|case| {
        let mut store = Memory::new(ServerKey([7; 32]), case.policy());
        Box::new(move |now, fresh, command| store.transact(now, fresh, command))
    });
}

#[test]
fn files_keep_the_contract() {
    contract(|case| {
        let options = Options { policy: case.policy(), ..Options::default() };
        let (dir, mut store) = folder(options);
        let mut steps = 0;
        Box::new(move |now, fresh, command| {
            steps += 1;
            // A loop of thousands of steps is opened anew now and then.
            if steps < 50 || steps % 100 == 0 {
                store = OpenClawFiles::open(dir.path(), options).expect("it opens");
            }
            store.transact(now, fresh, command)
        })
    });
}

#[test]
fn sqlite_keeps_the_contract() {
    contract(|case| {
        let options = Options { policy: case.policy(), ..Options::default() };
        let dir = temporary();
        let path = dir.path().join("state/gateway.sqlite");
        let mut store = Sqlite::open(&path, options).expect("it opens");
        let mut steps = 0;
        Box::new(move |now, fresh, command| {
            steps += 1;
            if steps < 50 || steps % 100 == 0 {
                store = Sqlite::open(&dir.path().join("state/gateway.sqlite"), options).expect("it opens");
            }
            store.transact(now, fresh, command)
        })
    });
}

#[test]
fn a_connect_that_changes_nothing_writes_nothing() {
    let (dir, mut store) = folder(Options::default());
    let mut names = Names::default();
    for (at, step) in (0..).zip(["connect D operator.read", "connect D six", "connect E six from=remote"]) {
        store.transact(DAWN_MS + at, chance(at), &names.command(step));
    }
    let before = files(dir.path());
    let stamps = |dir: &Path| -> Vec<_> {
        let entries = dir.join("devices").read_dir().expect("there").map(|entry| entry.expect("readable"));
        let mut stamps: Vec<_> = entries
            .filter(|entry| entry.file_name() != "provoke.lock")
            .map(|entry| (entry.file_name(), entry.metadata().expect("known").modified().expect("known")))
            .collect();
        stamps.sort();
        stamps
    };
    let then = stamps(dir.path());
    for (at, step) in (0..).zip(
        [
            "connect D six",
            "connect D operator.read as=cli/probe name=x",
            "connect E six from=remote",
            "list D",
        ]
        .repeat(30),
    ) {
        store.transact(DAWN_MS + 1000 * at, chance(100 + at), &names.command(step));
    }
    assert_eq!(before, files(dir.path()));
    assert_eq!(then, stamps(dir.path()));
}

#[test]
fn what_cannot_be_read_is_not_written() {
    let good = r#"{"d":{"publicKey":"k","scopes":["operator.read"],"tokens":{}}}"#;
    let broken: [(&str, &[u8], &str); 12] = [
        ("paired.json", b"{ \"broken\": ", "paired.json:1:12: the JSON ends too early"),
        ("paired.json", b"", "paired.json: the file is empty"),
        ("paired.json", b"[]", "paired.json: must be an object"),
        ("paired.json", b"{\"d\":[]}", "paired.json at /d: must be an object"),
        ("paired.json", b"{\"d\":{\"publicKey\":7}}", "paired.json at /d/publicKey: must be text"),
        (
            "paired.json",
            b"{\"d\":{\"publicKey\":\"k\",\"scopes\":\"x\"}}",
            "paired.json at /d/scopes: must be a list of texts",
        ),
        (
            "paired.json",
            b"{\"d\":{\"publicKey\":\"k\",\"tokens\":{\"operator\":{}}}}",
            "paired.json at /d/tokens/operator/token: must be text",
        ),
        ("pending.json", b"{\"r\":{}}", "pending.json at /r/deviceId: must be text"),
        ("bootstrap.json", b"\xff", "bootstrap.json:1:1: this is no JSON"),
        ("provoke.json", b"{}", "provoke.json:1:2: a field is missing, unknown or of another kind"),
        ("provoke.key", b"short", "provoke.key: must hold 32 bytes"),
        ("provoke.journal", b"{", "provoke.journal: is no journal of this version"),
    ];
    for (name, text, words) in broken {
        let dir = temporary();
        put(dir.path(), "paired.json", good.as_bytes());
        put(dir.path(), "provoke.key", &[1; 32]);
        put(dir.path(), name, text);
        let before = files(dir.path());
        let mut store = OpenClawFiles::open(dir.path(), Options { starts: true, ..Options::default() })
            .expect("it opens");
        let step = store.transact(DAWN_MS, chance(1), &Names::default().command("connect D six"));
        let Answer::Refused(refusal) = &step.answer else { panic!("{name}: {step:?}") };
        assert_eq!(refusal.code.word(), "UNAVAILABLE");
        assert!(refusal.message.contains(words), "{} has no {words}", refusal.message);
        assert!(step.log[0].message.contains(words), "it is logged");
        let after: Vec<_> =
            files(dir.path()).into_iter().filter(|(name, _)| name != "provoke.lock").collect();
        assert_eq!(before, after, "{name}");
        // Repaired, it goes on.
        if name == "paired.json" {
            put(dir.path(), name, good.as_bytes());
            assert_eq!(list(&mut store, DAWN_MS)["paired"].as_array().map(Vec::len), Some(1));
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a store is files")]
fn links_and_huge_files_are_told() {
    let dir = temporary();
    put(dir.path(), "elsewhere", b"{}");
    std::os::unix::fs::symlink("elsewhere", dir.path().join("devices/paired.json")).expect("linked");
    let mut store = OpenClawFiles::open(dir.path(), Options::default()).expect("it opens");
    let refused = |store: &mut OpenClawFiles| match store.transact(DAWN_MS, chance(1), &Command::List).answer
    {
        Answer::Refused(refusal) => refusal.message,
        other => panic!("{other:?}"),
    };
    assert!(refused(&mut store).contains("is a symbolic link"));
    put(dir.path(), "paired.json", &vec![b' '; (16 << 20) + 1]);
    assert!(refused(&mut store).contains("is larger"));
    std::fs::remove_file(dir.path().join("devices/paired.json")).expect("removed");
    std::fs::create_dir(dir.path().join("devices/paired.json")).expect("made");
    assert!(refused(&mut store).contains("is no file"));
}

#[test]
fn files_are_for_their_owner_alone_and_hold_no_token() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, mut store) = folder(Options::default());
    let mut names = Names::default();
    let step = store.transact(DAWN_MS, chance(1), &names.command("connect D six"));
    let Answer::Admitted { auth: Some(auth), .. } = step.answer else { panic!("admitted") };
    let token = auth["deviceToken"].as_str().expect("a token");
    for (name, bytes) in files(dir.path()) {
        let mode = dir.path().join("devices").join(&name).metadata().expect("known").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
        assert!(!String::from_utf8_lossy(&bytes).contains(token), "{name}");
    }
    let hash = provoke::gateway::pairing::hash_of(token);
    let paired: Value = serde_json::from_slice(&files(dir.path())[0].1).expect("JSON");
    let record = &paired[super::script::device_id("D")];
    assert_eq!(record["tokens"]["operator"]["token"], hash.as_str());
    // What stands in the file is no token.
    let stolen = format!("connect D operator.read proof=no deviceToken={hash}");
    let step = store.transact(DAWN_MS + 1, chance(2), &names.command(&stolen));
    assert!(matches!(step.answer, Answer::Refused(_)));
    let keys: Vec<&str> = record.as_object().expect("an object").keys().map(String::as_str).collect();
    let order = "deviceId publicKey platform clientId clientMode role roles scopes approvedScopes tokens \
                 createdAtMs approvedAtMs";
    assert_eq!(keys.join(" "), order);
}

#[test]
fn two_processes_lose_nothing_of_each_other() {
    let dir = temporary();
    let open = || OpenClawFiles::open(dir.path(), Options::default()).expect("it opens");
    let mut stores = [open(), open()];
    let mut names = Names::default();
    for at in 0..60u64 {
        let store = &mut stores[(at % 2) as usize];
        let step = store.transact(
            DAWN_MS + at,
            chance(at),
            &names.command(&format!("connect D{} six", at / 2 + at % 2)),
        );
        assert!(matches!(step.answer, Answer::Admitted { .. }), "{step:?}");
    }
    for store in &mut stores {
        assert_eq!(list(store, DAWN_MS)["paired"].as_array().map(Vec::len), Some(31));
    }
    let threads: Vec<_> = (0..4u64)
        .map(|thread| {
            let mut store = open();
            std::thread::spawn(move || {
                for at in 0..25 {
                    let command = Names::default().command(&format!("connect T{thread}-{at} six"));
                    let step = store.transact(DAWN_MS + at, chance(1000 * thread + at), &command);
                    assert!(matches!(step.answer, Answer::Admitted { .. }), "{step:?}");
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    for store in &mut stores {
        assert_eq!(list(store, DAWN_MS)["paired"].as_array().map(Vec::len), Some(131));
    }
}
