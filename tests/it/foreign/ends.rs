//! The two ends of a router in the tests: what it says to its caller, and what it has heard.

use provoke::chat::{ErrorBody, Event, Finish, FinishReason, Response};
use provoke::dialect::{Codec, StreamDecoder};
use provoke::moment::Moment;
use provoke::wire::Item;
use provoke::wire::http::{BodyLength, encode_chunk, encode_head};
use provoke::wire::sse::Lexer;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;

/// The caller's side of a connection.
pub(super) struct Caller {
    pub(super) writer: OwnedWriteHalf,
    pub(super) dialect: &'static dyn Codec,
}

impl Caller {
    pub(super) async fn document(&mut self, status: u16, kind: &str, body: &[u8]) -> std::io::Result<()> {
        let headers = [("content-type".to_owned(), kind.to_owned()), close()];
        let head = encode_head(status, &headers, BodyLength::Exact(body.len() as u64));
        self.writer.write_all(&head).await?;
        self.writer.write_all(body).await
    }

    pub(super) async fn error(&mut self, status: u16, why: &str) -> std::io::Result<()> {
        let error =
            ErrorBody { message: why.to_owned(), kind: Some("api_error".to_owned()), ..ErrorBody::default() };
        let body = self.dialect.encode_error(status, &error).to_string();
        self.document(status, "application/json", body.as_bytes()).await
    }

    /// A success that says nothing.
    pub(super) async fn empty(&mut self) -> std::io::Result<()> {
        let nothing = Response { finish: Some(stop(self.dialect)), ..Response::default() };
        let body = self.dialect.encode_response(&nothing).to_string();
        self.document(200, "application/json", body.as_bytes()).await
    }

    pub(super) async fn begin(&mut self) -> std::io::Result<()> {
        let headers = [("content-type".to_owned(), "text/event-stream".to_owned()), close()];
        self.writer.write_all(&encode_head(200, &headers, BodyLength::Chunked)).await
    }

    pub(super) async fn piece(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.writer.write_all(&encode_chunk(bytes)).await
    }

    pub(super) async fn events(&mut self, events: &[Event]) -> std::io::Result<()> {
        let mut encoder = self.dialect.stream_encoder();
        // Whatever was cut is closed first, so that the next record is one of its own.
        let mut bytes = b"\n\n".to_vec();
        for event in events {
            bytes.extend(encoder.event(event));
        }
        self.piece(&bytes).await
    }
}

fn close() -> (String, String) {
    ("connection".to_owned(), "close".to_owned())
}

/// What has been heard of a stream.
pub(super) struct Heard {
    lexer: Lexer,
    decoder: Box<dyn StreamDecoder + Send>,
    pub(super) finished: bool,
    pub(super) ended: bool,
    pub(super) error: bool,
    pub(super) garbled: bool,
}

impl Heard {
    pub(super) fn new(dialect: &dyn Codec) -> Self {
        Self {
            lexer: Lexer::new(),
            decoder: dialect.stream_decoder(),
            finished: false,
            ended: false,
            error: false,
            garbled: false,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut all = Vec::new();
        for item in self.lexer.push(piece, Moment::ZERO) {
            let Item::Record(event) = item else { continue };
            let json = serde_json::from_str::<serde_json::Value>(&event.data).is_ok();
            self.garbled |= !json && event.data.trim() != "[DONE]";
            all.extend(self.decoder.record(&event.event, &event.data).value);
        }
        self.finished |= all.iter().any(|event| matches!(event, Event::Finish { .. }));
        self.ended |= all.iter().any(|event| matches!(event, Event::End));
        self.error |= all.iter().any(|event| matches!(event, Event::Error(_)));
        all
    }
}

pub(super) fn stop(dialect: &dyn Codec) -> Finish {
    let raw = if dialect.id() == "openai_chat" { "stop" } else { "end_turn" };
    Finish { reason: FinishReason::Stop, raw: raw.to_owned() }
}
