//! The stream claims a content type that is none of a stream.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct MimeWrong;

const CARD: Card = Card {
    code: "S24",
    name: "mime-wrong",
    shows: &["stream.wrong-content-type"],
    about: "the stream claims a content type that is none of a stream",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "a clean error that names the content type",
    params: &[TYPE],
    example: "{fault: mime-wrong, type: application/json}",
    ..Card::PLAIN
};

const TYPE: Param = Param::text("type", Some("text/x-bogus"), "the content type it claims");

impl Fault for MimeWrong {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let kind = cx.args.text(&TYPE)?.unwrap_or_default();
        edit::set_header(&mut healthy, "content-type", &kind);
        Ok(healthy)
    }
}
