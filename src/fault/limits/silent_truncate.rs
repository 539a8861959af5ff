//! A prompt that is too long is cut without a word; only the usage tells.

use crate::fault::{Card, Context, Fault, Kind, Param, edit, voice::Voice};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct SilentTruncate;

const CARD: Card = Card {
    code: "L13",
    name: "silent-truncate",
    kind: Kind::Reactive,
    shows: &["limit.prompt-truncated"],
    about: "a prompt that is too long is cut without a word: success, and only the count of prompt tokens tells",
    source: "seen: https://github.com/coasys/ad4m/pull/1001",
    ought: "hold the count against the size of what was sent; warn, since the head of the prompt is lost",
    params: &[TOKENS],
    example: "{fault: silent-truncate, tokens: 64}",
    ..Card::PLAIN
};

const TOKENS: Param = Param::count("tokens", 100_000_000, "2048", "how many tokens of the prompt are kept");

/// How many bytes of a request make about one token.
const BYTES_PER_TOKEN: u64 = 4;

impl Fault for SilentTruncate {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, mut healthy: Timeline) -> Result<Timeline, Problem> {
        Voice::of(cx, &CARD)?;
        let tokens = cx.args.count(&TOKENS)?;
        if cx.request.body.len() as u64 / BYTES_PER_TOKEN <= tokens {
            return Ok(healthy);
        }
        let changes = edit::set_prompt_tokens(&mut healthy, tokens);
        if changes == 0 { Err(edit::missing("a usage")) } else { Ok(healthy) }
    }
}
