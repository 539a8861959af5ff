//! What differs by the family of the model: how much to reason is said among the model's own fields
//! (`additionalModelRequestFields`), in its maker's words.

use serde_json::{Value, json};

use crate::chat::Reasoning;

/// Families of models, by how they are asked to reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Claude, and what names no family (the ARN of a profile).
    Claude,
    /// Nova.
    Nova,
    /// The open models of OpenAI.
    GptOss,
    /// Those that are not asked.
    Silent,
}

/// The words for effort that Claude takes.
const EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];

/// The family that a model id names.
pub(super) fn of(model: &str) -> Family {
    if model.contains("nova") {
        Family::Nova
    } else if model.contains("openai.") {
        Family::GptOss
    } else if model.contains("claude") || model.is_empty() || model.starts_with("arn:") {
        Family::Claude
    } else {
        Family::Silent
    }
}

/// The fields that ask for it, and what of it they cannot say; `None` where the family is not asked.
pub(super) fn reasoning(family: Family, reasoning: &Reasoning) -> Option<(Value, Option<String>)> {
    match family {
        Family::Claude => Some(claude(reasoning)),
        Family::Nova => Some(nova(reasoning)),
        Family::GptOss => match reasoning {
            Reasoning::Effort(level) => Some((json!({ "reasoning_effort": level }), None)),
            Reasoning::Off | Reasoning::Adaptive | Reasoning::Budget(_) => None,
        },
        Family::Silent => None,
    }
}

fn claude(reasoning: &Reasoning) -> (Value, Option<String>) {
    let thinking = match reasoning {
        Reasoning::Off => json!({ "type": "disabled" }),
        Reasoning::Adaptive | Reasoning::Effort(_) => json!({ "type": "adaptive" }),
        Reasoning::Budget(tokens) => json!({ "type": "enabled", "budget_tokens": tokens }),
    };
    let mut fields = json!({ "thinking": thinking });
    let Reasoning::Effort(level) = reasoning else { return (fields, None) };
    let known = EFFORTS.contains(&level.as_str());
    fields["output_config"] = json!({ "effort": if known { level } else { "low" } });
    (fields, (!known).then(|| format!("effort `{level}` has no word; sent as `low`")))
}

fn nova(reasoning: &Reasoning) -> (Value, Option<String>) {
    let (config, lost) = match reasoning {
        Reasoning::Off => (json!({ "type": "disabled" }), None),
        Reasoning::Adaptive => (json!({ "type": "enabled" }), None),
        Reasoning::Budget(_) => (
            json!({ "type": "enabled" }),
            Some("a budget has no word; only that to reason is sent".to_owned()),
        ),
        Reasoning::Effort(level) => (json!({ "type": "enabled", "maxReasoningEffort": level }), None),
    };
    (json!({ "reasoningConfig": config }), lost)
}
