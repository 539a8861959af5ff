//! The log: its lines, and its file among hostile neighbours.
#![expect(clippy::disallowed_methods, reason = "these tests are about files")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use provoke::gateway::log::{LINE_MAX, Level, Line, Place, Stamp, console_line, file_line, masked};
use provoke::io::gateway::journal::{FILE_MAX, Journal, Keeping, LogFile};
use provoke::recording::Redactor;
use serde_json::{Value, json};

/// 2026-11-22T08:41:32.514Z.
const NOW: u64 = 1_795_336_892_514;

const DAY_MS: u64 = 86_400_000;

/// Another user.
const NOBODY: u32 = 65_534;

/// A sink that can be read.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Heard {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn journal(file: LogFile, max_bytes: u64) -> (Journal, Heard, Heard) {
    let (console, complaints) = (Heard::default(), Heard::default());
    let keeping = Keeping {
        file,
        level: Some(Level::Info),
        console_level: Some(Level::Warn),
        max_bytes,
        zone: TimeZone::fixed(Offset::constant(1)),
        place: Place { hostname: "box".into(), version: "0.1.0".into() },
        redactor: Redactor::new(["planted-secret-1".to_owned()]),
        console: Box::new(console.clone()),
        complaints: Box::new(complaints.clone()),
    };
    (Journal::new(keeping), console, complaints)
}

fn line(level: Level, message: &str) -> Line {
    Line::new(level, "gateway/ws", message)
}

#[test]
fn lines_stand_as_log_readers_parse_them() {
    let stamp = Stamp { ms: NOW, offset_seconds: 3600 };
    let place = Place { hostname: "box".into(), version: "0.1.0".into() };
    let mut told = line(Level::Warn, "a\nb");
    assert_eq!(
        file_line(&told, stamp, &place),
        r#"{"0":"{\"subsystem\":\"gateway/ws\"}","1":"a\nb","_meta":{"runtime":"provoke","runtimeVersion":"0.1.0","hostname":"box","name":"{\"subsystem\":\"gateway/ws\"}","parentNames":["openclaw"],"date":"2026-11-22T08:41:32.514Z","logLevelId":4,"logLevelName":"WARN"},"time":"2026-11-22T09:41:32.514+01:00"}"#.to_owned() + "\n"
    );
    assert_eq!(console_line(&told, stamp), "2026-11-22T09:41:32.514+01:00 [ws] a\\nb\n");
    told.meta = Some(json!({"cause": "pairing-required", "durationMs": 28}));
    let read: Value = serde_json::from_str(&file_line(&told, stamp, &place)).unwrap();
    assert_eq!((&read["1"]["durationMs"], &read["2"]), (&28.into(), &"a\nb".into()));
    let keys: Vec<&String> = read.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["0", "1", "2", "_meta", "time"]);
}

#[test]
fn the_file_and_the_console_get_what_their_levels_allow() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("openclaw");
    let (mut journal, console, complaints) = journal(LogFile::Daily(dir.clone()), FILE_MAX);
    journal.write(&line(Level::Debug, "debug"), NOW);
    assert!(!dir.exists(), "nothing is made for what is not written");
    journal.write(&line(Level::Info, "info planted-secret-1"), NOW);
    journal.write(&line(Level::Error, "error"), NOW);
    // 23:30 UTC is the next day here.
    journal.write(&line(Level::Info, "tomorrow"), 1_795_390_200_000);
    let today = fs::read_to_string(dir.join("openclaw-2026-11-22.log")).unwrap();
    assert_eq!(today.lines().count(), 2);
    assert!(!today.contains("planted") && today.contains("****"), "{today}");
    assert!(fs::read_to_string(dir.join("openclaw-2026-11-23.log")).unwrap().contains("tomorrow"));
    assert_eq!(console.text().lines().count(), 1, "{}", console.text());
    assert_eq!(complaints.text(), "");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&journal.path(NOW))), (0o700, 0o600));
}

