//! Streams that are one JSON array, whose elements come one by one, as Gemini streams without `alt=sse`.

use crate::moment::Moment;

use super::{Finding, FindingCode, Item, Record};

/// The longest element, in bytes.
pub const MAX_ELEMENT: usize = super::sse::MAX_EVENT;

/// Reads the elements of an array piece by piece; how it is cut changes nothing but the moments.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    place: Place,
    element: Vec<u8>,
    /// Where the element begins.
    offset: u64,
    /// The bytes so far.
    seen: u64,
    /// How many brackets of the element are open.
    depth: usize,
    quoted: Quoted,
    /// Whether the element is too long, and forgotten.
    over: bool,
    /// Whether a stray byte was told of; one is enough.
    strayed: bool,
}

/// Where the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// Before the array.
    #[default]
    Before,
    /// Between two elements.
    Between,
    /// In one.
    Inside,
    /// Behind the array.
    Behind,
}

/// Whether the next byte stands in a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Quoted {
    #[default]
    No,
    Yes,
    /// Behind a backslash.
    Escaped,
}

impl Reader {
    /// Takes the next bytes of the body, which came at `at`.
    pub fn push(&mut self, bytes: &[u8], at: Moment) -> Vec<Item> {
        let mut items = Vec::new();
        for byte in bytes {
            self.byte(*byte, at, &mut items);
            self.seen += 1;
        }
        items
    }

    /// Takes the end of the body. To be called once, last.
    pub fn finish(&mut self, at: Moment) -> Vec<Item> {
        let mut items = Vec::new();
        if self.place == Place::Inside {
            self.place = Place::Behind;
            self.end(at, &mut items, true);
        }
        items
    }

    fn byte(&mut self, byte: u8, at: Moment, items: &mut Vec<Item>) {
        match self.place {
            Place::Before if byte == b'[' => self.place = Place::Between,
            Place::Between if byte == b']' => self.place = Place::Behind,
            Place::Between if matches!(byte, b'{' | b'[') => {
                (self.place, self.offset, self.depth) = (Place::Inside, self.seen, 1);
                self.element.push(byte);
            }
            Place::Inside => self.inside(byte, at, items),
            _ if byte.is_ascii_whitespace() || (self.place == Place::Between && byte == b',') => {}
            // A byte order mark.
            Place::Before if self.seen < 3 => {}
            _ => self.stray(byte, at, items),
        }
    }

    fn inside(&mut self, byte: u8, at: Moment, items: &mut Vec<Item>) {
        if self.element.len() >= MAX_ELEMENT {
            self.over = true;
            self.element = Vec::new();
        }
        if !self.over {
            self.element.push(byte);
        }
        self.quoted = match (self.quoted, byte) {
            (Quoted::Yes, b'\\') => Quoted::Escaped,
            (Quoted::Yes, b'"') => Quoted::No,
            (Quoted::No, b'"') => Quoted::Yes,
            (Quoted::Escaped, _) => Quoted::Yes,
            (quoted, _) => quoted,
        };
        if self.quoted != Quoted::No {
            return;
        }
        match byte {
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        if self.depth == 0 {
            self.place = Place::Between;
            self.end(at, items, false);
        }
    }

    fn end(&mut self, at: Moment, items: &mut Vec<Item>, is_cut: bool) {
        let range = self.offset..self.seen + u64::from(!is_cut);
        let element = std::mem::take(&mut self.element);
        if std::mem::take(&mut self.over) {
            let message = format!("an element of {} bytes was dropped", range.end - range.start);
            let code = FindingCode::OversizedLine;
            return items.push(Item::Finding(Finding { code, offset: range.start, at, message }));
        }
        let record = Record::unnamed(String::from_utf8_lossy(&element).into_owned(), range, at);
        items.push(if is_cut { Item::Unfinished(record) } else { Item::Record(record) });
    }

    fn stray(&mut self, byte: u8, at: Moment, items: &mut Vec<Item>) {
        if std::mem::replace(&mut self.strayed, true) {
            return;
        }
        let message = format!("{:?} belongs to no element of the array", char::from(byte));
        let code = FindingCode::ArrayStray;
        items.push(Item::Finding(Finding { code, offset: self.seen, at, message }));
    }
}
