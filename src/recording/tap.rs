//! The tap: builds a recording while things happen, and removes secrets on the way in.
//!
//! It is told the time and what happened, and hands out nothing before [`Tap::finish`]: until
//! then a secret may be half arrived, and only what is whole can be redacted.

mod body;
mod frames;

use std::fmt;

use bytes::Bytes;

use self::body::{Body, Limits};
use self::frames::Frames;
use super::redact::Redactor;
use super::{
    Decision, DuplexExchange, Exchange, Frame, Head, HttpExchange, Recording, RequestBytes, Side, Timed,
    TransportEvent,
};
use crate::moment::Moment;

/// [`Policy::Full`] keeps this many bytes of each body, and of all frames of each WebSocket.
pub const FULL_EXCHANGE_BYTES: u64 = 64 * 1024 * 1024;
/// [`Policy::Full`] keeps this many bytes over all exchanges; bodies are cut where it is reached.
pub const FULL_TOTAL_BYTES: u64 = 128 * 1024 * 1024;
/// [`Policy::Full`] keeps this many pieces of each body; a stream of single bytes is cut there.
pub const FULL_EXCHANGE_PIECES: usize = 1 << 20;
/// [`Policy::Window`] keeps this many bytes from the beginning of each body.
pub const WINDOW_HEAD_BYTES: u64 = 4 * 1024;
/// [`Policy::Window`] keeps this many records from the end of each body.
pub const WINDOW_TAIL_RECORDS: usize = 8;
/// [`Policy::Window`] keeps at most this many bytes from the end of each body.
pub const WINDOW_TAIL_BYTES: u64 = 32 * 1024;

/// How much a tap keeps. What is not kept is counted, as [`TransportEvent::Gap`],
/// [`TransportEvent::RequestCut`] or [`FramesDropped`](super::FramesDropped).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Everything, up to [`FULL_EXCHANGE_BYTES`] and [`FULL_TOTAL_BYTES`]: for scenarios,
    /// recordings and checks.
    Full,
    /// The head and the last records: for a router in service.
    Window,
}

impl Policy {
    const fn limits(self) -> Limits {
        match self {
            Self::Full => Limits {
                head: FULL_EXCHANGE_BYTES,
                pieces: FULL_EXCHANGE_PIECES,
                tail_records: 0,
                tail_bytes: 0,
                copy: false,
            },
            Self::Window => Limits {
                head: WINDOW_HEAD_BYTES,
                pieces: usize::MAX,
                tail_records: WINDOW_TAIL_RECORDS,
                tail_bytes: WINDOW_TAIL_BYTES,
                copy: true,
            },
        }
    }
}

/// Names an exchange of one tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExchangeId(usize);

/// What an HTTP exchange is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg<'a> {
    /// Which leg.
    pub side: Side,
    /// Number of the attempt, from 1; 0 on the caller's leg.
    pub attempt: u32,
    /// The provider's name in the configuration.
    pub provider: &'a str,
    /// The model that was asked for.
    pub model: &'a str,
    /// The dialect's id.
    pub dialect: &'a str,
}

/// Builds one [`Recording`].
pub struct Tap {
    limits: Limits,
    redactor: Redactor,
    /// Bytes that may still be kept over all exchanges.
    left: u64,
    open: Vec<Open>,
    decisions: Vec<Timed<Decision>>,
}

/// An exchange that is under way.
enum Open {
    Http {
        exchange: HttpExchange,
        /// The events beside the body, each with its rank among all.
        beside: Vec<(usize, Timed<TransportEvent>)>,
        body: Body,
        rank: usize,
    },
    Duplex {
        exchange: DuplexExchange,
        frames: Frames,
    },
}

impl fmt::Debug for Tap {
    /// Tells only how much there is: what a tap holds is not redacted yet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tap({} exchanges)", self.open.len())
    }
}

impl Tap {
    /// A tap that has seen nothing.
    #[must_use]
    pub const fn new(policy: Policy, redactor: Redactor) -> Self {
        let limits = policy.limits();
        Self { limits, redactor, left: FULL_TOTAL_BYTES, open: Vec::new(), decisions: Vec::new() }
    }

    /// An HTTP request began.
    pub fn begin(&mut self, leg: Leg<'_>, request: RequestBytes, at: Moment) -> ExchangeId {
        let (request, cut) = self.request(request);
        let owned = |text: &str| self.redactor.text(text).into_owned();
        let exchange = HttpExchange {
            side: leg.side,
            attempt: leg.attempt,
            provider: owned(leg.provider),
            model: owned(leg.model),
            dialect: owned(leg.dialect),
            started: at,
            request,
            events: Vec::new(),
        };
        let told = Timed { at, what: TransportEvent::RequestCut { bytes: cut } };
        let beside = Some((0, told)).filter(|_| cut > 0).into_iter().collect();
        let body = Body::new(self.limits, self.redactor.reach());
        self.add(Open::Http { exchange, beside, body, rank: 0 })
    }

    /// Something happened on an HTTP exchange. An empty piece of a body tells nothing and is not
    /// kept; an id of another kind or tap does nothing.
    pub fn event(&mut self, id: ExchangeId, at: Moment, event: TransportEvent) {
        let Some(Open::Http { beside, body, rank, .. }) = self.open.get_mut(id.0) else { return };
        *rank += 1;
        match event {
            TransportEvent::Bytes(bytes) => self.left -= body.push(*rank, at, &bytes, self.left),
            what => beside.push((*rank, Timed { at, what: event_text(&self.redactor, what) })),
        }
    }

