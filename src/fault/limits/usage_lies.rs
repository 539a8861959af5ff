//! The usage tells a number of prompt tokens that is not true.

use crate::fault::{Card, Context, Fault, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct UsageLies;

const CARD: Card = Card {
    code: "L14",
    name: "usage-lies",
    shows: &["usage.implausible"],
    about: "the usage tells a number of prompt tokens that is not true",
    source: "seen: https://github.com/MoonshotAI/Kimi-Vendor-Verifier",
    ought: "flag it per provider; bill by it only with a mark",
    params: &[TOKENS],
    example: "{fault: usage-lies, tokens: 999999}",
    ..Card::PLAIN
};

const TOKENS: Param = Param::count("tokens", 100_000_000, "1", "the number that is told");

impl Fault for UsageLies {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::of(cx, &CARD)?;
        let tokens = cx.args.count(&TOKENS)?;
        let changes = edit::set_prompt_tokens(&mut healthy, tokens);
        if changes == 0 { Err(edit::missing("a usage")) } else { Ok(healthy) }
    }
}
