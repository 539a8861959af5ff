//! One delta repeats all the text so far.

use crate::fault::{Card, Context, Fault, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct ReplayedText;

const CARD: Card = Card {
    code: "T14",
    name: "replayed-text",
    shows: &["stream.replayed-text"],
    about: "one delta repeats all the text so far",
    source: "seen: https://github.com/raullenchai/Rapid-MLX/issues/1709",
    ought: "detect it; deliver the text once",
    example: "replayed-text",
    ..Card::PLAIN
};

impl Fault for ReplayedText {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        edit::need_stream(&healthy)?;
        let all = voice.text(&healthy);
        let mut last = None;
        for (place, act) in healthy.acts.iter().enumerate() {
            let Act::Body { bytes, piece: Piece::Content } = act else { continue };
            let Some((range, mut value)) = edit::json_of(bytes, Piece::Content) else { continue };
            let Some(text) = voice.text_mut(&mut value) else { continue };
            *text = all.as_str().into();
            last = Some((place, edit::with_data(bytes, &range, value.to_string().as_bytes())));
        }
        let (place, bytes) = last.ok_or_else(|| edit::missing("a text"))?;
        healthy.acts.insert(place + 1, edit::body(bytes, Piece::Content));
        Ok(healthy)
    }
}
