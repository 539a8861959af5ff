//! The answer is whole, and something around it is wrong.

use super::Rule;
use crate::chat::replay::Replay;
use crate::diagnosis::{Scene, clip};
use crate::dialect::Framing;
use crate::recording::TransportEvent;
use crate::verdict::{Confidence, Finding};
use crate::wire::FindingCode;

/// A stream that claims to be something else.
pub(super) struct ContentType;

impl Rule for ContentType {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok() && scene.view.framing == Framing::Sse)?;
        let told = scene.exchange.head()?.header("content-type")?;
        let kind = told.split(';').next().unwrap_or_default().trim();
        if kind.is_empty() || kind.eq_ignore_ascii_case("text/event-stream") {
            return None;
        }
        let message = format!("an event stream came under the content type `{}`", clip(told.as_bytes()));
        Some(scene.finding("stream.wrong-content-type", Confidence::Certain, message))
    }
}

/// A record that nobody holds.
pub(super) struct TooLarge;

impl Rule for TooLarge {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let mut findings = scene.view.findings.iter();
        let found = findings.find(|finding| finding.code == FindingCode::OversizedLine)?;
        let message = format!("{} at byte {}", found.message, found.offset);
        Some(scene.finding("stream.record-too-large", Confidence::Certain, message))
    }
}

/// One delta says all again.
pub(super) struct Replayed;

impl Rule for Replayed {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let mut replay = Replay::default();
        let times = scene.view.events.iter().filter(|(_, event)| replay.repeats(event)).count();
        if times == 0 {
            return None;
        }
        let message = format!("{times} of the deltas repeat all the text that came before");
        Some(scene.finding("stream.replayed-text", Confidence::Certain, message))
    }
}

/// A whole last record without its blank line.
pub(super) struct LastRecord;

impl Rule for LastRecord {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let view = scene.view;
        let offset = view.unfinished.filter(|_| view.response.finish.is_some() && view.error.is_none())?;
        if !matches!(scene.end()?, TransportEvent::Eof { complete: true }) {
            return None;
        }
        let message = format!("the last record, at byte {offset}, lacks the blank line that dispatches it");
        Some(scene.finding("stream.last-record-unfinished", Confidence::Certain, message))
    }
}

/// The answer is whole by its dialect, but HTTP promised more.
pub(super) struct Promise;

impl Rule for Promise {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok() && scene.view.framing == Framing::Sse)?;
        scene.view.response.finish.as_ref()?;
        if !matches!(scene.end()?, TransportEvent::Eof { complete: false }) {
            return None;
        }
        let message = "the answer is whole, but the connection closed before HTTP's own framing was";
        Some(scene.finding("stream.broken-framing", Confidence::Certain, message))
    }
}

/// Redacted thinking with nothing in it.
pub(super) struct EmptyRedacted;

impl Rule for EmptyRedacted {
    fn examine(&self, scene: &Scene<'_>) -> Option<Finding> {
        scene.status().filter(|_| scene.ok())?;
        let mut problems = scene.view.problems.iter();
        let found = problems.find(|problem| problem.message == "redacted_thinking without data")?;
        let message = format!("{}: sent back, it would be refused", found.message);
        Some(scene.finding("stream.malformed-record", Confidence::High, message))
    }
}
