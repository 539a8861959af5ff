//! A connection to a gateway: the session machine on a real socket and a real clock.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message};

use super::dial::dial;
use crate::gateway::client::answer::Hello;
use crate::gateway::client::connect::Greeting;
use crate::gateway::client::endpoint::Endpoint;
use crate::gateway::client::fault::{ABNORMAL, Fault};
use crate::gateway::client::key::DeviceKey;
use crate::gateway::client::session::{Input, Output, Session};
use crate::io::clock::{Clock, TimeScale, reached};
use crate::io::fresh::{fresh, now, random};

/// What happens on an open connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// The answer to a call, by its id.
    Answered(String, Result<Value, Fault>),
    /// An event.
    Event(String, Value),
}

/// Events that may wait while an answer is waited for; older ones are dropped.
const EVENTS_MAX: usize = 1024;
/// So long may the closing of a connection take.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// An open connection.
#[derive(Debug)]
pub struct Link {
    socket: WebSocketStream<TcpStream>,
    session: Session,
    clock: Clock,
    waiting: VecDeque<Happening>,
    over: Option<Fault>,
}

impl Link {
    /// Connects, shakes hands, and returns what the gateway said to it.
    ///
    /// # Errors
    /// Why it did not come to hello-ok within `patience`.
    pub async fn open(
        endpoint: &Endpoint,
        greeting: Greeting,
        patience: Duration,
    ) -> Result<(Self, Hello), Fault> {
        Self::open_telling(endpoint, greeting, patience, || {}).await
    }

    /// The same; `asked` is told when the gateway has been asked and nothing is answered yet.
    ///
    /// # Errors
    /// As [`Link::open`].
    pub async fn open_telling(
        endpoint: &Endpoint,
        greeting: Greeting,
        patience: Duration,
        asked: impl Fn(),
    ) -> Result<(Self, Hello), Fault> {
        let dialled = tokio::time::timeout(patience, dial(endpoint)).await;
        let socket = dialled.map_err(|_| Fault::Silent("the upgrade".to_owned(), patience))??;
        let clock = Clock::start(TimeScale::REAL);
        let session = Session::new(greeting, now(&clock), patience);
        let mut link = Self { socket, session, clock, waiting: VecDeque::new(), over: None };
        loop {
            for output in link.step().await {
                match output {
                    Output::Ready(hello) => return Ok((link, *hello)),
                    output @ Output::Send(_) => {
                        link.keep(output).await;
                        asked();
                    }
                    other => link.keep(other).await,
                }
            }
            if let Some(fault) = link.over.take() {
                return Err(fault);
            }
        }
    }

    /// Asks and waits for the answer. Events that come meanwhile wait for [`Link::next`].
    ///
    /// # Errors
    /// The refusal, or the end of the connection.
    pub async fn call(
        &mut self,
        method: &str,
        params: Option<Value>,
        timeout: Duration,
    ) -> Result<Value, Fault> {
        let id = self.post(method, params, false, timeout).await?;
        self.answer(&id).await
    }

    /// Asks, and does not wait; the id of the request.
    ///
    /// # Errors
    /// No chance is to be had from the system.
    pub async fn post(
        &mut self,
        method: &str,
        params: Option<Value>,
        expect_final: bool,
        timeout: Duration,
    ) -> Result<String, Fault> {
        let id = fresh_uuid().map_err(|error| Fault::Unreachable(error.to_string()))?;
        let method = method.to_owned();
        let call = Input::Call { id: id.clone(), method, params, expect_final, timeout };
        for output in self.session.handle(now(&self.clock), call) {
            self.keep(output).await;
        }
        Ok(id)
    }

    /// Waits for the answer to a request.
    ///
    /// # Errors
    /// The refusal, or the end of the connection.
    pub async fn answer(&mut self, id: &str) -> Result<Value, Fault> {
        loop {
            let place = self.waiting.iter().position(
                |happening| matches!(happening, Happening::Answered(answered, _) if answered == id),
            );
            if let Some(Happening::Answered(_, result)) = place.and_then(|place| self.waiting.remove(place)) {
                return result;
            }
            if let Some(fault) = &self.over {
                return Err(fault.clone());
            }
            self.turn().await;
        }
    }

