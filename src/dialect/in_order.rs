//! The parts of a streamed answer in their order, calls whole: for dialects whose records cannot say to
//! which part a piece belongs.

use std::collections::VecDeque;

use crate::chat::{Event, PartKind};

/// The most bytes that wait; beyond them texts overtake the calls before them.
const WAITING_MAX: usize = 8 * 1024 * 1024;

/// The longest arguments of one call, in bytes; what is longer is cut, and so no JSON any more.
const ARGUMENTS_MAX: usize = 64 * 1024 * 1024;

/// What can be written next.
#[derive(Debug)]
pub(crate) enum Next {
    /// A piece of a text, a thought or a refusal.
    Piece {
        /// The choice it belongs to.
        choice: u32,
        /// What it is a piece of.
        kind: PartKind,
        /// The piece.
        text: String,
    },
    /// A part is over; of a call, all of it.
    Over(Part),
}

/// A part that is not over.
#[derive(Debug)]
pub(crate) struct Part {
    part: u32,
    /// The choice it belongs to.
    pub(crate) choice: u32,
    /// What it is.
    pub(crate) kind: PartKind,
    /// What was not told yet: the arguments of a call.
    pub(crate) text: String,
    /// The signature of a thought.
    pub(crate) signature: Option<String>,
    /// Whether some of it was told.
    pub(crate) spoke: bool,
    closed: bool,
}

/// Holds back what belongs to a later part until the earlier parts of the same choice are over.
#[derive(Debug, Default)]
pub(crate) struct InOrder {
    parts: VecDeque<Part>,
    waiting: usize,
}

impl InOrder {
    /// Takes an event; what it lets be written. [`Event::End`] closes all parts.
    pub(crate) fn take(&mut self, event: &Event) -> Vec<Next> {
        let mut next = Vec::new();
        match event {
            Event::PartStart { part, choice, kind } => {
                let (part, choice, kind) = (*part, *choice, kind.clone());
                let (text, signature) = (String::new(), None);
                self.parts.push_back(Part {
                    part,
                    choice,
                    kind,
                    text,
                    signature,
                    spoke: false,
                    closed: false,
                });
            }
            Event::Delta { part, text } => {
                let Some(open) = self.parts.iter_mut().find(|open| open.part == *part) else { return next };
                if open.text.len() + text.len() <= ARGUMENTS_MAX {
                    open.text.push_str(text);
                    self.waiting += text.len();
                }
                let choice = open.choice;
                self.flush(choice, &mut next);
            }
            Event::Signature { part, signature } => {
                if let Some(open) = self.parts.iter_mut().find(|open| open.part == *part) {
                    open.signature.get_or_insert_default().push_str(signature);
                }
            }
            Event::PartEnd { part } => {
                let Some(open) = self.parts.iter_mut().find(|open| open.part == *part) else { return next };
                open.closed = true;
                let choice = open.choice;
                self.flush(choice, &mut next);
            }
            Event::End => {
                self.parts.iter_mut().for_each(|open| open.closed = true);
                while let Some(first) = self.parts.front() {
                    let choice = first.choice;
                    self.flush(choice, &mut next);
                }
            }
            _ => {}
        }
        next
    }

    /// Tells the first part of a choice as far as it is known, and each next one once it is the first.
    fn flush(&mut self, choice: u32, next: &mut Vec<Next>) {
        let mut place = 0;
        while let Some(open) = self.parts.get_mut(place) {
            if open.choice != choice {
                place += 1;
                continue;
            }
            let is_call = matches!(open.kind, PartKind::ToolCall { .. });
            if !is_call && !open.text.is_empty() {
                let text = std::mem::take(&mut open.text);
                self.waiting = self.waiting.saturating_sub(text.len());
                open.spoke = true;
                next.push(Next::Piece { choice, kind: open.kind.clone(), text });
            }
            if open.closed {
                if let Some(open) = self.parts.remove(place) {
                    self.waiting = self.waiting.saturating_sub(open.text.len());
                    next.push(Next::Over(open));
                }
            } else if self.waiting > WAITING_MAX {
                place += 1;
            } else {
                break;
            }
        }
    }
}
