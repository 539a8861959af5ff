//! Values that are kept once, and known by a small number from then on.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// A map that is only looked up, never walked; it hashes the same in every run.
pub(super) type Index<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Values that are kept once.
#[derive(Debug)]
pub(super) struct Pool<T> {
    items: Vec<Arc<T>>,
    /// The places of values by their hash; equal hashes are told apart by the values.
    index: Index<u64, Vec<u32>>,
}

impl<T: Hash + Eq> Pool<T> {
    pub(super) fn new() -> Self {
        Self { items: Vec::new(), index: Index::default() }
    }

    /// The number of a value, new or known.
    pub(super) fn put(&mut self, value: Arc<T>) -> u32 {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        let alike = self.index.entry(hasher.finish()).or_default();
        if let Some(known) = alike.iter().find(|known| self.items[**known as usize] == value) {
            return *known;
        }
        let number = small(self.items.len());
        alike.push(number);
        self.items.push(value);
        number
    }

    /// Whether a value is new; it is known from then on.
    pub(super) fn is_new(&mut self, value: Arc<T>) -> bool {
        let known = self.items.len();
        self.put(value);
        self.items.len() > known
    }

    /// How many values there are.
    pub(super) const fn len(&self) -> usize {
        self.items.len()
    }

    /// The value of a number.
    pub(super) fn get(&self, number: u32) -> &Arc<T> {
        &self.items[number as usize]
    }
}

/// A place as a small number.
pub(super) fn small(place: usize) -> u32 {
    u32::try_from(place).expect("a race has fewer states than that: STATES_MAX")
}
