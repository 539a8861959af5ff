//! Errands on real files.
#![expect(clippy::disallowed_methods, reason = "these tests are about files")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use proptest::prelude::*;
use provoke::gateway::desk::config::hash;
use provoke::gateway::errand::{ConfigAsk, Done, Errand};
use provoke::io::gateway::errands::{Errands, Tail, tail};
use provoke::io::gateway::journal::LogFile;
use serde_json::json;

fn errands(folder: &Path) -> Errands {
    Errands::new(folder.to_path_buf(), folder.join("openclaw.json"), LogFile::Fixed(folder.join("log")))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_tail_reads_whole_lines_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    assert_eq!(tail(&path, Some(7), 5, 100).unwrap(), Tail::default());
    fs::write(&path, "eins\nzwei\r\ndr\u{fc}\u{20ac}i\nvier").unwrap();
    let size = fs::metadata(&path).unwrap().len();
    let read = |cursor, limit, bytes| tail(&path, cursor, limit, bytes).unwrap();
    let all = read(None, 9, 100);
    assert_eq!(
        (all.lines.as_slice(), all.truncated, all.reset),
        (&["eins".to_owned(), "zwei".into(), "drü€i".into()][..], false, false)
    );
    // The line without an end is not told, and not passed over.
    assert_eq!((all.cursor, all.size), (size - 4, size));
    // Cut inside a character: the line is dropped whole.
    for bytes in 5..13 {
        assert!(read(None, 9, bytes).lines.iter().all(|line| line == "drü€i"), "{bytes}");
    }
    assert_eq!(read(None, 1, 100).lines, ["drü€i"]);
    // With a cursor the first lines come first, so that none is lost.
    let first = read(Some(0), 1, 100);
    assert_eq!((first.lines, first.cursor, first.truncated), (vec!["eins".to_owned()], 5, false));
    // Inside a line, behind the end, too far behind: anew.
    for (cursor, bytes) in [(3, 100), (size + 1, 100), (0, 12)] {
        let read = read(Some(cursor), 9, bytes);
        assert!(read.reset, "{cursor} {bytes}");
        assert_eq!(read.truncated, bytes == 12);
    }
    let end = read(Some(size - 4), 9, 100);
    assert_eq!((end.lines.len(), end.cursor, end.reset), (0, size - 4, false));
    symlink(&path, folder.path().join("link")).unwrap();
    assert!(tail(&folder.path().join("link"), None, 9, 100).is_err());
    assert!(tail(folder.path(), None, 9, 100).is_err());
}

#[test]
fn a_line_too_long_to_read_does_not_stand_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, "x".repeat(100)).unwrap();
    let stuck = tail(&path, Some(0), 9, 50).unwrap();
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"\nnext\n").unwrap();
    assert_eq!(tail(&path, Some(stuck.cursor), 9, 50).unwrap().lines, ["next"]);
}

#[derive(Debug, Clone)]
enum Happening {
    Append(Vec<u8>),
    Rotate,
    Poll,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        4 => proptest::collection::vec(0..30_u8, 1..5).prop_map(Happening::Append),
        1 => Just(Happening::Rotate),
        3 => Just(Happening::Poll),
    ];
    proptest::collection::vec(one, 1..40)
}

proptest! {
    #![proptest_config(crate::chance::tries(64))]

    /// Lines come in pieces, the file is replaced, and a client polls as it likes: each line is
    /// told once. (Of a file that was replaced, those that were told; hence the poll before.)
    #[test]
    fn each_line_is_told_once(happenings in happenings(), limit in 1..4_usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "").unwrap();
        let (mut number, mut wanted, mut told, mut cursor) = (0, Vec::new(), Vec::new(), 0);
        let mut poll = |told: &mut Vec<String>| loop {
            let read = tail(&path, Some(cursor), limit, 10_000).unwrap();
            cursor = read.cursor;
            let more = !read.lines.is_empty();
            told.extend(read.lines);
            if !more { break; }
        };
        for happening in happenings {
            match happening {
                Happening::Append(lengths) => {
                    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
                    for length in lengths {
                        number += 1;
                        let line = format!("{number} {}", "ü".repeat(usize::from(length)));
                        // A line in two writes, with a poll between them.
                        let (head, rest) = line.as_bytes().split_at(line.len() / 2);
                        file.write_all(head).unwrap();
                        poll(&mut told);
                        file.write_all(rest).unwrap();
                        file.write_all(b"\n").unwrap();
                        wanted.push(line);
                    }
                }
                Happening::Rotate => {
                    poll(&mut told);
                    fs::remove_file(&path).unwrap();
                    fs::write(&path, "").unwrap();
                    poll(&mut told);
                }
                Happening::Poll => poll(&mut told),
            }
        }
        poll(&mut told);
        prop_assert_eq!(told, wanted);
    }
}

