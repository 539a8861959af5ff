//! A 401: always, or for every key but one.

use crate::chat::ErrorBody;
use crate::fault::{
    Card, Context, Fault, Kind, Param, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct Unauthorized;

const CARD: Card = Card {
    code: "U05",
    name: "unauthorized",
    kind: Kind::Reactive,
    shows: &["auth.key-invalid"],
    about: "a 401: always, or for every key but one",
    source: "seen: a key revoked between two turns; follows from the protocol",
    ought: "no retry with the same key; next key or next target; say that it is the key",
    params: &[KEY],
    example: "{fault: unauthorized, key: sk-good}",
    ..Card::PLAIN
};

const KEY: Param = Param::text("key", None, "the one key that is accepted; absent: none is");

impl Fault for Unauthorized {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let accepted = cx.args.text(&KEY)?;
        if accepted.is_some() && accepted.as_deref() == asked::key(cx.request) {
            return Ok(healthy);
        }
        let code = (voice == Voice::OpenAiChat).then(|| "invalid_api_key".to_owned());
        Ok(voice.refusal(401, &ErrorBody { code, ..complaint("The API key is not valid") }))
    }
}
