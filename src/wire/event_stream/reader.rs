//! Reads a stream of frames piece by piece.

use serde_json::json;

use crate::moment::Moment;
use crate::wire::{Finding, FindingCode, Item, Record, UNNAMED};

use super::frame::{Frame, FrameError, lengths};

/// Reads frames piece by piece; how they are cut changes nothing but the moments.
///
/// After damage nothing is read any more, as no client could: where the next frame begins is not known.
///
/// ```
/// use provoke::moment::Moment;
/// use provoke::wire::Item;
/// use provoke::wire::event_stream::{Frame, Reader};
///
/// let bytes = Frame::event("messageStop", br#"{"stopReason":"end_turn"}"#.to_vec()).encode();
/// let mut reader = Reader::default();
/// assert_eq!(reader.push(&bytes[..20], Moment::ZERO), []);
/// let items = reader.push(&bytes[20..], Moment::ZERO);
/// let [Item::Record(record)] = &items[..] else { panic!() };
/// assert_eq!((record.event.as_str(), record.data.as_str()), ("messageStop", r#"{"stopReason":"end_turn"}"#));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// The bytes of the frame that is not whole yet.
    open: Vec<u8>,
    /// Where it begins.
    offset: u64,
    /// How many bytes it must have before another look is worth it.
    wanted: usize,
    lost: bool,
}

impl Reader {
    /// Takes the next bytes of the body, which came at `at`.
    pub fn push(&mut self, bytes: &[u8], at: Moment) -> Vec<Item> {
        let mut items = Vec::new();
        if self.lost {
            return items;
        }
        self.open.extend_from_slice(bytes);
        if self.open.len() < self.wanted {
            return items;
        }
        let mut used = 0;
        loop {
            let rest = &self.open[used..];
            let length = match lengths(rest) {
                Ok(Some((length, _))) => length,
                Ok(None) => super::frame::PRELUDE,
                Err(error) => return self.lose(used, &error, at, items),
            };
            self.wanted = length;
            if rest.len() < length || length == super::frame::PRELUDE {
                break;
            }
            match Frame::decode(rest) {
                Ok(frame) => self.take(&frame, used, length, at, &mut items),
                Err(error) => return self.lose(used, &error, at, items),
            }
            used += length;
        }
        self.open.drain(..used);
        self.offset += used as u64;
        items
    }

    /// Takes the end of the body. To be called once, last.
    pub fn finish(&mut self, at: Moment) -> Vec<Item> {
        if self.lost || self.open.is_empty() {
            return Vec::new();
        }
        let message = match lengths(&self.open) {
            Ok(Some((length, _))) => FrameError::Cut { have: self.open.len(), length }.to_string(),
            _ => format!("the stream ends inside a frame, after {} of its bytes", self.open.len()),
        };
        let range = self.offset..self.offset + self.open.len() as u64;
        let finding = Finding { code: FindingCode::FrameCut, offset: self.offset, at, message };
        vec![Item::Finding(finding), Item::Unfinished(Record::unnamed(String::new(), range, at))]
    }

    fn take(&self, frame: &Frame, from: usize, length: usize, at: Moment, items: &mut Vec<Item>) {
        let offset = self.offset + from as u64;
        let data = String::from_utf8_lossy(&frame.payload);
        if matches!(data, std::borrow::Cow::Owned(_)) {
            let message = "a payload is not UTF-8; read as U+FFFD".to_owned();
            items.push(Item::Finding(Finding { code: FindingCode::InvalidUtf8, offset, at, message }));
        }
        let mut data = data.into_owned();
        let names = [":event-type", ":exception-type", ":error-code"];
        let name = names.iter().find_map(|name| frame.text(name));
        // An error without a shape of its own says what it has to say in its headers.
        if frame.text(":message-type") == Some("error") && data.is_empty() {
            data = json!({"message": frame.text(":error-message").unwrap_or_default()}).to_string();
        }
        items.push(Item::Record(Record {
            event: name.unwrap_or(UNNAMED).to_owned(),
            named: name.is_some(),
            data,
            last_event_id: String::new(),
            range: offset..offset + length as u64,
            at,
        }));
    }

    fn lose(&mut self, used: usize, error: &FrameError, at: Moment, mut items: Vec<Item>) -> Vec<Item> {
        self.lost = true;
        self.open = Vec::new();
        let code = match error {
            FrameError::Checksum { .. } => FindingCode::FrameChecksum,
            _ => FindingCode::FrameMalformed,
        };
        let message = format!("{error}; what follows cannot be read");
        items.push(Item::Finding(Finding { code, offset: self.offset + used as u64, at, message }));
        items
    }
}
