//! Tidiness, held by a test, so that nobody has to speak of it in a review.

use std::collections::BTreeSet;

use regex::Regex;

use crate::source::{self, Tree};

/// A file of this many lines is two files.
const MAX_LINES: usize = 400;

/// A function of this many lines is two functions.
const MAX_FUNCTION: usize = 70;

/// What a fresh clone must show at its root.
const MANDATED: [&str; 7] =
    ["Cargo.toml", "src/", "scenarios/", "mocks/", "snapshots/", "benches/", "README.md"];

/// The roots of the module trees.
const ROOTS: [&str; 9] = [
    "src/lib.rs",
    "src/main.rs",
    "tests/it/main.rs",
    "benches/wire.rs",
    "benches/decode.rs",
    "benches/mock.rs",
    "benches/simulate.rs",
    "benches/gateway.rs",
    "benches/race.rs",
];

/// What stands in no code of ours, and what to do instead.
const BANNED: [(&str, &str); 4] = [
    (r"\btodo!", "finish it or leave it out"),
    (r"\bunimplemented!", "finish it or leave it out"),
    (r"\bdbg!", "remove it"),
    (r"#!?\[\s*allow\s*\(", "use `expect` with a reason"),
];

/// The patterns of this file, compiled once.
struct Patterns {
    function: Regex,
    unwrap: Regex,
    banned: Vec<(Regex, &'static str)>,
}

/// Everything untidy, as `file:line: what`.
fn violations(tree: &Tree) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let patterns = Patterns {
        function: regex(r"\bfn\s+(\w+)"),
        unwrap: regex(r"\.\s*unwrap\s*\(\s*\)"),
        banned: BANNED.map(|(pattern, instead)| (regex(pattern), instead)).to_vec(),
    };
    for folder in ["src/", "tests/", "benches/"] {
        for (path, text) in tree.rust(folder) {
            rust_file(path, text, &patterns, &mut found);
        }
    }
    for path in dead_files(tree) {
        found.insert(format!("{path}:1: no `mod` line leads here"));
    }
    for (path, text) in &tree.files {
        any_file(path, text, &mut found);
    }
    for entry in MANDATED {
        if !tree.files.keys().any(|path| path == entry || (entry.ends_with('/') && path.starts_with(entry))) {
            found.insert(format!("{entry}:1: is missing"));
        }
    }
    found
}

fn rust_file(path: &str, text: &str, patterns: &Patterns, found: &mut BTreeSet<String>) {
    let code = source::code(text);
    let mut report = |line: usize, what: String| found.insert(format!("{path}:{line}: {what}"));
    let lines = text.lines().count();
    if lines >= MAX_LINES {
        report(lines, format!("{lines} lines, and fewer than {MAX_LINES} are allowed"));
    }
    if !text.starts_with("//!") {
        report(1, "does not open with `//!`, which says what the file is".to_owned());
    }
    for (number, line) in (1..).zip(text.split('\n')) {
        if line.trim_end() != line {
            report(number, "white space at the end".to_owned());
        }
    }
    for (name, start, lines) in functions(&code, &patterns.function) {
        if lines >= MAX_FUNCTION {
            report(start, format!("`{name}` has {lines} lines, and fewer than {MAX_FUNCTION} are allowed"));
        }
    }
    for (pattern, instead) in &patterns.banned {
        for hit in pattern.find_iter(&code) {
            report(source::line_of(&code, hit.start()), format!("`{}`: {instead}", hit.as_str()));
        }
    }
    if path.starts_with("src/") {
        let shipped = source::without_tests(&code);
        for hit in patterns.unwrap.find_iter(&shipped) {
            let line = source::line_of(&shipped, hit.start());
            report(line, "`.unwrap()`: return an error, or `expect` an invariant in words".to_owned());
        }
    }
}

/// What holds for every text file: nothing of the machine it was written on, no pending snapshot.
fn any_file(path: &str, text: &str, found: &mut BTreeSet<String>) {
    // Put together here, or this file would find itself.
    for folder in ["work", "root", "home"].map(|name| format!("/{name}")) {
        for (at, _) in text.match_indices(&folder) {
            let in_path = |letter: char| letter.is_alphanumeric() || "_./~-".contains(letter);
            let is_part = text[..at].ends_with(in_path);
            let goes_on = text[at + folder.len()..]
                .starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            if !is_part && !goes_on {
                let line = source::line_of(text, at);
                found.insert(format!("{path}:{line}: `{folder}` is a path of somebody's machine"));
            }
        }
    }
    if path.ends_with(".snap.new") || path.ends_with(".pending-snap") {
        found.insert(format!("{path}:1: a snapshot that waits for review"));
    }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern compiles")
}

/// The functions with a body: name, first line, number of lines.
fn functions(code: &str, pattern: &Regex) -> Vec<(String, usize, usize)> {
    let mut all = Vec::new();
    for found in pattern.captures_iter(code) {
        let whole = found.get(0).expect("group 0 is the match");
        let (mut depth, mut body) = (0_i32, None);
        for (place, letter) in code[whole.end()..].char_indices() {
            match letter {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                ';' if depth == 0 => break,
                '{' if depth == 0 => {
                    body = Some(whole.end() + place);
                    break;
                }
                _ => {}
            }
        }
        if let Some(body) = body {
            let first = source::line_of(code, whole.start());
            let last = source::line_of(code, source::closing(code, body));
            all.push((found[1].to_owned(), first, last - first + 1));
        }
    }
    all
}

