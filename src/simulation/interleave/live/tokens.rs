//! Which device token is which, although a list shows none: by what the gateway hands out, and by the
//! moments that are listed.

use std::collections::BTreeMap;

use super::super::deed::Deed;
use super::super::world::Outcome;
use super::observe::Sight;
use crate::gateway::pairing::{Answer, Command, Token, hash_of};

/// A device and a role.
type Place = (String, String);
/// When a token was made and rotated, and what it is good for.
type Marks = (u64, Option<u64>, Vec<String>);

/// What is known of the tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tokens {
    known: BTreeMap<Place, (Marks, String)>,
    count: usize,
}

/// The tokens that the gateway handed out in these deeds.
pub(super) fn handed_out(deeds: &[Deed]) -> BTreeMap<Place, String> {
    let mut all = BTreeMap::new();
    for deed in deeds {
        match deed {
            Deed::Effect { command: Command::Connect(ask), step, .. } => {
                let Answer::Admitted { auth: Some(auth), .. } = &step.answer else { continue };
                let text = |name: &str| auth.get(name).and_then(serde_json::Value::as_str);
                if let Some(token) = text("deviceToken") {
                    let role = text("role").unwrap_or(&ask.role).to_owned();
                    all.insert((ask.claim.device_id.clone(), role), hash_of(token));
                }
            }
            Deed::Answered {
                command: Some(Command::Rotate { device_id, role, .. }),
                outcome: Outcome::Done { token: Some(token) },
                ..
            } => drop(all.insert((device_id.clone(), role.clone()), hash_of(token))),
            _ => {}
        }
    }
    all
}

impl Tokens {
    /// Gives the tokens of a sight their hashes; what was seen `before` is corrected where a token that
    /// stood there already is now handed out for the first time.
    pub(super) fn mark(&mut self, told: &BTreeMap<Place, String>, before: &mut Sight, sight: &mut Sight) {
        for (device, record) in &mut sight.devices {
            for (role, token) in &mut record.tokens {
                let place = (device.clone(), role.clone());
                token.hash = self.hash(&place, marks(token), told.get(&place));
                let old = before.devices.get_mut(device).and_then(|old| old.tokens.get_mut(role));
                if let Some(old) = old.filter(|old| marks(old) == marks(token) && old.hash.starts_with('#')) {
                    old.hash.clone_from(&token.hash);
                }
            }
        }
    }

    fn hash(&mut self, place: &Place, marks: Marks, told: Option<&String>) -> String {
        let old = self.known.get(place).filter(|(known, _)| *known == marks);
        let hash = match (told, old) {
            (Some(told), _) => told.clone(),
            (None, Some((_, hash))) => hash.clone(),
            (None, None) => {
                self.count += 1;
                format!("#{}", self.count)
            }
        };
        self.known.insert(place.clone(), (marks, hash.clone()));
        hash
    }
}

fn marks(token: &Token) -> Marks {
    (token.created_at_ms, token.rotated_at_ms, token.scopes.clone())
}
