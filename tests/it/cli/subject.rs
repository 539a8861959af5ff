//! `run --subject`: what is printed for a foreign router, and what is told when it cannot be tried.

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
    let cases: [(&str, Vec<&str>); 7] = [
        ("nobody-asks", listen.to_vec()),
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
