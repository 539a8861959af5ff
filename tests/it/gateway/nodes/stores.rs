//! One contract for all stores of nodes, opened anew before every step; and what the files do when
//! somebody else writes them.
#![expect(clippy::disallowed_methods, reason = "a store is files")]

use std::path::Path;

use provoke::gateway::clock::Leap;
use provoke::gateway::fresh::Fresh;
use provoke::gateway::nodes::{Command, Nodes, Step, Store};
use provoke::gateway::pairing::image::AtRest;
use provoke::io::gateway::store::{NodeFiles, NodeRows};
use serde_json::{Map, Value, json};

use crate::gateway::pairing::stores::temporary;

pub(crate) const DAWN_MS: u64 = 1_800_000_000_000;

pub(crate) fn chance(at: u64) -> Fresh {
    Fresh([u8::try_from(at % 251).expect("small"); 32])
}

fn told(told: &Value) -> Map<String, Value> {
    told.as_object().expect("an object").clone()
}

/// Somebody asks for a node, in every detail that there is.
pub(crate) fn ask(node: &str) -> Command {
    let told = told(&json!({
        "displayName": node.to_uppercase(), "platform": "linux", "version": "1", "coreVersion": "2",
        "uiVersion": "3", "deviceFamily": "F", "modelIdentifier": "M", "caps": [" a ", "b"],
        "commands": ["camera.list"], "remoteIp": "192.0.2.7",
    }));
    Command::Ask { node_id: node.to_owned(), told, asker: 7 }
}

pub(crate) fn approve(id: &str) -> Command {
    Command::Approve { request_id: id.to_owned(), scopes: vec!["operator.admin".to_owned()] }
}

fn verify(node: &str, token: &str) -> Command {
    Command::Verify { node_id: node.to_owned(), token: provoke::config::Secret::new(token) }
}

fn rename(node: &str, name: &str) -> Command {
    Command::Rename { node_id: node.to_owned(), name: name.to_owned() }
}

/// The coming of a node that offers these commands.
fn came(node: &str, commands: &[&str]) -> Command {
    let allowed = commands.iter().map(|&command| command.to_owned()).collect();
    let told = told(&json!({"platform": "linux", "version": "1", "commands": commands}));
    Command::Came { node_id: node.to_owned(), told, allowed, asker: 9 }
}

pub(crate) fn payload(step: Step) -> Value {
    step.answer.unwrap_or_else(|refusal| panic!("refused: {}", refusal.message))
}

pub(crate) fn request_id(step: Step) -> String {
    payload(step)["request"]["requestId"].as_str().expect("an id").to_owned()
}

/// What a script shows: every answer, event and secret word, in its order.
fn contract(mut transact: impl FnMut(u64, Fresh, &Command) -> Step) -> Vec<String> {
    let mut at = 0;
    let mut shown = Vec::new();
    let mut act = |wait: u64, command: &Command| {
        at += wait;
        let step = transact(DAWN_MS + at, chance(shown.len() as u64 + 1), command);
        shown.push(format!("{:?} {:?} {:?}", step.answer, step.events, step.told.is_some()));
        step
    };
    let id = request_id(act(1, &ask("n1")));
    let other = request_id(act(1, &ask("n2")));
    // Asked again shortly before its end, an id lives on; a node that comes twice asks once.
    assert_eq!(request_id(act(299_000, &ask("n1"))), id);
    assert_eq!(
        act(2_000, &Command::Reject { request_id: other }).answer.map_err(|r| r.message),
        Err("unknown requestId".to_owned())
    );
    let step = act(297_000, &approve(&id));
    let node = payload(step)["node"].clone();
    assert_eq!(node.get("token"), None);
    assert_eq!(node["createdAtMs"], DAWN_MS + at_of(&[1, 1, 299_000, 2_000, 297_000]));
    assert_eq!(act(1, &approve(&id)).answer.map_err(|r| r.message), Err("unknown requestId".to_owned()));
    let step = act(1, &came("n1", &["camera.list"]));
    assert!(step.events.is_empty(), "what was approved need not be asked for");
    let more = request_id(act(1, &came("n1", &["camera.list", "system.run"])));
    let weak = Command::Approve {
        request_id: more.clone(),
        scopes: vec!["operator.pairing".into(), "operator.write".into()],
    };
    assert_eq!(act(1, &weak).answer.map_err(|r| r.message), Err("missing scope: operator.admin".to_owned()));
    act(1, &approve(&more));
    assert_eq!(
        payload(act(1, &rename(" n1 ", " Kitchen "))),
        json!({"nodeId": "n1", "displayName": "Kitchen"})
    );
    let list = payload(act(1, &Command::List));
    assert_eq!(list["pending"], json!([]));
    assert_eq!(list["paired"][0]["displayName"], "Kitchen");
    assert_eq!(list["paired"][0]["commands"], json!(["camera.list", "system.run"]));
    assert!(!list.to_string().contains("token"), "{list}");
    shown
}

