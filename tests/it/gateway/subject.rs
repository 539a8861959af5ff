//! A gateway as a process of its own: ours, or the real one where it is installed.
#![expect(clippy::disallowed_methods, reason = "these tests run programs on folders of their own")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::guest::Key;

/// The shared token of every gateway under test.
pub(crate) const TOKEN: &str = "the-shared-token-of-the-tests-0123456789";

/// How long a gateway may take to listen; the real one needs seconds.
const START: Duration = Duration::from_secs(60);

/// A wall clock that can be set while a gateway runs: libfaketime, and the file that it obeys.
#[derive(Clone)]
pub(crate) struct WallClock {
    pub(crate) library: PathBuf,
    pub(crate) file: PathBuf,
}

/// Which gateway.
#[derive(Clone)]
pub(crate) enum Make {
    /// Ours, with switches such as `pairing.localUpgrade=ask`.
    Ours(Vec<String>),
    /// Ours, its wall clock told by a file.
    Dated(WallClock),
    /// The real one: the path of its command line.
    OpenClaw(PathBuf),
}

/// The real command line, where `PROVOKE_OPENCLAW` names it; says so on stderr where it does not.
pub(crate) fn openclaw(test: &str) -> Option<PathBuf> {
    let found = std::env::var_os("PROVOKE_OPENCLAW").map(PathBuf::from).filter(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: {test}: PROVOKE_OPENCLAW does not name the OpenClaw command line");
    }
    found
}

/// A running gateway and its state folder.
pub(crate) struct Subject {
    child: Child,
    pub(crate) port: u16,
    home: tempfile::TempDir,
    make: Make,
}

impl Subject {
    /// Starts a gateway on a fresh state folder.
    pub(crate) fn start(make: &Make) -> Self {
        Self::configured(make, &json!({"auth": {"mode": "token", "token": TOKEN}}))
    }

    /// The same with a `gateway` part of one's own.
    pub(crate) fn configured(make: &Make, gateway: &Value) -> Self {
        // In memory where the system has such a folder: what is tried here is not the disk.
        let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        let port = free_port();
        let mut config =
            json!({"gateway": {"mode": "local", "bind": "loopback"}, "update": {"checkOnStart": false}});
        let part = config["gateway"].as_object_mut().expect("an object");
        part.extend(gateway.as_object().expect("an object").clone());
        std::fs::create_dir_all(home.path().join("state")).expect("a folder");
        std::fs::write(home.path().join("state/openclaw.json"), config.to_string()).expect("a file");
        let child = spawn(make, port, home.path());
        let subject = Self { child, port, home, make: make.clone() };
        subject.wait();
        subject
    }

    /// The state folder.
    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Makes the key of a name the one of this gateway's user, as the stock command line keeps it.
    pub(crate) fn own_key(&self, name: &str) -> Key {
        let key = Key::named(name);
        let folder = self.state().join("identity");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("device.json"), key.file().to_string()).expect("a file");
        // The token of the key before is of no use to this one.
        let _ = std::fs::remove_file(folder.join("device-auth.json"));
        key
    }

    /// A command with the environment of this gateway's user.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        environment(&mut command, self.port, self.home.path());
        command
    }

    /// Ends it at once and starts it anew on the same folder and port.
    pub(crate) fn restart(&mut self) {
        self.kill();
        self.child = spawn(&self.make, self.port, self.home.path());
        self.wait();
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        // The real one runs as a child of its own starter: the whole group must go. It may have
        // ended by itself; then there is nothing to kill.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }

    fn wait(&self) {
        let began = Instant::now();
        while !answers(self.port) {
            assert!(began.elapsed() < START, "the gateway does not listen on {}", self.port);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether `GET /health` is answered.
fn answers(port: u16) -> bool {
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let request = format!("GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    std::io::Write::write_all(&mut stream, request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

fn environment(command: &mut Command, port: u16, home: &Path) {
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home).env("TMPDIR", home).env("NO_COLOR", "1").env("COLUMNS", "120");
    command.env("OPENCLAW_STATE_DIR", home.join("state"));
    command.env("OPENCLAW_CONFIG_PATH", home.join("state/openclaw.json"));
    command.env("OPENCLAW_GATEWAY_PORT", port.to_string());
}

fn spawn(make: &Make, port: u16, home: &Path) -> Child {
    let mut command = match make {
        Make::Ours(switches) => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
            command.args(["gateway", "run"]);
            command.args(switches.iter().flat_map(|switch| ["--set", switch]));
            command
        }
        Make::Dated(_) => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
            command.args(["gateway", "run"]);
            command
        }
        Make::OpenClaw(path) => {
            let mut command = Command::new(path);
            command.arg("gateway");
            command
        }
    };
    environment(&mut command, port, home);
    if let Make::Dated(clock) = make {
        command.env("LD_PRELOAD", &clock.library).env("FAKETIME_TIMESTAMP_FILE", &clock.file);
        // Only the wall clock steps, at once, and not for files.
        command.envs([("FAKETIME_NO_CACHE", "1"), ("DONT_FAKE_MONOTONIC", "1"), ("NO_FAKE_STAT", "1")]);
    }
    command.args(["--port", &port.to_string()]);
    command.process_group(0);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    // What it says is read, so that it never waits for a reader; a test that fails shows it.
    let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    std::thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(|line| eprintln!("| {line}")));
    child
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
