//! The command line as users meet it: the real binary, in a folder and an environment of its own.
#![expect(clippy::disallowed_methods, reason = "these tests run a program on files")]

mod cases;
mod help;
mod hostile;
mod machine;
mod mock;
mod pipes;
mod registry;
mod signals;
mod subject;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The binary, in `folder`, with nothing of our environment.
fn provoke(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
    clean(&mut command, folder);
    command
}

/// The binary under limits of the system: so much memory, so much work. What goes beyond is killed.
fn provoke_within(folder: &Path, kib: u32, cpu_seconds: u32) -> Command {
    let mut command = Command::new("sh");
    let limits = format!("ulimit -v {kib} && ulimit -t {cpu_seconds} && exec \"$0\" \"$@\"");
    command.args(["-c", &limits, env!("CARGO_BIN_EXE_provoke")]);
    clean(&mut command, folder);
    command
}

fn clean(command: &mut Command, folder: &Path) {
    command.current_dir(folder).env_clear().env("HOME", folder).stdin(Stdio::null());
}

fn output(command: &mut Command) -> Output {
    command.output().expect("the binary starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what people read is UTF-8")
}

/// Runs the binary in an empty folder; it must succeed. What it says on stdout.
fn said(args: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let done = output(provoke(folder.path()).args(args));
    assert!(done.status.success(), "{args:?}: {}", text(&done.stderr));
    assert_eq!(text(&done.stderr), "", "{args:?}");
    text(&done.stdout)
}

/// Holds the output against its snapshot.
fn snapshot(name: &str, folder: &Path, done: &Output) {
    let code = done.status.code().map_or_else(|| "none: killed".to_owned(), |code| code.to_string());
    let shown = format!("exit {code}\n-- stdout\n{}-- stderr\n{}", text(&done.stdout), text(&done.stderr));
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"seed (\d+); \d+(\.\d+)? (ms|s)\b", "seed $1; <time>");
    let folder = folder.to_string_lossy().into_owned();
    settings.bind(|| insta::assert_snapshot!(format!("cli.{name}"), shown.replace(&folder, "<folder>")));
}