fn at_of(waits: &[u64]) -> u64 {
    waits.iter().sum()
}

#[test]
fn all_stores_do_as_memory_does_and_remember() {
    let mut memory = Nodes::default();
    let wanted = contract(|now, fresh, command| memory.handle(now, fresh, AtRest::Hash, command));
    let opened_anew = |open: &mut dyn FnMut() -> Box<dyn Store>| {
        let shown = contract(|now, fresh, command| open().transact(now, fresh, command));
        for (shown, wanted) in shown.iter().zip(&wanted) {
            // Who asked is known to one process alone.
            let but_for_asker = |line: &str| line.rsplit_once(' ').map(|(line, _)| line.to_owned());
            assert_eq!(but_for_asker(shown), but_for_asker(wanted));
        }
    };
    let dir = temporary();
    std::fs::create_dir(dir.path().join("state")).expect("a folder");
    opened_anew(&mut || Box::new(NodeFiles::open(&dir.path().join("state"), AtRest::Hash)));
    let rows = dir.path().join("gateway.sqlite");
    opened_anew(&mut || Box::new(NodeRows::open(&rows).expect("it opens")));
    // The same without being opened anew: who asked hears of the token, and nobody else does.
    let dir = temporary();
    let mut files = NodeFiles::open(dir.path(), AtRest::Hash);
    assert_eq!(contract(|now, fresh, command| files.transact(now, fresh, command)), wanted);
}

#[test]
fn a_token_is_told_once_proves_its_node_and_stands_nowhere() {
    for (at_rest, stands) in [(AtRest::Hash, false), (AtRest::Plain, true)] {
        let dir = temporary();
        let mut store = NodeFiles::open(dir.path(), at_rest);
        let id = request_id(store.transact(DAWN_MS, chance(1), &ask("n1")));
        let step = store.transact(DAWN_MS + 1, chance(2), &approve(&id));
        assert!(!format!("{:?} {:?}", step.answer, step.events).contains("token"), "{step:?}");
        let (asker, event) = step.told.expect("who asked hears of it");
        let token = event.payload["token"].as_str().expect("a token").to_owned();
        assert_eq!((asker, token.len()), (7, 43));
        let text = read(dir.path(), "paired.json");
        assert_eq!(text.contains(&token), stands, "{text}");
        let kept: Value = serde_json::from_str(&text).expect("JSON");
        let kept = kept["n1"]["token"].as_str().expect("text").to_owned();
        let mut store = NodeFiles::open(dir.path(), AtRest::Hash);
        let mut proves =
            |node: &str, shown: &str| payload(store.transact(DAWN_MS + 2, chance(3), &verify(node, shown)));
        assert_eq!(proves("n1", &token)["ok"], true);
        assert_eq!(proves("n2", &token), json!({"ok": false}));
        // What stands in the file is no token, unless it is the token.
        assert_eq!(proves("n1", &kept)["ok"], stands);
        assert_eq!(proves("n1", kept.trim_start_matches("sha256-"))["ok"], stands);
    }
}

fn read(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join("nodes").join(name)).expect("it is there")
}

