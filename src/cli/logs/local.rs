//! The log file itself, where the gateway does not let us ask.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Zoned;
use serde_json::{Value, json};

use super::Args;
use super::print::Printer;
use crate::cli::error::{CliError, Exit};
use crate::cli::reach::Ground;

/// Prints the tail of the file, and follows it.
pub(super) async fn show(ground: &Ground, args: &Args, printer: &mut Printer) -> Result<Exit, CliError> {
    let mut cursor = None;
    loop {
        let file = file_of(ground);
        let read = tail(&file, cursor, args);
        let hint = "the gateway may log elsewhere (logging.file), or on another machine";
        let read = read.map_err(|error| CliError::system(file.display(), &error, hint).failing())?;
        printer.tail(&read, cursor.is_none())?;
        cursor = read["cursor"].as_u64();
        if !args.follow {
            return Ok(Exit::Pass);
        }
        tokio::time::sleep(Duration::from_millis(args.interval)).await;
    }
}

/// Where OpenClaw logs on this machine: by local date, unless the config names a file.
fn file_of(ground: &Ground) -> PathBuf {
    if let Some(named) = ground.config["logging"]["file"].as_str() {
        return PathBuf::from(named);
    }
    let name = format!("openclaw-{}.log", Zoned::now().date());
    let usual = Path::new("/tmp/openclaw").join(&name);
    let others = [ground.env.get("TMPDIR").map(PathBuf::from), Some(std::env::temp_dir())];
    let others = others.into_iter().flatten().map(|folder| folder.join("openclaw").join(&name));
    others.into_iter().find(|file| !usual.exists() && file.exists()).unwrap_or(usual)
}

/// The same answer as `logs.tail` gives.
fn tail(path: &Path, cursor: Option<u64>, args: &Args) -> io::Result<Value> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let is_reset = cursor.is_some_and(|cursor| cursor > size);
    let is_behind = cursor.is_some_and(|cursor| size.saturating_sub(cursor) > args.max_bytes);
    let start = match cursor {
        Some(cursor) if !is_reset && !is_behind => cursor,
        _ => size.saturating_sub(args.max_bytes),
    };
    let is_whole = start == 0 || Some(start) == cursor;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(args.max_bytes).read_to_end(&mut bytes)?;
    // A line that is not finished yet is read next time.
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    let text = String::from_utf8_lossy(&bytes[..end]);
    let lines: Vec<&str> =
        text.lines().skip(usize::from(!is_whole)).filter(|line| !line.is_empty()).collect();
    let limit = if cursor.is_none() { usize::try_from(args.limit).unwrap_or(usize::MAX) } else { usize::MAX };
    let lines = &lines[lines.len().saturating_sub(limit)..];
    let file = path.to_string_lossy();
    Ok(json!({
        "file": file, "cursor": start + end as u64, "size": size, "lines": lines,
        "truncated": is_behind, "reset": is_reset || is_behind,
    }))
}
