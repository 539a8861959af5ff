//! Tokens to places: the grammar as a machine with a bounded stack.

use super::cursor::Position;
use super::places::{NodeId, Places, Segment};
use super::token::{Bracket, Fault, Lexed, Lexer, Token};
use super::{DEPTH_MAX, VALUES_MAX};

/// Under such keys `serde_json` reads a text as a document of its own, which
/// no bound holds for.
const RESERVED: &str = "$serde_json::";

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    Value,
    ValueOrClose,
    KeyOrClose,
    Colon,
    CommaOrClose,
    End,
}

/// A bracket that is open.
#[derive(Debug)]
pub(super) struct Frame {
    node: NodeId,
    pub(super) bracket: Bracket,
    opened: Position,
    indent: u32,
    items: u32,
}

/// How far a text was read.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) places: Places,
    /// Keys written twice: the first and the second value.
    pub(super) repeated: Vec<(NodeId, NodeId)>,
    pub(super) open: Vec<Frame>,
    pub(super) expect: Expect,
    /// The first bracket whose closer stands further left than its own line: the likely culprit
    /// when a closer is missing.
    pub(super) suspect: Option<(Position, Bracket, NodeId)>,
    key: Option<(String, Position)>,
}

/// Reads the whole text, or up to its first fault. `Ok` also of a text that ends too early.
pub(super) fn walk(text: &str) -> (Walk, Result<(), Fault>) {
    let mut walk = Walk {
        places: Places::default(),
        repeated: Vec::new(),
        open: Vec::new(),
        expect: Expect::Value,
        suspect: None,
        key: None,
    };
    let mut lexer = Lexer::new(text);
    let result = loop {
        match lexer.next() {
            Ok(None) => break Ok(()),
            Ok(Some(lexed)) => {
                if let Err(fault) = walk.take(lexed) {
                    break Err(fault);
                }
            }
            Err(fault) => break Err(fault),
        }
    };
    let result = result.and_then(|()| walk.ends(lexer.at()));
    (walk, result)
}

impl Walk {
    fn take(&mut self, lexed: Lexed) -> Result<(), Fault> {
        match (self.expect, &lexed.token) {
            (Expect::KeyOrClose | Expect::ValueOrClose | Expect::CommaOrClose, Token::Close(bracket)) => {
                self.close(*bracket, &lexed)
            }
            (Expect::KeyOrClose, Token::Text(_) | Token::Word { .. }) => {
                let (Token::Text(text) | Token::Word { text, .. }) = lexed.token else { return Ok(()) };
                if text.starts_with(RESERVED) {
                    return Err(Fault::new(lexed.at, "this key is reserved by the parser"));
                }
                self.key = Some((text, lexed.at));
                self.expect = Expect::Colon;
                Ok(())
            }
            (Expect::Colon, Token::Colon) => {
                self.expect = Expect::Value;
                Ok(())
            }
            (Expect::CommaOrClose, Token::Comma) => {
                self.expect = match self.open.last().map(|frame| frame.bracket) {
                    Some(Bracket::Brace) => Expect::KeyOrClose,
                    _ => Expect::ValueOrClose,
                };
                Ok(())
            }
            (Expect::Value | Expect::ValueOrClose, Token::Open(bracket)) => self.open(*bracket, &lexed),
            (Expect::Value | Expect::ValueOrClose, Token::Text(_) | Token::Number) => self.scalar(lexed.at),
            (Expect::Value | Expect::ValueOrClose, Token::Word { text, plain: true })
                if matches!(text.as_str(), "true" | "false" | "null" | "Infinity" | "NaN") =>
            {
                self.scalar(lexed.at)
            }
            _ => Err(self.unexpected(&lexed)),
        }
    }

    fn scalar(&mut self, at: Position) -> Result<(), Fault> {
        self.add(at)?;
        self.expect = self.behind_value();
        Ok(())
    }

    fn open(&mut self, bracket: Bracket, lexed: &Lexed) -> Result<(), Fault> {
        if self.open.len() >= DEPTH_MAX {
            return Err(Fault::new(lexed.at, format!("nested deeper than {DEPTH_MAX} levels")));
        }
        let node = self.add(lexed.at)?;
        self.open.push(Frame { node, bracket, opened: lexed.at, indent: lexed.indent, items: 0 });
        self.expect = match bracket {
            Bracket::Brace => Expect::KeyOrClose,
            Bracket::Square => Expect::ValueOrClose,
        };
        Ok(())
    }

