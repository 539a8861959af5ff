//! JSON that came over a wire, read without surprises.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a document: every key is an ordinary key, and of equal keys the last one counts.
///
/// `serde_json`'s own reader takes the key with which it marks raw values for a command, and reads
/// the text under it as JSON, so that a sender could nest deeper than the bound allows. The bound is
/// `serde_json`'s: 128 levels.
///
/// # Errors
/// The parser's: not JSON, too deep, a number beyond a double, or half of a surrogate pair.
pub fn read(text: &str) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = reader.deserialize_any(Plain)?;
    reader.end()?;
    Ok(value)
}

/// Builds a value, key by key.
struct Plain;

impl<'de> DeserializeSeed<'de> for Plain {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plain {
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
        while let Some(item) = seq.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = given.next_key::<String>()? {
            let value = given.next_value_seed(Self)?;
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
