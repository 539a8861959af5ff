//! Taking in what others wrote into OpenClaw's files.
//!
//! Whoever else writes there read a state of ours first, changed it, and wrote it back without a lock.
//! So what counts is the difference between the state that it had read and what it wrote:
//!
//! - an approval counts for a request of ours that is gone from `pending.json` while the device's record
//!   was approved anew: then it is our own approval of that id, with exactly its scopes. The two files
//!   are not written at once, so each half is remembered for a while;
//! - a new device is taken as it stands, and a deleted one is deleted; while others stay, somebody meant
//!   this one, and a tombstone keeps it from coming back silently;
//! - what was narrowed is narrowed; what was widened without a request of ours is not, but when the
//!   gateway starts: then the files are taken as they stand;
//! - what has a tombstone stays away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::gateway::fresh::Fresh;
use crate::gateway::log::Line;

use super::super::book::{
    Book, DEVICES_MAX, Device, PairRequest, Policy, REQUESTS_MAX, REQUESTS_PER_DEVICE, SCOPE_MAX, SCOPES_MAX,
    ServerKey,
};
use super::super::command::Event;
use super::super::turn::{Decision, Turn};
use super::tokens::{Whose, whose};
use super::{History, Image};

/// How far apart the two halves of an approval may be seen, in milliseconds.
pub const HALF_WINDOW_MS: u64 = 10_000;
/// Bootstrap tokens at most.
const BOOTSTRAPS_MAX: usize = 1_024;

/// What came of it beside the book.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Absorbed {
    /// What is broadcast.
    pub events: Vec<Event>,
    /// What is logged.
    pub log: Vec<Line>,
    /// Sockets that must close.
    pub dropped: Vec<(String, Option<String>)>,
}

impl Book {
    /// Takes in what the files say. `start`: nobody has kept watch, so they are taken as they stand.
    pub fn absorb(
        &mut self,
        now_ms: u64,
        key: &ServerKey,
        history: &History,
        theirs: &Image,
        start: bool,
    ) -> Absorbed {
        let base = history.base_of(now_ms, theirs);
        // An id may be gone although its writer read a state without it; so this is no question of the base.
        let gone = |id: &&String| history.has_request(id) && !theirs.pending.contains_key(*id);
        let gone: Vec<String> = self.requests.keys().filter(gone).cloned().collect();
        if base == *theirs && gone.is_empty() {
            return Absorbed::default();
        }
        let policy = Policy::default();
        let mut turn = Turn::new(now_ms, Fresh::default(), key, &policy);
        self.prune(&mut turn);
        self.note_gone(&mut turn, &gone, &base.pending);
        self.note_new(&mut turn, &base.pending, &theirs.pending, start);
        let changed: BTreeSet<&String> = base
            .paired
            .keys()
            .chain(theirs.paired.keys())
            .filter(|id| base.paired.get(*id) != theirs.paired.get(*id))
            .collect();
        for id in &changed {
            if let Some(device) = theirs.paired.get(*id) {
                self.note_widened(now_ms, base.paired.get(*id), device);
            }
        }
        self.approve_what_is_whole(&mut turn, theirs);
        for id in changed {
            match theirs.paired.get(id) {
                None => {
                    // Whoever empties the file begins anew, and bars nobody.
                    let is_meant = !start && !theirs.paired.is_empty() && history.had_throughout(now_ms, id);
                    self.delete(&mut turn, id, is_meant);
                }
                Some(device) => self.take(&mut turn, base.paired.get(id), device, start),
            }
            self.settle(&mut turn, id);
        }
        if start {
            self.drop_gone(&mut turn);
        }
        self.take_bootstraps(&base, theirs);
        let step = turn.finish(Ok(super::super::command::Answer::Payload(serde_json::Value::Null)));
        Absorbed { events: step.events, log: step.log, dropped: step.dropped }
    }

    /// Requests that are gone from the file.
    fn note_gone(&mut self, turn: &mut Turn<'_>, gone: &[String], base: &BTreeMap<String, PairRequest>) {
        for id in gone {
            let Some(ask) = self.requests.get_mut(id) else { continue };
            if !ask.foreign {
                mark(&mut ask.half.gone_ms, turn.now_ms);
            } else if base.contains_key(id) {
                turn.resolved(id, &ask.claim.device_id, Decision::Rejected);
                self.requests.remove(id);
            }
        }
    }

    /// Requests that are new in the file.
    fn note_new(
        &mut self,
        turn: &mut Turn<'_>,
        base: &BTreeMap<String, PairRequest>,
        theirs: &BTreeMap<String, PairRequest>,
        start: bool,
    ) {
        for (id, ask) in theirs.iter().filter(|(id, _)| !base.contains_key(*id)) {
            let device = &ask.claim.device_id;
            let of_device = self.requests.values().filter(|known| known.claim.device_id == *device).count();
            let fits = self.requests.len() < REQUESTS_MAX
                && of_device < REQUESTS_PER_DEVICE
                && is_bounded(&ask.scopes)
                && turn.now_ms < ask.ends_ms();
            if self.requests.contains_key(id) || !fits {
                continue;
            }
            let ask = PairRequest { foreign: !start, ..ask.clone() };
            turn.requested(ask.to_json());
            self.requests.insert(id.clone(), ask);
        }
    }

