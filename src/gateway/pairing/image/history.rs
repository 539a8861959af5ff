//! What the files said lately: whoever rewrites a file has read one of these.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::book::{Device, PairRequest};
use super::Image;
use crate::gateway::clock::Leap;

/// States of each file that are remembered.
pub const HISTORY_MAX: usize = 8;
/// How long after a state was replaced somebody may still write what follows from it, in milliseconds.
/// OpenClaw's tools write within milliseconds of reading.
pub const STALE_MS: u64 = 30_000;

/// States of one file, the newest last.
type States<V> = VecDeque<State<V>>;

/// What a file said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State<V> {
    /// When it came, wall milliseconds.
    came_ms: u64,
    /// The number of the change by which it came: two files that change at once have the same.
    change: u64,
    entries: Arc<BTreeMap<String, V>>,
}

/// The last states of each file, the newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct History {
    paired: States<Device>,
    pending: States<PairRequest>,
    bootstraps: Image,
    /// How many changes there were.
    changes: u64,
}

impl History {
    /// Remembers what the files say now.
    pub fn push(&mut self, now_ms: u64, image: &Image) {
        let change = self.changes.saturating_add(1);
        let paired = push(&mut self.paired, now_ms, change, &image.paired);
        let pending = push(&mut self.pending, now_ms, change, &image.pending);
        if paired || pending {
            self.changes = change;
        }
        self.bootstraps = Image { bootstraps: Arc::clone(&image.bootstraps), ..Image::default() };
    }

    /// The wall clock stepped: every state is as old as it was.
    pub fn carry(&mut self, leap: Leap) {
        let paired = self.paired.iter_mut().map(|state| &mut state.came_ms);
        let pending = self.pending.iter_mut().map(|state| &mut state.came_ms);
        paired.chain(pending).for_each(|came_ms| *came_ms = leap.carry(*came_ms));
    }

    /// Whether the file of requests has this one, as far as was last known.
    #[must_use]
    pub fn has_request(&self, id: &str) -> bool {
        self.pending.back().is_some_and(|state| state.entries.contains_key(id))
    }

    /// Whether any state that is remembered has this request.
    #[must_use]
    pub(super) fn had_request(&self, id: &str) -> bool {
        self.pending.iter().any(|state| state.entries.contains_key(id))
    }

    /// Whether whoever read this very record, in whatever state, can have seen this request beside it.
    pub(super) fn stood_beside(&self, record: &Device, id: &str) -> bool {
        let has_record = |state: &State<Device>| {
            let known = state.entries.get(&record.claim.device_id);
            known.is_some_and(|known| !known.is_another(record))
        };
        lives(&self.paired).filter(|(state, ..)| has_record(state)).any(|(_, from, to)| {
            lives(&self.pending)
                .any(|(state, came, gone)| state.entries.contains_key(id) && came < to && from < gone)
        })
    }

    /// Whether a device stood in every state that whoever writes now may have read. Else its absence may
    /// come of an old state, and nobody meant it.
    #[must_use]
    pub fn had_throughout(&self, now_ms: u64, device_id: &str) -> bool {
        let is_old = |at: u64| now_ms > STALE_MS.saturating_add(at);
        let mut replaced_ms = None;
        for State { came_ms, entries, .. } in self.paired.iter().rev() {
            if replaced_ms.is_some_and(is_old) {
                return true;
            }
            if !entries.contains_key(device_id) {
                return false;
            }
            replaced_ms = Some(*came_ms);
        }
        // Older states may have been forgotten.
        self.paired.len() < HISTORY_MAX || replaced_ms.is_some_and(is_old)
    }

    /// For each file, the state that differs least from `theirs`: what its writer had read. Whoever
    /// deletes `paired.json` has read nothing, and means all that is there now.
    #[must_use]
    pub fn base_of(&self, now_ms: u64, theirs: &Image) -> Image {
        let newest = || self.paired.back().map(|state| Arc::clone(&state.entries)).unwrap_or_default();
        let paired =
            if theirs.no_paired_file { newest() } else { nearest(&self.paired, now_ms, &theirs.paired) };
        Image {
            no_paired_file: theirs.no_paired_file,
            paired,
            pending: nearest(&self.pending, now_ms, &theirs.pending),
            bootstraps: Arc::clone(&self.bootstraps.bootstraps),
        }
    }
}

/// The states of a file, each with the change by which it came and the one by which it went.
fn lives<V>(states: &States<V>) -> impl Iterator<Item = (&State<V>, u64, u64)> {
    let gone = states.iter().skip(1).map(|next| next.change).chain([u64::MAX]);
    states.iter().zip(gone).map(|(state, gone)| (state, state.change, gone))
}

/// Remembers a state, unless it is the last one; whether it did.
fn push<V: PartialEq>(
    states: &mut States<V>,
    now_ms: u64,
    change: u64,
    entries: &Arc<BTreeMap<String, V>>,
) -> bool {
    if states.back().is_some_and(|last| last.entries == *entries) {
        return false;
    }
    states.push_back(State { came_ms: now_ms, change, entries: Arc::clone(entries) });
    if states.len() > HISTORY_MAX {
        states.pop_front();
    }
    true
}

