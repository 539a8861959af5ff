//! What Rust clients read event streams with: `eventsource-stream`, behind the [`Guard`].
//!
//! The crate is a stream, but nothing here waits: the guard's pieces lie in a queue, and the
//! crate is polled until the queue is empty.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::task::{Context, Poll};

use bytes::Bytes;
use eventsource_stream::{Event, EventStream};
use futures_util::Stream;
use futures_util::task::noop_waker_ref;

use super::Limits;
use super::guard::{Guard, TooLong};

/// Reads an event stream piece by piece, as a client would.
///
/// The id and the retry of the stream are [`Reader::last_event_id`] and [`Reader::retry`]; the
/// crate knows those of events only.
pub struct Reader {
    guard: Guard,
    /// `None` once the body has ended.
    queue: Option<Sender<Bytes>>,
    stream: EventStream<Pieces>,
}

/// Why reading an event stream failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The server sent more than we hold.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The crate gave up; the guard is meant to rule that out.
    #[error("the event stream cannot be read: {0}")]
    Parser(String),
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader of a new stream.
    #[must_use]
    pub fn new() -> Self {
        Self::with_guard(Guard::default())
    }

    /// A reader of a new stream, with limits of one's own.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self::with_guard(Guard::new(limits))
    }

    /// A reader of a stream that resumes after `last_event_id`: events without an id carry it.
    #[must_use]
    pub fn resume(last_event_id: &str) -> Self {
        Self::with_guard(Guard::resume(Limits::default(), last_event_id))
    }

    fn with_guard(guard: Guard) -> Self {
        let (queue, pieces) = channel();
        Self { guard, queue: Some(queue), stream: EventStream::new(Pieces(pieces)) }
    }

    /// Takes the next bytes of the body; gives the events that they completed.
    ///
    /// # Errors
    /// [`ReadError::TooLong`] when a line or an event exceeds its limit; the events before it
    /// are given first. [`ReadError::Parser`] when the crate refuses the guard's lines.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, ReadError> {
        let pieces = self.guard.push(bytes)?;
        if let Some(queue) = &self.queue {
            for piece in pieces {
                // The other end lives in our own stream.
                queue.send(piece).map_err(|_| ReadError::Parser("its queue is gone".to_owned()))?;
            }
        }
        self.drain()
    }

    /// Takes the end of the body. A block without its blank line is dropped, as WHATWG says.
    ///
    /// # Errors
    /// As [`Reader::push`].
    pub fn finish(&mut self) -> Result<Vec<Event>, ReadError> {
        self.guard.finish()?;
        self.queue = None;
        self.drain()
    }

    /// The last event id: what a client sends back in order to resume.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.guard.last_event_id()
    }

    /// The reconnection time that the server asked for, in milliseconds.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.guard.retry()
    }

    fn drain(&mut self) -> Result<Vec<Event>, ReadError> {
        let mut context = Context::from_waker(noop_waker_ref());
        let mut events = Vec::new();
        loop {
            match Pin::new(&mut self.stream).poll_next(&mut context) {
                Poll::Ready(Some(Ok(event))) => events.push(event),
                Poll::Ready(Some(Err(error))) => return Err(ReadError::Parser(error.to_string())),
                Poll::Ready(None) | Poll::Pending => return Ok(events),
            }
        }
    }
}

/// The queue between the guard and the crate; it never holds more than one push.
struct Pieces(Receiver<Bytes>);

impl Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0.try_recv() {
            Ok(piece) => Poll::Ready(Some(Ok(piece))),
            Err(TryRecvError::Empty) => Poll::Pending,
            Err(TryRecvError::Disconnected) => Poll::Ready(None),
        }
    }
}
