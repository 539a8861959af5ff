//! The JSON of a record comes over several data lines.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct MultiLineData;

const CARD: Card = Card {
    code: "S10",
    name: "multi-line-data",
    benign: true,
    about: "the JSON of a record comes over several data lines",
    source: "seen: the web platform tests of EventSource, https://github.com/web-platform-tests/wpt",
    ought: "join the lines with LF",
    example: "multi-line-data",
    ..Card::PLAIN
};

impl Fault for MultiLineData {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::each_body(healthy, |bytes, piece| {
            let pretty = edit::json_of(bytes, piece).and_then(|(range, value)| {
                let text = serde_json::to_string_pretty(&value).ok()?;
                Some(edit::with_data(bytes, &range, text.replace('\n', "\ndata: ").as_bytes()))
            });
            vec![edit::body(pretty.unwrap_or_else(|| bytes.clone()), piece)]
        }))
    }
}
