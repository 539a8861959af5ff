//! A stream came, or should have.

use super::Rule;
use super::status::{cause_of, said};
use crate::diagnosis::Scene;
use crate::dialect::Framing;
use crate::recording::{Stage, TransportEvent};
use crate::routing::classify_error;
use crate::verdict::{Confidence, Evidence, Finding};
use crate::wire::FindingCode;

/// The provider tells an error inside the stream.
pub(super) struct ErrorInside;

impl Rule for ErrorInside {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        let status = streaming(scene)?;
        let error = scene.view.error.as_ref()?;
        let (cause, confidence) = cause_of(classify_error(status, error), Some(error));
        let message = format!("HTTP {status}, then an error inside the stream: {}", said(error));
        Some(scene.finding(cause, confidence, message))
    }
}

/// Nothing came, or nothing but keep-alives.
pub(super) struct Empty;

impl Rule for Empty {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        let status = scene.status().filter(|_| scene.ok())?;
        if !matches!(scene.view.framing, Framing::Empty | Framing::Sse) || scene.view.error.is_some() {
            return None;
        }
        let keep_alives_only = scene.view.n_events <= scene.view.pings;
        let unsaid = scene.view.first_content.is_none() && scene.view.response.finish.is_none();
        if !(keep_alives_only || spoke(scene) && unsaid)
            || scene.view.cut_record
            || !matches!(scene.end()?, TransportEvent::Eof { complete: true })
        {
            return None;
        }
        let keep_alives = scene.view.pings + scene.view.comments;
        let message = if !keep_alives_only {
            format!("HTTP {status}, {} events and none with content", scene.view.n_events)
        } else if keep_alives > 0 {
            format!("HTTP {status}, {keep_alives} keep-alives and not one event of an answer")
        } else {
            format!("HTTP {status} and not one event: this is an empty stream, not a timeout")
        };
        Some(scene.finding("stream.empty-body", Confidence::Certain, message))
    }
}

/// Records that break the dialect.
pub(super) struct Malformed;

impl Rule for Malformed {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        streaming(scene)?;
        let broken = scene.view.problems.iter().find(|problem| problem.message.contains("not JSON"));
        // A character that is cut by the end of the stream is a matter of the end.
        let end = scene.view.unfinished.unwrap_or(u64::MAX);
        let mut findings = scene.view.findings.iter();
        let bytes = findings.find(|finding| finding.code == FindingCode::InvalidUtf8 && finding.offset < end);
        let mut finding = if let Some(problem) = broken {
            scene
                .finding("stream.malformed-record", Confidence::Certain, "a record of the stream is not JSON")
                .shown(scene, problem.to_string(), problem.place.byte)
        } else if let Some(bytes) = bytes {
            let message = "the stream holds bytes that are no UTF-8";
            scene.finding("stream.malformed-record", Confidence::Certain, message).shown(
                scene,
                bytes.message.clone(),
                Some(bytes.offset),
            )
        } else if ended(scene)
            && !spoke(scene)
            && scene.view.n_events > scene.view.pings
            && scene.view.error.is_none()
        {
            let message = format!("not one of {} records is of {}", scene.view.n_events, scene.dialect.id());
            scene.finding("stream.malformed-record", Confidence::High, message)
        } else {
            return None;
        };
        finding.evidence.truncate(3);
        Some(finding)
    }
}

/// The terminal record came, and no finish reason before it. Whoever hung up then.
pub(super) struct TerminalAlone;

impl Rule for TerminalAlone {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        streaming(scene)?;
        let view = scene.view;
        if !view.ended || view.response.finish.is_some() || view.error.is_some() {
            return None;
        }
        if view.first_content.is_none() {
            let message = "the terminal record came, and before it neither content nor a finish reason";
            return Some(scene.finding("stream.empty-body", Confidence::Certain, message));
        }
        let message = "the terminal record came without a finish reason";
        Some(scene.finding("stream.truncated-no-terminal", Confidence::High, message))
    }
}