    /// Requests of ours that a changed record would follow from.
    fn note_widened(&mut self, now_ms: u64, base: Option<&Device>, theirs: &Device) {
        if base.is_some_and(|base| base.approved_at_ms == theirs.approved_at_ms) {
            return;
        }
        for ask in self.requests.values_mut().filter(|ask| !ask.foreign) {
            if ask.claim.device_id == theirs.claim.device_id
                && ask.claim.public_key == theirs.claim.public_key
                && ask.scopes.iter().all(|scope| theirs.scopes.contains(scope))
                && theirs.live_token(&ask.role).is_some()
            {
                mark(&mut ask.half.widened_ms, now_ms);
            }
        }
    }

    /// Approvals of which both halves were seen.
    fn approve_what_is_whole(&mut self, turn: &mut Turn<'_>, theirs: &Image) {
        let whole = |ask: &&PairRequest| match (ask.half.gone_ms, ask.half.widened_ms) {
            (Some(gone), Some(widened)) => gone.abs_diff(widened) <= HALF_WINDOW_MS,
            _ => false,
        };
        let asks: Vec<PairRequest> = self.requests.values().filter(whole).cloned().collect();
        for ask in asks {
            let id = &ask.claim.device_id;
            if let Err(refusal) = self.carry_out(turn, &ask) {
                turn.warn(format!("approval in the files not taken device={id}: {}", refusal.message));
                continue;
            }
            let stands = theirs.paired.get(id).and_then(|device| device.tokens.get(&ask.role));
            let Some(stands) = stands else { continue };
            if matches!(whose(self, turn.key, id, &ask.role, stands), Whose::Foreign)
                && let Some(token) =
                    self.devices.get_mut(id).and_then(|device| device.tokens.get_mut(&ask.role))
            {
                (token.origin, token.hash) = (stands.origin.clone(), stands.hash.clone());
            }
        }
    }

    fn delete(&mut self, turn: &mut Turn<'_>, id: &str, is_meant: bool) {
        if self.devices.remove(id).is_some() {
            turn.info(format!("device pairing removed by another process device={id}"));
            if is_meant {
                self.bury_device(turn, id);
            }
            turn.drop_sockets(id, None);
        }
    }

    fn take(&mut self, turn: &mut Turn<'_>, base: Option<&Device>, theirs: &Device, start: bool) {
        let id = theirs.claim.device_id.as_str();
        if self.devices.contains_key(id) {
            self.take_changes(turn, base, theirs, start);
        } else if base.is_none() {
            self.take_over(turn, theirs);
        } else {
            // Removed here since its writer read the file.
            turn.warn(format!("change by another process not taken: the device was removed device={id}"));
        }
    }

    /// A device that nobody here has seen before.
    fn take_over(&mut self, turn: &mut Turn<'_>, theirs: &Device) {
        let id = theirs.claim.device_id.as_str();
        if self.tombstones.get(id).is_some_and(|tombstone| tombstone.whole) {
            turn.warn(format!("device added by another process not taken: it was removed device={id}"));
            return;
        }
        if self.devices.len() >= DEVICES_MAX || !is_bounded(&theirs.scopes) || !is_bounded(&theirs.roles) {
            turn.warn(format!(
                "device added by another process not taken: there is no room for it device={id}"
            ));
            return;
        }
        let mut device = Device { seen_at_ms: theirs.approved_at_ms, ..theirs.clone() };
        let tokens = std::mem::take(&mut device.tokens);
        for (role, token) in tokens {
            if self.is_barred(id, &role) {
                continue;
            }
            if let Some(token) = super::tokens::taken_over(self, turn.key, id, &role, token) {
                device.tokens.insert(role, token);
            }
        }
        turn.info(format!("device pairing taken over from paired.json device={id} role={}", device.role));
        self.devices.insert(id.to_owned(), device);
    }

    /// Requests that vanished while nobody kept watch, and that nobody approved.
    fn drop_gone(&mut self, turn: &mut Turn<'_>) {
        let gone = |ask: &&PairRequest| ask.half.gone_ms == Some(turn.now_ms);
        let gone: Vec<PairRequest> = self.requests.values().filter(gone).cloned().collect();
        for ask in gone {
            self.requests.remove(&ask.request_id);
            turn.resolved(&ask.request_id, &ask.claim.device_id, Decision::Rejected);
        }
    }

    fn take_bootstraps(&mut self, base: &Image, theirs: &Image) {
        if Arc::ptr_eq(&base.bootstraps, &theirs.bootstraps) {
            return;
        }
        self.bootstraps
            .retain(|hash, _| theirs.bootstraps.contains_key(hash) || !base.bootstraps.contains_key(hash));
        for (hash, known) in theirs.bootstraps.iter() {
            let room = self.bootstraps.len() < BOOTSTRAPS_MAX || self.bootstraps.contains_key(hash);
            if base.bootstraps.get(hash) != Some(known) && room {
                self.bootstraps.insert(hash.clone(), known.clone());
            }
        }
    }
}

/// Sets a mark, unless there is one that still counts.
fn mark(at: &mut Option<u64>, now_ms: u64) {
    if at.is_none_or(|at| now_ms.abs_diff(at) > HALF_WINDOW_MS) {
        *at = Some(now_ms);
    }
}

fn is_bounded(scopes: &[String]) -> bool {
    scopes.len() <= SCOPES_MAX && scopes.iter().all(|scope| scope.len() <= SCOPE_MAX)
}
