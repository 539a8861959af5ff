//! Requests of those who are let in, and their answers.

use serde_json::{Value, json};

use super::Output;
use super::lines;
use super::machine::{Errandee, Hall, Waiting};
use crate::gateway::desk::{Call, ConnId, Effect, Reply};
use crate::gateway::frame::{self, Close, Inbound, Refusal, Request};
use crate::gateway::fresh::{Fresh, Now};
use crate::gateway::log::{Level, Line};
use crate::gateway::method::{self, Method};
use crate::moment::Moment;

/// Requests of one connection that may wait for their answers.
const OPEN_MAX: usize = 256;

/// Answers `unauthorized role` in a row that a connection survives.
const WRONG_ROLE_MAX: u32 = 10;

/// How such an answer begins.
const WRONG_ROLE: &str = "unauthorized role";

/// What is said where too much is asked at once.
pub(super) fn busy() -> Refusal {
    let refusal = Refusal::unavailable("too many requests are waiting; try again");
    Refusal { retry_after_ms: Some(500), ..refusal }
}

impl Hall {
    /// A text message of somebody who is let in.
    pub(super) fn serve(&mut self, now: Now, conn: ConnId, text: &str, fresh: Fresh, out: &mut Vec<Output>) {
        match frame::read(text) {
            Inbound::NotJson(words) => {
                let message = format!("parse/handle error: {words}");
                out.push(Output::Log(Line::new(Level::Error, "gateway/ws", message)));
            }
            Inbound::Invalid { id, problem } => {
                let refusal = Refusal::invalid(format!("invalid request frame: {problem}"));
                let text = frame::response(&id, &Err(refusal));
                out.push(Output::Send { to: vec![conn], text, droppable: false });
            }
            Inbound::Request(request) => self.request(now, conn, request, fresh, out),
        }
    }

    fn request(&mut self, now: Now, conn: ConnId, mut request: Request, fresh: Fresh, out: &mut Vec<Output>) {
        method::soften(&mut request);
        let method = match self.admitted(conn, &request) {
            Ok(method) => method,
            Err(refusal) => {
                let name = lines::tame(&request.method);
                return self.answer(now, conn, &name, &request.id, now.at, &Err(refusal), out);
            }
        };
        let Some(caller) = self.guests.get(&conn) else { return };
        let mut effects = Vec::new();
        let params = request.params.unwrap_or_else(|| json!({}));
        let mut call = Call {
            now,
            fresh,
            caller,
            guests: &self.guests,
            id: &request.id,
            params: &params,
            effects: &mut effects,
        };
        let reply = self.desk.answer(method.name, &mut call);
        // The first answer to a request goes before a later one to the same.
        let mut after = Vec::new();
        let is_own = |effect: &Effect| matches!(effect, Effect::Answer { conn: to, id, .. } if *to == conn && *id == request.id);
        for effect in effects {
            if is_own(&effect) {
                after.push(effect);
            } else {
                self.apply(now, vec![effect], out);
            }
        }
        self.carry(now, conn, method.name, &request.id, fresh, reply, out);
        self.apply(now, after, out);
    }

    /// Whether the caller may call the method, with these parameters.
    fn admitted(&mut self, conn: ConnId, request: &Request) -> Result<&'static Method, Refusal> {
        let Some(guest) = self.guests.get(&conn) else {
            return Err(Refusal::unavailable("the connection is closing"));
        };
        let method = method::admit(&request.method, &guest.role, &guest.scopes)?;
        if method.name == "connect" {
            return Err(Refusal::invalid("connect is only valid as the first request"));
        }
        if let Some(problem) = method::misfit(method, request.params.as_ref()) {
            return Err(method::unfit(method, &problem));
        }
        if self.seat(conn).is_none_or(|seat| seat.open >= OPEN_MAX) {
            return Err(busy());
        }
        Ok(method)
    }

    /// Gives the answer, or sends the question on.
    #[expect(clippy::too_many_arguments, reason = "one request, taken apart")]
    fn carry(
        &mut self,
        now: Now,
        conn: ConnId,
        method: &'static str,
        id: &str,
        fresh: Fresh,
        reply: Reply,
        out: &mut Vec<Output>,
    ) {
        let waiting = || Errandee::Call(Waiting { conn, id: id.to_owned(), method, began: now.at });
        let ticket = match &reply {
            Reply::Now(_) | Reply::Later => None,
            Reply::Pair(_) | Reply::Node(_) | Reply::Errand(_) => self.ticket(waiting()),
        };
        match (reply, ticket) {
            (Reply::Now(result), _) => return self.answer(now, conn, method, id, now.at, &result, out),
            (Reply::Pair(command), Some(ticket)) => out.push(Output::Pair { ticket, command, fresh }),
            (Reply::Node(command), Some(ticket)) => out.push(Output::Node { ticket, command, fresh }),
            (Reply::Errand(errand), Some(ticket)) => out.push(Output::Errand { ticket, errand }),
            (Reply::Later, _) => {}
            (_, None) => return self.answer(now, conn, method, id, now.at, &Err(busy()), out),
        }
        if let Some(seat) = self.seat(conn) {
            seat.open += 1;
        }
    }

    /// An answer goes out; who is refused for its role too often must go.
    #[expect(clippy::too_many_arguments, reason = "one answer, taken apart")]
    fn answer(
        &mut self,
        now: Now,
        conn: ConnId,
        method: &str,
        id: &str,
        began: Moment,
        result: &Result<Value, Refusal>,
        out: &mut Vec<Output>,
    ) {
        let Some(seat) = self.seat(conn) else { return };
        let wrong_role = matches!(result, Err(refusal) if refusal.message.starts_with(WRONG_ROLE));
        seat.wrong_role = if wrong_role { seat.wrong_role + 1 } else { 0 };
        let too_often = seat.wrong_role > WRONG_ROLE_MAX;
        let took = now.at.since(began);
        out.push(lines::res(method, Some(took), self.conn_id(conn), id, result.as_ref().err()));
        let text = frame::response(id, result);
        out.push(Output::Send { to: vec![conn], text, droppable: false });
        if too_often {
            self.show_out(now, conn, Close::new(1008, "repeated unauthorized calls"), out);
        }
    }

    /// The answer of the book or of the world goes out.
    pub(super) fn answer_waiting(
        &mut self,
        now: Now,
        waiting: Waiting,
        result: &Result<Value, Refusal>,
        out: &mut Vec<Output>,
    ) {
        let Waiting { conn, id, method, began } = waiting;
        if let Some(seat) = self.seat(conn) {
            seat.open = seat.open.saturating_sub(1);
        }
        self.answer(now, conn, method, &id, began, result, out);
    }

    /// The answer to a request that was to be answered later.
    pub(super) fn answer_late(
        &mut self,
        conn: ConnId,
        id: &str,
        result: &Result<Value, Refusal>,
        out: &mut Vec<Output>,
    ) {
        let Some(seat) = self.seat(conn) else { return };
        seat.open = seat.open.saturating_sub(1);
        let text = frame::response(id, result);
        out.push(Output::Send { to: vec![conn], text, droppable: false });
    }
}
