//! Case files about bytes: what goes in, and what must be told of it.
//!
//! ```text
//! # what the case stands for
//! @ method HEAD
//! > data: hi\r\n\r\n
//! = event 0..11 message "hi"
//! ```
//! `>` lines are joined to the input; they know `\r \n \t \0 \xNN \\`. `@` lines are settings of
//! the test that reads the case. `=` lines are the expectation, in the test's own words.

use std::path::{Path, PathBuf};

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) input: Vec<u8>,
    pub(crate) want: Vec<String>,
}

impl Case {
    /// The value of a setting.
    pub(crate) fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// All cases of `tests/cases/<area>`, by name.
#[expect(clippy::disallowed_methods, reason = "cases are files")]
pub(crate) fn cases(area: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(area);
    let entries = folder.read_dir().expect("the folder of cases is in the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no cases in {}", folder.display());
    let read = |path: &PathBuf| parse(path, &std::fs::read_to_string(path).expect("readable"));
    paths.iter().map(read).collect()
}

/// A file of the reference room, where there is one; says so on stderr where there is none.
#[expect(clippy::disallowed_methods, reason = "the reference room is outside the repository")]
pub(crate) fn shared(test: &str, file: &str) -> Option<String> {
    let room = std::env::var_os("PROVOKE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if !room.is_dir() {
        eprintln!("skipped: {test}: ../shared is absent");
        return None;
    }
    Some(std::fs::read_to_string(room.join(file)).expect("the reference room has the file"))
}

/// Every way to cut `bytes` that the cases are run with: whole, byte by byte, in two anywhere.
pub(crate) fn cuts(bytes: &[u8]) -> Vec<Vec<&[u8]>> {
    let mut cuts = vec![vec![bytes], bytes.chunks(1).collect()];
    cuts.extend((1..bytes.len()).map(|at| vec![&bytes[..at], &bytes[at..]]));
    cuts
}

/// `bytes` cut at these places.
pub(crate) fn cut_at<'a>(bytes: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places = places.to_vec();
    places.push(bytes.len());
    places.sort_unstable();
    let starts: Vec<usize> = std::iter::once(0).chain(places.iter().copied()).collect();
    starts.iter().zip(&places).map(|(start, end)| &bytes[*start..*end]).collect()
}

fn parse(path: &Path, text: &str) -> Case {
    let name = path.file_stem().expect("a case has a name").to_string_lossy().into_owned();
    let mut case = Case { name, settings: Vec::new(), input: Vec::new(), want: Vec::new() };
    for (number, line) in text.lines().enumerate() {
        let (mark, rest) = line.split_at_checked(2).unwrap_or((line, ""));
        match mark {
            "> " => unescape(rest, &mut case.input),
            "= " => case.want.push(rest.to_owned()),
            "@ " => {
                let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
                case.settings.push((key.to_owned(), value.to_owned()));
            }
            "# " | "" => {}
            _ => panic!("{}:{}: a line must begin with `# `, `@ `, `> ` or `= `", path.display(), number + 1),
        }
    }
    case
}

fn unescape(text: &str, into: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            into.push(*byte);
            continue;
        }
        let (code, after) = rest.split_first().expect("something follows a backslash");
        rest = after;
        into.push(match code {
            b'r' => b'\r',
            b'n' => b'\n',
            b't' => b'\t',
            b'0' => 0,
            b'\\' => b'\\',
            b'x' => {
                let (digits, after) = rest.split_at(2);
                rest = after;
                let digits = std::str::from_utf8(digits).expect("hex digits");
                u8::from_str_radix(digits, 16).expect("hex digits")
            }
            other => panic!("unknown escape \\{}", char::from(*other)),
        });
    }
}