    /// A WebSocket was asked for. The request has no body; if it has, it is kept up to the limit.
    pub fn begin_duplex(&mut self, side: Side, request: RequestBytes, at: Moment) -> ExchangeId {
        let (request, _) = self.request(request);
        let frames = Vec::new();
        let exchange =
            DuplexExchange { side, started: at, request, head: None, frames, close: None, dropped: None };
        self.add(Open::Duplex { exchange, frames: Frames::new(self.limits) })
    }

    /// The upgrade was answered.
    pub fn upgraded(&mut self, id: ExchangeId, head: Head) {
        if let Some(Open::Duplex { exchange, .. }) = self.open.get_mut(id.0) {
            exchange.head = Some(head_text(&self.redactor, head));
        }
    }

    /// A WebSocket message came or went. A secret that is split between two is not masked.
    pub fn frame(&mut self, id: ExchangeId, at: Moment, frame: Frame) {
        if let Some(Open::Duplex { frames, .. }) = self.open.get_mut(id.0) {
            self.left -= frames.push(Timed { at, what: frame }, self.left);
        }
    }

    /// The WebSocket was closed properly.
    pub fn closed(&mut self, id: ExchangeId, code: u16, reason: &str) {
        if let Some(Open::Duplex { exchange, .. }) = self.open.get_mut(id.0) {
            exchange.close = Some((code, self.redactor.text(reason).into_owned()));
        }
    }

    /// The subject decided something.
    pub fn decision(&mut self, at: Moment, decision: Decision) {
        let hide = |text: String| self.redactor.text(&text).into_owned();
        let what = Decision {
            attempt: decision.attempt,
            kind: hide(decision.kind),
            target: hide(decision.target),
            reason: hide(decision.reason),
        };
        self.decisions.push(Timed { at, what });
    }

    /// The recording: no known secret and none of a known shape is in it.
    #[must_use]
    pub fn finish(self) -> Recording {
        let redactor = &self.redactor;
        let exchanges = self.open.into_iter().map(|open| match open {
            Open::Http { mut exchange, beside, body, .. } => {
                let mut events: Vec<_> = beside.into_iter().chain(body.finish(redactor)).collect();
                events.sort_by_key(|(rank, _)| *rank);
                exchange.events = events.into_iter().map(|(_, event)| event).collect();
                Exchange::Http(exchange)
            }
            Open::Duplex { mut exchange, frames } => {
                (exchange.frames, exchange.dropped) = frames.finish(redactor);
                Exchange::Duplex(exchange)
            }
        });
        Recording { exchanges: exchanges.collect(), decisions: self.decisions }
    }

    fn add(&mut self, open: Open) -> ExchangeId {
        self.open.push(open);
        ExchangeId(self.open.len() - 1)
    }

    /// The request as it is kept, and how many bytes of its body are not.
    fn request(&mut self, request: RequestBytes) -> (RequestBytes, u64) {
        let redactor = &self.redactor;
        let length = request.body.len();
        let room = usize::try_from(self.limits.head.min(self.left)).unwrap_or(usize::MAX);
        let kept = length.min(room);
        // Redacted a little further than it is kept: a secret may straddle the edge.
        let mut body = request.body.slice(..length.min(kept.saturating_add(redactor.reach())));
        redactor.redact_chunks(std::slice::from_mut(&mut body));
        body.truncate(kept);
        if self.limits.copy {
            body = Bytes::copy_from_slice(&body);
        }
        self.left -= kept as u64;
        let request = RequestBytes {
            method: redactor.text(&request.method).into_owned(),
            path: redactor.path(&request.path),
            headers: headers(redactor, request.headers),
            body,
        };
        (request, (length - kept) as u64)
    }
}

fn headers(redactor: &Redactor, headers: Vec<(String, String)>) -> Vec<(String, String)> {
    let hide = |(name, value): (String, String)| {
        let value = redactor.header(&name, &value);
        (redactor.text(&name).into_owned(), value)
    };
    headers.into_iter().map(hide).collect()
}

fn head_text(redactor: &Redactor, head: Head) -> Head {
    Head { status: head.status, headers: headers(redactor, head.headers) }
}

fn event_text(redactor: &Redactor, event: TransportEvent) -> TransportEvent {
    let hide = |text: String| redactor.text(&text).into_owned();
    match event {
        TransportEvent::Head(head) => TransportEvent::Head(head_text(redactor, head)),
        TransportEvent::TlsFailed(reason) => TransportEvent::TlsFailed(hide(reason)),
        TransportEvent::Malformed(reason) => TransportEvent::Malformed(hide(reason)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_shared_by_all_exchanges() {
        let mut tap = Tap { left: 10, ..Tap::new(Policy::Full, Redactor::default()) };
        let leg = Leg { side: Side::Upstream, attempt: 1, provider: "p", model: "m", dialect: "d" };
        let request = RequestBytes { body: Bytes::from_static(b"123"), ..RequestBytes::default() };
        for _ in 0..2 {
            let id = tap.begin(leg, request.clone(), Moment::ZERO);
            tap.event(id, Moment::ZERO, TransportEvent::Bytes(Bytes::from_static(b"abcd")));
        }
        let recording = tap.finish();
        let kept: Vec<_> =
            recording.upstream().map(|http| (http.request.body.len(), http.body().len())).collect();
        assert_eq!(kept, [(3, 4), (3, 0)]);
        assert_eq!(recording.upstream().map(HttpExchange::dropped).collect::<Vec<_>>(), [0, 4]);
    }
}
