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
            // As if it were merged into an empty list: else the same patch would change it once more.
            _ if all_have_ids(patch) => Value::Array(merge_by_id(Vec::new(), patch)),
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
        match new.get(key) {
            Some(new) => differ(value, new, &below(key), paths),
            None => paths.push(below(key)),
        }
    }
    paths.extend(new.keys().filter(|key| !old.contains_key(*key)).map(|key| below(key)));
    paths.truncate(PATHS_MAX);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_rfc_7396_hold() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (base, patch, wanted) in cases {
            assert_eq!(merge(Some(base.clone()), &patch), wanted, "{base} with {patch}");
        }
    }

    #[test]
    fn a_new_list_of_ids_is_made_as_it_would_be_merged() {
        let cases = [
            (json!(5), json!([{"id": "a", "b": null}]), json!([{"id": "a"}])),
            (
                json!([1]),
                json!([{"id": "a", "b": 1}, {"id": "a", "c": 2}]),
                json!([{"id": "a", "b": 1, "c": 2}]),
            ),
            (json!([{"id": "a"}]), json!([{"b": null}]), json!([{"b": null}])),
        ];
        for (base, patch, wanted) in cases {
            let once = merge(Some(base.clone()), &patch);
            assert_eq!(once, wanted, "{base} with {patch}");
            assert_eq!(merge(Some(once), &patch), wanted, "{base} with {patch}, twice");
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![Just(Value::Null), any::<u8>().prop_map(Value::from), "[ab]".prop_map(Value::from)];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::vec((prop_oneof!["[abc]", Just("id".to_owned())], inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(crate::chance::tries(200))]

        #[test]
        fn a_patch_that_was_applied_changes_nothing_more(base in value(), patch in value()) {
            let once = merge(Some(base.clone()), &patch);
            prop_assert_eq!(&merge(Some(once.clone()), &patch), &once);
            prop_assert_eq!(differences(&base, &once).is_empty(), base == once);
        }
    }
}
