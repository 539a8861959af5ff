//! `provoke mock`: a provider on a port, as any client meets it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;

use super::{output, provoke, text};

/// A running mock, ended with the test.
pub(super) struct Mock {
    child: Child,
    address: String,
    _stderr: BufReader<ChildStderr>,
    _folder: tempfile::TempDir,
}

impl Mock {
    fn start(args: &[&str]) -> Self {
        Self::of(&[&["mock", "--port", "0"], args].concat())
    }

    /// Starts a command that says where it listens.
    pub(super) fn of(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = provoke(folder.path());
        command.args(args).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("it says where it listens");
        let address = line.split_once("http://").and_then(|(_, rest)| rest.split_whitespace().next());
        let address = address.unwrap_or_else(|| panic!("no address in `{line}`")).to_owned();
        Self { child, address, _stderr: stderr, _folder: folder }
    }

    /// Sends a request and reads until the connection ends.
    pub(super) fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a deadline can be set");
        let host = &self.address;
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer, whole");
        text(&answer)
    }

    fn post(&self, path: &str, stream: bool) -> String {
        let body = format!(
            r#"{{"model":"any-model","max_tokens":9,"stream":{stream},"messages":[{{"role":"user","content":"hi"}}]}}"#
        );
        self.ask("POST", path, &body)
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn both_dialects_answer_on_one_port() {
    let mock = Mock::start(&["--time-scale", "1000"]);
    let messages = mock.post("/v1/messages", true);
    assert!(messages.starts_with("HTTP/1.1 200 "), "{messages}");
    assert!(messages.contains("event: message_stop"), "{messages}");
    assert!(messages.contains("any-model"), "it speaks as the model that was asked for: {messages}");
    let chat = mock.post("/v1/chat/completions", true);
    assert!(chat.starts_with("HTTP/1.1 200 ") && chat.contains("data: [DONE]"), "{chat}");
    let whole = mock.post("/v1/chat/completions", false);
    assert!(whole.contains("application/json") && whole.contains("\"chat.completion\""), "{whole}");
}

#[test]
fn the_models_are_the_mocks_and_what_is_wrong_is_told() {
    let mock = Mock::start(&[]);
    let models = mock.ask("GET", "/v1/models", "");
    for id in super::said(&["list", "mocks"]).lines().filter_map(|line| line.split_whitespace().next()) {
        assert!(models.contains(id), "{id} is not in {models}");
    }
    assert!(mock.ask("GET", "/v1/messages", "").starts_with("HTTP/1.1 405 "));
    assert!(mock.ask("POST", "/v1/messages", "{").starts_with("HTTP/1.1 400 "));
    assert!(mock.ask("POST", "/v1/messages", "{}").contains("model: field required"));
    let lost = mock.ask("GET", "/", "");
    assert!(lost.starts_with("HTTP/1.1 404 ") && lost.contains("/chat/completions"), "{lost}");
}

#[test]
fn a_fault_spoils_answers_in_its_dose() {
    let mock = Mock::start(&["--fault", "rate-limit-retry-after=seconds:2,dose:{\"times\":2}"]);
    for path in ["/v1/messages", "/v1/chat/completions"] {
        let answer = mock.post(path, true);
        assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("retry-after: 2\r\n"), "{answer}");
    }
    assert!(mock.post("/v1/messages", true).starts_with("HTTP/1.1 200 "), "the dose is used up");
    let mock = Mock::start(&["--fault", "empty-stream"]);
    let answer = mock.post("/v1/messages", true);
    assert!(answer.starts_with("HTTP/1.1 200 ") && !answer.contains("message_start"), "{answer}");
}

#[test]
fn a_port_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let done = output(provoke(folder.path()).args(["mock", "--port", &port]));
    let stderr = text(&done.stderr);
    assert_eq!((done.status.code(), text(&done.stdout).as_str()), (Some(3), ""), "{stderr}");
    assert!(stderr.starts_with(&format!("error: cannot listen on 127.0.0.1:{port}: ")), "{stderr}");
    assert!(stderr.contains("choose one with --port"), "{stderr}");
}
