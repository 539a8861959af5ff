//! `provoke gateway run` as a program.
#![expect(clippy::disallowed_methods, reason = "these tests run a program on files")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::json;

use super::{Client, SIX, TOKEN, connect, dial};

fn gateway(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
    command.args(["gateway", "run"]).args(args);
    command.current_dir(folder).env_clear().env("HOME", folder).env("TMPDIR", folder).stdin(Stdio::null());
    command
}

/// A program that is ended with the test, whatever happens.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStderr>>,
}

impl Running {
    /// With a folder for its state and everything else, on a port of its own choice.
    fn on(folder: &Path) -> Self {
        let state = folder.to_str().expect("a path");
        Self::start(gateway(folder, &["--port", "0", "--state-dir", state]))
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        Self { child, lines }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().is_ok_and(|done| done.success()));
    }

    /// Reads its lines up to the one that has this part.
    fn line(&mut self, part: &str) -> String {
        let mut seen = Vec::new();
        for line in self.lines.by_ref().map_while(Result::ok) {
            if line.contains(part) {
                return line;
            }
            seen.push(line);
        }
        panic!("it ended without `{part}`: {seen:#?}");
    }

    fn port(&mut self) -> u16 {
        let line = self.line("listening on ws://127.0.0.1:");
        let (_, rest) = line.split_once("ws://127.0.0.1:").expect("it was found");
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a port")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config(folder: &Path, token: &str) {
    let text = format!("{{ gateway: {{ mode: 'local', auth: {{ token: '{token}' }} }} }}");
    std::fs::write(folder.join("openclaw.json"), text).expect("a file");
}

/// A socket on which a device, made of one byte, has asked to be let in.
async fn asking(port: u16, device: u8) -> Client {
    let (mut client, _) = dial(([127, 0, 0, 1], port).into(), "/").await.expect("it listens");
    let nonce = client.json().await["payload"]["nonce"].as_str().expect("a nonce").to_owned();
    client.send(&connect(device, &nonce, &SIX, "operator", json!({"token": TOKEN}))).await;
    client
}

async fn guest(port: u16) -> Client {
    let mut client = asking(port, 1).await;
    assert_eq!(client.json().await["payload"]["type"], "hello-ok");
    client
}

#[tokio::test]
async fn it_listens_takes_a_new_secret_in_and_stops_when_it_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    config(folder.path(), TOKEN);
    let mut running = Running::on(folder.path());
    let port = running.port();
    let mut client = guest(port).await;
    config(folder.path(), "a-secret-of-another-length");
    assert_eq!(client.closed().await, (4001, "gateway auth changed".to_owned()));
    config(folder.path(), TOKEN);
    running.line("config changed");
    running.line("config changed");
    let mut client = guest(port).await;
    running.signal("-TERM");
    assert_eq!(client.event("shutdown").await["payload"]["reason"], "gateway stopping");
    assert_eq!(client.closed().await, (1012, "service restart".to_owned()));
    assert!(client.next().await.is_none());
    let ended = running.child.wait().expect("it ends");
    assert_eq!(ended.code(), Some(0));
}

/// The program, told to stop, ends by itself.
async fn ends(running: &mut Running, signal: &str) -> Option<i32> {
    running.signal(signal);
    let ended = async {
        loop {
            if let Some(status) = running.child.try_wait().expect("it is ours") {
                return status.code();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(super::PATIENCE, ended).await.expect("it ends")
}

#[tokio::test]
async fn nobody_need_read_what_it_says_on_stderr() {
    let folder = tempfile::tempdir().expect("a folder");
    config(folder.path(), TOKEN);
    let mut running = Running::on(folder.path());
    let port = running.port();
    let mut client = guest(port).await;
    // More than a pipe holds.
    for round in 0..1000 {
        assert_eq!(client.call(&format!("no.such.method.{round}"), json!({})).await["ok"], false);
    }
    drop(client);
    assert_eq!(ends(&mut running, "-TERM").await, Some(0));
    let log = std::fs::read_dir(folder.path().join("openclaw")).expect("a log").next().expect("a file");
    let log = std::fs::read_to_string(log.expect("a file").path()).expect("text");
    assert!(log.contains("no.such.method.999 ") && log.contains("stopping"), "{}", log.len());
}

#[tokio::test]
async fn it_ends_although_another_process_holds_its_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    config(folder.path(), TOKEN);
    let mut running = Running::on(folder.path());
    let port = running.port();
    drop(guest(port).await);
    let lock = std::fs::File::open(folder.path().join("devices/provoke.lock")).expect("a lock");
    lock.lock().expect("nobody has it");
    let mut waiting = Vec::new();
    for device in 2..8 {
        waiting.push(asking(port, device).await);
    }
    drop(waiting);
    // One question waits as long as it may, the others no more.
    assert_eq!(ends(&mut running, "-TERM").await, Some(0));
}

#[test]
fn a_pipe_in_the_place_of_its_config_does_not_hold_it_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().to_str().expect("a path");
    let path = folder.path().join("openclaw.json");
    assert!(Command::new("mkfifo").arg(&path).status().is_ok_and(|done| done.success()));
    let done = gateway(folder.path(), &["--state-dir", state]).output().expect("it starts");
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.code() == Some(3) && words.contains("it is no plain file"), "{words}");
}

