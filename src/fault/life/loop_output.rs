//! The model repeats itself until the token limit.

use crate::fault::{
    Card, Context, Fault, Param, edit,
    voice::{Finish, Voice},
};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct LoopOutput;

const CARD: Card = Card {
    code: "T18",
    name: "loop-output",
    shows: &["answer.repeats-itself"],
    about: "the model says the same again and again until the token limit",
    source: "seen: a metric of https://github.com/MiniMax-AI/MiniMax-Provider-Verifier",
    ought: "cut it and flag it: it costs as much as an answer and is none",
    params: &[ROUNDS],
    example: "{fault: loop-output, rounds: 60}",
    ..Card::PLAIN
};

const ROUNDS: Param = Param::count("rounds", 1_000, "40", "how often the last piece of text is said again");

impl Fault for LoopOutput {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let rounds = usize::try_from(cx.args.count(&ROUNDS)?).unwrap_or(usize::MAX);
        let mut timeline = voice.finished(healthy, Finish::Length)?;
        let texts = timeline.acts.iter().enumerate().filter_map(|(place, act)| {
            let Act::Body { bytes, piece: piece @ (Piece::Content | Piece::Whole) } = act else {
                return None;
            };
            let (_, mut value) = edit::json_of(bytes, *piece)?;
            voice.text_mut(&mut value).map(|_| place)
        });
        let place = texts.last().ok_or_else(|| edit::missing("a text"))?;
        if edit::is_stream(&timeline) {
            let again = vec![timeline.acts[place].clone(); rounds];
            timeline.acts.splice(place..place, again);
        } else {
            edit::each_json_at(&mut timeline, place, |value| {
                let Some(text) = voice.text_mut(value) else { return };
                *text = text.as_str().unwrap_or_default().repeat(rounds).into();
            });
        }
        Ok(timeline)
    }
}
