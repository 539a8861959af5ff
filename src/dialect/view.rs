//! The decoded view of an exchange, computed on demand: recordings hold raw bytes only.

use super::Dialect;
use crate::chat::{ErrorBody, Event, Fold, Response};
use crate::moment::Moment;
use crate::problem::Problem;
use crate::recording::{HttpExchange, TransportEvent};
use crate::wire::sse::{self, LineKind};
use crate::wire::{Finding, Item, StreamFraming, Witness, event_stream};

/// How much of an error's plain text becomes its message, in bytes.
const ERROR_TEXT_MAX: usize = 4096;

/// How much of a body is looked at to tell text from bytes.
const SNIFFED: usize = 1024;

/// What a body is, by its content first and by its content type second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Framing {
    /// No byte.
    Empty,
    /// Server-sent events.
    Sse,
    /// One JSON value, whole or cut.
    Json,
    /// A page.
    Html,
    /// Other text.
    Text,
    /// One JSON value per line.
    Ndjson,
    /// Amazon's binary event stream.
    EventStream,
    /// A stream that is one JSON array.
    JsonArray,
    /// No text; compressed bodies too.
    Binary,
}

impl Framing {
    /// The name, as users read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Sse => "sse",
            Self::Json => "json",
            Self::Html => "html",
            Self::Text => "text",
            Self::Ndjson => "ndjson",
            Self::EventStream => "aws-eventstream",
            Self::JsonArray => "json-array",
            Self::Binary => "binary",
        }
    }
}

impl Framing {
    /// What frames the records, where the body is a stream.
    #[must_use]
    pub const fn of_stream(self) -> Option<StreamFraming> {
        match self {
            Self::Sse => Some(StreamFraming::Sse),
            Self::Ndjson => Some(StreamFraming::Ndjson),
            Self::EventStream => Some(StreamFraming::EventStream),
            Self::JsonArray => Some(StreamFraming::JsonArray),
            _ => None,
        }
    }
}

impl From<StreamFraming> for Framing {
    fn from(framing: StreamFraming) -> Self {
        match framing {
            StreamFraming::Sse => Self::Sse,
            StreamFraming::Ndjson => Self::Ndjson,
            StreamFraming::EventStream => Self::EventStream,
            StreamFraming::JsonArray => Self::JsonArray,
        }
    }
}

/// What an answer says, as its dialect reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// What the body is.
    pub framing: Framing,
    /// The events of a stream, an unfinished last one included; 0 for a whole answer.
    pub n_events: usize,
    /// The events that a strict reader dispatches.
    pub n_events_strict: usize,
    /// The events that have an `event:` line of their own.
    pub named: usize,
    /// Where a last record begins that lacks its blank line, in bytes.
    pub unfinished: Option<u64>,
    /// Whether that one is cut off in the middle of its data.
    pub cut_record: bool,
    /// The comments of a stream.
    pub comments: usize,
    /// The keep-alives of the dialect itself.
    pub pings: usize,
    /// What was said, as far as it was told.
    pub response: Response,
    /// Whether the dialect's terminal event came; for a whole answer: whether it is whole.
    pub ended: bool,
    /// The error that the answer tells, in its body or in its stream.
    pub error: Option<ErrorBody>,
    /// The events with the moments at which they were known; none for a whole answer.
    pub events: Vec<(Moment, Event)>,
    /// What the dialect did not understand.
    pub problems: Vec<Problem>,
    /// What the bytes of a stream have that readers should know.
    pub findings: Vec<Finding>,
    /// When the first content came.
    pub first_content: Option<Moment>,
    /// When the last content came.
    pub last_content: Option<Moment>,
}

impl View {
    const fn empty(framing: Framing, response: Response) -> Self {
        Self {
            framing,
            n_events: 0,
            n_events_strict: 0,
            named: 0,
            unfinished: None,
            cut_record: false,
            comments: 0,
            pings: 0,
            response,
            ended: false,
            error: None,
            events: Vec::new(),
            problems: Vec::new(),
            findings: Vec::new(),
            first_content: None,
            last_content: None,
        }
    }
}

