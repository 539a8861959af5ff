//! A 429 that says when the quota resets in the metadata of its body; the next request is healthy.

use serde_json::json;

use crate::fault::{Card, Context, Fault, Param, rejection::google_refusal, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct GoogleQuotaresetdelay;

const CARD: Card = Card {
    code: "L07",
    name: "google-quotaresetdelay",
    times: Some(1),
    shows: &["quota.rate-limited"],
    about: "a 429 without retry-after: only the metadata of the body say when the quota resets; the next request is healthy",
    source: "seen: https://github.com/router-for-me/CLIProxyAPI/pull/449",
    ought: "wait as long as the body asks, or fail over",
    params: &[DELAY],
    example: "{fault: google-quotaresetdelay, delay: 1.5s}",
    ..Card::PLAIN
};

const DELAY: Param =
    Param::text("delay", Some("373.8ms"), "the `quotaResetDelay` of the body, as it is sent");

impl Fault for GoogleQuotaresetdelay {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::of(cx, &CARD)?;
        let delay = cx.args.text(&DELAY)?.unwrap_or_default();
        let details = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "metadata": {"model": cx.model, "quotaResetDelay": delay},
        }]);
        Ok(google_refusal("Resource has been exhausted", &details))
    }
}
