//! `devices approve --state-dir`: the owner's way back, where no device is let in any more.

use std::path::Path;
use std::process::{Command as Process, Output};

use provoke::gateway::fresh::Fresh;
use provoke::gateway::pairing::{Answer, By, Command, Store};
use provoke::io::fresh::wall_ms;
use provoke::io::gateway::store::{OpenClawFiles, Options, Sqlite};

use super::own_key;
use crate::gateway::pairing::script::local;

fn connect(scopes: &[&str]) -> Command {
    let mut connect = local("own", scopes);
    connect.claim.device_id = own_key().device_id();
    connect.claim.public_key = own_key().public_key();
    Command::Connect(Box::new(connect))
}

fn approve(folder: &Path, args: &[&str]) -> (Output, String) {
    let mut command = Process::new(env!("CARGO_BIN_EXE_provoke"));
    command.env_clear().env("HOME", folder).current_dir(folder);
    let done = command.args(["devices", "approve", "--state-dir", "state"]).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&[&done.stdout[..], &done.stderr].concat()).into_owned();
    (done, said)
}

/// Pairs a device, removes it by another hand, and lets the owner bring it back.
fn way_back(folder: &Path, open: impl Fn() -> Box<dyn Store>) {
    let mut chance = 0;
    let mut transact = |command: &Command| {
        chance += 1;
        open().transact(wall_ms(), Fresh([chance; 32]), command).answer
    };
    assert!(matches!(transact(&connect(&["operator.read"])), Answer::Admitted { .. }));
    let by = By { device_id: Some("another".to_owned()), scopes: vec!["operator.admin".to_owned()] };
    let removal = Command::Remove { device_id: own_key().device_id(), by };
    assert!(matches!(transact(&removal), Answer::Payload(_)));
    let Answer::Refused(refusal) = transact(&connect(&["operator.read"])) else {
        panic!("a removed device is not let in silently")
    };
    let details = refusal.details.unwrap();
    let id = details["requestId"].as_str().unwrap();
    let (done, said) = approve(folder, &[]);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("Selected pending device request {id}")), "{said}");
    let (done, said) = approve(folder, &["nope"]);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("unknown requestId"), "{said}");
    let (done, said) = approve(folder, &[id]);
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert!(said.contains(&format!("Approved {} ({id})", own_key().device_id())), "{said}");
    assert!(matches!(transact(&connect(&["operator.read"])), Answer::Admitted { .. }));
}

#[test]
fn the_owner_approves_in_openclaws_files() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    way_back(folder.path(), || Box::new(OpenClawFiles::open(&state, Options::default()).unwrap()));
}

#[test]
fn the_owner_approves_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("state/gateway.sqlite");
    std::fs::create_dir_all(folder.path().join("state")).unwrap();
    way_back(folder.path(), || Box::new(Sqlite::open(&database, Options::default()).unwrap()));
}

#[test]
fn a_folder_without_a_store_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (done, said) = approve(folder.path(), &["some-id"]);
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("it holds no pairing store"), "{said}");
    assert!(!folder.path().join("state").exists());
}
