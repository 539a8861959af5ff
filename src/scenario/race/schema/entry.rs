//! One entry of a script, with every likely slip kept in its place, so that it can be told what was meant.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::problem::nearest;

use super::{Act, ApproveWord, ViaWord};

/// An act, or a slip of the pen.
#[derive(Debug, Clone)]
pub struct Entry(pub Result<Act, Slip>);

/// What is wrong with an entry.
#[derive(Debug, Clone)]
pub enum Slip {
    /// No act is called so; `None`: at the place of the entry.
    Unknown(String, Option<Spanned<()>>),
    /// An act that needs more than its name.
    Alone(&'static str),
    /// An act that needs a mapping, and was given a word.
    Word(&'static str, Spanned<()>),
    /// `list`, and something after it.
    After(Spanned<()>),
    /// A second key.
    Second(&'static str, Spanned<String>),
    /// Neither a word nor a mapping.
    Strange,
}

/// The acts by name, each as it is written.
pub const FORMS: [(&str, &str); 10] = [
    ("connect", "connect: { device: laptop, scopes: [operator.read] }"),
    ("list", "list"),
    ("approve", "approve: shown"),
    ("reject", "reject: shown"),
    ("remove", "remove: laptop"),
    ("rotate", "rotate: { device: laptop }"),
    ("revoke", "revoke: { device: laptop }"),
    ("kill", "kill: 0"),
    ("wait", "wait: 300s"),
    ("step-clock", "step-clock: -1h"),
];

/// How an act is written.
#[must_use]
pub fn form(name: &str) -> &'static str {
    FORMS.iter().find(|(known, _)| *known == name).map_or("list", |(_, form)| form)
}

/// The name of an act, if there is such.
fn known(word: &str) -> Option<&'static str> {
    FORMS.iter().map(|(name, _)| *name).find(|name| *name == word)
}

/// A part that is a mapping, or the word that stands in its place.
struct Form<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Form<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MappingOrWord<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for MappingOrWord<T> {
            type Value = Form<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Form<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|whole| Form(Some(whole)))
            }
            fn visit_str<E: de::Error>(self, _: &str) -> Result<Form<T>, E> {
                Ok(Form(None))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Form<T>, E> {
                Ok(Form(None))
            }
        }
        deserializer.deserialize_any(MappingOrWord(PhantomData))
    }
}

/// The place of something.
fn place<T>(at: &Spanned<T>) -> Spanned<()> {
    Spanned::new((), at.referenced, at.defined)
}

/// The value of an act that is a mapping.
fn whole<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    name: &'static str,
    make: fn(T) -> Act,
) -> Result<Result<Act, Slip>, A::Error> {
    let value: Spanned<Form<T>> = map.next_value()?;
    let at = place(&value);
    Ok(value.value.0.map(make).ok_or(Slip::Word(name, at)))
}

/// The value of an act, by its name.
fn value<'de, A: MapAccess<'de>>(map: &mut A, name: &'static str) -> Result<Result<Act, Slip>, A::Error> {
    Ok(match name {
        "connect" => return whole(map, name, |connect| Act::Connect(Box::new(connect))),
        "rotate" => return whole(map, name, Act::Rotate),
        "revoke" => return whole(map, name, Act::Revoke),
        "approve" => Ok(Act::Approve(map.next_value()?)),
        "reject" => Ok(Act::Reject(map.next_value()?)),
        "remove" => Ok(Act::Remove(map.next_value()?)),
        "kill" => Ok(Act::Kill(map.next_value()?)),
        "wait" => Ok(Act::Wait(map.next_value()?)),
        "step-clock" => Ok(Act::StepClock(map.next_value()?)),
        _ => {
            let after: Spanned<Option<IgnoredAny>> = map.next_value()?;
            if after.value.is_none() { Ok(Act::List) } else { Err(Slip::After(place(&after))) }
        }
    })
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrMapping;
        impl<'de> Visitor<'de> for WordOrMapping {
            type Value = Entry;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an act, such as `list` or `approve: shown`")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<Entry, E> {
                Ok(Entry(match known(word) {
                    Some("list") => Ok(Act::List),
                    Some(name) => Err(Slip::Alone(name)),
                    None => Err(Slip::Unknown(word.to_owned(), None)),
                }))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
                let Some(key) = map.next_key::<Spanned<String>>()? else {
                    return Ok(Entry(Err(Slip::Strange)));
                };
                let Some(name) = known(&key.value) else {
                    let at = place(&key);
                    drain(&mut map)?;
                    return Ok(Entry(Err(Slip::Unknown(key.value, Some(at)))));
                };
                let mut act = value(&mut map, name)?;
                if let Some(second) = map.next_key::<Spanned<String>>()? {
                    act = Err(Slip::Second(name, second));
                    drain(&mut map)?;
                }
                Ok(Entry(act))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Entry, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Entry(Err(Slip::Strange)))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Entry, E> {
                Ok(Entry(Err(Slip::Strange)))
            }
        }
        deserializer.deserialize_any(WordOrMapping)
    }
}

