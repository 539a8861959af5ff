//! The usage is told more than once, each time as the total so far.

use serde_json::{Value, json};

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct UsageCumulative;

const CARD: Card = Card {
    code: "A01",
    name: "usage-cumulative",
    benign: true,
    about: "the usage is told more than once, each time as the total so far",
    source: "seen: https://github.com/tensorzero/tensorzero/issues/5481",
    ought: "set the usage, do not add it up",
    example: "usage-cumulative",
    ..Card::PLAIN
};

impl Fault for UsageCumulative {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let changes = match voice {
            Voice::OpenAiChat => with_each_content(&mut healthy),
            Voice::Anthropic => with_the_finish(&mut healthy),
        };
        if changes == 0 { Err(edit::missing("a usage that is told once")) } else { Ok(healthy) }
    }
}

/// Every chunk with content tells the totals so far.
fn with_each_content(timeline: &mut Timeline) -> usize {
    let Some(prompt) = count(timeline, "/usage/prompt_tokens") else { return 0 };
    let mut said = 0;
    edit::each_json(timeline, |piece, value| {
        if piece != Piece::Content {
            return false;
        }
        said += 1;
        value["usage"] = json!({
            "prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said,
        });
        true
    })
}

/// The last usage repeats what the first one told of the prompt.
fn with_the_finish(timeline: &mut Timeline) -> usize {
    let Some(prompt) = count(timeline, "/message/usage/input_tokens") else { return 0 };
    edit::each_json(timeline, |piece, value| {
        let usage = value.get_mut("usage").and_then(Value::as_object_mut).filter(|_| piece == Piece::Finish);
        usage.is_some_and(|usage| usage.insert("input_tokens".to_owned(), prompt.into()).is_none())
    })
}

/// The first count at `place` of any record.
fn count(timeline: &Timeline, place: &str) -> Option<u64> {
    let mut records = edit::bodies(timeline).filter_map(|(bytes, piece)| edit::json_of(bytes, piece));
    records.find_map(|(_, value)| value.pointer(place)?.as_u64())
}
