//! A recording to lines.

use std::fmt::Write as _;

use super::line::{self, Line};
use super::parts::{self, Part};
use super::{Meta, SCHEMA};
use crate::recording::{
    DuplexExchange, Exchange, Frame, HttpExchange, Recording, RequestBytes, Timed, TransportEvent,
};

/// Lines as they are written.
#[derive(Default)]
struct Writer {
    out: String,
    lines: u64,
}

pub(super) fn write(recording: &Recording, meta: &Meta) -> String {
    let mut writer = Writer::default();
    writer.line(&Line::Cassette(line::Cassette {
        schema: SCHEMA.to_owned(),
        tool_version: meta.tool_version.clone(),
        scenario: meta.scenario.clone(),
        case: meta.case.clone(),
        world: meta.world.clone(),
        seed: meta.seed,
        redacted: meta.redacted,
    }));
    for (number, exchange) in (1..).zip(&recording.exchanges) {
        match exchange {
            Exchange::Http(http) => writer.http(number, http),
            Exchange::Duplex(duplex) => writer.duplex(number, duplex),
        }
    }
    for decision in &recording.decisions {
        writer.line(&Line::Decision(line::Decision {
            at: decision.at.nanos(),
            attempt: decision.what.attempt,
            kind: decision.what.kind.clone(),
            target: decision.what.target.clone(),
            reason: decision.what.reason.clone(),
        }));
    }
    let lines = writer.lines + 1;
    writer.line(&Line::End(line::End {
        exchanges: count(recording.exchanges.len()),
        decisions: count(recording.decisions.len()),
        lines,
    }));
    writer.out
}

impl Writer {
    fn line(&mut self, line: &Line) {
        let json = serde_json::to_string(line).expect("a line has only string keys and plain values");
        let _ = writeln!(self.out, "{json}");
        self.lines += 1;
    }

    /// The parts of one piece: the first with its line, the others behind it.
    fn bytes(&mut self, bytes: &[u8], first: impl FnOnce(Option<String>, Option<String>) -> Line) {
        let mut parts = parts::split(bytes).into_iter();
        let (text, base64) = parts.next().map(Part::keys).unwrap_or_default();
        self.line(&first(text, base64));
        for part in parts {
            let (text, base64) = part.keys();
            self.line(&Line::More(line::More { text, base64 }));
        }
    }

    fn http(&mut self, exchange: u32, http: &HttpExchange) {
        self.line(&Line::Http(line::Http {
            exchange,
            at: http.started.nanos(),
            side: http.side.into(),
            attempt: http.attempt,
            provider: http.provider.clone(),
            model: http.model.clone(),
            dialect: http.dialect.clone(),
            method: http.request.method.clone(),
            path: http.request.path.clone(),
            headers: http.request.headers.clone(),
        }));
        self.request_body(exchange, &http.request);
        for event in &http.events {
            self.event(exchange, event);
        }
    }

    fn request_body(&mut self, exchange: u32, request: &RequestBytes) {
        if !request.body.is_empty() {
            self.bytes(&request.body, |text, base64| {
                Line::RequestBody(line::RequestBody { exchange, text, base64 })
            });
        }
    }

    fn event(&mut self, exchange: u32, event: &Timed<TransportEvent>) {
        let at = event.at.nanos();
        let moment = line::Moment { exchange, at };
        let reason = |reason: &String| line::Reason { exchange, at, reason: reason.clone() };
        let line = match &event.what {
            TransportEvent::Bytes(bytes) => {
                return self
                    .bytes(bytes, |text, base64| Line::Bytes(line::Bytes { exchange, at, text, base64 }));
            }
            TransportEvent::Connected => Line::Connected(moment),
            TransportEvent::Refused => Line::Refused(moment),
            TransportEvent::TlsFailed(why) => Line::TlsFailed(reason(why)),
            TransportEvent::Head(head) => {
                Line::Head(line::Head { exchange, at, status: head.status, headers: head.headers.clone() })
            }
            TransportEvent::Gap { bytes, records } => {
                Line::Gap(line::Gap { exchange, at, bytes: *bytes, records: *records })
            }
            TransportEvent::RequestCut { bytes } => {
                Line::RequestCut(line::RequestCut { exchange, at, bytes: *bytes })
            }
            TransportEvent::Eof { complete } => Line::Eof(line::Eof { exchange, at, complete: *complete }),
            TransportEvent::Reset => Line::Reset(moment),
            TransportEvent::GoAway => Line::Goaway(moment),
            TransportEvent::Malformed(why) => Line::Malformed(reason(why)),
            TransportEvent::TimedOut(passed) => {
                Line::TimedOut(line::TimedOut { exchange, at, stage: (*passed).into() })
            }
            TransportEvent::Cancelled => Line::Cancelled(moment),
        };
        self.line(&line);
    }

    fn duplex(&mut self, exchange: u32, duplex: &DuplexExchange) {
        self.line(&Line::Duplex(line::Duplex {
            exchange,
            at: duplex.started.nanos(),
            side: duplex.side.into(),
            method: duplex.request.method.clone(),
            path: duplex.request.path.clone(),
            headers: duplex.request.headers.clone(),
        }));
        self.request_body(exchange, &duplex.request);
        if let Some(head) = &duplex.head {
            let headers = head.headers.clone();
            self.line(&Line::Upgraded(line::Upgraded { exchange, status: head.status, headers }));
        }
        for frame in &duplex.frames {
            self.frame(exchange, frame);
        }
        if let Some(dropped) = duplex.dropped {
            self.line(&Line::FramesDropped(line::FramesDropped {
                exchange,
                after: dropped.after,
                frames: dropped.frames,
                bytes: dropped.bytes,
            }));
        }
        if let Some((code, reason)) = &duplex.close {
            self.line(&Line::Closed(line::Closed { exchange, code: *code, reason: reason.clone() }));
        }
    }

    fn frame(&mut self, exchange: u32, frame: &Timed<Frame>) {
        let at = frame.at.nanos();
        let from = frame.what.origin.into();
        let kind = if frame.what.text { line::FrameKind::Text } else { line::FrameKind::Binary };
        self.bytes(&frame.what.bytes, |text, base64| {
            Line::Frame(line::Frame { exchange, at, from, kind, text, base64 })
        });
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
