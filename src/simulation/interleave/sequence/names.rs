//! Short names for request ids, by first appearance.

use super::super::world::Shown;

/// The ids that have a name: `r1`, `r2` and so on.
#[derive(Debug, Clone)]
pub(super) struct Names(Vec<String>);

impl Names {
    /// Of the requests that stood at the beginning.
    pub(super) fn of(named: &[(String, Shown)]) -> Self {
        Self(named.iter().map(|(_, shown)| shown.id.clone()).collect())
    }

    /// The name of an id.
    pub(super) fn of_id(&mut self, id: &str) -> String {
        let place = self.0.iter().position(|known| known == id).unwrap_or_else(|| {
            self.0.push(id.to_owned());
            self.0.len() - 1
        });
        format!("r{}", place + 1)
    }

    /// Whether an id has a name.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.0.iter().any(|known| known == id)
    }

    /// A sentence with the names in the place of the ids.
    pub(super) fn said(&self, words: &str) -> String {
        let named = self.0.iter().enumerate();
        named.fold(words.to_owned(), |said, (place, id)| said.replace(id, &format!("r{}", place + 1)))
    }
}
