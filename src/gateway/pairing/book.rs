//! The book: all that is known of devices, requests and tokens. One value, one writer.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::config::Secret;
use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;
use crate::gateway::scope;
use crate::gateway::settings::LocalUpgrade;

use super::command::{Claim, Command, Reason, Step};
use super::turn::Turn;

/// The key from which the tokens of all devices follow. It never leaves its file.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerKey(pub [u8; 32]);

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

/// What the owner of the gateway decides about pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// The switch `pairing.localUpgrade`.
    pub local_upgrade: LocalUpgrade,
}

/// A device that somebody let in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Device {
    /// As it presented itself when it was last approved; its name, client and address are renewed
    /// lazily ([`SEEN_EVERY_MS`]).
    pub claim: Claim,
    /// The role of the last approval.
    pub role: String,
    /// All approved roles.
    pub roles: Vec<String>,
    /// The grant: all approved scopes, in the order of their approval.
    pub scopes: Vec<String>,
    /// The token of each role.
    pub tokens: BTreeMap<String, Token>,
    /// Wall milliseconds.
    pub created_at_ms: u64,
    /// Wall milliseconds of the last approval.
    pub approved_at_ms: u64,
    /// Wall milliseconds when name, client and address were last written.
    pub seen_at_ms: u64,
    /// Fields of a record that somebody else wrote and that mean nothing here: kept as they are.
    pub extra: Map<String, Value>,
}

impl Device {
    /// The scopes of the grant that belong to a role.
    #[must_use]
    pub fn scopes_of(&self, role: &str) -> Vec<String> {
        let prefix = format!("{role}.");
        self.scopes.iter().filter(|scope| scope.starts_with(&prefix)).cloned().collect()
    }

    /// The token of a role that is good for something.
    #[must_use]
    pub fn live_token(&self, role: &str) -> Option<&Token> {
        let approved = self.roles.iter().any(|known| known == role);
        self.tokens.get(role).filter(|token| approved && token.revoked_at_ms.is_none())
    }
}

/// Where a token comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// From our key: HMAC-SHA256(key, deviceId | role | epoch). Derived when needed, never stored.
    Ours {
        /// Counts up with every rotation, never down: a tombstoned role goes on counting.
        epoch: u64,
    },
    /// Found in a `paired.json` that somebody else wrote; accepted until the next rotation.
    Foreign(Secret),
}

/// The token of a role. What is compared and stored is its SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token {
    /// Where it comes from.
    pub origin: Origin,
    /// SHA-256 of the token, base64url without padding (43 characters).
    pub hash: String,
    /// What the token is good for.
    pub scopes: Vec<String>,
    /// Wall milliseconds.
    pub created_at_ms: u64,
    /// Wall milliseconds.
    pub rotated_at_ms: Option<u64>,
    /// Wall milliseconds; a revoked token is good for nothing.
    pub revoked_at_ms: Option<u64>,
    /// Wall milliseconds, renewed lazily ([`SEEN_EVERY_MS`]).
    pub last_used_at_ms: Option<u64>,
}

/// Somebody asks to be let in, or for more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PairRequest {
    /// The id that people see and approve.
    pub request_id: String,
    /// Who asks.
    pub claim: Claim,
    /// As what.
    pub role: String,
    /// For what: exactly this is granted under this id.
    pub scopes: Vec<String>,
    /// Why it needs an approval.
    pub reason: Reason,
    /// Whether a record existed.
    pub is_repair: bool,
    /// First asked, wall milliseconds.
    pub created_ms: u64,
    /// Last asked, wall milliseconds; the lifetime counts from here. On the wire this is `ts`.
    pub ts_ms: u64,
    /// Whether the grant covers it by now: still approvable, no longer listed.
    pub covered: bool,
    /// Whether another process put it into the file: then an approval through the file proves nothing.
    pub foreign: bool,
    /// What was seen of an approval through the files, of which each file tells one half.
    pub half: Half,
}

/// The two halves of an approval by another process, which writes two files and cannot write both
/// at once. Wall milliseconds of when each was first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Half {
    /// The id was gone from `pending.json`.
    pub gone_ms: Option<u64>,
    /// The record in `paired.json` was wider by what the request asks.
    pub widened_ms: Option<u64>,
}

/// What was taken away, and stays away until somebody approves anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Tombstone {
    /// Wall milliseconds.
    pub at_ms: u64,
    /// Whether the device was removed.
    pub whole: bool,
    /// The roles whose tokens were revoked.
    pub roles: Vec<String>,
}

/// What a bootstrap token lets its bearer become.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Profile {
    /// Roles.
    pub roles: Vec<String>,
    /// Scopes.
    pub scopes: Vec<String>,
}

