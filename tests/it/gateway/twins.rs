//! Two gateways as two processes on one state folder, with real sockets: what is approved, revoked or asked
//! at the one holds at the other.
#![expect(clippy::disallowed_methods, reason = "these tests run a program on files")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::guest::{self, Ask, Guest, Key, Met, SIX};
use super::subject::TOKEN;

const STORES: [&str; 2] = ["openclaw", "sqlite"];
/// Devices that ask at once.
const CROWD: usize = 8;
/// So long may one whole test take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A gateway that is ended with the test.
struct Twin {
    child: Child,
    port: u16,
}

impl Twin {
    fn on(folder: &Path, store: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
        command.args(["gateway", "run", "--port", "0", "--store", store, "--state-dir"]).arg(folder);
        command.args(["--set", "pairing.localUpgrade=ask"]);
        command.current_dir(folder).env_clear().env("HOME", folder).env("TMPDIR", folder);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let heard = lines.find_map(|line| {
            let (_, rest) = line.split_once("listening on ws://127.0.0.1:")?;
            rest.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
        });
        // What it says is read, so that it never waits for a reader; a test that fails shows it.
        std::thread::spawn(move || lines.for_each(|line| eprintln!("| {line}")));
        Self { child, port: heard.expect("it listens") }
    }

    /// Connects with the shared token.
    async fn met(&self, key: &Key, scopes: &[&str]) -> Met {
        guest::connect(self.port, &Ask::cli(key, TOKEN, scopes)).await
    }

    /// Is let in and goes.
    async fn visit(&self, key: &Key, scopes: &[&str]) {
        self.met(key, scopes).await.guest().leave().await;
    }

