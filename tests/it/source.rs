//! The house's own sources, as the tests about it read them.

use std::collections::BTreeMap;
use std::path::Path;

/// Text files by their path from the root, with `/` between.
pub(crate) struct Tree {
    pub(crate) files: BTreeMap<String, String>,
}

/// Folders that are nobody's source.
const SKIPPED: [&str; 3] = [".git", ".provoke", "target"];

impl Tree {
    /// All text files of the repository.
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut tree = Self { files: BTreeMap::new() };
        tree.walk(root, root);
        assert!(tree.files.contains_key("src/lib.rs"), "the sources are not where they should be");
        tree
    }

    /// A tree of a test's own.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    #[expect(clippy::disallowed_methods, reason = "the sources are files")]
    fn walk(&mut self, root: &Path, folder: &Path) {
        let entries = folder.read_dir().expect("the repository can be listed");
        for entry in entries {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !SKIPPED.contains(&name.as_ref()) {
                    self.walk(root, &path);
                }
            } else if name != ".git"
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                let inside = path.strip_prefix(root).expect("the walk stays inside");
                let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
                self.files.insert(parts.join("/"), text);
            }
        }
    }

    /// The Rust files under a folder.
    pub(crate) fn rust<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let wanted = move |path: &str| path.starts_with(folder) && path.ends_with(".rs");
        self.files
            .iter()
            .filter(move |(path, _)| wanted(path))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

/// The line of a byte, from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The text with comments, strings and characters blanked. Every byte keeps its place.
pub(crate) fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let length = blank_length(bytes, at);
        for byte in &mut out[at..at + length] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at += length.max(1);
    }
    String::from_utf8(out).expect("only whole literals and comments are blanked")
}

/// Length of the comment or literal that begins here; 0 when none does.
fn blank_length(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let in_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    match rest {
        [b'/', b'/', ..] => until(rest, b"\n", 2) - usize::from(rest.contains(&b'\n')),
        [b'/', b'*', ..] => block_comment(rest),
        [b'"', ..] => string(rest),
        [b'r', b'"' | b'#', ..] if !in_word => raw_string(rest),
        [b'b' | b'c', b'r', b'"' | b'#', ..] if !in_word => 1 + raw_string(&rest[1..]),
        [b'\'', ..] => character(rest),
        _ => 0,
    }
}

/// Length up to and with the next `end`, searched from `from`; all when there is none.
fn until(rest: &[u8], end: &[u8], from: usize) -> usize {
    let found = rest[from..].windows(end.len()).position(|window| window == end);
    found.map_or(rest.len(), |place| from + place + end.len())
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(rest.len())
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

fn raw_string(rest: &[u8]) -> usize {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return 0;
    }
    let mut end = vec![b'"'];
    end.resize(1 + hashes, b'#');
    until(rest, &end, 2 + hashes)
}

/// A character, or 0 for a lifetime.
fn character(rest: &[u8]) -> usize {
    match rest {
        [_, b'\\', ..] => until(rest, b"'", 3),
        [_, first, ..] => {
            let width = match first {
                0..0x80 => 1,
                0x80..0xe0 => 2,
                0xe0..0xf0 => 3,
                _ => 4,
            };
            if rest.get(1 + width) == Some(&b'\'') { width + 2 } else { 0 }
        }
        _ => 0,
    }
}

/// The code with every item under `#[cfg(test)]` blanked.
pub(crate) fn without_tests(code: &str) -> String {
    let mut out = code.as_bytes().to_vec();
    for (start, marker) in code.match_indices("#[cfg(test)]") {
        let from = start + marker.len();
        let end = match code[from..].find(['{', ';']) {
            Some(place) if code.as_bytes()[from + place] == b'{' => closing(code, from + place),
            Some(place) => from + place + 1,
            None => code.len(),
        };
        out[start..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    String::from_utf8(out).expect("whole items are blanked")
}

/// Where the block ends that opens here.
pub(crate) fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (place, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return place + 1;
        }
    }
    code.len()
}

#[test]
fn comments_strings_and_characters_are_blanked_in_place() {
    let text = "a // x\nb /* y /* z */ */ c \"d\\\"e\" f r#\"g\"h\"# i 'j' '\\'' &'k l b\"m\" 'ü' bar\"n\"";
    let blanked = code(text);
    assert_eq!(blanked.len(), text.len());
    let words: Vec<&str> = blanked.split_whitespace().collect();
    assert_eq!(words, ["a", "b", "c", "f", "i", "&'k", "l", "b", "bar"]);
}

#[test]
fn items_for_tests_are_blanked() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { {} } }\n#[cfg(test)] use c;\nfn d() {}";
    let left: Vec<String> = without_tests(text).split_whitespace().map(str::to_owned).collect();
    assert_eq!(left, ["fn", "a()", "{}", "fn", "d()", "{}"]);
}
