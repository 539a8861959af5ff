//! A process that dies between any two operations on the files of nodes: what was answered is there, what
//! was not is there wholly or not at all.
#![expect(clippy::disallowed_methods, reason = "a child is told what to do by its environment")]

use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use provoke::gateway::nodes::{Command, Store};
use provoke::gateway::pairing::image::AtRest;
use provoke::io::gateway::store::{Folder, NodeFiles};
use serde_json::Value;

use super::stores::{DAWN_MS, approve, ask, chance, payload, request_id};
use crate::gateway::pairing::killed::{End, Mortal};
use crate::gateway::pairing::stores::temporary;

const DEEDS: [&str; 4] = ["approve", "reject", "rename", "ask"];

/// A folder with a paired node and one that asks, whose id this is.
fn prepared(dir: &Path) -> String {
    let mut store = NodeFiles::open(dir, AtRest::Hash);
    let first = request_id(store.transact(DAWN_MS, chance(1), &ask("n1")));
    payload(store.transact(DAWN_MS, chance(2), &approve(&first)));
    request_id(store.transact(DAWN_MS + 1, chance(3), &ask("n2")))
}

fn list(dir: &Path) -> Value {
    payload(NodeFiles::open(dir, AtRest::Hash).transact(DAWN_MS + 3, chance(9), &Command::List))
}

/// Does a deed on a folder that ends after so many operations; whether it was answered.
fn act(dir: &Path, id: &str, deed: &str, operations: usize, end: End) -> bool {
    let command = match deed {
        "approve" => approve(id),
        "reject" => Command::Reject { request_id: id.to_owned() },
        "rename" => Command::Rename { node_id: "n1".to_owned(), name: "Kitchen".to_owned() },
        _ => ask("n3"),
    };
    let disk = Mortal { folder: Folder::at(dir.join("nodes")), left: Arc::new(operations.into()), end };
    let step = NodeFiles::on(disk, AtRest::Hash).transact(DAWN_MS + 2, chance(4), &command);
    step.answer.is_ok()
}

/// What must hold after an end. Whether the deed was done.
fn holds(dir: &Path, before: &Value, done: &Value, was_answered: bool, place: &str) -> bool {
    let now = list(dir);
    assert!(now == *before || now == *done, "{place}: neither as before nor done:\n{now:#}");
    assert!(!was_answered || now == *done, "{place}: it was answered, and is lost");
    // Whatever was left behind, it can be worked with.
    request_id(NodeFiles::open(dir, AtRest::Hash).transact(DAWN_MS + 4, chance(5), &ask("n9")));
    now == *done
}

/// The lists before and after a deed that nothing disturbs.
fn lists(deed: &str) -> (Value, Value) {
    let dir = temporary();
    let id = prepared(dir.path());
    let before = list(dir.path());
    assert!(act(dir.path(), &id, deed, usize::MAX, End::Error));
    (before, list(dir.path()))
}

#[test]
fn an_operation_that_fails_leaves_all_or_nothing() {
    for deed in DEEDS {
        let (before, done) = lists(deed);
        assert_ne!(before, done, "{deed}");
        for operations in 0.. {
            let dir = temporary();
            let id = prepared(dir.path());
            let was_answered = act(dir.path(), &id, deed, operations, End::Error);
            holds(dir.path(), &before, &done, was_answered, &format!("{deed} with {operations} operations"));
            if was_answered {
                assert!(operations > 10, "{deed} with {operations} operations");
                break;
            }
        }
    }
}

/// However far it comes with writing a folder anew that was taken away, nothing is forgotten.
#[test]
fn a_lost_folder_whose_writing_fails_midway_is_written_wholly_later() {
    let dir = temporary();
    let id = prepared(dir.path());
    let before = list(dir.path());
    let nodes = dir.path().join("nodes");
    for operations in 0.. {
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let disk = Mortal { folder: Folder::at(nodes.clone()), left: Arc::clone(&left), end: End::Error };
        let mut store = NodeFiles::on(disk, AtRest::Hash);
        payload(store.transact(DAWN_MS + 3, chance(9), &Command::List));
        std::fs::remove_dir_all(&nodes).expect("removed");
        left.store(operations, Ordering::SeqCst);
        let was_answered = store.transact(DAWN_MS + 3, chance(9), &Command::List).answer.is_ok();
        // Once more in vain, as on a disk that stays full for a while.
        store.transact(DAWN_MS + 3, chance(9), &Command::List);
        left.store(usize::MAX, Ordering::SeqCst);
        let place = format!("with {operations} operations");
        assert_eq!(payload(store.transact(DAWN_MS + 3, chance(9), &Command::List)), before, "{place}");
        assert_eq!(list(dir.path()), before, "{place}: in the files");
        if was_answered {
            assert!(operations > 10, "{place}");
            break;
        }
    }
    assert!(act(dir.path(), &id, "approve", usize::MAX, End::Error), "the id is as good as before");
}

/// Where the child of the test below finds what it is to do: the folder, the id, the deed, the operations.
const ORDERS: &str = "PROVOKE_TEST_NODES_KILLED";

#[test]
fn a_killed_process_leaves_all_or_nothing() {
    if let Some(orders) = std::env::var_os(ORDERS) {
        let orders = orders.into_string().expect("text");
        let [dir, id, deed, operations] = orders.split('\n').collect::<Vec<_>>()[..] else {
            panic!("{orders}")
        };
        assert!(act(Path::new(dir), id, deed, operations.parse().expect("a number"), End::Kill));
        std::fs::write(Path::new(dir).join("answered"), "").expect("written");
        return;
    }
    let itself = std::env::current_exe().expect("it runs");
    for deed in ["approve", "ask"] {
        let (before, done) = lists(deed);
        let mut ways = [false, false];
        for operations in 0.. {
            let dir = temporary();
            let id = prepared(dir.path());
            let orders = format!("{}\n{id}\n{deed}\n{operations}", dir.path().display());
            let name = "gateway::nodes::killed::a_killed_process_leaves_all_or_nothing";
            let child = Process::new(&itself).args(["--exact", name, "--quiet"]).env(ORDERS, orders).output();
            let child = child.expect("it runs");
            let was_answered = dir.path().join("answered").exists();
            assert_eq!(child.status.success(), was_answered, "{}", String::from_utf8_lossy(&child.stdout));
            let place = format!("{deed} killed after {operations} operations");
            ways[usize::from(holds(dir.path(), &before, &done, was_answered, &place))] = true;
            if was_answered {
                break;
            }
        }
        assert_eq!(ways, [true, true], "{deed}: it was killed before and after the moment that counts");
    }
}
