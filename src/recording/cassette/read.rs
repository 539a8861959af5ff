//! Lines to a recording, as far as they can be read.

use bytes::Bytes;

use super::line::{self, Line};
use super::{CassetteError, MAX_CASSETTE, MAX_LINE, MAX_PROBLEMS, Meta, SCHEMA, parts};
use crate::chat::Decoded;
use crate::moment::Moment;
use crate::problem::{Place, Problem};
use crate::recording::{
    Decision, DuplexExchange, Exchange, Frame, FrameOrigin, FramesDropped, Head, HttpExchange, Recording,
    RequestBytes, Timed, TransportEvent,
};

/// What is read so far.
struct Reader {
    recording: Recording,
    problems: Vec<Problem>,
    unlisted: usize,
    /// The line at hand, from 1.
    number: u32,
    lines: u64,
    /// Number of the last exchange.
    exchange: u32,
    piece: Option<Piece>,
    ended: bool,
}

/// A piece whose bytes may go on in the next line.
struct Piece {
    bytes: Vec<u8>,
    of: Of,
}

enum Of {
    Request,
    Body(Moment),
    Frame(Moment, FrameOrigin, bool),
}

pub(super) fn read(text: &str) -> Result<Decoded<(Recording, Meta)>, CassetteError> {
    if text.len() > MAX_CASSETTE {
        return Err(CassetteError::TooLong { length: text.len() });
    }
    let mut lines = (1_u32..).zip(text.split('\n')).filter(|(_, line)| !line.trim().is_empty());
    let (number, first) = lines.next().unwrap_or((1, ""));
    let meta = read_meta(number, first)?;
    let mut reader = Reader {
        recording: Recording::default(),
        problems: Vec::new(),
        unlisted: 0,
        number,
        lines: 1,
        exchange: 0,
        piece: None,
        ended: false,
    };
    let mut last = first;
    for (number, line) in lines {
        reader.number = number;
        reader.lines += 1;
        reader.line(line);
        last = line;
    }
    reader.finish(!text.ends_with('\n') && parse(last).is_err());
    Ok(Decoded::with((reader.recording, meta), reader.problems))
}

fn read_meta(number: u32, first: &str) -> Result<Meta, CassetteError> {
    let refuse = |column, reason| CassetteError::NotACassette { line: number, column, reason };
    if let Some(found) = newer(first) {
        return Err(CassetteError::Newer { found });
    }
    let header = match parse(first) {
        Ok(Line::Cassette(header)) if header.schema == SCHEMA => header,
        Ok(Line::Cassette(header)) => return Err(refuse(1, format!("the format is `{}`", header.schema))),
        Ok(_) => return Err(refuse(1, "the first line is another one".to_owned())),
        Err((column, reason)) => return Err(refuse(column, reason)),
    };
    Ok(Meta {
        tool_version: header.tool_version,
        scenario: header.scenario,
        case: header.case,
        world: header.world,
        seed: header.seed,
        redacted: header.redacted,
    })
}

/// The format that a first line names, where it is a newer one. A later format may look
/// different in all but this name.
fn newer(first: &str) -> Option<String> {
    let (family, ours) = SCHEMA.rsplit_once('/')?;
    let (_, after) = first.split_once(&format!("{family}/"))?;
    let version: String = after.chars().take_while(char::is_ascii_digit).take(9).collect();
    let is_newer = version.parse::<u32>().ok()? > ours.parse::<u32>().ok()?;
    is_newer.then(|| format!("{family}/{version}"))
}

/// One line; the error has the column, from 1, and the reason.
fn parse(line: &str) -> Result<Line, (u32, String)> {
    if line.len() > MAX_LINE {
        return Err((1, format!("the line has {} bytes, and at most {MAX_LINE} are read", line.len())));
    }
    serde_json::from_str(line).map_err(|error| {
        let before = line.get(..error.column().saturating_sub(1)).unwrap_or(line);
        let column = u32::try_from(before.chars().count()).unwrap_or(u32::MAX).saturating_add(1);
        let reason = error.to_string();
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        (column, reason.to_owned())
    })
}

impl Reader {
    fn line(&mut self, text: &str) {
        if self.ended {
            return self.problem(1, "the cassette goes on after its last line");
        }
        match parse(text) {
            Ok(Line::More(more)) => self.more(more),
            Ok(line) => {
                self.close_piece();
                self.take(line);
            }
            Err((column, reason)) => {
                self.close_piece();
                match reason.strip_prefix("unknown variant `").and_then(|rest| rest.split_once('`')) {
                    Some((kind, _)) => self.problem_with_hint(
                        &format!("unknown kind of line `{kind}`; it is left out"),
                        "a newer provoke may have written it",
                    ),
                    None => self.problem(column, &format!("this line cannot be read: {reason}")),
                }
            }
        }
    }

