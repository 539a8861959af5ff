//! The stream falls silent and a hop between cuts it: closed without the last chunk.

use crate::fault::{AFTER, Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct IdleCut;

const CARD: Card = Card {
    code: "C15",
    name: "idle-cut",
    shows: &["stream.truncated-no-terminal"],
    about: "the stream falls silent and a hop between cuts it: closed without the last chunk",
    source: "seen: intermediaries sever quiet streams, https://github.com/maximhq/bifrost/issues/5212",
    ought: "send comments downstream while the provider is silent; report the cut as an error",
    params: &[AFTER, FOR],
    example: "{fault: idle-cut, after: 2, for: 30s}",
    ..Card::PLAIN
};

const FOR: Param = Param::duration("for", Some("60s"), "how long the silence lasts before the cut");

impl Fault for IdleCut {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        edit::promise(&mut healthy);
        let silence = cx.args.duration(&FOR)?.unwrap_or_default();
        let (mut timeline, _) = edit::cut(healthy, cx.args.count(&AFTER)?)?;
        timeline.acts.extend([Act::Wait(silence), Act::Close]);
        Ok(timeline)
    }
}
