//! What the port answers over plain HTTP, and the upgrade.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::Either;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode, Version};
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::door::Permit;
use super::server::Shared;
use crate::gateway::auth;
use crate::gateway::handshake::Upgrade;
use crate::gateway::origin::{PROXY_HEADERS, is_local_host, parse_origin};
use crate::gateway::settings::AuthMode;
use crate::io::router::{Asked, Body, refusal, whole};
use crate::routing::service::{credential, endpoint};

type Answer = Response<Body>;
type Told = Result<Answer, Infallible>;

/// The path of the canvas, which this gateway does not have.
const CANVAS: &str = "/__openclaw__/ws";

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// Answers the requests of one connection.
pub(super) struct Reception {
    pub(super) shared: Arc<Shared>,
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
    /// Told when the connection asks for a model, and may: it stays.
    pub(super) stays: Arc<Notify>,
    /// Filled when the connection becomes a WebSocket.
    pub(super) pass: Mutex<Option<Pass>>,
}

/// A connection that becomes a WebSocket.
pub(super) struct Pass {
    pub(super) permit: Permit,
    pub(super) upgrade: Box<Upgrade>,
}

impl Service<Request<Incoming>> for Reception {
    type Response = Answer;
    type Error = Infallible;
    type Future = Either<Ready<Told>, Pin<Box<dyn Future<Output = Told> + Send>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        if self.asks_a_model(&request) {
            return Either::Right(self.model(request));
        }
        Either::Left(ready(Ok(safe(self.answer(&request)))))
    }
}

