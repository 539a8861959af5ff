//! The shell on real loopback sockets, with a client of another make.

mod handshake;
mod hostile;
mod http;
mod models;
mod program;
mod service;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures_util::{SinkExt, StreamExt};
use provoke::config::Secret;
use provoke::gateway::identity::{Signed, device_id, public_text, sign_v3};
use provoke::gateway::pairing::{Policy, ServerKey};
use provoke::gateway::settings::{AuthMode, Limits, Settings};
use provoke::io::gateway::store::{Memory, NodesInMemory};
use provoke::io::gateway::{NoErrands, Server, World};
use provoke::io::router::Models;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::desk;
pub(crate) use super::pairing::script::SIX;

/// The shared token of all these gateways.
pub(crate) const TOKEN: &str = "open-sesame-open-sesame";

/// Nothing here waits longer; what does has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway in memory, and what it logged.
struct Rig {
    server: Server,
    log: Arc<Mutex<Vec<String>>>,
}

fn settings(limits: Limits) -> Settings {
    Settings { auth: AuthMode::Token(Some(Secret::new(TOKEN))), port: 0, limits, ..desk::settings() }
}

impl Rig {
    async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> Self {
        Self::logging(limits, |_| {}).await
    }

    /// One whose log is heard line by line.
    async fn logging(limits: Limits, hear: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self::start(settings(limits), None, hear).await
    }

    /// One with these settings, which answers for these models.
    async fn start(
        settings: Settings,
        models: Option<Arc<Models>>,
        hear: impl Fn(&str) + Send + Sync + 'static,
    ) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        let store = Memory::new(ServerKey([7; 32]), Policy::default());
        let world = World {
            models,
            store: Box::new(store),
            nodes: Box::new(NodesInMemory::default()),
            errands: Arc::new(NoErrands),
            log: Arc::new(move |line| {
                lines.lock().expect("no panic").push(line.message.clone());
                hear(&line.message);
            }),
        };
        let server = Server::start(settings, world).await.expect("a free port");
        Self { server, log }
    }

    /// Upgrades a new connection at a path.
    async fn dial(&self, path: &str) -> Result<(Client, Response), Error> {
        dial(([127, 0, 0, 1], self.server.port).into(), path).await
    }

    fn logged(&self, part: &str) -> bool {
        self.log.lock().expect("no panic").iter().any(|line| line.contains(part))
    }

    async fn tcp(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.server.port)).await.expect("it listens")
    }

    /// A socket that was challenged, and the nonce.
    async fn challenged(&self) -> (Client, String) {
        let (mut client, _) = self.dial("/").await.expect("an upgrade");
        let challenge = client.json().await;
        assert_eq!(challenge["event"], "connect.challenge");
        let nonce = challenge["payload"]["nonce"].as_str().expect("a nonce").to_owned();
        (client, nonce)
    }

    /// A socket that was let in, and its hello-ok. The device is made of one byte.
    async fn guest(&self, device: u8, scopes: &[&str]) -> (Client, Value) {
        let (mut client, nonce) = self.challenged().await;
        client.send(&connect(device, &nonce, scopes, "operator", json!({"token": TOKEN}))).await;
        let hello = client.json().await;
        assert_eq!(hello["payload"]["type"], "hello-ok", "{hello}");
        (client, hello["payload"].clone())
    }
}

/// A client's socket.
struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn send(&mut self, frame: &Value) {
        self.say(&frame.to_string()).await;
    }

    async fn say(&mut self, text: &str) {
        timeout(PATIENCE, self.0.send(Message::text(text))).await.expect("in time").expect("it is open");
    }

    /// Sends the same until nobody takes it any more, which is before it was sent so often.
    async fn flood(&mut self, message: &Message, patience: Duration, most: usize) {
        let mut sent = 0;
        while timeout(patience, self.0.send(message.clone())).await.is_ok_and(|sent| sent.is_ok()) {
            sent += 1;
            assert!(sent < most, "somebody keeps all of this");
        }
    }

    async fn next(&mut self) -> Option<Message> {
        let next = timeout(PATIENCE, self.0.next()).await.expect("something comes in time")?;
        Some(next.expect("the socket speaks the protocol"))
    }

    /// The next text, as JSON.
    async fn json(&mut self) -> Value {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(text.as_str()).expect("JSON"),
            other => panic!("{other:?} is no text"),
        }
    }

    /// The next event of a name; others are passed over.
    async fn event(&mut self, name: &str) -> Value {
        loop {
            let frame = self.json().await;
            if frame["event"] == name {
                return frame;
            }
        }
    }

    /// Calls a method; events that come meanwhile are passed over.
    async fn call(&mut self, method: &str, params: Value) -> Value {
        self.send(&json!({"type": "req", "id": method, "method": method, "params": params})).await;
        loop {
            let frame = self.json().await;
            if frame["type"] == "res" && frame["id"] == method {
                return frame;
            }
        }
    }

    /// The close frame; whatever comes before is passed over.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.next().await {
                Some(Message::Close(Some(CloseFrame { code, reason }))) => {
                    return (code.into(), reason.as_str().to_owned());
                }
                Some(Message::Close(None)) | None => panic!("closed without a code"),
                Some(_) => {}
            }
        }
    }
}

/// A signed `connect`.
#[expect(clippy::disallowed_methods, reason = "a signature is of the real time")]
pub(crate) fn connect(device: u8, nonce: &str, scopes: &[&str], role: &str, auth: Value) -> Value {
    let key = SigningKey::from_bytes(&[device; 32]);
    let id = device_id(key.verifying_key().as_bytes());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let signed_at = u64::try_from(now.as_millis()).expect("before the end of time");
    let owned: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
    let token = auth["token"].as_str().or_else(|| auth["deviceToken"].as_str()).unwrap_or_default();
    let signed = Signed {
        device_id: &id,
        client_id: "cli",
        client_mode: "cli",
        role,
        scopes: &owned,
        signed_at_ms: signed_at,
        token,
        nonce,
        platform: "linux",
        device_family: "",
    };
    let mut frame = json!({"type": "req", "id": "c", "method": "connect", "params": {
        "minProtocol": 3, "maxProtocol": 3, "role": role, "scopes": scopes,
        "client": {"id": "cli", "version": "2026.4.12", "platform": "linux", "mode": "cli"},
        "device": {
            "id": id, "publicKey": public_text(&key.verifying_key()), "signature": sign_v3(&key, &signed),
            "signedAt": signed_at, "nonce": nonce,
        },
    }});
    frame["params"]["auth"] = auth;
    frame
}

/// Upgrades a new connection, by a client of another make.
async fn dial(address: SocketAddr, path: &str) -> Result<(Client, Response), Error> {
    upgrade(TcpStream::connect(address).await?, path).await
}

async fn upgrade(tcp: TcpStream, path: &str) -> Result<(Client, Response), Error> {
    let url = format!("ws://{}{path}", tcp.peer_addr()?);
    let (socket, answer) = client_async(url, tcp).await?;
    Ok((Client(socket), answer))
}
