//! A tool call, but the finish reason says plain stop.

use crate::fault::{
    Card, Context, Fault, edit,
    voice::{Finish, Voice},
};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct StopWithTools;

const CARD: Card = Card {
    code: "O05",
    name: "stop-with-tools",
    benign: true,
    about: "a tool call, but the finish reason says plain stop",
    source: "seen: the first provider of the dialect does it too, https://github.com/ENTERPILOT/GoModel/pull/124",
    ought: "run the tools",
    example: "stop-with-tools",
    ..Card::PLAIN
};

impl Fault for StopWithTools {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        let voice = Voice::of(cx, &CARD)?;
        if voice.argument_places(&healthy).is_empty() {
            return Err(edit::missing("a tool call with arguments"));
        }
        edit::each_json(&mut healthy, |_, value| {
            voice.finish_mut(value).map(|reason| *reason = voice.finish(Finish::Stop).into()).is_some()
        });
        Ok(healthy)
    }
}
