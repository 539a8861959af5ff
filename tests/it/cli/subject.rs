//! `run --subject`: what is printed for a foreign router, and what is told when it cannot be tried.

use super::mock::Mock;
use super::{output, provoke, said, snapshot};

#[test]
fn the_configurations_name_the_mock_and_its_models() {
    for kind in ["litellm", "openai-env", "openclaw"] {
        let folder = tempfile::tempdir().expect("a folder");
        let args = ["run", "--mock-listen", "127.0.0.1:4010", "--subject-config", kind];
        snapshot(&format!("subject-{kind}"), folder.path(), &output(provoke(folder.path()).args(args)));
    }
}

#[test]
fn the_list_shows_the_model_of_every_cell() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["run", "seed", "--list", "--mock-listen", "127.0.0.1:4010"];
    snapshot("subject-list", folder.path(), &output(provoke(folder.path()).args(args)));
    assert!(!said(&["run", "seed", "--list"]).contains("provoke/"));
}

#[test]
fn what_cannot_be_tried_is_told() {
    let listen = ["--mock-listen", "127.0.0.1:4010"];
    let subject = ["--subject", "http://127.0.0.1:1"];
    let cases: [(&str, Vec<&str>); 6] = [
        ("no-url", [&["--subject", "gateway:4000"][..], &listen].concat()),
        ("needs-tls", [&["--subject", "https://gateway"][..], &listen].concat()),
        ("simulated", [&["--world", "sim"][..], &subject, &listen].concat()),
        ("no-key", [&["--subject-key-env", "NO_SUCH_KEY"][..], &subject, &listen].concat()),
        ("no-dialect", [&["--subject-dialect", "chats"][..], &subject, &listen].concat()),
        ("not-there", [&subject[..], &["--mock-listen", "127.0.0.1:0"]].concat()),
    ];
    for (name, args) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let done = output(provoke(folder.path()).args(["run", "http.whole"]).args(args));
        snapshot(&format!("subject-{name}"), folder.path(), &done);
    }
}

#[test]
fn scenarios_are_served_by_model_id_for_requests_by_hand() {
    let mock = Mock::of(&["run", "--mock-listen", "127.0.0.1:0"]);
    let ask = |path: &str, model: &str| {
        let body =
            format!(r#"{{"model":"{model}","max_tokens":9,"messages":[{{"role":"user","content":"hi"}}]}}"#);
        mock.ask("POST", path, &body)
    };
    let first = ask("/v1/chat/completions", "openai/provoke/http.server-error-once");
    assert!(first.starts_with("HTTP/1.1 5"), "{first}");
    let second = ask("/v1/chat/completions", "provoke/http.server-error-once/chat");
    assert!(second.starts_with("HTTP/1.1 200"), "the dose is counted over requests: {second}");
    let fallback = ask("/v1/messages", "provoke/http.server-error/messages/fallback");
    assert!(fallback.starts_with("HTTP/1.1 200"), "{fallback}");
    let unknown = ask("/v1/messages", "provoke/no.such");
    assert!(unknown.starts_with("HTTP/1.1 404") && unknown.contains("--list"), "{unknown}");
}