/// Passes over what is left of a mapping, beginning with the value of a key that was read.
fn drain<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>()?;
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// A word, or a mapping of one key whose value is a name.
trait Choice: Sized {
    /// What it is, in a few words.
    const WHAT: &'static str;
    /// All words and keys.
    const KNOWN: &'static [&'static str];
    /// How one with a name is written.
    const FORM: &'static str;

    /// A word alone.
    fn word(word: &str) -> Option<Self>;

    /// A key with a name.
    fn named(key: &str, name: Spanned<String>) -> Option<Self>;
}

struct Chosen<T>(PhantomData<T>);

impl<'de, T: Choice> Visitor<'de> for Chosen<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, such as `{}`", T::WHAT, T::FORM)
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<T, E> {
        T::word(word).ok_or_else(|| {
            if T::KNOWN.contains(&word) {
                E::custom(format!("`{word}` needs a name: write it as `{}`", T::FORM))
            } else {
                // By its own words it keeps its place.
                let known = nearest(word, T::KNOWN.iter().copied());
                let known = known.map_or_else(
                    || format!("known here: {}", T::KNOWN.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                E::custom(format!("`{}` is not {}: {known}", word.escape_debug(), T::WHAT))
            }
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let form = || de::Error::custom(format!("one key with a name is the whole here: `{}`", T::FORM));
        let key: String = map.next_key()?.ok_or_else(form)?;
        if !T::KNOWN.contains(&key.as_str()) {
            return Err(de::Error::unknown_variant(&key, T::KNOWN));
        }
        if T::word(&key).is_some() {
            return Err(de::Error::custom(format!("`{key}` stands alone, without anything after it")));
        }
        let chosen = T::named(&key, map.next_value()?).ok_or_else(form)?;
        if map.next_key::<IgnoredAny>()?.is_some() { Err(form()) } else { Ok(chosen) }
    }
}

macro_rules! choice {
    ($type:ty, $what:literal, $form:literal, words: [$($word:literal => $plain:expr),*], named: [$($key:literal => $make:expr),*]) => {
        impl Choice for $type {
            const WHAT: &'static str = $what;
            const KNOWN: &'static [&'static str] = &[$($word,)* $($key),*];
            const FORM: &'static str = $form;

            fn word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some($plain),)*
                    _ => None,
                }
            }

            fn named(key: &str, name: Spanned<String>) -> Option<Self> {
                match key {
                    $($key => Some($make(name)),)*
                    _ => None,
                }
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Chosen(PhantomData))
            }
        }
    };
}

choice!(ViaWord, "a way to the gateway", "via: { cli: laptop }",
    words: ["socket" => Self::Socket, "files" => Self::Files], named: ["cli" => Self::Cli]);
choice!(ApproveWord, "a request to approve", "approve: { device: laptop }",
    words: ["shown" => Self::Shown, "heard" => Self::Heard], named: ["id" => Self::Id, "device" => Self::Device]);

impl JsonSchema for Entry {
    fn schema_name() -> Cow<'static, str> {
        "Act".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Act::json_schema(generator)
    }
}
