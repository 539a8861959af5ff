//! The machine of one turn, as a value: scripts of inputs and the transcript that they lead to.
//!
//! ```text
//! # what the case stands for
//! @ candidates openai_chat anthropic_messages
//! @ attempts 6
//! +0 begin
//! +10 head 200 content-type: text/event-stream
//! due
//! ```
//! `@` lines set candidates and policy (see [`Setup`]). `+N WORD` gives an input N milliseconds
//! later; `due` comes exactly when the machine asked for it. `of N WORD` is news of attempt N.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod properties;
mod script;
mod session;
mod transcript;

use std::path::Path;

use provoke::recording::timeline::Timeline;
use script::Script;

/// The whole body of a timeline.
pub(crate) fn body_of(timeline: &Timeline) -> Vec<u8> {
    script::body(timeline, |_| true)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "cases are files")]
fn every_script_leads_to_its_transcript() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/scripts");
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 30, "{} scripts of turns", paths.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let script = Script::read(&name, &std::fs::read_to_string(&path).unwrap());
        let transcript = transcript::of(&script);
        settings.bind(|| insta::assert_snapshot!(format!("scripts.{name}"), transcript));
    }
}
