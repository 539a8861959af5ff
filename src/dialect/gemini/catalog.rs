//! What is served beside the conversation: the list of models.

use serde_json::{Value, json};

use crate::dialect::ModelCard;

/// One model.
pub(super) fn model(card: &ModelCard<'_>) -> Value {
    json!({
        "name": format!("models/{}", card.id),
        "displayName": card.id,
        "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
    })
}

/// All models.
pub(super) fn models(cards: &[ModelCard<'_>]) -> Value {
    json!({ "models": cards.iter().map(model).collect::<Vec<_>>() })
}
