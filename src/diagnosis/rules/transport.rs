//! No status line came.

use super::Rule;
use crate::diagnosis::Scene;
use crate::recording::{Stage, TransportEvent};
use crate::verdict::{Confidence, Finding};

pub(super) struct Transport;

impl Rule for Transport {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        if scene.exchange.head().is_some() {
            return None;
        }
        let (cause, confidence, message) = match scene.end()? {
            TransportEvent::Refused => ("net.unreachable", Confidence::Certain, "the connection was refused"),
            TransportEvent::TimedOut(Stage::Connect) => {
                ("net.unreachable", Confidence::High, "no connection came about within the deadline")
            }
            TransportEvent::TlsFailed(_) => {
                ("net.tls-failed", Confidence::Certain, "the TLS handshake failed")
            }
            TransportEvent::TimedOut(_) => (
                "net.no-response",
                Confidence::High,
                "the request was taken and no status line came within the deadline",
            ),
            TransportEvent::Malformed(_) => ("net.not-http", Confidence::High, "what came is not HTTP"),
            TransportEvent::Reset | TransportEvent::GoAway => (
                "stream.connection-reset",
                Confidence::High,
                "the connection was reset after the request and before any status line",
            ),
            TransportEvent::Eof { .. } => (
                "stream.connection-reset",
                Confidence::High,
                "the connection was closed after the request and before any status line",
            ),
            TransportEvent::Connected
            | TransportEvent::Head(_)
            | TransportEvent::Bytes(_)
            | TransportEvent::Gap { .. }
            | TransportEvent::RequestCut { .. }
            | TransportEvent::Cancelled => return None,
        };
        Some(scene.finding(cause, confidence, message))
    }
}
