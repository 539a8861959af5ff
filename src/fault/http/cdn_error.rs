//! A 520 with the JSON of a CDN instead of the provider's error.

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct CdnError;

const CARD: Card = Card {
    code: "H06",
    name: "cdn-error",
    shows: &["cdn.origin-error"],
    about: "a 520 with the JSON of a CDN instead of the provider's error",
    source: "seen: https://github.com/letta-ai/letta-code/pull/2136",
    ought: "transient: retry",
    example: "cdn-error",
    ..Card::PLAIN
};

const BODY: &str = r#"{"cloudflare_error":true,"status":520,"title":"Error 520"}"#;

impl Fault for CdnError {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline::whole(520, "application/json", BODY))
    }
}
