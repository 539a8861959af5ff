//! One id of the model works; any other behaves badly, without saying so.

use crate::fault::{Args, Card, Context, Fault, Kind, Param, find};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct OnlyModel;

const CARD: Card = Card {
    code: "Z17",
    name: "only-model",
    kind: Kind::Reactive,
    shows: &["stream.empty-body"],
    about: "one id of the model works; any other behaves badly, without saying so",
    source: "seen: the seed case of this project, whose provider documents two ids",
    ought: "probe the ids that the documents name; say which one works",
    params: &[ONLY, ELSE],
    example: "{fault: only-model, only: claude-opus-4-6-v1messages, else: empty-stream}",
    ..Card::PLAIN
};

const ONLY: Param = Param::text("only", Some("the-other-id"), "the id that works");
const ELSE: Param =
    Param::text("else", Some("empty-stream"), "the fault that any other id gets, with its defaults");

impl Fault for OnlyModel {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        let good = cx.args.text(&ONLY)?;
        if good.as_deref() == Some(cx.model) {
            return Ok(healthy);
        }
        let id = cx.args.text(&ELSE)?.unwrap_or_default();
        let other = find(&id)?;
        if other.name() == CARD.name {
            return Err(Problem::new("`else` names the fault itself")
                .hint("name another one, such as `empty-stream`"));
        }
        other.apply(&Context { args: &Args::none(), ..*cx }, healthy)
    }
}
