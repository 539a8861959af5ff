//! The book: all that is known of devices, requests and tokens. One value, one writer.

use std::collections::BTreeMap;

use crate::config::Secret;
use crate::gateway::frame::Refusal;
use crate::gateway::fresh::Fresh;

use super::command::{Answer, Claim, Command, Reason, Step};

/// The key from which the tokens of all devices follow. It never leaves its file.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerKey(pub [u8; 32]);

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

/// A device that somebody let in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// As it presented itself when it was last approved.
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
}

/// Where a token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Wall milliseconds.
    pub last_used_at_ms: Option<u64>,
}

/// Somebody asks to be let in, or for more.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// What was taken away, and stays away until somebody approves anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tombstone {
    /// Wall milliseconds.
    pub at_ms: u64,
    /// The roles whose tokens were revoked; empty where the whole device was removed.
    pub roles: Vec<String>,
    /// The last epoch of each role, so that no old token ever fits again.
    pub epochs: BTreeMap<String, u64>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    /// Devices by id.
    pub devices: BTreeMap<String, Device>,
    /// Requests by id.
    pub requests: BTreeMap<String, PairRequest>,
    /// Tombstones by device id.
    pub tombstones: BTreeMap<String, Tombstone>,
}

impl Book {
    /// One transition: wholly or not at all. `now_ms` is wall time.
    ///
    /// The book has changed if it no longer equals what it was before.
    pub fn handle(&mut self, now_ms: u64, fresh: Fresh, key: &ServerKey, command: &Command) -> Step {
        let _ = (now_ms, fresh, key, command);
        let answer = Answer::Refused(Refusal::unavailable("not built"));
        Step { answer, events: Vec::new(), log: Vec::new(), dropped: Vec::new() }
    }
}