    /// Asks for more than it has; the id of the request.
    async fn ask(&self, key: &Key, scopes: &[&str]) -> String {
        let refusal = self.met(key, scopes).await.refusal();
        refusal["details"]["requestId"].as_str().unwrap_or_else(|| panic!("{refusal}")).to_owned()
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two gateways on one folder, and somebody at each who may approve.
struct Pair {
    one: Twin,
    other: Twin,
    at_one: Guest,
    at_other: Guest,
    _folder: tempfile::TempDir,
}

impl Pair {
    async fn start(store: &str) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let config = json!({"gateway": {"mode": "local", "auth": {"mode": "token", "token": TOKEN}}});
        std::fs::write(folder.path().join("openclaw.json"), config.to_string()).unwrap();
        let (one, other) = (Twin::on(folder.path(), store), Twin::on(folder.path(), store));
        let at_one = one.met(&Key::named("the one who approves"), &SIX).await.guest();
        let at_other = other.met(&Key::named("another who approves"), &SIX).await.guest();
        Self { one, other, at_one, at_other, _folder: folder }
    }
}

fn crowd() -> Vec<Key> {
    (0..CROWD).map(|at| Key::named(&format!("device {at}"))).collect()
}

/// Runs a test on every store, within its time.
fn on_every_store<F: Future<Output = ()>>(test: impl Fn(Pair) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for store in STORES {
        eprintln!("{store}");
        let whole = async { test(Pair::start(store).await).await };
        runtime.block_on(async { tokio::time::timeout(PATIENCE, whole).await }).expect("it ends in time");
    }
}

async fn approve(guest: &mut Guest, id: &str) -> Result<Value, Value> {
    guest.call("device.pair.approve", json!({"requestId": id})).await
}

/// The event of a name about a request.
async fn told(guest: &mut Guest, event: &str, id: &str) -> Value {
    loop {
        let payload = guest.event(event).await;
        if payload["requestId"] == id {
            return payload;
        }
    }
}

#[test]
fn what_one_approves_while_the_other_is_busy_is_lost_nowhere() {
    on_every_store(async |mut pair: Pair| {
        let devices = crowd();
        let mut ids = Vec::new();
        for (at, key) in devices.iter().enumerate() {
            // Half of them are first seen here, half of them there.
            let first = if at % 2 == 0 { &pair.one } else { &pair.other };
            first.visit(key, &["operator.read"]).await;
            ids.push(pair.other.ask(key, &["operator.write"]).await);
        }
        let (one, other) = (&pair.one, &pair.other);
        let approving = async {
            for id in &ids {
                approve(&mut pair.at_one, id).await.unwrap_or_else(|error| panic!("{id}: {error}"));
            }
        };
        // All come again and again meanwhile, ask for something else, and strangers come.
        let coming = join_all(devices.iter().enumerate().map(async |(at, key)| {
            for round in 0..4 {
                other.visit(key, &["operator.read"]).await;
                other.ask(key, &["operator.approvals"]).await;
                one.visit(&Key::named(&format!("stranger {at} {round}")), &["operator.read"]).await;
            }
        }));
        tokio::join!(approving, coming);
        for key in &devices {
            for twin in [one, other] {
                let guest = twin.met(key, &["operator.read", "operator.write"]).await.guest();
                assert_eq!(guest.token_scopes(), ["operator.read", "operator.write"]);
                guest.leave().await;
            }
        }
        // What was asked meanwhile is approvable, at either.
        let list = pair.at_one.call("device.pair.list", json!({})).await.unwrap();
        assert_eq!(list["pending"].as_array().unwrap().len(), CROWD, "{list:#}");
        assert_eq!(list["paired"].as_array().unwrap().len(), CROWD + 4 * CROWD + 2);
        assert_eq!(pair.at_other.call("device.pair.list", json!({})).await.unwrap(), list);
    });
}

#[test]
fn of_two_who_approve_the_same_one_does() {
    on_every_store(async |mut pair: Pair| {
        for key in crowd() {
            pair.one.visit(&key, &["operator.read"]).await;
            let id = pair.other.ask(&key, &["operator.write"]).await;
            let (here, there) =
                tokio::join!(approve(&mut pair.at_one, &id), approve(&mut pair.at_other, &id));
            assert!(here.is_ok() != there.is_ok(), "{here:?} {there:?}");
            let refusal = here.and(there).unwrap_err();
            assert_eq!(refusal["message"], "unknown requestId", "{refusal}");
            let guest = pair.one.met(&key, &["operator.read", "operator.write"]).await.guest();
            let token = guest.token().to_owned();
            guest.leave().await;
            let by_token =
                Ask { auth: json!({"deviceToken": token}), ..Ask::cli(&key, TOKEN, &["operator.write"]) };
            guest::connect(pair.other.port, &by_token).await.guest().leave().await;
        }
    });
}

#[test]
fn what_one_takes_away_is_away_at_the_other_also_for_those_who_are_in() {
    on_every_store(async |mut pair: Pair| {
        let keys = [Key::named("revoked"), Key::named("removed"), Key::named("rotated"), Key::named("kept")];
        let mut inside = Vec::new();
        for key in &keys {
            inside.push(pair.other.met(key, &["operator.read"]).await.guest());
        }
        let token = inside[2].token().to_owned();
        let of = |key: &Key| json!({"deviceId": key.id(), "role": "operator"});
        pair.at_one.call("device.token.revoke", of(&keys[0])).await.unwrap();
        pair.at_one.call("device.pair.remove", json!({"deviceId": keys[1].id()})).await.unwrap();
        let rotated = pair.at_one.call("device.token.rotate", of(&keys[2])).await.unwrap();
        // Whoever asks after the answer is refused, at both.
        for key in &keys[..2] {
            for twin in [&pair.other, &pair.one] {
                assert_eq!(twin.met(key, &["operator.read"]).await.refusal()["code"], "NOT_PAIRED");
            }
        }
        for (token, is_good) in [(token.as_str(), false), (rotated["token"].as_str().unwrap(), true)] {
            let ask =
                Ask { auth: json!({"deviceToken": token}), ..Ask::cli(&keys[2], TOKEN, &["operator.read"]) };
            assert_eq!(matches!(guest::connect(pair.other.port, &ask).await, Met::In(_)), is_good);
        }
        // Whoever was in is shown out.
        for (guest, reason) in
            inside.iter_mut().zip(["device token withdrawn", "device removed", "device token withdrawn"])
        {
            assert_eq!(guest.closed().await, (4001, reason.to_owned()));
        }
        inside[3].call("health", json!({})).await.expect("who was not meant is still in");
    });
}

#[test]
fn what_is_asked_and_approved_at_one_is_told_at_the_other() {
    on_every_store(async |mut pair: Pair| {
        let key = Key::named("somebody");
        pair.other.visit(&key, &["operator.read"]).await;
        let id = pair.other.ask(&key, &["operator.write"]).await;
        let asked = told(&mut pair.at_one, "device.pair.requested", &id).await;
        assert_eq!(asked["deviceId"], key.id());
        approve(&mut pair.at_one, &id).await.unwrap();
        assert_eq!(told(&mut pair.at_other, "device.pair.resolved", &id).await["decision"], "approved");
        let id = pair.one.ask(&key, &["operator.approvals"]).await;
        told(&mut pair.at_other, "device.pair.requested", &id).await;
        pair.at_one.call("device.pair.reject", json!({"requestId": id})).await.unwrap();
        assert_eq!(told(&mut pair.at_other, "device.pair.resolved", &id).await["decision"], "rejected");
    });
}
