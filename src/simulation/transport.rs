//! A timeline as the transport events that a client would see.

use crate::fault::wire::{WireAct, render};
use crate::moment::Moment;
use crate::recording::timeline::Timeline;
use crate::recording::{Timed, TransportEvent};
use crate::wire::http::{HttpEvent, ResponseReader};

/// What a client sees of a timeline that starts at `start`, in order.
///
/// The list ends early when the connection stays open and silent; it is empty when none comes about.
#[must_use]
pub fn transport_events(timeline: &Timeline, start: Moment) -> Vec<Timed<TransportEvent>> {
    let mut reader = ResponseReader::new("POST");
    let mut events: Vec<Timed<TransportEvent>> = Vec::new();
    let mut at = start;
    let mut over = false;
    let mut connected = false;
    for act in render(timeline) {
        if !connected && !matches!(act, WireAct::Refuse | WireAct::Blackhole) {
            connected = true;
            events.push(Timed { at, what: TransportEvent::Connected });
        }
        let seen = match act {
            WireAct::Refuse => vec![TransportEvent::Refused],
            WireAct::Wait(span) => {
                at += span;
                Vec::new()
            }
            WireAct::Write(bytes) => told(reader.push(&bytes)),
            WireAct::Close => match told(reader.eof()) {
                // Closed before any status line, or after an answer that said so itself.
                ends if ends.is_empty() => vec![TransportEvent::Eof { complete: false }],
                ends => ends,
            },
            WireAct::Reset => vec![TransportEvent::Reset],
            WireAct::Blackhole => return events,
            WireAct::Hold => break,
        };
        for what in seen {
            if over {
                break;
            }
            over = !matches!(what, TransportEvent::Head(_) | TransportEvent::Bytes(_));
            events.push(Timed { at, what });
        }
        if over {
            break;
        }
    }
    if !connected && events.is_empty() {
        events.push(Timed { at, what: TransportEvent::Connected });
    }
    events
}

/// What a client is told of what its reader of HTTP found.
#[must_use]
pub fn told(events: Vec<HttpEvent>) -> Vec<TransportEvent> {
    let converted = events.into_iter().filter_map(|event| match event {
        HttpEvent::Head(head) => Some(TransportEvent::Head(head)),
        HttpEvent::Body(bytes) => Some(TransportEvent::Bytes(bytes)),
        HttpEvent::End { complete } => Some(TransportEvent::Eof { complete }),
        HttpEvent::Malformed { message, .. } => Some(TransportEvent::Malformed(message)),
        // Bytes after the end: no client is told of them.
        HttpEvent::Surplus { .. } => None,
    });
    converted.collect()
}
