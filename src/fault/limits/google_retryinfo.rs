//! A 429 that says how long to wait in the details of its body; the next request is healthy.

use serde_json::json;

use crate::fault::{Card, Context, Fault, Param, rejection::google_refusal, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct GoogleRetryinfo;

const CARD: Card = Card {
    code: "L06",
    name: "google-retryinfo",
    times: Some(1),
    shows: &["quota.rate-limited"],
    about: "a 429 without retry-after: how long to wait stands in the details of the body; the next request is healthy",
    source: "seen: https://github.com/googleapis/python-genai/pull/2114",
    ought: "wait as long as the body asks, fractions and all, or fail over",
    params: &[DELAY],
    example: "{fault: google-retryinfo, delay: 1.5s}",
    ..Card::PLAIN
};

const DELAY: Param =
    Param::text("delay", Some("45.837906927s"), "the `retryDelay` of the body, as it is sent");

impl Fault for GoogleRetryinfo {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::of(cx, &CARD)?;
        let delay = cx.args.text(&DELAY)?.unwrap_or_default();
        let details = json!([
            {"@type": "type.googleapis.com/google.rpc.Help", "links": []},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay},
        ]);
        Ok(google_refusal("You exceeded your current quota", &details))
    }
}
