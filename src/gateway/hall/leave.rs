//! How a socket goes: by itself, or because it must.

use serde_json::json;

use super::Output;
use super::lines;
use super::machine::Hall;
use super::seat::Stage;
use crate::gateway::auth;
use crate::gateway::desk::ConnId;
use crate::gateway::frame::Close;
use crate::gateway::fresh::Now;
use crate::gateway::handshake::{AUTH_CHANGED, CLOSE_GONE};
use crate::gateway::settings::Settings;

/// The close frame of sockets that came by a secret that has changed.
pub(super) fn auth_changed() -> Close {
    Close::new(CLOSE_GONE, AUTH_CHANGED)
}

impl Hall {
    /// A close frame goes out: from now on nothing that this socket says counts.
    pub(super) fn show_out(&mut self, now: Now, conn: ConnId, close: Close, out: &mut Vec<Output>) {
        let Some(known) = self.conns.get_mut(&conn) else { return };
        if known.leaving {
            return;
        }
        known.leaving = true;
        self.patience.remove(&(known.opened.at + self.settings.limits.handshake, conn));
        out.push(Output::Close { conn, close });
        self.goodbye(now, conn, out);
    }

    /// A socket is gone.
    pub(super) fn closed(&mut self, now: Now, conn: ConnId, code: u16, reason: &str, out: &mut Vec<Output>) {
        let Some(known) = self.conns.remove(&conn) else { return };
        self.patience.remove(&(known.opened.at + self.settings.limits.handshake, conn));
        match &known.stage {
            Stage::Stranger(stranger) => {
                out.push(lines::closed_before_connect(now, &known, stranger, code, reason));
            }
            Stage::Seated(_) => out.push(lines::closed(&known.id, code, reason)),
        }
        self.goodbye(now, conn, out);
    }

    /// Somebody who was let in is no longer here.
    fn goodbye(&mut self, now: Now, conn: ConnId, out: &mut Vec<Output>) {
        if let Some(guest) = self.guests.remove(&conn) {
            let mut effects = Vec::new();
            self.desk.left(&guest, now, &mut effects);
            self.apply(now, effects, out);
        }
    }

    /// Closes the sockets of a device: its grant or its token is not what it was.
    pub(super) fn drop_device(&mut self, now: Now, device: &str, role: Option<&str>, out: &mut Vec<Output>) {
        let its = self.guests.values().filter(|guest| {
            guest.device_id.as_deref() == Some(device) && role.is_none_or(|role| guest.role == role)
        });
        let conns: Vec<ConnId> = its.map(|guest| guest.conn).collect();
        // OpenClaw says `device removed` of a rotation and a revocation too.
        let reason = if role.is_none() { "device removed" } else { "device token withdrawn" };
        for conn in conns {
            self.show_out(now, conn, Close::new(CLOSE_GONE, reason), out);
        }
    }

    /// The config changed. Sockets that came by a secret that is no longer the secret must go.
    pub(super) fn reconfigured(&mut self, now: Now, settings: Settings, out: &mut Vec<Output>) {
        self.generation = auth::generation(&settings.auth);
        // The handshake's end was noted by the limits of the socket's beginning.
        let limits = self.settings.limits;
        self.settings = Settings { limits, ..settings };
        self.desk.reconfigured(&self.settings);
        let stale = self.conns.iter().filter(|(_, conn)| match &conn.stage {
            Stage::Seated(seat) => seat.generation.is_some() && seat.generation != self.generation,
            Stage::Stranger(_) => false,
        });
        let stale: Vec<ConnId> = stale.map(|(conn, _)| *conn).collect();
        for conn in stale {
            self.show_out(now, conn, auth_changed(), out);
        }
    }

    /// The gateway stops: everybody hears it, and must go.
    pub(super) fn stop(&mut self, now: Now, reason: &str, out: &mut Vec<Output>) {
        self.stopping = true;
        self.broadcast("shutdown", &json!({"reason": reason}), None, out);
        let all: Vec<ConnId> = self.conns.keys().copied().collect();
        for conn in all {
            self.show_out(now, conn, Close::new(1012, "service restart"), out);
        }
    }
}
