//! The body of an answer, as it comes.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body as HttpBody, Frame};
use tokio::sync::mpsc;

/// What a port answers with: a whole body, or one that comes piece by piece.
pub type Body = Either<Full<Bytes>, Streamed>;

/// A piece of a body; none of them after it was broken off.
pub(super) enum Piece {
    /// More of it.
    Bytes(Bytes),
    /// It ends here, whole.
    End,
}

/// A body that comes piece by piece. Its sender hears when it is dropped, which is when the caller leaves.
#[derive(Debug)]
pub struct Streamed {
    pieces: mpsc::Receiver<Piece>,
    ended: bool,
}

/// The answer was broken off: the caller must not take it for whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer was broken off")]
pub struct BrokenOff;

impl Streamed {
    pub(super) const fn new(pieces: mpsc::Receiver<Piece>) -> Self {
        Self { pieces, ended: false }
    }
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(cx).map(|piece| match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::End) => {
                self.ended = true;
                None
            }
            // Whoever sent is gone without a word.
            None => Some(Err(BrokenOff)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

/// A body that is there.
#[must_use]
pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Either::Left(Full::new(bytes.into()))
}

/// The error of a body that is whole never comes.
impl From<Infallible> for BrokenOff {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
