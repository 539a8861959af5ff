//! Bootstrap tokens as OpenClaw keeps them: bound to the device that uses one first, good until all of
//! their profile is taken.

use std::sync::Arc;

use crate::gateway::pairing::{Bootstrap, Connect, Profile, matches};
use crate::gateway::scope;

use super::Records;
use super::approve::merge;

/// The scopes that a bootstrap token can hand to an operator, whatever its profile says.
const HANDED_OVER: [&str; 4] = [scope::APPROVALS, scope::READ, scope::TALK_SECRETS, scope::WRITE];

/// What an operator is handed of a profile.
pub(super) fn handed_over(profile: &Profile) -> Vec<String> {
    let may = |scope: &&String| HANDED_OVER.contains(&scope.as_str());
    scope::normalise(&profile.scopes).iter().filter(may).cloned().collect()
}

impl Records {
    /// Binds a bootstrap token to this caller, if it is good for what is asked; its hash.
    pub(super) fn accepts_bootstrap(&mut self, ask: &Connect) -> Option<String> {
        let given = ask.bootstrap_token.as_ref()?;
        let (hash, known) = self.bootstraps.iter().find(|(hash, _)| matches(given.expose().trim(), hash))?;
        let good = known.profile.roles.contains(&ask.role)
            && scope::allows(&ask.role, &known.profile.scopes, &ask.scopes)
            && known.device_id.as_ref().is_none_or(|bound| *bound == ask.claim.device_id)
            && known.public_key.as_ref().is_none_or(|bound| *bound == ask.claim.public_key);
        if !good {
            return None;
        }
        let hash = hash.clone();
        self.edit_bootstrap(&hash, |known| {
            known.device_id = Some(ask.claim.device_id.clone());
            known.public_key = Some(ask.claim.public_key.clone());
        });
        Some(hash)
    }

    fn edit_bootstrap(&mut self, hash: &str, change: impl FnOnce(&mut Bootstrap)) {
        if let Some(known) = Arc::make_mut(&mut self.bootstraps).get_mut(hash) {
            change(known);
        }
    }

    /// What is done with a bootstrap token once its bearer is in: it goes when all of it is taken.
    pub(super) fn redeem(&mut self, hash: &str, ask: &Connect, wholly: bool) {
        self.edit_bootstrap(hash, |known| {
            merge(&mut known.redeemed.roles, std::slice::from_ref(&ask.role));
            merge(&mut known.redeemed.scopes, &ask.scopes);
        });
        if wholly || self.bootstraps.get(hash).is_some_and(is_used_up) {
            Arc::make_mut(&mut self.bootstraps).remove(hash);
        }
    }
}

/// Whether all roles were taken, each with its scopes.
fn is_used_up(known: &Bootstrap) -> bool {
    let scopes_of = |role: &str| {
        let belongs = |scope: &&String| scope.starts_with("operator.") == (role == scope::ROLE_OPERATOR);
        scope::normalise(&known.profile.scopes).iter().filter(belongs).cloned().collect::<Vec<_>>()
    };
    known.profile.roles.iter().all(|role| {
        known.redeemed.roles.contains(role) && scope::allows(role, &known.redeemed.scopes, &scopes_of(role))
    })
}
