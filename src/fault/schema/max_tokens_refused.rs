//! A 400 for `max_tokens`: the model wants `max_completion_tokens`.

use serde_json::Value;

use crate::chat::ErrorBody;
use crate::fault::{
    Card, Context, Fault, Kind, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct MaxTokensRefused;

const CARD: Card = Card {
    code: "O21",
    name: "max-tokens-refused",
    kind: Kind::Reactive,
    shows: &["param.renamed"],
    about: "a 400 for `max_tokens`: the model wants `max_completion_tokens`",
    source: "seen: https://github.com/decolua/9router/issues/846",
    ought: "rename it and retry once; remember it",
    example: "max-tokens-refused",
    ..Card::PLAIN
};

impl Fault for MaxTokensRefused {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::OpenAiChat.only(cx, &CARD)?;
        if asked::json(cx.request).get("max_tokens").is_none_or(Value::is_null) {
            return Ok(healthy);
        }
        let error = ErrorBody {
            param: Some("max_tokens".to_owned()),
            code: Some("unsupported_parameter".to_owned()),
            ..complaint("'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
        };
        Ok(Voice::OpenAiChat.refusal(400, &error))
    }
}
