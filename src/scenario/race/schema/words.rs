//! Parts of the form that can be written in more ways than one.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::super::compile::millis;
use super::{ActorMap, Entry, Grant, ViaWord};
use crate::gateway::scope;

/// What a device may do, in one role or in several.
#[derive(Debug, Clone)]
pub struct Grants(pub Vec<Grant>);

/// A list of scopes, or `all` for the six of an operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(pub Vec<String>);

/// Somebody who acts: a list of acts over an open connection, or a mapping that says how they are done.
#[derive(Debug, Clone)]
pub struct Actor(pub ActorMap);

/// A mapping that keeps the order in which it is written.
#[derive(Debug, Clone)]
pub struct Ordered<T>(pub Vec<(String, Spanned<T>)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Mapping<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Mapping<T> {
            type Value = Ordered<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Mapping(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Grants {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Grants;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping with `scopes`, or a list of such")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Grants, A::Error> {
                Ok(Grants(vec![Grant::deserialize(MapAccessDeserializer::new(map))?]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Grants, A::Error> {
                Ok(Grants(Vec::deserialize(SeqAccessDeserializer::new(list))?))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Script;
        impl<'de> Visitor<'de> for Script {
            type Value = Actor;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of acts, or a mapping with `does`")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Actor, A::Error> {
                Ok(Actor(ActorMap::deserialize(MapAccessDeserializer::new(map))?))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Actor, A::Error> {
                let does = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(Actor(ActorMap { via: ViaWord::Socket, gateway: None, does }))
            }
        }
        deserializer.deserialize_any(Script)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListOrAll;
        impl<'de> Visitor<'de> for ListOrAll {
            type Value = Scopes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of scopes, or `all`")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<Scopes, E> {
                match word {
                    "all" => Ok(Scopes(scope::OPERATOR.iter().map(|scope| (*scope).to_owned()).collect())),
                    other => Err(E::unknown_variant(other, &["all"])),
                }
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Scopes, A::Error> {
                Ok(Scopes(Vec::deserialize(SeqAccessDeserializer::new(list))?))
            }
        }
        deserializer.deserialize_any(ListOrAll)
    }
}

/// A duration with a direction, as files write it: `1h`, `-90s`. Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedSpan(pub i64);

impl<'de> Deserialize<'de> for SignedSpan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = SignedSpan;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration such as `1h` or `-90s`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<SignedSpan, E> {
                let text = text.trim();
                let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
                let span = crate::scalar::parse_span(rest).map_err(E::custom)?;
                Ok(SignedSpan(sign * i64::try_from(millis(span)).unwrap_or(i64::MAX)))
            }
        }
        deserializer.deserialize_str(Words)
    }
}

macro_rules! schema_of {
    ($type:ty, $name:literal, |$generator:ident| $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

schema_of!(SignedSpan, "SignedDuration", |_generator| json_schema!({
    "type": "string",
    "description": "A duration with a direction, such as 1h or -90s.",
    "pattern": r"^\s*-?[0-9]+(\.[0-9]+)?\s*(ms|s|m|h)\s*$"
}));
schema_of!(Scopes, "Scopes", |_generator| json_schema!({
    "description": "A list of scopes, or `all` for the six of an operator.",
    "oneOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}]
}));
schema_of!(Grants, "Grants", |generator| {
    let one = generator.subschema_for::<Grant>();
    json_schema!({
        "description": "What a device may do, in one role or in several.",
        "oneOf": [one.clone(), {"type": "array", "items": one}]
    })
});
schema_of!(Actor, "Actor", |generator| {
    let (act, how) = (generator.subschema_for::<Entry>(), generator.subschema_for::<ActorMap>());
    json_schema!({
        "description": "A list of acts over an open connection, or a mapping that says how they are done.",
        "oneOf": [{"type": "array", "items": act}, how]
    })
});
