//! The official SDKs as judges of `provoke mock`: the probes under `tests/judges`, unmodified SDKs.
//!
//! `PROVOKE_SDK_PYTHON` is a Python that has `openai` and `anthropic`; `PROVOKE_SDK_NODE` a folder
//! with `openai` and `@anthropic-ai/sdk` in its `node_modules`. `.ci/run` installs and names both.
#![expect(clippy::disallowed_methods, reason = "these tests run programs")]

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

const PROBES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges");

struct Mock {
    child: Child,
    base: String,
    _stderr: BufReader<ChildStderr>,
}

impl Mock {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
        command.args(["mock", "--port", "0", "--time-scale", "1000"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("it says where it listens");
        let base = line.split_whitespace().find(|word| word.starts_with("http://"));
        let base = base.unwrap_or_else(|| panic!("no address in `{line}`")).to_owned();
        Self { child, base, _stderr: stderr }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn judge(test: &str, variable: &str, command: impl FnOnce(&str) -> Command) {
    let Ok(place) = std::env::var(variable) else {
        eprintln!("skipped: {test}: {variable} does not say where the SDKs are");
        return;
    };
    let mock = Mock::start();
    let done = command(&place).arg(&mock.base).output().expect("the judge starts");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.lines().count() > 10, "{said}");
}

#[test]
fn the_python_sdks_accept_the_mock() {
    judge("the_python_sdks_accept_the_mock", "PROVOKE_SDK_PYTHON", |python| {
        let mut command = Command::new(python);
        command.arg(format!("{PROBES}/probe.py"));
        command
    });
}

#[test]
fn the_javascript_sdks_accept_the_mock() {
    judge("the_javascript_sdks_accept_the_mock", "PROVOKE_SDK_NODE", |folder| {
        let mut command = Command::new("node");
        command.env("PROVOKE_SDK_NODE", folder).arg(format!("{PROBES}/probe.mjs"));
        command
    });
}
