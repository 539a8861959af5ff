//! The block under construction: lines in, items out.

use std::borrow::Cow;
use std::ops::Range;

use crate::moment::Moment;

use super::Limits;
use super::field::{self, Field};
use super::resume::Resume;
use super::splitter::Cut;
use crate::wire::finding::{Tally, excerpt};
use crate::wire::{Finding, FindingCode, Item, Record};

/// The record by which OpenAI and many others end a stream.
const DONE: &str = "[DONE]";

/// The name of an event without one.
const UNNAMED: &str = "message";

/// What the lexer knows between two lines.
#[derive(Debug, Clone)]
pub(super) struct Block {
    limits: Limits,
    /// Offset of the block's first line, where it has one.
    start: Option<u64>,
    /// The data lines, an LF after each.
    data: String,
    event: String,
    named: bool,
    /// Whether any line but comments came.
    touched: bool,
    /// Whether a field came that an event would carry.
    speaks: bool,
    /// Whether `[DONE]` was dispatched.
    done: bool,
    pub(super) resume: Resume,
    pub(super) tally: Tally,
}

/// Where items go, and the moment of the bytes at hand.
pub(super) struct Out<'a> {
    pub(super) items: &'a mut Vec<Item>,
    pub(super) at: Moment,
}

impl Block {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            start: None,
            data: String::new(),
            event: String::new(),
            named: false,
            touched: false,
            speaks: false,
            done: false,
            resume: Resume::default(),
            tally: Tally::default(),
        }
    }

    /// Takes what the splitter cut.
    pub(super) fn take(&mut self, cut: Cut<'_>, out: &mut Out<'_>) {
        match cut {
            Cut::Bom => {
                self.report(FindingCode::Bom, 0, out, || "the body begins with a byte order mark".to_owned());
            }
            Cut::LoneCr { offset } => {
                self.report(FindingCode::CrNewline, offset, out, || {
                    "a line ends in CR without LF".to_owned()
                });
            }
            Cut::Oversized { start } => {
                self.start.get_or_insert(start);
                self.touched = true;
                let limit = self.limits.max_line;
                let message = || format!("a line of more than {limit} bytes was dropped");
                self.report(FindingCode::OversizedLine, start, out, message);
            }
            Cut::Line { bytes, start, end } => self.line(bytes, start, end, out),
            Cut::Partial { bytes, start } => self.partial(bytes, start, out),
        }
    }

    /// The body has ended at `end`.
    pub(super) fn finish(&mut self, end: u64, out: &mut Out<'_>) {
        if self.touched {
            let message = || "the body ends without the blank line that dispatches its last block".to_owned();
            self.report(FindingCode::NoFinalBlankLine, end, out, message);
        }
        if self.speaks {
            let id = self.resume.pending_id().to_owned();
            let event = self.event(id, self.start.unwrap_or(end)..end, out.at);
            out.items.push(Item::Unfinished(event));
        }
        self.clear();
    }

    fn line(&mut self, bytes: &[u8], start: u64, end: u64, out: &mut Out<'_>) {
        let block_start = *self.start.get_or_insert(start);
        let text = self.text(bytes, start, out);
        match field::read(&text) {
            Field::Blank => self.dispatch(block_start..end, out),
            Field::Comment(text) => {
                out.items.push(Item::Comment { text: text.to_owned(), range: start..end, at: out.at });
            }
            Field::Id(value) => {
                (self.touched, self.speaks) = (true, true);
                if !self.resume.id(value) {
                    let message = || "an `id` field holds a NUL and is ignored".to_owned();
                    self.report(FindingCode::IdNul, start, out, message);
                }
            }
            Field::Retry(value) => {
                self.touched = true;
                if !self.resume.retry(value) {
                    let message =
                        || format!("the `retry` field `{}` is not a number of milliseconds", excerpt(value));
                    self.report(FindingCode::RetryInvalid, start, out, message);
                }
            }
            other => self.field(other, start, out),
        }
    }

    /// A last line without a line end: not part of the stream for WHATWG, but evidence.
    fn partial(&mut self, bytes: &[u8], start: u64, out: &mut Out<'_>) {
        self.start.get_or_insert(start);
        let text = self.text(bytes, start, out);
        self.touched |= !text.starts_with(':');
        if field::may_become_known(&text) {
            return;
        }
        match field::read(&text) {
            Field::Comment(text) => {
                let range = start..start + bytes.len() as u64;
                out.items.push(Item::Comment { text: text.to_owned(), range, at: out.at });
            }
            // Cut numbers and ids would be believed: `retry: 10` may have been 1000.
            Field::Blank | Field::Id(_) | Field::Retry(_) => {}
            other => self.field(other, start, out),
        }
    }

    fn field(&mut self, field: Field<'_>, start: u64, out: &mut Out<'_>) {
        self.touched = true;
        match field {
            Field::Data(value) => {
                self.speaks = true;
                if self.done {
                    let message = || format!("data after `[DONE]`: {}", excerpt(value));
                    self.report(FindingCode::DataAfterDone, start, out, message);
                }
                self.data(value, start, out);
            }
            Field::Event(value) => {
                self.speaks = true;
                self.named = true;
                self.event.clear();
                self.event.push_str(value);
            }
            Field::Unknown { name, value } => {
                let message = || match value {
                    "" => format!("unknown field `{}`", excerpt(name)),
                    _ => format!("unknown field `{}`: {}", excerpt(name), excerpt(value)),
                };
                self.report(FindingCode::UnknownField, start, out, message);
            }
            Field::Blank | Field::Comment(_) | Field::Id(_) | Field::Retry(_) => {}
        }
    }

    fn data(&mut self, value: &str, start: u64, out: &mut Out<'_>) {
        let limit = self.limits.max_event;
        if self.data.len() + value.len() > limit {
            let message = || format!("a line was dropped as its event has more than {limit} bytes");
            self.report(FindingCode::OversizedLine, start, out, message);
            return;
        }
        self.data.push_str(value);
        self.data.push('\n');
    }

    fn dispatch(&mut self, range: Range<u64>, out: &mut Out<'_>) {
        self.resume.commit();
        if !self.data.is_empty() {
            let id = self.resume.last_event_id().to_owned();
            let event = self.event(id, range, out.at);
            self.done |= event.data == DONE;
            out.items.push(Item::Record(event));
        }
        self.clear();
    }

    fn event(&mut self, last_event_id: String, range: Range<u64>, at: Moment) -> Record {
        let mut data = std::mem::take(&mut self.data);
        data.pop();
        let event = if self.event.is_empty() { UNNAMED.to_owned() } else { std::mem::take(&mut self.event) };
        Record { event, named: self.named, data, last_event_id, range, at }
    }

    fn clear(&mut self) {
        self.start = None;
        self.data.clear();
        self.event.clear();
        (self.named, self.touched, self.speaks) = (false, false, false);
    }

    fn text<'a>(&mut self, bytes: &'a [u8], start: u64, out: &mut Out<'_>) -> Cow<'a, str> {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return Cow::Borrowed(text),
            Err(error) => error,
        };
        let mut offset = start + error.valid_up_to() as u64;
        for chunk in bytes[error.valid_up_to()..].utf8_chunks() {
            offset += chunk.valid().len() as u64;
            if !chunk.invalid().is_empty() {
                let message = || format!("{} are not UTF-8", hex(chunk.invalid()));
                self.report(FindingCode::InvalidUtf8, offset, out, message);
            }
            offset += chunk.invalid().len() as u64;
        }
        String::from_utf8_lossy(bytes)
    }

    fn report(
        &mut self,
        code: FindingCode,
        offset: u64,
        out: &mut Out<'_>,
        message: impl FnOnce() -> String,
    ) {
        if self.tally.admit(code) {
            let finding = Finding { code, offset, at: out.at, message: message() };
            out.items.push(Item::Finding(finding));
        }
    }
}

/// At most three bytes, as people write them.
fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("the bytes {}", bytes.join(" "))
}