    fn close(&mut self, bracket: Bracket, lexed: &Lexed) -> Result<(), Fault> {
        let frame = self.open.pop().expect("a closer is only awaited inside a bracket");
        if frame.bracket != bracket {
            let (opener, line, column) = (frame.bracket.open(), frame.opened.line, frame.opened.column);
            let message =
                format!("`{}` cannot close the `{opener}` of line {line}, column {column}", bracket.close());
            self.open.push(frame);
            return Err(Fault::new(lexed.at, message).hint(format!("close that `{opener}` first")));
        }
        if lexed.first && lexed.at.column < frame.indent && self.suspect.is_none() {
            self.suspect = Some((frame.opened, frame.bracket, frame.node));
        }
        self.expect = self.behind_value();
        Ok(())
    }

    const fn behind_value(&self) -> Expect {
        if self.open.is_empty() { Expect::End } else { Expect::CommaOrClose }
    }

    fn add(&mut self, at: Position) -> Result<NodeId, Fault> {
        if self.places.len() >= VALUES_MAX {
            return Err(Fault::new(at, format!("more than {VALUES_MAX} values")));
        }
        let (key, parent) = match (self.key.take(), self.open.last_mut()) {
            (Some((key, position)), Some(frame)) => (Some(position), Some((frame.node, Segment::Key(key)))),
            (_, Some(frame)) => {
                frame.items += 1;
                (None, Some((frame.node, Segment::Index(frame.items - 1))))
            }
            (_, None) => (None, None),
        };
        let (node, before) = self.places.add(parent, key, at);
        self.repeated.extend(before.map(|before| (before, node)));
        Ok(node)
    }

    fn unexpected(&self, lexed: &Lexed) -> Fault {
        let closer = self.open.last().map_or('}', |frame| frame.bracket.close());
        let found = lexed.token.describe();
        let fault = |wanted: &str| Fault::new(lexed.at, format!("expected {wanted}, found {found}"));
        match self.expect {
            Expect::End => Fault::new(lexed.at, format!("stray {found} behind the end of the document"))
                .hint(
                    "the outermost bracket is already closed: one closer too many above, or text behind it",
                ),
            Expect::CommaOrClose => {
                fault(&format!("`,` or `{closer}`")).hint("is a comma missing before it?")
            }
            Expect::Colon => fault("`:`"),
            Expect::KeyOrClose => fault(&format!("a key or `{closer}`")),
            Expect::ValueOrClose | Expect::Value if matches!(lexed.token, Token::Word { .. }) => {
                fault("a value").hint("put text in quotes")
            }
            Expect::ValueOrClose => fault(&format!("a value or `{closer}`")),
            Expect::Value => fault("a value"),
        }
    }

    /// Whether the text may end here.
    fn ends(&self, at: Position) -> Result<(), Fault> {
        if self.expect == Expect::End {
            return Ok(());
        }
        let Some(innermost) = self.open.last() else {
            return Err(Fault::new(at, "the document is empty").hint("the smallest config is `{}`"));
        };
        let (opened, bracket, node) =
            self.suspect.unwrap_or((innermost.opened, innermost.bracket, innermost.node));
        let path = self.places.path(node);
        let whose = if path.is_empty() { "the outermost value".to_owned() } else { format!("`{path}`") };
        let more = match self.open.len() {
            1 => String::new(),
            n => format!(" (and {} around it)", n - 1),
        };
        let message = format!("the `{}` of {whose} is never closed{more}", bracket.open());
        let hint = if self.suspect.is_some() {
            format!("the indentation says that its `{}` is missing", bracket.close())
        } else {
            format!("add `{}` at line {}, column {}, the end of the text", self.closers(), at.line, at.column)
        };
        Err(Fault::new(opened, message).hint(hint))
    }

    /// What closes all that is open, the innermost first.
    pub(super) fn closers(&self) -> String {
        self.open.iter().rev().map(|frame| frame.bracket.close()).collect()
    }
}
