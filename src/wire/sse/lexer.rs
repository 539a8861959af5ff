//! The witness: a lossless reader of event streams.

use crate::moment::Moment;

use super::Limits;
use super::block::{Block, Out};
use super::splitter::Splitter;
use crate::wire::Item;

/// Reads an event stream piece by piece; how it is cut changes nothing but the moments.
///
/// It loses nothing: events carry the range of their block, [`lines`](super::lines) gives the
/// kind of every byte, and what readers ignore becomes a finding. It never fails: what exceeds
/// the limits is dropped with a finding, and reading goes on.
///
/// ```
/// use provoke::moment::Moment;
/// use provoke::wire::Item;
/// use provoke::wire::sse::Lexer;
///
/// let mut lexer = Lexer::new();
/// assert_eq!(lexer.push(b"data: {\"a\"", Moment::from_millis(1)), []);
/// let items = lexer.push(b":1}\n\nerror: {}\n", Moment::from_millis(2));
/// let [Item::Record(event), Item::Finding(finding)] = &items[..] else { panic!() };
/// assert_eq!((event.data.as_str(), event.range.clone()), (r#"{"a":1}"#, 0..15));
/// assert_eq!((finding.code.id(), finding.offset), ("sse.unknown_field", 15));
/// ```
#[derive(Debug, Clone)]
pub struct Lexer {
    splitter: Splitter,
    block: Block,
}

impl Default for Lexer {
    fn default() -> Self {
        Self::new()
    }
}

impl Lexer {
    /// A reader with the usual limits.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    /// A reader with limits of one's own.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self { splitter: Splitter::new(limits.max_line), block: Block::new(limits) }
    }

    /// Takes the next bytes of the body, which came at `at`.
    pub fn push(&mut self, bytes: &[u8], at: Moment) -> Vec<Item> {
        let Self { splitter, block } = self;
        let mut items = Vec::new();
        let mut out = Out { items: &mut items, at };
        splitter.push(bytes, |cut| block.take(cut, &mut out));
        items
    }

    /// Takes the end of the body. To be called once, last.
    pub fn finish(&mut self, at: Moment) -> Vec<Item> {
        let Self { splitter, block } = self;
        let mut items = Vec::new();
        let mut out = Out { items: &mut items, at };
        splitter.finish(|cut| block.take(cut, &mut out));
        block.finish(splitter.offset(), &mut out);
        items
    }

    /// The last event id: what a client sends back in order to resume.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.block.resume.last_event_id()
    }

    /// The reconnection time that the server asked for, in milliseconds.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.block.resume.reconnection_millis()
    }

    /// How many findings were only counted, after
    /// [`MAX_FINDINGS_PER_CODE`](crate::wire::MAX_FINDINGS_PER_CODE) of their code.
    #[must_use]
    pub const fn findings_dropped(&self) -> u64 {
        self.block.tally.dropped()
    }

    /// Bytes looked at and bytes moved so far. However the body is cut, at most three times its
    /// length; in one piece, once.
    #[must_use]
    pub const fn work(&self) -> u64 {
        self.splitter.work()
    }
}
