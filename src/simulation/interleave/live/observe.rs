//! What a real gateway did, held against the invariants.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::deed::Deed;
use super::super::facts::Facts;
use super::super::invariant::{ALL, Scene, View};
use super::super::judge::{Broken, judge};
use super::super::world::Shown;
use super::tokens::{Tokens, handed_out};
use super::words::strings;
use crate::config::Secret;
use crate::gateway::pairing::{Claim, Command, Device, Half, Origin, PairRequest, Reason, Token};
use crate::scenario::race::Race;

/// What can be judged of acts that ran at once, whose order nobody knows.
const AT_ONCE: [&str; 2] = ["pairing.shown-stays-approvable", "pairing.approval-kept"];
/// Of those, what a device that is removed or revoked meanwhile leaves open.
const UNLESS_TAKEN_AWAY: &str = "pairing.approval-kept";

/// Devices and requests, as a gateway lists them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sight {
    pub(super) devices: BTreeMap<String, Device>,
    requests: BTreeMap<String, PairRequest>,
}

impl Sight {
    fn view(&self) -> View<'_> {
        (&self.devices, &self.requests)
    }
}

/// Puts the names of devices where their ids stand, and leaves out entries of devices that have no name.
#[must_use]
pub fn translated(list: &Value, names: &BTreeMap<String, String>) -> Value {
    let known = |entry: &&Value| entry["deviceId"].as_str().is_some_and(|id| names.contains_key(id));
    let mut said = Map::new();
    for key in ["pending", "paired"] {
        let entries = list[key].as_array().into_iter().flatten().filter(known);
        said.insert(key.to_owned(), entries.map(|entry| named(entry, names)).collect());
    }
    Value::Object(said)
}

/// The same for one entry or payload.
#[must_use]
pub fn named(entry: &Value, names: &BTreeMap<String, String>) -> Value {
    let mut entry = entry.clone();
    if let Some(name) = entry["deviceId"].as_str().and_then(|id| names.get(id)) {
        entry["deviceId"] = name.as_str().into();
    }
    entry
}

/// What a translated list shows.
#[must_use]
pub fn sight(list: &Value) -> Sight {
    let entries = |name: &str| list[name].as_array().cloned().unwrap_or_default();
    let devices = entries("paired").iter().map(device).collect();
    let requests = entries("pending").iter().map(request).collect();
    Sight { devices, requests }
}

fn text(entry: &Value, name: &str) -> String {
    entry[name].as_str().unwrap_or_default().to_owned()
}

fn claim(entry: &Value) -> Claim {
    Claim {
        device_id: text(entry, "deviceId"),
        public_key: text(entry, "deviceId"),
        platform: text(entry, "platform"),
        client_id: text(entry, "clientId"),
        client_mode: text(entry, "clientMode"),
        ..Claim::default()
    }
}

fn device(entry: &Value) -> (String, Device) {
    let moment = |token: &Value, name: &str| token[name].as_u64().filter(|at| *at > 0);
    let token = |token: &Value| {
        let known = Token {
            origin: Origin::Foreign(Secret::new("")),
            hash: String::new(),
            scopes: strings(&token["scopes"]),
            created_at_ms: moment(token, "createdAtMs").unwrap_or_default(),
            rotated_at_ms: moment(token, "rotatedAtMs"),
            revoked_at_ms: moment(token, "revokedAtMs"),
            last_used_at_ms: None,
        };
        (text(token, "role"), known)
    };
    let device = Device {
        claim: claim(entry),
        role: text(entry, "role"),
        roles: strings(&entry["roles"]),
        scopes: strings(&entry["scopes"]),
        tokens: entry["tokens"].as_array().into_iter().flatten().map(token).collect(),
        ..Device::default()
    };
    (text(entry, "deviceId"), device)
}

fn request(entry: &Value) -> (String, PairRequest) {
    let ts_ms = entry["ts"].as_u64().unwrap_or_default();
    let request = PairRequest {
        request_id: text(entry, "requestId"),
        claim: claim(entry),
        role: text(entry, "role"),
        scopes: strings(&entry["scopes"]),
        reason: Reason::ScopeUpgrade,
        is_repair: entry["isRepair"] == true,
        created_ms: ts_ms,
        ts_ms,
        covered: false,
        foreign: false,
        half: Half::default(),
    };
    (text(entry, "requestId"), request)
}

/// Holds what a real gateway does against the invariants, deed by deed.
#[derive(Debug, Clone)]
pub struct Observer {
    facts: Arc<Facts>,
    broken: u32,
    before: Sight,
    tokens: Tokens,
}