    fn take(&mut self, line: Line) {
        let moment = Moment::from_nanos;
        match line {
            Line::Cassette(_) => self.problem(1, "a second first line"),
            Line::More(_) => {}
            Line::Http(http) => self.begin(http.exchange, Exchange::Http(begin_http(http))),
            Line::Duplex(duplex) => self.begin(duplex.exchange, Exchange::Duplex(begin_duplex(duplex))),
            Line::RequestBody(body) => self.piece(body.exchange, body.text, body.base64, Of::Request),
            Line::Bytes(bytes) => {
                self.piece(bytes.exchange, bytes.text, bytes.base64, Of::Body(moment(bytes.at)));
            }
            Line::Frame(frame) => {
                let of = Of::Frame(moment(frame.at), frame.from.into(), frame.kind == line::FrameKind::Text);
                self.piece(frame.exchange, frame.text, frame.base64, of);
            }
            Line::Upgraded(line) => {
                let head = Head { status: line.status, headers: line.headers };
                self.duplex(line.exchange, |duplex| duplex.head = Some(head));
            }
            Line::FramesDropped(line) => {
                let dropped = FramesDropped { after: line.after, frames: line.frames, bytes: line.bytes };
                self.duplex(line.exchange, |duplex| duplex.dropped = Some(dropped));
            }
            Line::Closed(line) => {
                self.duplex(line.exchange, |duplex| duplex.close = Some((line.code, line.reason)));
            }
            Line::Decision(line) => {
                let what = Decision {
                    attempt: line.attempt,
                    kind: line.kind,
                    target: line.target,
                    reason: line.reason,
                };
                self.recording.decisions.push(Timed { at: moment(line.at), what });
            }
            Line::End(end) => self.end(&end),
            event => match transport(event) {
                Some((exchange, event)) => self.http(exchange, |http| http.events.push(event)),
                None => self.problem(1, "this line has no place in a cassette"),
            },
        }
    }

    fn begin(&mut self, number: u32, exchange: Exchange) {
        if number != self.exchange.saturating_add(1) {
            let message = format!("exchange {number} follows exchange {}: some are missing", self.exchange);
            self.problem(1, &message);
        }
        self.exchange = number;
        self.recording.exchanges.push(exchange);
    }

    /// The exchange of that number, if it is the one at hand.
    fn at_hand(&mut self, number: u32) -> Option<&mut Exchange> {
        if number != self.exchange || self.recording.exchanges.is_empty() {
            self.problem(1, &format!("the line belongs to exchange {number}, which did not begin before it"));
            return None;
        }
        self.recording.exchanges.last_mut()
    }

    fn http(&mut self, number: u32, then: impl FnOnce(&mut HttpExchange)) {
        match self.at_hand(number) {
            Some(Exchange::Http(http)) => then(http),
            Some(Exchange::Duplex(_)) => self.problem(1, "an event of HTTP in a WebSocket conversation"),
            None => {}
        }
    }

    fn duplex(&mut self, number: u32, then: impl FnOnce(&mut DuplexExchange)) {
        match self.at_hand(number) {
            Some(Exchange::Duplex(duplex)) => then(duplex),
            Some(Exchange::Http(_)) => self.problem(1, "an event of a WebSocket in an HTTP exchange"),
            None => {}
        }
    }

    fn piece(&mut self, number: u32, text: Option<String>, base64: Option<String>, of: Of) {
        match parts::join(text, base64) {
            Ok(bytes) if self.at_hand(number).is_some() => self.piece = Some(Piece { bytes, of }),
            Ok(_) => {}
            Err(reason) => self.problem(1, &reason),
        }
    }

    fn more(&mut self, more: line::More) {
        let bytes = parts::join(more.text, more.base64);
        match (&mut self.piece, bytes) {
            (Some(piece), Ok(bytes)) => piece.bytes.extend_from_slice(&bytes),
            (None, _) => self.problem(1, "the line goes on with one that could not be read; it is left out"),
            (Some(_), Err(reason)) => {
                self.close_piece();
                self.problem(1, &reason);
            }
        }
    }

