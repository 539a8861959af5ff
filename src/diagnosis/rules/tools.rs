//! A whole answer calls a tool; can the call be made?

use std::collections::BTreeSet;

use serde_json::Value;

use super::Rule;
use crate::chat::{FinishReason, Part, ToolCall};
use crate::diagnosis::{Scene, clip, schema};
use crate::verdict::{Confidence, Evidence, Finding};

/// Markup that chat templates put around calls and roles, and that no answer should show.
const TEMPLATE: [&str; 10] = [
    "<|channel|>",
    "<|start|>",
    "<|call|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|python_tag|>",
    "<|tool_calls_section_begin|>",
    "<｜tool▁calls▁begin｜>",
    "<tool_call>",
    "[TOOL_CALLS]",
];

/// Tokens of the chat template stand in the text or in a tool's name.
pub(super) struct TemplateLeak;

impl Rule for TemplateLeak {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        response.finish.as_ref()?;
        let (text, calls) = (response.text(), response.tool_calls());
        // Who asks about such tokens may get them in the answer.
        let asked = String::from_utf8_lossy(&scene.exchange.request.body);
        let leaked = |text: &str| {
            TEMPLATE.iter().find(|token| text.contains(**token) && !asked.contains(**token)).copied()
        };
        let (token, place) = calls
            .iter()
            .find_map(|call| Some((leaked(&call.name)?, "the name of a tool")))
            .or_else(|| Some((leaked(&text)?, "the text")))?;
        let message = format!("`{token}`, a token of the chat template, stands in {place}");
        Some(scene.finding("tool.template-leak", Confidence::High, message))
    }
}

/// The finish reason promises calls, and there is none.
pub(super) struct CallsMissing;

impl Rule for CallsMissing {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        let finish = response.finish.as_ref().filter(|finish| finish.reason == FinishReason::ToolCalls)?;
        let calls = |part: &Part| matches!(part, Part::ToolCall { .. } | Part::Other(_));
        // An answer with nothing in it at all has a cause of its own.
        if response.text().is_empty() || response.parts.iter().any(calls) {
            return None;
        }
        let message = format!("the finish reason is `{}`, and no tool is called", finish.raw);
        Some(scene.finding("tool.calls-missing", Confidence::Certain, message))
    }
}

/// Calls of one answer share an id.
pub(super) struct DuplicateId;

impl Rule for DuplicateId {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let calls = scene.view.response.tool_calls();
        let mut seen = BTreeSet::new();
        let again = calls.iter().find(|call| !call.id.is_empty() && !seen.insert(call.id.as_str()))?;
        let message = format!("two tool calls of one answer have the id `{}`", clip(again.id.as_bytes()));
        Some(scene.finding("tool.duplicate-id", Confidence::Certain, message))
    }
}

/// The model calls a tool that was not offered, or with arguments that are no JSON or break the
/// tool's schema.
pub(super) struct BadCall;

impl Rule for BadCall {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let response = &scene.view.response;
        // A cut answer has cut arguments: how it ended says why.
        response.finish.as_ref()?;
        let offered = scene.dialect.decode_request(&scene.exchange.request.body).value.tools;
        for call in response.tool_calls() {
            let tool = offered.iter().find(|tool| tool.name == call.name);
            let wrong = if tool.is_none() && !offered.is_empty() {
                Some("which was not offered".to_owned())
            } else {
                arguments_wrong(&call, tool.map(|tool| &tool.parameters))
            };
            let Some(wrong) = wrong else { continue };
            let message = format!("the model calls the tool `{}`, {wrong}", call.name);
            let mut finding = scene.finding("tool.model-emitted-bad-call", Confidence::Certain, message);
            let text = format!("call: {} {}", call.name, clip(call.arguments.as_bytes()));
            finding.evidence.push(Evidence::of(scene.exchange.attempt, text));
            return Some(finding);
        }
        None
    }
}

fn arguments_wrong(call: &ToolCall, parameters: Option<&Value>) -> Option<String> {
    let spelt = if call.arguments.trim().is_empty() { "{}" } else { call.arguments.as_str() };
    let Ok(arguments) = serde_json::from_str::<Value>(spelt) else {
        return Some("with arguments that are not JSON".to_owned());
    };
    let wrong = schema::broken(parameters?, &arguments)?;
    Some(format!("with arguments that break its schema: {wrong}"))
}