#[test]
fn a_full_file_is_set_aside_and_a_lost_one_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.log");
    let (mut journal, ..) = journal(LogFile::Fixed(path.clone()), 700);
    for number in 0..4 {
        journal.write(&line(Level::Info, &format!("line {number}")), NOW);
    }
    let count = |path: &Path| fs::read_to_string(path).unwrap().lines().count();
    assert_eq!((count(&path), count(&folder.path().join("g.log.1"))), (2, 2));
    fs::remove_file(&path).unwrap();
    journal.write(&line(Level::Info, "again"), NOW);
    assert_eq!(count(&path), 1);
}

#[test]
fn old_files_of_the_pattern_are_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("openclaw");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
    let names = [
        "openclaw-2026-11-20.log",
        "openclaw-2026-11-19.log.1",
        "openclaw-2026-11-21.log",
        "openclaw-2026-1-2.log",
        "openclaw-2026-11-20.log.gz",
        "notes.log",
        "openclaw-2026-13-40.log",
    ];
    for name in names {
        let file = fs::File::create(dir.join(name)).unwrap();
        let hours = if name.contains("11-21") { 23 } else { 48 };
        file.set_modified(
            SystemTime::UNIX_EPOCH + Duration::from_millis(NOW) - Duration::from_secs(hours * 3600),
        )
        .unwrap();
    }
    let kept = folder.path().join("kept");
    fs::write(&kept, "x").unwrap();
    symlink(&kept, dir.join("openclaw-2026-11-18.log")).unwrap();
    let (mut journal, ..) = journal(LogFile::Daily(dir.clone()), FILE_MAX);
    journal.write(&line(Level::Info, "x"), NOW);
    let mut left: Vec<String> = dir
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [
            "notes.log",
            "openclaw-2026-1-2.log",
            "openclaw-2026-11-18.log",
            "openclaw-2026-11-20.log.gz",
            "openclaw-2026-11-21.log",
            "openclaw-2026-11-22.log",
            "openclaw-2026-13-40.log"
        ]
    );
    assert!(kept.exists());
}

#[test]
fn a_clock_that_is_set_far_forward_costs_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("openclaw");
    let (mut journal, ..) = journal(LogFile::Daily(dir.clone()), FILE_MAX);
    for (ms, message) in
        [(NOW, "now"), (4_102_444_800_000, "then"), (0, "once"), (NOW + DAY_MS, "tomorrow"), (NOW, "again")]
    {
        journal.write(&line(Level::Info, message), ms);
    }
    let says = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["1"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(says(&dir.join("openclaw-2026-11-22.log")), ["now", "again"]);
    assert_eq!(says(&dir.join("openclaw-2100-01-01.log")), ["then"]);
    assert_eq!(says(&dir.join("openclaw-1970-01-01.log")), ["once"]);
    assert_eq!(says(&dir.join("openclaw-2026-11-23.log")), ["tomorrow"]);
    journal.write(&line(Level::Info, "never"), u64::MAX);
}

#[test]
fn a_line_that_a_full_disk_cut_short_spoils_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.log");
    fs::write(&path, r#"{"0":"cut sh"#).unwrap();
    let (mut journal, ..) = journal(LogFile::Fixed(path.clone()), FILE_MAX);
    journal.write(&line(Level::Info, "one"), NOW);
    journal.write(&line(Level::Info, "two"), NOW);
    let text = fs::read_to_string(&path).unwrap();
    let whole = text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok());
    assert_eq!((text.lines().count(), whole.count()), (3, 2), "{text}");
}

