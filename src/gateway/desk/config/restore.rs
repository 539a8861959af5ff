//! Puts back what a caller was not shown.

use serde_json::{Map, Value};

use super::merge::id_of;
use super::redact::MARK;

/// The value with every mark replaced by what stands in its place in the file.
///
/// `current` is the file's value, `shown` is the same as it was shown. Items of a list are found
/// by their `id`, else as the item that was shown like this one, else, if there are as many items
/// as before, by their place.
///
/// # Errors
/// The path of a mark in whose place the file holds nothing.
pub fn restore(sent: &Value, current: &Value, shown: &Value) -> Result<Value, String> {
    value(sent, Some(Seen { current, shown }), "")
}

/// A value of the file, and what was shown of it.
#[derive(Clone, Copy)]
struct Seen<'a> {
    current: &'a Value,
    shown: &'a Value,
}

/// Recursion is bounded by the depth that the scanner of configs allows.
fn value(sent: &Value, seen: Option<Seen<'_>>, path: &str) -> Result<Value, String> {
    match sent {
        Value::String(text) if text == MARK => match seen {
            Some(seen) if seen.shown == MARK => Ok(seen.current.clone()),
            _ => Err(path.to_owned()),
        },
        Value::Object(map) => object(map, seen, path),
        Value::Array(items) => list(items, seen, path),
        _ => Ok(sent.clone()),
    }
}

fn object(sent: &Map<String, Value>, seen: Option<Seen<'_>>, path: &str) -> Result<Value, String> {
    let known = seen.and_then(|seen| Some((seen.current.as_object()?, seen.shown.as_object()?)));
    let mut restored = Map::new();
    for (key, sent) in sent {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        // What was shown has the members of the file, in their order.
        let at = known.and_then(|(_, shown)| shown.keys().position(|name| name == key));
        let member = at.and_then(|at| {
            let (current, shown) = known?;
            let (name, current) = current.iter().nth(at)?;
            Some((name, Seen { current, shown: shown.values().nth(at)? }))
        });
        if key.starts_with(MARK) && member.is_none() {
            return Err(path);
        }
        let name = member.map_or(key, |(name, _)| name);
        restored.insert(name.clone(), value(sent, member.map(|(_, seen)| seen), &path)?);
    }
    Ok(Value::Object(restored))
}

fn list(sent: &[Value], seen: Option<Seen<'_>>, path: &str) -> Result<Value, String> {
    let known = seen.and_then(|seen| Some((seen.current.as_array()?, seen.shown.as_array()?)));
    let known: Vec<Seen<'_>> = known.map_or_else(Vec::new, |(current, shown)| {
        current.iter().zip(shown).map(|(current, shown)| Seen { current, shown }).collect()
    });
    // As many items as there are: one that was changed is still the one in its place. Otherwise
    // its place says nothing, and the secret of another item must not get into it.
    let same_length = sent.len() == known.len();
    let mut taken = vec![false; known.len()];
    let mut restored = Vec::with_capacity(sent.len());
    for (index, item) in sent.iter().enumerate() {
        let in_place = known.get(index).filter(|_| same_length);
        let is_own = |seen: &&Seen<'_>| seen.shown == item || is_same_id(item, seen);
        let at = in_place
            .filter(is_own)
            .map(|_| index)
            .or_else(|| known.iter().position(|seen| is_same_id(item, seen)))
            .or_else(|| known.iter().zip(&taken).position(|(seen, taken)| !taken && seen.shown == item))
            .or_else(|| in_place.filter(|_| id_of(item).is_none()).map(|_| index));
        if let Some(at) = at {
            taken[at] = true;
        }
        restored.push(value(item, at.map(|at| known[at]), &format!("{path}[{index}]"))?);
    }
    Ok(Value::Array(restored))
}

fn is_same_id(item: &Value, seen: &Seen<'_>) -> bool {
    let id = id_of(item).filter(|id| *id != MARK);
    id.is_some() && id_of(seen.shown) == id
}
