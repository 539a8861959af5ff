//! How an attempt ends: what came by then is an answer, or says why it is none.

use super::{Attempt, Step};
use crate::chat::{Event, FinishReason, unfold};
use crate::dialect::Framing;
use crate::dialect::view::framing;
use crate::recording::{Stage, TransportEvent};
use crate::routing::body::{Body, is_broken};
use crate::routing::classify::{classify_error, classify_status, first_line, looks_like_html, page};
use crate::routing::failure::{Failure, FailureClass};

impl Attempt {
    pub(super) fn eof(&mut self, complete: bool) -> Step {
        let Some(head) = self.head.clone() else {
            return Step::Failed(
                Vec::new(),
                Failure::bare(FailureClass::Dropped, "the connection was closed before any status line"),
            );
        };
        match std::mem::replace(&mut self.body, Body::Unknown(Vec::new())) {
            Body::Stream(mut reader, mut decoder) => {
                // A last record that lacks only its blank line is told; a cut one is no record.
                let mut last = reader.push(b"\n\n").unwrap_or_default();
                last.extend(reader.finish().unwrap_or_default());
                let told = last.len();
                last.retain(|record| !is_broken(&record.data));
                self.cut_record = last.len() < told;
                self.body = Body::Stream(reader, decoder);
                let mut events = match self.records(last).0 {
                    Step::Events(events) => events,
                    other => return other,
                };
                let body = std::mem::replace(&mut self.body, Body::Unknown(Vec::new()));
                let Body::Stream(_, same) = body else { return Step::Events(events) };
                decoder = same;
                events.extend(decoder.finish().value.into_iter().filter_map(|event| self.mend.mend(event)));
                self.end_of_stream(events, complete)
            }
            Body::Whole(whole) if !(200..300).contains(&head.status) => {
                let error = self.dialect.decode_error(&whole);
                Step::Failed(Vec::new(), classify_status(&head, &whole, error.as_ref()))
            }
            Body::Whole(whole) => self.whole(&whole, complete),
            Body::Unknown(_) if complete => {
                let message = if self.length == 0 {
                    format!("HTTP {} and not one byte of an answer", head.status)
                } else {
                    format!("HTTP {} and nothing but white space", head.status)
                };
                Step::Failed(Vec::new(), self.failure(FailureClass::EmptyStream, message))
            }
            Body::Unknown(_) => Step::Failed(Vec::new(), self.cut("ended")),
        }
    }

    fn end_of_stream(&mut self, events: Vec<Event>, complete: bool) -> Step {
        if self.finish.is_some() {
            return match self.verdict() {
                Ok(()) => Step::Answered(self.closed(events)),
                Err(failure) => Step::Failed(events, failure),
            };
        }
        let failure = if !complete {
            self.cut("ended")
        } else if self.records == 0 && self.is_no_stream() {
            let message =
                format!("HTTP {} with text that is no answer: {}", self.status(), first_line(&self.kept));
            self.failure(FailureClass::NotAnApi, message)
        } else if !self.content && self.cut_record {
            let message = format!("the stream ended inside record {}", self.records + 1);
            self.failure(FailureClass::Truncated, message)
        } else if self.records > 0 && self.records == self.pings {
            self.failure(FailureClass::EmptyStream, format!("{} pings and nothing else", self.records))
        } else if self.records > 0 && !self.spoke {
            let message = format!("{} records and none of {}", self.records, self.dialect.id());
            self.failure(FailureClass::Malformed, message)
        } else if self.records == 0 {
            self.failure(FailureClass::EmptyStream, format!("{} bytes and not one event", self.length))
        } else if !self.content {
            self.failure(FailureClass::EmptyStream, format!("{} records and none with content", self.records))
        } else {
            let message = format!("the stream ended after {} records without a finish reason", self.records);
            self.failure(FailureClass::Truncated, message)
        };
        Step::Failed(events, failure)
    }

    /// Whether what came does not even look like an event stream.
    fn is_no_stream(&self) -> bool {
        let content_type =
            self.head.as_ref().and_then(|head| head.header("content-type")).unwrap_or_default();
        matches!(framing(&self.kept, content_type), Framing::Text | Framing::Binary)
    }

    /// What a broken end means after the finish reason: the answer was whole by then.
    fn whole_by_now(&mut self) -> Option<Step> {
        self.finish?;
        let Body::Stream(_, decoder) = &mut self.body else { return None };
        let events = decoder.finish().value.into_iter().filter_map(|event| self.mend.mend(event)).collect();
        Some(self.end_of_stream(events, false))
    }

