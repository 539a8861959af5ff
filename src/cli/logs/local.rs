//! The log file itself, where the gateway does not let us ask.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Zoned;
use serde_json::{Value, json};

use super::Args;
use super::print::Printer;
use crate::cli::error::{CliError, Exit};
use crate::cli::reach::Ground;
use crate::io::gateway::errands;

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

/// The same answer as `logs.tail` gives. Here a link may be followed, and a missing file is told.
fn tail(path: &Path, cursor: Option<u64>, args: &Args) -> io::Result<Value> {
    // Behind a cursor every line counts: the limit is only for the first look.
    let limit = if cursor.is_none() { args.limit } else { u64::MAX };
    let [limit, max_bytes] =
        [limit, args.max_bytes].map(|bound| usize::try_from(bound).unwrap_or(usize::MAX));
    let read = errands::tail(&std::fs::canonicalize(path)?, cursor, limit, max_bytes)?;
    let lines: Vec<String> = read.lines.into_iter().filter(|line| !line.is_empty()).collect();
    Ok(json!({
        "file": path.to_string_lossy(), "cursor": read.cursor, "size": read.size, "lines": lines,
        "truncated": read.truncated, "reset": read.reset,
    }))
}
