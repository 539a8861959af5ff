//! The end of a log, and what was added to it: by whole lines, within bounds.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tail {
    /// Where to go on: behind the last line that was told or passed over.
    pub cursor: u64,
    /// The size of the file.
    pub size: u64,
    /// The lines, without their ends.
    pub lines: Vec<String>,
    /// Whether there is more before the first line that was read.
    pub truncated: bool,
    /// Whether the cursor was of no use, and reading began anew.
    pub reset: bool,
}

/// Reads at most `max_bytes` and `limit` lines.
///
/// Without a cursor: the last lines. With one: the lines behind it, so many as fit; the rest with
/// the next cursor. A cursor behind the end or inside a line is of another file: reading begins
/// anew. So does it where more than `max_bytes` were added, and what lies between is passed over.
/// A line without its end is not told yet. A missing file is an empty one.
///
/// # Errors
/// When the file cannot be read, or is no plain file.
pub fn tail(path: &Path, cursor: Option<u64>, limit: usize, max_bytes: usize) -> io::Result<Tail> {
    // A link may lead anywhere, and a pipe would be waited on for ever.
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Tail::default()),
        Err(error) => return Err(error),
        Ok(known) if !known.is_file() => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no plain file"));
        }
        Ok(_) => {}
    }
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let first = size.saturating_sub(max_bytes as u64);
    let (start, following) = match cursor {
        Some(cursor) if cursor <= size && cursor >= first && begins_line(&mut file, cursor)? => {
            (cursor, true)
        }
        _ => (first, false),
    };
    let reset = cursor.is_some() && !following;
    let truncated = start > 0 && !following;
    let drop_first = truncated && !begins_line(&mut file, start)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(size - start).read_to_end(&mut bytes)?;
    let skipped = if drop_first { end_of_line(&bytes).unwrap_or(bytes.len()) } else { 0 };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(skipped, |at| at + 1).max(skipped);
    let mut ends: Vec<usize> = Vec::new();
    ends.extend(
        bytes[skipped..whole]
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'\n')
            .map(|(at, _)| skipped + at + 1),
    );
    let mut begins: Vec<usize> =
        std::iter::once(skipped).chain(ends.iter().copied()).take(ends.len()).collect();
    if following {
        ends.truncate(limit);
        begins.truncate(limit);
    } else {
        let surplus = ends.len().saturating_sub(limit);
        ends.drain(..surplus);
        begins.drain(..surplus);
    }
    let lines = begins.iter().zip(&ends).map(|(from, to)| line(&bytes[*from..*to])).collect();
    // A line that is longer than all that may be read is passed over, or it would stand in the way.
    let stuck = whole == 0 && bytes.len() >= max_bytes;
    let read = if stuck { bytes.len() } else { ends.last().copied().unwrap_or(whole) };
    Ok(Tail { cursor: start + read as u64, size, lines, truncated, reset })
}

/// Whether a line begins at an offset: at the start, or behind the end of another one.
fn begins_line(file: &mut File, at: u64) -> io::Result<bool> {
    let Some(before) = at.checked_sub(1) else { return Ok(true) };
    file.seek(SeekFrom::Start(before))?;
    let mut byte = [0];
    // Nothing is there where the file was cut meanwhile.
    Ok(file.read(&mut byte)? == 1 && byte[0] == b'\n')
}

fn end_of_line(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1)
}

fn line(bytes: &[u8]) -> String {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}
