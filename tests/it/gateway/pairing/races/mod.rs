//! Races on real stores: two at once, by threads and by processes, over memory, OpenClaw's files and
//! SQLite. Every store must come out of each as if one had come after the other; a store that reads and
//! then writes must not.
//!
//! Stores are asked one question after the other and never wait inside one, so there is nothing between
//! two steps of theirs that an explorer of asynchronous code could reorder: real locks are what is tried.

mod killed;
mod processes;
mod table;
mod threads;
mod wrong;

use std::path::Path;

use provoke::gateway::pairing::{Answer, Store};
use provoke::io::gateway::store::{OpenClawFiles, Options, Sqlite};
use serde_json::Value;

use super::script::{DAWN_MS, Names, chance};
use super::stores::list;

pub(crate) use table::{RACES, Race};

/// Rounds of each race.
const ROUNDS: u64 = 20;

/// The stores that live on a disk.
const ON_DISK: [&str; 2] = ["files", "sqlite"];

/// A store on a disk, opened as another process would.
pub(crate) fn open(kind: &str, dir: &Path) -> Box<dyn Store> {
    match kind {
        "files" => Box::new(OpenClawFiles::open(dir, Options::default()).expect("it opens")),
        _ => Box::new(Sqlite::open(&dir.join("gateway.sqlite"), Options::default()).expect("it opens")),
    }
}

/// Does what a line says; what was answered: `ok`, `ok TOKEN` or the refusal's words.
pub(crate) fn act(store: &mut dyn Store, deed: &str, at: u64) -> String {
    let step = store.transact(DAWN_MS + 100, chance(at), &Names::default().command(deed));
    match step.answer {
        Answer::Refused(refusal) => refusal.message,
        Answer::Admitted { .. } => "ok".to_owned(),
        Answer::Payload(payload) => match payload.get("token").and_then(Value::as_str) {
            Some(token) => format!("ok {token}"),
            None => "ok".to_owned(),
        },
    }
}

/// Brings about what stands before a race; its two scripts, with the id of the request in them.
pub(crate) fn prepare(store: &mut dyn Store, race: &Race, round: u64) -> [Vec<String>; 2] {
    for (at, deed) in (1..).zip(race.before) {
        store.transact(DAWN_MS + at, chance(1_000_000 + round * 100 + at), &Names::default().command(deed));
    }
    let pending = list(store, DAWN_MS + 50);
    let id = pending["pending"][0]["requestId"].as_str().unwrap_or("none").to_owned();
    [race.one, race.other].map(|script| script.iter().map(|deed| deed.replace("X", &id)).collect())
}
