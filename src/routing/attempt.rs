//! One attempt: what the transport tells, read as a conversation.

mod end;
mod mend;

use std::collections::BTreeSet;

use crate::chat::{Event, FinishReason, PartKind};
use crate::dialect::Codec;
use crate::recording::{Head, Stage, TransportEvent};

use super::body::{Body, is_broken, sniff, trim};
use super::classify::{classify_error, coding, first_line};
use super::failure::{EXCERPT_MAX, Failure, FailureClass};
use mend::Mend;

/// The longest whole body that is read, in bytes.
const WHOLE_MAX: usize = 32 << 20;
/// The longest body of an error status that is read, in bytes.
const ERROR_MAX: usize = 64 << 10;

/// What a transport event led to.
pub(super) enum Step {
    /// Nothing that the caller would notice.
    Nothing,
    /// Events of the answer.
    Events(Vec<Event>),
    /// The last events of the answer; it is whole.
    Answered(Vec<Event>),
    /// The attempt failed, after these last events.
    Failed(Vec<Event>, Failure),
}

/// One attempt at one candidate.
pub(super) struct Attempt {
    dialect: &'static dyn Codec,
    stage: Stage,
    head: Option<Head>,
    body: Body,
    kept: Vec<u8>,
    length: u64,
    records: u64,
    pings: u64,
    spoke: bool,
    content: bool,
    /// Whether there was content other than reasoning.
    visible: bool,
    /// The parts of reasoning that are open.
    reasoning: BTreeSet<u32>,
    /// Whether the last record was cut off.
    cut_record: bool,
    /// Bytes since the last progress.
    idle: u64,
    finish: Option<FinishReason>,
    /// The finish reason and what follows it: told only when the answer is known to be one.
    tail: Vec<Event>,
    mend: Mend,
}

impl Attempt {
    pub(super) fn new(dialect: &'static dyn Codec) -> Self {
        Self {
            dialect,
            stage: Stage::Connect,
            head: None,
            body: Body::Unknown(Vec::new()),
            kept: Vec::new(),
            length: 0,
            records: 0,
            pings: 0,
            spoke: false,
            content: false,
            visible: false,
            reasoning: BTreeSet::new(),
            cut_record: false,
            idle: 0,
            finish: None,
            tail: Vec::new(),
            mend: Mend::default(),
        }
    }

    /// The stage whose deadline runs.
    pub(super) const fn stage(&self) -> Stage {
        self.stage
    }

    /// Takes what the transport saw. The second value tells whether it was progress.
    pub(super) fn take(&mut self, event: &TransportEvent) -> (Step, bool) {
        if let TransportEvent::Bytes(bytes) = event {
            self.idle += bytes.len() as u64;
        }
        let (step, progress) = self.see(event);
        if progress {
            self.idle = 0;
        }
        (step, progress)
    }

