//! Finds the delta that says again all that was said.
//!
//! Some servers end a stream with one delta that repeats the whole text. Whoever appends deltas
//! then shows every answer twice.

use std::collections::BTreeMap;

use super::{Event, PartKind};

/// A repetition shorter than this, in characters, may well be meant.
const CHARS_MIN: usize = 16;

/// How many deltas must have come before: one that repeats a single one may well be meant.
const DELTAS_MIN: u32 = 2;

/// The longest text that is watched, in bytes.
const WATCHED_MAX: usize = 4 << 20;

/// Watches the text of a streamed answer, choice by choice.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    choices: BTreeMap<u32, u32>,
    said: BTreeMap<u32, Said>,
}

#[derive(Debug, Clone, Default)]
struct Said {
    text: String,
    deltas: u32,
    lost: bool,
}

impl Replay {
    /// Takes the next event, and tells whether it is a delta that repeats all the text so far.
    pub fn repeats(&mut self, event: &Event) -> bool {
        match event {
            Event::PartStart { part, choice, kind: PartKind::Text } => {
                self.choices.insert(*part, *choice);
                false
            }
            Event::Delta { part, text } => {
                let Some(choice) = self.choices.get(part) else { return false };
                self.said.entry(*choice).or_default().repeats(text)
            }
            _ => false,
        }
    }
}

impl Said {
    fn repeats(&mut self, text: &str) -> bool {
        let again = self.deltas >= DELTAS_MIN
            && !self.lost
            && self.text == text
            && text.chars().nth(CHARS_MIN - 1).is_some();
        if again {
            return true;
        }
        self.deltas = self.deltas.saturating_add(1);
        self.lost |= self.text.len() + text.len() > WATCHED_MAX;
        if self.lost {
            self.text.clear();
        } else {
            self.text.push_str(text);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the last of these deltas repeats the rest.
    fn last_repeats(deltas: &[&str]) -> bool {
        let mut replay = Replay::default();
        replay.repeats(&Event::PartStart { part: 0, choice: 0, kind: PartKind::Text });
        let told =
            deltas.iter().map(|text| replay.repeats(&Event::Delta { part: 0, text: (*text).to_owned() }));
        told.last().unwrap_or_default()
    }

    #[test]
    fn only_all_of_a_text_of_some_length_in_some_pieces_is_a_replay() {
        assert!(last_repeats(&["0123456789", "abcdef", "0123456789abcdef"]));
        assert!(!last_repeats(&["0123456789", "abcde", "0123456789abcde"]), "too short");
        assert!(!last_repeats(&["0123456789abcdef", "0123456789abcdef"]), "one delta before");
        assert!(!last_repeats(&["0123456789", "abcdef", "0123456789abcdeg"]), "another text");
        assert!(last_repeats(&["éééééééé", "éééééééé", "éééééééééééééééé"]));
    }

    #[test]
    fn reasoning_and_arguments_may_repeat_themselves() {
        let mut replay = Replay::default();
        replay.repeats(&Event::PartStart { part: 0, choice: 0, kind: PartKind::Reasoning });
        let mut delta = |text: &str| replay.repeats(&Event::Delta { part: 0, text: text.to_owned() });
        assert!(!delta("0123456789") && !delta("abcdef") && !delta("0123456789abcdef"));
    }

    #[test]
    fn a_text_beyond_the_bound_is_let_pass() {
        let long = "x".repeat(WATCHED_MAX);
        assert!(!last_repeats(&[&long, "y", &format!("{long}y")]));
    }
}
