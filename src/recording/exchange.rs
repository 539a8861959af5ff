//! Exchanges: one request and what came back, as raw bytes with moments.

use bytes::Bytes;

use crate::moment::Moment;
use crate::wire::http::Head;

/// Everything that crossed the wire in one run of one case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recording {
    /// The exchanges, in the order in which they began.
    pub exchanges: Vec<Exchange>,
    /// What the subject decided, where it tells (our router does).
    pub decisions: Vec<Timed<Decision>>,
}

/// Something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed<T> {
    /// When.
    pub at: Moment,
    /// What.
    pub what: T,
}

/// One request and what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// Over HTTP.
    Http(HttpExchange),
    /// Over a WebSocket.
    Duplex(DuplexExchange),
}

/// Which leg of the way an exchange is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Between the subject and a provider.
    Upstream,
    /// Between the caller and the subject.
    Caller,
    /// What reached a mock, as the mock saw it: the wall's own log, in the order of arrival.
    Wall,
}

/// One HTTP request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpExchange {
    /// Which leg.
    pub side: Side,
    /// Number of the attempt, from 1; 0 on the caller's leg. At the wall: the how-manieth request.
    pub attempt: u32,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model that was asked for.
    pub model: String,
    /// The dialect's id.
    pub dialect: String,
    /// When the request began.
    pub started: Moment,
    /// The request.
    pub request: RequestBytes,
    /// What happened, in order.
    pub events: Vec<Timed<TransportEvent>>,
}

/// A request as it was sent. Header names keep their spelling.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestBytes {
    /// Such as `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Header fields in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// What a transport can tell: the one seam between the simulated and the wire world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportEvent {
    /// The connection stands.
    Connected,
    /// The connection was refused.
    Refused,
    /// The TLS handshake failed, with the reason.
    TlsFailed(String),
    /// Status and headers came.
    Head(Head),
    /// Bytes of the body came (after transfer decoding, before content decoding).
    Bytes(Bytes),
    /// Bytes of the body came here and were not kept, since the tap has its bounds.
    Gap {
        /// How many bytes.
        bytes: u64,
        /// How many records of a stream (blocks closed by a blank line) ended in them.
        records: u64,
    },
    /// The request's body was longer by this many bytes; they were not kept.
    RequestCut {
        /// How many bytes.
        bytes: u64,
    },
    /// The answer ended; `complete` says whether HTTP's own framing agrees.
    Eof {
        /// False when the framing promised more (short length, no last chunk).
        complete: bool,
    },
    /// The peer reset the connection.
    Reset,
    /// HTTP/2: the peer is going away.
    GoAway,
    /// What came is not HTTP.
    Malformed(String),
    /// Our own deadline for a stage passed; the connection was dropped.
    TimedOut(Stage),
    /// We dropped the connection, since the caller left or the answer was whole.
    Cancelled,
}

/// The stages of an attempt, each with a deadline of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Until the connection stands.
    Connect,
    /// Until status and headers came.
    Headers,
    /// Until the first event with content.
    FirstEvent,
    /// Between two events with content; comments and pings are no progress.
    InterEvent,
    /// The whole turn.
    Total,
    /// After the terminal event, until the answer ends.
    Drain,
}

impl Stage {
    /// The stage's name, as users read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Headers => "headers",
            Self::FirstEvent => "first event",
            Self::InterEvent => "inter-event",
            Self::Total => "total",
            Self::Drain => "drain",
        }
    }
}

/// A decision of the subject, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The attempt it is about; 0 for the turn.
    pub attempt: u32,
    /// Such as `attempt`, `retry`, `next-candidate`, `commit`, `success`, `give-up`.
    pub kind: String,
    /// The target, as `provider/model`.
    pub target: String,
    /// Why.
    pub reason: String,
}

