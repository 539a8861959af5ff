//! `kill -9` in the middle: whatever had been answered is there, and the store can be worked with.

use std::path::Path;

use provoke::seed::Seed;

use super::super::script::{DAWN_MS, device_id};
use super::super::stores::{list, temporary};
use super::processes::{MARK, Other, orders};
use super::{ON_DISK, act, open};

/// How often a child is killed.
const KILLS: u64 = 10;

/// The child's part: lets in one device after the other, approves what each asks for beyond that, and
/// tells of each when it was answered.
fn serve(told: &str) {
    let (kind, dir) = told.split_once('|').expect("a store and a folder");
    let mut store = open(kind, Path::new(dir));
    let process = u64::from(std::process::id());
    for at in 0.. {
        let name = format!("E{process}-{at}");
        assert_eq!(
            act(&mut *store, &format!("connect {name} operator.read"), process * 10_000 + at * 4),
            "ok"
        );
        act(
            &mut *store,
            &format!("connect {name} operator.approvals from=browser"),
            process * 10_000 + at * 4 + 1,
        );
        let pending = list(&mut *store, DAWN_MS + 100);
        let id = pending["pending"][0]["requestId"].as_str().expect("it stands").to_owned();
        eprintln!("{MARK}asked {id}");
        assert_eq!(act(&mut *store, &format!("approve {id}"), process * 10_000 + at * 4 + 2), "ok");
        eprintln!("{MARK}approved {name}");
    }
}

#[test]
fn what_was_answered_survives_any_kill() {
    if let Some(told) = orders() {
        return serve(&told);
    }
    let mut dice = Seed(5).dice();
    for kind in ON_DISK {
        let dir = temporary();
        let mut approved = Vec::new();
        for _ in 0..KILLS {
            let orders = format!("{kind}|{}", dir.path().display());
            let test = "gateway::pairing::races::killed::what_was_answered_survives_any_kill";
            let mut other = Other::new(test, &orders);
            let enough = 1 + dice.below(7);
            for _ in 0..enough {
                let line = other.hear().expect("it goes on until it is killed");
                approved.extend(line.strip_prefix("approved ").map(str::to_owned));
            }
            // It does not wait for us, so this meets it wherever it is.
            other.child.kill().expect("it runs");
            while let Some(line) = other.hear() {
                approved.extend(line.strip_prefix("approved ").map(str::to_owned));
            }
            other.child.wait().expect("it ends");
            let mut store = open(kind, dir.path());
            let there = list(&mut *store, DAWN_MS + 100);
            let scopes = |name: &str| {
                let id = device_id(name);
                let paired = there["paired"].as_array().into_iter().flatten();
                paired
                    .clone()
                    .find(|device| device["deviceId"] == id.as_str())
                    .map(|device| device["scopes"].clone())
            };
            for name in &approved {
                let wanted = serde_json::json!(["operator.read", "operator.approvals"]);
                assert_eq!(scopes(name), Some(wanted), "{kind}: {name}");
            }
            // What the dead one left half done can still be decided.
            for ask in there["pending"].as_array().into_iter().flatten() {
                let id = ask["requestId"].as_str().expect("an id");
                assert_eq!(act(&mut *store, &format!("reject {id}"), 7), "ok", "{kind}");
            }
        }
        assert!(approved.len() >= 5, "{kind}: only {} approvals were answered", approved.len());
    }
}