/// A one-time token for a device's first connect, issued by OpenClaw's tools (`bootstrap.json`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bootstrap {
    /// The token.
    pub token: Secret,
    /// What it grants.
    pub profile: Profile,
    /// What was taken of it so far.
    pub redeemed: Profile,
    /// The device that used it first; no other may.
    pub device_id: Option<String>,
    /// That device's key.
    pub public_key: Option<String>,
    /// Wall milliseconds.
    pub issued_at_ms: u64,
    /// Wall milliseconds; its lifetime counts from here.
    pub ts_ms: u64,
    /// Wall milliseconds.
    pub last_used_at_ms: Option<u64>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Book {
    /// Devices by id.
    pub devices: BTreeMap<String, Device>,
    /// Requests by id.
    pub requests: BTreeMap<String, PairRequest>,
    /// Tombstones by device id.
    pub tombstones: BTreeMap<String, Tombstone>,
    /// Bootstrap tokens by the SHA-256 of the token.
    pub bootstraps: BTreeMap<String, Bootstrap>,
    /// The last epoch of each device and role, so that no old token ever fits again. A removed device
    /// keeps its epochs.
    pub epochs: BTreeMap<String, BTreeMap<String, u64>>,
    /// The highest epoch that had to be forgotten; every new one is higher.
    pub epoch_floor: u64,
    /// Whether a tombstone had to be forgotten. From then on no first contact is silent.
    pub wary: bool,
    /// The last step of the wall clock over which all was carried: its
    /// [`base_ms`](crate::gateway::clock::Leap::base_ms).
    pub base_ms: Option<i64>,
}

/// Devices at most.
pub const DEVICES_MAX: usize = 10_000;
/// Live requests at most.
pub const REQUESTS_MAX: usize = 1_024;
/// Live requests of one device at most.
pub const REQUESTS_PER_DEVICE: usize = 32;
/// Tombstones at most.
pub const TOMBSTONES_MAX: usize = 10_000;
/// Devices whose epochs are remembered at most.
pub const EPOCHS_MAX: usize = 30_000;
/// Scopes in one list at most.
pub const SCOPES_MAX: usize = 64;
/// Bytes of one scope at most.
pub const SCOPE_MAX: usize = 128;
/// Bytes at most of a name that a device gives itself; the rest is cut.
pub const NAME_MAX: usize = 256;

/// How long a request lives after it was last asked, in milliseconds.
pub const REQUEST_TTL_MS: u64 = 300_000;
/// How long a request lives after it was first asked, in milliseconds.
pub const REQUEST_LIFE_MS: u64 = 3_600_000;
/// How long a bootstrap token lives, in milliseconds.
pub const BOOTSTRAP_TTL_MS: u64 = 600_000;
/// How old a stored `lastUsedAtMs` or display name must be before a connect renews it, in milliseconds:
/// a client that connects every second must not rewrite the store every second.
pub const SEEN_EVERY_MS: u64 = 3_600_000;

impl Book {
    /// One transition: wholly or not at all. `now_ms` is wall time.
    ///
    /// The book has changed if it no longer equals what it was before.
    pub fn handle(
        &mut self,
        now_ms: u64,
        fresh: Fresh,
        key: &ServerKey,
        policy: &Policy,
        command: &Command,
    ) -> Step {
        let mut turn = Turn::new(now_ms, fresh, key, policy);
        if !matches!(command, Command::ClockSet(_)) {
            self.prune(&mut turn);
        }
        // Its sockets are about to close, but what it asked before may have waited until now.
        let is_gone = command.by().and_then(|by| by.device_id.as_deref()).is_some_and(|id| self.has_left(id));
        let answer = match command {
            _ if is_gone => Err(Refusal::unavailable("the connection is closing")),
            Command::Connect(connect) => self.connect(&mut turn, connect),
            Command::List => self.list(),
            Command::Approve { request_id, by } => self.approve(&mut turn, request_id, by),
            Command::Reject { request_id } => self.reject(&mut turn, request_id),
            Command::Remove { device_id, by } => self.remove(&mut turn, device_id, by),
            Command::Rotate { device_id, role, scopes, by } => {
                self.rotate(&mut turn, device_id, role, scopes.as_deref(), by)
            }
            Command::ClockSet(leap) => self.clock_set(&mut turn, *leap),
            Command::Revoke { device_id, role, by } => self.revoke(&mut turn, device_id, role, by),
        };
        turn.finish(answer)
    }

    /// Whether a caller was removed or revoked while its question waited. One that never had a record
    /// (a backend of this machine) has not left.
    fn has_left(&self, device_id: &str) -> bool {
        self.tombstones.contains_key(device_id) && self.is_barred(device_id, scope::ROLE_OPERATOR)
    }

    /// Whether only an explicit approval may let this device act in this role.
    #[must_use]
    pub fn is_barred(&self, device_id: &str, role: &str) -> bool {
        let buried = self.tombstones.get(device_id);
        let device = self.devices.get(device_id);
        let token = device.and_then(|device| device.tokens.get(role));
        buried.is_some_and(|tombstone| tombstone.whole || tombstone.roles.iter().any(|dead| dead == role))
            || token.is_some_and(|token| token.revoked_at_ms.is_some())
            || (self.wary && device.is_none())
    }
}
