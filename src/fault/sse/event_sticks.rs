//! A ping with a name among records that have none, or without one among records that have.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct EventSticks;

const CARD: Card = Card {
    code: "S15",
    name: "event-sticks",
    benign: true,
    about: "a ping beside the first content has a name where records have none, or none where they have one",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "a name holds for its own record; the next one has none until it says so",
    example: "event-sticks",
    ..Card::PLAIN
};

impl Fault for EventSticks {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let place =
            healthy.pieces(Piece::Content).next().ok_or_else(|| edit::missing("a record with content"))?;
        match voice {
            // The records have no names: one gets one, and the next must not inherit it.
            Voice::OpenAiChat => {
                let ping = edit::with_line(Timeline { acts: vec![voice.ping(&healthy)] }, b"event: ping\n");
                healthy.acts.splice(place..place, ping.acts);
            }
            // The records have names: one has none, and must not inherit that of the one before.
            Voice::Anthropic => {
                let ping = edit::body(&b"data: {\"type\": \"ping\"}\n\n"[..], Piece::Frame);
                healthy.acts.insert(place + 1, ping);
            }
        }
        Ok(healthy)
    }
}
