//! JSON that came over a wire, read without surprises.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most values in one document, those in lists and objects included. A byte or two may stand for a
/// value that takes thirty and more: without a bound, a message becomes twenty times its size.
pub const VALUES_MAX: usize = 1 << 20;

/// Reads a document: every key is an ordinary key, and of equal keys the last one counts.
///
/// `serde_json`'s own reader takes the key with which it marks raw values for a command, and reads
/// the text under it as JSON, so that a sender could nest deeper than the bound allows. The bound is
/// `serde_json`'s: 128 levels.
///
/// # Errors
/// The parser's: not JSON, too deep, a number beyond a double, or half of a surrogate pair; and more
/// than [`VALUES_MAX`] values.
pub fn read(text: &str) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Plain(&Cell::new(0)).deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Adds a member where there is something to add.
pub(super) fn put<T: Into<Value>>(object: &mut Map<String, Value>, key: &str, value: Option<T>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value.into());
    }
}

/// Builds a value, key by key, and counts.
#[derive(Clone, Copy)]
struct Plain<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Plain<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > VALUES_MAX {
            return Err(D::Error::custom(format_args!("more than {VALUES_MAX} values")));
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plain<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, given: bool) -> Result<Value, E> {
        Ok(Value::Bool(given))
    }

    fn visit_u64<E: Error>(self, given: u64) -> Result<Value, E> {
        Ok(Value::Number(given.into()))
    }

    fn visit_i64<E: Error>(self, given: i64) -> Result<Value, E> {
        Ok(Value::Number(given.into()))
    }

    fn visit_f64<E: Error>(self, given: f64) -> Result<Value, E> {
        Ok(Number::from_f64(given).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, given: &str) -> Result<Value, E> {
        Ok(Value::String(given.to_owned()))
    }

    fn visit_string<E: Error>(self, given: String) -> Result<Value, E> {
        Ok(Value::String(given))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = given.next_key::<String>()? {
            let value = given.next_value_seed(self)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_a_command() {
        let text = r#"{"$serde_json::private::RawValue":"[1]","a":{"$serde_json::private::RawValue":"{"}}"#;
        assert_eq!(read(text).unwrap().to_string(), text);
    }

    #[test]
    fn a_short_text_does_not_become_a_large_value() {
        let list = |values: usize| format!("[{}0]", "0,".repeat(values - 2));
        assert!(read(&list(VALUES_MAX)).is_ok());
        let error = read(&list(VALUES_MAX + 1)).unwrap_err().to_string();
        assert!(error.starts_with("more than 1048576 values"), "{error}");
    }

    #[test]
    fn of_equal_keys_the_last_counts_and_depth_is_bounded() {
        assert_eq!(read(r#"{"a":1,"b":2,"a":3}"#).unwrap().to_string(), r#"{"a":3,"b":2}"#);
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&format!("{}{}", "[".repeat(127), "]".repeat(127))).is_ok());
        assert!(read(&format!("{}{}", "[".repeat(129), "]".repeat(129))).is_err());
        for text in ["", "{} {}", "{\"a\":1e999}", r#""\ud800""#, "nul"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