    /// What happens next. Nothing is lost if the caller stops waiting.
    ///
    /// # Errors
    /// The end of the connection.
    pub async fn next(&mut self) -> Result<Happening, Fault> {
        loop {
            if let Some(happening) = self.waiting.pop_front() {
                return Ok(happening);
            }
            if let Some(fault) = &self.over {
                return Err(fault.clone());
            }
            self.turn().await;
        }
    }

    /// The events that have come so far and that nobody has looked at.
    pub fn heard(&mut self) -> Vec<(String, Value)> {
        let (events, others) = self.waiting.drain(..).partition(|one| matches!(one, Happening::Event(..)));
        self.waiting = others;
        let events: VecDeque<Happening> = events;
        let events = events.into_iter().filter_map(|one| match one {
            Happening::Event(name, payload) => Some((name, payload)),
            Happening::Answered(..) => None,
        });
        events.collect()
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(CLOSE_WITHIN, self.socket.close(None)).await;
    }

    async fn turn(&mut self) {
        for output in self.step().await {
            self.keep(output).await;
        }
    }

    /// Waits for a message or for the machine's deadline.
    async fn step(&mut self) -> Vec<Output> {
        let deadline = self.session.deadline().map(|moment| self.clock.instant(moment));
        let input = tokio::select! {
            message = self.socket.next() => input(message),
            () = reached(deadline) => Some(Input::Woken),
        };
        match input {
            Some(input) => self.session.handle(now(&self.clock), input),
            None => Vec::new(),
        }
    }

    async fn keep(&mut self, output: Output) {
        let happening = match output {
            Output::Send(text) => {
                if let Err(error) = self.socket.send(Message::text(text)).await {
                    let lost = Input::Closed(ABNORMAL, error.to_string());
                    // What the machine makes of it asks for no further sending.
                    for output in self.session.handle(now(&self.clock), lost) {
                        self.note(output);
                    }
                }
                return;
            }
            Output::Close(code, reason) => {
                let frame = CloseFrame { code: code.into(), reason: reason.into() };
                let _ = tokio::time::timeout(CLOSE_WITHIN, self.socket.close(Some(frame))).await;
                return;
            }
            other => other,
        };
        self.note(happening);
    }

    fn note(&mut self, output: Output) {
        match output {
            Output::Answered(id, result) => self.waiting.push_back(Happening::Answered(id, result)),
            Output::Event(name, payload) => {
                if self.waiting.len() >= EVENTS_MAX {
                    let oldest = self.waiting.iter().position(|one| matches!(one, Happening::Event(..)));
                    oldest.and_then(|place| self.waiting.remove(place));
                }
                self.waiting.push_back(Happening::Event(name, payload));
            }
            Output::Over(fault) => self.over = Some(fault),
            Output::Send(_) | Output::Close(..) | Output::Ready(_) => {}
        }
    }
}

type Read = Option<Result<Message, tokio_tungstenite::tungstenite::Error>>;

/// What a message means to the machine; `None`: nothing.
fn input(message: Read) -> Option<Input> {
    use tokio_tungstenite::tungstenite::Error;
    Some(match message {
        Some(Ok(Message::Text(text))) => Input::Text(text.to_string()),
        Some(Ok(Message::Close(Some(frame)))) => Input::Closed(frame.code.into(), frame.reason.to_string()),
        Some(Ok(Message::Close(None))) => Input::Closed(1005, String::new()),
        Some(Ok(_)) => return None,
        Some(Err(Error::Capacity(_))) => Input::Closed(1009, "a message beyond 25 MiB".to_owned()),
        Some(Err(_)) | None => Input::Closed(ABNORMAL, String::new()),
    })
}

/// A new UUID.
///
/// # Errors
/// The system has no chance to give.
pub fn fresh_uuid() -> std::io::Result<String> {
    Ok(fresh()?.uuid())
}

/// A new key that lives in memory alone.
///
/// # Errors
/// The system has no chance to give.
pub fn scratch_key() -> std::io::Result<DeviceKey> {
    Ok(DeviceKey::from_seed(&random()?))
}
