//! One connection, from the challenge to its end, as a machine that is told the time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::{self, Heard, Hello};
use super::connect::{self, Greeting};
use super::fault::{ABNORMAL, Fault};
use crate::gateway::fresh::Now;
use crate::moment::Moment;

/// Requests that may wait for an answer at one time.
pub const WAITING_MAX: usize = 64;
/// After a refusal, so long is waited for the close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(1);
/// The close code of a client that hears nothing.
const TICK_TIMEOUT: u16 = 4000;

/// What happens to a session.
#[derive(Debug)]
pub enum Input {
    /// A text message came.
    Text(String),
    /// The socket is gone; without a close frame 1006.
    Closed(u16, String),
    /// Ask the gateway something.
    Call {
        /// A fresh id.
        id: String,
        /// The method.
        method: String,
        /// Its parameters.
        params: Option<Value>,
        /// Whether an answer that says `accepted` is not the one that is waited for.
        expect_final: bool,
        /// How long to wait.
        timeout: Duration,
    },
    /// A deadline has come.
    Woken,
}

/// What a session wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send a text.
    Send(String),
    /// The gateway has let us in.
    Ready(Box<Hello>),
    /// The answer to a call.
    Answered(String, Result<Value, Fault>),
    /// An event.
    Event(String, Value),
    /// Send a close frame.
    Close(u16, &'static str),
    /// It is over; nothing follows.
    Over(Fault),
}

#[derive(Debug)]
enum State {
    /// Waits for the challenge.
    Challenged,
    /// Waits for the answer to `connect`.
    Introduced,
    /// Waits for the close frame after a refusal.
    Refused(answer::Denial),
    /// In.
    Ready,
    /// Over.
    Over,
}

#[derive(Debug)]
struct Waiting {
    method: String,
    expect_final: bool,
    timeout: Duration,
    until: Moment,
}

/// The machine.
#[derive(Debug)]
pub struct Session {
    greeting: Greeting,
    state: State,
    /// When the handshake must have come to its end, or the close frame.
    until: Moment,
    patience: Duration,
    waiting: BTreeMap<String, Waiting>,
    heard: Moment,
    tick: Duration,
}

/// The id of the `connect` request.
const CONNECT_ID: &str = "connect";

impl Session {
    /// A session on a socket that has just opened. The handshake may take `patience`.
    #[must_use]
    pub fn new(greeting: Greeting, now: Now, patience: Duration) -> Self {
        Self {
            greeting,
            state: State::Challenged,
            until: now.at + patience,
            patience,
            waiting: BTreeMap::new(),
            heard: now.at,
            tick: Duration::ZERO,
        }
    }

