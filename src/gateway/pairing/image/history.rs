//! What the files said lately: whoever rewrites a file has read one of these.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::book::{Device, PairRequest};
use super::Image;

/// States of each file that are remembered.
pub const HISTORY_MAX: usize = 8;
/// How long after a state was replaced somebody may still write what follows from it, in milliseconds.
/// OpenClaw's tools write within milliseconds of reading.
pub const STALE_MS: u64 = 30_000;

/// States of one file, each with the moment at which it came.
type States<V> = VecDeque<(u64, Arc<BTreeMap<String, V>>)>;

/// The last states of each file, the newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct History {
    paired: States<Device>,
    pending: States<PairRequest>,
    bootstraps: Image,
}

impl History {
    /// Remembers what the files say now.
    pub fn push(&mut self, now_ms: u64, image: &Image) {
        push(&mut self.paired, now_ms, &image.paired);
        push(&mut self.pending, now_ms, &image.pending);
        self.bootstraps = Image { bootstraps: Arc::clone(&image.bootstraps), ..Image::default() };
    }

    /// Whether the file of requests has this one, as far as was last known.
    #[must_use]
    pub fn has_request(&self, id: &str) -> bool {
        self.pending.back().is_some_and(|(_, state)| state.contains_key(id))
    }

    /// Whether a device stood in every state that whoever writes now may have read. Else its absence may
    /// come of an old state, and nobody meant it.
    #[must_use]
    pub fn had_throughout(&self, now_ms: u64, device_id: &str) -> bool {
        let is_old = |at: u64| now_ms > STALE_MS.saturating_add(at);
        let mut replaced_ms = None;
        for (came_ms, state) in self.paired.iter().rev() {
            if replaced_ms.is_some_and(is_old) {
                return true;
            }
            if !state.contains_key(device_id) {
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
        let newest = || self.paired.back().map(|(_, state)| Arc::clone(state)).unwrap_or_default();
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

fn push<V: PartialEq>(states: &mut States<V>, now_ms: u64, state: &Arc<BTreeMap<String, V>>) {
    if states.back().is_some_and(|(_, last)| last == state) {
        return;
    }
    states.push_back((now_ms, Arc::clone(state)));
    if states.len() > HISTORY_MAX {
        states.pop_front();
    }
}

fn nearest<V: Apart + PartialEq>(
    states: &States<V>,
    now_ms: u64,
    theirs: &BTreeMap<String, V>,
) -> Arc<BTreeMap<String, V>> {
    let mut found: Option<(usize, &Arc<BTreeMap<String, V>>)> = None;
    let mut replaced_ms = None;
    // From the newest on, which wins a tie.
    for (came_ms, state) in states.iter().rev() {
        if replaced_ms.is_some_and(|at| now_ms > STALE_MS.saturating_add(at)) {
            break;
        }
        let distance = distance(state, theirs);
        if found.is_none_or(|(least, _)| distance < least) {
            found = Some((distance, state));
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
        Some(theirs) => 1 + value.apart(theirs).min(ALONE - 2),
    };
    let added = other.keys().filter(|key| !one.contains_key(*key)).count();
    one.iter().map(edits).sum::<usize>() + added * ALONE
}

/// Counts what differs in an entry, so that the state that a writer had read can be told from the one
/// that came in between.
trait Apart {
    fn apart(&self, other: &Self) -> usize;
}

impl Apart for Device {
    fn apart(&self, other: &Self) -> usize {
        let mut count = lists(&self.scopes, &other.scopes) + lists(&self.roles, &other.roles);
        count +=
            usize::from(self.claim != other.claim) + usize::from(self.approved_at_ms != other.approved_at_ms);
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
}

impl Apart for PairRequest {
    fn apart(&self, other: &Self) -> usize {
        lists(&self.scopes, &other.scopes)
            + usize::from(self.claim != other.claim)
            + usize::from(self.ts_ms != other.ts_ms)
    }
}

/// How many items are in one list alone.
fn lists(one: &[String], other: &[String]) -> usize {
    let alone =
        |list: &[String], without: &[String]| list.iter().filter(|item| !without.contains(item)).count();
    alone(one, other) + alone(other, one)
}
