//! One healthy answer of a provider, as files.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::chat::Event;
use crate::dialect::Codec;
use crate::moment::Moment;
use crate::recording::timeline::{Act, Framing, Piece, Timeline};
use crate::recording::{Head, RequestBytes};
use crate::scalar::Span;
use crate::wire::Item;
use crate::wire::sse::Lexer;

/// The `about.yaml` of a mock: where its shape comes from and what it stands for.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct About {
    /// What it is, in one line.
    pub title: String,
    /// The provider whose habits it shows.
    pub provider: String,
    /// The model it speaks as, unless another one is asked for.
    pub model: String,
    /// Where its shape is known from.
    pub source: String,
    /// When it was written or captured, as `YYYY-MM-DD`.
    pub date: String,
    /// What it stands for.
    pub stands_for: String,
    /// The text that a caller must get, where the answer has one.
    #[serde(default)]
    pub text: Option<String>,
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// Response headers beside the content type.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// From the headers to the first record.
    #[serde(default)]
    pub first: Span,
    /// Between two records.
    #[serde(default)]
    pub gap: Span,
}

const fn ok() -> u16 {
    200
}

/// A healthy answer of a provider.
#[derive(Debug, Clone)]
pub struct MockCase {
    /// Its path under `mocks/`, such as `anthropic_messages/minimax/smoke-ok`.
    pub id: String,
    /// The dialect it speaks.
    pub dialect: &'static dyn Codec,
    /// Where it comes from.
    pub about: About,
    /// The answer as server-sent events.
    pub stream: Option<Bytes>,
    /// The answer as one document.
    pub whole: Option<Bytes>,
    /// Where the records of the stream begin, once somebody wanted to know.
    pub(super) layout: OnceLock<Layout>,
}

/// Where the records of a body begin, and what they are.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// The body it was read from.
    body: Bytes,
    records: Vec<(usize, Piece)>,
}

/// Stands for the asked model in a mock's body.
pub(super) const MODEL: &str = "{{model}}";

impl MockCase {
    /// What the provider does with a request: the healthy timeline.
    #[must_use]
    pub fn timeline(&self, model: &str, stream: bool) -> Timeline {
        let (body, streams) = match (&self.stream, &self.whole) {
            (Some(body), Some(_) | None) if stream => (body, true),
            (_, Some(body)) => (body, false),
            (Some(body), None) => (body, true),
            (None, None) => return Timeline::default(),
        };
        let content_type = if streams { "text/event-stream; charset=utf-8" } else { "application/json" };
        let mut headers = vec![("content-type".to_owned(), content_type.to_owned())];
        headers.extend(
            self.about.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())),
        );
        let head = Head { status: self.about.status, headers };
        let framing = if streams { Framing::Chunked } else { Framing::Length };
        let mut acts = vec![Act::Head { head, framing }];
        if streams {
            self.records(body, model, &mut acts);
        } else {
            wait(self.about.first.0, &mut acts);
            acts.push(Act::Body { bytes: name_model(body, model), piece: Piece::Whole });
        }
        acts.push(Act::EndBody);
        Timeline { acts }
    }

    /// One act per record; the acts tile the body, so that no byte of a mock is lost.
    fn records(&self, body: &Bytes, model: &str, acts: &mut Vec<Act>) {
        let known = self.layout.get_or_init(|| self.layout_of(body));
        // A copy may have got another body since.
        let other = (known.body != *body).then(|| self.layout_of(body));
        let records = &other.as_ref().unwrap_or(known).records;
        for (number, (start, piece)) in records.iter().enumerate() {
            let start = if number == 0 { 0 } else { *start };
            let end = records.get(number + 1).map_or(body.len(), |(next, _)| *next);
            wait(if number == 0 { self.about.first.0 } else { self.about.gap.0 }, acts);
            let bytes = name_model(&body.slice(start.min(end)..end), model);
            acts.push(Act::Body { bytes, piece: *piece });
        }
    }

    fn layout_of(&self, body: &Bytes) -> Layout {
        let mut decoder = self.dialect.stream_decoder();
        let mut lexer = Lexer::new();
        let mut items = lexer.push(body, Moment::ZERO);
        items.extend(lexer.finish(Moment::ZERO));
        let mut records = Vec::new();
        for item in items {
            let (start, piece) = match item {
                Item::Record(event) | Item::Unfinished(event) => {
                    let events = decoder.record(&event.event, &event.data).value;
                    (event.range.start, piece(&events))
                }
                Item::Comment { range, .. } => (range.start, Piece::Comment),
                Item::Finding(_) => continue,
            };
            records.push((usize::try_from(start).unwrap_or(body.len()).min(body.len()), piece));
        }
        if records.is_empty() && !body.is_empty() {
            records.push((0, Piece::Frame));
        }
        Layout { body: body.clone(), records }
    }

    /// The text that a caller must get.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.about.text.as_deref()
    }

    /// Whether a request asks for a stream, as both dialects tell it.
    #[must_use]
    pub fn wants_stream(request: &RequestBytes) -> bool {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        body.get("stream").and_then(serde_json::Value::as_bool).unwrap_or(false)
    }
}

fn wait(span: Duration, acts: &mut Vec<Act>) {
    if !span.is_zero() {
        acts.push(Act::Wait(span));
    }
}

fn piece(events: &[Event]) -> Piece {
    if events.iter().any(|event| matches!(event, Event::End)) {
        Piece::Terminal
    } else if events.iter().any(|event| matches!(event, Event::Finish { .. })) {
        Piece::Finish
    } else if events.iter().any(Event::is_content) {
        Piece::Content
    } else {
        Piece::Frame
    }
}

fn name_model(body: &Bytes, model: &str) -> Bytes {
    if !body.windows(MODEL.len()).any(|window| window == MODEL.as_bytes()) {
        return body.clone();
    }
    let mut named = Vec::with_capacity(body.len());
    let mut rest: &[u8] = body;
    // A model id goes into a JSON string.
    let quoted = serde_json::Value::from(model).to_string();
    let inside = &quoted.as_bytes()[1..quoted.len() - 1];
    while let Some(place) = rest.windows(MODEL.len()).position(|window| window == MODEL.as_bytes()) {
        named.extend_from_slice(&rest[..place]);
        named.extend_from_slice(inside);
        rest = &rest[place + MODEL.len()..];
    }
    named.extend_from_slice(rest);
    Bytes::from(named)
}