fn nearest<V: Apart + PartialEq>(
    states: &States<V>,
    now_ms: u64,
    theirs: &BTreeMap<String, V>,
) -> Arc<BTreeMap<String, V>> {
    let mut found: Option<(usize, &Arc<BTreeMap<String, V>>)> = None;
    let mut replaced_ms = None;
    // From the newest on, which wins a tie.
    for State { came_ms, entries, .. } in states.iter().rev() {
        if replaced_ms.is_some_and(|at| now_ms > STALE_MS.saturating_add(at)) {
            break;
        }
        let distance = distance(entries, theirs);
        if found.is_none_or(|(least, _)| distance < least) {
            found = Some((distance, entries));
        }
        replaced_ms = Some(*came_ms);
    }
    found.map(|(_, state)| Arc::clone(state)).unwrap_or_default()
}

/// How far two states of a file are apart. An entry that is in one alone weighs more than any edit.
fn distance<V: Apart + PartialEq>(one: &BTreeMap<String, V>, other: &BTreeMap<String, V>) -> usize {
    const ALONE: usize = 100;
    let edits = |(key, value): (&String, &V)| match other.get(key) {
        None => ALONE,
        Some(same) if same == value => 0,
        // Its writer had not read this one: he has removed it, as it were, and added another.
        Some(theirs) if value.is_another(theirs) => 2 * ALONE,
        Some(theirs) => 1 + value.apart(theirs).min(ALONE - 2),
    };
    let added = other.keys().filter(|key| !one.contains_key(*key)).count();
    one.iter().map(edits).sum::<usize>() + added * ALONE
}

/// Counts what differs in an entry, so that the state that a writer had read can be told from the one
/// that came in between.
trait Apart {
    fn apart(&self, other: &Self) -> usize;

    /// Whether an entry of the same key is no edit of this one, but was made without knowing it.
    fn is_another(&self, _other: &Self) -> bool {
        false
    }
}

impl Apart for Device {
    fn apart(&self, other: &Self) -> usize {
        let mut count = lists(&self.scopes, &other.scopes) + lists(&self.roles, &other.roles);
        count += usize::from(self.claim != other.claim);
        if self.approved_at_ms != other.approved_at_ms {
            // Approvals only add: whoever approved anew and lacks something had not read it.
            count += 1 + LACK * (only_in(&self.scopes, &other.scopes) + only_in(&self.roles, &other.roles));
        }
        for role in self.tokens.keys().chain(other.tokens.keys()) {
            count += match (self.tokens.get(role), other.tokens.get(role)) {
                (Some(one), Some(two)) => {
                    usize::from(one.hash != two.hash)
                        + usize::from(one.revoked_at_ms != two.revoked_at_ms)
                        + lists(&one.scopes, &two.scopes)
                }
                _ => 2,
            };
        }
        count
    }

    fn is_another(&self, other: &Self) -> bool {
        self.created_at_ms != other.created_at_ms
    }
}

impl Apart for PairRequest {
    fn apart(&self, other: &Self) -> usize {
        lists(&self.scopes, &other.scopes)
            + usize::from(self.claim != other.claim)
            + usize::from(self.ts_ms != other.ts_ms)
    }
}

/// How much it weighs that an approval lacks what its writer would have read.
const LACK: usize = 10;

/// How many items are in one list alone.
fn lists(one: &[String], other: &[String]) -> usize {
    only_in(one, other) + only_in(other, one)
}

fn only_in(list: &[String], without: &[String]) -> usize {
    list.iter().filter(|item| !without.contains(item)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;
    use crate::gateway::pairing::{Origin, Token};

    /// A record with its approval, its scopes and those of its token; the token is named by the approval.
    fn record(approved_at_ms: u64, scopes: &[&str], of_token: &[&str]) -> Device {
        let owned = |scopes: &[&str]| scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let hash = approved_at_ms.to_string();
        let token = Token {
            origin: Origin::Foreign(Secret::new(&hash)),
            hash,
            scopes: owned(of_token),
            created_at_ms: 0,
            rotated_at_ms: None,
            revoked_at_ms: None,
            last_used_at_ms: None,
        };
        let tokens = [("operator".to_owned(), token)].into();
        Device { approved_at_ms, scopes: owned(scopes), tokens, ..Device::default() }
    }

    fn image(device: Device) -> Image {
        Image { paired: Arc::new([("d".to_owned(), device)].into()), ..Image::default() }
    }

    /// A token with what its scopes imply looks like that of the wider approval, which its writer never saw.
    #[test]
    fn an_approval_that_lacks_something_was_not_made_upon_it() {
        let mut history = History::default();
        let (read, wider) = (
            record(1, &[], &[]),
            record(2, &["operator.admin"], &["operator.admin", "operator.read", "operator.write"]),
        );
        history.push(10, &image(read.clone()));
        history.push(
            11,
            &image(Device {
                claim: crate::gateway::pairing::Claim {
                    client_id: "other".to_owned(),
                    ..wider.claim.clone()
                },
                ..wider
            }),
        );
        let mut theirs = record(3, &["operator.write"], &["operator.read", "operator.write"]);
        theirs.claim.client_id = "other".to_owned();
        let base = history.base_of(12, &image(theirs));
        assert_eq!(base.paired.get("d"), Some(&read));
    }
}
