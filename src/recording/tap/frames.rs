//! What is kept of the frames of a WebSocket: the first, the last, and the count between.

use std::collections::VecDeque;

use bytes::Bytes;

use super::body::Limits;
use crate::recording::redact::Redactor;
use crate::recording::{Frame, FramesDropped, Timed};

/// The frames as they come, each kept or dropped whole.
pub(super) struct Frames {
    limits: Limits,
    front: Vec<Timed<Frame>>,
    front_bytes: u64,
    back: VecDeque<Timed<Frame>>,
    back_bytes: u64,
    dropped: FramesDropped,
}

impl Frames {
    pub(super) const fn new(limits: Limits) -> Self {
        let dropped = FramesDropped { after: 0, frames: 0, bytes: 0 };
        Self { limits, front: Vec::new(), front_bytes: 0, back: VecDeque::new(), back_bytes: 0, dropped }
    }

    /// Takes a frame; returns how many bytes the front took, of at most `left`.
    pub(super) fn push(&mut self, mut frame: Timed<Frame>, left: u64) -> u64 {
        let length = frame.what.bytes.len() as u64;
        if self.limits.copy {
            frame.what.bytes = Bytes::copy_from_slice(&frame.what.bytes);
        }
        let is_first = self.back.is_empty() && self.dropped.frames == 0;
        let fits = self.front_bytes + length <= self.limits.head && self.front.len() < self.limits.pieces;
        if is_first && fits && length <= left {
            self.front_bytes += length;
            self.front.push(frame);
            return length;
        }
        self.back_bytes += length;
        self.back.push_back(frame);
        while self.back.len() > self.limits.tail_records || self.back_bytes > self.limits.tail_bytes {
            let Some(gone) = self.back.pop_front() else { break };
            let length = gone.what.bytes.len() as u64;
            self.back_bytes -= length;
            self.dropped.frames += 1;
            self.dropped.bytes += length;
        }
        0
    }

    /// The kept frames, redacted, and what was dropped between them.
    pub(super) fn finish(self, redactor: &Redactor) -> (Vec<Timed<Frame>>, Option<FramesDropped>) {
        let dropped = FramesDropped { after: self.front.len() as u64, ..self.dropped };
        let mut frames: Vec<Timed<Frame>> = self.front.into_iter().chain(self.back).collect();
        for frame in &mut frames {
            redactor.redact_chunks(std::slice::from_mut(&mut frame.what.bytes));
        }
        (frames, Some(dropped).filter(|dropped| dropped.frames > 0))
    }
}
