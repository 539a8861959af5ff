//! Timelines: what a peer does on the wire, act by act, before anything runs.
//!
//! A timeline is data. Faults rewrite it; the simulated world and the player on
//! raw sockets both perform it.

use std::time::Duration;

use bytes::Bytes;

use super::Head;

/// What a peer does after it has read a request, act by act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    /// The acts, in order. A timeline that ends without [`Act::Close`],
    /// [`Act::Reset`] or [`Act::Hold`] keeps the connection for the next request.
    pub acts: Vec<Act>,
}

/// One act of a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Refuse the connection; only alone and first.
    Refuse,
    /// Never answer the connection's first packet; only alone and first.
    Blackhole,
    /// Send status and headers.
    Head {
        /// Status and headers, without those of the framing.
        head: Head,
        /// How the end of the body is told.
        framing: Framing,
    },
    /// Send a piece of the body, framed as the head promised.
    Body {
        /// The bytes.
        bytes: Bytes,
        /// What they are.
        piece: Piece,
    },
    /// End the body as the head promised (the last chunk; nothing otherwise).
    EndBody,
    /// Send bytes as they are, past all framing.
    Raw(Bytes),
    /// Let time pass.
    Wait(Duration),
    /// Close in good order (FIN).
    Close,
    /// Reset the connection (RST).
    Reset,
    /// Do nothing more and keep the socket open until the peer leaves.
    Hold,
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// `transfer-encoding: chunked`.
    Chunked,
    /// `content-length`, as computed from the body pieces of the timeline.
    Length,
    /// `content-length` with this number, true or not.
    FixedLength(u64),
    /// The connection's end (`connection: close`).
    UntilClose,
}

/// What a piece of a body is, so that faults can find their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// The whole of a body that is no stream, or a part of it.
    Whole,
    /// A record of a stream that carries content.
    Content,
    /// Another record of a stream (start, ping, part boundaries, usage).
    Frame,
    /// A record that tells the finish reason.
    Finish,
    /// The dialect's terminal record.
    Terminal,
    /// A comment.
    Comment,
}

impl Timeline {
    /// Status, headers and a whole body.
    #[must_use]
    pub fn whole(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self {
            acts: vec![
                Act::Head { head: Head { status, headers }, framing: Framing::Length },
                Act::Body { bytes: body.into(), piece: Piece::Whole },
                Act::EndBody,
            ],
        }
    }

    /// The places of the body pieces of one kind among the acts.
    pub fn pieces(&self, wanted: Piece) -> impl Iterator<Item = usize> + '_ {
        self.acts.iter().enumerate().filter_map(move |(place, act)| match act {
            Act::Body { piece, .. } if *piece == wanted => Some(place),
            _ => None,
        })
    }

    /// The place of the first act of the body.
    #[must_use]
    pub fn body_start(&self) -> Option<usize> {
        self.acts.iter().position(|act| matches!(act, Act::Body { .. }))
    }
}
