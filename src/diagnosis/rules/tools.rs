//! A whole answer calls a tool; can the call be made?

use super::Rule;
use crate::chat::Part;
use crate::diagnosis::{Scene, clip};
use crate::verdict::{Confidence, Evidence, Finding};

/// The model calls a tool that was not offered, or with arguments that are no JSON.
pub(super) struct BadCall;

impl Rule for BadCall {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        // A cut answer has cut arguments: how it ended says why.
        response.finish.as_ref()?;
        let offered = scene.dialect.decode_request(&scene.exchange.request.body).value.tools;
        for part in &response.parts {
            let Part::ToolCall { name, arguments, .. } = part else { continue };
            let message = if !offered.is_empty() && !offered.iter().any(|tool| tool.name == *name) {
                format!("the model calls the tool `{name}`, which was not offered")
            } else if !arguments.trim().is_empty() && !is_json(arguments) {
                format!("the model calls the tool `{name}` with arguments that are not JSON")
            } else {
                continue;
            };
            let mut finding = scene.finding("tool.model-emitted-bad-call", Confidence::Certain, message);
            let text = format!("call: {name} {}", clip(arguments.as_bytes()));
            finding.evidence.push(Evidence::of(scene.exchange.attempt, text));
            return Some(finding);
        }
        None
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
