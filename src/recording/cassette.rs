//! Cassettes: recordings on disk.
//!
//! A cassette is one text file of JSON lines, made to be read and diffed: a first line that says
//! what it is, a line for each exchange and for each thing that happened, one record of a stream
//! to a line, and a last line that tells a whole cassette from a cut one. It is exact in bytes
//! (text where it is UTF-8, else base64) and in time (nanoseconds).

mod line;
mod parts;
mod read;
mod words;
mod write;

use schemars::schema_for;
use serde_json::Value;

use super::Recording;
use crate::chat::Decoded;

/// The format and its version. Version 1 may gain keys and kinds of lines; what would mislead an
/// older reader makes a version 2.
pub const SCHEMA: &str = "provoke.cassette/1";

/// A longer cassette is not read, in bytes.
pub const MAX_CASSETTE: usize = 1024 * 1024 * 1024;

/// A longer line is stepped over, in bytes.
pub const MAX_LINE: usize = 16 * 1024 * 1024;

/// More problems are counted, not listed.
pub const MAX_PROBLEMS: usize = 100;

/// What a recording is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// The version of the tool that wrote it.
    pub tool_version: String,
    /// The scenario's id.
    pub scenario: Option<String>,
    /// The case's id.
    pub case: Option<String>,
    /// Where it ran: `sim` or `wire`.
    pub world: Option<String>,
    /// The seed of the run.
    pub seed: Option<u64>,
    /// Whether secrets were removed.
    pub redacted: bool,
}

/// Why a file could not be read as a cassette at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CassetteError {
    /// The first line is none of a cassette's.
    #[error(
        "line {line}, column {column}: not a cassette: {reason}\n  help: a cassette begins with {{\"cassette\":{{\"schema\":\"provoke.cassette/1\",…"
    )]
    NotACassette {
        /// Line, from 1.
        line: u32,
        /// Column in characters, from 1.
        column: u32,
        /// What is wrong there.
        reason: String,
    },
    /// A newer tool wrote it.
    #[error(
        "line 1: this cassette has the format {found}, and this version reads {SCHEMA}\n  help: read it with a newer provoke"
    )]
    Newer {
        /// The format that the first line names.
        found: String,
    },
    /// It is longer than [`MAX_CASSETTE`].
    #[error("the cassette has {length} bytes, and at most {MAX_CASSETTE} are read")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
}

/// Writes a cassette. The same recording gives the same bytes. It comes back exactly from
/// [`decode`] as long as no header, path or reason is so long that its line exceeds [`MAX_LINE`].
#[must_use]
pub fn encode(recording: &Recording, meta: &Meta) -> String {
    write::write(recording, meta)
}

/// Reads a cassette. Of a damaged one everything readable is returned, with a problem (line and
/// column) for what is not: nothing is guessed, and no bytes end up in another exchange.
///
/// # Errors
///
/// When it is no cassette, or one of a newer format, or longer than [`MAX_CASSETTE`].
pub fn decode(text: &str) -> Result<Decoded<(Recording, Meta)>, CassetteError> {
    read::read(text)
}

/// The `$id` of the published JSON Schema.
pub const SCHEMA_ID: &str = "urn:provoke:schema:cassette:1";

/// The JSON Schema of one line.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schema_for!(line::Line);
    schema.insert("$id".to_owned(), SCHEMA_ID.into());
    schema.insert("title".to_owned(), format!("One line of a cassette ({SCHEMA})").into());
    schema.to_value()
}