/// A WebSocket conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplexExchange {
    /// Which leg.
    pub side: Side,
    /// When the upgrade was asked for.
    pub started: Moment,
    /// The upgrade request.
    pub request: RequestBytes,
    /// The answer to it, where one came.
    pub head: Option<Head>,
    /// The frames of both directions, in order.
    pub frames: Vec<Timed<Frame>>,
    /// Close code and reason, where the socket was closed properly.
    pub close: Option<(u16, String)>,
    /// The frames that were not kept, since the tap has its bounds.
    pub dropped: Option<FramesDropped>,
}

/// Frames that came and were not kept: always one run of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FramesDropped {
    /// How many kept frames came before them.
    pub after: u64,
    /// How many were dropped.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// One WebSocket message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Who sent it.
    pub origin: FrameOrigin,
    /// Whether it is text (else binary).
    pub text: bool,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Who sent a WebSocket message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameOrigin {
    /// The side that asked for the upgrade.
    Client,
    /// The side that granted it.
    Server,
}

impl Recording {
    /// The HTTP exchanges with providers, in order.
    pub fn upstream(&self) -> impl Iterator<Item = &HttpExchange> {
        self.http().filter(|exchange| exchange.side == Side::Upstream)
    }

    /// The HTTP exchange between the caller and the subject, where one was recorded.
    #[must_use]
    pub fn caller(&self) -> Option<&HttpExchange> {
        self.callers().next()
    }

    /// Every HTTP exchange between a caller and the subject: whoever tries a foreign subject asks
    /// it again, behind the case, whether it is still alive.
    pub fn callers(&self) -> impl Iterator<Item = &HttpExchange> {
        self.http().filter(|exchange| exchange.side == Side::Caller)
    }

    /// What reached the mocks, in the order of arrival; none where nobody kept that log.
    pub fn wall(&self) -> impl Iterator<Item = &HttpExchange> {
        self.http().filter(|exchange| exchange.side == Side::Wall)
    }

    /// The requests that the subject made: as it tells them itself, else as the wall saw them.
    #[must_use]
    pub fn requests(&self) -> Vec<&HttpExchange> {
        let told: Vec<_> = self.upstream().collect();
        if told.is_empty() { self.wall().collect() } else { told }
    }

    fn http(&self) -> impl Iterator<Item = &HttpExchange> {
        self.exchanges.iter().filter_map(|exchange| match exchange {
            Exchange::Http(http) => Some(http),
            Exchange::Duplex(_) => None,
        })
    }
}

impl HttpExchange {
    /// The head of the answer, where one came.
    #[must_use]
    pub fn head(&self) -> Option<&Head> {
        self.events.iter().find_map(|event| match &event.what {
            TransportEvent::Head(head) => Some(head),
            _ => None,
        })
    }

    /// The body of the answer as far as it came and was kept: see [`Self::dropped`].
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (_, bytes) in self.chunks() {
            body.extend_from_slice(bytes);
        }
        body
    }

    /// The pieces of the body with their moments.
    pub fn chunks(&self) -> impl Iterator<Item = (Moment, &Bytes)> {
        self.events.iter().filter_map(|event| match &event.what {
            TransportEvent::Bytes(bytes) => Some((event.at, bytes)),
            _ => None,
        })
    }

    /// Bytes of the answer's body that came and were not kept; 0 when [`Self::body`] is whole.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        let gaps = self.events.iter().map(|event| match event.what {
            TransportEvent::Gap { bytes, .. } => bytes,
            _ => 0,
        });
        gaps.fold(0, u64::saturating_add)
    }

    /// How it ended: the last event, where it is an end.
    #[must_use]
    pub fn end(&self) -> Option<&Timed<TransportEvent>> {
        self.events.last().filter(|event| {
            !matches!(
                event.what,
                TransportEvent::Connected
                    | TransportEvent::Head(_)
                    | TransportEvent::Bytes(_)
                    | TransportEvent::Gap { .. }
                    | TransportEvent::RequestCut { .. }
            )
        })
    }
}
