//! `device.pair.remove`, and the tombstones that removals and revocations leave.

use serde_json::json;

use crate::gateway::frame::Refusal;
use crate::gateway::scope;

use super::book::{Book, TOMBSTONES_MAX};
use super::command::{Answer, By};
use super::turn::Turn;

impl By {
    /// Whether this caller may not touch that device: it is another one, and the caller is no admin.
    pub(super) fn is_stranger_to(&self, device_id: &str) -> bool {
        let own = self.device_id.as_deref().is_none_or(|own| own == device_id);
        !own && !self.scopes.iter().any(|scope| scope == scope::ADMIN)
    }
}

impl Book {
    /// `device.pair.remove`.
    pub(super) fn remove(
        &mut self,
        turn: &mut Turn<'_>,
        device_id: &str,
        by: &By,
    ) -> Result<Answer, Refusal> {
        let device_id = device_id.trim();
        if by.is_stranger_to(device_id) {
            turn.warn(format!(
                "device pairing removal denied device={device_id} reason=device-ownership-mismatch"
            ));
            return Err(Refusal::invalid("device pairing removal denied"));
        }
        if self.devices.remove(device_id).is_none() {
            return Err(Refusal::invalid("unknown deviceId"));
        }
        // Who removes itself may come back as anybody may: `devices clear` does so on the next call.
        if by.device_id.as_deref() != Some(device_id) {
            self.bury_device(turn, device_id);
        }
        turn.info(format!("device pairing removed device={device_id}"));
        turn.drop_sockets(device_id, None);
        Ok(Answer::Payload(json!({"deviceId": device_id})))
    }

    /// Puts up a tombstone for a device.
    pub(super) fn bury_device(&mut self, turn: &mut Turn<'_>, device_id: &str) {
        self.bury(turn, device_id, |tombstone| tombstone.whole = true);
    }

    /// Puts up a tombstone for one role.
    pub(super) fn bury_role(&mut self, turn: &mut Turn<'_>, device_id: &str, role: &str) {
        self.bury(turn, device_id, |tombstone| {
            if !tombstone.roles.iter().any(|dead| dead == role) {
                tombstone.roles.push(role.to_owned());
                tombstone.roles.sort();
            }
        });
    }

    fn bury(
        &mut self,
        turn: &mut Turn<'_>,
        device_id: &str,
        carve: impl FnOnce(&mut super::book::Tombstone),
    ) {
        let tombstone = self.tombstones.entry(device_id.to_owned()).or_default();
        tombstone.at_ms = turn.now_ms;
        carve(tombstone);
        while self.tombstones.len() > TOMBSTONES_MAX {
            let others = self.tombstones.iter().filter(|(id, _)| *id != device_id);
            let Some(oldest) = others.min_by_key(|(_, old)| old.at_ms).map(|(id, _)| id.clone()) else {
                break;
            };
            self.tombstones.remove(&oldest);
            if !self.wary {
                turn.warn(format!(
                    "more than {TOMBSTONES_MAX} devices were removed: the oldest removals are forgotten, so no \
                     unknown device is let in silently any more"
                ));
            }
            self.wary = true;
        }
    }

    /// Lifts the tombstone of a role: somebody approved it.
    pub(super) fn unbury(&mut self, device_id: &str, role: &str) {
        if let Some(tombstone) = self.tombstones.get_mut(device_id) {
            tombstone.whole = false;
            tombstone.roles.retain(|dead| dead != role);
            if tombstone.roles.is_empty() {
                self.tombstones.remove(device_id);
            }
        }
    }
}