/// Rust files that no chain of `mod` lines reaches. A `#[path]` may point anywhere, and is followed.
fn dead_files(tree: &Tree) -> Vec<String> {
    let (module, path_attribute) = (regex(r"\bmod\s+(\w+)\s*;"), regex(r#"#\[path\s*=\s*"([^"]+)"\]"#));
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut waiting: Vec<String> = ROOTS.map(str::to_owned).to_vec();
    while let Some(path) = waiting.pop() {
        let Some(text) = tree.files.get(&path).filter(|_| reached.insert(path.clone())) else { continue };
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let stem = file.trim_end_matches(".rs");
        let owns_folder = stem == "mod" || ROOTS.contains(&path.as_str());
        let children = if owns_folder { folder.to_owned() } else { format!("{folder}/{stem}") };
        for found in module.captures_iter(&source::code(text)) {
            waiting.push(format!("{children}/{}.rs", &found[1]));
            waiting.push(format!("{children}/{}/mod.rs", &found[1]));
        }
        waiting.extend(path_attribute.captures_iter(text).map(|found| format!("{folder}/{}", &found[1])));
    }
    let is_module =
        |path: &str| ["src/", "tests/it/", "benches/"].iter().any(|folder| path.starts_with(folder));
    let rust = tree.rust("").map(|(path, _)| path).filter(|path| is_module(path));
    rust.filter(|path| !reached.contains(*path)).map(str::to_owned).collect()
}

#[test]
fn the_house_is_tidy() {
    let tree = Tree::read();
    assert!(tree.rust("src/").count() > 20, "the sources are not where they should be");
    let found = violations(&tree);
    assert!(
        found.is_empty(),
        "{} places:\n{}",
        found.len(),
        found.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_kind_of_mess_is_found() {
    let long_function =
        format!("//! x\nfn short() {{}}\nfn long(a: [u8; 2]) {{\n{}}}\n", "    f();\n".repeat(68));
    let messy = [
        "//! x \nfn f() { to",
        "do!() }\n#[al",
        "low(x)]\nfn g() { x.unwrap() }\n",
        "// y.unwrap() is a comment\n#[cfg(test)]\nmod tests { fn t() { y.unwrap() } }\n",
    ]
    .concat();
    let path = format!("/{}/somebody/x", "home");
    let tree = Tree::of(&[
        ("Cargo.toml", ""),
        ("README.md", ""),
        ("mocks/a.yaml", ""),
        ("scenarios/a.yaml", ""),
        ("benches/wire.rs", "fn main() {}\n"),
        ("snapshots/a.snap.new", ""),
        ("src/lib.rs", "//! x\nmod long;\nmod messy;\nmod deep;\n// mod dead;\n"),
        ("src/long.rs", &"//! x\n".repeat(400)),
        ("src/messy.rs", &messy),
        ("src/dead.rs", "//! x\n"),
        ("src/deep/mod.rs", "//! x\nmod leaf;\n"),
        ("src/deep/leaf.rs", &long_function),
        ("src/deep/leaf/dead.rs", "//! x\n"),
        ("docs.md", &format!("see `{path}`, not src{path}\n")),
    ]);
    let expected = [
        "benches/wire.rs:1: does not open with `//!`, which says what the file is",
        &format!("docs.md:1: `/{}` is a path of somebody's machine", "home"),
        "snapshots/a.snap.new:1: a snapshot that waits for review",
        "src/dead.rs:1: no `mod` line leads here",
        "src/deep/leaf.rs:3: `long` has 70 lines, and fewer than 70 are allowed",
        "src/deep/leaf/dead.rs:1: no `mod` line leads here",
        "src/long.rs:400: 400 lines, and fewer than 400 are allowed",
        "src/messy.rs:1: white space at the end",
        &["src/messy.rs:2: `to", "do!`: finish it or leave it out"].concat(),
        &["src/messy.rs:3: `#[al", "low(`: use `expect` with a reason"].concat(),
        "src/messy.rs:4: `.unwrap()`: return an error, or `expect` an invariant in words",
    ];
    assert_eq!(violations(&tree).iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn a_missing_entry_is_found_and_the_limits_are_exact() {
    let within = format!("//! x\nfn long() {{\n{}}}\n{}", "    f();\n".repeat(67), "\n".repeat(329));
    assert_eq!(within.lines().count(), MAX_LINES - 1);
    let tree = Tree::of(&[
        ("src/lib.rs", &within),
        ("benches/wire.rs", "//! x\n"),
        ("mocks/a.yaml", ""),
        ("scenarios/a.yaml", ""),
        ("README.md", ""),
        ("Cargo.toml", ""),
    ]);
    assert_eq!(violations(&tree), BTreeSet::from(["snapshots/:1: is missing".to_owned()]));
}
