//! What is asked of the pairing book, and what it answers.

use serde_json::Value;

use crate::config::Secret;
use crate::gateway::clock::Leap;
use crate::gateway::frame::Refusal;
use crate::gateway::log::Line;

/// A device as it presents itself, its key proven.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Claim {
    /// Lower-case hex SHA-256 of the key.
    pub device_id: String,
    /// The key as base64url without padding.
    pub public_key: String,
    /// A name for people.
    pub display_name: Option<String>,
    /// As sent.
    pub platform: String,
    /// As sent.
    pub device_family: Option<String>,
    /// The client's id, such as `cli`.
    pub client_id: String,
    /// The client's mode, such as `backend`.
    pub client_mode: String,
    /// The address, unless the caller is local.
    pub remote_ip: Option<String>,
}

/// How the caller has proven itself so far, beside its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// By the shared token.
    Token,
    /// By the shared password.
    Password,
    /// Nothing is asked of anybody.
    Open,
    /// By a trusted proxy.
    Proxy,
    /// Not yet: a device or bootstrap token must do it. The refusal that is due if it does not.
    Pending(Box<Refusal>),
}

impl Proof {
    /// Whether the caller holds the shared secret, or none is asked.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Token | Self::Password | Self::Open)
    }
}

/// Why a caller may do without a record. Matters only while there is no usable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bypass {
    /// It may not.
    #[default]
    No,
    /// A backend of the gateway's own machine; holds also if a device token proves it.
    BackendSelf,
    /// A Control UI that the config lets in.
    ControlUi,
}

/// A connect that has passed all checks but those of the book.
#[derive(Debug, Clone, PartialEq)]
pub struct Connect {
    /// Who.
    pub claim: Claim,
    /// As what: `operator` or `node`.
    pub role: String,
    /// For what, as asked.
    pub scopes: Vec<String>,
    /// Proven how.
    pub proof: Proof,
    /// A token that may be the device's.
    pub device_token: Option<Secret>,
    /// Whether that token came in `auth.deviceToken` (else in `auth.token`).
    pub device_token_explicit: bool,
    /// A bootstrap token.
    pub bootstrap_token: Option<Secret>,
    /// Whether the caller is direct and local: loopback peer, local Host, no proxy headers.
    pub local: bool,
    /// Whether an approval may be silent: local, and no foreign browser.
    pub may_be_silent: bool,
    /// Whether it may do without a record.
    pub bypass: Bypass,
    /// What the audit lines call the connection.
    pub conn: String,
    /// Whether the signature was of version 3 (else 2), for the audit lines.
    pub signed_v3: bool,
}

/// Who asks for a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct By {
    /// The caller's device, if it has one.
    pub device_id: Option<String>,
    /// The scopes of its connection.
    pub scopes: Vec<String>,
}

/// Something asked of the book. Each is one transition, done wholly or not at all.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A connect.
    Connect(Box<Connect>),
    /// `device.pair.list`.
    List,
    /// `device.pair.approve`.
    Approve {
        /// The request.
        request_id: String,
        /// The approver.
        by: By,
    },
    /// `device.pair.reject`.
    Reject {
        /// The request.
        request_id: String,
    },
    /// `device.pair.remove`.
    Remove {
        /// The device.
        device_id: String,
        /// Who asks.
        by: By,
    },
    /// `device.token.rotate`.
    Rotate {
        /// The device.
        device_id: String,
        /// The role of the token.
        role: String,
        /// The scopes of the new token; `None`: as before.
        scopes: Option<Vec<String>>,
        /// Who asks.
        by: By,
    },
    /// `device.token.revoke`.
    Revoke {
        /// The device.
        device_id: String,
        /// The role of the token.
        role: String,
        /// Who asks.
        by: By,
    },
    /// The wall clock stepped. It is told what it was before, as the moment of this transition.
    ClockSet(Leap),
}

impl Command {
    /// Who asks, where that is told.
    pub(super) const fn by(&self) -> Option<&By> {
        match self {
            Self::Approve { by, .. }
            | Self::Remove { by, .. }
            | Self::Rotate { by, .. }
            | Self::Revoke { by, .. } => Some(by),
            Self::Connect(_) | Self::List | Self::Reject { .. } | Self::ClockSet(_) => None,
        }
    }
}

/// Why a pairing is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is no record.
    NotPaired,
    /// The record has another role, or its token was revoked.
    RoleUpgrade,
    /// The record grants less.
    ScopeUpgrade,
    /// The record names another platform.
    MetadataUpgrade,
}

impl Reason {
    /// As it stands on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotPaired => "not-paired",
            Self::RoleUpgrade => "role-upgrade",
            Self::ScopeUpgrade => "scope-upgrade",
            Self::MetadataUpgrade => "metadata-upgrade",
        }
    }
}

/// What the book answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A connect is let in.
    Admitted {
        /// The word for how it was authenticated: `token`, `password`, `none`, `device-token`, ….
        method: &'static str,
        /// The `auth` object of hello-ok (carries the device token); `None` where there is no record.
        auth: Option<Value>,
    },
    /// The payload of an answer.
    Payload(Value),
    /// A refusal; a connect is then closed with 1008 and the same words.
    Refused(Refusal),
}

/// What everybody with `operator.pairing` hears.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// `device.pair.requested` or `device.pair.resolved`.
    pub name: &'static str,
    /// The payload.
    pub payload: Value,
}

/// One transition of the book, as it shows outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The answer to who asked.
    pub answer: Answer,
    /// What is broadcast.
    pub events: Vec<Event>,
    /// What is logged.
    pub log: Vec<Line>,
    /// Sockets of a device and role (`None`: of all roles) that must close with 4001.
    pub dropped: Vec<(String, Option<String>)>,
}
