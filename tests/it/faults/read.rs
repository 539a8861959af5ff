//! Wire acts through the pure readers: what a client would make of them.

use provoke::fault::wire::WireAct;
use provoke::moment::Moment;
use provoke::wire::Item;
use provoke::wire::http::{HttpEvent, ResponseReader};
use provoke::wire::sse::Lexer;
use serde_json::Value;

/// What the pure readers make of wire acts, up to the terminal record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    status: u16,
    /// Text and pieces of tool arguments, in a row.
    said: String,
    /// The content type without its parameters, and the content coding behind it.
    kind: String,
    /// A finish reason or the terminal record came.
    finished: bool,
    /// The body ended before its head's promise was kept, or is no HTTP.
    broken: bool,
}

/// Reads acts as a client would.
pub(super) fn read(acts: &[WireAct]) -> Reading {
    let (mut http, mut lexer) = (ResponseReader::new("POST"), Lexer::new());
    let mut reading = Reading::default();
    let mut done = false;
    let mut take = |events: Vec<HttpEvent>| {
        for event in events {
            match event {
                HttpEvent::Head(head) => {
                    let kind = head.header("content-type").unwrap_or_default();
                    reading.kind = kind.split(';').next().unwrap_or_default().to_owned();
                    reading.kind.extend(head.header("content-encoding"));
                    reading.status = head.status;
                }
                HttpEvent::Body(bytes) => {
                    for item in lexer.push(&bytes, Moment::ZERO) {
                        if let Item::Record(event) = item
                            && !done
                        {
                            done = read_record(&event.data, &mut reading);
                        }
                    }
                }
                HttpEvent::Malformed { .. } | HttpEvent::End { complete: false } => reading.broken = true,
                _ => {}
            }
        }
    };
    for act in acts {
        match act {
            WireAct::Write(bytes) => take(http.push(bytes)),
            WireAct::Close => take(http.eof()),
            _ => {}
        }
    }
    reading
}

/// Takes a record; true for the terminal one.
fn read_record(data: &str, reading: &mut Reading) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(data) else {
        return data == "[DONE]";
    };
    for place in ["/choices/0/delta/content", "/delta/text", "/delta/partial_json"] {
        reading.said.push_str(value.pointer(place).and_then(Value::as_str).unwrap_or_default());
    }
    let calls = value.pointer("/choices/0/delta/tool_calls").and_then(Value::as_array);
    for call in calls.into_iter().flatten() {
        reading.said.push_str(call["function"]["arguments"].as_str().unwrap_or_default());
    }
    for place in ["/choices/0/finish_reason", "/delta/stop_reason"] {
        reading.finished |= value.pointer(place).is_some_and(Value::is_string);
    }
    value["type"] == "message_stop"
}
