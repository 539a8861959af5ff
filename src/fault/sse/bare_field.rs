//! A data field without a colon stands before each record's JSON.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct BareField;

const CARD: Card = Card {
    code: "S09",
    name: "bare-field",
    benign: true,
    about: "a data field without a colon stands before the JSON of each record",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "it is an empty line of data: the JSON begins with a line end, which is no harm",
    example: "bare-field",
    ..Card::PLAIN
};

impl Fault for BareField {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let mut changes = 0;
        let timeline = edit::each_body(healthy, |bytes, piece| {
            let bare = edit::json_of(bytes, piece).is_some();
            changes += usize::from(bare);
            let front: &[u8] = if bare { b"data\n" } else { b"" };
            vec![edit::body([front, bytes].concat(), piece)]
        });
        if changes == 0 { Err(edit::missing("a record of JSON")) } else { Ok(timeline) }
    }
}
