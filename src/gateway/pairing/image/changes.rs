//! Changes that another process made to a known record.

use std::collections::BTreeSet;

use crate::gateway::scope;

use super::super::book::{Book, Device, SCOPES_MAX, Token};
use super::super::turn::Turn;
use super::tokens::{Whose, taken_over, whose};

impl Book {
    /// Takes what was narrowed, renewed or renamed; what was widened only at the start.
    pub(super) fn take_changes(
        &mut self,
        turn: &mut Turn<'_>,
        base: Option<&Device>,
        theirs: &Device,
        start: bool,
    ) {
        let nobody = Device::default();
        let base = base.unwrap_or(&nobody);
        let id = theirs.claim.device_id.as_str();
        let Some(mut device) = self.devices.get(id).cloned() else { return };
        if device.claim.public_key != theirs.claim.public_key {
            turn.warn(format!("change by another process not taken: the key is another device={id}"));
            return;
        }
        narrow(&mut device, base, theirs);
        widen(turn, &mut device, base, theirs, start);
        let roles: BTreeSet<String> = base.tokens.keys().chain(theirs.tokens.keys()).cloned().collect();
        for role in roles {
            let pair = (base.tokens.get(&role), theirs.tokens.get(&role));
            if pair.0 != pair.1 {
                self.take_token(turn, &mut device, &role, pair);
            }
        }
        rename(&mut device, base, theirs, start);
        for (role, token) in &mut device.tokens {
            token.scopes.retain(|scope| scope::allows(role, &device.scopes, std::slice::from_ref(scope)));
        }
        self.devices.insert(id.to_owned(), device);
    }

    /// The token of a role that was removed, revoked, rotated or narrowed.
    fn take_token(
        &mut self,
        turn: &mut Turn<'_>,
        device: &mut Device,
        role: &str,
        (base, theirs): (Option<&Token>, Option<&Token>),
    ) {
        let id = device.claim.device_id.clone();
        let Some(theirs) = theirs else {
            device.tokens.remove(role);
            turn.drop_sockets(&id, Some(role));
            return;
        };
        let was_revoked = base.is_some_and(|base| base.revoked_at_ms.is_some());
        if theirs.revoked_at_ms.is_some() && !was_revoked {
            if let Some(token) = device.tokens.get_mut(role) {
                token.revoked_at_ms = theirs.revoked_at_ms;
            }
            self.bury_role(turn, &id, role);
            turn.info(format!("device token revoked by another process device={id} role={role}"));
            turn.drop_sockets(&id, Some(role));
            return;
        }
        let is_barred = self.is_barred(&id, role) || !device.roles.iter().any(|known| known == role);
        if is_barred {
            turn.warn(format!(
                "token by another process not taken: only an approval may device={id} role={role}"
            ));
            return;
        }
        let same = base.is_some_and(|base| base.hash == theirs.hash);
        let known = device.tokens.get_mut(role);
        match known {
            Some(known) if same => {
                known.scopes.retain(|scope| scope::allows(role, &theirs.scopes, std::slice::from_ref(scope)));
                known.last_used_at_ms = known.last_used_at_ms.max(theirs.last_used_at_ms);
            }
            // Ours was renewed since the other one read the file.
            Some(known) if base.is_none_or(|base| !stands_for(base, known)) => {}
            _ => {
                if matches!(whose(self, turn.key, &id, role, theirs), Whose::Dead) {
                    return;
                }
                if let Some(token) = taken_over(self, turn.key, &id, role, theirs.clone()) {
                    device.tokens.insert(role.to_owned(), token);
                    turn.info(format!("device token rotated by another process device={id} role={role}"));
                    turn.drop_sockets(&id, Some(role));
                }
            }
        }
    }
}

/// Whether a token as it stands in a file is this one.
fn stands_for(stands: &Token, known: &Token) -> bool {
    let super::super::book::Origin::Foreign(text) = &stands.origin else { return false };
    // A token of ours stands there by its hash, or plainly.
    stands.hash == known.hash || text.expose() == known.hash
}

fn narrow(device: &mut Device, base: &Device, theirs: &Device) {
    let gone = |of: &[String], from: &[String], item: &String| of.contains(item) && !from.contains(item);
    device.scopes.retain(|scope| !gone(&base.scopes, &theirs.scopes, scope));
    device.roles.retain(|role| !gone(&base.roles, &theirs.roles, role));
    let roles = device.roles.clone();
    device.tokens.retain(|role, _| roles.contains(role));
}

fn widen(turn: &mut Turn<'_>, device: &mut Device, base: &Device, theirs: &Device, start: bool) {
    let new = |of: &[String], base: &[String], known: &[String]| -> Vec<String> {
        of.iter().filter(|item| !base.contains(item) && !known.contains(item)).cloned().collect()
    };
    let scopes = new(&theirs.scopes, &base.scopes, &device.scopes);
    let roles = new(&theirs.roles, &base.roles, &device.roles);
    if start
        && device.scopes.len() + scopes.len() <= SCOPES_MAX
        && device.roles.len() + roles.len() <= SCOPES_MAX
    {
        device.scopes.extend(scopes);
        device.roles.extend(roles);
    } else if !scopes.is_empty() || !roles.is_empty() {
        turn.warn(format!(
            "security audit: device widened by another process without an approval, not taken device={} roles={} \
             scopes={}",
            device.claim.device_id,
            roles.join(","),
            scopes.join(",")
        ));
    }
}

/// Names and addresses; what a record pins only at the start.
fn rename(device: &mut Device, base: &Device, theirs: &Device, start: bool) {
    let (known, was, is) = (&mut device.claim, &base.claim, &theirs.claim);
    if was.display_name != is.display_name {
        known.display_name.clone_from(&is.display_name);
    }
    if was.client_id != is.client_id {
        known.client_id.clone_from(&is.client_id);
    }
    if was.client_mode != is.client_mode {
        known.client_mode.clone_from(&is.client_mode);
    }
    if was.remote_ip != is.remote_ip {
        known.remote_ip.clone_from(&is.remote_ip);
    }
    if start && was.platform != is.platform {
        known.platform.clone_from(&is.platform);
    }
    if start && was.device_family != is.device_family {
        known.device_family.clone_from(&is.device_family);
    }
    if base.extra != theirs.extra {
        device.extra.clone_from(&theirs.extra);
    }
    if start {
        device.role.clone_from(&theirs.role);
        device.approved_at_ms = theirs.approved_at_ms;
    }
}
