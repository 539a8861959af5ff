//! Merge patches (RFC 7396), with one addition of OpenClaw's: lists of objects merge by `id`.

use serde_json::{Map, Value};

/// The value with the patch applied. `null` removes a member. Recursion is bounded by the depth
/// that the scanner of configs allows.
pub(super) fn merge(base: Option<Value>, patch: &Value) -> Value {
    match patch {
        Value::Object(patch) => {
            let mut merged = match base {
                Some(Value::Object(base)) => base,
                _ => Map::new(),
            };
            for (key, value) in patch {
                if value.is_null() {
                    merged.shift_remove(key);
                } else {
                    let next = merge(merged.get(key).cloned(), value);
                    merged.insert(key.clone(), next);
                }
            }
            Value::Object(merged)
        }
        Value::Array(patch) => match base {
            Some(Value::Array(base)) if all_have_ids(&base) && all_have_ids(patch) => {
                Value::Array(merge_by_id(base, patch))
            }
            _ => Value::Array(patch.clone()),
        },
        _ => patch.clone(),
    }
}

/// Items of the same id are merged where they stand; new ones follow.
fn merge_by_id(mut base: Vec<Value>, patch: &[Value]) -> Vec<Value> {
    for item in patch {
        match base.iter_mut().find(|known| id_of(known) == id_of(item)) {
            Some(known) => *known = merge(Some(known.take()), item),
            None => base.push(merge(None, item)),
        }
    }
    base
}

fn all_have_ids(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| id_of(item).is_some())
}

/// The id of an item.
pub(super) fn id_of(item: &Value) -> Option<&str> {
    item.get("id")?.as_str().filter(|id| !id.is_empty())
}

/// The most paths that are told of a change.
const PATHS_MAX: usize = 64;

/// The paths at which two values differ, bounded.
pub(super) fn differences(old: &Value, new: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    differ(old, new, "", &mut paths);
    paths
}

fn differ(old: &Value, new: &Value, path: &str, paths: &mut Vec<String>) {
    if old == new || paths.len() >= PATHS_MAX {
        return;
    }
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return paths.push(path.to_owned());
    };
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, value) in old {
        differ(value, new.get(key).unwrap_or(&Value::Null), &below(key), paths);
    }
    for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        differ(&Value::Null, value, &below(key), paths);
    }
}
