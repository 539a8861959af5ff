//! What a view tells of a body.

use std::time::Duration;

use bytes::Bytes;
use provoke::dialect::by_id;
use provoke::dialect::view::{Framing, View, framing, view};
use provoke::moment::Moment;
use provoke::recording::TransportEvent;

use super::support::exchange;

const CHUNK: &str =
    r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}"#;

#[test]
fn a_body_is_judged_by_content_first() {
    let cases: [(&[u8], &str, Framing); 22] = [
        (b"", "text/event-stream", Framing::Empty),
        (b"data: {}\n\n", "application/json", Framing::Sse),
        (b"\xef\xbb\xbfdata: {}\n\n", "", Framing::Sse),
        (b": PROCESSING\n\ndata: {}\n\n", "", Framing::Sse),
        (b"event: ping\r\ndata: {}\r\n\r\n", "", Framing::Sse),
        (b"\n\ndata: {}\n\n", "", Framing::Sse),
        (b"data: \xff\xfe\n\n", "", Framing::Sse),
        (b"x-heartbeat: 1\n\n", "text/event-stream", Framing::Sse),
        (b"x-heartbeat: 1\n\n", "text/plain", Framing::Text),
        (b" data: {}\n\n", "text/event-stream", Framing::Sse),
        (b"{\"error\":1}", "text/event-stream", Framing::Json),
        (b"\n [1]", "text/html", Framing::Json),
        (b"{\"a\":[1,", "application/json", Framing::Json),
        (b"{\n\"a\":\n1}", "", Framing::Json),
        (b"{\"a\":1}\n{\"a\":2}\n", "text/event-stream", Framing::Ndjson),
        (b"{\"a\":1}\n", "application/x-ndjson", Framing::Ndjson),
        (b"<!doctype html><html>", "application/json", Framing::Html),
        (b"upstream connect error", "text/plain", Framing::Text),
        (b"\"text\"", "application/json", Framing::Json),
        (b"\x1f\x8b\x08\x00", "application/json", Framing::Binary),
        (b"\x00\x00\x00\x10abc", "", Framing::Binary),
        (b"   ", "", Framing::Text),
    ];
    for (body, content_type, want) in cases {
        assert_eq!(framing(body, content_type), want, "{:?}", String::from_utf8_lossy(body));
    }
}

fn seen(status: u16, content_type: &str, body: &str) -> View {
    let dialect = by_id("openai_chat").unwrap();
    view(dialect, &exchange(status, content_type, vec![Bytes::from(body.to_owned())]))
}

#[test]
fn an_error_status_with_text_tells_the_text() {
    let view = seen(503, "text/plain", "upstream connect error\n");
    assert_eq!(view.error.unwrap().message, "upstream connect error");
    assert!(!view.ended);
    assert_eq!(seen(200, "text/plain", "upstream connect error").error, None);
    assert_eq!(seen(502, "", "").error, None);
}

#[test]
fn lines_of_json_where_events_were_asked_for_are_read_all_the_same() {
    let view = seen(200, "application/x-ndjson", &format!("{CHUNK}\n{CHUNK}"));
    assert_eq!((view.framing, view.n_events), (Framing::Ndjson, 2));
    assert_eq!(view.response.text(), "hihi");
}

#[test]
fn an_error_without_data_in_front_of_it_is_told_all_the_same() {
    let error = "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"busy\"\n  }\n}\n";
    for body in [
        format!("data: {CHUNK}\n\n{error}"),
        format!("data: {CHUNK}\r\n\r\n{}\r\n", error.replace('\n', "\r\n")),
        format!("data: {CHUNK}\n\nerror: {{\"code\":503,\"message\":\"busy\"}}\n\n"),
    ] {
        let view = seen(200, "text/event-stream", &body);
        assert_eq!((view.n_events, view.response.text().as_str(), view.ended), (1, "hi", false), "{body}");
        let told = view.error.unwrap();
        assert_eq!((told.message.as_str(), told.code.as_deref()), ("busy", Some("503")), "{body}");
        assert!(!view.findings.is_empty());
    }
    let body = format!("data: {CHUNK}\n\n{error}\ndata: [DONE]\n\n");
    assert_eq!(seen(200, "text/event-stream", &body).error, None, "the answer was whole");
    let body = format!("data: {CHUNK}\n\n{{\"a\":\n\nx: 1\n");
    assert_eq!(seen(200, "text/event-stream", &body).error, None);
}

#[test]
fn lines_of_cohere_are_a_stream() {
    let lines = concat!(
        r#"{"event_type":"stream-start","generation_id":"g"}"#,
        "\n",
        r#"{"event_type":"text-generation","text":"Hi"}"#,
        "\n",
        r#"{"event_type":"stream-end","finish_reason":"COMPLETE","response":{}}"#,
    );
    let dialect = by_id("cohere_v1").unwrap();
    let view = view(dialect, &exchange(200, "application/stream+json", vec![Bytes::from(lines)]));
    assert_eq!((view.framing, view.n_events, view.ended), (Framing::Ndjson, 3, true));
    assert_eq!(view.response.text(), "Hi");
}

#[test]
fn an_unfinished_last_event_is_counted_apart() {
    let view = seen(200, "text/event-stream", &format!("data: {CHUNK}\n\ndata: {CHUNK}"));
    assert_eq!((view.n_events, view.n_events_strict), (2, 1));
    assert_eq!(view.findings.len(), 1);
    assert!(!view.ended);
}

#[test]
fn comments_and_pings_are_no_content() {
    let dialect = by_id("openai_chat").unwrap();
    let pieces = [": wait\n\n", "event: ping\ndata: {}\n\n", &format!("data: {CHUNK}\n\n"), ": wait\n\n"];
    let pieces = pieces.iter().map(|piece| Bytes::from(String::from(*piece))).collect();
    let view = view(dialect, &exchange(200, "text/event-stream", pieces));
    assert_eq!((view.comments, view.pings), (2, 1));
    let third = Moment::ZERO + Duration::from_millis(3);
    assert_eq!((view.first_content, view.last_content), (Some(third), Some(third)));
}

#[test]
fn a_whole_answer_is_ended_unless_it_was_cut() {
    let dialect = by_id("openai_chat").unwrap();
    let body = r#"{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}"#;
    let mut whole = exchange(200, "application/json", vec![Bytes::from(body)]);
    let view_of_whole = view(dialect, &whole);
    assert!(view_of_whole.ended);
    assert_eq!(view_of_whole.first_content, Some(Moment::from_millis(1)));
    whole.events.last_mut().unwrap().what = TransportEvent::Eof { complete: false };
    assert!(!view(dialect, &whole).ended);
    assert!(!seen(200, "application/json", &body[..20]).ended);
}
