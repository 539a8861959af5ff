//! What is kept of one body: its head, its end, and the count of what lay between.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::moment::Moment;
use crate::recording::redact::Redactor;
use crate::recording::{Timed, TransportEvent};

/// How much of a body is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes from the beginning.
    pub(super) head: u64,
    /// Pieces from the beginning.
    pub(super) pieces: usize,
    /// Records from the end.
    pub(super) tail_records: usize,
    /// Bytes from the end, at most.
    pub(super) tail_bytes: u64,
    /// Whether to copy, so that a small piece does not hold a large read buffer.
    pub(super) copy: bool,
}

/// A piece of the body and its place.
struct Piece {
    /// Its rank among the events of the exchange.
    rank: usize,
    at: Moment,
    offset: u64,
    bytes: Bytes,
}

impl Piece {
    fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }

    /// The event of the part between two offsets, where there is one.
    fn part(&self, from: u64, to: u64) -> Option<(usize, Timed<TransportEvent>)> {
        let from = usize::try_from(from.saturating_sub(self.offset)).ok()?;
        let to = usize::try_from(to.min(self.end()).saturating_sub(self.offset)).ok()?;
        let bytes =
            Some(from..to).filter(|range| range.start < range.end).map(|range| self.bytes.slice(range))?;
        Some((self.rank, Timed { at: self.at, what: TransportEvent::Bytes(bytes) }))
    }
}

/// A body as it comes. Pieces are held or let go whole; only [`Body::finish`] cuts them. Around
/// what will be kept, `reach` bytes more are held, so that a secret that straddles an edge is
/// still seen whole.
pub(super) struct Body {
    limits: Limits,
    reach: u64,
    total: u64,
    /// What begins inside the head or within reach of it.
    front: Vec<Piece>,
    /// What came after, as far as it may be kept.
    back: VecDeque<Piece>,
    /// Where the kept end begins.
    tail: u64,
    /// Offsets at which the last records behind the head ended.
    ends: VecDeque<u64>,
    dropped_records: u64,
    /// Line ends in a row: two close a record.
    line_ends: u8,
}

impl Body {
    pub(super) fn new(limits: Limits, reach: usize) -> Self {
        Self {
            limits,
            reach: reach as u64,
            total: 0,
            front: Vec::new(),
            back: VecDeque::new(),
            tail: 0,
            ends: VecDeque::new(),
            dropped_records: 0,
            line_ends: 0,
        }
    }

    /// Takes a piece; returns how many of its bytes the head took, of at most `left`.
    pub(super) fn push(&mut self, rank: usize, at: Moment, bytes: &Bytes, left: u64) -> u64 {
        if bytes.is_empty() {
            return 0;
        }
        let offset = self.total;
        let mut taken = self.limits.head.saturating_sub(offset).min(bytes.len() as u64);
        if self.front.len() >= self.limits.pieces || taken > left {
            taken = if taken > left { left } else { 0 };
            self.limits.head = self.limits.head.min(offset + taken);
        }
        let bytes = if self.limits.copy { Bytes::copy_from_slice(bytes) } else { bytes.clone() };
        self.count(&bytes, offset);
        let piece = Piece { rank, at, offset, bytes };
        self.total = piece.end();
        if offset < self.limits.head.saturating_add(self.reach) {
            self.front.push(piece);
        } else {
            self.back.push_back(piece);
        }
        self.forget();
        taken
    }

    /// Finds where records end behind the head.
    fn count(&mut self, bytes: &Bytes, offset: u64) {
        for (place, byte) in (1..).zip(bytes) {
            match byte {
                b'\n' => self.line_ends += 1,
                b'\r' => {}
                _ => self.line_ends = 0,
            }
            if self.line_ends < 2 {
                continue;
            }
            self.line_ends = 0;
            if offset + place > self.limits.head {
                self.ends.push_back(offset + place);
            }
            if self.ends.len() > self.limits.tail_records {
                self.drop_record();
            }
        }
    }

    fn drop_record(&mut self) {
        if let Some(end) = self.ends.pop_front() {
            self.tail = self.tail.max(end);
            self.dropped_records += 1;
        }
    }

    /// Lets go of what lies between the head and the end.
    fn forget(&mut self) {
        self.tail = self.tail.max(self.total.saturating_sub(self.limits.tail_bytes));
        while self.ends.front().is_some_and(|end| *end <= self.tail) {
            self.drop_record();
        }
        let from = self.tail.saturating_sub(self.reach);
        while self.back.front().is_some_and(|piece| piece.end() <= from) {
            self.back.pop_front();
        }
    }

