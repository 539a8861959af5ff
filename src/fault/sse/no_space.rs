//! No space behind the colon of a field.

use crate::fault::{Card, Context, Fault, edit};
use crate::problem::Problem;
use crate::recording::timeline::Timeline;

#[derive(Debug)]
pub(in crate::fault) struct NoSpace;

const CARD: Card = Card {
    code: "S07",
    name: "no-space",
    benign: true,
    about: "no space behind the colon of a field",
    source: "seen: https://github.com/praxis-proxy/praxis/pull/739",
    ought: "the space is optional",
    example: "no-space",
    ..Card::PLAIN
};

impl Fault for NoSpace {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, _cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        Ok(edit::each_body(healthy, |bytes, piece| {
            let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(|line| {
                let colon = line.iter().position(|byte| *byte == b':').filter(|at| *at > 0);
                match colon {
                    Some(at) if line.get(at + 1) == Some(&b' ') => [&line[..=at], &line[at + 2..]].concat(),
                    _ => line.to_vec(),
                }
            });
            vec![edit::body(lines.collect::<Vec<_>>().concat(), piece)]
        }))
    }
}
