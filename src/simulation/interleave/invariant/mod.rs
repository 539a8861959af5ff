//! What must hold in every order. One small file each, and one line in [`ALL`].

mod approval_kept;
mod approved_is_admitted;
mod connect_keeps_token;
mod converges;
mod crash_is_atomic;
mod dead_token_stays_dead;
mod end_is_told;
mod look_takes_nothing;
mod no_flood;
mod no_scope_without_grant;
mod one_outcome;
mod redeemed_once;
mod request_kept;
mod retry_keeps_id;
mod revoked_stays_revoked;
mod scopes_never_shrink;
mod secret_suffices;
mod shown_is_granted;
mod shown_stays_approvable;
mod subset_changes_nothing;
mod token_handed_over;

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::gateway::pairing::{Device, PairRequest};

use super::deed::Deed;
use super::facts::Facts;

/// Devices and requests, as the gateway would act on them.
pub type View<'a> = (&'a BTreeMap<String, Device>, &'a BTreeMap<String, PairRequest>);

/// One deed, with what stood before and after the move that it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What had been shown, granted and promised before the deed.
    pub facts: &'a Facts,
    /// The same, after it; the same as before while it is taken in.
    pub then: &'a Facts,
    /// What was done.
    pub deed: &'a Deed,
    /// Before the move.
    pub before: View<'a>,
    /// After it.
    pub after: View<'a>,
    /// The time that has passed, whatever the wall says: milliseconds.
    pub steady_ms: u64,
}

impl<'a> Scene<'a> {
    /// The requests that stood before the move, and do not after it.
    fn gone(&self) -> impl Iterator<Item = &'a PairRequest> + use<'a> {
        let after = self.after.1;
        self.before.1.iter().filter(move |(id, _)| !after.contains_key(*id)).map(|(_, request)| request)
    }
}

/// Something that must hold in every order.
pub trait Invariant: Sync + Debug {
    /// Its id, such as `pairing.approval-kept`.
    fn id(&self) -> &'static str;

    /// What it says, in one sentence.
    fn about(&self) -> &'static str;

    /// The rule of the pairing law, or the fault of the catalogue, that it guards.
    fn source(&self) -> &'static str;

    /// How it is broken by this deed, in words for people; `None`: it holds.
    fn broken(&self, scene: &Scene<'_>) -> Option<String>;
}

/// All invariants.
pub const ALL: [&dyn Invariant; 21] = [
    &no_scope_without_grant::NoScopeWithoutGrant,
    &shown_is_granted::ShownIsGranted,
    &shown_stays_approvable::ShownStaysApprovable,
    &approval_kept::ApprovalKept,
    &approved_is_admitted::ApprovedIsAdmitted,
    &converges::Converges,
    &retry_keeps_id::RetryKeepsId,
    &no_flood::NoFlood,
    &revoked_stays_revoked::RevokedStaysRevoked,
    &one_outcome::OneOutcome,
    &redeemed_once::RedeemedOnce,
    &scopes_never_shrink::ScopesNeverShrink,
    &token_handed_over::TokenHandedOver,
    &crash_is_atomic::CrashIsAtomic,
    &request_kept::RequestKept,
    &end_is_told::EndIsTold,
    &look_takes_nothing::LookTakesNothing,
    &subset_changes_nothing::SubsetChangesNothing,
    &connect_keeps_token::ConnectKeepsToken,
    &dead_token_stays_dead::DeadTokenStaysDead,
    &secret_suffices::SecretSuffices,
];

/// The place of an invariant among all, by its id.
#[must_use]
pub fn place(id: &str) -> Option<usize> {
    ALL.iter().position(|known| known.id() == id)
}