/// The answer with what every answer has.
fn safe(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

impl Reception {
    /// Whether a request is for the router, where there is one.
    fn asks_a_model(&self, request: &Request<Incoming>) -> bool {
        self.shared.models.is_some()
            && request.uri().path().starts_with("/v1/")
            && !names(request.headers(), header::UPGRADE, "websocket")
    }

    /// Passes a request to the router, where its caller may ask.
    fn model(&self, request: Request<Incoming>) -> Pin<Box<dyn Future<Output = Told> + Send>> {
        let may_ask = self.may_ask(&request);
        let (models, stays) = (self.shared.models.clone(), Arc::clone(&self.stays));
        Box::pin(async move {
            let (Parts { method, uri, headers, .. }, body) = request.into_parts();
            let asked = endpoint(uri.path(), |name| text(&headers, name));
            let (Some(models), Some(endpoint)) = (models, asked) else {
                return Ok(safe(said(StatusCode::NOT_FOUND, "Not Found")));
            };
            let dialect = endpoint.dialect();
            if let Err((status, kind, words)) = may_ask {
                return Ok(safe(refusal(dialect, status, kind, words)));
            }
            stays.notify_one();
            if method.as_str() != endpoint.method() {
                let mut answer = said(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
                answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(endpoint.method()));
                return Ok(safe(answer));
            }
            let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
            let asked = Asked { path, headers, body };
            Ok(safe(models.answer(endpoint, asked).await))
        })
    }

    /// Whether whoever sends this may ask a model; if not, the status, kind and words of the refusal.
    fn may_ask(&self, request: &Request<Incoming>) -> Result<(), (u16, &'static str, &'static str)> {
        let headers = request.headers();
        if self.shared.stopping.load(Ordering::Relaxed) {
            return Err((503, "unavailable", "the gateway is stopping"));
        }
        // A page of another site can make a browser send this, and must not read or spend anything.
        if headers.contains_key(header::ORIGIN) && !self.is_own_page(headers) {
            return Err((403, "forbidden", "requests of web pages of another origin are not answered"));
        }
        let mode = self.shared.auth.read().unwrap_or_else(PoisonError::into_inner);
        let secret = match &*mode {
            AuthMode::None if is_local_host(text(headers, "host").unwrap_or_default()) => return Ok(()),
            AuthMode::Token(Some(secret)) | AuthMode::Password(Some(secret)) => secret,
            _ => return Err((401, "unauthorized", "Unauthorized")),
        };
        let given = credential(request.uri().query(), |name| text(headers, name));
        match given.is_some_and(|given| auth::equal(given, secret.expose())) {
            true => Ok(()),
            false => Err((401, "unauthorized", "Unauthorized")),
        }
    }

    /// Whether a request comes from a page of this very machine.
    fn is_own_page(&self, headers: &HeaderMap) -> bool {
        let is_loopback = |text: &str| parse_origin(text).is_some_and(|origin| origin.is_loopback());
        text(headers, "origin").is_some_and(is_loopback) && self.peer.ip().to_canonical().is_loopback()
    }

    fn answer(&self, request: &Request<Incoming>) -> Answer {
        let path = request.uri().path();
        if names(request.headers(), header::UPGRADE, "websocket") {
            return self.upgrade(request, path);
        }
        match path {
            "/health" | "/healthz" => self.probe(request, Self::live),
            "/ready" | "/readyz" => self.probe(request, Self::is_ready),
            _ => said(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    fn probe(&self, request: &Request<Incoming>, told: impl Fn(&Self, &HeaderMap) -> Answer) -> Answer {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = said(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
            answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        let mut answer = told(self, request.headers());
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }

    fn live(&self, _: &HeaderMap) -> Answer {
        typed(StatusCode::OK, JSON, r#"{"ok":true,"status":"live"}"#)
    }

    /// Details are for those who are here, or know the secret.
    fn is_ready(&self, headers: &HeaderMap) -> Answer {
        let stopping = self.shared.stopping.load(Ordering::Relaxed);
        let status = if stopping { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        let direct = PROXY_HEADERS.iter().all(|name| !headers.contains_key(*name));
        let local = self.peer.ip().to_canonical().is_loopback() && direct;
        let body = if local || self.knows_secret(headers) {
            let failing: &[&str] = if stopping { &["shutdown"] } else { &[] };
            let uptime = self.shared.began.elapsed().as_millis();
            let uptime = u64::try_from(uptime).unwrap_or(u64::MAX);
            serde_json::json!({"ready": !stopping, "failing": failing, "uptimeMs": uptime})
        } else {
            serde_json::json!({"ready": !stopping})
        };
        typed(status, JSON, body.to_string())
    }

    fn knows_secret(&self, headers: &HeaderMap) -> bool {
        let mode = self.shared.auth.read().unwrap_or_else(PoisonError::into_inner);
        let (AuthMode::Token(Some(secret)) | AuthMode::Password(Some(secret))) = &*mode else { return false };
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some((scheme, given)) = given.and_then(|value| value.split_once(' ')) else { return false };
        scheme.eq_ignore_ascii_case("bearer") && auth::equal(given.trim(), secret.expose())
    }

    fn upgrade(&self, request: &Request<Incoming>, path: &str) -> Answer {
        if path == CANVAS {
            return said(StatusCode::NOT_FOUND, "Not Found");
        }
        if self.shared.stopping.load(Ordering::Relaxed) {
            return said(StatusCode::SERVICE_UNAVAILABLE, "Gateway websocket handlers unavailable");
        }
        let headers = request.headers();
        let key = match key_of(request) {
            Ok(key) => key,
            Err(answer) => return *answer,
        };
        let Some(permit) = self.shared.door.permit(self.peer.ip()) else {
            return said(StatusCode::SERVICE_UNAVAILABLE, "Too many unauthenticated sockets");
        };
        let headers = headers.iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let upgrade = Box::new(Upgrade {
            peer_ip: self.peer.ip().to_canonical().to_string(),
            peer: format!("{}->{}", self.peer, self.local),
            headers: headers.collect(),
        });
        *self.pass.lock().unwrap_or_else(PoisonError::into_inner) = Some(Pass { permit, upgrade });
        let mut answer = Response::new(whole(Bytes::new()));
        *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = answer.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, key);
        answer
    }
}

/// The answer to the key of an upgrade, or why there is no upgrade.
fn key_of(request: &Request<Incoming>) -> Result<HeaderValue, Box<Answer>> {
    let headers = request.headers();
    let bad = |words| Err(Box::new(said(StatusCode::BAD_REQUEST, words)));
    if request.method() != Method::GET {
        let mut answer = said(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
        return Err(Box::new(answer));
    }
    if request.version() != Version::HTTP_11 || !names(headers, header::CONNECTION, "upgrade") {
        return bad("Invalid Connection header");
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        let mut answer =
            said(StatusCode::UPGRADE_REQUIRED, "Missing or invalid Sec-WebSocket-Version header");
        answer.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return Err(Box::new(answer));
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    // Each is one thing to us and may be the other to whoever passed the request on.
    if [header::HOST, header::ORIGIN].iter().any(|name| headers.get_all(name).iter().count() > 1) {
        return bad("Repeated Host or Origin header");
    }
    // Sixteen bytes in base64.
    let well = key.len() == 24
        && key.ends_with(b"==")
        && key[..22].iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    if !well {
        return bad("Missing or invalid Sec-WebSocket-Key header");
    }
    match HeaderValue::from_str(&derive_accept_key(key)) {
        Ok(value) => Ok(value),
        Err(_) => bad("Missing or invalid Sec-WebSocket-Key header"),
    }
}

/// Whether a header names a word in its list.
fn names(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(word))
}

/// The text of a header.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn said(status: StatusCode, words: &'static str) -> Answer {
    typed(status, TEXT, words)
}

fn typed(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(whole(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
