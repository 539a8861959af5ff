//! A recording as lanes of marks: what a picture of it shows, read by each exchange's dialect.

use std::time::Duration;

use super::view::{Framing, framing};
use super::{Dialect, StreamDecoder, by_id};
use crate::chat::Event;
use crate::moment::Moment;
use crate::recording::trace::{Ending, Lane, Mark, MarkKind, Quiet, Trace};
use crate::recording::{HttpExchange, Recording, Timed, TransportEvent};
use crate::wire::sse::Lexer;
use crate::wire::{Item, Record};

/// Attempts that are kept of one recording, the caller's lane not counted.
const LANES_MAX: usize = 12;
/// Marks that are kept of one lane.
const MARKS_MAX: usize = 96;
/// How many of these are the last ones: how a stream ended tells most.
const MARKS_LAST: usize = 32;
/// Characters of a record that are kept.
const TEXT_MAX: usize = 100;
/// Bytes of a record that are looked at for its excerpt.
const EXCERPT_BYTES: usize = 4 * TEXT_MAX;
/// The shortest span without progress that is worth a shade, in nominal time.
const QUIET_MIN: Duration = Duration::from_secs(5);

/// The lanes of a recording: its HTTP exchanges with providers, then the caller's.
#[must_use]
pub fn trace(recording: &Recording) -> Trace {
    let requests = recording.requests();
    let mut lanes: Vec<Lane> = requests.iter().take(LANES_MAX).map(|exchange| lane(exchange)).collect();
    let lanes_left_out = requests.len() - lanes.len();
    lanes.extend(recording.caller().map(lane));
    let commit = recording.decisions.iter().find(|decision| decision.what.kind == "commit");
    Trace { lanes, lanes_left_out, commit: commit.map(|decision| decision.at) }
}

fn lane(exchange: &HttpExchange) -> Lane {
    let (marks, bytes) = marks(exchange);
    let end = exchange.end().and_then(|end| Some(Timed { at: end.at, what: ending(&end.what)? }));
    let head = exchange.events.iter().find_map(|event| match &event.what {
        TransportEvent::Head(head) => Some(Timed { at: event.at, what: head.status }),
        _ => None,
    });
    let target = match (exchange.provider.as_str(), exchange.model.as_str()) {
        (provider, "") => provider.to_owned(),
        ("", model) => model.to_owned(),
        (provider, model) => format!("{provider}/{model}"),
    };
    let mut lane = Lane {
        side: exchange.side,
        attempt: exchange.attempt,
        target,
        started: exchange.started,
        head,
        bytes,
        quiet: Vec::new(),
        marks,
        marks_left_out: 0,
        end,
    };
    lane.quiet = quiet(&lane);
    lane.marks_left_out = lane.marks.len().saturating_sub(MARKS_MAX);
    let middle = MARKS_MAX - MARKS_LAST;
    lane.marks.drain(middle.min(lane.marks.len())..middle.min(lane.marks.len()) + lane.marks_left_out);
    lane
}

const fn ending(event: &TransportEvent) -> Option<Ending> {
    Some(match event {
        TransportEvent::Eof { complete: true } => Ending::Whole,
        TransportEvent::Eof { complete: false } => Ending::Cut,
        TransportEvent::Refused => Ending::Refused,
        TransportEvent::TlsFailed(_) => Ending::TlsFailed,
        TransportEvent::Reset => Ending::Reset,
        TransportEvent::GoAway => Ending::GoAway,
        TransportEvent::Malformed(_) => Ending::Malformed,
        TransportEvent::TimedOut(stage) => Ending::TimedOut(*stage),
        TransportEvent::Cancelled => Ending::Cancelled,
        _ => return None,
    })
}

