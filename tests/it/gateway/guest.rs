//! A client of a gateway for tests, written from the protocol alone: it shares no code with the
//! gateway or with the clients under `src`, so neither can hide the other's mistake.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use ed25519_dalek::{Signer as _, SigningKey};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderName;

/// What the stock command line asks.
pub(crate) const SIX: [&str; 6] = [
    "operator.admin",
    "operator.read",
    "operator.write",
    "operator.approvals",
    "operator.pairing",
    "operator.talk.secrets",
];

/// How long a guest waits for anything before the test fails: longer than from tick to tick.
const PATIENCE: Duration = Duration::from_secs(45);

/// A device key.
#[derive(Clone)]
pub(crate) struct Key(SigningKey);

impl Key {
    /// The key of a name: the same on every run.
    pub(crate) fn named(name: &str) -> Self {
        Self(SigningKey::from_bytes(&Sha256::digest(name).into()))
    }

    pub(crate) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_bytes())
    }

    pub(crate) fn id(&self) -> String {
        Sha256::digest(self.0.verifying_key().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The key as `identity/device.json` holds it.
    pub(crate) fn file(&self) -> Value {
        let private = self.0.to_pkcs8_pem(LineEnding::LF).expect("a key");
        let public = self.0.verifying_key().to_public_key_pem(LineEnding::LF).expect("a key");
        json!({
            "version": 1, "deviceId": self.id(), "publicKeyPem": public,
            "privateKeyPem": private.as_str(), "createdAtMs": now_ms(),
        })
    }

    fn sign(&self, payload: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.0.sign(payload.as_bytes()).to_bytes())
    }
}

/// What a guest says of itself.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) key: Option<Key>,
    pub(crate) client: (String, String),
    pub(crate) role: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) auth: Value,
    pub(crate) platform: String,
    pub(crate) family: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    /// The address of this machine from which it comes; `None`: whichever the system takes.
    pub(crate) from: Option<Ipv4Addr>,
}

impl Ask {
    /// The stock command line with a key and the shared token, asking for these scopes.
    pub(crate) fn cli(key: &Key, token: &str, scopes: &[&str]) -> Self {
        Self {
            key: Some(key.clone()),
            client: ("cli".to_owned(), "cli".to_owned()),
            role: "operator".to_owned(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            auth: json!({"token": token}),
            platform: "linux".to_owned(),
            family: None,
            headers: Vec::new(),
            from: None,
        }
    }

    /// The same as another client.
    pub(crate) fn client(mut self, id: &str, mode: &str) -> Self {
        self.client = (id.to_owned(), mode.to_owned());
        self
    }

    /// The same from another address of this machine.
    pub(crate) fn from(mut self, address: Ipv4Addr) -> Self {
        self.from = Some(address);
        self
    }

    /// The same through a name that is not local: nothing about it is silent.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The parameters of `connect` for a challenge.
    pub(crate) fn params(&self, nonce: &str, now_ms: u64) -> Value {
        let (id, mode) = &self.client;
        let mut client = json!({"id": id, "mode": mode, "version": "2026.4.12", "platform": self.platform});
        if let Some(family) = &self.family {
            client["deviceFamily"] = family.as_str().into();
        }
        let mut params = json!({
            "minProtocol": 3, "maxProtocol": 3, "client": client, "caps": [],
            "role": self.role, "scopes": self.scopes, "auth": self.auth,
        });
        if let Some(key) = &self.key {
            let named = ["token", "deviceToken", "bootstrapToken"];
            let token = named.iter().find_map(|name| self.auth[*name].as_str()).unwrap_or("");
            let family = self.family.as_deref().unwrap_or("").trim().to_ascii_lowercase();
            let platform = self.platform.trim().to_ascii_lowercase();
            let payload = format!(
                "v3|{}|{id}|{mode}|{}|{}|{now_ms}|{token}|{nonce}|{platform}|{family}",
                key.id(),
                self.role,
                self.scopes.join(",")
            );
            params["device"] = json!({
                "id": key.id(), "publicKey": key.public(), "signature": key.sign(&payload),
                "signedAt": now_ms, "nonce": nonce,
            });
        }
        params
    }
}

/// A guest that was let in.
pub(crate) struct Guest {
    socket: WebSocketStream<TcpStream>,
    /// The payload of hello-ok.
    pub(crate) hello: Value,
    waiting: VecDeque<Value>,
    asked: u64,
}

/// How a connect ended.
pub(crate) enum Met {
    In(Box<Guest>),
    Refused { error: Value, code: u16, reason: String },
}

impl Met {
    pub(crate) fn guest(self) -> Guest {
        match self {
            Self::In(guest) => *guest,
            Self::Refused { error, code, reason } => panic!("refused: {error}, {code} {reason}"),
        }
    }

    /// The error of the refusal, which must be one.
    pub(crate) fn refusal(self) -> Value {
        match self {
            Self::In(guest) => panic!("let in: {}", guest.hello["auth"]["scopes"]),
            Self::Refused { error, .. } => error,
        }
    }
}

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "signatures carry the time")]
pub(crate) fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    u64::try_from(since.expect("after 1970").as_millis()).expect("fits")
}

/// A socket that was upgraded, and nothing more.
pub(crate) async fn open(port: u16, headers: &[(String, String)]) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the gateway listens");
    upgrade(stream, port, headers).await
}

/// The same from an address.
async fn open_from(port: u16, ask: &Ask) -> WebSocketStream<TcpStream> {
    let Some(from) = ask.from else { return open(port, &ask.headers).await };
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(from.into(), 0)).expect("an address of this machine");
    let to = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
    upgrade(socket.connect(to).await.expect("the gateway listens"), port, &ask.headers).await
}

