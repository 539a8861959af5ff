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
            FinishReason::Length => {
                ("empty.thinking-budget", "the token limit was reached before anything visible was said")
            }
            FinishReason::Stop | FinishReason::ToolCalls => {
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
    use super::same_family;

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
