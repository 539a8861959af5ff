//! Bootstrap tokens: a device's way in without a shared secret.

use crate::config::Secret;
use crate::gateway::scope;

use super::book::{BOOTSTRAP_TTL_MS, Book, Bootstrap, Profile, SEEN_EVERY_MS};
use super::command::Connect;
use super::token::{matches, missing};

impl Bootstrap {
    fn is_good_for(&self, now_ms: u64, ask: &Connect) -> bool {
        let bound = |to: &Option<String>, is: &str| to.as_deref().is_none_or(|to| to == is);
        now_ms < self.ts_ms.saturating_add(BOOTSTRAP_TTL_MS)
            && bound(&self.device_id, &ask.claim.device_id)
            && bound(&self.public_key, &ask.claim.public_key)
            && self.profile.roles.contains(&ask.role)
            && missing(&ask.role, &ask.scopes, &self.profile.scopes).is_none()
    }

    /// The scopes of the profile that a role gets: a bootstrap token gives scopes to operators alone.
    #[must_use]
    pub fn scopes_for(&self, role: &str) -> Vec<String> {
        if role != scope::ROLE_OPERATOR {
            return Vec::new();
        }
        let known = |scope: &&String| scope::is_known(scope::ROLE_OPERATOR, scope);
        self.profile.scopes.iter().filter(known).cloned().collect()
    }
}

impl Book {
    /// Binds a bootstrap token to this caller if it is good for it; its key in the book.
    pub(super) fn accepts_bootstrap(&mut self, now_ms: u64, ask: &Connect, given: &Secret) -> Option<String> {
        // All are compared, so that time tells nothing of where a match is.
        let mut found = None;
        for (hash, known) in &self.bootstraps {
            if matches(given.expose().trim(), hash) && known.is_good_for(now_ms, ask) {
                found = Some(hash.clone());
            }
        }
        let hash = found?;
        let known = self.bootstraps.get_mut(&hash)?;
        known.device_id = Some(ask.claim.device_id.clone());
        known.public_key = Some(ask.claim.public_key.clone());
        if known.last_used_at_ms.is_none_or(|last| now_ms.abs_diff(last) >= SEEN_EVERY_MS) {
            known.last_used_at_ms = Some(now_ms);
        }
        Some(hash)
    }

    /// Notes what an admitted caller took of a bootstrap token; it goes when all is taken.
    pub(super) fn redeem(&mut self, hash: &str, ask: &Connect, wholly: bool) {
        let Some(known) = self.bootstraps.get_mut(hash) else { return };
        add(&mut known.redeemed.roles, std::slice::from_ref(&ask.role));
        add(&mut known.redeemed.scopes, &ask.scopes);
        if wholly || satisfies(&known.redeemed, known) {
            self.bootstraps.remove(hash);
        }
    }
}

fn satisfies(taken: &Profile, known: &Bootstrap) -> bool {
    known.profile.roles.iter().all(|role| {
        taken.roles.contains(role) && missing(role, &known.scopes_for(role), &taken.scopes).is_none()
    })
}

/// Adds what is not there yet, in order.
pub(super) fn add(list: &mut Vec<String>, more: &[String]) {
    for item in more.iter().map(|item| item.trim()) {
        if !item.is_empty() && !list.iter().any(|known| known == item) {
            list.push(item.to_owned());
        }
    }
}
