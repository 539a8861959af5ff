//! The desk: what is answered to what is asked, and that what it makes up is what was asked for.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use provoke::dialect;
use provoke::fault::wire::WireAct;
use provoke::io::clock::TimeScale;
use provoke::io::mock::MockServer;
use provoke::mock::fill::fill;
use provoke::mock::{Desk, Library};
use provoke::moment::Moment;
use provoke::recording::RequestBytes;
use provoke::seed::Seed;
use serde_json::{Value, json};

fn desk() -> Desk {
    Desk::new(&Library::builtin().unwrap(), Vec::new(), Seed(0))
}

fn ask(desk: &mut Desk, method: &str, path: &str, body: &Value) -> (String, Vec<u8>) {
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let headers = vec![("authorization".to_owned(), "Bearer sk-secret-of-the-caller".to_owned())];
    let request = RequestBytes { method: method.to_owned(), path: path.to_owned(), headers, body };
    let acts = desk.respond(&request, Moment::ZERO);
    let bytes = acts.iter().filter_map(WireAct::written).collect::<Vec<_>>().concat();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    (String::from_utf8(bytes[..end].to_vec()).unwrap(), bytes[end..].to_vec())
}

/// Asks with the tools and the choice; the name of the tool that is called, if any.
fn called(messages: &Value, choice: &Value) -> Option<String> {
    let tool = |name: &str| json!({"type": "function", "function": {"name": name, "parameters": {"type": "object"}}});
    let body = json!({
        "model": "m", "messages": messages, "tool_choice": choice,
        "tools": [tool("read_file"), tool("sendMail"), tool("mail_search")],
    });
    let (head, body) = ask(&mut desk(), "POST", "/v1/chat/completions", &body);
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let answer = dialect::by_id("openai_chat").unwrap().decode_response(&body).value;
    answer.tool_calls().first().map(|call| call.name.clone())
}

#[test]
fn a_tool_is_called_when_it_is_named_or_forced_and_text_follows_its_result() {
    let says = |text: &str| json!([{"role": "user", "content": text}]);
    let auto = Value::Null;
    assert_eq!(called(&says("hello"), &auto), None);
    assert_eq!(called(&says("Please send it as mail."), &auto).as_deref(), Some("sendMail"));
    assert_eq!(called(&says("read the FILE"), &auto).as_deref(), Some("read_file"));
    assert_eq!(called(&says("read the file"), &"none".into()), None);
    assert_eq!(called(&says("hello"), &"required".into()).as_deref(), Some("read_file"));
    let named = json!({"type": "function", "function": {"name": "mail_search"}});
    assert_eq!(called(&says("hello"), &named).as_deref(), Some("mail_search"));
    let call = json!({"id": "c", "type": "function", "function": {"name": "read_file", "arguments": "{}"}});
    let turn = json!([
        {"role": "user", "content": "read the file"},
        {"role": "assistant", "content": null, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "read the file"},
    ]);
    assert_eq!(called(&turn, &auto), None);
}

#[test]
fn every_mock_answers_in_both_forms() {
    let library = Library::builtin().unwrap();
    for case in library.iter() {
        let path = case.dialect.path("http://mock", "m", true).replace("http://mock", "");
        for (stream, kind) in [(true, "text/event-stream"), (false, "application/json")] {
            let body = json!({"model": case.id, "stream": stream, "max_tokens": 9, "messages": []});
            let (head, body) = ask(&mut desk(), "POST", &path, &body);
            assert!(head.contains(kind), "{}: {head}", case.id);
            if !stream && let Some(text) = case.text() {
                assert_eq!(case.dialect.decode_response(&body).value.text(), text, "{}", case.id);
            }
        }
    }
}

#[test]
fn each_answer_has_an_id_of_its_own_and_is_else_the_same_when_it_is_made_again() {
    let mut desk = desk();
    let body = json!({"model": "m", "stream": true, "messages": []});
    let mut answers =
        (0..3).map(|_| ask(&mut desk, "POST", "/v1/chat/completions", &body)).collect::<Vec<_>>();
    let ids: Vec<String> = answers
        .iter()
        .map(|(head, _)| head.lines().find(|line| line.starts_with("x-request-id: ")).unwrap().to_owned())
        .collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
    for ((head, _), id) in answers.iter_mut().zip(&ids) {
        *head = head.replace(id, "");
    }
    assert!(answers[0] == answers[1] && answers[1] == answers[2]);
}

#[test]
fn the_control_api_sets_faults_and_keeps_a_redacted_journal() {
    let mut desk = desk();
    let body = json!({"model": "m", "messages": []});
    let status = |desk: &mut Desk| ask(desk, "POST", "/v1/chat/completions", &body).0[9..12].to_owned();
    let control = |desk: &mut Desk, method: &str, what: &str, body: Value| {
        let (head, body) = ask(desk, method, &format!("/_provoke/{what}"), &body);
        (head[9..12].to_owned(), serde_json::from_slice::<Value>(&body).unwrap())
    };
    assert_eq!(status(&mut desk), "200");
    assert_eq!(control(&mut desk, "POST", "faults", json!(["rate-limit-retry-after"])).0, "200");
    control(&mut desk, "POST", "journal", Value::Null);
    assert_eq!((status(&mut desk), status(&mut desk)), ("429".to_owned(), "200".to_owned()));
    let (_, journal) = control(&mut desk, "GET", "journal", Value::Null);
    assert_eq!(journal["entries"].as_array().unwrap().len(), 2);
    assert_eq!(journal["entries"][0]["status"], 429);
    assert!(!journal.to_string().contains("sk-secret"), "{journal}");
    let (bad, told) = control(&mut desk, "POST", "faults", json!("rate-limit-retry-aftr"));
    assert!(bad == "400" && told.to_string().contains("did you mean"), "{told}");
    control(&mut desk, "POST", "reset", Value::Null);
    let (_, health) = control(&mut desk, "GET", "health", Value::Null);
    assert_eq!((&health["requests"], &health["faults"]), (&json!(0), &json!(0)));
    assert_eq!(control(&mut desk, "GET", "reset", Value::Null).0, "405");
    assert_eq!(control(&mut desk, "GET", "elsewhere", Value::Null).0, "404");
}

