//! A 400 when the id of an earlier tool call has not nine letters and digits.

use crate::fault::{
    Card, Context, Fault, Kind, Param, asked,
    voice::{Voice, complaint},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct IdTooStrict;

const CARD: Card = Card {
    code: "O16",
    name: "id-too-strict",
    kind: Kind::Reactive,
    shows: &["history.tool-call-id-format"],
    about: "a 400 when the id of an earlier tool call has not exactly so many letters and digits",
    source: "seen: https://github.com/anomalyco/opencode/issues/1680",
    ought: "map the ids for such a target, there and back",
    params: &[LENGTH],
    example: "{fault: id-too-strict, length: 9}",
    ..Card::PLAIN
};

const LENGTH: Param = Param::count("length", 256, "9", "how many letters and digits an id must have");

impl Fault for IdTooStrict {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        let length = usize::try_from(cx.args.count(&LENGTH)?).unwrap_or(usize::MAX);
        let body = asked::json(cx.request);
        let fits = |id: &str| id.len() == length && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let ids = asked::calls(voice, &body).map(|(_, call)| call["id"].as_str().unwrap_or_default());
        let Some(id) = ids.into_iter().find(|id| !fits(id)) else { return Ok(healthy) };
        let error = complaint(match voice {
            Voice::OpenAiChat => {
                format!("Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of {length}.")
            }
            Voice::Anthropic => {
                format!("messages: tool_use.id: `{id}` should match pattern '^[a-zA-Z0-9]{{{length}}}$'")
            }
        });
        Ok(voice.refusal(400, &error))
    }
}