#[test]
fn a_change_is_written_safely_and_keeps_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let errands = errands(folder.path());
    let path = &errands.config;
    let set = |raw: &str, base: Option<String>| -> Done {
        errands.run(&Errand::ReadConfig(ConfigAsk::Set { raw: raw.into(), base }), 0)
    };
    set("{logging: {level: 'info'}}", None).unwrap();
    assert_eq!(
        (fs::read_to_string(path).unwrap().as_str(), mode(path)),
        ("{logging: {level: 'info'}}", 0o600)
    );
    assert!(set("{}", None).is_err());
    let base = hash(&fs::read(path).unwrap());
    set("{logging: {level: 'warn'}}", Some(base.clone())).unwrap();
    let backup = folder.path().join("openclaw.json.bak");
    assert_eq!(
        (fs::read_to_string(&backup).unwrap().as_str(), mode(&backup)),
        ("{logging: {level: 'info'}}", 0o600)
    );
    assert!(set("{}", Some(base)).is_err(), "the hash is of the file before");
    let names: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let payload = errands.run(&Errand::ReadConfig(ConfigAsk::Get), 0).unwrap();
    assert_eq!(
        (&payload["exists"], &payload["config"]),
        (&true.into(), &json!({"logging": {"level": "warn"}}))
    );
}

#[test]
fn the_approvals_file_keeps_its_socket_and_shows_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let errands = errands(folder.path());
    let name = "exec-approvals.json";
    let get = || errands.run(&Errand::StateFile { name, write: None }, 0);
    let set = |file: serde_json::Value, base: Option<String>| {
        errands.run(&Errand::StateFile { name, write: Some((file.to_string(), base)) }, 0)
    };
    assert_eq!(get().unwrap()["exists"], false);
    let path = folder.path().join(name);
    fs::write(
        &path,
        r#"{"version":1,"socket":{"path":"/s.sock","token":"planted-1"},"defaults":{},"agents":{}}"#,
    )
    .unwrap();
    let shown = get().unwrap();
    assert_eq!(
        shown["file"],
        json!({"version": 1, "socket": {"path": "/s.sock"}, "defaults": {}, "agents": {}})
    );
    let words = set(json!({"version": 1}), None).unwrap_err().message;
    assert_eq!(words, "exec approvals base hash required; re-run exec.approvals.get and retry");
    let base = shown["hash"].as_str().map(str::to_owned);
    let done = set(json!({"version": 1, "defaults": {"ask": "always"}}), base).unwrap();
    assert!(!done.to_string().contains("planted"), "{done}");
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!((&kept["socket"]["token"], &kept["defaults"]["ask"]), (&"planted-1".into(), &"always".into()));
    assert_eq!(get().unwrap()["hash"], done["hash"]);
    fs::write(&path, "{").unwrap();
    assert!(get().is_err(), "an unreadable file is not taken for an empty one");
}

#[test]
fn no_link_leads_out_of_the_state_folder() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let errands = errands(folder.path());
    let target = outside.path().join("x.json");
    fs::write(&target, "{\"version\":1}").unwrap();
    symlink(&target, folder.path().join("exec-approvals.json")).unwrap();
    assert!(errands.run(&Errand::StateFile { name: "exec-approvals.json", write: None }, 0).is_err());
    assert!(errands.run(&Errand::StateFile { name: "../x.json", write: None }, 0).is_err());
}

#[test]
fn the_log_is_told_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let errands = errands(folder.path());
    errands.know(vec!["planted-secret-1".into()]);
    fs::write(folder.path().join("log"), "a planted-secret-1\nb\n").unwrap();
    let payload = errands.run(&Errand::TailLog { cursor: None, limit: 5, max_bytes: 100 }, 0).unwrap();
    assert_eq!(payload["lines"], json!(["a ****************", "b"]));
    assert_eq!((&payload["cursor"], &payload["size"]), (&21.into(), &21.into()));
}
