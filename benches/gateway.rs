//! Claim: what a connect costs the gateway, from the upgrade to hello-ok, is at most three times what a
//! bare WebSocket server pays to upgrade, check one signature and echo one frame.
//!
//! Both run as processes of their own, and what is counted is the processor time of that process: the
//! client's share is in neither. `connect` is ours with a paired device and OpenClaw's files; `bare` is
//! tungstenite, one strict check of an Ed25519 signature and one echoed frame of a connect's size.
#![expect(clippy::disallowed_methods, reason = "it starts processes and reads what they cost")]

use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use criterion::Criterion;
use ed25519_dalek::{Signer as _, SigningKey};
use futures_util::{SinkExt as _, StreamExt as _};
use provoke::config::Secret;
use provoke::gateway::client::connect::{Credentials, Greeting, Persona, params};
use provoke::gateway::client::key::DeviceKey;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

const TOKEN: &str = "the-token-of-the-bench-0123456789";

/// Says to this very program that it is to be the bare server.
const BARE: &str = "PROVOKE_BENCH_BARE";

/// What is signed in the bare server: as long as the payload of a connect.
const SIGNED: [u8; 260] = [b'x'; 260];

/// Upgrades, checks one signature per frame, echoes.
async fn serve_bare() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    eprintln!("listening on ws://{}", listener.local_addr().expect("an address"));
    let key = SigningKey::from_bytes(&[7; 32]);
    let signature = key.sign(&SIGNED);
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).expect("a socket");
        let key = key.verifying_key();
        tokio::spawn(async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await.expect("an upgrade");
            while let Some(Ok(message)) = socket.next().await {
                key.verify_strict(&SIGNED, &signature).expect("it is signed");
                if !message.is_text() || socket.send(message).await.is_err() {
                    break;
                }
            }
        });
    }
}

/// A server as a process, and the port it listens on.
struct Served {
    child: Child,
    port: u16,
}

impl Served {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let port = loop {
            let line = lines.next().expect("it listens").expect("a line");
            if let Some((_, rest)) = line.split_once("ws://127.0.0.1:") {
                break rest.chars().take_while(char::is_ascii_digit).collect::<String>();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port: port.parse().expect("a port") }
    }

    /// Processor time of all its threads so far.
    fn cost(&self) -> Duration {
        let tasks = Path::new("/proc").join(self.child.id().to_string()).join("task");
        let tasks = tasks.read_dir().expect("the process lives");
        let nanos = tasks.filter_map(|task| {
            let stat = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
            stat.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn upgrade(port: u16) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("it listens");
    stream.set_nodelay(true).expect("a socket");
    let address = format!("ws://127.0.0.1:{port}/");
    tokio_tungstenite::client_async(address, stream).await.expect("an upgrade").0
}

async fn text(socket: &mut WebSocketStream<TcpStream>) -> Value {
    let message = socket.next().await.expect("a frame").expect("whole");
    serde_json::from_str(message.to_text().expect("text")).expect("JSON")
}

fn greeting() -> Greeting {
    Greeting {
        persona: Persona::cli(),
        credentials: Credentials { token: Some(Secret::new(TOKEN)), ..Credentials::default() },
        key: Arc::new(DeviceKey::from_seed(&[9; 32])),
        platform: "linux",
        instance_id: "0d6c34fb-9b95-418f-9d6e-5890e1b8911f".to_owned(),
    }
}

/// The frame of a connect.
fn connect_frame(greeting: &Greeting, nonce: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let params = params(greeting, nonce, u64::try_from(now).expect("fits"));
    json!({"type": "req", "id": "1", "method": "connect", "params": params}).to_string()
}

async fn connect(port: u16, greeting: &Greeting) {
    let mut socket = upgrade(port).await;
    let challenge = text(&mut socket).await;
    let nonce = challenge["payload"]["nonce"].as_str().expect("a nonce");
    socket.send(Message::text(connect_frame(greeting, nonce))).await.expect("open");
    assert_eq!(text(&mut socket).await["payload"]["type"], "hello-ok");
    // A peer that leaves at once is not waited for.
    let _ = socket.close(None).await;
}

async fn echo(port: u16, greeting: &Greeting) {
    let mut socket = upgrade(port).await;
    socket.send(Message::text(connect_frame(greeting, "a-nonce"))).await.expect("open");
    assert_eq!(text(&mut socket).await["method"], "connect");
    let _ = socket.close(None).await;
}

fn ours(state: &Path) -> Served {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
    command.args(["gateway", "run", "--allow-unconfigured", "--port", "0", "--token", TOKEN, "--state-dir"]);
    Served::start(command.arg(state).env("TMPDIR", state))
}

fn benches(criterion: &mut Criterion, runtime: &Runtime) {
    let state = tempfile::tempdir().expect("a folder");
    let greeting = greeting();
    let ours = ours(state.path());
    let myself = std::env::current_exe().expect("a program");
    let bare = Served::start(Command::new(myself).env(BARE, "1"));
    // The first contact is the one that writes.
    runtime.block_on(connect(ours.port, &greeting));
    let mut group = criterion.benchmark_group("gateway");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("bare", |bencher| {
        bencher.iter_custom(|times| {
            let before = bare.cost();
            (0..times).for_each(|_| runtime.block_on(echo(bare.port, &greeting)));
            bare.cost() - before
        });
    });
    group.bench_function("connect", |bencher| {
        bencher.iter_custom(|times| {
            let before = ours.cost();
            (0..times).for_each(|_| runtime.block_on(connect(ours.port, &greeting)));
            ours.cost() - before
        });
    });
    group.finish();
}

fn main() {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    if std::env::var_os(BARE).is_some() {
        return runtime.block_on(serve_bare());
    }
    let mut criterion = Criterion::default().configure_from_args();
    benches(&mut criterion, &runtime);
    criterion.final_summary();
}
