//! JSON5 text to tokens: strings, words, numbers and punctuation.

use super::cursor::{Cursor, Position, is_line_end, is_space};

/// `{}` or `[]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Brace,
    Square,
}

impl Bracket {
    pub(super) const fn open(self) -> char {
        match self {
            Self::Brace => '{',
            Self::Square => '[',
        }
    }

    pub(super) const fn close(self) -> char {
        match self {
            Self::Brace => '}',
            Self::Square => ']',
        }
    }
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open(Bracket),
    Close(Bracket),
    Colon,
    Comma,
    /// A quoted string, decoded.
    Text(String),
    /// A bare word, decoded; `plain` when it was written without escapes.
    Word {
        text: String,
        plain: bool,
    },
    Number,
}

impl Token {
    /// How a message names it. What a string says stays out: it may be a secret.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Open(bracket) => format!("`{}`", bracket.open()),
            Self::Close(bracket) => format!("`{}`", bracket.close()),
            Self::Colon => "`:`".into(),
            Self::Comma => "`,`".into(),
            Self::Text(_) => "a string".into(),
            Self::Word { .. } => "a bare word".into(),
            Self::Number => "a number".into(),
        }
    }
}

/// A token and where it stands.
#[derive(Debug)]
pub(super) struct Lexed {
    pub(super) token: Token,
    pub(super) at: Position,
    /// The column at which its line's first token stands.
    pub(super) indent: u32,
    /// Whether it is its line's first token.
    pub(super) first: bool,
}

/// Why a text cannot be read on from a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) at: Position,
    pub(super) hint: Option<String>,
}

