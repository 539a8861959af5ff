//! The content type names another charset.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct MimeCharset;

const CARD: Card = Card {
    code: "S23",
    name: "mime-charset",
    benign: true,
    about: "the content type names another charset",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "accept it; a stream is UTF-8 whatever it claims",
    example: "mime-charset",
    ..Card::PLAIN
};

impl Fault for MimeCharset {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        edit::set_header(&mut healthy, "content-type", "text/event-stream;charset=windows-1252");
        Ok(healthy)
    }
}
