//! Cases as folders: `args`, and the files that the command is run beside.
//!
//! In `args`, every line is one argument; `# ` is the story and `@ NAME=value` the environment.

use std::fs;
use std::path::Path;

use super::{output, provoke, snapshot, text};

#[test]
fn every_case_says_what_its_snapshot_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/cli");
    let mut folders: Vec<_> = fs::read_dir(root)
        .expect("the cases are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    folders.sort();
    assert!(folders.len() > 60, "the cases are not where they should be");
    for folder in folders {
        check(&folder);
    }
}

fn check(case: &Path) {
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = tempfile::tempdir().expect("a folder");
    copy(case, folder.path());
    let args = fs::read_to_string(case.join("args")).expect("every case has its args");
    let mut command = provoke(folder.path());
    for line in args.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        match line.strip_prefix("@ ").and_then(|pair| pair.split_once('=')) {
            Some((name, value)) => command.env(name, value),
            None => command.arg(line),
        };
    }
    let done = output(&mut command);
    for said in [text(&done.stdout), text(&done.stderr)] {
        assert!(!said.contains("canary-"), "{name} shows a secret:\n{said}");
        assert!(!said.contains("panicked"), "{name} panics:\n{said}");
    }
    snapshot(&name, folder.path(), &done);
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("readable") {
        let path = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy(&path, &target);
        } else if path.file_name().is_some_and(|name| name != "args") {
            fs::copy(&path, &target).expect("copied");
        }
    }
}
