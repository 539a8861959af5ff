//! The layering, held by a test: a single crate has no walls that a compiler checks.
//!
//! The order of the modules in `src/lib.rs` is the drawing; this reads it and the sources.

use std::collections::BTreeSet;

use regex::Regex;

use crate::source::{self, Tree};

/// Modules that may touch the world.
const RIM: [&str; 2] = ["io", "cli"];

/// Pairs that must not know each other although the order allows it.
const STRANGERS: [(&str, &str, &str); 3] = [
    ("routing", "gateway", "the router works without a gateway"),
    ("gateway", "routing", "the gateway works without a router"),
    ("dialect", "provider", "a wire format is spoken by many; who speaks it is the provider's affair"),
];

/// Folders beside the dialects that hold what several of them read alike.
const SHARED_BY_DIALECTS: [&str; 1] = ["completions"];

/// All that a report may name: reports turn facts into bytes and decide nothing.
const OF_REPORTS: [&str; 9] = [
    "moment",
    "seed",
    "problem",
    "scalar",
    "recording",
    "verdict",
    "report",
    "simulation::Trace",
    "fault::Matrix",
];

/// What touches the world, as it stands in code.
const WORLD: [(&str, &str); 10] = [
    (r"\basync\s+(?:fn|move)\b", "only io and cli are async"),
    (r"\basync\s*\{", "only io and cli are async"),
    (r"\.await\b", "only io and cli wait"),
    (r"\btokio\s*::", "only io and cli know the runtime"),
    (r"\breqwest\b", "only io makes requests"),
    (r"\bInstant\s*::\s*now\b", "pure code is told the time"),
    (r"\bSystemTime\b", "pure code is told the time"),
    (r"\bthread\s*::\s*sleep\b", "nothing sleeps; machines have deadlines"),
    (r"\bprintln!", "only cli speaks to people"),
    (r"\beprintln!", "only cli speaks to people"),
];

/// The parts of the standard library that touch the world.
const WORLD_OF_STD: [(&str, &str); 3] = [
    ("fs", "only io touches files"),
    ("env", "only cli reads the environment"),
    ("net", "only io opens sockets"),
];

/// The modules in the order in which `lib.rs` declares them.
fn order(tree: &Tree) -> Vec<String> {
    let pattern =
        Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;").expect("the pattern compiles");
    let lib = source::code(&tree.files["src/lib.rs"]);
    pattern.captures_iter(&lib).map(|found| found[1].to_owned()).collect()
}

/// The path of the module in a file: `src/wire/sse/mod.rs` is `wire::sse`.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    inside.split('/').filter(|part| *part != "mod").map(str::to_owned).collect()
}

/// A path that a file names, from the root of the crate (or `std`), and the byte where it stands.
struct Named {
    at: usize,
    path: Vec<String>,
}

/// Every path that begins with `crate`, `self`, `super` or `std`, with groups opened.
fn named(code: &str, start: &Regex, module: &[String]) -> Vec<Named> {
    let mut all = Vec::new();
    for found in start.captures_iter(code) {
        let (whole, word) = (found.get(0).expect("group 0 is the match"), &found[1]);
        let before = code[..whole.start()].trim_end();
        if before.ends_with("::") || (before.ends_with(['{', ',']) && word != "std" && in_use_group(before)) {
            continue;
        }
        let mut base = if matches!(word, "self" | "super") { module.to_vec() } else { Vec::new() };
        if word == "super" {
            base.pop();
        } else if word == "std" {
            base.push("std".to_owned());
        }
        open(code, whole.end(), whole.start(), &base, &mut all);
    }
    all
}

/// Whether the text ends inside a group that follows a path, as in `use super::{`.
fn in_use_group(before: &str) -> bool {
    let mut depth = 0;
    for (place, letter) in before.char_indices().rev() {
        match letter {
            '}' => depth += 1,
            '{' if depth == 0 => return before[..place].trim_end().ends_with("::"),
            '{' => depth -= 1,
            ';' => return false,
            _ => {}
        }
    }
    false
}

