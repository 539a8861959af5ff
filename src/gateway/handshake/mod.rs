//! `connect`: the checks in their order, with their words and close codes.

use serde_json::Value;

use super::frame::{Close, Refusal};
use super::fresh::Now;
use super::pairing::Connect;
use super::settings::Settings;

/// What is known of a socket before its first frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upgrade {
    /// The peer's address, without the port.
    pub peer_ip: String,
    /// Both ends, as `a:p->b:q`, for the log.
    pub peer: String,
    /// The headers of the upgrade, names in lower case, in order.
    pub headers: Vec<(String, String)>,
}

impl Upgrade {
    /// The first header of a name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

/// The client as it names itself in `connect`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// Such as `cli`.
    pub id: String,
    /// Such as `probe`.
    pub mode: String,
    /// Its version.
    pub version: String,
    /// As sent.
    pub platform: String,
    /// A name for people.
    pub display_name: Option<String>,
    /// As sent.
    pub device_family: Option<String>,
    /// As sent.
    pub model_identifier: Option<String>,
    /// One run of the client.
    pub instance_id: Option<String>,
    /// Capabilities, such as `tool-events`.
    pub caps: Vec<String>,
    /// Commands that a node offers.
    pub commands: Vec<String>,
}

/// Who is let in, as far as the handshake alone can tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Introduction {
    /// The client.
    pub client: Client,
    /// `operator` or `node`.
    pub role: String,
    /// The scopes of the connection (emptied where there is no device).
    pub scopes: Vec<String>,
    /// How it was authenticated, where no book needs to be asked.
    pub method: &'static str,
    /// The generation of the shared secret, where it was the proof.
    pub generation: Option<String>,
    /// The address, unless the caller is local.
    pub remote_ip: Option<String>,
}

/// What comes of a `connect`.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// No.
    Refused {
        /// The answer; `None`: only the close frame is sent.
        refusal: Option<Box<Refusal>>,
        /// The close frame.
        close: Close,
        /// What the log knows beside it, such as `authReason`.
        meta: Value,
    },
    /// Yes, without a device.
    Admitted(Box<Introduction>),
    /// The pairing book decides.
    Ask(Box<Introduction>, Box<Connect>),
}

/// What stands around a `connect`.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// When.
    pub now: Now,
    /// How the gateway is set.
    pub settings: &'a Settings,
    /// What is known of the socket.
    pub upgrade: &'a Upgrade,
    /// The nonce of the challenge.
    pub nonce: &'a str,
    /// The UUID of the connection, for the log.
    pub conn_id: &'a str,
}

/// Holds the first frame of a socket against all checks but those of the book.
///
/// `limits` counts failures, and locks callers that fail too often.
#[must_use]
pub fn examine(scene: &Scene<'_>, text: &str, limits: &mut Attempts) -> (Option<String>, Outcome) {
    let _ = (scene, text, limits);
    let close = Close::new(1008, "not built");
    (None, Outcome::Refused { refusal: None, close, meta: Value::Null })
}

/// Failed authentications, by caller.
#[derive(Debug, Clone, Default)]
pub struct Attempts {}
