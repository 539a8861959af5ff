//! A 400: the content policy refuses the prompt, always or when it holds a word.

use crate::chat::ErrorBody;
use crate::fault::{
    Card, Context, Fault, Kind, Param,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct ContentFiltered;

const CARD: Card = Card {
    code: "O24",
    name: "content-filtered",
    kind: Kind::Reactive,
    shows: &["policy.content-filtered"],
    about: "a 400: the content policy refuses the prompt, always or when it holds a word",
    source: "seen: failover tests of gateways, https://github.com/failoverbench/failoverbench",
    ought: "no retry; keep the reason",
    params: &[WORD],
    example: "{fault: content-filtered, word: forbidden}",
    ..Card::PLAIN
};

const WORD: Param = Param::text("word", None, "the word that triggers it; absent: every prompt does");

impl Fault for ContentFiltered {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let word = cx.args.text(&WORD)?.unwrap_or_default();
        if !String::from_utf8_lossy(&cx.request.body).contains(&word) {
            return Ok(healthy);
        }
        let code = Some("content_policy_violation".to_owned());
        Ok(voice
            .refusal(400, &ErrorBody { code, ..complaint("The prompt was refused by the content policy") }))
    }
}