/// Reads one path from `at`, or each path of a group; returns where it ends.
fn open(code: &str, mut at: usize, start: usize, base: &[String], all: &mut Vec<Named>) -> usize {
    let mut path = base.to_vec();
    loop {
        at += code[at..].len() - code[at..].trim_start().len();
        let rest = &code[at..];
        if rest.starts_with('{') {
            at += 1;
            loop {
                at = open(code, at, start, &path, all);
                at += code[at..].len() - code[at..].trim_start().len();
                match code.as_bytes().get(at) {
                    Some(b',') => at += 1,
                    Some(b'}') => return at + 1,
                    // Not a group of paths after all.
                    _ => return at,
                }
            }
        }
        let length =
            rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        match &rest[..length] {
            "" if rest.starts_with('*') => {
                path.push("*".to_owned());
                at += 1;
            }
            "super" => drop(path.pop()),
            "self" | "" => {}
            word => path.push(word.to_owned()),
        }
        at += length;
        let after = code[at..].trim_start();
        if !after.starts_with("::") || length == 0 {
            break;
        }
        at = code.len() - after.len() + 2;
    }
    all.push(Named { at: start, path });
    // An alias belongs to the path.
    let rest = code[at..].trim_start();
    match rest.strip_prefix("as ") {
        Some(alias) => {
            let alias = alias.trim_start();
            code.len() - alias.len() + alias.find([',', '}', ';']).unwrap_or(0)
        }
        None => at,
    }
}

/// Everything that breaks a rule, as `file:line: what: why`.
fn violations(tree: &Tree) -> BTreeSet<String> {
    let order = order(tree);
    let dialects: BTreeSet<&str> = tree
        .rust("src/dialect/")
        .filter_map(|(path, _)| {
            path.trim_start_matches("src/dialect/").split_once('/').map(|(folder, _)| folder)
        })
        .filter(|folder| !SHARED_BY_DIALECTS.contains(folder))
        .collect();
    let regex = |pattern: &str| Regex::new(pattern).expect("the pattern compiles");
    let start = regex(r"\b(crate|self|super|std)\s*::");
    let world = WORLD.map(|(pattern, why)| (regex(pattern), why));
    let mut found = BTreeSet::new();
    for (path, text) in tree.rust("src/").filter(|(path, _)| !matches!(*path, "src/lib.rs" | "src/main.rs")) {
        let code = source::without_tests(&source::code(text));
        let module = module_of(path);
        let mut report = |at: usize, what: &str, why: &str| {
            found.insert(format!("{path}:{}: {what}: {why}", source::line_of(&code, at)));
        };
        for Named { at, path } in named(&code, &start, &module) {
            for (what, why) in breaches(&order, &dialects, &module, &path) {
                report(at, &what, why);
            }
        }
        if !RIM.contains(&module[0].as_str()) {
            for (pattern, why) in &world {
                for hit in pattern.find_iter(&code) {
                    report(hit.start(), &format!("`{}`", hit.as_str()), why);
                }
            }
        }
    }
    found
}

/// What is wrong with a module's naming a path, and why.
fn breaches(
    order: &[String],
    dialects: &BTreeSet<&str>,
    module: &[String],
    path: &[String],
) -> Vec<(String, &'static str)> {
    let own = module[0].as_str();
    let (Some(first), second) = (path.first(), path.get(1).map(String::as_str)) else { return Vec::new() };
    let what = format!("names `{}`", path.join("::"));
    let mut found = Vec::new();
    if first == "std" {
        let touches = WORLD_OF_STD.iter().find(|(part, _)| second == Some(part));
        found.extend(touches.filter(|_| !RIM.contains(&own)).map(|(_, why)| (what, *why)));
        return found;
    }
    let place = |name: &str| order.iter().position(|module| module == name);
    if place(own) < place(first) || first == "*" {
        found.push((what.clone(), "a module uses only those declared above it in lib.rs"));
    }
    for (who, whom, why) in STRANGERS {
        if own == who && first == whom {
            found.push((what.clone(), why));
        }
    }
    let dialect =
        module.get(1).map(String::as_str).filter(|name| own == "dialect" && dialects.contains(name));
    let is_other = |name: &str| dialects.contains(name) && dialect != Some(name);
    if dialect.is_some() && first == "dialect" && second.is_some_and(is_other) {
        found.push((what.clone(), "a dialect never names another one; both know only the neutral chat"));
    }
    let full = path.join("::");
    let allowed = |name: &&str| full == **name || full.starts_with(&format!("{name}::"));
    if own == "report" && !OF_REPORTS.iter().any(allowed) {
        found.push((what, "reports decide nothing: they name verdicts, recordings and plain values"));
    }
    found
}

#[test]
fn the_house_is_built_as_drawn() {
    let tree = Tree::read();
    let order = order(&tree);
    assert!(order.len() > 10 && order.ends_with(&RIM.map(str::to_owned)), "lib.rs declares {order:?}");
    let found = violations(&tree);
    assert!(
        found.is_empty(),
        "{} breaches:\n{}",
        found.len(),
        found.into_iter().collect::<Vec<_>>().join("\n")
    );
}

