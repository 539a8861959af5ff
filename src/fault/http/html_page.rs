//! A 200 with an HTML page, as a wrong base path gives.

use crate::fault::{Card, Context, Fault};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct HtmlPage;

const CARD: Card = Card {
    code: "H05",
    name: "html-page",
    shows: &["route.html-instead-of-api"],
    about: "a 200 with an HTML page, as a wrong base path gives",
    source: "seen: a login page under a wrong base URL, https://github.com/musistudio/claude-code-router/issues/204",
    ought: "refuse it by its content type and say that this is no API; no empty success",
    example: "html-page",
    ..Card::PLAIN
};

const PAGE: &str =
    "<!doctype html><html><head><title>Sign in</title></head><body><div id=\"app\"></div></body></html>\n";

impl Fault for HtmlPage {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, _healthy: Timeline) -> Result<Timeline, Problem> {
        Ok(Timeline::whole(200, "text/html; charset=utf-8", PAGE))
    }
}