/// Reads the answer of `exchange` as `dialect`.
#[must_use]
pub fn view(dialect: &dyn Dialect, exchange: &HttpExchange) -> View {
    let body = exchange.body();
    let head = exchange.head();
    let content_type = head.and_then(|head| head.header("content-type")).unwrap_or_default();
    let end = exchange.events.last().map_or(exchange.started, |event| event.at);
    let status = head.map_or(0, |head| head.status);
    let framing = match framing(&body, content_type) {
        Framing::Json if is_array_stream(dialect, &body) => Framing::JsonArray,
        framing => framing,
    };
    match framing.of_stream() {
        Some(framing) => streamed(dialect, framing, exchange, end),
        None => {
            let mut view = whole(dialect, framing, &body, status);
            let cut =
                exchange.events.iter().any(|event| event.what == TransportEvent::Eof { complete: false });
            view.ended &= !cut;
            name_error(dialect, exchange, &mut view);
            let came = exchange.chunks().last().map(|(at, _)| at);
            if !view.response.parts.is_empty() {
                (view.first_content, view.last_content) = (came, came);
            }
            view
        }
    }
}

/// Gives an error the type that only a header tells, such as `ThrottlingException:http://…`.
fn name_error(dialect: &dyn Dialect, exchange: &HttpExchange, view: &mut View) {
    let Some(error) = view.error.as_mut().filter(|error| error.kind.is_none()) else { return };
    let told = dialect.error_type_header().and_then(|name| exchange.head()?.header(name));
    let told = told.and_then(|told| told.split(':').next()).filter(|told| !told.is_empty());
    error.kind = told.map(str::to_owned);
}

/// Judges what a body is.
#[must_use]
pub fn framing(body: &[u8], content_type: &str) -> Framing {
    if body.is_empty() {
        return Framing::Empty;
    }
    if event_stream::begins(body) {
        return Framing::EventStream;
    }
    if body.starts_with(b"\x1f\x8b") {
        return Framing::Binary;
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text = body.trim_ascii_start();
    match text.first() {
        Some(b'<') => return Framing::Html,
        Some(b'{' | b'[') => return json_or_lines(text, content_type),
        _ => {}
    }
    let first = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let fields: [&[u8]; 5] = [b":", b"data:", b"event:", b"id:", b"retry:"];
    let bare: [&[u8]; 2] = [b"data", b"event"];
    if fields.iter().any(|field| first.starts_with(field)) || bare.contains(&first) {
        return Framing::Sse;
    }
    let told = content_type.to_ascii_lowercase();
    if binary(&body[..body.len().min(SNIFFED)]) {
        Framing::Binary
    } else if told.contains("event-stream") {
        Framing::Sse
    } else if told.contains("json") && serde_json::from_slice::<serde_json::Value>(text).is_ok() {
        Framing::Json
    } else {
        Framing::Text
    }
}

/// A body that begins like JSON is JSON, unless its first line is a value of its own.
fn json_or_lines(text: &[u8], content_type: &str) -> Framing {
    let parses = |bytes: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    if content_type.contains("ndjson") || content_type.contains("jsonl") {
        return Framing::Ndjson;
    }
    if parses(text) {
        return Framing::Json;
    }
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let first = lines.next().is_some_and(parses);
    if first && lines.next().is_some() { Framing::Ndjson } else { Framing::Json }
}

/// Whether more than a few of the bytes are controls that text does not have.
fn binary(sample: &[u8]) -> bool {
    let odd = |byte: &&u8| **byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b);
    sample.iter().filter(odd).count() * 20 > sample.len()
}

fn whole(dialect: &dyn Dialect, framing: Framing, body: &[u8], status: u16) -> View {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let decoded = match framing {
        Framing::Json => dialect.decode_response(body),
        _ => crate::chat::Decoded::whole(Response::default()),
    };
    let mut view = View::empty(framing, decoded.value);
    view.problems = decoded.problems;
    view.ended = framing == Framing::Json && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    let failed = status >= 400;
    view.error = view.response.error.clone();
    if view.error.is_none() && (failed || view.response.parts.is_empty()) {
        view.error = dialect.decode_error(body);
    }
    if view.error.is_none() && failed && framing != Framing::Empty && framing != Framing::Binary {
        let text = String::from_utf8_lossy(&body[..body.len().min(ERROR_TEXT_MAX)]);
        view.error = Some(ErrorBody { message: text.trim().to_owned(), ..ErrorBody::default() });
    }
    view
}

/// Whether a body that begins like JSON is a stream in one array, as this dialect streams.
fn is_array_stream(dialect: &dyn Dialect, body: &[u8]) -> bool {
    let streams = dialect.stream_framings().contains(&StreamFraming::JsonArray);
    streams && body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start().first() == Some(&b'[')
}