const FAKE_LIB: (&str, &str) = (
    "src/lib.rs",
    "pub mod moment;\npub mod recording;\npub mod verdict;\npub mod dialect;\npub mod provider;\npub mod fault;\n\
     pub mod routing;\npub mod gateway;\npub mod report;\n#[expect(x)]\npub mod io;\npub mod cli;\n",
);

#[test]
fn every_kind_of_breach_is_found() {
    let tree = Tree::of(&[
        FAKE_LIB,
        (
            "src/recording/mod.rs",
            "use crate::{moment::Moment, verdict::{self, Run}};\nuse super::report as r;\n",
        ),
        ("src/recording/tap/body.rs", "fn f() { super::super::super::io::go() }\nuse crate::*;\n"),
        ("src/dialect/a/mod.rs", "use crate::dialect::{json, b::Stream};\n"),
        ("src/dialect/a/x.rs", "use super::super::b;\nuse crate::provider::P;\n"),
        ("src/dialect/b/mod.rs", ""),
        ("src/dialect/json.rs", ""),
        ("src/routing/mod.rs", "pub(crate) use crate::gateway::G;\n"),
        ("src/gateway/mod.rs", "fn f() -> crate::routing::R { r }\n"),
        ("src/report/mod.rs", "use crate::fault::{Matrix, Fault};\nuse crate::verdict::Run;\n"),
        (
            "src/moment.rs",
            "use std::{fmt, time::{Duration, SystemTime}, fs as files};\nfn f() { x.await; println!() }\n",
        ),
        ("src/verdict.rs", "async fn f() {}\nlet x = std::env::var(y); let y = Instant::now();\n"),
    ]);
    let found: Vec<String> = violations(&tree).into_iter().collect();
    let short: Vec<&str> =
        found.iter().map(|line| line.rsplit_once(": ").map_or("", |(what, _)| what)).collect();
    let why_report = "names `fault::Fault`: reports decide nothing";
    assert!(found.iter().any(|line| line.contains(why_report)), "{found:#?}");
    let expected = [
        "src/dialect/a/mod.rs:1: names `dialect::b::Stream`",
        "src/dialect/a/x.rs:1: names `dialect::b`",
        "src/dialect/a/x.rs:2: names `provider::P`",
        "src/gateway/mod.rs:1: names `routing::R`",
        "src/moment.rs:1: `SystemTime`",
        "src/moment.rs:1: names `std::fs`",
        "src/moment.rs:2: `.await`",
        "src/moment.rs:2: `println!`",
        "src/recording/mod.rs:1: names `verdict::Run`",
        "src/recording/mod.rs:1: names `verdict`",
        "src/recording/mod.rs:2: names `report`",
        "src/recording/tap/body.rs:1: names `io::go`",
        "src/recording/tap/body.rs:2: names `*`",
        "src/report/mod.rs:1: names `fault::Fault`",
        "src/routing/mod.rs:1: names `gateway::G`",
        "src/verdict.rs:1: `async fn`",
        "src/verdict.rs:2: `Instant::now`",
        "src/verdict.rs:2: names `std::env::var`",
    ];
    for line in expected {
        assert!(found.iter().any(|found| found.starts_with(line)), "{line} is missing in {found:#?}");
    }
    let extra: Vec<&&str> =
        short.iter().filter(|line| !expected.iter().any(|want| line.starts_with(want))).collect();
    assert!(extra.is_empty(), "{extra:#?}");
}

#[test]
fn what_is_allowed_is_not_reported() {
    let tree = Tree::of(&[
        FAKE_LIB,
        (
            "src/verdict.rs",
            "use crate::recording::Recording;\n// crate::io\nconst X: &str = \"std::fs tokio::\";\n",
        ),
        ("src/recording/mod.rs", "#[cfg(test)]\nmod tests { use crate::cli; fn f() { println!() } }\n"),
        ("src/dialect/a/mod.rs", "use super::json; use crate::dialect::a::x; use self::y::Z;\n"),
        ("src/dialect/b/mod.rs", ""),
        ("src/dialect/registry.rs", "use super::{a, b};\n"),
        ("src/report/text.rs", "use crate::report::x;\nuse crate::fault::Matrix;\nuse super::y;\n"),
        ("src/io/mod.rs", "use crate::report; use std::fs; async fn f() { tokio::spawn(x).await }\n"),
        ("src/cli/mod.rs", "fn main() { println!(); std::env::args(); crate::io::go() }\n"),
        ("src/main.rs", "fn main() { provoke::cli::main() }\n"),
    ]);
    assert_eq!(violations(&tree), BTreeSet::new());
}
