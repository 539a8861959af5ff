//! What is served beside the conversation: the list of models and the count of tokens.

use serde_json::{Value, json};

use crate::dialect::ModelCard;

/// When every model is said to be made: the dialect wants a date in RFC 3339, and no caller reads it.
const CREATED: &str = "2026-01-01T00:00:00Z";

/// One model.
pub(super) fn model(card: &ModelCard<'_>) -> Value {
    json!({ "type": "model", "id": card.id, "display_name": card.id, "created_at": CREATED })
}

/// All models, as one page.
pub(super) fn models(cards: &[ModelCard<'_>]) -> Value {
    json!({
        "data": cards.iter().map(model).collect::<Vec<_>>(),
        "has_more": false,
        "first_id": cards.first().map(|card| card.id),
        "last_id": cards.last().map(|card| card.id),
    })
}

/// The answer to `POST …/v1/messages/count_tokens`.
pub(super) fn count(tokens: u64) -> Value {
    json!({ "input_tokens": tokens })
}
