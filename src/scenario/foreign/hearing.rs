//! Hears a streamed answer come to its end, as the SDKs do: they stop reading there.

use crate::chat::Event;
use crate::dialect::{Codec, StreamDecoder};
use crate::moment::Moment;
use crate::wire::Item;
use crate::wire::sse::Lexer;

/// Reads an answer piece by piece.
pub struct Hearing {
    lexer: Lexer,
    decoder: Box<dyn StreamDecoder + Send>,
}

impl Hearing {
    /// Nothing heard yet.
    #[must_use]
    pub fn new(dialect: &dyn Codec) -> Self {
        Self { lexer: Lexer::new(), decoder: dialect.stream_decoder() }
    }

    /// Whether the dialect's last word is in this piece.
    pub fn push(&mut self, piece: &[u8]) -> bool {
        let mut ended = false;
        for item in self.lexer.push(piece, Moment::ZERO) {
            if let Item::Record(event) = item {
                let events = self.decoder.record(&event.event, &event.data).value;
                ended |= events.iter().any(|event| matches!(event, Event::End));
            }
        }
        ended
    }
}
