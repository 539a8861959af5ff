//! What the caller gets: events in its own dialect, or one clean error.

use bytes::Bytes;

use crate::chat::{ErrorBody, Event, Fold};
use crate::dialect::{Codec, StreamEncoder};
use crate::recording::{Head, TransportEvent};

use super::failure::Failure;
use super::step::Outcome;

/// Encodes what a turn emits in the caller's dialect.
pub(super) struct Egress {
    dialect: &'static dyn Codec,
    encoder: Box<dyn StreamEncoder + Send>,
    /// Whether it answers as a stream.
    pub(super) stream: bool,
    begun: bool,
    ended: bool,
    fold: Fold,
}

impl Egress {
    pub(super) fn new(dialect: &'static dyn Codec, stream: bool) -> Self {
        Self {
            dialect,
            encoder: dialect.stream_encoder(),
            stream,
            begun: false,
            ended: false,
            fold: Fold::new(),
        }
    }

    /// What goes to the caller for one event.
    pub(super) fn event(&mut self, event: &Event) -> Vec<TransportEvent> {
        if self.ended {
            return Vec::new();
        }
        let mut out = Vec::new();
        if !self.stream {
            self.fold.push(event);
            if *event == Event::End {
                self.ended = true;
                let body = self.dialect.encode_response(&self.fold.response()).to_string();
                out.push(head(200, "application/json"));
                out.push(TransportEvent::Bytes(Bytes::from(body)));
                out.push(TransportEvent::Eof { complete: true });
            }
            return out;
        }
        if !self.begun {
            self.begun = true;
            out.push(head(200, "text/event-stream"));
        }
        let bytes = self.encoder.event(event);
        if !bytes.is_empty() {
            out.push(TransportEvent::Bytes(Bytes::from(bytes)));
        }
        // The provider may still finish its own answer; the caller does not wait for that.
        if *event == Event::End {
            self.ended = true;
            out.push(TransportEvent::Eof { complete: true });
        }
        out
    }

    /// The caller left: nothing goes to it any more.
    pub(super) fn left(&mut self) -> Option<TransportEvent> {
        (!std::mem::replace(&mut self.ended, true)).then_some(TransportEvent::Cancelled)
    }

    /// What goes to the caller at the end of the turn. Only a mutant adds anything behind an error.
    pub(super) fn end(&mut self, outcome: &Outcome, added: &[Event]) -> Vec<TransportEvent> {
        let mut out = Vec::new();
        if std::mem::replace(&mut self.ended, true) {
            return out;
        }
        match (outcome.answered, outcome.failures.last()) {
            (Some(_), _) | (None, None) => {}
            (None, Some((_, _, failure))) if self.begun => {
                let error = Event::Error(error_body(failure));
                out.push(TransportEvent::Bytes(Bytes::from(self.encoder.event(&error))));
                // An encoder is over with the error; another one goes on.
                let mut encoder = self.dialect.stream_encoder();
                let more = added.iter().map(|event| Bytes::from(encoder.event(event)));
                out.extend(more.filter(|bytes| !bytes.is_empty()).map(TransportEvent::Bytes));
            }
            (None, Some((_, _, failure))) => {
                let status = failure.class.caller_status();
                let body = self.dialect.encode_error(status, &error_body(failure)).to_string();
                out.push(head(status, "application/json"));
                out.push(TransportEvent::Bytes(Bytes::from(body)));
            }
        }
        out.push(TransportEvent::Eof { complete: true });
        out
    }
}

fn error_body(failure: &Failure) -> ErrorBody {
    ErrorBody {
        message: failure.message.clone(),
        kind: Some(failure.class.name().replace('-', "_")),
        code: failure.status.filter(|status| *status >= 400).map(|status| status.to_string()),
        ..ErrorBody::default()
    }
}

fn head(status: u16, content_type: &str) -> TransportEvent {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    TransportEvent::Head(Head { status, headers })
}