async fn upgrade(stream: TcpStream, port: u16, headers: &[(String, String)]) -> WebSocketStream<TcpStream> {
    stream.set_nodelay(true).expect("a socket");
    let mut request = format!("ws://127.0.0.1:{port}/").into_client_request().expect("an address");
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a header's name");
        request.headers_mut().insert(name, value.parse().expect("a header's value"));
    }
    let opened = tokio_tungstenite::client_async(request, stream).await;
    opened.unwrap_or_else(|error| panic!("no upgrade: {error}")).0
}

/// The next frame, or the close.
async fn next(socket: &mut WebSocketStream<TcpStream>) -> Result<Value, (u16, String)> {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await.expect("an answer in time");
        match message {
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("frames are JSON")),
            Some(Ok(Message::Close(Some(close)))) => {
                return Err((close.code.into(), close.reason.to_string()));
            }
            Some(Ok(Message::Close(None))) => return Err((1005, String::new())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Err((1006, String::new())),
        }
    }
}

/// Connects as `ask` says.
pub(crate) async fn connect(port: u16, ask: &Ask) -> Met {
    connect_with(port, ask, |nonce| ask.params(nonce, now_ms())).await
}

/// Connects with parameters of the test's own making.
pub(crate) async fn connect_with(port: u16, ask: &Ask, params: impl FnOnce(&str) -> Value) -> Met {
    let mut socket = open_from(port, ask).await;
    let challenge = next(&mut socket).await.expect("a challenge");
    assert_eq!(challenge["event"], "connect.challenge");
    let nonce = challenge["payload"]["nonce"].as_str().expect("a nonce");
    let frame = json!({"type": "req", "id": "c", "method": "connect", "params": params(nonce)});
    socket.send(Message::text(frame.to_string())).await.expect("the socket is open");
    let answer = match next(&mut socket).await {
        Ok(answer) => answer,
        Err((code, reason)) => return Met::Refused { error: Value::Null, code, reason },
    };
    assert_eq!(answer["id"], "c", "{answer}");
    if answer["ok"] == true {
        let hello = answer["payload"].clone();
        return Met::In(Box::new(Guest { socket, hello, waiting: VecDeque::new(), asked: 0 }));
    }
    let (code, reason) = next(&mut socket).await.expect_err("a close after a refusal");
    Met::Refused { error: answer["error"].clone(), code, reason }
}

impl Guest {
    /// The scopes of the device token in hello-ok.
    pub(crate) fn token_scopes(&self) -> Vec<&str> {
        let scopes = self.hello["auth"]["scopes"].as_array();
        scopes.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The device token in hello-ok.
    pub(crate) fn token(&self) -> &str {
        self.hello["auth"]["deviceToken"].as_str().expect("a device token")
    }

    /// Sends a request; its answer comes by [`Self::answer`].
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> String {
        self.asked += 1;
        let id = format!("r{}", self.asked);
        let frame = json!({"type": "req", "id": id, "method": method, "params": params});
        self.socket.send(Message::text(frame.to_string())).await.expect("the socket is open");
        id
    }

    /// Waits for the answer to a request: payload or error.
    pub(crate) async fn answer(&mut self, id: &str) -> Result<Value, Value> {
        let frame = self.wait(|frame| frame["type"] == "res" && frame["id"] == id).await;
        if frame["ok"] == true { Ok(frame["payload"].clone()) } else { Err(frame["error"].clone()) }
    }

    /// Waits for an answer to whatever was asked: to which, and payload or error.
    pub(crate) async fn any_answer(&mut self) -> (String, Result<Value, Value>) {
        let frame = self.wait(|frame| frame["type"] == "res").await;
        let id = frame["id"].as_str().expect("an id").to_owned();
        (id, if frame["ok"] == true { Ok(frame["payload"].clone()) } else { Err(frame["error"].clone()) })
    }

    /// Asks, and waits.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params).await;
        self.answer(&id).await
    }

    /// Waits for an event of a name; its payload.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        let frame = self.wait(|frame| frame["type"] == "event" && frame["event"] == name).await;
        frame["payload"].clone()
    }

    /// Waits for an event of a name; its number and its payload.
    pub(crate) async fn numbered(&mut self, name: &str) -> (u64, Value) {
        let frame = self.wait(|frame| frame["type"] == "event" && frame["event"] == name).await;
        (frame["seq"].as_u64().expect("a number"), frame["payload"].clone())
    }

    /// Whether an event of a name has come that nobody waited for.
    pub(crate) fn heard(&self, name: &str) -> bool {
        self.waiting.iter().any(|frame| frame["event"] == name)
    }

    /// The first frame that is wanted; others wait.
    async fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.waiting.iter().position(&wanted) {
            return self.waiting.remove(at).expect("it was just found");
        }
        loop {
            match next(&mut self.socket).await {
                Ok(frame) if wanted(&frame) => return frame,
                Ok(frame) => self.waiting.push_back(frame),
                Err((code, reason)) => panic!("closed while waiting: {code} {reason}"),
            }
        }
    }

    /// Waits for an event of a name and reads nothing else, so that ten thousand can listen; `None`
    /// where the socket is closed.
    pub(crate) async fn hear(&mut self, name: &str) -> Option<Value> {
        let part = format!("\"event\":\"{name}\"");
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("an event in time");
            match message {
                Some(Ok(Message::Text(text))) if text.contains(&part) => {
                    return Some(serde_json::from_str(&text).expect("frames are JSON"));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Waits for the close; its code and reason.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Err(close) = next(&mut self.socket).await {
                return close;
            }
        }
    }

    /// Leaves properly.
    pub(crate) async fn leave(mut self) {
        // The peer may have gone first.
        let _ = self.socket.close(None).await;
    }
}
