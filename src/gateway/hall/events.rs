//! What everybody hears, and who hears what.

use std::time::Duration;

use serde_json::{Value, json};

use super::Output;
use super::machine::Hall;
use crate::gateway::desk::{ConnId, Guest};
use crate::gateway::frame::{StateVersion, event};
use crate::gateway::fresh::Now;
use crate::gateway::scope;

/// The shortest time between two ticks, whatever the settings say.
const TICK_MIN: Duration = Duration::from_millis(1);

/// The scope without which an event is not heard.
fn scope_of(event: &str) -> Option<&'static str> {
    let under = |prefixes: &[&str]| prefixes.iter().any(|prefix| event.starts_with(prefix));
    match event {
        "sessions.changed" | "session.message" | "session.tool" => Some(scope::READ),
        _ if under(&["exec.approval.", "plugin.approval."]) => Some(scope::APPROVALS),
        _ if under(&["device.pair.", "node.pair."]) => Some(scope::PAIRING),
        _ => None,
    }
}

/// Whether somebody hears an event.
fn hears(guest: &Guest, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| {
        guest.role == scope::ROLE_OPERATOR && scope::allows(&guest.role, &guest.scopes, &[wanted])
    })
}

/// Whether a socket that is too slow may miss an event.
fn is_droppable(event: &str, payload: &Value) -> bool {
    match event {
        "presence" | "sessions.changed" | "session.tool" => true,
        "chat" => payload["state"] == "delta",
        _ => matches!(scope_of(event), Some(scope::APPROVALS | scope::PAIRING)),
    }
}

impl Hall {
    /// An event to everybody who may hear it. It counts even if nobody does: clients see gaps.
    pub(super) fn broadcast(
        &mut self,
        name: &str,
        payload: &Value,
        version: Option<StateVersion>,
        out: &mut Vec<Output>,
    ) {
        self.seq += 1;
        let wanted = scope_of(name);
        let hearing = self.guests.values().filter(|guest| hears(guest, wanted));
        let to: Vec<ConnId> = hearing.map(|guest| guest.conn).collect();
        if !to.is_empty() {
            let text = event(name, payload, Some(self.seq), version);
            out.push(Output::Send { to, text, droppable: is_droppable(name, payload) });
        }
    }

    /// An event to one connection.
    pub(super) fn tell(&self, conn: ConnId, name: &str, payload: &Value, out: &mut Vec<Output>) {
        if self.guests.contains_key(&conn) {
            let text = event(name, payload, None, None);
            out.push(Output::Send { to: vec![conn], text, droppable: is_droppable(name, payload) });
        }
    }

    /// The presence list changed; everybody hears it soon.
    pub(super) fn presence_changed(&mut self, now: Now) {
        self.version.presence += 1;
        self.catalog.presence_changed();
        self.presence_pulse.ask(now.at, self.guests.len());
    }

    /// A newcomer hears of the health at once, and everybody else soon.
    pub(super) fn show_health(&mut self, now: Now, conn: ConnId, out: &mut Vec<Output>) {
        self.health_pulse.ask(now.at, self.guests.len());
        if self.health_pulse.due().is_some_and(|due| due > now.at) {
            let text = self.catalog.health_event().to_owned();
            out.push(Output::Send { to: vec![conn], text, droppable: false });
        }
    }

    /// Ticks, health and lists that are due.
    pub(super) fn beat(&mut self, now: Now, out: &mut Vec<Output>) {
        if self.next_tick <= now.at {
            let every = self.settings.limits.tick.max(TICK_MIN);
            // What was missed is not made up for; the beat stays.
            let missed = now.at.since(self.next_tick).as_nanos() / every.as_nanos() + 1;
            self.next_tick += every.saturating_mul(u32::try_from(missed).unwrap_or(u32::MAX));
            self.broadcast("tick", &json!({"ts": now.ms}), None, out);
        }
        if self.next_health <= now.at {
            self.next_health = now.at + self.settings.limits.health.max(TICK_MIN);
            self.health_pulse.ask(now.at, self.guests.len());
        }
        if self.health_pulse.fire(now.at) {
            self.version.health += 1;
            let health = self.desk.health(now);
            self.catalog.renew_health(&health, self.version);
            self.broadcast("health", &health, Some(self.version), out);
        }
        if self.presence_pulse.fire(now.at) {
            let payload = json!({"presence": self.desk.presence(now)});
            self.broadcast("presence", &payload, Some(self.version), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::method::EVENTS;

    #[test]
    fn events_go_to_whom_their_scope_lets() {
        let guest = |role: &str, scopes: &[&str]| Guest {
            conn: 1,
            conn_id: String::new(),
            client: crate::gateway::handshake::Client::default(),
            role: role.to_owned(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            device_id: None,
            remote_ip: None,
            since_ms: 0,
        };
        let cases = [
            ("operator", vec![], "tick", true),
            ("node", vec![], "health", true),
            ("node", vec!["operator.admin"], "device.pair.requested", false),
            ("operator", vec!["operator.read"], "device.pair.requested", false),
            ("operator", vec!["operator.pairing"], "device.pair.requested", true),
            ("operator", vec!["operator.pairing"], "exec.approval.requested", false),
            ("operator", vec!["operator.write"], "session.message", true),
            ("operator", vec!["operator.admin"], "plugin.approval.resolved", true),
        ];
        for (role, scopes, event, wanted) in cases {
            assert_eq!(hears(&guest(role, &scopes), scope_of(event)), wanted, "{role} {scopes:?} {event}");
        }
    }

    #[test]
    fn only_what_can_be_asked_for_again_is_droppable() {
        let droppable: Vec<&str> =
            EVENTS.into_iter().filter(|event| is_droppable(event, &json!({"state": "final"}))).collect();
        let wanted = [
            "session.tool",
            "sessions.changed",
            "presence",
            "node.pair.requested",
            "node.pair.resolved",
            "device.pair.requested",
            "device.pair.resolved",
            "exec.approval.requested",
            "exec.approval.resolved",
            "plugin.approval.requested",
            "plugin.approval.resolved",
        ];
        assert_eq!(droppable, wanted);
        assert!(is_droppable("chat", &json!({"state": "delta"})));
    }
}
