//! From the open socket to hello-ok, or to the door.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::Output;
use super::lines;
use super::machine::{Errandee, Hall};
use super::seat::{Asking, Conn, Seat, Stage, Stranger};
use crate::gateway::desk::{ConnId, Effect, Guest};
use crate::gateway::frame::{self, Close, Refusal};
use crate::gateway::fresh::{Fresh, Now};
use crate::gateway::handshake::{
    CHALLENGE, CLOSE_REFUSED, CLOSE_SILENT, Caller, Introduction, Outcome, Scene, Upgrade, challenge, examine,
};
use crate::gateway::pairing::{Answer, Command, Proof};

/// Sockets that one hall holds, let in or not.
const CONNS_MAX: usize = 200_000;

/// Frames that may come before hello-ok is said.
const EARLY_MAX: usize = 64;

/// What somebody brings who is let in.
struct Entry {
    request_id: String,
    intro: Introduction,
    device_id: Option<String>,
    auth: Option<Value>,
    /// The generation of the shared secret by which the connect was held.
    generation: Option<String>,
}

impl Hall {
    /// A socket was upgraded: it is challenged.
    pub(super) fn opened(
        &mut self,
        now: Now,
        conn: ConnId,
        upgrade: Upgrade,
        fresh: Fresh,
        out: &mut Vec<Output>,
    ) {
        if self.stopping || self.conns.len() >= CONNS_MAX {
            let close =
                if self.stopping { Close::new(1012, "service restart") } else { Close::new(1013, "busy") };
            out.push(Output::Close { conn, close });
            return;
        }
        let nonce = fresh.second_uuid();
        let text = frame::event(CHALLENGE, &challenge(&nonce, now), None, None);
        out.push(Output::Send { to: vec![conn], text, droppable: false });
        self.patience.insert((now.at + self.settings.limits.handshake, conn));
        let stranger = Stranger { upgrade, nonce, asking: None, meta: Value::Null };
        let stage = Stage::Stranger(Box::new(stranger));
        self.conns.insert(conn, Conn { id: fresh.uuid(), opened: now, stage, leaving: false });
    }

    /// A text message came.
    pub(super) fn frame(
        &mut self,
        now: Now,
        conn: ConnId,
        text: String,
        fresh: Fresh,
        out: &mut Vec<Output>,
    ) {
        let room = self.settings.limits.preauth_payload;
        match self.conns.get_mut(&conn) {
            None | Some(Conn { leaving: true, .. }) => {}
            Some(Conn { stage: Stage::Seated(_), .. }) => self.serve(now, conn, &text, fresh, out),
            Some(Conn { stage: Stage::Stranger(stranger), .. }) => match &mut stranger.asking {
                None => self.introduce(now, conn, &text, fresh, out),
                Some(asking) if asking.early.len() < EARLY_MAX && asking.early_bytes + text.len() <= room => {
                    asking.early_bytes += text.len();
                    asking.early.push_back((text, fresh));
                }
                Some(_) => {
                    let close = Close::new(CLOSE_REFUSED, "too many frames before hello-ok");
                    self.show_out(now, conn, close, out);
                }
            },
        }
    }

    /// The first frame: all checks but those of the book.
    fn introduce(&mut self, now: Now, conn: ConnId, text: &str, fresh: Fresh, out: &mut Vec<Output>) {
        let Some(Conn { id: conn_id, stage: Stage::Stranger(stranger), .. }) = self.conns.get_mut(&conn)
        else {
            return;
        };
        let scene = Scene {
            now,
            settings: &self.settings,
            upgrade: &stranger.upgrade,
            nonce: &stranger.nonce,
            conn_id: conn_id.as_str(),
        };
        let (request_id, outcome) = examine(&scene, text, &mut self.attempts);
        match outcome {
            Outcome::Refused { refusal, close, meta } => {
                if let Some(reason) = meta["authReason"].as_str() {
                    let shown = lines::Shown::of_meta(&meta);
                    out.push(lines::unauthorized(conn_id, &stranger.upgrade, &shown, reason));
                }
                stranger.meta = lines::failure(meta, text);
                self.refuse(now, conn, request_id, refusal.map(|refusal| *refusal), close, out);
            }
            Outcome::Admitted(intro) => {
                let generation = self.generation.clone();
                let request_id = request_id.unwrap_or_default();
                let entry = Entry { request_id, intro: *intro, device_id: None, auth: None, generation };
                self.let_in(now, conn, entry, out);
            }
            Outcome::Ask(intro, connect) => {
                stranger.asking = Some(Box::new(Asking {
                    request_id: request_id.unwrap_or_default(),
                    intro: *intro,
                    device_id: connect.claim.device_id.clone(),
                    by_token: matches!(connect.proof, Proof::Pending(_)) && connect.device_token.is_some(),
                    generation: self.generation.clone(),
                    early: VecDeque::new(),
                    early_bytes: 0,
                }));
                match self.ticket(Errandee::Connect(conn)) {
                    Some(ticket) => {
                        out.push(Output::Pair { ticket, command: Command::Connect(connect), fresh });
                    }
                    None => self.judged(now, conn, Answer::Refused(super::serve::busy()), out),
                }
            }
        }
    }

