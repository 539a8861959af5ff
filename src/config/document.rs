//! A parsed document whose every value knows its place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::scan::{self, NodeId, Places};
use crate::problem::{Place, Problem};

/// A parsed document. It has no `Debug`: it holds secrets in the clear.
pub(super) struct Document {
    pub(super) file: String,
    pub(super) value: Value,
    pub(super) places: Places,
    /// Strings that were exactly `${NAME}`, with that name.
    pub(super) from_env: BTreeMap<NodeId, String>,
    /// Strings in which a variable could not be filled in, with its name.
    pub(super) unresolved: BTreeMap<NodeId, String>,
}

impl Document {
    /// Reads a JSON5 text.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub(super) fn parse(text: &str, file: &str) -> Result<(Self, Vec<Problem>), Problem> {
        let scanned = scan::scan(text, file)?;
        let value = parse_json5(text, file)?;
        let document = Self {
            file: file.to_owned(),
            value,
            places: scanned.places,
            from_env: BTreeMap::new(),
            unresolved: BTreeMap::new(),
        };
        Ok((document, scanned.problems))
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node { document: self, value: &self.value, id: self.places.root() }
    }

    /// The place of a value, or of its key.
    pub(super) fn place(&self, id: Option<NodeId>, of_key: bool) -> Place {
        let Some(id) = id else { return Place { file: Some(self.file.clone()), ..Place::default() } };
        let key = if of_key { self.places.key_position(id) } else { None };
        let position = key.unwrap_or_else(|| self.places.value_position(id));
        let path = self.places.path(id);
        position.place(&self.file, (!path.is_empty()).then_some(path))
    }
}

/// The parser; the scanner before it has bounded the depth.
fn parse_json5(text: &str, file: &str) -> Result<Value, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    json5::from_str(text).map_err(|error| {
        // Messages without a code may quote the text, and with it a secret.
        let what = error.code().map_or_else(|| "not JSON5".to_owned(), |code| code.to_string());
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        let place =
            error.position().map_or_else(Place::default, |at| Place::line(count(at.line), count(at.column)));
        Problem::new(what).at(place).in_file(file)
    })
}

/// A value in its document.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) document: &'a Document,
    pub(super) value: &'a Value,
    pub(super) id: Option<NodeId>,
}

impl<'a> Node<'a> {
    /// The value under a key, if this is an object that has it.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        let value = self.value.as_object()?.get(key)?;
        let id = self.id.and_then(|id| self.document.places.key(id, key));
        Some(Self { value, id, ..self })
    }

    /// The members of an object, in their order; none of anything else.
    pub(super) fn members(self) -> impl Iterator<Item = (&'a str, Self)> {
        let keys = self.value.as_object().into_iter().flat_map(|object| object.keys());
        keys.filter_map(move |key| Some((key.as_str(), self.get(key)?)))
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.map(move |(index, value)| {
            let id = self.id.and_then(|id| self.document.places.index(id, index));
            Self { value, id, ..self }
        })
    }

    pub(super) fn text(self) -> Option<&'a str> {
        self.value.as_str()
    }

    pub(super) fn flag(self, key: &str) -> Option<bool> {
        self.get(key)?.value.as_bool()
    }

    /// A whole number that is not negative, also when written as `8192.0`.
    pub(super) fn count(self, key: &str) -> Option<u64> {
        whole(self.get(key)?.value)
    }

    /// The text under a key, trimmed; `None` when it is empty or not filled in.
    pub(super) fn filled(self, key: &str) -> Option<&'a str> {
        let node = self.get(key)?;
        node.text().map(str::trim).filter(|text| !text.is_empty() && node.unresolved().is_none())
    }

    /// The variable that this string needs and that is not set.
    pub(super) fn unresolved(self) -> Option<&'a str> {
        self.document.unresolved.get(&self.id?).map(String::as_str)
    }

    /// The variable that this string was, when it was nothing but `${NAME}`.
    pub(super) fn whole_variable(self) -> Option<&'a str> {
        self.document.from_env.get(&self.id?).map(String::as_str)
    }

    /// Where the value stands.
    pub(super) fn place(self) -> Place {
        self.document.place(self.id, false)
    }

    /// Where the value's key stands, or the value if it has none.
    pub(super) fn key_place(self) -> Place {
        self.document.place(self.id, true)
    }
}

/// A number as a whole one, if it is whole and not negative.
pub(super) fn whole(value: &Value) -> Option<u64> {
    if let Some(whole) = value.as_u64() {
        return Some(whole);
    }
    let number = value.as_f64()?;
    let fits = (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and in range"
    )]
    fits.then_some(number as u64)
}

/// The kind of a value, as messages name it.
pub(super) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null or a number that is not finite",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
