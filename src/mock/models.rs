//! The models of a mock provider: each mock under its id, and whatever else is asked for by name.

use super::MockCase;
use crate::dialect::{Codec, ModelCard};
use crate::recording::timeline::Timeline;

/// When every model is said to be made, in seconds since 1970: the beginning of 2026.
const CREATED: u64 = 1_767_225_600;

/// Answers `GET …/models` and `GET …/models/ID`; any id is answered, as any model is spoken as.
pub(super) fn answer<'a>(
    dialect: &dyn Codec,
    path: &str,
    mocks: impl Iterator<Item = &'a MockCase>,
) -> Option<Timeline> {
    let cards: Vec<ModelCard<'_>> =
        mocks.map(|case| ModelCard { id: &case.id, owner: &case.about.provider, created: CREATED }).collect();
    let body = if path.ends_with("/models") {
        dialect.encode_models(&cards)
    } else {
        let id = unescaped(path.split_once("/models/")?.1);
        let known = cards.iter().find(|card| card.id == id).copied();
        let any = ModelCard { id: &id, owner: "provoke", created: CREATED };
        dialect.encode_model(&known.unwrap_or(any))
    };
    Some(Timeline::whole(200, "application/json", body.to_string()))
}

/// The text with its `%2F` and the like resolved; what is no escape stays.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escape =
            behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