fn put(dir: &Path, name: &str, text: &str) {
    let folder = dir.join("nodes");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("draft"), text).expect("written");
    std::fs::rename(folder.join("draft"), folder.join(name)).expect("renamed");
}

/// `nodes/paired.json` and `nodes/pending.json` as OpenClaw 2026.4.12 wrote them.
const PAIRED: &str = r#"{
  "n1": {
    "nodeId": "n1",
    "token": "hsMYTnAZceke1OycfsQhg7nefdMyxSsbzH1rU3_8qaA",
    "displayName": "N1",
    "platform": "linux",
    "version": "1",
    "coreVersion": "2",
    "uiVersion": "3",
    "deviceFamily": "F",
    "modelIdentifier": "M",
    "caps": [
      "a",
      "b",
      "a"
    ],
    "commands": [
      "camera.list"
    ],
    "permissions": {
      "camera": true
    },
    "remoteIp": "10.0.0.1",
    "createdAtMs": 1795528177750,
    "approvedAtMs": 1795528177750,
    "bins": [
      "ls"
    ],
    "lastConnectedAtMs": 1795528177805
  }
}"#;
const PENDING: &str = r#"{
  "e12be91c-b785-41a4-ae5d-aba8006d46a4": {
    "requestId": "e12be91c-b785-41a4-ae5d-aba8006d46a4",
    "nodeId": "n2",
    "silent": false,
    "ts": 1795528177745
  }
}"#;