    /// Whether what was said by the finish amounts to an answer.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        match self.finish {
            None => {
                let class = if self.content { FailureClass::Truncated } else { FailureClass::EmptyAnswer };
                Err(self.failure(class, "the terminal event came without a finish reason"))
            }
            Some(FinishReason::Error) => {
                Err(self.failure(FailureClass::Server, "the provider gave `error` as its finish reason"))
            }
            Some(FinishReason::Length) if !self.visible => Err(self.failure(
                FailureClass::EmptyAnswer,
                "the token limit was reached before anything visible was said",
            )),
            Some(FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other) if !self.visible => {
                let what = if self.content { "nothing but reasoning" } else { "nothing" };
                let message = format!("the answer ended properly with {what} in it");
                Err(self.failure(FailureClass::EmptyAnswer, message))
            }
            Some(_) => Ok(()),
        }
    }

    fn whole(&mut self, body: &[u8], complete: bool) -> Step {
        if looks_like_html(body) {
            let message = format!("HTTP {} with {}", self.status(), page(body));
            return Step::Failed(Vec::new(), self.failure(FailureClass::NotAnApi, message));
        }
        if !complete {
            return Step::Failed(Vec::new(), self.cut("ended"));
        }
        let decoded = self.dialect.decode_response(body).value;
        if decoded.finish.is_some() || (!decoded.parts.is_empty() && decoded.error.is_none()) {
            let events =
                unfold(&decoded).into_iter().filter_map(|event| self.mend.mend(event)).collect::<Vec<_>>();
            events.iter().for_each(|event| self.note_content(event));
            self.finish = decoded.finish.map(|finish| finish.reason);
            return match self.verdict() {
                Ok(()) => Step::Answered(events),
                Err(failure) => Step::Failed(Vec::new(), failure),
            };
        }
        if let Some(error) = decoded.error.or_else(|| self.dialect.decode_error(body)) {
            let class = classify_error(self.status(), &error);
            let message = format!("HTTP {} with an error in the body: {}", self.status(), error.message);
            return Step::Failed(Vec::new(), self.failure(class, message));
        }
        let json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        let (class, what) = if json {
            (FailureClass::Malformed, "JSON that is no answer of its dialect")
        } else if body.first() == Some(&b'{') || body.first() == Some(&b'[') {
            (FailureClass::Malformed, "broken JSON")
        } else {
            (FailureClass::NotAnApi, "text that is no answer")
        };
        let message = format!("HTTP {} with {what}: {}", self.status(), first_line(body));
        Step::Failed(Vec::new(), self.failure(class, message))
    }

    pub(super) fn broken(&mut self, event: &TransportEvent) -> Step {
        if *event != TransportEvent::Cancelled
            && let Some(step) = self.whole_by_now()
        {
            return step;
        }
        let failure = match event {
            TransportEvent::Refused => Failure::bare(
                FailureClass::Refused,
                "no connection: it was refused, or the host cannot be reached",
            ),
            TransportEvent::TlsFailed(why) => {
                Failure::bare(FailureClass::Tls, format!("the TLS handshake failed: {why}"))
            }
            // What exactly is wrong stands in the recording: each transport words it its own way.
            TransportEvent::Malformed(_) if self.head.is_none() => {
                self.failure(FailureClass::NotHttp, "what came is not HTTP")
            }
            TransportEvent::Malformed(_) => self.told().unwrap_or_else(|| {
                self.failure(FailureClass::Malformed, "the body breaks HTTP's own framing")
            }),
            TransportEvent::Reset | TransportEvent::GoAway if self.head.is_none() => {
                Failure::bare(FailureClass::Dropped, "the connection was reset before any status line")
            }
            // A status that says what is wrong outlives a cut body.
            TransportEvent::Reset | TransportEvent::GoAway => {
                self.told().unwrap_or_else(|| self.cut("was reset"))
            }
            TransportEvent::Cancelled => Failure::bare(FailureClass::CallerLeft, "the caller left"),
            TransportEvent::TimedOut(stage) => self.told().unwrap_or_else(|| self.overdue(*stage)),
            TransportEvent::Connected
            | TransportEvent::Head(_)
            | TransportEvent::Bytes(_)
            | TransportEvent::Gap { .. }
            | TransportEvent::RequestCut { .. }
            | TransportEvent::Eof { .. } => return Step::Nothing,
        };
        Step::Failed(Vec::new(), failure)
    }

    pub(super) fn told(&self) -> Option<Failure> {
        let head = self.head.as_ref().filter(|head| !(200..300).contains(&head.status))?;
        let Body::Whole(whole) = &self.body else { return None };
        let error = self.dialect.decode_error(whole);
        Some(classify_status(head, whole, error.as_ref()))
    }

    fn overdue(&self, stage: Stage) -> Failure {
        let message = match stage {
            Stage::Connect => "no connection within the deadline".to_owned(),
            Stage::Headers => "no status line within the deadline".to_owned(),
            Stage::FirstEvent if self.length == 0 => {
                "headers came, then nothing within the deadline".to_owned()
            }
            Stage::FirstEvent if self.spoke => {
                "the answer began, then no content within the deadline".to_owned()
            }
            Stage::FirstEvent => "headers came, then only keep-alives within the deadline".to_owned(),
            Stage::InterEvent if self.idle == 0 => "the stream went silent in the middle".to_owned(),
            Stage::InterEvent => "content stopped in the middle while keep-alives went on".to_owned(),
            Stage::Total | Stage::Drain => "the turn took longer than it may".to_owned(),
        };
        self.failure(FailureClass::Deadline(stage), message)
    }

    fn cut(&self, how: &str) -> Failure {
        let message =
            format!("the connection {how} in the middle of the answer, after {} bytes", self.length);
        self.failure(FailureClass::Cut, message)
    }
}
