//! Requests: made, kept alive, covered, ended.

use serde_json::{Value, json};

use crate::gateway::frame::{Code, Refusal};
use crate::gateway::scope;

use super::book::{
    BOOTSTRAP_TTL_MS, Book, Half, PairRequest, REQUEST_LIFE_MS, REQUEST_TTL_MS, REQUESTS_MAX,
    REQUESTS_PER_DEVICE,
};
use super::bootstrap::add;
use super::command::{Claim, Connect, Reason};
use super::token::missing;
use super::turn::{Decision, Turn};

impl PairRequest {
    /// When it ends unless it is asked again, wall milliseconds.
    #[must_use]
    pub fn ends_ms(&self) -> u64 {
        let life = self.created_ms.saturating_add(REQUEST_LIFE_MS);
        self.ts_ms.saturating_add(REQUEST_TTL_MS).min(life)
    }
}

impl Book {
    /// Ends what has lived long enough.
    pub(super) fn prune(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now_ms;
        self.pull_back(now);
        self.end(turn, |ask| now >= ask.ends_ms());
        self.bootstraps.retain(|_, known| now < known.ts_ms.saturating_add(BOOTSTRAP_TTL_MS));
    }

    /// Ends requests. Nothing that was shown vanishes without a word.
    pub(super) fn end(&mut self, turn: &mut Turn<'_>, is_over: impl Fn(&PairRequest) -> bool) {
        let ended: Vec<PairRequest> = self.requests.values().filter(|ask| is_over(ask)).cloned().collect();
        for ask in ended {
            self.requests.remove(&ask.request_id);
            if !ask.covered {
                turn.resolved(&ask.request_id, &ask.claim.device_id, Decision::Rejected);
            }
        }
    }

    /// What stands between a device and what it asks; `None`: nothing.
    #[must_use]
    pub(super) fn obstacle(&self, claim: &Claim, role: &str, scopes: &[String]) -> Option<Reason> {
        let device = self.devices.get(&claim.device_id);
        let Some(device) = device.filter(|device| device.claim.public_key == claim.public_key) else {
            return Some(Reason::NotPaired);
        };
        if differs(&device.claim.platform, &claim.platform)
            || differs(
                device.claim.device_family.as_deref().unwrap_or_default(),
                claim.device_family.as_deref().unwrap_or_default(),
            )
        {
            return Some(Reason::MetadataUpgrade);
        }
        if device.live_token(role).is_none() || self.is_barred(&claim.device_id, role) {
            return Some(Reason::RoleUpgrade);
        }
        missing(role, scopes, &device.scopes).map(|_| Reason::ScopeUpgrade)
    }

    /// Makes a request or finds the one that stands, and says so to the caller.
    pub(super) fn require(&mut self, turn: &mut Turn<'_>, ask: &Connect, reason: Reason) -> Refusal {
        if let Some(id) = self.standing_request(ask) {
            self.keep_alive(turn, &id, ask);
            return pairing_required(Some(&id), reason);
        }
        let of_device = |known: &&PairRequest| known.claim.device_id == ask.claim.device_id;
        if self.requests.len() >= REQUESTS_MAX
            || self.requests.values().filter(of_device).count() >= REQUESTS_PER_DEVICE
        {
            return pairing_required(None, reason);
        }
        let Some(id) = turn.next_id().filter(|id| !self.requests.contains_key(id)) else {
            return pairing_required(None, reason);
        };
        let mut scopes = Vec::new();
        add(&mut scopes, &ask.scopes);
        let made = PairRequest {
            request_id: id.clone(),
            claim: ask.claim.clone(),
            role: ask.role.clone(),
            scopes,
            reason,
            is_repair: self.devices.contains_key(&ask.claim.device_id),
            created_ms: turn.now_ms,
            ts_ms: turn.now_ms,
            covered: false,
            foreign: false,
            half: Half::default(),
        };
        turn.requested(made.to_json());
        self.requests.insert(id.clone(), made);
        pairing_required(Some(&id), reason)
    }

    /// The live request that asks for the same or more: the same set, else the smallest.
    fn standing_request(&self, ask: &Connect) -> Option<String> {
        let wanted = scope::normalise(&ask.scopes);
        let mut best: Option<(usize, &str)> = None;
        for (id, known) in &self.requests {
            let same = known.claim.device_id == ask.claim.device_id
                && known.claim.public_key == ask.claim.public_key
                && known.role == ask.role
                && known.claim.has_the_pins_of(&ask.claim);
            if !same {
                continue;
            }
            let has = scope::normalise(&known.scopes);
            if wanted.iter().all(|scope| has.contains(scope)) {
                let candidate = (has.len(), id.as_str());
                best = Some(best.map_or(candidate, |best| best.min(candidate)));
            }
        }
        best.map(|(_, id)| id.to_owned())
    }

    /// Asked again. The moment is renewed lazily, so that a loop does not churn the store.
    fn keep_alive(&mut self, turn: &mut Turn<'_>, id: &str, ask: &Connect) {
        let has_record = self.devices.contains_key(&ask.claim.device_id);
        let Some(known) = self.requests.get_mut(id) else { return };
        known.is_repair |= has_record;
        if turn.now_ms >= known.ts_ms.saturating_add(REQUEST_TTL_MS / 2) {
            known.ts_ms = turn.now_ms;
            known.claim = ask.claim.clone();
        }
        if known.covered {
            known.covered = false;
            turn.requested(known.to_json());
        }
    }

    /// Marks the requests of a device that its grant covers by now: they are no longer listed.
    pub(super) fn settle(&mut self, turn: &mut Turn<'_>, device_id: &str) {
        let open = |ask: &&PairRequest| ask.claim.device_id == device_id && !ask.covered;
        let covered: Vec<String> = self
            .requests
            .values()
            .filter(open)
            .filter(|ask| self.obstacle(&ask.claim, &ask.role, &ask.scopes).is_none())
            .map(|ask| ask.request_id.clone())
            .collect();
        for id in covered {
            turn.resolved(&id, device_id, Decision::Approved);
            if let Some(ask) = self.requests.get_mut(&id) {
                ask.covered = true;
            }
        }
    }
}

impl Claim {
    /// Whether platform and family, which a record pins, are the same in both.
    fn has_the_pins_of(&self, other: &Self) -> bool {
        let family = |claim: &Self| folded(claim.device_family.as_deref().unwrap_or_default());
        folded(&self.platform) == folded(&other.platform) && family(self) == family(other)
    }
}

/// Whether a pinned word is claimed otherwise; nothing pinned is no pin.
fn differs(pinned: &str, claimed: &str) -> bool {
    !folded(pinned).is_empty() && folded(pinned) != folded(claimed)
}

fn folded(word: &str) -> String {
    word.trim().to_ascii_lowercase()
}

/// The refusal of a connect that needs an approval.
pub(super) fn pairing_required(request_id: Option<&str>, reason: Reason) -> Refusal {
    let details = match request_id {
        Some(id) => json!({"code": "PAIRING_REQUIRED", "requestId": id, "reason": reason.word()}),
        None => json!({"code": "PAIRING_REQUIRED", "reason": reason.word()}),
    };
    Refusal::new(Code::NotPaired, "pairing required").with(details)
}

/// The same for scopes that nobody can grant.
pub(super) fn unknown_scopes(scopes: Vec<String>, reason: Reason) -> Refusal {
    let mut refusal = pairing_required(None, reason);
    if let Some(details) = &mut refusal.details {
        details["unknownScopes"] = Value::from(scopes);
    }
    refusal
}
