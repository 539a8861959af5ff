//! The stream decoder: it opens the frames, and the family's own decoder reads what is in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{BedrockInvoke, plain};
use crate::chat::{Decoded, Event, Finish, FinishReason, PartKind, Usage};
use crate::dialect::json::{text, told};
use crate::dialect::{StreamDecoder, aws_exception, error_shape};
use crate::problem::Problem;
use crate::wire::UNNAMED;

/// The keys by which Nova's records are known.
pub(super) const NOVA: [&str; 6] =
    ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"];

/// The key that the last record of every family has.
const LAST: &str = "amazon-bedrock-invocationMetrics";

/// The key that it has instead where a guardrail spoke in the model's place.
const TRACE: &str = "amazon-bedrock-trace";

/// What a guardrail did.
const ACTION: &str = "amazon-bedrock-guardrailAction";

/// Decodes one streamed answer.
pub(super) struct Decoder {
    families: BedrockInvoke,
    inner: Inner,
}

/// Who reads the records.
enum Inner {
    /// The first record tells.
    Unknown,
    Family {
        decoder: Box<dyn StreamDecoder + Send>,
        is_openai: bool,
    },
    Plain(Plain),
}

/// A stream of text and nothing else.
#[derive(Default)]
struct Plain {
    is_open: bool,
    ended: bool,
}

impl StreamDecoder for Decoder {
    fn record(&mut self, event: &str, data: &str) -> Decoded<Vec<Event>> {
        let record = match serde_json::from_str::<Value>(data) {
            Ok(record) => record,
            Err(error) => return failed(format!("a record is not JSON: {error}")),
        };
        let Some(bytes) = record.get("bytes").and_then(Value::as_str) else {
            return self.bare(event, &record);
        };
        let Ok(bytes) = STANDARD.decode(bytes) else { return failed("a chunk's bytes are not base64") };
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(inner) => self.inner(&inner, &String::from_utf8_lossy(&bytes)),
            Err(error) => failed(format!("a chunk is not JSON: {error}")),
        }
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        match &mut self.inner {
            Inner::Family { decoder, .. } => decoder.finish(),
            Inner::Plain(plain) => plain.finish(),
            Inner::Unknown => Decoded::whole(Vec::new()),
        }
    }
}

fn failed(message: impl Into<String>) -> Decoded<Vec<Event>> {
    Decoded::with(Vec::new(), vec![Problem::new(message)])
}

impl Decoder {
    /// One that has seen nothing.
    pub(super) const fn new(families: BedrockInvoke) -> Self {
        Self { families, inner: Inner::Unknown }
    }

    /// A record that is no chunk: an exception, or something new.
    fn bare(&mut self, event: &str, record: &Value) -> Decoded<Vec<Event>> {
        let error = aws_exception::read(event, record)
            .or_else(|| record.as_object()?.iter().find_map(|(name, told)| aws_exception::read(name, told)))
            .or_else(|| error_shape::read(record));
        Decoded::whole(vec![error.map_or_else(|| Event::Other(record.clone()), Event::Error)])
    }

    fn inner(&mut self, record: &Value, data: &str) -> Decoded<Vec<Event>> {
        if let Inner::Unknown = self.inner {
            self.inner = match self.families.family(record) {
                Some(family) => Inner::Family {
                    decoder: family.stream_decoder(),
                    is_openai: family.id() == self.families.openai.id(),
                },
                None => Inner::Plain(Plain::default()),
            };
        }
        match &mut self.inner {
            Inner::Unknown => Decoded::whole(Vec::new()),
            Inner::Plain(plain) => plain.take(record),
            Inner::Family { decoder, is_openai } => {
                let mut read = decoder.record(text(record, "type").unwrap_or(UNNAMED), data);
                // The end that this family has elsewhere is told here by the service's count.
                if *is_openai && record.get(LAST).is_some() {
                    let end = decoder.record(UNNAMED, "[DONE]");
                    read.value.extend(end.value);
                    read.problems.extend(end.problems);
                }
                read
            }
        }
    }
}

impl Plain {
    fn take(&mut self, record: &Value) -> Decoded<Vec<Event>> {
        if self.ended {
            return failed("a record after the last one");
        }
        let mut events = Vec::new();
        let mut read = plain::read(record);
        if let Some(error) = error_shape::read_beside_answer(record) {
            events.push(Event::Error(error));
        }
        if let Some(said) = read.said {
            if !std::mem::replace(&mut self.is_open, true) {
                events.push(Event::Start { id: None, model: None });
                events.push(Event::PartStart { part: 0, choice: 0, kind: PartKind::Text });
            }
            if !said.is_empty() {
                events.push(Event::Delta { part: 0, text: said.to_owned() });
            }
        } else if events.is_empty() && told(record, LAST).is_none() {
            events.push(Event::Other(record.clone()));
        }
        let is_last = record.get(LAST).is_some() || record.get(TRACE).is_some();
        if is_last && read.finish.is_none() && text(record, ACTION) == Some("INTERVENED") {
            let raw = "INTERVENED".to_owned();
            read.finish = Some(Finish { reason: FinishReason::ContentFilter, raw });
        }
        if is_last && std::mem::take(&mut self.is_open) {
            events.push(Event::PartEnd { part: 0 });
        }
        if read.usage != Usage::default() {
            events.push(Event::Usage(read.usage));
        }
        events.extend(read.finish.map(|finish| Event::Finish { choice: 0, finish }));
        if is_last {
            self.ended = true;
            events.push(Event::End);
        }
        Decoded::whole(events)
    }

    fn finish(&mut self) -> Decoded<Vec<Event>> {
        if self.ended {
            return Decoded::whole(Vec::new());
        }
        let open = std::mem::take(&mut self.is_open);
        let events = open.then_some(Event::PartEnd { part: 0 }).into_iter().collect();
        Decoded::with(events, vec![Problem::new("the stream ended without the service's count")])
    }
}
