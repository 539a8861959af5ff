//! The caller of a foreign subject: asks in its dialect, and records what comes.

use std::time::Duration;

use tokio::time::Instant;

use crate::chat::Request;
use crate::dialect::Codec;
use crate::io::clock::{Clock, reached};
use crate::io::router::events_of;
use crate::recording::{Leg, Side, Stage, Tap, TransportEvent};
use crate::routing::Call;
use crate::scenario::foreign::Hearing;

/// How long, after the last word of a stream, its end is awaited. The SDKs do not wait for it.
const GRACE: Duration = Duration::from_secs(1);

/// How the subject is reached.
#[derive(Debug, Clone)]
pub(super) struct Door {
    /// The base URL that works for the dialect.
    pub(super) base: String,
    /// The key, where there is one.
    pub(super) key: Option<String>,
    /// Headers beside those of the dialect.
    pub(super) headers: Vec<(String, String)>,
    /// The model id as the subject knows it: `{}` stands for ours.
    pub(super) model: String,
}

/// What the caller of one call does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// When it hangs up; it stays unless told.
    pub(super) leaves: Option<Instant>,
    /// When it is given up.
    pub(super) until: Instant,
}

impl Door {
    pub(super) fn call(&self, dialect: &dyn Codec, mut request: Request) -> Call {
        request.model = self.model.replace("{}", &request.model);
        let url = dialect.path(&self.base, &request.model, request.stream);
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(dialect.headers(self.key.as_deref()));
        headers.retain(|(name, _)| !self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
        headers.extend(self.headers.iter().cloned());
        let body = dialect.encode_request(&request).value.to_string().into();
        Call { attempt: 0, candidate: 0, url, headers, body }
    }
}

/// Makes one call and records it as the caller's leg.
pub(super) async fn ask(
    call: Call,
    whose: (&str, &str),
    dialect: &dyn Codec,
    patience: Patience,
    (tap, clock): (&mut Tap, &Clock),
) {
    let (provider, model) = whose;
    let leg = Leg { side: Side::Caller, attempt: 0, provider, model, dialect: dialect.id() };
    let id = tap.begin(leg, call.request(), clock.now());
    let mut hearing = Hearing::new(dialect);
    let mut until = (patience.until, Stage::Total);
    let mut news = events_of(call);
    loop {
        let event = tokio::select! {
            biased;
            () = reached(patience.leaves), if patience.leaves.is_some() => TransportEvent::Cancelled,
            event = news.recv() => match event {
                Some(event) => event,
                None => return,
            },
            () = tokio::time::sleep_until(until.0) => TransportEvent::TimedOut(until.1),
        };
        if let TransportEvent::Bytes(bytes) = &event
            && hearing.push(bytes)
        {
            until = (until.0.min(Instant::now() + GRACE), Stage::Drain);
        }
        let over =
            !matches!(event, TransportEvent::Connected | TransportEvent::Head(_) | TransportEvent::Bytes(_));
        tap.event(id, clock.now(), event);
        if over {
            return;
        }
    }
}
