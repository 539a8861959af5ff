//! The tool calls that the provider made reach the caller.

use super::{Check, CheckScene, Failed};
use crate::chat::Response;

pub(super) struct ToolCallsWhole;

impl Check for ToolCallsWhole {
    fn id(&self) -> &'static str {
        "tool.calls-whole"
    }

    fn claim(&self) -> &'static str {
        "Every tool call that the provider made reaches the caller once, with its name and its arguments."
    }

    fn example(&self) -> &'static str {
        "loses-tool-call"
    }

    fn examine(&self, scene: &CheckScene<'_>) -> Option<Result<String, Failed>> {
        let answer = scene.answer()?;
        let (made, got) = (calls(&answer.response), calls(&scene.caller?.response));
        if made.is_empty() && got.is_empty() {
            return None;
        }
        if made == got {
            return Some(Ok(format!("{} calls, whole", got.len())));
        }
        let failed =
            Failed::new(format!("the provider made {} calls, the caller got {}", made.len(), got.len()));
        let listed = |calls: &[(String, String)]| {
            let calls = calls.iter().map(|(name, arguments)| format!("{name}({arguments})"));
            calls.collect::<Vec<_>>().join(", ")
        };
        let made = format!("made {}", listed(&made));
        Some(Err(failed.shown(answer.attempt, made).shown(0, format!("got  {}", listed(&got)))))
    }
}

/// Name and arguments of each call, the arguments in one spelling where they are JSON.
fn calls(response: &Response) -> Vec<(String, String)> {
    let calls = response.tool_calls().into_iter().map(|call| {
        // No arguments at all and an empty object are two spellings of one thing.
        let arguments = if call.arguments.trim().is_empty() { "{}".to_owned() } else { call.arguments };
        let value = serde_json::from_str::<serde_json::Value>(&arguments);
        (call.name, value.map_or(arguments, |value| value.to_string()))
    });
    calls.collect()
}
