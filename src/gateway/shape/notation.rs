//! The reader of the notation.

use regex::Regex;
use serde_json::Value;

use super::{Form, Pattern, Property};

/// How deep a notation may nest.
const DEPTH_MAX: usize = 32;

/// Reads a shape; the error says what is wrong and at which byte.
pub(super) fn parse(notation: &str) -> Result<Form, String> {
    let mut reader = Reader { text: notation, at: 0, depth: 0 };
    let form = reader.either()?;
    reader.blank();
    if reader.at < notation.len() { Err(reader.bad("the end is expected")) } else { Ok(form) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn bad(&self, what: &str) -> String {
        format!("{what} at byte {} of the shape", self.at)
    }

    fn blank(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes a mark if it is next.
    fn takes(&mut self, mark: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    fn must(&mut self, mark: &str) -> Result<(), String> {
        if self.takes(mark) { Ok(()) } else { Err(self.bad(&format!("`{mark}` is expected"))) }
    }

    /// Takes what is next as long as its letters are of a kind.
    fn run(&mut self, of: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|letter| !of(letter)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn either(&mut self) -> Result<Form, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.bad("it nests too deep"));
        }
        let mut forms = vec![self.one()?];
        while self.takes("¦") {
            forms.push(self.one()?);
        }
        self.depth -= 1;
        Ok(if forms.len() == 1 { forms.remove(0) } else { Form::Either(forms) })
    }

    fn one(&mut self) -> Result<Form, String> {
        self.blank();
        match self.rest().chars().next() {
            Some('{') => self.object(),
            Some('[') => self.list(),
            Some('"') => self.words(),
            Some(digit) if digit.is_ascii_digit() => Ok(Form::Exactly(self.count()?.into())),
            _ => self.named(),
        }
    }

    fn object(&mut self) -> Result<Form, String> {
        self.must("{")?;
        if self.takes("*") {
            self.must(":")?;
            let form = self.either()?;
            self.must("}")?;
            return Ok(Form::Map(Box::new(form)));
        }
        let mut properties = Vec::new();
        while !self.takes("}") {
            if !properties.is_empty() {
                self.must(",")?;
            }
            self.blank();
            let name = self.run(|letter| letter.is_ascii_alphanumeric()).to_owned();
            if name.is_empty() {
                return Err(self.bad("a name is expected"));
            }
            let required = !self.takes("?");
            self.must(":")?;
            properties.push(Property { name, required, form: self.either()? });
        }
        Ok(Form::Object(properties))
    }

    fn list(&mut self) -> Result<Form, String> {
        self.must("[")?;
        let item = Box::new(self.either()?);
        self.must("]")?;
        let (mut min, mut max) = (None, None);
        if self.takes("{") {
            min = Some(self.count()?);
            self.must("..")?;
            if !self.takes("}") {
                max = Some(self.count()?);
                self.must("}")?;
            }
        }
        Ok(Form::List { item, min, max })
    }

    fn word(&mut self) -> Result<String, String> {
        self.must("\"")?;
        let word = self.run(|letter| letter != '"').to_owned();
        self.must("\"")?;
        Ok(word)
    }

    fn words(&mut self) -> Result<Form, String> {
        let mut words = vec![self.word()?];
        while self.takes("|") {
            words.push(self.word()?);
        }
        Ok(if words.len() == 1 { Form::Exactly(Value::String(words.remove(0))) } else { Form::OneOf(words) })
    }

    fn count(&mut self) -> Result<u64, String> {
        self.blank();
        self.run(|letter| letter.is_ascii_digit()).parse().map_err(|_| self.bad("a number is expected"))
    }

    fn named(&mut self) -> Result<Form, String> {
        match self.run(|letter| letter.is_ascii_alphabetic()) {
            "any" => Ok(Form::Any),
            "null" => Ok(Form::Null),
            "bool" => Ok(Form::Bool),
            "true" => Ok(Form::Exactly(true.into())),
            "false" => Ok(Form::Exactly(false.into())),
            "int" => self.number(true),
            "num" => self.number(false),
            "str" => self.string(),
            other => Err(self.bad(&format!("`{other}` is no shape"))),
        }
    }

    fn number(&mut self, whole: bool) -> Result<Form, String> {
        let (mut min, mut max) = (None, None);
        if self.takes("(") {
            loop {
                if self.takes("≥") {
                    min = Some(self.count()? as f64);
                } else {
                    self.must("≤")?;
                    max = Some(self.count()? as f64);
                }
                if self.takes(")") {
                    break;
                }
                self.must(",")?;
            }
        }
        Ok(Form::Number { whole, min, max })
    }

    fn string(&mut self) -> Result<Form, String> {
        let (mut min, mut max, mut pattern) = (None, None, None);
        if self.takes("(") {
            loop {
                if self.takes("nonempty") {
                    min = Some(1);
                } else if self.takes("max") {
                    max = Some(self.count()?);
                } else {
                    self.must("/")?;
                    pattern = Some(self.pattern()?);
                }
                if self.takes(")") {
                    break;
                }
                self.must(",")?;
            }
        }
        Ok(Form::Text { min, max, pattern })
    }

    /// A pattern goes to the slash that stands before `)` or `,`.
    fn pattern(&mut self) -> Result<Pattern, String> {
        let rest = self.rest();
        let ends = |mark: &str| rest.find(mark);
        let end = [ends("/)"), ends("/,")].into_iter().flatten().min();
        let source = end.map(|end| &rest[..end]).ok_or_else(|| self.bad("the pattern does not end"))?;
        let regex = Regex::new(&of_javascript(source)).map_err(|error| self.bad(&error.to_string()))?;
        self.at += source.len() + 1;
        Ok(Pattern { source: source.to_owned(), regex })
    }
}

/// The same pattern in the dialect of the `regex` crate: `.` and `\d` mean less in JavaScript.
fn of_javascript(source: &str) -> String {
    let (mut out, mut in_class, mut letters) = (String::new(), false, source.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('d') if in_class => out.push_str("0-9"),
                Some('d') => out.push_str("[0-9]"),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            },
            '.' if !in_class => out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            '[' if in_class => out.push_str(r"\["),
            _ => {
                in_class = (in_class || letter == '[') && letter != ']';
                out.push(letter);
            }
        }
    }
    out
}
