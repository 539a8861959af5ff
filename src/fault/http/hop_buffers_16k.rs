//! A hop gathers the stream and passes it on in bursts.

use bytes::BytesMut;

use crate::fault::{Card, Context, Fault, Param, edit};
use crate::problem::Problem;
use crate::recording::timeline::{Act, Piece, Timeline};

#[derive(Debug)]
pub(in crate::fault) struct HopBuffers16k;

const CARD: Card = Card {
    code: "H10",
    name: "hop-buffers-16k",
    benign: true,
    about: "a hop gathers the stream and passes it on in bursts of 16 KiB, the rest at the end",
    source: "seen: https://github.com/dstackai/dstack/issues/4269",
    ought: "deliver it; whoever passes streams on flushes each record",
    params: &[BYTES],
    example: "{fault: hop-buffers-16k, bytes: 4096}",
    ..Card::PLAIN
};

const BYTES: Param =
    Param::count("bytes", 1 << 20, "16384", "how much the hop gathers before it passes it on");

impl Fault for HopBuffers16k {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem> {
        edit::need_stream(&healthy)?;
        let size = usize::try_from(cx.args.count(&BYTES)?).unwrap_or(usize::MAX).max(1);
        let mut timeline = Timeline::default();
        let mut held = BytesMut::new();
        for act in healthy.acts {
            match act {
                Act::Body { bytes, .. } => {
                    held.extend_from_slice(&bytes);
                    while held.len() >= size {
                        timeline.acts.push(edit::body(held.split_to(size), Piece::Content));
                    }
                    continue;
                }
                Act::Wait(_) => {}
                _ => flush(&mut held, &mut timeline),
            }
            timeline.acts.push(act);
        }
        flush(&mut held, &mut timeline);
        Ok(timeline)
    }
}

/// Passes on what is held.
fn flush(held: &mut BytesMut, timeline: &mut Timeline) {
    if !held.is_empty() {
        timeline.acts.push(edit::body(held.split(), Piece::Content));
    }
}