fn streamed(dialect: &dyn Dialect, framing: StreamFraming, exchange: &HttpExchange, end: Moment) -> View {
    let mut stream = Stream::new(dialect, Framing::from(framing));
    let mut witness = Witness::new(framing);
    for (at, bytes) in exchange.chunks() {
        stream.items(witness.push(bytes, at));
    }
    stream.items(witness.finish(end));
    if framing == StreamFraming::Sse && !stream.fold.ended() {
        stream.bare_error(&exchange.body(), end);
    }
    stream.finish(end)
}

/// An error that stands in the stream without `data:`, and so is nothing to a strict reader: Vertex breaks
/// off with a bare JSON object, llama.cpp with a field of its own, `error: {…}`.
fn bare_error(body: &[u8]) -> Option<String> {
    let mut run = String::new();
    let mut runs = Vec::new();
    for line in sse::lines(body) {
        let (Ok(start), Ok(end)) = (usize::try_from(line.range.start), usize::try_from(line.range.end))
        else {
            break;
        };
        if line.kind != LineKind::Unknown || run.len() + (end - start) > ERROR_TEXT_MAX {
            runs.extend((!run.is_empty()).then(|| std::mem::take(&mut run)));
            continue;
        }
        run.push_str(&String::from_utf8_lossy(&body[start..end]));
    }
    runs.push(run);
    runs.into_iter().rev().find_map(|run| {
        let json = run.trim().strip_prefix("error:").unwrap_or(&run).trim();
        let value =
            serde_json::from_str::<serde_json::Value>(json).ok().filter(serde_json::Value::is_object)?;
        let wrapped =
            if value.get("error").is_some() { value } else { serde_json::json!({ "error": value }) };
        Some(wrapped.to_string())
    })
}

/// Whether a record's data is not cut.
fn is_whole(data: &str) -> bool {
    data.trim() == "[DONE]" || serde_json::from_str::<serde::de::IgnoredAny>(data).is_ok()
}

/// Collects a view from the records of a stream.
struct Stream {
    decoder: Box<dyn super::StreamDecoder + Send>,
    fold: Fold,
    view: View,
}

impl Stream {
    fn new(dialect: &dyn Dialect, framing: Framing) -> Self {
        let view = View::empty(framing, Response::default());
        Self { decoder: dialect.stream_decoder(), fold: Fold::new(), view }
    }

    fn items(&mut self, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Record(event) => {
                    self.view.n_events_strict += 1;
                    self.view.named += usize::from(event.named);
                    self.record(&event.event, &event.data, event.at);
                }
                // A last record without its blank line is told, if it is whole otherwise.
                Item::Unfinished(event) if is_whole(&event.data) => {
                    self.view.unfinished = Some(event.range.start);
                    self.view.named += usize::from(event.named);
                    self.record(&event.event, &event.data, event.at);
                }
                Item::Unfinished(event) => {
                    self.view.unfinished = Some(event.range.start);
                    self.view.cut_record = true;
                    self.view.n_events += 1;
                }
                Item::Comment { .. } => self.view.comments += 1,
                Item::Finding(finding) => self.view.findings.push(finding),
            }
        }
    }

    fn record(&mut self, event: &str, data: &str, at: Moment) {
        self.view.n_events += 1;
        let decoded = self.decoder.record(event, data);
        self.view.problems.extend(decoded.problems);
        self.take(decoded.value, at);
    }

    fn bare_error(&mut self, body: &[u8], at: Moment) {
        if self.view.events.iter().any(|(_, event)| matches!(event, Event::Error(_))) {
            return;
        }
        if let Some(error) = bare_error(body) {
            let decoded = self.decoder.record("error", &error);
            self.take(decoded.value, at);
        }
    }

    fn take(&mut self, events: Vec<Event>, at: Moment) {
        for event in events {
            self.fold.push(&event);
            if event.is_content() {
                self.view.first_content.get_or_insert(at);
                self.view.last_content = Some(at);
            }
            self.view.pings += usize::from(event == Event::Ping);
            self.view.events.push((at, event));
        }
    }

    fn finish(mut self, end: Moment) -> View {
        let decoded = self.decoder.finish();
        self.view.problems.extend(decoded.problems);
        self.take(decoded.value, end);
        self.view.response = self.fold.response();
        self.view.ended = self.fold.ended();
        self.view.error = self.view.response.error.clone();
        self.view
    }
}
