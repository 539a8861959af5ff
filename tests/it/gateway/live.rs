//! `devices approve --device` against the real OpenClaw 2026.4.12, under the loop that makes it
//! impossible by hand: a device paired for reading, whose clients ask for other scopes all the time.
//!
//! It runs where `PROVOKE_OPENCLAW` names the program.
#![expect(clippy::disallowed_methods, reason = "these tests run programs on folders of their own")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use provoke::config::Secret;
use provoke::gateway::client::connect::{Credentials, Greeting, Persona};
use provoke::gateway::client::endpoint::{Wish, resolve};
use provoke::gateway::client::key::DeviceKey;
use provoke::io::client::{Link, platform};
use serde_json::{Value, json};

const TOKEN: &str = "example-gateway-token-of-a-test";
/// How often the command must win, of as many tries.
const TRIES: usize = 10;
/// From one attempt of a client to the next.
const BEAT: Duration = Duration::from_secs(1);

/// The clients that share the device's key, and what each asks for.
const CLIENTS: [&[&str]; 4] = [
    &["operator.approvals"],
    &["operator.write"],
    &["operator.read", "operator.pairing"],
    &["operator.talk.secrets"],
];

/// The real gateway, in a folder and on a port of its own.
struct Real {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Drop for Real {
    fn drop(&mut self) {
        // The launcher has a child of its own: the group is ours.
        let _ = Command::new("kill").args(["--", &format!("-{}", self.child.id())]).status();
        let _ = self.child.wait();
    }
}

impl Real {
    /// Starts it and waits until it is live; `None` where it is not installed.
    fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("PROVOKE_OPENCLAW") else {
            eprintln!("skipped: live: PROVOKE_OPENCLAW does not name the OpenClaw command line");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = json!({
            "gateway": {"mode": "local", "port": port, "bind": "loopback", "auth": {"mode": "token", "token": TOKEN}},
            "discovery": {"mdns": {"mode": "off"}}, "update": {"checkOnStart": false},
        });
        std::fs::write(folder.path().join("openclaw.json"), config.to_string()).unwrap();
        let log = std::fs::File::create(folder.path().join("gateway.log")).unwrap();
        let mut command = Command::new(program);
        environment(&mut command, folder.path());
        command.args(["gateway", "--port", &port.to_string(), "--allow-unconfigured"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().unwrap();
        let real = Self { child, folder, port };
        for _ in 0..240 {
            if real.is_live() {
                return Some(real);
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        panic!("the gateway did not come up: {}", real.folder.path().display());
    }

    fn is_live(&self) -> bool {
        use std::io::{Read, Write};
        let Ok(mut socket) = std::net::TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let asked = socket.write_all(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok() && socket.read_to_string(&mut answer).is_ok() && answer.contains("\"live\"")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn file(&self, name: &str) -> Value {
        let text = std::fs::read(self.state().join("devices").join(name)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The device is paired for reading, and nothing waits.
    fn seed(&self, key: &DeviceKey) {
        let (id, devices) = (key.device_id(), self.state().join("devices"));
        std::fs::create_dir_all(&devices).unwrap();
        std::fs::create_dir_all(self.state().join("identity")).unwrap();
        std::fs::write(self.state().join("identity/device.json"), key.to_file(1)).unwrap();
        let read = json!(["operator.read"]);
        let record = json!({
            "deviceId": id, "publicKey": key.public_key(), "platform": platform(), "clientId": "cli",
            "clientMode": "cli", "role": "operator", "roles": ["operator"], "scopes": read,
            "approvedScopes": read, "createdAtMs": 1, "approvedAtMs": 1,
            "tokens": {"operator": {"token": "A".repeat(43), "role": "operator", "scopes": read, "createdAtMs": 1}},
        });
        std::fs::write(devices.join("pending.json"), "{}").unwrap();
        std::fs::write(devices.join("paired.json"), json!({id: record}).to_string()).unwrap();
    }

    fn provoke(&self, args: &[&str]) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
        environment(&mut command, self.folder.path());
        command.args(args).stdin(Stdio::null()).output().unwrap()
    }
}

/// An environment of its own, with little of ours.
fn environment(command: &mut Command, folder: &Path) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", folder).env("NO_COLOR", "1").env("TMPDIR", folder);
    command.env("OPENCLAW_STATE_DIR", folder.join("state"));
    command.env("OPENCLAW_CONFIG_PATH", folder.join("openclaw.json"));
}

/// One client: asks, is refused or let in, and asks again after a beat.
async fn client(port: u16, key: Arc<DeviceKey>, scopes: &'static [&'static str]) {
    let mut beat = tokio::time::interval(BEAT);
    loop {
        beat.tick().await;
        attempt(port, &key, scopes).await;
    }
}

/// Asks once.
async fn attempt(port: u16, key: &Arc<DeviceKey>, scopes: &[&str]) {
    let wish =
        Wish { url: Some(format!("ws://127.0.0.1:{port}")), token: Some(Secret::new(TOKEN)), password: None };
    let (endpoint, credentials) = resolve(&wish, &[].into(), &Value::Null, "none").unwrap();
    let greeting = Greeting {
        persona: Persona {
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..Persona::backend("exec.approval.list")
        },
        credentials: Credentials::clone(&credentials),
        key: Arc::clone(key),
        platform: platform(),
        instance_id: "a-client-in-a-loop".to_owned(),
    };
    if let Ok((link, _)) = Link::open(&endpoint, greeting, Duration::from_secs(5)).await {
        link.close().await;
    }
}

/// Runs a command of ours under the loop; what was granted to the device, and what it said.
async fn under_the_loop(real: &Real, key: &Arc<DeviceKey>, args: &[&str]) -> (Vec<String>, String) {
    real.seed(key);
    let clients: Vec<_> =
        CLIENTS.iter().map(|scopes| tokio::spawn(client(real.port, Arc::clone(key), scopes))).collect();
    // The loop is on once the request of all four is there, and has changed its id once.
    let mut ids = std::collections::BTreeSet::new();
    let mut beats = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..3000 {
        let pending = real.file("pending.json");
        ids.extend(pending.as_object().into_iter().flatten().map(|(id, _)| id.clone()));
        if ids.len() > CLIENTS.len() {
            break;
        }
        beats.tick().await;
    }
    assert!(ids.len() > CLIENTS.len(), "the loop does not churn: {ids:?}");
    let done = tokio::task::block_in_place(|| real.provoke(args));
    clients.iter().for_each(tokio::task::JoinHandle::abort);
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert_eq!(done.status.code(), Some(0), "{said}");
    let paired = real.file("paired.json");
    let devices: Vec<&String> = paired.as_object().unwrap().keys().collect();
    assert_eq!(devices, [&key.device_id()], "the scratch device is gone\n{said}");
    let scopes = paired[key.device_id()]["approvedScopes"].as_array().unwrap().iter();
    let mut scopes: Vec<String> = scopes.map(|scope| scope.as_str().unwrap().to_owned()).collect();
    scopes.sort();
    assert!(!said.contains(TOKEN), "{said}");
    (scopes, said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_approval_by_device_never_loses() {
    let Some(real) = Real::start() else { return };
    let key = Arc::new(DeviceKey::from_seed(&[42; 32]));
    let device = key.device_id();
    for attempt in 1..=TRIES {
        let (scopes, said) = under_the_loop(&real, &key, &["devices", "approve", "--device", &device]).await;
        assert!(scopes.contains(&"operator.approvals".to_owned()), "{scopes:?}\n{said}");
        assert!(said.contains(&format!("Approved {device} (")), "{said}");
        eprintln!("shown first   {attempt:2}/{TRIES}: {scopes:?}");
    }
    for attempt in 1..=TRIES {
        let narrow = ["devices", "approve", "--device", &device, "--scopes", "operator.approvals"];
        let (scopes, said) = under_the_loop(&real, &key, &narrow).await;
        assert_eq!(scopes, ["operator.approvals", "operator.read"], "nothing beyond\n{said}");
        eprintln!("narrowed      {attempt:2}/{TRIES}: {scopes:?}");
    }
}

/// The stock command always loses here: it connects by the key whose request it approves, which
/// replaces that request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_approval_by_id_does_not_spoil_what_it_approves() {
    let Some(real) = Real::start() else { return };
    let key = Arc::new(DeviceKey::from_seed(&[43; 32]));
    for _ in 0..3 {
        real.seed(&key);
        attempt(real.port, &key, &["operator.approvals"]).await;
        let pending = real.file("pending.json");
        let id = pending.as_object().unwrap().keys().next().expect("a request waits");
        let (listed, done) = tokio::task::block_in_place(|| {
            (real.provoke(&["devices", "list"]), real.provoke(&["devices", "approve", id]))
        });
        let said = String::from_utf8_lossy(&[listed.stdout, done.stdout, done.stderr].concat()).into_owned();
        assert_eq!(done.status.code(), Some(0), "{said}");
        assert!(said.contains(&format!("Approved {} ({id})", key.device_id())), "{said}");
        let paired = real.file("paired.json");
        assert_eq!(paired.as_object().unwrap().len(), 1, "the scratch device is gone\n{said}");
        assert_eq!(paired[key.device_id()]["approvedScopes"], json!(["operator.read", "operator.approvals"]));
    }
}