#[test]
fn traps_in_a_shared_folder_are_refused_and_told_once() {
    let today = "openclaw-2026-11-22.log";
    type Trap = fn(&Path, &Path);
    let traps: [(&str, Trap); 4] = [
        ("a link to a file", |dir, target| symlink(target, dir.join("openclaw-2026-11-22.log")).unwrap()),
        ("a link to nothing", |dir, _| {
            symlink(dir.join("new"), dir.join("openclaw-2026-11-22.log")).unwrap()
        }),
        ("a second name", |dir, target| fs::hard_link(target, dir.join("openclaw-2026-11-22.log")).unwrap()),
        ("a folder", |dir, _| fs::create_dir(dir.join("openclaw-2026-11-22.log")).unwrap()),
    ];
    let mut traps = traps.to_vec();
    // Only root can give a file away.
    let probe = tempfile::tempdir().unwrap();
    if chown(probe.path(), Some(NOBODY), None).is_ok() {
        traps.push(("a file of another user", |dir, _| {
            fs::write(dir.join("openclaw-2026-11-22.log"), "").unwrap();
            chown(dir.join("openclaw-2026-11-22.log"), Some(NOBODY), None).unwrap();
        }));
    } else {
        eprintln!("skipped: a file of another user: only root can make one");
    }
    for (what, trap) in traps {
        let folder = tempfile::tempdir().unwrap();
        let (dir, target) = (folder.path().join("openclaw"), folder.path().join("target"));
        fs::create_dir(&dir).unwrap();
        fs::write(&target, "mine").unwrap();
        trap(&dir, &target);
        let (mut journal, console, complaints) = journal(LogFile::Daily(dir.clone()), FILE_MAX);
        journal.write(&line(Level::Error, "x"), NOW);
        journal.write(&line(Level::Error, "y"), NOW);
        assert_eq!(fs::read_to_string(&target).unwrap(), "mine", "{what}");
        assert!(!dir.join("new").exists(), "{what}");
        assert_eq!(complaints.text().lines().count(), 1, "{what}: {}", complaints.text());
        assert_eq!(console.text().lines().count(), 2, "{what}: the console goes on");
        // When the trap is gone, the file is written again.
        let path = dir.join(today);
        fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap();
        journal.write(&line(Level::Error, "z"), NOW);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1, "{what}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (elsewhere, dir) = (folder.path().join("elsewhere"), folder.path().join("openclaw"));
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, &dir).unwrap();
    let (mut journal, _, complaints) = journal(LogFile::Daily(dir), FILE_MAX);
    journal.write(&line(Level::Error, "x"), NOW);
    assert!(complaints.text().contains("is no folder") && elsewhere.read_dir().unwrap().next().is_none());
}

#[test]
fn writers_of_one_file_tear_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.log");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = path.clone();
            scope.spawn(move || {
                let (mut journal, ..) = journal(LogFile::Fixed(path), FILE_MAX);
                for number in 0..50 {
                    journal
                        .write(&line(Level::Info, &format!("{writer}-{number} {}", "x".repeat(5000))), NOW);
                }
            });
        }
    });
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 200);
    // The file is open for everybody else's lines, too.
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{}\n").unwrap();
}

proptest! {
    #![proptest_config(crate::chance::tries(128))]

    #[test]
    fn a_line_is_one_line_of_json_whatever_it_says(message in any::<String>(), times in 1..3000_usize, fact in any::<String>()) {
        let mut told = line(Level::Info, &message.repeat(times));
        told.meta = Some(json!({"token": "hunter2hunter2", "fact": fact, "auth": "token", "list": [{"x": "planted-secret-1"}]}));
        let redactor = Redactor::new(["planted-secret-1".to_owned()]);
        let told = masked(&told, &redactor);
        let text = file_line(&told, Stamp { ms: NOW, offset_seconds: 0 }, &Place::default());
        prop_assert!(text.len() <= LINE_MAX && text.matches('\n').count() == 1 && text.ends_with('\n'));
        let read: Value = serde_json::from_str(&text).unwrap();
        prop_assert!(!text.contains("planted-secret") && !text.contains("hunter2"), "{}", text);
        if read.get("2").is_some() {
            prop_assert_eq!(&read["1"]["auth"], "token");
        }
        let shown = console_line(&told, Stamp { ms: NOW, offset_seconds: 0 });
        prop_assert_eq!(shown.matches('\n').count(), 1);
    }
}
