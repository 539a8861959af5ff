//! A failure is passed off as a well-formed empty message.

use serde_json::{Value, json};

use crate::fault::{
    Card, Context, Fault, edit,
    voice::{Finish, Voice},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct FailureAsEmptyTurn;

const CARD: Card = Card {
    code: "T12",
    name: "failure-as-empty-turn",
    shows: &["error.masked-upstream"],
    about: "a hop passes a failure off as a well-formed empty message: no content, and not one token counted",
    source: "seen: https://github.com/BerriAI/litellm/pull/32475",
    ought: "no success: no model has read the prompt; a bridge tells a failure by the dialect's own error",
    example: "failure-as-empty-turn",
    ..Card::PLAIN
};

impl Fault for FailureAsEmptyTurn {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let mut timeline = voice.finished(voice.hollowed(healthy), Finish::Stop)?;
        if edit::each_json(&mut timeline, |_, value| zero_usage(value)) == 0 {
            edit::each_json(&mut timeline, |_, value| {
                let ends = voice.finish_mut(value).is_some();
                if ends {
                    value["usage"] = nothing_used(voice);
                }
                ends
            });
        }
        Ok(timeline)
    }
}

/// Counts nothing where something was counted; says whether there was a count.
fn zero_usage(value: &mut Value) -> bool {
    let mut found = false;
    for place in ["/usage", "/message/usage"] {
        let Some(usage) = value.pointer_mut(place).and_then(Value::as_object_mut) else { continue };
        found = true;
        for (_, count) in usage.iter_mut().filter(|(_, count)| count.is_number()) {
            *count = 0.into();
        }
    }
    found
}

/// A usage that counts nothing.
fn nothing_used(voice: Voice) -> Value {
    match voice {
        Voice::OpenAiChat => json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}),
        Voice::Anthropic => json!({"input_tokens": 0, "output_tokens": 0}),
    }
}