#[test]
fn nor_does_one_in_the_place_of_its_identity() {
    let folder = tempfile::tempdir().expect("a folder");
    config(folder.path(), TOKEN);
    std::fs::create_dir(folder.path().join("identity")).expect("a folder");
    let path = folder.path().join("identity/device.json");
    assert!(Command::new("mkfifo").arg(&path).status().is_ok_and(|done| done.success()));
    let mut running = Running::on(folder.path());
    let line = running.line("identity/device.json");
    assert!(line.contains("it is no plain file"), "{line}");
}

#[test]
fn what_it_cannot_do_it_says_with_the_right_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().to_str().expect("a path");
    let told = |args: &[&str]| {
        let done = gateway(folder.path(), args).output().expect("it starts");
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let named = |more: &[&str]| told(&[&["--state-dir", state], more].concat());
    let (code, words) = named(&[]);
    assert!(code == Some(2) && words.contains("--allow-unconfigured"), "{code:?} {words}");
    let (code, words) = named(&["--bind", "lan"]);
    assert!(code == Some(2) && words.contains("not supported by provoke yet"), "{code:?} {words}");
    let (code, words) = named(&["--allow-unconfigured", "--set", "pairing.localUprgade=ask"]);
    assert!(code == Some(2) && words.contains("did you mean `pairing.localUpgrade`?"), "{code:?} {words}");
    std::fs::write(folder.path().join("openclaw.json"), "{gateway:{mode:'local',auth:{mode:'tokn'}}}")
        .expect("a file");
    let (code, words) = named(&[]);
    assert!(code == Some(2) && words.contains("openclaw.json:1:35"), "{code:?} {words}");
    config(folder.path(), TOKEN);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("it is bound").port().to_string();
    let (code, words) = named(&["--port", &port]);
    assert!(code == Some(3) && words.contains("cannot listen") && words.contains(&port), "{code:?} {words}");
    assert!(!words.contains(TOKEN));
}

#[tokio::test]
async fn a_limit_on_files_is_a_write_that_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    config(folder.path(), TOKEN);
    let mut command = Command::new("sh");
    // Blocks of 512 or 1024 bytes: little for a log, and enough to start.
    command.args(["-c", "ulimit -f 8; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_provoke"), "gateway", "run"]);
    command.args(["--port", "0", "--state-dir"]).arg(folder.path());
    command.env_clear().env("HOME", folder.path()).env("TMPDIR", folder.path()).stdin(Stdio::null());
    let mut running = Running::start(command);
    let port = running.port();
    let mut client = guest(port).await;
    for _ in 0..100 {
        assert_eq!(client.call("no.such.method", json!({})).await["ok"], false);
    }
    running.line("the gateway goes on");
    assert_eq!(client.call("health", json!({})).await["ok"], true);
}

#[test]
fn pairings_that_cannot_be_read_are_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    config(folder.path(), TOKEN);
    std::fs::create_dir(folder.path().join("devices")).expect("a folder");
    std::fs::write(folder.path().join("devices/paired.json"), "{").expect("a file");
    let mut running = Running::on(folder.path());
    let line = running.line("the pairing store cannot be used");
    assert!(line.contains("devices/paired.json:1:1") && line.contains("repair or restore it"), "{line}");
}

#[test]
fn without_a_secret_it_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut running = Running::start(gateway(folder.path(), &["--port", "0", "--allow-unconfigured"]));
    let listening = running.line("listening on ws://127.0.0.1:");
    assert!(listening.contains(".local/state/provoke/gateway.sqlite"), "{listening}");
    let line = running.line("no token is configured");
    assert!(line.contains("OPENCLAW_GATEWAY_TOKEN"), "{line}");
}

#[tokio::test]
async fn a_relative_folder_is_named_by_its_whole_path() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("here")).expect("a folder");
    config(&folder.path().join("here"), TOKEN);
    let mut running = Running::start(gateway(folder.path(), &["--port", "0", "--state-dir", "./here"]));
    let line = running.line("listening on ws://127.0.0.1:");
    let state = folder.path().join("here");
    let (config, pairings) = (state.join("openclaw.json"), state.join("devices"));
    let said = format!("config {}, pairings in {})", config.display(), pairings.display());
    assert!(line.contains(&said), "{line} has no {said}");
    let (_, rest) = line.split_once("ws://127.0.0.1:").expect("it was found");
    let port = rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a port");
    let mut client = asking(port, 1).await;
    let hello = client.json().await;
    assert_eq!(hello["payload"]["snapshot"]["stateDir"], state.to_str().expect("a path"));
}
