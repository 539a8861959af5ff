//! Shapes: what parameters must look like, in a notation of one line, and the words for what does
//! not fit.
//!
//! | notation | fits |
//! |---|---|
//! | `any` `null` `bool` `num` `int` `str` | what the name says; `1.0` is an `int` |
//! | `num(≥0)` `int(≥1,≤5000)` | numbers within bounds |
//! | `str(nonempty,max512,/^x.+/)` | texts within bounds (characters) and of a pattern |
//! | `"a"` `1` `false` | exactly this |
//! | `"a"\|"b"` | one word of a list |
//! | `A¦B` | either; words of a list told apart this way fail with other words |
//! | `[T]` `[T]{1..}` `[T]{2..12}` | lists |
//! | `{ a: T, b?: U }` | objects with these properties and no others; `?`: may be absent |
//! | `{*: T}` | objects with any properties of one shape |
//!
//! The words and their order are those of the validator that OpenClaw uses (Ajv 8, all errors),
//! since clients show them and tests compare them.

mod check;
mod notation;
mod problems;

use regex::Regex;
use serde_json::Value;

use problems::Problems;

/// What a value must look like.
#[derive(Debug, Clone)]
pub struct Shape(Form);

impl Shape {
    /// Reads the notation.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub fn parse(notation: &str) -> Result<Self, String> {
        notation::parse(notation).map(Self)
    }

    /// The validation text for a value that does not fit; `None` where it fits.
    ///
    /// The text names at most [`PROBLEMS_MAX`] problems and holds a few KiB, whatever the value.
    #[must_use]
    pub fn problems(&self, value: Option<&Value>) -> Option<String> {
        let mut problems = Problems::default();
        let fits = match value {
            Some(value) => check::check(&self.0, value, &mut String::new(), &mut problems),
            None => check::check(&self.0, &Value::Null, &mut String::new(), &mut problems),
        };
        (!fits).then(|| problems.text())
    }
}

pub use problems::PROBLEMS_MAX;

/// A shape, opened.
#[derive(Debug, Clone)]
enum Form {
    Any,
    Null,
    Bool,
    Text { min: Option<u64>, max: Option<u64>, pattern: Option<Pattern> },
    Number { whole: bool, min: Option<f64>, max: Option<f64> },
    Exactly(Value),
    OneOf(Vec<String>),
    List { item: Box<Self>, min: Option<u64>, max: Option<u64> },
    Object(Vec<Property>),
    Map(Box<Self>),
    Either(Vec<Self>),
}

/// A property of an object.
#[derive(Debug, Clone)]
struct Property {
    name: String,
    required: bool,
    form: Form,
}

/// A pattern as it is written, and as it runs.
#[derive(Debug, Clone)]
struct Pattern {
    source: String,
    regex: Regex,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notation_that_is_wrong_says_where() {
        for (notation, wanted) in [
            ("", "`` is no shape at byte 0 of the shape"),
            ("str(", "`/` is expected at byte 4 of the shape"),
            ("{ a: text }", "`text` is no shape at byte 9 of the shape"),
            ("{ a str }", "`:` is expected at byte 4 of the shape"),
            ("[str]{x..}", "a number is expected at byte 6 of the shape"),
            ("str(/[/)", "regex parse error"),
            ("bool bool", "the end is expected at byte 5 of the shape"),
            ("\"a", "`\"` is expected at byte 2 of the shape"),
        ] {
            let error = Shape::parse(notation).unwrap_err();
            assert!(error.starts_with(wanted), "{notation}: {error}");
        }
        assert!(Shape::parse(&"[".repeat(1000)).unwrap_err().starts_with("it nests too deep"));
    }

    #[test]
    fn what_is_said_is_bounded() {
        let shape = Shape::parse("{ a?: str }").unwrap();
        let many: Map = (0..100_000).map(|place| (format!("k{place}"), Value::Null)).collect();
        let text = shape.problems(Some(&Value::Object(many))).unwrap();
        assert!(text.ends_with("; at root: unexpected property 'k63'; …"), "{text}");
        let long: Map = [("k".repeat(1 << 20), Value::Null)].into_iter().collect();
        let text = shape.problems(Some(&Value::Object(long))).unwrap();
        assert!(text.len() < 600, "{}", text.len());
        let deep = Shape::parse("{*: {*: bool}}").unwrap();
        let inner: Map = (0..1000).map(|place| ("~".repeat(999) + &place.to_string(), 1.into())).collect();
        let outer: Map = [("/".repeat(9999), Value::Object(inner))].into_iter().collect();
        assert!(deep.problems(Some(&Value::Object(outer))).unwrap().len() < 9000);
    }

    type Map = serde_json::Map<String, Value>;
}
