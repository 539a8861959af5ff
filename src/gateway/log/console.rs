//! A line as it stands on the console.

use super::{LINE_MAX, Line, Stamp};

/// `<time> [<subsystem>] <message>`, with its end. Line ends in the words are spelled out.
#[must_use]
pub fn console_line(line: &Line, stamp: Stamp) -> String {
    let subsystem = line.subsystem.strip_prefix("gateway/").unwrap_or(line.subsystem);
    let message = &line.message[..line.message.floor_char_boundary(LINE_MAX)];
    let mut words = String::with_capacity(message.len());
    for letter in message.chars() {
        if letter.is_control() && letter != '\t' {
            words.extend(letter.escape_default());
        } else {
            words.push(letter);
        }
    }
    format!("{} [{subsystem}] {words}\n", stamp.local())
}
