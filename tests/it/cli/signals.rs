//! ^C and SIGTERM end a run at once, with the codes that shells know.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};

use super::{provoke, text};

/// A turn that takes ten minutes of real time.
const LONG: &str = "\
id: my.stall
title: A stall
targets:
  lab/stall:
    mock: anthropic_messages/anthropic/text
    faults: [stall-silent]
matrix:
  - primary: lab/stall
    expect: { faulty: stream.midstream-stall }
limits: { inter-event: 10m, total: 10m }
";

/// Whether a process has a handler for a signal.
fn catches(pid: u32, signal: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("Linux tells it");
    let mask = u64::from_str_radix(mask.trim(), 16).expect("a number in hex");
    mask & (1 << (signal - 1)) != 0
}

fn ends_with(name: &str, number: u32, code: i32) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("case.yaml"), LONG).expect("written");
    let mut command = provoke(folder.path());
    command.args(["run", "case.yaml", "--world", "wire", "--time-scale", "1", "--report", "json=out.json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    // It has begun once it would hear us.
    while !catches(child.id(), number) {
        assert_eq!(child.try_wait().expect("it is ours"), None, "it ended before it was signalled");
        std::thread::yield_now();
    }
    let kill = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(kill.expect("kill starts").success());
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(code), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout), "", "nothing half is reported");
    assert_eq!(text(&done.stderr), "error: interrupted; nothing was reported\n");
    assert!(!folder.path().join("out.json").exists(), "nothing half is written");
}

#[test]
fn an_interrupt_ends_a_run_with_130() {
    ends_with("INT", 2, 130);
}

#[test]
fn a_termination_ends_a_run_with_143() {
    ends_with("TERM", 15, 143);
}
