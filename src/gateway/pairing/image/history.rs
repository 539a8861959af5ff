//! What the files said lately: whoever rewrites a file has read one of these.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::book::{Device, PairRequest};
use super::Image;

/// States of each file that are remembered.
pub const HISTORY_MAX: usize = 8;

/// The last states of each file, the newest last.
#[derive(Debug, Clone, Default)]
pub struct History {
    paired: VecDeque<Arc<BTreeMap<String, Device>>>,
    pending: VecDeque<Arc<BTreeMap<String, PairRequest>>>,
    bootstraps: Image,
}

impl History {
    /// Remembers what the files say now.
    pub fn push(&mut self, image: &Image) {
        push(&mut self.paired, &image.paired);
        push(&mut self.pending, &image.pending);
        self.bootstraps = Image { bootstraps: Arc::clone(&image.bootstraps), ..Image::default() };
    }

    /// For each file, the state that differs least from `theirs`: what its writer had read. Whoever
    /// deletes `paired.json` has read nothing, and means all that is there now.
    #[must_use]
    pub fn base_of(&self, theirs: &Image) -> Image {
        let newest = || self.paired.back().cloned().unwrap_or_default();
        let paired = if theirs.no_paired_file { newest() } else { nearest(&self.paired, &theirs.paired) };
        Image {
            no_paired_file: theirs.no_paired_file,
            paired,
            pending: nearest(&self.pending, &theirs.pending),
            bootstraps: Arc::clone(&self.bootstraps.bootstraps),
        }
    }
}

fn push<V: PartialEq>(states: &mut VecDeque<Arc<BTreeMap<String, V>>>, state: &Arc<BTreeMap<String, V>>) {
    states.retain(|old| old != state);
    states.push_back(Arc::clone(state));
    if states.len() > HISTORY_MAX {
        states.pop_front();
    }
}

fn nearest<V: Apart + PartialEq>(
    states: &VecDeque<Arc<BTreeMap<String, V>>>,
    theirs: &BTreeMap<String, V>,
) -> Arc<BTreeMap<String, V>> {
    // The newest wins a tie.
    let found = states.iter().rev().min_by_key(|state| distance(state, theirs));
    found.cloned().unwrap_or_default()
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
