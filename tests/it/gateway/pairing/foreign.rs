//! Another process that reads OpenClaw's files, changes them and writes them back, without a lock.

use std::path::Path;

use provoke::gateway::pairing::image::AtRest;
use provoke::gateway::pairing::{Policy, Step, Store};
use provoke::gateway::settings::LocalUpgrade;
use provoke::io::gateway::store::{OpenClawFiles, Options};
use serde_json::{Value, json};

use super::script::{DAWN_MS, Names, chance, device_id};
use super::stores::{folder, put, state};

/// A gateway that keeps watch, and the names of its script.
pub(crate) struct Gateway {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) store: OpenClawFiles,
    pub(crate) names: Names,
    pub(crate) now: u64,
}

/// The gateway's switches in these tests.
pub(crate) const ASK: Options =
    Options { policy: Policy { local_upgrade: LocalUpgrade::Ask }, at_rest: AtRest::Hash, starts: true };

impl Gateway {
    pub(crate) fn start() -> Self {
        let (dir, store) = folder(ASK);
        Self { dir, store, names: Names::default(), now: DAWN_MS }
    }

    pub(crate) fn step(&mut self, text: &str) -> Step {
        self.now += 100;
        let command = self.names.command(text);
        self.store.transact(self.now, chance(self.now), &command)
    }

    pub(crate) fn tell(&mut self, text: &str) -> Vec<String> {
        let step = self.step(text);
        self.names.tell(&step)
    }

    pub(crate) fn says(&mut self, text: &str) -> String {
        self.tell(text).remove(0)
    }

    pub(crate) fn state(&mut self) -> Vec<String> {
        state(&mut self.store, &mut self.names, self.now)
    }

    pub(crate) fn restart(&mut self, options: Options) {
        self.store = OpenClawFiles::open(self.dir.path(), options).expect("it opens");
    }

    pub(crate) fn edit(&self, name: &str, edit: impl FnOnce(&mut Value)) {
        let mut file = read(self.dir.path(), name);
        edit(&mut file);
        write(self.dir.path(), name, &file);
    }
}

#[expect(clippy::disallowed_methods, reason = "a store is files")]
pub(crate) fn read(dir: &Path, name: &str) -> Value {
    let file = std::fs::read(dir.join("devices").join(name));
    file.map_or_else(|_| json!({}), |bytes| serde_json::from_slice(&bytes).expect("JSON"))
}

pub(crate) fn write(dir: &Path, name: &str, file: &Value) {
    put(dir, name, serde_json::to_string_pretty(file).expect("JSON").as_bytes());
}

/// What OpenClaw's command line does when it approves in the files: both as they will be.
pub(crate) fn approved(dir: &Path, id: &str, now: u64) -> (Value, Value) {
    let (mut pending, mut paired) = (read(dir, "pending.json"), read(dir, "paired.json"));
    let ask = pending.as_object_mut().expect("an object").shift_remove(id).expect("the request is there");
    let device = ask["deviceId"].as_str().expect("an id").to_owned();
    let mut record = paired.get(&device).cloned().unwrap_or_else(|| json!({"createdAtMs": now}));
    let union = |old: &Value, new: &Value| {
        let mut list: Vec<Value> = old.as_array().cloned().unwrap_or_default();
        new.as_array().into_iter().flatten().for_each(|item| {
            if !list.contains(item) {
                list.push(item.clone())
            }
        });
        Value::Array(list)
    };
    for field in ["deviceId", "publicKey", "platform", "clientId", "clientMode", "role"] {
        record[field] = ask[field].clone();
    }
    record["roles"] = union(&record["roles"], &ask["roles"]);
    record["scopes"] = union(&record["scopes"], &ask["scopes"]);
    record["approvedScopes"] = record["scopes"].clone();
    let role = ask["role"].as_str().expect("a role");
    record["tokens"][role] = json!({
        "token": format!("foreign-{id}"), "role": role, "scopes": ask["scopes"], "createdAtMs": now,
    });
    record["approvedAtMs"] = now.into();
    paired[&device] = record;
    (pending, paired)
}