    /// The kept pieces with their ranks, redacted, and the gap between them where there is one.
    pub(super) fn finish(self, redactor: &Redactor) -> Vec<(usize, Timed<TransportEvent>)> {
        let head = self.limits.head.min(self.total);
        let tail = self.tail.max(head);
        let mut pieces = self.front;
        let edge = pieces.last().map_or(0, Piece::end);
        let split = pieces.len();
        pieces.extend(self.back);
        let mut chunks: Vec<Bytes> =
            pieces.iter_mut().map(|piece| std::mem::take(&mut piece.bytes)).collect();
        if pieces.get(split).is_some_and(|piece| piece.offset > edge) {
            let (front, back) = chunks.split_at_mut(split);
            redactor.redact_chunks(front);
            redactor.redact_rest(back);
        } else {
            redactor.redact_chunks(&mut chunks);
        }
        for (piece, bytes) in pieces.iter_mut().zip(chunks) {
            piece.bytes = bytes;
        }
        if tail == head {
            return pieces.iter().filter_map(|piece| piece.part(0, self.total)).collect();
        }
        let mut kept: Vec<_> = pieces.iter().filter_map(|piece| piece.part(0, head)).collect();
        let gap = TransportEvent::Gap { bytes: tail - head, records: self.dropped_records };
        let first = pieces.iter().find(|piece| piece.end() > head);
        kept.extend(first.map(|piece| (piece.rank, Timed { at: piece.at, what: gap })));
        kept.extend(pieces.iter().filter_map(|piece| piece.part(tail, self.total)));
        kept
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMALL: Limits = Limits { head: 10, pieces: 4, tail_records: 1, tail_bytes: 12, copy: true };

    fn events(limits: Limits, pieces: &[&str], left: u64) -> Vec<String> {
        let mut body = Body::new(limits, 3);
        for (rank, piece) in pieces.iter().enumerate() {
            body.push(rank, Moment::ZERO, &Bytes::copy_from_slice(piece.as_bytes()), left);
        }
        let short = |event: TransportEvent| match event {
            TransportEvent::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            TransportEvent::Gap { bytes, records } => format!("-{bytes}/{records}"),
            other => format!("{other:?}"),
        };
        body.finish(&Redactor::default()).into_iter().map(|(_, event)| short(event.what)).collect()
    }

    #[test]
    fn pieces_stay_whole_up_to_the_limits_and_not_beyond() {
        assert_eq!(events(SMALL, &["0123456789abcdefghijkl"], 99), ["0123456789abcdefghijkl"]);
        assert_eq!(events(SMALL, &["0123456789abcdefghijklm"], 99), ["0123456789", "-1/0", "bcdefghijklm"]);
        assert_eq!(
            events(SMALL, &["012345678", "9a\n\nb", "c\r\n\r\nd"], 99),
            ["012345678", "9", "-3/1", "b", "c\r\n\r\nd"]
        );
    }

    #[test]
    fn without_an_end_all_behind_the_head_is_dropped() {
        let full = Limits { tail_records: 0, tail_bytes: 0, ..SMALL };
        assert_eq!(events(full, &["01234", "56789"], 99), ["01234", "56789"]);
        assert_eq!(events(full, &["01234", "56789a\n\n", "\n\n"], 99), ["01234", "56789", "-5/2"]);
    }

    #[test]
    fn too_many_pieces_and_a_spent_budget_end_the_head() {
        let full = Limits { tail_records: 0, tail_bytes: 0, ..SMALL };
        assert_eq!(events(full, &["0", "1", "2", "3", "4", "5"], 99), ["0", "1", "2", "3", "-2/0"]);
        assert_eq!(events(full, &["0123"], 4), ["0123"]);
        assert_eq!(events(full, &["0123", "4567"], 3), ["012", "-5/0"]);
    }

    proptest! {
        #![proptest_config(crate::chance::tries(256))]

        #[test]
        fn what_is_kept_and_what_is_dropped_is_the_whole(
            pieces in proptest::collection::vec("[,\n]{0,9}", 0..20),
            copy in any::<bool>(),
        ) {
            let whole = pieces.concat();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let mut rebuilt = String::new();
            for event in events(Limits { copy, pieces: 99, ..SMALL }, &pieces, 99) {
                let gap = event.strip_prefix('-').and_then(|gap| gap.split_once('/'));
                match gap {
                    Some((bytes, _)) => {
                        let from = rebuilt.len();
                        rebuilt.push_str(&whole[from..from + bytes.parse::<usize>().unwrap()]);
                    }
                    None => rebuilt.push_str(&event),
                }
            }
            prop_assert_eq!(rebuilt, whole);
        }

        #[test]
        fn no_part_of_a_secret_survives_at_any_edge(before in 0_usize..60, after in 0_usize..60, cut in 1_usize..9) {
            let secret = "correct-horse-battery";
            let redactor = Redactor::new([secret.to_owned()]);
            let mut body = Body::new(Limits { pieces: 99, ..SMALL }, secret.len() * 2);
            let whole = format!("{}{secret}{}", ".\n".repeat(before), ".\n".repeat(after));
            for (rank, piece) in whole.as_bytes().chunks(cut).enumerate() {
                body.push(rank, Moment::ZERO, &Bytes::copy_from_slice(piece), 999);
            }
            for (_, event) in body.finish(&redactor) {
                if let TransportEvent::Bytes(bytes) = event.what {
                    prop_assert!(bytes.iter().all(|byte| b".\n*".contains(byte)), "{:?}", bytes);
                }
            }
        }
    }
}