impl Observer {
    /// Before the first act: `named` are the requests that stand, `before` is what is listed, and `deeds`
    /// have led to it.
    #[must_use]
    pub fn new(race: &Race, named: &[(String, Shown)], deeds: &[Deed], mut before: Sight) -> Self {
        let facts = Facts::of_start(&race.start, named, 0);
        let mut tokens = Tokens::default();
        tokens.mark(&handed_out(deeds), &mut Sight::default(), &mut before);
        Self { facts: Arc::new(facts), broken: 0, before, tokens }
    }

    /// Takes in what was done, and what is listed afterwards. `steady_ms` have passed since the start.
    pub fn take(&mut self, steady_ms: u64, deeds: &[Deed], mut after: Sight) -> Vec<Broken> {
        self.tokens.mark(&handed_out(deeds), &mut self.before, &mut after);
        let broken = {
            let views = (self.before.view(), after.view());
            judge(&mut self.facts, &mut self.broken, deeds.iter(), views, steady_ms)
        };
        self.before = after;
        broken
    }

    /// Takes in what was done all at once, so that only the end tells: what is said of an approval, and
    /// what is listed when all are done.
    pub fn take_at_once(&mut self, deeds: &[Deed], after: &Sight) -> Vec<Broken> {
        let (before, after) = (self.before.view(), after.view());
        let facts = Arc::make_mut(&mut self.facts);
        for deed in deeds {
            if let Deed::Answered { target: Some(shown), .. } = deed {
                facts.show(shown);
            }
        }
        for deed in deeds {
            let old = facts.clone();
            facts.take(&Scene { facts: &old, then: &old, deed, before, after, steady_ms: 0 });
        }
        let facts = &*facts;
        let scenes = deeds.iter().map(|deed| Scene { facts, then: facts, deed, before, after, steady_ms: 0 });
        let takes_away = |deed: &Deed| {
            let Deed::Answered { command: Some(command), .. } = deed else { return false };
            matches!(command, Command::Remove { .. } | Command::Revoke { .. })
        };
        let is_taken_away = deeds.iter().any(takes_away);
        let mut broken: Vec<Broken> = Vec::new();
        for scene in scenes {
            for (place, invariant) in ALL.iter().enumerate() {
                let is_told_by_the_end = AT_ONCE.contains(&invariant.id())
                    && !(is_taken_away && invariant.id() == UNLESS_TAKEN_AWAY);
                if is_told_by_the_end
                    && broken.iter().all(|(known, _)| *known != place)
                    && let Some(words) = invariant.broken(&scene)
                {
                    broken.push((place, words));
                }
            }
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Labels, State};
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_read_whatever_it_holds() {
        let names = BTreeMap::from([("d0d0".to_owned(), "laptop".to_owned())]);
        let strange = [
            json!(null),
            json!([]),
            json!({"pending": 1, "paired": {}}),
            json!({"pending": [1, {"deviceId": 2}], "paired": [[], {"deviceId": "d0d0", "tokens": [1, {}], "scopes": 3}]}),
            json!({"pending": [{"deviceId": "d0d0", "ts": -1, "scopes": [1, "x"], "requestId": null}]}),
        ];
        for list in strange {
            let list = translated(&list, &names);
            let _ = (sight(&list), State::of(&list, &mut Labels::default()).words());
        }
    }

    #[test]
    fn only_the_devices_of_the_race_are_seen_and_by_their_names() {
        let names = BTreeMap::from([("d0d0".to_owned(), "laptop".to_owned())]);
        let list = json!({
            "paired": [{"deviceId": "somebody else", "scopes": ["operator.admin"]},
                {"deviceId": "d0d0", "scopes": ["operator.read"],
                 "tokens": [{"role": "operator", "scopes": ["operator.read"], "revokedAtMs": 5}]}],
            "pending": [{"deviceId": "d0d0", "requestId": "b", "role": "node", "scopes": []},
                {"deviceId": "d0d0", "requestId": "a", "role": "operator", "scopes": ["operator.write"]},
                {"deviceId": "somebody else", "requestId": "c", "role": "operator", "scopes": []}],
        });
        let state = State::of(&translated(&list, &names), &mut Labels::default());
        let expected = "laptop has read, its operator token is revoked; r1: laptop asks for read+write; \
                        r2: laptop asks as node for nothing";
        assert_eq!(state.words(), expected);
    }
}
