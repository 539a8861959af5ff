//! `provoke race` as users meet it.
#![expect(clippy::disallowed_methods, reason = "these tests run a program on files")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn race(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_provoke"));
    command.arg("race").args(args).current_dir(folder).env_clear().env("HOME", folder).stdin(Stdio::null());
    command.output().expect("the binary starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what people read is UTF-8")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn without_arguments_every_built_in_race_holds_under_ours() {
    let done = race(folder().path(), &[]);
    let said = text(&done.stdout);
    assert_eq!((done.status.code(), text(&done.stderr).as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("\n  policy    ours  ") && said.contains("\n  verdict   pass  "), "{said}");
    assert!(!said.contains('\u{1b}'), "nobody sees colours in a pipe");
}

#[test]
fn the_exit_code_tells_what_came_of_it() {
    let folder = folder();
    std::fs::write(folder.path().join("broken.yaml"), "id: pairing.x\nactors: 3\n").expect("it is ours");
    std::fs::write(folder.path().join("targets.yaml"), "id: a.b\ntargets: []\n").expect("it is ours");
    std::fs::create_dir(folder.path().join("empty")).expect("it is ours");
    let policy = "--policy=openclaw-2026.4.12";
    for (code, args, words) in [
        (1, &[policy, "pairing.look-starts-churn"][..], "verdict   fail"),
        (2, &["--policy", "openclaw"], "there is no policy `openclaw`"),
        (2, &["--format", "jason"], "did you mean `json`?"),
        (2, &["--actors", "0"], "it goes from 1 to 8"),
        (2, &["--report", "html"], "names no file"),
        (2, &["broken.yaml"], "broken.yaml:2:"),
        (2, &["targets.yaml"], "`provoke run targets.yaml` judges it"),
        (2, &["nowhere.yaml"], "there is no file nowhere.yaml"),
        (4, &["pairing.look-start-churn"], "did you mean `pairing.look-starts-churn`?"),
        (4, &["empty"], "empty holds no scenario"),
    ] {
        let done = race(folder.path(), args);
        let said = text(&done.stdout) + &text(&done.stderr);
        assert_eq!(done.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
}

#[test]
fn a_counterexample_is_written_down_loses_again_and_holds_under_ours() {
    let folder = folder();
    let policy = "--policy=openclaw-2026.4.12";
    let args = [policy, "pairing.lost-update", "--counterexamples", "kept", "--report", "html=page.html"];
    let done = race(folder.path(), &args);
    let said = text(&done.stdout);
    let file = "kept/pairing.lost-update.approval-kept.yaml";
    assert!(
        said.contains(&format!("\n  again     provoke race --policy openclaw-2026.4.12 {file}\n")),
        "{said}"
    );
    assert!(std::fs::read_to_string(folder.path().join("page.html")).expect("it is there").contains("<svg"));
    let again = race(folder.path(), &[policy, file]);
    let again_said = text(&again.stdout);
    assert_eq!(again.status.code(), Some(1), "{again_said}");
    assert!(
        again_said.contains("\n  invariant pairing.approval-kept  in 1 of 1 orders; 3 steps\n"),
        "{again_said}"
    );
    let ours = race(folder.path(), &[file]);
    let ours_said = text(&ours.stdout);
    assert_eq!(ours.status.code(), Some(0), "{ours_said}");
    assert!(
        ours_said.contains("\n  holds     pairing.lost-update.approval-kept")
            && ours_said.contains('●') | ours_said.contains('├'),
        "{ours_said}"
    );
    let all = race(folder.path(), &[policy, "kept"]);
    assert_eq!(all.status.code(), Some(1), "a folder of races is played: {}", text(&all.stdout));
}

#[test]
fn bounds_leave_out_actors_and_acts() {
    let orders = |args: &[&str]| {
        let done = race(folder().path(), &[&["pairing.seed-deadlock", "--json"], args].concat());
        let told: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
        told["totals"]["orders"].as_u64().expect("it is a number")
    };
    let (all, short, alone) = (orders(&[]), orders(&["--steps", "2"]), orders(&["--actors", "1"]));
    assert!(alone == 1 && short > 1 && short < all, "{alone} {short} {all}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let told = || {
        let done = race(folder().path(), &["--policy=openclaw-2026.4.12", "pairing.lost-update", "--json"]);
        let mut told: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
        told.as_object_mut().expect("it is an object").remove("timing");
        told.to_string()
    };
    assert_eq!(told(), told());
}