/// The spans without progress that are worth a shade.
fn quiet(lane: &Lane) -> Vec<Quiet> {
    let head = lane.head.as_ref().map(|head| head.at);
    let progress = lane.marks.iter().filter(|mark| !mark.kind.keeps_alive()).map(|mark| mark.at);
    let end = lane.end.as_ref();
    let moments = [lane.started].into_iter().chain(head).chain(progress).chain(end.map(|end| end.at));
    let moments: Vec<Moment> = moments.collect();
    let deadline = end.filter(|end| matches!(end.what, Ending::TimedOut(_))).map(|end| end.at);
    let spans = moments.windows(2).map(|pair| (pair[0], pair[1]));
    let long = spans.filter(|(from, to)| to.since(*from) >= QUIET_MIN);
    long.map(|(from, to)| Quiet { from, to, timed_out: deadline == Some(to) }).collect()
}

/// What came in the body, and how many bytes of it came in all.
fn marks(exchange: &HttpExchange) -> (Vec<Mark>, u64) {
    let body = exchange.body();
    let content_type = exchange.head().and_then(|head| head.header("content-type")).unwrap_or_default();
    let stream = framing(&body, content_type) == Framing::Sse;
    let mut marks = match by_id(&exchange.dialect) {
        Some(dialect) if stream => records(dialect, exchange),
        _ => pieces(exchange),
    };
    let mut came = 0;
    for event in &exchange.events {
        match &event.what {
            TransportEvent::Bytes(bytes) => came += bytes.len() as u64,
            TransportEvent::Gap { bytes, .. } => {
                let text = String::new();
                let gap = Mark { at: event.at, kind: MarkKind::Dropped, offset: came, bytes: *bytes, text };
                marks.push(gap);
                came += bytes;
            }
            _ => {}
        }
    }
    marks.sort_by_key(|mark| mark.at);
    (marks, came)
}

fn pieces(exchange: &HttpExchange) -> Vec<Mark> {
    let mut offset = 0;
    let pieces = exchange.chunks().map(|(at, chunk)| {
        let bytes = chunk.len() as u64;
        offset += bytes;
        Mark { at, kind: MarkKind::Piece, offset: offset - bytes, bytes, text: excerpt(chunk) }
    });
    pieces.collect()
}

fn records(dialect: &dyn Dialect, exchange: &HttpExchange) -> Vec<Mark> {
    let mut decoder = dialect.stream_decoder();
    let mut lexer = Lexer::new();
    let mut items = Vec::new();
    for (at, bytes) in exchange.chunks() {
        items.extend(lexer.push(bytes, at));
    }
    items.extend(lexer.finish(exchange.events.last().map_or(exchange.started, |event| event.at)));
    let marks = items.into_iter().filter_map(|item| match item {
        Item::Record(event) => Some(record(kind(decoder.as_mut(), &event), &event)),
        Item::Unfinished(event) => Some(record(MarkKind::Unfinished, &event)),
        Item::Comment { text, range, at } => Some(Mark {
            at,
            kind: MarkKind::Comment,
            offset: range.start,
            bytes: range.end - range.start,
            text: excerpt(text.as_bytes()),
        }),
        Item::Finding(_) => None,
    });
    marks.collect()
}

fn record(kind: MarkKind, event: &Record) -> Mark {
    let bytes = event.range.end - event.range.start;
    Mark { at: event.at, kind, offset: event.range.start, bytes, text: excerpt(event.data.as_bytes()) }
}

/// What a record is: the most telling of its events.
fn kind(decoder: &mut dyn StreamDecoder, record: &Record) -> MarkKind {
    let events = decoder.record(&record.event, &record.data).value;
    let any = |is: fn(&Event) -> bool| events.iter().any(is);
    if any(|event| matches!(event, Event::Error(_))) {
        MarkKind::Error
    } else if any(|event| *event == Event::End) {
        MarkKind::Terminal
    } else if any(Event::is_content) {
        MarkKind::Content
    } else if any(|event| *event == Event::Ping) {
        MarkKind::Ping
    } else {
        MarkKind::Record
    }
}

/// The first characters of some bytes.
fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(EXCERPT_BYTES)]);
    let mut short: String = text.chars().take(TEXT_MAX).collect();
    if short.len() < bytes.len().min(text.len()) || text.len() < bytes.len() {
        short.push('…');
    }
    short
}
