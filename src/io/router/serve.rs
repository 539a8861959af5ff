//! The router in service: a request comes in over HTTP, and an answer of a model goes back.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Either, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::body::{Body, Piece, Streamed, whole};
use super::drive::{Caller, drive};
use crate::chat::{ErrorBody, Request};
use crate::config::{Ask, Config, Role};
use crate::dialect::{Codec, ModelCard};
use crate::io::clock::{Clock, TimeScale};
use crate::io::fresh::fresh;
use crate::problem::Problem;
use crate::recording::{Policy as Keep, Redactor, RequestBytes, Tap, TransportEvent};
use crate::routing::service::{Endpoint, Route, is_agent, lines, route};
use crate::routing::{Policy, Session};
use crate::seed::Seed;

/// The longest request, in bytes, as OpenClaw bounds it.
const REQUEST_MAX: usize = 20 << 20;
/// How long a request may take to come in.
const REQUEST_TIME: Duration = Duration::from_secs(60);
/// How long a caller may take nothing of what is there for it; then it has left.
const TAKEN_TIME: Duration = Duration::from_secs(120);
/// Pieces of an answer that may wait for the caller to take them.
const PIECES_MAX: usize = 64;

/// What the log is told: the words, and whether they warn.
pub type Say = Arc<dyn Fn(&str, bool) + Send + Sync>;

/// The models that a router answers for.
pub struct Models {
    config: RwLock<Arc<Config>>,
    policy: Policy,
    say: Say,
}

/// A request, as the port takes it in.
pub struct Asked {
    /// Its path and query.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Incoming,
}

impl Models {
    /// The models of a config.
    #[must_use]
    pub fn new(config: Config, say: Say) -> Self {
        Self { config: RwLock::new(Arc::new(config)), policy: Policy::default(), say }
    }

    /// Goes on with another config. Answers that are under way end as they began.
    pub fn reload(&self, config: Config) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// The config as it is now.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers a request whose caller may ask.
    pub async fn answer(self: Arc<Self>, endpoint: Endpoint<'_>, asked: Asked) -> Response<Body> {
        let dialect = endpoint.dialect();
        let config = self.config();
        match endpoint {
            Endpoint::Models(_) => {
                let names = names(&config);
                json(StatusCode::OK, &dialect.encode_models(&names.iter().map(card).collect::<Vec<_>>()))
            }
            Endpoint::Model(_, id) => match names(&config).iter().find(|(name, _)| name == id) {
                Some(name) => json(StatusCode::OK, &dialect.encode_model(&card(name))),
                None => refusal(dialect, 404, "not_found_error", &format!("there is no model `{id}` here")),
            },
            Endpoint::Count(_) => refusal(
                dialect,
                501,
                "not_supported",
                "tokens are not counted by this router yet: ask the provider itself",
            ),
            Endpoint::Answer(_) => match taken_in(asked).await {
                Ok((path, headers, body)) => self.turn(dialect, &config, &path, &headers, body).await,
                Err((status, words)) => refusal(dialect, status, "invalid_request_error", &words),
            },
        }
    }

    async fn turn(
        self: Arc<Self>,
        dialect: &'static dyn Codec,
        config: &Config,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Response<Body> {
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
            return refusal(dialect, 400, "invalid_request_error", &format!("the body is not JSON: {error}"));
        }
        let request = dialect.decode_request(&body).value;
        if is_agent(&request.model) {
            let words = format!(
                "`{}` is an agent, and agents do not run on this gateway yet: name a model as provider/model",
                request.model
            );
            return refusal(dialect, 501, "not_supported", &words);
        }
        let agent = headers.get("x-openclaw-agent-id").and_then(|value| value.to_str().ok());
        let model = Some(request.model.trim()).filter(|model| !model.is_empty());
        let route = match route(config, &Ask { role: Role::Main, agent, model }) {
            Ok(route) => route,
            Err(problem) => return refusal(dialect, 404, "model_not_found", &words(&problem)),
        };
        let requested = request.model.clone();
        self.noted(&route);
        let told = headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let bytes =
            RequestBytes { method: "POST".to_owned(), path: path.to_owned(), headers: told.collect(), body };
        let Ok(chance) = fresh() else {
            return refusal(dialect, 500, "api_error", "no chance to be had on this machine");
        };
        let session = self.session(dialect, &route, request, bytes, Seed(seed_of(&chance.0)));
        let (begun, begins) = oneshot::channel();
        let (pieces, stream) = mpsc::channel(PIECES_MAX);
        let caller = Socket { begun: Some(begun), pieces: Some(pieces) };
        tokio::spawn(self.run(session, caller, requested, route));
        match begins.await {
            Ok(mut answer) => {
                *answer.body_mut() = Either::Right(Streamed::new(stream));
                answer
            }
            Err(_) => refusal(dialect, 500, "api_error", "the turn ended without an answer"),
        }
    }

