//! The models, as `ListFoundationModels` and `GetFoundationModel` tell them.

use serde_json::{Value, json};

use crate::dialect::ModelCard;

/// One model.
pub(super) fn model(card: &ModelCard<'_>) -> Value {
    json!({ "modelDetails": details(card) })
}

/// All models.
pub(super) fn models(cards: &[ModelCard<'_>]) -> Value {
    json!({ "modelSummaries": cards.iter().map(details).collect::<Vec<_>>() })
}

fn details(card: &ModelCard<'_>) -> Value {
    json!({
        "modelId": card.id,
        "modelName": card.id,
        "providerName": card.owner,
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "modelLifecycle": { "status": "ACTIVE" },
    })
}
