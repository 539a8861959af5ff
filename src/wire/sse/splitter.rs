//! Cuts a stream of bytes into lines, however the bytes come.
//!
//! A CR ends its line at once; an LF straight after it is swallowed, also when it comes in a
//! later piece. So a stream with CR line ends dispatches without waiting for one more byte, and
//! a CRLF cut in two makes no blank line. Every byte is looked at once and moved at most once.

/// The byte order mark in UTF-8.
const BOM: [u8; 3] = *b"\xEF\xBB\xBF";

/// What was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut<'a> {
    /// The byte order mark at the very start.
    Bom,
    /// A line that has ended.
    Line {
        /// Its bytes without the line end.
        bytes: &'a [u8],
        /// Offset of its first byte.
        start: u64,
        /// Offset after the byte that ended it (the CR of a CRLF).
        end: u64,
    },
    /// A CR proved to have no LF after it.
    LoneCr {
        /// Its offset.
        offset: u64,
    },
    /// A line grew over the limit; its bytes are dropped up to its end.
    Oversized {
        /// Offset of its first byte.
        start: u64,
    },
    /// The body ended inside this line.
    Partial {
        /// Its bytes.
        bytes: &'a [u8],
        /// Offset of its first byte.
        start: u64,
    },
}

/// The state between two pieces.
#[derive(Debug, Clone)]
pub(super) struct Splitter {
    max_line: usize,
    /// The line so far, where its end has not come.
    pending: Vec<u8>,
    /// The pending line is over the limit: drop it.
    dropping: bool,
    /// The last byte was a CR: an LF now belongs to it.
    after_cr: bool,
    /// An LF after a CR has been seen: this stream writes CRLF.
    crlf_seen: bool,
    /// How much of the byte order mark matched; `None` when that is settled.
    bom: Option<usize>,
    line_start: u64,
    offset: u64,
    work: u64,
}

impl Splitter {
    pub(super) const fn new(max_line: usize) -> Self {
        Self {
            max_line,
            pending: Vec::new(),
            dropping: false,
            after_cr: false,
            crlf_seen: false,
            bom: Some(0),
            line_start: 0,
            offset: 0,
            work: 0,
        }
    }

    /// Bytes taken so far.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes scanned and bytes moved so far: the measure of linearity.
    pub(super) const fn work(&self) -> u64 {
        self.work
    }

    /// Cuts the next piece.
    pub(super) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(Cut<'_>)) {
        let mut rest = self.skip_bom(bytes, &mut each);
        while !rest.is_empty() {
            if self.after_cr {
                self.after_cr = false;
                if rest[0] == b'\n' {
                    self.crlf_seen = true;
                    self.offset += 1;
                    self.line_start = self.offset;
                    rest = &rest[1..];
                    continue;
                }
                each(Cut::LoneCr { offset: self.offset - 1 });
            }
            let Some(place) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.hold(rest, &mut each);
                return;
            };
            self.after_cr = rest[place] == b'\r';
            self.work += place as u64 + 1;
            self.offset += place as u64 + 1;
            self.end_line(&rest[..place], &mut each);
            rest = &rest[place + 1..];
        }
    }

    /// The body has ended.
    pub(super) fn finish(&mut self, mut each: impl FnMut(Cut<'_>)) {
        if let Some(matched) = self.bom.take() {
            self.pending.extend_from_slice(&BOM[..matched]);
        }
        // In a stream of CRLFs a last lone CR is where the body was cut, not its habit.
        if std::mem::take(&mut self.after_cr) && !self.crlf_seen {
            each(Cut::LoneCr { offset: self.offset - 1 });
        }
        if !self.pending.is_empty() {
            each(Cut::Partial { bytes: &self.pending, start: self.line_start });
        }
        self.pending = Vec::new();
    }

    fn skip_bom<'a>(&mut self, bytes: &'a [u8], each: &mut impl FnMut(Cut<'_>)) -> &'a [u8] {
        let mut rest = bytes;
        while let (Some(matched), Some(byte)) = (self.bom, rest.first()) {
            if *byte != BOM[matched] {
                self.pending.extend_from_slice(&BOM[..matched]);
                self.bom = None;
                break;
            }
            rest = &rest[1..];
            self.offset += 1;
            self.bom = Some(matched + 1);
            if matched + 1 == BOM.len() {
                self.bom = None;
                self.line_start = self.offset;
                each(Cut::Bom);
            }
        }
        rest
    }

    fn hold(&mut self, part: &[u8], each: &mut impl FnMut(Cut<'_>)) {
        self.work += 2 * part.len() as u64;
        self.offset += part.len() as u64;
        if self.dropping {
            return;
        }
        if self.pending.len() + part.len() > self.max_line {
            self.dropping = true;
            self.pending.clear();
            each(Cut::Oversized { start: self.line_start });
            return;
        }
        self.pending.extend_from_slice(part);
    }

    fn end_line(&mut self, tail: &[u8], each: &mut impl FnMut(Cut<'_>)) {
        let (start, end) = (self.line_start, self.offset);
        self.line_start = end;
        if std::mem::take(&mut self.dropping) {
            return;
        }
        if self.pending.len() + tail.len() > self.max_line {
            self.pending.clear();
            each(Cut::Oversized { start });
        } else if self.pending.is_empty() {
            each(Cut::Line { bytes: tail, start, end });
        } else {
            self.work += tail.len() as u64;
            self.pending.extend_from_slice(tail);
            each(Cut::Line { bytes: &self.pending, start, end });
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(bytes: &[u8], piece: usize) -> u64 {
        let mut splitter = Splitter::new(bytes.len());
        let mut lines = 0;
        for part in bytes.chunks(piece) {
            splitter.push(part, |_| lines += 1);
        }
        assert_eq!(lines, 1);
        splitter.work()
    }

    #[test]
    fn a_long_line_in_pieces_costs_no_more_than_three_times_the_whole() {
        let mut line = vec![b'x'; 1 << 20];
        line.push(b'\n');
        let whole = work(&line, line.len());
        assert_eq!(whole, line.len() as u64);
        for piece in [1, 7, 1024, 4096] {
            let pieces = work(&line, piece);
            assert!(pieces <= 3 * whole, "{piece}: {pieces} against {whole}");
        }
    }

    #[test]
    fn a_crlf_cut_in_two_is_one_line_end() {
        let mut ends = Vec::new();
        let mut splitter = Splitter::new(100);
        for part in [&b"a\r"[..], b"\nb\r", b"\n\r", b"\n", b"c\rd"] {
            splitter.push(part, |cut| match cut {
                Cut::Line { bytes, start, end } => ends.push((bytes.to_vec(), start, end)),
                other => assert_eq!(other, Cut::LoneCr { offset: 9 }),
            });
        }
        let want = [(&b"a"[..], 0, 2), (b"b", 3, 5), (b"", 6, 7), (b"c", 8, 10)];
        assert_eq!(ends, want.map(|(bytes, start, end)| (bytes.to_vec(), start, end)));
    }
}
