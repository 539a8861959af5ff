//! Files that no case folder can hold: bombs, and bytes that are no plain text.

use std::fs;
use std::path::Path;

use super::{output, provoke, provoke_within, snapshot, text};

const SOUND: &str = "\
id: my.case
title: A case
targets:
  minimax/MiniMax-M2.7: { mock: anthropic_messages/minimax/smoke-ok }
matrix:
  - primary: minimax/MiniMax-M2.7
    expect: healthy
";

/// Enough for the binary and a few of its largest files; a bomb that went off would need gigabytes.
const MEMORY_KIB: u32 = 400_000;
const CPU_SECONDS: u32 = 20;

fn write(folder: &Path, bytes: impl AsRef<[u8]>) {
    fs::write(folder.join("case.yaml"), bytes).expect("written");
}

/// Ten aliases of ten aliases of … : the document would have ten thousand million nodes.
fn aliases() -> String {
    let mut text = String::from("id: a.b\ntitle: t\nmatrix: []\ntargets:\n  a/b:\n    faults:\n");
    text.push_str("      - &x0 [a,a,a,a,a,a,a,a,a,a]\n");
    for level in 1..10 {
        let ten = vec![format!("*x{}", level - 1); 10].join(",");
        text.push_str(&format!("      - &x{level} [{ten}]\n"));
    }
    text
}

#[test]
fn a_bomb_is_refused_in_little_memory_and_time() {
    let nested = "id: a.b\ntitle: t\nmatrix: []\ntargets:\n  a/b:\n    faults:\n      - ";
    let bombs = [
        ("bomb-aliases", aliases()),
        ("bomb-depth", format!("{nested}{}", "[".repeat(500_000))),
        ("bomb-depth-of-mappings", format!("{nested}{}", "{a: ".repeat(200_000))),
        ("bomb-nodes", format!("id: a.b\ntags: [{}]\n", "a,".repeat(400_000))),
        ("bomb-size", format!("id: a.b\nabout: |\n{}", "  x\n".repeat(500_000))),
        ("bomb-large-size", format!("id: a.b\nabout: |\n{}", "  x\n".repeat(6_000_000))),
    ];
    for (name, bomb) in bombs {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), bomb);
        let mut command = provoke_within(folder.path(), MEMORY_KIB, CPU_SECONDS);
        let done = output(command.args(["run", "case.yaml", "--world", "sim"]));
        assert_eq!(done.status.code(), Some(2), "{name}: {}", text(&done.stderr));
        snapshot(name, folder.path(), &done);
    }
}

#[test]
fn a_file_that_never_ends_is_read_within_a_bound() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("case.yaml")).expect("a link");
    let mut command = provoke_within(folder.path(), MEMORY_KIB, CPU_SECONDS);
    let done = output(command.args(["run", "case.yaml"]));
    assert_eq!(done.status.code(), Some(2), "{}", text(&done.stderr));
}

#[test]
fn a_file_that_windows_wrote_is_read() {
    let crlf = SOUND.replace('\n', "\r\n");
    for (name, bytes) in
        [("crlf", crlf.clone()), ("bom", format!("\u{feff}{SOUND}")), ("both", format!("\u{feff}{crlf}"))]
    {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), bytes);
        let done = output(provoke(folder.path()).args(["run", "case.yaml", "--list"]));
        let line = "my.case[minimax/MiniMax-M2.7]  healthy\n";
        assert_eq!((done.status.code(), text(&done.stdout).as_str()), (Some(0), line), "{name}");
    }
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let mut latin = SOUND.replace("A case", "Zo\u{1}").into_bytes();
    let place = latin.iter().position(|byte| *byte == 1).expect("it stands there");
    latin[place] = 0xeb;
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    for (name, bytes) in [("not-utf-8", latin), ("utf-16", wide(&format!("\u{feff}{SOUND}")))] {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), bytes);
        snapshot(name, folder.path(), &output(provoke(folder.path()).args(["run", "case.yaml"])));
    }
}

#[test]
fn what_stands_beside_a_scenario_costs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), SOUND);
    fs::write(folder.path().join("other.yaml"), "no: scenario\n").expect("written");
    fs::write(folder.path().join("large.json"), vec![b' '; 20 << 20]).expect("written");
    std::os::unix::fs::symlink(".", folder.path().join("round")).expect("a link");
    let done = output(provoke(folder.path()).args(["run", "case.yaml", "--list"]));
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
}

#[test]
fn a_folder_is_searched_without_hidden_folders_and_links() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), SOUND);
    fs::create_dir(folder.path().join(".hidden")).expect("a folder");
    fs::write(folder.path().join(".hidden/x.yaml"), "no: scenario\n").expect("written");
    std::os::unix::fs::symlink(".", folder.path().join("round")).expect("a link");
    let done = output(provoke(folder.path()).args(["run", ".", "--list"]));
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
}

#[test]
fn a_report_takes_the_place_of_files_only_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), SOUND);
    fs::write(folder.path().join("old.json"), "old").expect("written");
    std::os::unix::fs::symlink("old.json", folder.path().join("link.json")).expect("a link");
    let reports = ["json=link.json", "junit=/dev/null", "terminal=new/folder/out.txt"];
    let mut command = provoke(folder.path());
    command.args(["run", "case.yaml", "--world", "sim"]);
    let done = output(command.args(reports.iter().flat_map(|report| ["--report", report])));
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let is_link = |name: &str| folder.path().join(name).is_symlink();
    assert!(is_link("link.json") && !is_link("old.json"), "the link is followed");
    let old = fs::read(folder.path().join("old.json")).expect("readable");
    assert!(serde_json::from_slice::<serde_json::Value>(&old).is_ok(), "the file behind the link is new");
    assert!(!Path::new("/dev/null").is_file(), "a device stays one");
    let mut left: Vec<_> = fs::read_dir(folder.path()).expect("readable").flatten().collect();
    left.sort_by_key(fs::DirEntry::file_name);
    let left: Vec<_> = left.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(left, ["case.yaml", "link.json", "new", "old.json"]);
}

#[test]
fn a_run_that_cannot_report_makes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), SOUND);
    let reports = ["--report", "json=a/b/out.json", "--report", "junit=case.yaml/out.xml"];
    let done = output(provoke(folder.path()).args(["run", "case.yaml"]).args(reports));
    assert_eq!(done.status.code(), Some(3), "{}", text(&done.stderr));
    assert!(!folder.path().join("a").exists(), "a probe left a folder behind");
}
