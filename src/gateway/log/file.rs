//! A line as it stands in the log file: JSON, as OpenClaw's log readers parse it.

use serde_json::{Map, Value, json};

use super::{Line, Stamp};

/// The longest line, in bytes, its end included. Longer words are cut, longer facts left out.
pub const LINE_MAX: usize = 64 * 1024;

/// Where the program runs, as every line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The name of the machine.
    pub hostname: String,
    /// The version of the program.
    pub version: String,
}

/// The line, with its end, at most [`LINE_MAX`] bytes long. It is one line whatever the words are.
#[must_use]
pub fn file_line(line: &Line, stamp: Stamp, place: &Place) -> String {
    let whole = encode(line, line.meta.as_ref(), &line.message, stamp, place);
    if whole.len() <= LINE_MAX {
        return whole;
    }
    let bare = encode(line, None, "", stamp, place);
    // An escaped byte takes six; what is left of the room is enough for any log reader.
    let room = LINE_MAX.saturating_sub(bare.len()) / 6;
    let cut = &line.message[..line.message.floor_char_boundary(room.saturating_sub(1))];
    encode(line, None, &format!("{cut}…"), stamp, place)
}

fn encode(line: &Line, meta: Option<&Value>, message: &str, stamp: Stamp, place: &Place) -> String {
    let name = json!({"subsystem": line.subsystem}).to_string();
    let mut entry = Map::new();
    entry.insert("0".into(), name.as_str().into());
    if let Some(meta) = meta {
        entry.insert("1".into(), meta.clone());
    }
    entry.insert(if meta.is_some() { "2" } else { "1" }.into(), message.into());
    entry.insert(
        "_meta".into(),
        json!({
            "runtime": "provoke",
            "runtimeVersion": place.version,
            "hostname": place.hostname,
            "name": name,
            "parentNames": ["openclaw"],
            "date": stamp.utc(),
            "logLevelId": line.level.id(),
            "logLevelName": line.level.word(),
        }),
    );
    entry.insert("time".into(), stamp.local().into());
    let mut text = Value::Object(entry).to_string();
    text.push('\n');
    text
}
