//! The page in a real browser, where one is installed.
#![expect(clippy::disallowed_methods, reason = "a browser is a process that reads a file")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{html, runs};

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The page's document after its scripts ran, or why there is none.
fn dump(page: &Path, hash: &str) -> Option<String> {
    let profile = tempfile::tempdir().expect("a folder for the profile");
    let url = format!("file://{}{hash}", page.display());
    let out = NAMES.iter().find_map(|name| {
        let mut command = Command::new(name);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        command.arg("--virtual-time-budget=2000").arg("--timeout=20000").arg("--dump-dom");
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.arg(&url).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()
    })?;
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// How many cells of the dumped document are shown.
fn cells(document: &str) -> (usize, usize) {
    let tags = document.split("<details class=\"cell\"").skip(1);
    let hidden = tags.clone().filter(|rest| rest.split('>').next().is_some_and(|tag| tag.contains("hidden")));
    (tags.count(), hidden.count())
}

#[test]
fn the_filter_of_the_page_works_in_a_browser_under_its_own_policy() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.html");
    let page = html::page(&runs::night(), &BTreeMap::new(), &[]);
    assert!(
        page.contains("<div id=\"filter\" role=\"search\" hidden>"),
        "without scripts there is no filter"
    );
    std::fs::write(&file, &page).expect("the page is written");
    let Some(all) = dump(&file, "") else {
        eprintln!("skipped: the_filter_of_the_page_works_in_a_browser: no chromium is installed");
        return;
    };
    // The script ran, so the hash in the policy is that of the script.
    assert!(all.contains("<div id=\"filter\" role=\"search\">"), "{all}");
    assert!(all.contains("11 cells</output>"), "{all}");
    assert_eq!(cells(&all), (11, 0));

    let filtered = dump(&file, "#q=subagent&observed=faulty").expect("the browser is there");
    assert!(filtered.contains("1 of 11 cells</output>"), "{filtered}");
    assert_eq!(cells(&filtered), (11, 10));

    let opened = dump(&file, "#c3").expect("the browser is there");
    let tag = opened.split("id=\"c3\"").nth(1).and_then(|rest| rest.split('>').next());
    assert!(tag.is_some_and(|tag| tag.contains("open")), "{tag:?}");
}
