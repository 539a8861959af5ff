//! The answer keeps the connection, and the server closes it unasked.

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct StaleKeepalive;

const CARD: Card = Card {
    code: "C05",
    name: "stale-keepalive",
    benign: true,
    about: "the answer says that the connection is kept, and then the server closes it",
    source: "seen: 6.7 % of one client's turns, https://github.com/anthropics/claude-code/issues/89608",
    ought: "whoever keeps connections asks once more on a fresh one, unseen by the caller; whoever opens one for each request never notices",
    params: &[IDLE],
    example: "{fault: stale-keepalive, idle: 2s}",
    ..Card::PLAIN
};

const IDLE: Param = Param::duration("idle", Some("5s"), "how long the server waits for a next request");

impl Fault for StaleKeepalive {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_head(&healthy)?;
        let idle = cx.args.duration(&IDLE)?.unwrap_or_default();
        let mut timeline = edit::without_end(healthy);
        edit::set_header(&mut timeline, "connection", "keep-alive");
        timeline.acts.extend([Act::EndBody, Act::Wait(idle), Act::Close]);
        Ok(timeline)
    }
}
