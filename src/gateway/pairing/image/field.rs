//! Reading the fields of a JSON object: what is missing is missing, what is wrong is named with its place.

use serde_json::{Map, Value};

use super::Unreadable;

/// Reads a file that is one JSON object.
pub(in crate::gateway) fn object(file: &'static str, bytes: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    if bytes.is_empty() {
        let what = "the file is empty; `{}` would mean that nobody is there".to_owned();
        return Err(Unreadable { file, place: String::new(), what });
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Unreadable { file, place: String::new(), what: "must be an object".to_owned() }),
        Err(error) => {
            let place = format!(":{}:{}", error.line(), error.column());
            // The parser's words may quote the file; its category may not.
            let what = match error.classify() {
                serde_json::error::Category::Eof => "the JSON ends too early",
                _ => "this is no JSON",
            };
            Err(Unreadable { file, place, what: what.to_owned() })
        }
    }
}

/// An object in another one, with its place.
pub(in crate::gateway) type Inner = (String, Map<String, Value>);

/// An object while its fields are taken out; what is left means nothing here.
pub(in crate::gateway) struct Fields {
    file: &'static str,
    place: String,
    map: Map<String, Value>,
}

impl Fields {
    /// The object at a place, such as `/ab12/tokens`.
    pub(in crate::gateway) fn new(
        file: &'static str,
        place: String,
        value: Value,
    ) -> Result<Self, Unreadable> {
        match value {
            Value::Object(map) => Ok(Self { file, place, map }),
            _ => {
                Err(Unreadable { file, place: format!(" at {place}"), what: "must be an object".to_owned() })
            }
        }
    }

    fn wrong(&self, name: &str, what: &str) -> Unreadable {
        let place = format!(" at {}/{name}", self.place);
        Unreadable { file: self.file, place, what: format!("must be {what}") }
    }

    pub(in crate::gateway) fn text(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        match self.map.shift_remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "text")),
        }
    }

    pub(in crate::gateway) fn needed(&mut self, name: &str) -> Result<String, Unreadable> {
        self.text(name)?.ok_or_else(|| self.wrong(name, "text"))
    }

    pub(in crate::gateway) fn list(&mut self, name: &str) -> Result<Option<Vec<String>>, Unreadable> {
        let Some(value) = self.map.shift_remove(name).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let Value::Array(items) = value else { return Err(self.wrong(name, "a list of texts")) };
        let mut texts = Vec::new();
        for item in items {
            let Value::String(text) = item else { return Err(self.wrong(name, "a list of texts")) };
            super::super::bootstrap::add(&mut texts, &[text]);
        }
        Ok(Some(texts))
    }

    /// Milliseconds; other writers may leave a fraction.
    pub(in crate::gateway) fn moment(&mut self, name: &str) -> Result<Option<u64>, Unreadable> {
        match self.map.shift_remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => match (number.as_u64(), number.as_f64()) {
                (Some(ms), _) => Ok(Some(ms)),
                // Saturates: a moment before 1970 is none.
                (None, Some(ms)) => Ok(Some(ms as u64)),
                (None, None) => Err(self.wrong(name, "a number")),
            },
            Some(_) => Err(self.wrong(name, "a number")),
        }
    }

    pub(in crate::gateway) fn flag(&mut self, name: &str) -> Result<bool, Unreadable> {
        match self.map.shift_remove(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.wrong(name, "true or false")),
        }
    }

    /// An object in this one.
    pub(in crate::gateway) fn inner(&mut self, name: &str) -> Result<Option<Inner>, Unreadable> {
        match self.map.shift_remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Ok(Some((format!("{}/{name}", self.place), map))),
            Some(_) => Err(self.wrong(name, "an object")),
        }
    }

    /// Whatever nobody asked for.
    pub(in crate::gateway) fn rest(self) -> Map<String, Value> {
        self.map
    }
}

/// As OpenClaw writes: two spaces, no newline at the end.
pub(crate) fn pretty(map: Map<String, Value>) -> String {
    serde_json::to_string_pretty(&Value::Object(map)).expect("a JSON value is JSON")
}
