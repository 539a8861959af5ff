//! Failed authentications, by caller: who fails too often is locked out for a while.

use core::net::{IpAddr, Ipv6Addr};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::gateway::handshake::Upgrade;
use crate::gateway::origin;
use crate::gateway::settings::{RateLimit, Settings};
use crate::moment::Moment;

/// The most callers that are remembered. Beyond, the one that failed longest ago is forgotten.
pub const ATTEMPTS_MAX: usize = 4096;

/// The most failures of one caller that are remembered.
const FAILURES_MAX: u32 = 1000;

/// What was tried. Each kind is counted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The gateway's token or password.
    SharedSecret,
    /// A device's token.
    DeviceToken,
}

/// A caller as its failures are counted.
///
/// Browsers are always limited, on loopback by their origin, so that a web page cannot guess; all
/// others only where the config says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    key: String,
    limit: Option<RateLimit>,
}

impl Caller {
    /// The caller behind a socket.
    #[must_use]
    pub fn of(upgrade: &Upgrade, settings: &Settings) -> Self {
        let ip = origin::client_ip(upgrade, settings);
        let is_loopback = ip.is_some_and(|ip| ip.is_loopback());
        let address = ip.map_or_else(|| "unknown".to_owned(), place);
        let Some(header) = upgrade.header("origin").filter(|origin| !origin.trim().is_empty()) else {
            let limit = settings.rate_limit.filter(|limit| !(limit.exempt_loopback && is_loopback));
            return Self { key: address, limit };
        };
        let limit = Some(settings.rate_limit.unwrap_or_default());
        let from = origin::parse_origin(header).map_or_else(|| "?".to_owned(), |origin| origin.origin);
        Self { key: format!("browser {}", if is_loopback { from } else { address }), limit }
    }
}

/// The address that counts: of IPv6 the first 64 bits, as one host has all of the rest.
fn place(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("{}/64", Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
    }
}

/// The failures of one caller at one kind.
#[derive(Debug, Clone, Default)]
struct Failures {
    at: VecDeque<Moment>,
    locked_until: Option<Moment>,
}

/// Failed authentications, by caller.
#[derive(Debug, Clone, Default)]
pub struct Attempts {
    callers: BTreeMap<(Kind, String), Failures>,
}

impl Attempts {
    /// How many callers are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.callers.len()
    }

    /// Whether nobody is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    /// How long a caller is still locked out; `None` if it may try.
    #[must_use]
    pub fn locked(&self, caller: &Caller, kind: Kind, now: Moment) -> Option<Duration> {
        caller.limit?;
        let until = self.callers.get(&(kind, caller.key.clone()))?.locked_until?;
        (now < until).then(|| until.since(now))
    }

    /// Counts a failure.
    pub fn failed(&mut self, caller: &Caller, kind: Kind, now: Moment) {
        let Some(limit) = caller.limit else { return };
        let key = (kind, caller.key.clone());
        if !self.callers.contains_key(&key) && self.callers.len() >= ATTEMPTS_MAX {
            self.forget_one();
        }
        let failures = self.callers.entry(key).or_default();
        match failures.locked_until {
            Some(until) if now < until => return,
            Some(_) => *failures = Failures::default(),
            None => {}
        }
        failures.at.retain(|at| now.since(*at) < limit.window);
        failures.at.push_back(now);
        let max = limit.max_attempts.clamp(1, FAILURES_MAX) as usize;
        if failures.at.len() >= max {
            failures.locked_until = Some(now + limit.lockout);
        }
    }

    /// Forgets the failures of a caller, which has proven itself.
    pub fn succeeded(&mut self, caller: &Caller, kind: Kind) {
        if caller.limit.is_some() {
            self.callers.remove(&(kind, caller.key.clone()));
        }
    }

    /// What the pairing book made of a device token that a caller presented.
    pub fn device_token(&mut self, caller: &Caller, passed: bool, now: Moment) {
        if passed {
            self.succeeded(caller, Kind::DeviceToken);
            self.succeeded(caller, Kind::SharedSecret);
        } else {
            self.failed(caller, Kind::DeviceToken, now);
        }
    }

    /// Makes room: the caller whose last failure is longest ago goes.
    fn forget_one(&mut self) {
        let oldest = self.callers.iter().min_by_key(|(_, failures)| failures.at.back().copied());
        if let Some(key) = oldest.map(|(key, _)| key.clone()) {
            self.callers.remove(&key);
        }
    }
}
