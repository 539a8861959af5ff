//! How streams are framed, and one reader for all of them.

use crate::moment::Moment;

use super::{Item, event_stream, json_array, ndjson, sse};

/// What separates the records of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StreamFraming {
    /// Server-sent events.
    Sse,
    /// One JSON value a line.
    Ndjson,
    /// Amazon's binary event stream.
    EventStream,
    /// One JSON array.
    JsonArray,
}

impl StreamFraming {
    /// The content type by which it goes.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Sse => "text/event-stream",
            Self::Ndjson => "application/x-ndjson",
            Self::EventStream => event_stream::CONTENT_TYPE,
            Self::JsonArray => "application/json",
        }
    }
}

/// The witness of a stream: lossless, whatever frames it.
#[derive(Debug, Clone)]
pub enum Witness {
    /// Of server-sent events.
    Sse(Box<sse::Lexer>),
    /// Of lines.
    Ndjson(ndjson::Reader),
    /// Of binary frames.
    EventStream(event_stream::Reader),
    /// Of an array.
    JsonArray(json_array::Reader),
}

impl Witness {
    /// One that has seen nothing.
    #[must_use]
    pub fn new(framing: StreamFraming) -> Self {
        match framing {
            StreamFraming::Sse => Self::Sse(Box::default()),
            StreamFraming::Ndjson => Self::Ndjson(ndjson::Reader::default()),
            StreamFraming::EventStream => Self::EventStream(event_stream::Reader::default()),
            StreamFraming::JsonArray => Self::JsonArray(json_array::Reader::default()),
        }
    }

    /// Takes the next bytes of the body, which came at `at`.
    pub fn push(&mut self, bytes: &[u8], at: Moment) -> Vec<Item> {
        match self {
            Self::Sse(lexer) => lexer.push(bytes, at),
            Self::Ndjson(reader) => reader.push(bytes, at),
            Self::EventStream(reader) => reader.push(bytes, at),
            Self::JsonArray(reader) => reader.push(bytes, at),
        }
    }

    /// Takes the end of the body. To be called once, last.
    pub fn finish(&mut self, at: Moment) -> Vec<Item> {
        match self {
            Self::Sse(lexer) => lexer.finish(at),
            Self::Ndjson(reader) => reader.finish(at),
            Self::EventStream(reader) => reader.finish(at),
            Self::JsonArray(reader) => reader.finish(at),
        }
    }
}
