//! The 400s and 404s whose words matter, as each dialect's providers spell them.

use serde_json::{Value, json};

use crate::chat::ErrorBody;
use crate::recording::timeline::Timeline;

use super::asked::Tool;
use super::voice::{Voice, complaint};

/// A 429 in the envelope of Google, whatever dialect is spoken: its endpoints for other dialects
/// tell errors in it too.
pub(super) fn google_refusal(message: &str, details: &Value) -> Timeline {
    let error = json!({
        "code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": details,
    });
    Timeline::whole(429, "application/json", json!({"error": error}).to_string())
}

impl Voice {
    /// A 404 for a model that does not exist.
    pub(super) fn unknown_model(self, model: &str) -> Timeline {
        let error = match self {
            Self::OpenAiChat => ErrorBody {
                code: Some("model_not_found".to_owned()),
                ..complaint(format!("The model `{model}` does not exist or you do not have access to it"))
            },
            Self::Anthropic => complaint(format!("model: {model}")),
        };
        self.refusal(404, &error)
    }

    /// A 400 for a tool's schema; it names the tool's index, the place in the schema and the reason.
    pub(super) fn schema_rejection(
        self,
        tool: &Tool<'_>,
        path: &str,
        what: &str,
        message: Option<String>,
    ) -> Timeline {
        let (index, place) = (tool.index, if path.is_empty() { "/" } else { path });
        let error = match self {
            Self::OpenAiChat => ErrorBody {
                param: Some(format!("tools[{index}].function.parameters")),
                code: Some("invalid_function_parameters".to_owned()),
                ..complaint(message.unwrap_or_else(|| {
                    format!(
                        "Invalid schema for function '{}' (tools[{index}]): at {place}: {what}",
                        tool.name
                    )
                }))
            },
            Self::Anthropic => complaint(
                message.unwrap_or_else(|| format!("tools.{index}.custom.input_schema: at {place}: {what}")),
            ),
        };
        self.refusal(400, &error)
    }
}