#[test]
fn an_approval_through_the_files_is_never_lost() {
    // What the gateway does meanwhile: wider asks, a first contact, an approval of its own, a revocation.
    let meanwhile = [
        "connect D operator.write",
        "connect E six",
        "approve the pairing scope",
        "connect D six",
        "revoke E",
        "connect F six from=remote",
    ];
    let mut runs = 0;
    for before in 0..=meanwhile.len() {
        for between in 0..=(meanwhile.len() - before).min(4) {
            for pending_first in [true, false] {
                let mut gateway = Gateway::start();
                gateway.step("connect D operator.read");
                gateway.step("connect D operator.approvals");
                gateway.step("connect D operator.pairing");
                let (pending, paired) =
                    approved(gateway.dir.path(), &gateway.asked("operator.approvals"), gateway.now);
                let told: Vec<String> =
                    meanwhile[..before].iter().flat_map(|step| gateway.meanwhile(step)).collect();
                let first = if pending_first { ("pending.json", &pending) } else { ("paired.json", &paired) };
                let second =
                    if pending_first { ("paired.json", &paired) } else { ("pending.json", &pending) };
                write(gateway.dir.path(), first.0, first.1);
                let more: Vec<String> = meanwhile[before..before + between]
                    .iter()
                    .flat_map(|step| gateway.meanwhile(step))
                    .collect();
                write(gateway.dir.path(), second.0, second.1);
                let done = before + between;
                let place =
                    format!("before {before} between {between} {pending_first}\n{told:#?}\n{more:#?}");
                assert!(gateway.says("connect D operator.approvals").starts_with("admitted"), "{place}");
                // Nor is anything lost of what the gateway did.
                let state = gateway.state();
                assert_eq!(
                    state.iter().any(|line| line.starts_with("device E")),
                    done >= 2,
                    "{place}\n{state:#?}"
                );
                let pairing = gateway.says("connect D operator.pairing").starts_with("admitted");
                assert_eq!(pairing, done >= 3, "{place}");
                assert_eq!(state.iter().any(|line| line.contains("revoked")), done >= 5, "{place}");
                // And nothing was gained that nobody approved.
                assert!(gateway.says("connect D operator.admin").starts_with("NOT_PAIRED"), "{place}");
                gateway.restart(Options { starts: false, ..ASK });
                let devices = |state: &[String]| {
                    state.iter().filter(|line| line.starts_with("device")).cloned().collect::<Vec<_>>()
                };
                assert_eq!(devices(&gateway.state()), devices(&state), "{place}");
                runs += 1;
            }
        }
    }
    assert!(runs >= 40, "{runs} runs");
}

impl Gateway {
    /// The id of the live request for exactly one scope.
    pub(crate) fn asked(&self, scope: &str) -> String {
        let pending = read(self.dir.path(), "pending.json");
        let found =
            pending.as_object().expect("an object").values().find(|ask| ask["scopes"] == json!([scope]));
        found.expect("it is pending")["requestId"].as_str().expect("text").to_owned()
    }

    fn meanwhile(&mut self, step: &str) -> Vec<String> {
        if step == "approve the pairing scope" {
            let id = {
                let list = super::stores::list(&mut self.store, self.now);
                let asks = list["pending"].as_array().expect("a list").clone();
                let ask =
                    asks.iter().find(|ask| ask["scopes"] == json!(["operator.pairing"])).expect("pending");
                ask["requestId"].as_str().expect("text").to_owned()
            };
            return self.tell(&format!("approve {id}"));
        }
        self.tell(step)
    }
}

#[test]
fn an_approval_is_not_lost_in_a_race_either() {
    for round in 0..40u64 {
        let mut gateway = Gateway::start();
        gateway.step("connect D operator.read");
        gateway.step("connect D operator.approvals");
        let (id, dir, now) =
            (gateway.asked("operator.approvals"), gateway.dir.path().to_path_buf(), gateway.now);
        let other = std::thread::spawn(move || {
            let (pending, paired) = approved(&dir, &id, now);
            let mut pair = [("pending.json", pending), ("paired.json", paired)];
            if round % 2 == 1 {
                pair.reverse();
            }
            pair.iter().for_each(|(name, file)| write(&dir, name, file));
        });
        let mut told = Vec::new();
        for at in 0..(3 + round % 5) {
            told.push(gateway.tell(&format!("connect D{at} operator.read")));
        }
        other.join().expect("no panic");
        told.push(gateway.tell("connect D operator.approvals"));
        assert!(told[told.len() - 1][0].starts_with("admitted"), "round {round}: {told:#?}");
        let devices = gateway.state().iter().filter(|line| line.starts_with("device")).count();
        assert_eq!(devices as u64, 4 + round % 5, "round {round}: no first contact is lost");
    }
}

impl Gateway {
    pub(crate) fn request_of(&self, name: &str) -> String {
        let pending = read(self.dir.path(), "pending.json");
        let found =
            pending.as_object().expect("an object").values().find(|ask| ask["deviceId"] == device_id(name));
        found.expect("it is pending")["requestId"].as_str().expect("text").to_owned()
    }
}
