//! Can the tokens that are told be true for the size of the prompt?

use serde_json::Value;

use super::Rule;
use crate::chat::Part;
use crate::diagnosis::Scene;
use crate::verdict::{Confidence, Evidence, Finding};

/// The most tokens that a provider may add to a prompt of its own: instructions, tools, templates.
const OVERHEAD: u64 = 100_000;

/// A prompt shorter than this, in bytes, says too little about its tokens.
const LONG: u64 = 8 * 1024;

/// The most bytes that one token of a prompt may stand for, on average.
const BYTES_PER_TOKEN: u64 = 20;

/// How deep a request is looked into.
const DEPTH_MAX: usize = 16;

pub(super) struct Implausible;

impl Rule for Implausible {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        response.finish.as_ref()?;
        let asked = scene.asked();
        // Tools of the provider put text of their own into the prompt, round after round.
        if !asked.is_object() || response.parts.iter().any(|part| matches!(part, Part::Other(_))) {
            return None;
        }
        let usage = response.usage;
        let (read, written) = (usage.cache_read.unwrap_or(0), usage.cache_write.unwrap_or(0));
        // What a cache took over is counted apart in some dialects, and is part of it in others.
        let least = usage.input?;
        let most = least.saturating_add(read).saturating_add(written);
        let bytes = scene.exchange.request.body.len() as u64;
        let words = spoken(&asked["messages"], 0).saturating_add(spoken(&asked["system"], 0));
        let what = if least > bytes.saturating_add(OVERHEAD) {
            "more than it has bytes, and far more than a provider adds"
        } else if words >= LONG && most < words / BYTES_PER_TOKEN {
            "far fewer than its words can be"
        } else {
            return None;
        };
        let message = format!("{most} tokens are told for a prompt of {bytes} bytes: {what}");
        let mut finding = scene.finding("usage.implausible", Confidence::High, message);
        let text = format!("usage: {least} tokens in, {read} read from a cache; request: {bytes} bytes");
        finding.evidence.push(Evidence::of(scene.exchange.attempt, text));
        Some(finding)
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