    fn session(
        &self,
        dialect: &'static dyn Codec,
        route: &Route,
        request: Request,
        bytes: RequestBytes,
        seed: Seed,
    ) -> Session {
        let keys = route.candidates.iter().filter_map(|candidate| candidate.key.clone());
        let tap = Tap::new(Keep::Window, Redactor::new(keys));
        Session::asked(route.candidates.clone(), request, self.policy.clone(), seed, dialect, tap, bytes)
            .naming_served()
    }

    /// Runs a turn to its end, and says how it went.
    async fn run(self: Arc<Self>, mut session: Session, mut caller: Socket, requested: String, route: Route) {
        let clock = Clock::start(TimeScale::REAL);
        drive(&mut session, &clock, &mut caller).await;
        let (_, outcome) = session.finish();
        for (words, warns) in lines(&requested, &route.candidates, &outcome) {
            (self.say)(&words, warns);
        }
    }

    fn noted(&self, route: &Route) {
        for (reference, problem) in &route.skipped {
            let words = format!(
                "model fallback decision: decision=skip_candidate candidate={reference} detail={}",
                problem.message
            );
            (self.say)(&words, true);
        }
        route.notes.iter().for_each(|note| (self.say)(&words(note), true));
    }
}

impl std::fmt::Debug for Models {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Models").finish_non_exhaustive()
    }
}

/// The caller at the other end of a socket.
struct Socket {
    begun: Option<oneshot::Sender<Response<Body>>>,
    /// `None` where it takes nothing any more.
    pieces: Option<mpsc::Sender<Piece>>,
}

impl Socket {
    async fn send(&mut self, piece: Piece) {
        let Some(pieces) = &self.pieces else { return };
        // Who is gone hears nothing; the driver learns of it by `left`.
        if timeout(TAKEN_TIME, pieces.send(piece)).await.is_err() {
            self.pieces = None;
        }
    }
}

impl Caller for Socket {
    async fn left(&mut self) {
        match (&mut self.begun, &self.pieces) {
            // Before the answer begins, whoever waits for it is the one who leaves.
            (Some(begun), _) => begun.closed().await,
            (None, Some(pieces)) => pieces.closed().await,
            (None, None) => {}
        }
    }

    async fn tell(&mut self, event: TransportEvent) {
        match event {
            TransportEvent::Head(head) => {
                let mut answer = Response::new(whole(Bytes::new()));
                *answer.status_mut() =
                    StatusCode::from_u16(head.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                for (name, value) in head.headers {
                    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
                    {
                        answer.headers_mut().append(name, value);
                    }
                }
                if let Some(begun) = self.begun.take() {
                    let _ = begun.send(answer);
                }
            }
            TransportEvent::Bytes(bytes) => self.send(Piece::Bytes(bytes)).await,
            TransportEvent::Eof { complete: true } => self.send(Piece::End).await,
            _ => {}
        }
    }
}

/// A seed out of chance.
fn seed_of(chance: &[u8; 32]) -> u64 {
    chance.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// A request's path, headers and body; or the status and words with which it is refused.
async fn taken_in(asked: Asked) -> Result<(String, HeaderMap, Bytes), (u16, String)> {
    let Asked { path, headers, body } = asked;
    let body = timeout(REQUEST_TIME, Limited::new(body, REQUEST_MAX).collect()).await;
    let late = |_| (408, format!("the request did not come in within {} s", REQUEST_TIME.as_secs()));
    let body = body.map_err(late)?.map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            (413, format!("the request is longer than {} MiB", REQUEST_MAX >> 20))
        } else {
            (400, format!("the request did not come in whole: {error}"))
        }
    })?;
    Ok((path, headers, body.to_bytes()))
}

/// The models of the config with their providers, as `provider/model`.
fn names(config: &Config) -> Vec<(String, &str)> {
    let providers = config.providers.values().filter(|provider| provider.is_usable());
    let each = providers.flat_map(|provider| {
        let id = provider.id.as_str();
        provider.models.iter().map(move |model| (format!("{id}/{}", model.id), id))
    });
    each.collect()
}

fn card<'a>((id, owner): &'a (String, &'a str)) -> ModelCard<'a> {
    ModelCard { id, owner, created: 0 }
}

/// An error in the caller's dialect.
#[must_use]
pub fn refusal(dialect: &dyn Codec, status: u16, kind: &str, words: &str) -> Response<Body> {
    let error = ErrorBody { message: words.to_owned(), kind: Some(kind.to_owned()), ..ErrorBody::default() };
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(code, &dialect.encode_error(status, &error))
}

fn json(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    let mut answer = Response::new(whole(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// A problem in one line.
fn words(problem: &Problem) -> String {
    let hint = problem.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{}{hint}", problem.message)
}
