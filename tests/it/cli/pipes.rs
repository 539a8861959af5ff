//! Readers that leave: neither a panic nor a complaint.

use super::{output, provoke, text};

#[test]
fn a_reader_that_left_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let commands: [&[&str]; 5] = [
        &["list", "causes"],
        &["--help"],
        &["schema", "report"],
        &["run", "--list"],
        &["run", "seed.subagent", "--world", "sim"],
    ];
    for args in commands {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let done = output(provoke(folder.path()).args(args).stdout(writer));
        assert_eq!((done.status.code(), text(&done.stderr).as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn errors_that_nobody_reads_keep_their_code() {
    let folder = tempfile::tempdir().expect("a folder");
    for (args, code) in
        [(["explain", "nosuch-thing"], 2), (["run", "nosuch-thing"], 4), (["run", "--nosuch"], 2)]
    {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let done = output(provoke(folder.path()).args(args).stderr(writer));
        assert_eq!(done.status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the system has it");
    let done = output(provoke(folder.path()).args(["list", "causes"]).stdout(full));
    let stderr = text(&done.stderr);
    assert_eq!(done.status.code(), Some(3), "{stderr}");
    assert!(stderr.starts_with("error: cannot write to stdout: "), "{stderr}");
}
