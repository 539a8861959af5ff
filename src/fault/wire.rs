//! Timelines to bytes: what the acts look like on an HTTP/1.1 connection.
//!
//! The simulated world reads these acts through the pure HTTP reader; the player on raw sockets
//! writes them. Both take them from here, so that they cannot drift apart.

use std::time::Duration;

use bytes::Bytes;

use crate::recording::timeline::{Act, Framing, Timeline};
use crate::wire::http::{BodyLength, encode_chunk, encode_head, last_chunk};

/// One act on a connection, ready to be performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireAct {
    /// Refuse the connection.
    Refuse,
    /// Let no connection come about, and say nothing.
    Blackhole,
    /// Write bytes. Never empty. Writes that touch go out in one segment where the kernel allows it.
    Write(Bytes),
    /// Let time pass. Never zero.
    Wait(Duration),
    /// Close in good order (FIN).
    Close,
    /// Reset (RST).
    Reset,
    /// Keep the socket open until the peer leaves.
    Hold,
}

impl WireAct {
    /// The bytes that it writes.
    #[must_use]
    pub fn written(&self) -> Option<&[u8]> {
        match self {
            Self::Write(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Renders a timeline: heads and chunk framing become bytes, waits that touch become one.
///
/// Nothing is rendered behind an act that ends the connection. A body that is told by the
/// connection's end closes when the timeline does not end otherwise. A timeline that ends without
/// an end keeps the connection for the next request.
#[must_use]
pub fn render(timeline: &Timeline) -> Vec<WireAct> {
    let mut acts = Vec::new();
    let mut framing = None;
    for (place, act) in timeline.acts.iter().enumerate() {
        match act {
            Act::Head { head, framing: promised } => {
                framing = Some(*promised);
                let length = body_length(&timeline.acts[place + 1..], *promised);
                write(&mut acts, encode_head(head.status, &head.headers, length).into());
            }
            Act::Body { bytes, .. } if framing == Some(Framing::Chunked) => {
                write(&mut acts, encode_chunk(bytes).into());
            }
            Act::Body { bytes, .. } | Act::Raw(bytes) => write(&mut acts, bytes.clone()),
            Act::EndBody if framing == Some(Framing::Chunked) => {
                write(&mut acts, Bytes::from_static(last_chunk()));
            }
            Act::EndBody => {}
            Act::Wait(span) => wait(&mut acts, *span),
            Act::Refuse | Act::Blackhole | Act::Close | Act::Reset | Act::Hold => {
                acts.push(ending(act));
                return acts;
            }
        }
    }
    if framing == Some(Framing::UntilClose) {
        acts.push(WireAct::Close);
    }
    acts
}

/// Leaves of an answer what may answer `HEAD`: a client would read a body as its next answer.
pub fn head_alone(acts: &mut Vec<WireAct>) {
    let head = acts.iter().position(|act| act.written().is_some());
    acts.truncate(head.map_or(acts.len(), |place| place + 1));
}

/// What a head declares about the body in the acts behind it.
fn body_length(behind: &[Act], framing: Framing) -> BodyLength {
    match framing {
        Framing::Chunked => BodyLength::Chunked,
        Framing::UntilClose => BodyLength::UntilClose,
        Framing::FixedLength(length) => BodyLength::Exact(length),
        Framing::Length => {
            let of_this_head = behind.iter().take_while(|act| !matches!(act, Act::Head { .. }));
            let lengths = of_this_head.map(|act| match act {
                Act::Body { bytes, .. } => bytes.len() as u64,
                _ => 0,
            });
            BodyLength::Exact(lengths.sum())
        }
    }
}

fn write(acts: &mut Vec<WireAct>, bytes: Bytes) {
    if !bytes.is_empty() {
        acts.push(WireAct::Write(bytes));
    }
}

fn wait(acts: &mut Vec<WireAct>, span: Duration) {
    match acts.last_mut() {
        Some(WireAct::Wait(before)) => *before = before.saturating_add(span),
        _ if span.is_zero() => {}
        _ => acts.push(WireAct::Wait(span)),
    }
}

fn ending(act: &Act) -> WireAct {
    match act {
        Act::Refuse => WireAct::Refuse,
        Act::Blackhole => WireAct::Blackhole,
        Act::Close => WireAct::Close,
        Act::Reset => WireAct::Reset,
        _ => WireAct::Hold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::Head;
    use crate::recording::timeline::Piece;

    fn body(text: &'static str) -> Act {
        Act::Body { bytes: Bytes::from_static(text.as_bytes()), piece: Piece::Whole }
    }

    fn head(framing: Framing) -> Act {
        Act::Head { head: Head { status: 200, headers: vec![] }, framing }
    }

    fn text(acts: &[WireAct]) -> String {
        let texts = acts.iter().map(|act| match act {
            WireAct::Write(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => format!("<{other:?}>"),
        });
        texts.collect()
    }

    #[test]
    fn the_framing_is_kept_and_an_empty_piece_does_not_end_a_chunked_body() {
        let acts = vec![head(Framing::Chunked), body("hello"), body(""), body("x"), Act::EndBody];
        let wire = text(&render(&Timeline { acts }));
        assert_eq!(
            wire,
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\nx\r\n0\r\n\r\n"
        );
    }

    #[test]
    fn a_length_counts_the_pieces_of_its_own_head_only() {
        let acts = vec![head(Framing::Length), body("ab"), body("c"), head(Framing::Length), body("d")];
        let wire = text(&render(&Timeline { acts }));
        assert!(
            wire.contains("content-length: 3\r\n\r\nabc") && wire.ends_with("content-length: 1\r\n\r\nd")
        );
    }

    #[test]
    fn waits_join_and_nothing_follows_an_end() {
        let second = Duration::from_secs(1);
        let acts =
            vec![Act::Wait(Duration::ZERO), Act::Wait(second), Act::Wait(second), Act::Hold, body("x")];
        assert_eq!(render(&Timeline { acts }), [WireAct::Wait(2 * second), WireAct::Hold]);
        let acts = vec![head(Framing::UntilClose), body("x"), Act::EndBody];
        assert_eq!(render(&Timeline { acts }).last(), Some(&WireAct::Close));
    }
}
