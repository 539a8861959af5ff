//! A gateway that does as it is told, and remembers what it heard.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Message, WebSocket, accept};

/// What a connection of the stub does next.
pub(super) enum Do {
    /// Answer with a payload.
    Pay(Value),
    /// Answer with an error.
    Refuse(Value),
    /// Send an event first.
    Event(&'static str, Value),
    /// Close, with code and reason.
    Close(u16, String),
    /// Drop the socket without a word.
    Drop,
}

/// Decides: from the number of the connection, the method and its parameters. `connect` is a
/// method, too; what it pays is merged into a least hello-ok.
pub(super) trait Script: Fn(usize, &str, &Value) -> Vec<Do> + Send + Sync + 'static {}
impl<T: Fn(usize, &str, &Value) -> Vec<Do> + Send + Sync + 'static> Script for T {}

/// A request that it heard: the number of the connection, the method, the parameters.
pub(super) type Heard = (usize, String, Value);

/// The stub. It lives as long as the process; its threads end with their sockets.
pub(super) struct Stub {
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Stub {
    pub(super) fn serve(script: impl Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (script, log) = (Arc::new(script), Arc::clone(&heard));
        std::thread::spawn(move || {
            for (number, socket) in listener.incoming().enumerate() {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                std::thread::spawn(move || connection(number, socket.unwrap(), &*script, &log));
            }
        });
        Self { port, heard }
    }

    /// All that it heard so far.
    pub(super) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Who connected, and what was called: one line each.
    pub(super) fn story(&self) -> String {
        let line = |(number, method, params): &Heard| {
            if method != "connect" {
                return format!("{number} {method} {params}\n");
            }
            let client = &params["client"];
            let name = client["displayName"].as_str().map_or_else(String::new, |name| format!(" `{name}`"));
            let auth: Vec<&str> =
                params["auth"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            let scopes = params["scopes"].as_array().unwrap();
            let scopes = if scopes.len() == 6 { "the six".to_owned() } else { params["scopes"].to_string() };
            let (id, mode) = (client["id"].as_str().unwrap(), client["mode"].as_str().unwrap());
            format!("{number} connect {id}/{mode}{name}, {scopes}, by {}\n", auth.join(" and "))
        };
        self.heard().iter().map(line).collect()
    }
}

fn connection(number: usize, socket: TcpStream, script: &dyn Script, log: &Mutex<Vec<Heard>>) {
    let Ok(mut socket) = accept(socket) else { return };
    let challenge = json!({"type": "event", "event": "connect.challenge",
        "payload": {"nonce": format!("nonce-{number}"), "ts": 1}});
    if socket.send(Message::text(challenge.to_string())).is_err() {
        return;
    }
    while let Ok(message) = socket.read() {
        let Message::Text(text) = message else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        let (method, params) = (frame["method"].as_str().unwrap(), frame["params"].clone());
        log.lock().unwrap().push((number, method.to_owned(), params.clone()));
        for what in script(number, method, &params) {
            if !perform(&mut socket, &frame, what) {
                return;
            }
        }
    }
}

/// Does one thing; whether the connection goes on.
fn perform(socket: &mut WebSocket<TcpStream>, frame: &Value, what: Do) -> bool {
    let answer = match what {
        Do::Pay(payload) => {
            let mut payload = payload;
            if frame["method"] == "connect" {
                payload["type"] = "hello-ok".into();
                payload["protocol"] = 3.into();
                payload["policy"] = json!({"tickIntervalMs": 30_000});
            }
            json!({"type": "res", "id": frame["id"], "ok": true, "payload": payload})
        }
        Do::Refuse(error) => json!({"type": "res", "id": frame["id"], "ok": false, "error": error}),
        Do::Event(name, payload) => json!({"type": "event", "event": name, "payload": payload}),
        Do::Close(code, reason) => {
            let _ = socket.close(Some(CloseFrame { code: code.into(), reason: reason.into() }));
            while socket.read().is_ok() {}
            return false;
        }
        Do::Drop => return false,
    };
    socket.send(Message::text(answer.to_string())).is_ok()
}
