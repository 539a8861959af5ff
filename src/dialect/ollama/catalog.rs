//! What is served beside the conversation: the list of models.

use serde_json::{Value, json};

use crate::dialect::ModelCard;

/// When every model is said to be pulled: clients want a date, and none goes by it.
const MODIFIED: &str = "2026-01-01T00:00:00Z";

/// One model. Clients demand a size and a digest; there is no file that would have them.
pub(super) fn model(card: &ModelCard<'_>) -> Value {
    json!({
        "name": card.id,
        "model": card.id,
        "modified_at": MODIFIED,
        "size": 0,
        "digest": "",
        "details": { "parent_model": "", "format": "", "family": card.owner, "families": [card.owner] },
    })
}

/// All models.
pub(super) fn models(cards: &[ModelCard<'_>]) -> Value {
    json!({ "models": cards.iter().map(model).collect::<Vec<_>>() })
}
