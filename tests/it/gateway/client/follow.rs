//! `logs --follow`: each line once, over one connection, and over a new one where that is lost.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::provoke;
use super::stub::{Do, Stub};

/// What the gateway's log holds.
const LINES: [&str; 4] = ["first", "second", "third", "fourth"];

/// The tail behind a cursor, which counts lines here.
fn tail(from: usize, to: usize) -> Do {
    Do::Pay(
        json!({"file": "/log", "cursor": to, "size": to, "lines": LINES[from..to], "truncated": false, "reset": false}),
    )
}

#[test]
fn each_line_comes_once_although_the_connection_is_lost() {
    let stub = Stub::serve(|number, method: &str, params: &Value| {
        if method != "logs.tail" {
            return vec![Do::Pay(json!({}))];
        }
        match (number, params["cursor"].as_u64()) {
            (0, None) => vec![tail(0, 2)],
            (0, Some(2)) => vec![tail(2, 3)],
            (0, _) => vec![Do::Drop],
            (_, Some(3)) => vec![tail(3, 4)],
            _ => vec![tail(4, 4)],
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let mut command = provoke(folder.path(), stub.port);
    command.args(["logs", "--follow", "--plain", "--interval", "100"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut seen = Vec::new();
    for line in lines {
        seen.push(line);
        if seen.len() == 5 {
            let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            assert!(kill.unwrap().success());
        }
    }
    assert_eq!(seen, ["Log file: /log", "first", "second", "third", "fourth"]);
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(130));
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert_eq!(stderr.lines().last(), Some("Connected again."), "{stderr}");
    let connects = stub.heard().iter().filter(|(_, method, _)| method == "connect").count();
    assert_eq!(connects, 2, "one connection for all polls, and one after the loss");
}