/// A client that asks before it sends the body, as curl does for a long one, is told to go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_before_the_body_is_told_to_send_it() {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = MockServer::listen(any, desk(), TimeScale::new(1000.0).unwrap()).unwrap();
    let address = server.address(0);
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
        let length = body.len();
        let head = format!("POST /v1/chat/completions HTTP/1.1\r\ncontent-length: {length}\r\n");
        let head = format!("{head}expect: 100-continue\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut told = [0; 25];
        stream.read_exact(&mut told).unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    assert!(answer.await.unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
}

/// What one connection gives to these bytes until the server closes it.
async fn exchanged(sent: &'static str) -> String {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = MockServer::listen(any, desk(), TimeScale::new(1000.0).unwrap()).unwrap();
    let address = server.address(0);
    let answers = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).unwrap();
        answers
    });
    answers.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_to_a_head_has_no_body_that_the_next_answer_could_begin_with() {
    let answers =
        exchanged("HEAD / HTTP/1.1\r\n\r\nGET /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n").await;
    let (first, second) = answers.split_once("\r\n\r\n").unwrap();
    assert!(first.starts_with("HTTP/1.1 404 ") && second.starts_with("HTTP/1.1 200 "), "{answers}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_http_1_0_sees_the_end_unless_it_asks_to_stay() {
    let gone = exchanged("GET /v1/models HTTP/1.0\r\n\r\n").await;
    assert_eq!(gone.matches("HTTP/1.1 200 ").count(), 1, "{gone}");
    let stays =
        exchanged("GET /v1/models HTTP/1.0\r\nconnection: keep-alive\r\n\r\nGET /v1/models HTTP/1.0\r\n\r\n");
    assert_eq!(stays.await.matches("HTTP/1.1 200 ").count(), 2);
}

#[test]
fn a_body_that_is_no_object_is_refused_in_the_words_of_the_field() {
    let row = json!(["m", [], false, null, null, null]);
    for body in [json!([]), row, json!(7), json!("m")] {
        let (head, told) = ask(&mut desk(), "POST", "/v1/chat/completions", &body);
        let told = String::from_utf8(told).unwrap();
        assert!(head.starts_with("HTTP/1.1 400 ") && told.contains("object"), "{body}: {told}");
        assert!(!told.contains("Peek"), "{told}");
    }
}

fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0_i64..50, 1_i64..50)
            .prop_map(|(least, more)| json!({"type": "integer", "minimum": least, "maximum": least + more})),
        (-9_i64..9).prop_map(|least| json!({"type": "number", "exclusiveMinimum": least})),
        (0_u64..9, 9_u64..20)
            .prop_map(|(least, most)| json!({"type": "string", "minLength": least, "maxLength": most})),
        Just(json!({"type": ["null", "boolean"]})),
        Just(json!({"enum": [7, "x"]})),
        Just(json!({"const": {"a": 1}})),
        Just(json!({"type": "integer", "multipleOf": 5, "minimum": 3})),
        Just(json!({"$ref": "#/$defs/node"})),
        Just(json!(true)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::btree_map("[a-d]", inner.clone(), 0..4).prop_map(|properties| {
                let required: Vec<&String> = properties.keys().collect();
                json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
            }),
            (inner.clone(), 0_u64..3).prop_map(|(items, least)| json!({"type": "array", "items": items, "minItems": least})),
            inner.clone().prop_map(|one| json!({"anyOf": [{"type": "null"}, one]})),
            inner.prop_map(|one| json!({"allOf": [one]})),
        ]
    })
}

proptest! {
    #![proptest_config(crate::chance::tries(256))]

    #[test]
    fn what_is_filled_in_satisfies_its_schema(schema in schemas()) {
        let node = json!({"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/node"}}, "required": ["name"]});
        let root = json!({"$defs": {"node": node}, "type": "object", "properties": {"it": schema}, "required": ["it"]});
        let value = fill(&root);
        prop_assert!(jsonschema::is_valid(&root, &value), "{value} for {root}");
    }
}

#[test]
fn endless_schemas_have_an_end() {
    let endless = json!({"$ref": "#/$defs/a", "$defs": {
        "a": {"type": "object", "properties": {"x": {"$ref": "#/$defs/a"}, "y": {"$ref": "#/$defs/a"}}, "required": ["x", "y"]},
        "loop": {"$ref": "#/$defs/loop"},
    }});
    assert!(fill(&endless).is_object());
    assert!(fill(&json!({"$ref": "#/$defs/loop", "$defs": endless["$defs"]})).is_object());
}