#[test]
fn files_of_openclaw_are_taken_over_and_written_byte_for_byte() {
    let dir = temporary();
    put(dir.path(), "paired.json", PAIRED);
    put(dir.path(), "pending.json", PENDING);
    let now = 1_795_528_177_900;
    let mut store = NodeFiles::open(dir.path(), AtRest::Hash);
    assert!(store.glance(now).expect("it begins").paired.expect("all of them").contains_key("n1"));
    let token = "hsMYTnAZceke1OycfsQhg7nefdMyxSsbzH1rU3_8qaA";
    assert_eq!(payload(store.transact(now, chance(1), &verify("n1", token)))["ok"], true);
    // A change and its undoing write both files anew.
    payload(store.transact(now, chance(2), &rename("n1", "Other")));
    assert_ne!(read(dir.path(), "paired.json"), PAIRED);
    payload(store.transact(now, chance(3), &rename("n1", "N1")));
    let id = request_id(store.transact(now, chance(4), &ask("n3")));
    assert_ne!(read(dir.path(), "pending.json"), PENDING);
    payload(store.transact(now, chance(5), &Command::Reject { request_id: id }));
    assert_eq!(read(dir.path(), "paired.json"), PAIRED);
    assert_eq!(read(dir.path(), "pending.json"), PENDING);
    let list = payload(store.transact(now, chance(6), &Command::List));
    assert_eq!(list["pending"][0]["requiredApproveScopes"], json!(["operator.pairing"]));
    assert!(!list.to_string().contains(token), "{list}");
    use std::os::unix::fs::PermissionsExt as _;
    for entry in dir.path().join("nodes").read_dir().expect("there") {
        let entry = entry.expect("readable");
        let mode = entry.metadata().expect("known").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}

#[test]
fn the_keys_of_a_new_entry_stand_in_openclaws_order() {
    let dir = temporary();
    let mut store = NodeFiles::open(dir.path(), AtRest::Hash);
    let keys = |name: &str| {
        let file: Value = serde_json::from_str(&read(dir.path(), name)).expect("JSON");
        let entry = file.as_object().expect("an object").values().next().expect("one").clone();
        entry.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ")
    };
    let id = request_id(store.transact(DAWN_MS, chance(1), &ask("n1")));
    let facts = "displayName platform version coreVersion uiVersion deviceFamily modelIdentifier caps commands \
                 remoteIp";
    assert_eq!(keys("pending.json"), format!("requestId nodeId {facts} silent ts"));
    store.transact(DAWN_MS, chance(2), &approve(&id));
    assert_eq!(keys("paired.json"), format!("nodeId token {facts} createdAtMs approvedAtMs"));
    assert_eq!(read(dir.path(), "pending.json"), "{}");
}

#[test]
fn what_somebody_edits_counts_and_what_cannot_be_read_is_not_written() {
    let dir = temporary();
    put(dir.path(), "paired.json", PAIRED);
    let mut store = NodeFiles::open(dir.path(), AtRest::Hash);
    assert!(store.glance(DAWN_MS).is_some());
    put(dir.path(), "paired.json", &PAIRED.replace("N1", "Cellar"));
    let seen = store.glance(DAWN_MS).and_then(|step| step.paired).expect("it is seen");
    assert_eq!(seen["n1"].to_json("n1")["displayName"], "Cellar");
    for (name, broken, words) in [
        ("paired.json", "{ \"n1\": ", "paired.json:1:8: the JSON ends too early"),
        ("paired.json", "", "paired.json: the file is empty"),
        ("paired.json", "{\"n1\":{}}", "paired.json at /n1/token: must be text"),
        ("pending.json", "{\"r\":{\"nodeId\":7}}", "pending.json at /r/nodeId: must be text"),
    ] {
        put(dir.path(), name, broken);
        let told = store.glance(DAWN_MS).expect("it is seen");
        assert!(told.log[0].message.contains(words), "{:?} has no {words}", told.log);
        assert!(store.glance(DAWN_MS).is_none(), "it is told once");
        let step = store.transact(DAWN_MS, chance(1), &ask("n5"));
        let refusal = step.answer.expect_err("it is refused");
        assert_eq!(refusal.code.word(), "UNAVAILABLE");
        assert!(refusal.message.contains(words), "{}", refusal.message);
        assert_eq!(read(dir.path(), name), broken);
        // Repaired, it goes on.
        put(dir.path(), name, if name == "paired.json" { PAIRED } else { "{}" });
        assert!(store.glance(DAWN_MS).is_some_and(|step| step.paired.is_some()));
    }
    request_id(store.transact(DAWN_MS, chance(2), &ask("n5")));
    std::fs::remove_file(dir.path().join("nodes/paired.json")).expect("removed");
    assert_eq!(payload(store.transact(DAWN_MS, chance(3), &Command::List))["paired"], json!([]));
}

#[test]
fn two_processes_lose_nothing_of_each_other() {
    let dir = temporary();
    let rows = temporary();
    let path = rows.path().join("gateway.sqlite");
    drop(NodeRows::open(&path).expect("it opens"));
    let files = || -> Box<dyn Store> { Box::new(NodeFiles::open(dir.path(), AtRest::Hash)) };
    let tables = || -> Box<dyn Store> { Box::new(NodeRows::open(&path).expect("it opens")) };
    for open in [&files as &dyn Fn() -> Box<dyn Store>, &tables] {
        let threads: Vec<_> = (0..4u64)
            .map(|thread| {
                let mut store = open();
                std::thread::spawn(move || {
                    for at in 0..20 {
                        let fresh = Fresh(std::array::from_fn(|byte| {
                            (thread as u8) << 6 | (at as u8) ^ (byte as u8)
                        }));
                        let id = request_id(store.transact(DAWN_MS, fresh, &ask(&format!("n{thread}-{at}"))));
                        payload(store.transact(DAWN_MS + 1, fresh, &approve(&id)));
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        let list = payload(open().transact(DAWN_MS + 2, chance(1), &Command::List));
        assert_eq!(list["paired"].as_array().map(Vec::len), Some(80));
        assert_eq!(list["pending"], json!([]));
    }
}

#[test]
fn a_folder_that_is_taken_away_is_made_again_with_all_that_is_known() {
    let dir = temporary();
    let state = dir.path().join("state");
    std::fs::create_dir(&state).expect("a folder");
    let mut store = NodeFiles::open(&state, AtRest::Hash);
    let id = request_id(store.transact(DAWN_MS, chance(1), &ask("n1")));
    payload(store.transact(DAWN_MS, chance(2), &approve(&id)));
    std::fs::remove_dir_all(&state).expect("removed");
    for command in [Command::List, ask("n2")] {
        let refusal = store.transact(DAWN_MS, chance(3), &command).answer.expect_err("nothing can be kept");
        assert!(
            refusal.message.contains(&format!("{}: the state folder is gone", state.display())),
            "{refusal:?}"
        );
    }
    std::fs::create_dir(&state).expect("a folder");
    let step = store.transact(DAWN_MS, chance(4), &Command::List);
    assert!(step.log[0].message.contains("1 paired nodes and 0 requests were still known"), "{step:?}");
    let anew = payload(NodeFiles::open(&state, AtRest::Hash).transact(DAWN_MS, chance(5), &Command::List));
    assert_eq!(payload(step), anew);
    assert_eq!(anew["paired"][0]["nodeId"], "n1");
    // Put back as it was, the files say what is so.
    let away = dir.path().join("away");
    std::fs::rename(&state, &away).expect("renamed");
    assert!(store.transact(DAWN_MS, chance(6), &Command::List).answer.is_err());
    put(&away, "paired.json", PAIRED);
    std::fs::rename(&away, &state).expect("renamed");
    let list = payload(store.transact(DAWN_MS, chance(7), &Command::List));
    assert_eq!(list["paired"][0]["createdAtMs"], 1_795_528_177_750_u64);
}

#[test]
fn a_database_that_is_taken_away_is_made_again_with_all_that_is_known() {
    let dir = temporary();
    let path = dir.path().join("gateway.sqlite");
    let mut store = NodeRows::open(&path).expect("it opens");
    let id = request_id(store.transact(DAWN_MS, chance(1), &ask("n1")));
    payload(store.transact(DAWN_MS, chance(2), &approve(&id)));
    let list = payload(store.transact(DAWN_MS, chance(3), &Command::List));
    for entry in dir.path().read_dir().expect("there") {
        std::fs::remove_file(entry.expect("readable").path()).expect("removed");
    }
    let step = store.transact(DAWN_MS, chance(4), &Command::List);
    assert!(step.log[0].message.contains("1 paired nodes were still known"), "{step:?}");
    let mut other = NodeRows::open(&path).expect("it opens");
    assert_eq!(payload(other.transact(DAWN_MS, chance(5), &Command::List)), list);
    // Where the new one cannot be written at first, nothing is forgotten.
    for entry in dir.path().read_dir().expect("there") {
        std::fs::remove_file(entry.expect("readable").path()).expect("removed");
    }
    drop(NodeRows::open(&path).expect("it opens"));
    let busy = rusqlite::Connection::open(&path).expect("it opens");
    busy.execute_batch("CREATE TRIGGER no BEFORE INSERT ON node BEGIN SELECT raise(FAIL, 'full'); END")
        .expect("made");
    assert!(store.transact(DAWN_MS, chance(6), &Command::List).answer.is_err());
    busy.execute_batch("DROP TRIGGER no").expect("gone");
    assert_eq!(payload(store.transact(DAWN_MS, chance(7), &Command::List)), list);
}

#[test]
fn a_clock_that_is_set_ends_no_request_and_keeps_none() {
    for to_ms in [DAWN_MS - 86_400_000, DAWN_MS + 86_400_000, 1_000_000] {
        let dir = temporary();
        let mut store = NodeFiles::open(dir.path(), AtRest::Hash);
        let id = request_id(store.transact(DAWN_MS - 100_000, chance(1), &ask("n1")));
        // Two processes on one folder may both tell of it.
        for _ in 0..2 {
            let leap = Leap { from_ms: DAWN_MS, to_ms, base_ms: 0 };
            payload(store.transact(DAWN_MS, chance(2), &Command::ClockSet(leap)));
        }
        let list = payload(store.transact(to_ms, chance(3), &Command::List));
        assert_eq!(list["pending"][0]["requestId"], json!(id), "{to_ms}");
        let list = payload(store.transact(to_ms + 300_000, chance(4), &Command::List));
        assert_eq!(list["pending"], json!([]), "{to_ms}");
    }
}