    fn see(&mut self, event: &TransportEvent) -> (Step, bool) {
        match event {
            TransportEvent::Connected => {
                self.stage = Stage::Headers;
                (Step::Nothing, true)
            }
            TransportEvent::Head(head) => {
                self.stage = Stage::FirstEvent;
                self.head = Some(head.clone());
                if !(200..300).contains(&head.status) {
                    self.body = Body::Whole(Vec::new());
                } else if let Some(coding) = coding(head) {
                    let message =
                        format!("HTTP {} with a body in {coding}, which was not asked for", head.status);
                    return (Step::Failed(Vec::new(), self.failure(FailureClass::Malformed, message)), true);
                }
                (Step::Nothing, true)
            }
            TransportEvent::Bytes(bytes) => self.bytes(bytes),
            TransportEvent::Eof { complete } => (self.eof(*complete), true),
            other => (self.broken(other), true),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) -> (Step, bool) {
        self.length += bytes.len() as u64;
        let room = EXCERPT_MAX.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if let Body::Unknown(seen) = &mut self.body {
            seen.extend_from_slice(bytes);
            let Some(body) = sniff(seen, self.dialect) else {
                trim(seen);
                return (Step::Nothing, false);
            };
            let seen = std::mem::replace(&mut self.body, body);
            let Body::Unknown(seen) = seen else { return (Step::Nothing, false) };
            // A byte order mark before a document is no part of it; the reader of streams knows it too.
            let bom = if matches!(self.body, Body::Whole(_)) { &b"\xef\xbb\xbf"[..] } else { &[] };
            return self.known(seen.strip_prefix(bom).unwrap_or(&seen));
        }
        self.known(bytes)
    }

    fn known(&mut self, bytes: &[u8]) -> (Step, bool) {
        match &mut self.body {
            Body::Whole(whole) => {
                let limit = if self.head.as_ref().is_some_and(|head| head.status < 300) {
                    WHOLE_MAX
                } else {
                    ERROR_MAX
                };
                let room = limit.saturating_sub(whole.len());
                whole.extend_from_slice(&bytes[..bytes.len().min(room)]);
                if bytes.len() > room {
                    // An error's body need not end: what it says is said by now.
                    let failure = self.told().unwrap_or_else(|| {
                        let message = format!("the answer is longer than {} MiB", WHOLE_MAX >> 20);
                        self.failure(FailureClass::Malformed, message)
                    });
                    return (Step::Failed(Vec::new(), failure), true);
                }
                self.stage = Stage::InterEvent;
                (Step::Nothing, true)
            }
            Body::Stream(reader, _) => match reader.push(bytes) {
                Ok(records) => self.records(records),
                Err(error) => {
                    let failure = self.failure(FailureClass::Malformed, error.to_string());
                    (Step::Failed(Vec::new(), failure), true)
                }
            },
            Body::Unknown(_) => (Step::Nothing, false),
        }
    }

    fn records(&mut self, records: Vec<eventsource_stream::Event>) -> (Step, bool) {
        let mut events = Vec::new();
        let mut progress = false;
        for record in records {
            self.records += 1;
            let Body::Stream(_, decoder) = &mut self.body else { break };
            let decoded = decoder.record(&record.event, &record.data);
            let broken = !decoded.problems.is_empty() && is_broken(&record.data);
            for event in decoded.value {
                let Some(event) = self.mend.mend(event) else { continue };
                self.pings += u64::from(event == Event::Ping);
                self.spoke |= event != Event::Ping;
                progress |= event.is_content() || matches!(event, Event::Finish { .. });
                self.note_content(&event);
                match &event {
                    Event::Finish { choice: 0, finish } => self.finish = Some(finish.reason),
                    Event::Error(error) => {
                        let class = classify_error(self.status(), error);
                        let message = format!("error inside the stream: {}", error.message);
                        let failure = self.failure(class, message);
                        return (Step::Failed(events, failure), true);
                    }
                    Event::End => {
                        return match self.verdict() {
                            Ok(()) => (Step::Answered(self.closed(events)), true),
                            Err(failure) => (Step::Failed(events, failure), true),
                        };
                    }
                    _ => {}
                }
                self.put(event, &mut events);
            }
            if broken {
                let message =
                    format!("record {} is not JSON: {}", self.records, first_line(record.data.as_bytes()));
                return (Step::Failed(events, self.failure(FailureClass::Malformed, message)), true);
            }
        }
        if self.finish.is_some() {
            // All that is awaited now is the end.
            self.stage = Stage::Drain;
        } else if progress {
            self.stage = Stage::InterEvent;
        }
        (Step::Events(events), progress)
    }

    /// Content goes on at once; a finish reason waits, since an answer without content is none.
    fn put(&mut self, event: Event, events: &mut Vec<Event>) {
        let part = matches!(
            event,
            Event::PartStart { .. } | Event::Delta { .. } | Event::Signature { .. } | Event::PartEnd { .. }
        );
        let waits = !part && (!self.tail.is_empty() || matches!(event, Event::Finish { .. }));
        if waits { self.tail.push(event) } else { events.push(event) }
    }

    /// The events of an answer with its end.
    fn closed(&mut self, mut events: Vec<Event>) -> Vec<Event> {
        events.append(&mut self.tail);
        events.push(Event::End);
        events
    }

    fn note_content(&mut self, event: &Event) {
        self.content |= event.is_content();
        match event {
            Event::PartStart { part, kind: PartKind::Reasoning | PartKind::RedactedReasoning(_), .. } => {
                self.reasoning.insert(*part);
            }
            Event::PartEnd { part } => {
                self.reasoning.remove(part);
            }
            Event::Delta { part, .. } => {
                self.visible |= event.is_content() && !self.reasoning.contains(part);
            }
            _ => self.visible |= event.is_content(),
        }
    }

    fn status(&self) -> u16 {
        self.head.as_ref().map_or(0, |head| head.status)
    }

    fn failure(&self, class: FailureClass, message: impl Into<String>) -> Failure {
        Failure {
            class,
            message: message.into(),
            status: self.head.as_ref().map(|head| head.status),
            content_type: self.head.as_ref().and_then(|head| head.header("content-type")).map(str::to_owned),
            excerpt: self.kept.clone(),
            // On a success the header means nothing: some providers send it always.
            retry_after: None,
        }
    }
}
