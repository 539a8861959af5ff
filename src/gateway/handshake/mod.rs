//! `connect`: the checks in their order, with their words and close codes.
//!
//! What this does not do is the pairing book's: bootstrap and device tokens, pairing, tokens.

mod attempts;
mod checks;
mod device;
mod params;

use serde_json::{Value, json};

use super::frame::{Close, Refusal};
use super::fresh::Now;
use super::pairing::Connect;
use super::settings::Settings;

pub use attempts::{ATTEMPTS_MAX, Attempts, Caller, Kind};
pub use checks::examine;

/// The first event of every socket; it has no `seq`.
pub const CHALLENGE: &str = "connect.challenge";

/// The payload of the challenge.
#[must_use]
pub fn challenge(nonce: &str, now: Now) -> Value {
    json!({"nonce": nonce, "ts": now.ms})
}

/// What is said of a socket whose shared secret is not the gateway's any more: code 4001.
pub const AUTH_CHANGED: &str = "gateway auth changed";

/// The close code of sockets that are no longer welcome: device removed, secret changed.
pub const CLOSE_GONE: u16 = 4001;

/// The close code of refusals.
pub const CLOSE_REFUSED: u16 = 1008;

/// The close code of another protocol version.
pub const CLOSE_PROTOCOL: u16 = 1002;

/// The close code of what is no JSON, and of a handshake that took too long; without a reason.
pub const CLOSE_SILENT: u16 = 1000;

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

impl Client {
    /// Whether it is a user interface for operators: the Control UI or the terminal's.
    #[must_use]
    pub fn is_operator_ui(&self) -> bool {
        matches!(self.id.as_str(), "openclaw-control-ui" | "openclaw-tui")
    }

    /// Whether it is the Control UI in a browser.
    #[must_use]
    pub fn is_control_ui(&self) -> bool {
        self.id == "openclaw-control-ui"
    }

    /// Whether it is a web chat.
    #[must_use]
    pub fn is_webchat(&self) -> bool {
        self.mode == "webchat" || self.id == "webchat-ui"
    }
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
    /// How it was authenticated so far: `token`, `password`, `none`, `trusted-proxy`; where the book
    /// must find out, `device-token` or `bootstrap-token`. The book's answer has the last word.
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
