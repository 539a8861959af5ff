//! A 502 with an HTML page from a hop in front.

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct BadGatewayHtml;

const CARD: Card = Card {
    code: "H04",
    name: "bad-gateway-html",
    shows: &["cdn.origin-error"],
    about: "a 502 with an HTML page from a hop in front",
    source: "seen: https://github.com/perplexityai/api-discussion/issues/284",
    ought: "retryable; no JSON parser crash; the page is not shown to the user",
    example: "bad-gateway-html",
    ..Card::PLAIN
};

const PAGE: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";

impl Fault for BadGatewayHtml {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline::whole(502, "text/html", PAGE))
    }
}
