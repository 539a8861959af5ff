//! What a witness notes about a stream besides its records.

use std::collections::BTreeMap;

use crate::moment::Moment;

/// How many findings of one code are reported one by one; the rest is counted.
pub const MAX_FINDINGS_PER_CODE: u32 = 16;

/// How many characters of a field's name or value a message quotes.
pub const MAX_EXCERPT_CHARS: usize = 200;

/// Something about the bytes of a stream that a reader should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub code: FindingCode,
    /// Where it begins, in bytes from the start of the body.
    pub offset: u64,
    /// When it was certain: the moment of the bytes that settled it.
    pub at: Moment,
    /// What, as a sentence fragment in lower case.
    pub message: String,
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingCode {
    /// The body begins with a byte order mark.
    Bom,
    /// A line ends in a CR without an LF; legal, but clients mishandle it.
    CrNewline,
    /// Bytes that are not UTF-8; read as U+FFFD.
    InvalidUtf8,
    /// The body ends inside a block, which therefore is not dispatched.
    NoFinalBlankLine,
    /// A `retry` field that is not a number.
    RetryInvalid,
    /// A field that readers ignore; errors of some servers hide there.
    UnknownField,
    /// An `id` field with a NUL, which readers ignore.
    IdNul,
    /// A line or an event over the limits; the line was dropped.
    OversizedLine,
    /// Data after the `[DONE]` record.
    DataAfterDone,
    /// A binary frame whose checksum does not fit; what follows cannot be read.
    FrameChecksum,
    /// A binary frame whose lengths cannot be; what follows cannot be read.
    FrameMalformed,
    /// The body ends inside a binary frame.
    FrameCut,
    /// Bytes that belong to no element of a streamed array.
    ArrayStray,
}

impl FindingCode {
    /// All codes.
    pub const ALL: [Self; 13] = [
        Self::Bom,
        Self::CrNewline,
        Self::InvalidUtf8,
        Self::NoFinalBlankLine,
        Self::RetryInvalid,
        Self::UnknownField,
        Self::IdNul,
        Self::OversizedLine,
        Self::DataAfterDone,
        Self::FrameChecksum,
        Self::FrameMalformed,
        Self::FrameCut,
        Self::ArrayStray,
    ];

    /// The stable id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Bom => "sse.bom",
            Self::CrNewline => "sse.cr_newline",
            Self::InvalidUtf8 => "sse.invalid_utf8",
            Self::NoFinalBlankLine => "sse.no_final_blank_line",
            Self::RetryInvalid => "sse.retry_invalid",
            Self::UnknownField => "sse.unknown_field",
            Self::IdNul => "sse.id_nul",
            Self::OversizedLine => "sse.oversized_line",
            Self::DataAfterDone => "sse.data_after_done",
            Self::FrameChecksum => "event_stream.checksum",
            Self::FrameMalformed => "event_stream.malformed",
            Self::FrameCut => "event_stream.cut",
            Self::ArrayStray => "json_array.stray",
        }
    }
}

/// Counts findings by code, so that a hostile stream cannot flood the report.
#[derive(Debug, Clone, Default)]
pub(in crate::wire) struct Tally {
    seen: BTreeMap<FindingCode, u32>,
    dropped: u64,
}

impl Tally {
    /// Whether one more finding of this code may be reported.
    pub(in crate::wire) fn admit(&mut self, code: FindingCode) -> bool {
        let seen = self.seen.entry(code).or_default();
        if *seen < MAX_FINDINGS_PER_CODE {
            *seen += 1;
            return true;
        }
        self.dropped += 1;
        false
    }

    /// How many were not reported.
    pub(in crate::wire) const fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// The beginning of a text, for a message.
pub(in crate::wire) fn excerpt(text: &str) -> &str {
    text.char_indices().nth(MAX_EXCERPT_CHARS).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_between_characters() {
        let long = "é".repeat(MAX_EXCERPT_CHARS + 1);
        assert_eq!(excerpt(&long).chars().count(), MAX_EXCERPT_CHARS);
        assert_eq!(excerpt("short"), "short");
    }

    #[test]
    fn a_flood_is_counted() {
        let mut tally = Tally::default();
        let admitted = (0..100).filter(|_| tally.admit(FindingCode::IdNul)).count();
        assert_eq!((admitted, tally.dropped()), (MAX_FINDINGS_PER_CODE as usize, 84));
        assert!(tally.admit(FindingCode::Bom));
    }
}
