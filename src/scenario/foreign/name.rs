//! The model ids by which a foreign subject is asked: they say which case is meant.
//!
//! `provoke/<scenario>/<dialect>/<provider>.<model>` is a cell; slashes inside the model become
//! dots. `/fallback` behind it is the first fallback, `/fallback-2` the second. What is left out
//! from the right is chosen: the scenario's first cell of the dialect in which the mock is asked.
//! Whatever a router puts before `provoke/` does not count.

use crate::dialect::Codec;
use crate::scenario::plan::Cell;

/// What every such id begins with.
const ROOT: &str = "provoke/";
/// The word for a further candidate.
const FALLBACK: &str = "fallback";
/// In place of a scenario: the question whether the subject is still alive.
const ALIVE: &str = "alive";
/// The most fallbacks that a name can count.
const PLACE_MAX: usize = 99;

/// The word for a dialect in a model id: `chat`, `messages`.
#[must_use]
pub fn dialect_word(dialect: &dyn Codec) -> &'static str {
    dialect.id().rsplit('_').next().unwrap_or_default()
}

/// The model id that asks for a cell's primary.
#[must_use]
pub fn model_id(scenario: &str, cell: &Cell) -> String {
    let word = cell.candidates.first().map_or("none", |primary| dialect_word(primary.dialect));
    format!("{ROOT}{scenario}/{word}/{}", label(cell))
}

/// The model id that is always answered.
#[must_use]
pub fn alive_id(dialect: &dyn Codec) -> String {
    format!("{ROOT}{ALIVE}/{}", dialect_word(dialect))
}

fn label(cell: &Cell) -> String {
    format!("{}.{}", cell.provider, cell.model.replace('/', "."))
}

/// What a model id asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The scenario's id; empty in `provoke/fallback`, which means the canary's case.
    pub scenario: String,
    /// The word for the dialect, where it is named.
    pub dialect: Option<String>,
    /// The cell, where it is named.
    pub cell: Option<String>,
    /// The place of the candidate: 0 is the primary.
    pub place: usize,
}

impl Asked {
    /// Reads a model id; `None` where it is none of ours.
    #[must_use]
    pub fn read(model: &str) -> Option<Self> {
        let rest = &model[model.find(ROOT)? + ROOT.len()..];
        let mut words: Vec<&str> = rest.split('/').collect();
        let place = words.last().and_then(|word| place(word));
        if place.is_some() {
            words.pop();
        }
        let mut words = words.into_iter().map(str::to_owned);
        Some(Self {
            scenario: words.next().unwrap_or_default(),
            dialect: words.next(),
            cell: words.next(),
            place: place.unwrap_or(0),
        })
    }

    /// Whether it asks if anybody is there.
    #[must_use]
    pub fn alive(&self) -> bool {
        self.scenario == ALIVE
    }

    /// Whether it means this cell, when it is asked for in a dialect.
    #[must_use]
    pub fn means(&self, cell: &Cell, spoken: &dyn Codec) -> bool {
        let Some(primary) = cell.candidates.first() else { return false };
        let own = dialect_word(primary.dialect);
        let wanted = self.dialect.as_deref().unwrap_or_else(|| dialect_word(spoken));
        own == wanted && self.cell.as_ref().is_none_or(|named| *named == label(cell))
    }
}

/// The place of `fallback`, `fallback-2`, …; `None` for every other word.
fn place(word: &str) -> Option<usize> {
    let rest = word.strip_prefix(FALLBACK)?;
    if rest.is_empty() {
        return Some(1);
    }
    rest.strip_prefix('-')?.parse().ok().filter(|place| (1..=PLACE_MAX).contains(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_whatever_stands_before_them() {
        let whole = Asked::read("openai/provoke/stream.empty/chat/lab-chat.empty/fallback-2");
        let wanted = Asked {
            scenario: "stream.empty".to_owned(),
            dialect: Some("chat".to_owned()),
            cell: Some("lab-chat.empty".to_owned()),
            place: 2,
        };
        assert_eq!(whole, Some(wanted));
        let fallback = Asked::read("provoke/fallback");
        assert_eq!(fallback, Some(Asked { place: 1, ..Asked::default() }));
        assert_eq!(Asked::read("provoke/a.b/fallback-0").map(|asked| asked.place), Some(0));
        assert!(Asked::read("provoke/alive/chat").is_some_and(|asked| asked.alive()));
        assert_eq!(Asked::read("gpt-4o"), None);
    }

    proptest::proptest! {
        #![proptest_config(crate::chance::tries(256))]

        #[test]
        fn whatever_a_model_is_called_it_is_read_or_not_ours(before in ".*", rest in ".*") {
            let asked = Asked::read(&format!("{before}{ROOT}{rest}"));
            proptest::prop_assert!(asked.is_some_and(|asked| asked.place <= PLACE_MAX));
            proptest::prop_assert_eq!(Asked::read(&rest).is_some(), rest.contains(ROOT));
        }
    }
}