    fn close_piece(&mut self) {
        let Some(Piece { bytes, of }) = self.piece.take() else { return };
        let (number, bytes) = (self.exchange, Bytes::from(bytes));
        match of {
            Of::Request => match self.at_hand(number) {
                Some(Exchange::Http(http)) => http.request.body = bytes,
                Some(Exchange::Duplex(duplex)) => duplex.request.body = bytes,
                None => {}
            },
            Of::Body(at) => {
                self.http(number, |http| http.events.push(Timed { at, what: TransportEvent::Bytes(bytes) }));
            }
            Of::Frame(at, origin, text) => self.duplex(number, |duplex| {
                duplex.frames.push(Timed { at, what: Frame { origin, text, bytes } });
            }),
        }
    }

    fn end(&mut self, end: &line::End) {
        self.ended = true;
        let read = (self.recording.exchanges.len(), self.recording.decisions.len(), self.lines);
        if read != (end.exchanges as usize, end.decisions as usize, end.lines) {
            let message = format!(
                "lines are missing: {} exchanges, {} decisions and {} lines were written, and {}, {} and {} are here",
                end.exchanges, end.decisions, end.lines, read.0, read.1, read.2
            );
            self.problem(1, &message);
        }
    }

    fn finish(&mut self, is_cut: bool) {
        self.close_piece();
        if !self.ended {
            let what =
                if is_cut { "the file ends in the middle of a line" } else { "the last line is missing" };
            self.problem_with_hint(what, "the recording is as long as what was read");
        }
        if self.unlisted > 0 {
            self.problems.push(Problem::new(format!("{} more problems are not listed", self.unlisted)));
        }
    }

    fn problem(&mut self, column: u32, message: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::new(message).at(Place::line(self.number, column)));
        } else {
            self.unlisted += 1;
        }
    }

    fn problem_with_hint(&mut self, message: &str, hint: &str) {
        let listed = self.problems.len();
        self.problem(1, message);
        if let Some(problem) = self.problems.get_mut(listed) {
            problem.hint = Some(hint.to_owned());
        }
    }
}

fn begin_http(line: line::Http) -> HttpExchange {
    HttpExchange {
        side: line.side.into(),
        attempt: line.attempt,
        provider: line.provider,
        model: line.model,
        dialect: line.dialect,
        started: Moment::from_nanos(line.at),
        request: request(line.method, line.path, line.headers),
        events: Vec::new(),
    }
}

fn begin_duplex(line: line::Duplex) -> DuplexExchange {
    DuplexExchange {
        side: line.side.into(),
        started: Moment::from_nanos(line.at),
        request: request(line.method, line.path, line.headers),
        head: None,
        frames: Vec::new(),
        close: None,
        dropped: None,
    }
}

const fn request(method: String, path: String, headers: Vec<(String, String)>) -> RequestBytes {
    RequestBytes { method, path, headers, body: Bytes::new() }
}

/// The event of a line and the number of its exchange; `None` for lines that are no such event.
fn transport(line: Line) -> Option<(u32, Timed<TransportEvent>)> {
    let (exchange, at, what) = match line {
        Line::Connected(line) => (line.exchange, line.at, TransportEvent::Connected),
        Line::Refused(line) => (line.exchange, line.at, TransportEvent::Refused),
        Line::TlsFailed(line) => (line.exchange, line.at, TransportEvent::TlsFailed(line.reason)),
        Line::Head(line) => {
            let head = Head { status: line.status, headers: line.headers };
            (line.exchange, line.at, TransportEvent::Head(head))
        }
        Line::Gap(line) => {
            (line.exchange, line.at, TransportEvent::Gap { bytes: line.bytes, records: line.records })
        }
        Line::RequestCut(line) => (line.exchange, line.at, TransportEvent::RequestCut { bytes: line.bytes }),
        Line::Eof(line) => (line.exchange, line.at, TransportEvent::Eof { complete: line.complete }),
        Line::Reset(line) => (line.exchange, line.at, TransportEvent::Reset),
        Line::Goaway(line) => (line.exchange, line.at, TransportEvent::GoAway),
        Line::Malformed(line) => (line.exchange, line.at, TransportEvent::Malformed(line.reason)),
        Line::TimedOut(line) => (line.exchange, line.at, TransportEvent::TimedOut(line.stage.into())),
        Line::Cancelled(line) => (line.exchange, line.at, TransportEvent::Cancelled),
        _ => return None,
    };
    Some((exchange, Timed { at: Moment::from_nanos(at), what }))
}
