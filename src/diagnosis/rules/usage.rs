//! Can the tokens that are told be true for the size of the prompt?

use serde_json::Value;

use super::Rule;
use crate::chat::Part;
use crate::diagnosis::Scene;
use crate::verdict::{Confidence, Evidence, Finding};

/// The most tokens that a provider may add to a prompt of its own: instructions, tools, templates.
const OVERHEAD: u64 = 100_000;

/// A prompt with less text than this, in bytes without white space, says too little about its tokens.
const LONG: u64 = 1024;

/// Whatever the language and the tokeniser, a token stands for fewer bytes of text than this on average.
const BYTES_PER_TOKEN: u64 = 16;

/// How deep a request is looked into.
const DEPTH_MAX: usize = 16;

/// More tokens are told than the prompt can have.
pub(super) struct Implausible;

impl Rule for Implausible {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        let counted = Counted::of(scene)?;
        if counted.least <= counted.bytes.saturating_add(OVERHEAD) {
            return None;
        }
        let what = "more than it has bytes, and far more than a provider adds";
        Some(counted.finding(scene, "usage.implausible", Confidence::High, what))
    }
}

/// Far fewer tokens of the prompt were read than the prompt has.
pub(super) struct Truncated;

impl Rule for Truncated {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        let counted = Counted::of(scene)?;
        let Counted { words, most, .. } = counted;
        // No count at all is told as zero by some.
        if most == 0 || words < LONG || most.saturating_mul(BYTES_PER_TOKEN) >= words {
            return None;
        }
        let what = "far fewer than its words are; the rest was not read";
        Some(counted.finding(scene, "limit.prompt-truncated", Confidence::Medium, what))
    }
}

/// What a prompt weighs, by its tokens as told and by its bytes.
struct Counted {
    /// The tokens told, without those of a cache: some dialects count these apart.
    least: u64,
    /// The tokens told, with those of a cache.
    most: u64,
    /// The bytes of the request.
    bytes: u64,
    /// The bytes of its text.
    words: u64,
}

impl Counted {
    fn of(scene: &Scene<'_>) -> Option<Self> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        response.finish.as_ref()?;
        let asked = scene.asked();
        // Tools of the provider put text of their own into the prompt, round after round.
        if !asked.is_object() || response.parts.iter().any(|part| matches!(part, Part::Other(_))) {
            return None;
        }
        let usage = response.usage;
        let cached = usage.cache_read.unwrap_or(0).saturating_add(usage.cache_write.unwrap_or(0));
        let least = usage.input?;
        Some(Self {
            least,
            most: least.saturating_add(cached),
            bytes: scene.exchange.request.body.len() as u64,
            words: spoken(&asked["messages"], 0).saturating_add(spoken(&asked["system"], 0)),
        })
    }

    fn finding(&self, scene: &Scene<'_>, cause: &'static str, sure: Confidence, what: &str) -> Finding {
        let Self { least, most, bytes, words } = self;
        let message = format!("{most} tokens are told for a prompt of {bytes} bytes: {what}");
        let mut finding = scene.finding(cause, sure, message);
        let text = format!("usage: {least} tokens in, {most} with those of a cache; text: {words} bytes");
        finding.evidence.push(Evidence::of(scene.exchange.attempt, text));
        finding
    }
}

/// The bytes of the text in a request, white space left out; pictures and other data are no text.
fn spoken(value: &Value, depth: usize) -> u64 {
    if depth >= DEPTH_MAX {
        return 0;
    }
    match value {
        Value::String(text) => text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count() as u64,
        Value::Array(items) => items.iter().map(|item| spoken(item, depth + 1)).sum(),
        Value::Object(fields) => ["text", "content"]
            .iter()
            .map(|key| fields.get(*key).map_or(0, |text| spoken(text, depth + 1)))
            .sum(),
        _ => 0,
    }
}
