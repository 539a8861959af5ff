//! A whole answer came; is it one?

use serde_json::Value;

use super::Rule;
use crate::chat::{FinishReason, Part, ResponseFormat};
use crate::diagnosis::{Scene, clip, schema};
use crate::verdict::{Confidence, Evidence, Finding};

/// The answer is whole and empty.
pub(super) struct Empty;

impl Rule for Empty {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        let finish = response.finish.as_ref()?;
        let said = response.parts.iter().any(|part| match part {
            Part::Text(text) | Part::Refusal(text) => !text.is_empty(),
            Part::Reasoning { .. } => false,
            _ => true,
        });
        if said {
            return None;
        }
        let (cause, message) = match finish.reason {
            // A model that stops without a word has read the prompt before.
            FinishReason::Stop if response.usage.input == Some(0) => (
                "error.masked-upstream",
                "the answer ended properly with nothing in it, and not one token of the prompt was read",
            ),
            FinishReason::Length => {
                ("empty.thinking-budget", "the token limit was reached before anything visible was said")
            }
            FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other => {
                ("empty.model-stop", "the answer ended properly with nothing in it")
            }
            FinishReason::Error => {
                ("provider.server-error", "the provider gave `error` as its finish reason")
            }
            _ => return None,
        };
        Some(scene.finding(cause, Confidence::High, message))
    }
}

/// The answer says the same again and again until its token limit.
pub(super) struct Repeats;

/// The longest run of characters whose repetition is looked for.
const PERIOD_MAX: usize = 200;
/// How often in a row something must be said: a list or a ruler says a thing less often.
const ROUNDS_MIN: usize = 16;
/// How much of the end of an answer must be repetition, in characters.
const REPEATED_MIN: usize = 160;

impl Rule for Repeats {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        response.finish.as_ref().filter(|finish| finish.reason == FinishReason::Length)?;
        let text = response.text();
        let (piece, rounds) = repeated_end(&text)?;
        let message = format!("the answer ends at its token limit with the same words {rounds} times");
        let mut finding = scene.finding("answer.repeats-itself", Confidence::High, message);
        finding.evidence.push(Evidence::of(scene.exchange.attempt, format!("again and again: {piece:?}")));
        Some(finding)
    }
}

/// The shortest piece that fills the end of a text over and over, and how often it stands there.
fn repeated_end(text: &str) -> Option<(String, usize)> {
    let back: Vec<char> = text.chars().rev().take(2 * PERIOD_MAX * ROUNDS_MIN).collect();
    (1..=PERIOD_MAX).find_map(|period| {
        let pairs = back.iter().zip(back.iter().skip(period));
        let same = period + pairs.take_while(|(one, other)| one == other).count();
        let enough = same >= REPEATED_MIN.max(period * ROUNDS_MIN);
        enough.then(|| (back[..period].iter().rev().collect(), same / period))
    })
}

/// JSON was asked for, and the answer is none, or not of the schema.
pub(super) struct SchemaIgnored;

impl Rule for SchemaIgnored {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        response.finish.as_ref().filter(|finish| finish.reason == FinishReason::Stop)?;
        let format = scene.dialect.decode_request(&scene.exchange.request.body).value.response_format?;
        let text = response.text();
        if text.is_empty() || !response.tool_calls().is_empty() {
            return None;
        }
        let message = match (serde_json::from_str::<Value>(&text), format) {
            (Err(_), _) => "JSON was asked for, and the answer is none".to_owned(),
            (Ok(said), ResponseFormat::JsonSchema { schema: wanted, .. }) => {
                let wrong = schema::broken(&wanted, &said)?;
                format!("the answer breaks the schema that was asked for: {wrong}")
            }
            (Ok(_), ResponseFormat::JsonObject) => return None,
        };
        let mut finding = scene.finding("schema.silently-ignored", Confidence::Certain, message);
        let text = format!("answer: {}", clip(text.as_bytes()));
        finding.evidence.push(Evidence::of(scene.exchange.attempt, text));
        Some(finding)
    }
}

/// Another model served the request.
pub(super) struct Substitution;

impl Rule for Substitution {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        let asked = &scene.exchange.model;
        let served = scene.view.response.model.as_ref().filter(|served| !served.is_empty())?;
        if same_family(asked, served) {
            return None;
        }
        let message = format!("`{asked}` was asked for and `{served}` says that it answered");
        let mut finding = scene.finding("model.silent-substitution", Confidence::High, message);
        let text = format!("request model: {asked}; answer model: {served}");
        finding.evidence.push(Evidence::of(scene.exchange.attempt, text));
        Some(finding)
    }
}

/// Whether two ids name the same model: equal but for a provider prefix, a date, a tag or case.
fn same_family(asked: &str, served: &str) -> bool {
    let bare = |id: &str| id.rsplit('/').next().unwrap_or(id).to_ascii_lowercase();
    let (asked, served) = (bare(asked), bare(served));
    let longer_is_a_variant = |short: &str, long: &str| {
        long.strip_prefix(short).is_some_and(|rest| {
            rest.is_empty()
                || rest.starts_with(['-', ':', '@', '.']) && !rest.contains("mini") && !rest.contains("nano")
        })
    };
    longer_is_a_variant(&asked, &served) || longer_is_a_variant(&served, &asked)
}

#[cfg(test)]
mod tests {
    use super::{repeated_end, same_family};

    #[test]
    fn a_loop_is_found_in_any_script_and_a_ruler_is_none() {
        let end = |text: &str| repeated_end(text).map(|(piece, rounds)| (piece.trim().to_owned(), rounds));
        let looping = format!("It began well: {}", "and that was all. ".repeat(20));
        assert_eq!(end(&looping), Some(("and that was all.".to_owned(), 20)));
        assert_eq!(end(&"世界".repeat(100)), Some(("世界".to_owned(), 100)));
        // Cut in the middle of a round, as a token limit does.
        assert!(end(&looping[..looping.len() - 5]).is_some());
        for sound in ["", "ha ha ha ha", &"-".repeat(80), &"| a | b |\n".repeat(12)] {
            assert_eq!(end(sound), None, "{sound}");
        }
        let counted: String = (0..500).map(|number| format!("{number}\n")).collect();
        assert_eq!(end(&counted), None);
    }

    #[test]
    fn a_dated_snapshot_is_the_same_model_and_a_smaller_one_is_not() {
        for (asked, served, same) in [
            ("gpt-x", "gpt-x-2026-07-09", true),
            ("groq/compound", "groq/compound", true),
            ("claude-opus-4-6-v1messages", "claude-opus-4-6", true),
            ("openai/gpt-x", "gpt-x", true),
            ("gpt-x", "gpt-x-mini", false),
            ("claude-opus-4-6", "claude-haiku-4-5", false),
        ] {
            assert_eq!(same_family(asked, served), same, "{asked} served by {served}");
        }
    }
}