    /// When to wake it, if nothing happens.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        match self.state {
            State::Challenged | State::Introduced | State::Refused(_) => Some(self.until),
            State::Ready => {
                let calls = self.waiting.values().map(|waiting| waiting.until);
                calls.chain([self.heard + self.tick * 2]).min()
            }
            State::Over => None,
        }
    }

    /// One step.
    pub fn handle(&mut self, now: Now, input: Input) -> Vec<Output> {
        match input {
            Input::Text(text) => {
                self.heard = now.at;
                self.hear(now, &text)
            }
            Input::Closed(code, reason) => self.closed(code, reason),
            Input::Call { id, method, params, expect_final, timeout } => {
                if !matches!(self.state, State::Ready) || self.waiting.len() >= WAITING_MAX {
                    let fault =
                        Fault::Closed(ABNORMAL, "not connected, or too many calls at once".to_owned());
                    return vec![Output::Answered(id, Err(fault))];
                }
                let mut frame = json!({"type": "req", "id": id, "method": method});
                if let Some(params) = params {
                    frame["params"] = params;
                }
                let waiting = Waiting { method, expect_final, timeout, until: now.at + timeout };
                self.waiting.insert(id, waiting);
                vec![Output::Send(frame.to_string())]
            }
            Input::Woken => self.woken(now),
        }
    }

    fn hear(&mut self, now: Now, text: &str) -> Vec<Output> {
        match (&self.state, answer::read(text)) {
            (State::Challenged, Heard::Event { name, payload }) if name == "connect.challenge" => {
                let Some(nonce) = payload["nonce"].as_str().filter(|nonce| !nonce.trim().is_empty()) else {
                    let close = Output::Close(1008, "connect challenge missing nonce");
                    return self.over(Some(close), Fault::Strange("a challenge without a nonce".to_owned()));
                };
                self.state = State::Introduced;
                let params = connect::params(&self.greeting, nonce, now.ms);
                let frame = json!({"type": "req", "id": CONNECT_ID, "method": "connect", "params": params});
                vec![Output::Send(frame.to_string())]
            }
            (State::Introduced, Heard::Response { id, result }) if id == CONNECT_ID => match result {
                Ok(payload) => match Hello::read(&payload) {
                    Ok(hello) => {
                        self.state = State::Ready;
                        self.tick = hello.tick;
                        vec![Output::Ready(Box::new(hello))]
                    }
                    Err(words) => {
                        self.over(Some(Output::Close(1008, "connect failed")), Fault::Strange(words))
                    }
                },
                Err(denial) => {
                    self.state = State::Refused(denial);
                    self.until = now.at + CLOSE_WAIT;
                    Vec::new()
                }
            },
            (State::Ready, Heard::Response { id, result }) => self.answered(now, &id, result),
            (State::Ready, Heard::Event { name, payload }) => vec![Output::Event(name, payload)],
            (State::Challenged, Heard::Strange(what)) => {
                self.over(Some(Output::Close(1008, "connect failed")), Fault::Strange(what))
            }
            // Before hello-ok other events may pass; what is not understood later harms nobody.
            _ => Vec::new(),
        }
    }

    fn answered(&mut self, now: Now, id: &str, result: Result<Value, answer::Denial>) -> Vec<Output> {
        let Some(waiting) = self.waiting.get_mut(id) else { return Vec::new() };
        if waiting.expect_final && result.as_ref().is_ok_and(|payload| payload["status"] == "accepted") {
            waiting.until = now.at + waiting.timeout;
            return Vec::new();
        }
        self.waiting.remove(id);
        vec![Output::Answered(id.to_owned(), result.map_err(Fault::Denied))]
    }

    fn closed(&mut self, code: u16, reason: String) -> Vec<Output> {
        let fault = match std::mem::replace(&mut self.state, State::Over) {
            State::Over => return Vec::new(),
            State::Refused(denial) => {
                let code = if code == ABNORMAL { 1008 } else { code };
                Fault::Refused(denial, code)
            }
            _ => Fault::Closed(code, reason),
        };
        self.over(None, fault)
    }

    fn woken(&mut self, now: Now) -> Vec<Output> {
        let is_due = |moment: Moment| moment <= now.at;
        match &self.state {
            State::Challenged | State::Introduced if is_due(self.until) => {
                let waits_for =
                    if matches!(self.state, State::Challenged) { "connect.challenge" } else { "connect" };
                let close = Output::Close(1008, "connect challenge timeout");
                let fault = Fault::Silent(waits_for.to_owned(), self.patience);
                self.over(Some(close), fault)
            }
            State::Refused(denial) if is_due(self.until) => {
                let fault = Fault::Refused(denial.clone(), 1008);
                self.over(Some(Output::Close(1008, "connect failed")), fault)
            }
            State::Ready if is_due(self.heard + self.tick * 2) => {
                let fault = Fault::Closed(TICK_TIMEOUT, "tick timeout".to_owned());
                self.over(Some(Output::Close(TICK_TIMEOUT, "tick timeout")), fault)
            }
            State::Ready => {
                let due: Vec<String> = self
                    .waiting
                    .iter()
                    .filter(|(_, call)| is_due(call.until))
                    .map(|(id, _)| id.clone())
                    .collect();
                due.into_iter()
                    .filter_map(|id| {
                        let call = self.waiting.remove(&id)?;
                        Some(Output::Answered(id, Err(Fault::Silent(call.method, call.timeout))))
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Every call that waits hears of the end, too.
    fn over(&mut self, close: Option<Output>, fault: Fault) -> Vec<Output> {
        self.state = State::Over;
        let waiting = std::mem::take(&mut self.waiting);
        let answers = waiting.into_keys().map(|id| Output::Answered(id, Err(fault.clone())));
        let mut outputs: Vec<Output> = close.into_iter().chain(answers).collect();
        outputs.push(Output::Over(fault));
        outputs
    }
}