impl Fault {
    pub(super) fn new(at: Position, message: impl Into<String>) -> Self {
        Self { message: message.into(), at, hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Cuts a text into tokens.
pub(super) struct Lexer<'a> {
    cursor: Cursor<'a>,
    line: u32,
    indent: u32,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { cursor: Cursor::new(text), line: 0, indent: 1 }
    }

    /// Where the text not yet read begins.
    pub(super) const fn at(&self) -> Position {
        self.cursor.at()
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Lexed>, Fault> {
        self.skip()?;
        let at = self.cursor.at();
        let Some(c) = self.cursor.peek() else { return Ok(None) };
        let first = at.line != self.line;
        if first {
            self.line = at.line;
            self.indent = at.column;
        }
        let token = self.token(c, at)?;
        Ok(Some(Lexed { token, at, indent: self.indent, first }))
    }

    fn token(&mut self, c: char, at: Position) -> Result<Token, Fault> {
        let mark = match c {
            '{' => Some(Token::Open(Bracket::Brace)),
            '[' => Some(Token::Open(Bracket::Square)),
            '}' => Some(Token::Close(Bracket::Brace)),
            ']' => Some(Token::Close(Bracket::Square)),
            ':' => Some(Token::Colon),
            ',' => Some(Token::Comma),
            _ => None,
        };
        if let Some(mark) = mark {
            self.cursor.next();
            return Ok(mark);
        }
        match c {
            '"' | '\'' => self.text(c, at).map(Token::Text),
            '+' | '-' | '.' | '0'..='9' => self.number(at),
            '“' | '”' | '„' | '‘' | '’' | '«' | '»' => {
                Err(Fault::new(at, format!("typographic quote `{c}`"))
                    .hint("replace it by a plain quote; a chat or a word processor changed it"))
            }
            c if is_word(c) || c == '\\' => self.word(at),
            c => Err(Fault::new(at, format!("stray character `{}`", c.escape_default()))),
        }
    }

    /// Skips white space and comments.
    fn skip(&mut self) -> Result<(), Fault> {
        loop {
            self.cursor.take_while(is_space);
            let at = self.cursor.at();
            if self.cursor.rest().starts_with("//") {
                self.cursor.take_while(|c| !is_line_end(c));
            } else if self.cursor.rest().starts_with("/*") {
                self.cursor.next();
                self.cursor.next();
                self.comment(at)?;
            } else if self.cursor.peek() == Some('/') {
                return Err(Fault::new(at, "stray character `/`"));
            } else {
                return Ok(());
            }
        }
    }

    fn comment(&mut self, at: Position) -> Result<(), Fault> {
        while let Some(c) = self.cursor.next() {
            if c == '*' && self.cursor.take('/') {
                return Ok(());
            }
        }
        Err(Fault::new(at, "this comment is never closed").hint("end it with `*/`"))
    }

    fn text(&mut self, quote: char, at: Position) -> Result<String, Fault> {
        self.cursor.next();
        let mut text = String::new();
        loop {
            let here = self.cursor.at();
            match self.cursor.next() {
                None | Some('\n' | '\r') => {
                    return Err(Fault::new(at, "this string is never closed")
                        .hint(format!("end it with `{quote}` before the line ends")));
                }
                Some('\\') => text.extend(self.escape(here)?),
                Some(c) if c == quote => return Ok(text),
                Some(c) => text.push(c),
            }
        }
    }

    /// What stands behind a backslash in a string; nothing for a continued line.
    fn escape(&mut self, at: Position) -> Result<Option<char>, Fault> {
        let bad = || Fault::new(at, "invalid escape sequence");
        let c = self.cursor.next().ok_or_else(bad)?;
        Ok(Some(match c {
            '\r' => {
                self.cursor.take('\n');
                return Ok(None);
            }
            c if is_line_end(c) => return Ok(None),
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            '0' if self.cursor.peek().is_some_and(|c| c.is_ascii_digit()) => return Err(bad()),
            '0' => '\0',
            '1'..='9' => return Err(bad()),
            'x' => self.hex(2).and_then(char::from_u32).ok_or_else(bad)?,
            'u' => self.unicode().ok_or_else(bad)?,
            c => c,
        }))
    }

    /// The four digits behind `\u`, and the second half of a surrogate pair.
    fn unicode(&mut self) -> Option<char> {
        let high = self.hex(4)?;
        if let Some(c) = char::from_u32(high) {
            return Some(c);
        }
        let paired = self.cursor.take('\\') && self.cursor.take('u');
        let low = if paired { self.hex(4)? } else { return None };
        let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
        char::decode_utf16(units).next()?.ok()
    }

    fn hex(&mut self, digits: u32) -> Option<u32> {
        (0..digits).try_fold(0, |value, _| Some(value * 16 + self.cursor.next()?.to_digit(16)?))
    }

    /// A bare word. Letters beyond ASCII all pass here: the parser knows their classes.
    fn word(&mut self, at: Position) -> Result<Token, Fault> {
        let (mut text, mut plain) = (String::new(), true);
        loop {
            text.push_str(self.cursor.take_while(|c| is_word(c) || (c.is_ascii_digit())));
            if !self.cursor.take('\\') {
                return Ok(Token::Word { text, plain });
            }
            let c = self.cursor.take('u').then(|| self.unicode()).flatten();
            let fits = |c: &char| is_word(*c) || (c.is_ascii_digit() && !text.is_empty());
            text.push(c.filter(fits).ok_or_else(|| Fault::new(at, "invalid escape in a bare word"))?);
            plain = false;
        }
    }

    fn number(&mut self, at: Position) -> Result<Token, Fault> {
        let bad = || Fault::new(at, "not a number");
        let negative = self.cursor.peek() == Some('-');
        let mut written = String::new();
        if let Some(sign @ ('+' | '-')) = self.cursor.peek() {
            self.cursor.next();
            written.push(sign);
        }
        let rest = self.cursor.rest();
        if rest.starts_with("0x") || rest.starts_with("0X") {
            self.cursor.next();
            self.cursor.next();
            let digits = self.cursor.take_while(|c| c.is_ascii_hexdigit());
            return if hex_fits(digits, negative) { Ok(Token::Number) } else { Err(bad()) };
        }
        if let Some(word) = ["Infinity", "NaN"].into_iter().find(|word| rest.starts_with(word)) {
            for _ in word.chars() {
                self.cursor.next();
            }
            return Ok(Token::Number);
        }
        if self.cursor.take('0') {
            match self.cursor.peek() {
                Some('.' | 'e' | 'E') => written.push('0'),
                Some('0'..='9') => return Err(bad().hint("write it without the leading zero")),
                _ => return Ok(Token::Number),
            }
        }
        written.push_str(self.cursor.take_while(|c| matches!(c, '+' | '-' | '.' | 'e' | 'E' | '0'..='9')));
        if written.parse::<f64>().is_ok() { Ok(Token::Number) } else { Err(bad()) }
    }
}

/// Whether the parser has room for hexadecimal digits: 128 bits, one of them the sign.
fn hex_fits(digits: &str, negative: bool) -> bool {
    match u128::from_str_radix(digits, 16) {
        Ok(value) => !negative || value <= 1 << 127,
        Err(_) => false,
    }
}

/// Whether a character may begin a bare word, or (if not ASCII) stand in one.
const fn is_word(c: char) -> bool {
    matches!(c, '$' | '_' | 'a'..='z' | 'A'..='Z') || (!c.is_ascii() && !is_space(c))
}