    /// The book has spoken about a connect.
    pub(super) fn judged(&mut self, now: Now, conn: ConnId, answer: Answer, out: &mut Vec<Output>) {
        let Some(stranger) = self.stranger(conn) else { return };
        let Some(asking) = stranger.asking.take() else { return };
        let Asking { request_id, intro, device_id, by_token, generation, early, .. } = *asking;
        if by_token {
            let upgrade = stranger.upgrade.clone();
            let caller = Caller::of(&upgrade, &self.settings);
            let passed = matches!(answer, Answer::Admitted { .. });
            let failed = matches!(&answer, Answer::Refused(refusal) if lines::auth_reason(refusal).is_some());
            if passed || failed {
                self.attempts.device_token(&caller, passed, now.at);
            }
        }
        let Some(stranger) = self.stranger(conn) else { return };
        let refusal = match answer {
            Answer::Admitted { method, auth } => {
                let intro = Introduction { method, ..intro };
                let entry = Entry { request_id, intro, device_id: Some(device_id), auth, generation };
                self.let_in(now, conn, entry, out);
                for (text, fresh) in early {
                    self.frame(now, conn, text, fresh, out);
                }
                return;
            }
            Answer::Refused(refusal) => refusal,
            Answer::Payload(_) => Refusal::unavailable("the pairing store answered oddly"),
        };
        let shown = lines::Shown::of_intro(&intro);
        stranger.meta = lines::pairing_failure(&device_id, &request_id, &refusal);
        let upgrade = stranger.upgrade.clone();
        let conn_id = self.conns.get(&conn).map(|conn| conn.id.clone()).unwrap_or_default();
        if let Some(reason) = lines::auth_reason(&refusal) {
            out.push(lines::unauthorized(&conn_id, &upgrade, &shown, reason));
        }
        let close = Close::new(CLOSE_REFUSED, &refusal.message);
        self.refuse(now, conn, Some(request_id), Some(refusal), close, out);
    }

    /// Says no, and shows the way out.
    fn refuse(
        &mut self,
        now: Now,
        conn: ConnId,
        request_id: Option<String>,
        refusal: Option<Refusal>,
        close: Close,
        out: &mut Vec<Output>,
    ) {
        if let (Some(id), Some(refusal)) = (request_id, refusal) {
            out.push(lines::res("connect", None, self.conn_id(conn), &id, Some(&refusal)));
            let text = frame::response(&id, &Err(refusal));
            out.push(Output::Send { to: vec![conn], text, droppable: false });
        }
        self.show_out(now, conn, close, out);
    }

    /// Says hello-ok.
    fn let_in(&mut self, now: Now, conn: ConnId, entry: Entry, out: &mut Vec<Output>) {
        let shared = entry.intro.generation.is_some();
        if shared && entry.generation != self.generation {
            return self.show_out(now, conn, super::leave::auth_changed(), out);
        }
        let Some(known) = self.conns.get_mut(&conn) else { return };
        self.patience.remove(&(known.opened.at + self.settings.limits.handshake, conn));
        let generation = if shared { entry.generation } else { None };
        known.stage = Stage::Seated(Seat { generation, ..Seat::default() });
        let intro = entry.intro;
        let guest = Guest {
            conn,
            conn_id: known.id.clone(),
            client: intro.client,
            role: intro.role,
            scopes: intro.scopes,
            device_id: entry.device_id,
            remote_ip: intro.remote_ip,
            since_ms: now.ms,
        };
        let mut effects = Vec::new();
        self.desk.came(&guest, now, &mut effects);
        out.push(lines::connected(&guest, intro.method));
        self.guests.insert(conn, guest);
        if effects.contains(&Effect::PresenceChanged) {
            self.catalog.presence_changed();
        }
        out.push(Output::Trust { conn });
        let text = self.hello(now, conn, &entry.request_id, entry.auth.as_ref());
        out.push(Output::Send { to: vec![conn], text, droppable: false });
        self.apply(now, effects, out);
        self.show_health(now, conn, out);
    }

    /// Nobody waits for ever.
    pub(super) fn impatient(&mut self, now: Now, conn: ConnId, out: &mut Vec<Output>) {
        let Some(stranger) = self.stranger(conn) else { return };
        stranger.meta = json!({"cause": "handshake-timeout"});
        out.push(lines::handshake_timeout(self.conn_id(conn)));
        self.show_out(now, conn, Close::new(CLOSE_SILENT, ""), out);
    }

    /// The UUID of a connection, for the log.
    pub(super) fn conn_id(&self, conn: ConnId) -> &str {
        self.conns.get(&conn).map_or("n/a", |conn| conn.id.as_str())
    }
}
