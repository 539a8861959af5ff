//! What of a config may not be shown.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::recording::Redactor;

use super::names::{
    Place, is_reference, is_secret_flag, is_secret_pair, is_variable, place_of, secrets_of, variables,
};

/// What stands in a secret's place. Sent back, it means: as it is.
pub const MARK: &str = "__OPENCLAW_REDACTED__";

/// A secret found by its place is looked for in all other places, if it is at least this long, in
/// bytes: shorter ones are common words.
const SOUGHT_FROM: usize = 6;

/// The same for the values of headers, many of which are no secrets.
const HEADER_SOUGHT_FROM: usize = 12;

/// The config as it may be shown, and whether anything was hidden.
///
/// Three things are hidden: what stands in a secret's place, by the name of its key; what equals or
/// holds a secret known from such a place, from `known` or from a variable; and what has a secret's
/// shape. The shape of the whole stays, so that what is sent back can be put back.
#[must_use]
pub fn redact(
    config: &Value,
    env: &BTreeMap<String, String>,
    redactor: &Redactor,
    known: &[String],
) -> (Value, bool) {
    let redactor = knowing(config, env, redactor, known);
    let mut second = Walk { redactor: &redactor, env, found: BTreeSet::new(), hidden: false };
    let shown = second.value(config, Place::Open);
    (shown, second.hidden)
}

/// The redactor that knows all that [`redact`] would look for.
pub(super) fn knowing(
    config: &Value,
    env: &BTreeMap<String, String>,
    redactor: &Redactor,
    known: &[String],
) -> Redactor {
    let mut walk = Walk { redactor, env, found: known.iter().cloned().collect(), hidden: false };
    let _ = walk.value(config, Place::Open);
    walk.found.extend(secrets_of(env, SOUGHT_FROM));
    redactor.knowing(walk.found)
}

struct Walk<'a> {
    redactor: &'a Redactor,
    env: &'a BTreeMap<String, String>,
    /// Secrets found by their place.
    found: BTreeSet<String>,
    hidden: bool,
}

impl Walk<'_> {
    /// Recursion is bounded by the depth that the scanner of configs allows.
    fn value(&mut self, value: &Value, place: Place) -> Value {
        match value {
            Value::Object(map) => self.object(map, place),
            Value::Array(items) => self.list(items, place),
            Value::String(text) => self.text(text, place),
            Value::Number(number) => {
                let text = number.to_string();
                if place == Place::Secret || self.redactor.text(&text) != text {
                    self.hide(&text, place)
                } else {
                    value.clone()
                }
            }
            Value::Bool(_) | Value::Null => value.clone(),
        }
    }

    /// A list may be a command line, in which a secret follows its flag.
    fn list(&mut self, items: &[Value], place: Place) -> Value {
        let flag = |at: usize| at.checked_sub(1).and_then(|before| items[before].as_str());
        let place_of_item = |at| if flag(at).is_some_and(is_secret_flag) { Place::Secret } else { place };
        items.iter().enumerate().map(|(at, item)| self.value(item, place_of_item(at))).collect()
    }

    fn object(&mut self, map: &Map<String, Value>, place: Place) -> Value {
        let (reference, pair) = (is_reference(map), is_secret_pair(map));
        let mut shown = Map::new();
        for (index, (key, value)) in map.iter().enumerate() {
            let below = match key.as_str() {
                "id" if reference => {
                    shown.insert(key.clone(), self.reference_id(map, value));
                    continue;
                }
                "source" | "provider" if reference => Place::Open,
                "value" if pair => Place::Secret,
                _ => place_of(key, value, place),
            };
            let value = self.value(value, below);
            // A key may be a secret that somebody put into the wrong place.
            if self.redactor.text(key) == key.as_str() {
                shown.insert(key.clone(), value);
            } else {
                self.hidden = true;
                shown.insert(format!("{MARK}{index}"), value);
            }
        }
        Value::Object(shown)
    }

    /// The id of a reference is shown where it is the name of a variable; elsewhere it may be
    /// anything.
    fn reference_id(&mut self, map: &Map<String, Value>, id: &Value) -> Value {
        match id.as_str() {
            Some(id) if map["source"] == "env" && is_variable(id) => self.text(id, Place::Open),
            Some(_) => {
                self.hidden = true;
                Value::from(MARK)
            }
            None => self.value(id, Place::Secret),
        }
    }

    fn text(&mut self, text: &str, place: Place) -> Value {
        let variables = variables(text);
        if variables.len() == 1 && text == format!("${{{}}}", variables[0]) {
            if place == Place::Secret {
                self.found
                    .extend(self.env.get(variables[0]).filter(|value| value.len() >= SOUGHT_FROM).cloned());
            }
            return text.into();
        }
        let by_place = matches!(place, Place::Secret | Place::Headers) && !text.trim().is_empty();
        let in_query = || text.contains("://") && self.redactor.path(text) != text;
        if by_place || self.redactor.text(text) != text || in_query() {
            self.hide(text, place)
        } else {
            text.into()
        }
    }

    fn hide(&mut self, secret: &str, place: Place) -> Value {
        self.hidden = true;
        let from = if place == Place::Headers { HEADER_SOUGHT_FROM } else { SOUGHT_FROM };
        if matches!(place, Place::Secret | Place::Headers) && secret.trim().len() >= from && secret != MARK {
            self.found.insert(secret.trim().to_owned());
            // Of `Bearer …` what follows is the secret.
            let last = secret.split_whitespace().next_back().filter(|last| last.len() >= from);
            self.found.extend(last.map(str::to_owned));
        }
        Value::from(MARK)
    }
}