/// How the stream ended: silence, a cut, or no finish reason.
pub(super) struct Ending;

impl Rule for Ending {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let view = scene.view;
        let unfinished = view.response.finish.is_none();
        let (cause, confidence, message) = match scene.end()? {
            TransportEvent::TimedOut(Stage::FirstEvent | Stage::Total) if view.first_content.is_none() => {
                let message = if view.pings + view.comments > 0 {
                    "headers came, then only keep-alives: no content within the deadline"
                } else {
                    "headers came, then no content within the deadline"
                };
                ("stream.first-token-stall", Confidence::High, message)
            }
            TransportEvent::TimedOut(Stage::Drain) => (
                "stream.not-closed-after-terminal",
                Confidence::Certain,
                "the answer was whole and the connection stayed open",
            ),
            TransportEvent::TimedOut(_) => {
                // Whatever came behind the last content was none.
                let alive = scene.exchange.chunks().any(|(at, _)| Some(at) > view.last_content);
                let message = if alive {
                    "content stopped in the middle while keep-alives went on"
                } else {
                    "the stream went silent in the middle and stayed open"
                };
                ("stream.midstream-stall", Confidence::High, message)
            }
            TransportEvent::Malformed(_) if unfinished || view.framing == Framing::Json => (
                "stream.broken-framing",
                Confidence::Certain,
                "the body breaks HTTP's own framing in the middle of the answer",
            ),
            // Behind the finish reason nothing is missing.
            TransportEvent::Reset | TransportEvent::GoAway if unfinished || view.framing == Framing::Json => {
                (
                    "stream.connection-reset",
                    Confidence::Certain,
                    "the connection was reset in the middle of the answer",
                )
            }
            TransportEvent::Eof { complete: false } if unfinished || view.framing == Framing::Json => (
                "stream.truncated-no-terminal",
                Confidence::Certain,
                "the answer was cut: HTTP's own framing promised more",
            ),
            TransportEvent::Eof { .. }
                if unfinished
                    && view.error.is_none()
                    && (view.first_content.is_some() || view.cut_record) =>
            {
                (
                    "stream.truncated-no-terminal",
                    Confidence::Certain,
                    if view.cut_record {
                        "the stream ended inside a record"
                    } else {
                        "the stream ended in good order but without a finish reason"
                    },
                )
            }
            _ => return None,
        };
        Some(scene.finding(cause, confidence, message))
    }
}

/// A dialect whose clients dispatch by `event:` lines came without them.
pub(super) struct EventLines;

impl Rule for EventLines {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        streaming(scene)?;
        if !scene.dialect.names_events() || scene.view.n_events == 0 || scene.view.named > 0 || !spoke(scene)
        {
            return None;
        }
        let message = format!("{} records and not one event: line", scene.view.n_events);
        Some(scene.finding("stream.sse-missing-event-field", Confidence::Certain, message))
    }
}

/// The status of an answer that is a stream of events.
fn streaming(scene: &Scene<'_>) -> Option<u16> {
    scene.status().filter(|_| scene.ok() && scene.view.framing == Framing::Sse)
}

/// Whether the provider ended the answer itself.
fn ended(scene: &Scene<'_>) -> bool {
    matches!(scene.end(), Some(TransportEvent::Eof { .. }))
}

/// Whether anything of an answer was said, content or not.
fn spoke(scene: &Scene<'_>) -> bool {
    use crate::chat::Event;
    scene
        .view
        .events
        .iter()
        .any(|(_, event)| !matches!(event, Event::Ping | Event::Other(_) | Event::Error(_)))
}

impl Finding {
    fn shown(mut self, scene: &Scene<'_>, text: String, offset: Option<u64>) -> Self {
        self.evidence.push(Evidence { text, attempt: Some(scene.exchange.attempt), offset });
        self
    }
}
