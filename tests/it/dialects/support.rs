//! What the tests of this folder share.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use provoke::moment::Moment;
use provoke::problem::Problem;
use provoke::recording::{Head, HttpExchange, RequestBytes, Side, Timed, TransportEvent};

/// The reference room, where it is there.
pub(super) fn shared(test: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    #[expect(clippy::disallowed_methods, reason = "tests find their data by the environment")]
    let room = std::env::var_os("PROVOKE_SHARED").map_or(beside, PathBuf::from);
    if room.is_dir() {
        return Some(room);
    }
    eprintln!("skipped: {test}: ../shared is absent");
    None
}

/// The files of a folder of cases with this extension: name and content, by name.
#[expect(clippy::disallowed_methods, reason = "cases are files")]
pub(super) fn cases(folder: &str, extension: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut cases: Vec<(String, String)> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    cases
}

/// Compares with the golden file `name` in the root folder of snapshots.
pub(super) fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Problems as lines.
pub(super) fn listed(problems: &[Problem]) -> String {
    if problems.is_empty() {
        return "none\n".to_owned();
    }
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// An answer as an exchange: head, pieces a millisecond apart, end.
pub(super) fn exchange(status: u16, content_type: &str, pieces: Vec<Bytes>) -> HttpExchange {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    let mut events = vec![TransportEvent::Head(Head { status, headers })];
    events.extend(pieces.into_iter().map(TransportEvent::Bytes));
    events.push(TransportEvent::Eof { complete: true });
    HttpExchange {
        side: Side::Upstream,
        attempt: 1,
        provider: String::new(),
        model: String::new(),
        dialect: String::new(),
        started: Moment::ZERO,
        request: RequestBytes::default(),
        events: (0..).zip(events).map(|(ms, what)| Timed { at: Moment::from_millis(ms), what }).collect(),
    }
}
