//! What is served beside the conversation: the list of models.

use serde_json::{Value, json};

use crate::dialect::ModelCard;

/// One model.
pub(in crate::dialect) fn model(card: &ModelCard<'_>) -> Value {
    json!({ "id": card.id, "object": "model", "created": card.created, "owned_by": card.owner })
}

/// All models.
pub(in crate::dialect) fn models(cards: &[ModelCard<'_>]) -> Value {
    json!({ "object": "list", "data": cards.iter().map(model).collect::<Vec<_>>() })
}
