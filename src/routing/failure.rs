//! Why an attempt failed: the true cause, kept with its evidence.

use std::time::Duration;

use crate::recording::Stage;

/// The first bytes of a body that are kept as evidence.
pub(crate) const EXCERPT_MAX: usize = 4096;

/// A shorter key is a word: hiding it would garble innocent text.
const KEY_MIN: usize = 6;

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub class: FailureClass,
    /// One sentence, for people.
    pub message: String,
    /// The status, where an answer came.
    pub status: Option<u16>,
    /// The content type, where an answer came.
    pub content_type: Option<String>,
    /// The first 4 KiB of the body.
    pub excerpt: Vec<u8>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
}

/// The kinds of failure. None of them is called a timeout unless a deadline passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureClass {
    /// The connection was refused.
    Refused,
    /// The TLS handshake failed.
    Tls,
    /// The connection was reset or closed before any status line.
    Dropped,
    /// The connection was reset or cut in the middle of the answer.
    Cut,
    /// What came is not HTTP.
    NotHttp,
    /// A deadline of ours passed.
    Deadline(Stage),
    /// The key is missing, wrong or revoked.
    Auth,
    /// The key is right and may not do this.
    Forbidden,
    /// No credit, or the plan is used up.
    Billing,
    /// Too many requests.
    RateLimit,
    /// The provider says it is overloaded.
    Overloaded,
    /// The provider does not know the model.
    ModelNotFound,
    /// The path does not exist there.
    PathNotFound,
    /// The address points elsewhere. Redirects are not followed: the key must not go to another host.
    Redirected,
    /// The request was understood and refused: schema, tools, parameters.
    Rejected,
    /// The prompt does not fit.
    ContextOverflow,
    /// A content filter refused the request.
    ContentFilter,
    /// The provider failed (5xx, or an error of that kind inside an answer).
    Server,
    /// Success was told and nothing came.
    EmptyStream,
    /// An answer came, whole, without anything in it.
    EmptyAnswer,
    /// A web page or other text came where an answer should be.
    NotAnApi,
    /// The answer ended without its finish reason.
    Truncated,
    /// A record or body that the dialect does not allow.
    Malformed,
    /// The caller left.
    CallerLeft,
}

/// What a failure means for the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try the same candidate once more, if the budget allows, then the next.
    Retry,
    /// Go to the next candidate at once.
    NextCandidate,
    /// Every candidate would answer the same: stop.
    Stop,
}

impl FailureClass {
    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Tls => "tls",
            Self::Dropped => "dropped",
            Self::Cut => "cut",
            Self::NotHttp => "not-http",
            Self::Deadline(Stage::Connect) => "connect-timeout",
            Self::Deadline(Stage::Headers) => "headers-timeout",
            Self::Deadline(Stage::FirstEvent) => "first-event-timeout",
            Self::Deadline(Stage::InterEvent) => "inter-event-timeout",
            Self::Deadline(Stage::Total | Stage::Drain) => "total-timeout",
            Self::Auth => "auth",
            Self::Forbidden => "forbidden",
            Self::Billing => "billing",
            Self::RateLimit => "rate-limit",
            Self::Overloaded => "overloaded",
            Self::ModelNotFound => "model-not-found",
            Self::PathNotFound => "path-not-found",
            Self::Redirected => "redirected",
            Self::Rejected => "rejected",
            Self::ContextOverflow => "context-overflow",
            Self::ContentFilter => "content-filter",
            Self::Server => "server-error",
            Self::EmptyStream => "empty-stream",
            Self::EmptyAnswer => "empty-answer",
            Self::NotAnApi => "not-an-api",
            Self::Truncated => "truncated",
            Self::Malformed => "malformed",
            Self::CallerLeft => "caller-left",
        }
    }

    /// What it means for the turn, before any byte reached the caller.
    #[must_use]
    pub const fn next(self) -> Next {
        match self {
            // Transient: the same request may well succeed.
            Self::Dropped
            | Self::Cut
            | Self::Server
            | Self::EmptyStream
            | Self::EmptyAnswer
            | Self::Truncated
            | Self::Malformed
            | Self::RateLimit => Next::Retry,
            // Asking again would be the same or slower.
            Self::Refused
            | Self::Tls
            | Self::NotHttp
            | Self::Deadline(Stage::Connect | Stage::Headers | Stage::FirstEvent | Stage::InterEvent)
            | Self::Auth
            | Self::Forbidden
            | Self::Billing
            | Self::Overloaded
            | Self::ModelNotFound
            | Self::PathNotFound
            | Self::Redirected
            | Self::Rejected
            | Self::ContextOverflow
            | Self::NotAnApi => Next::NextCandidate,
            Self::ContentFilter | Self::CallerLeft | Self::Deadline(Stage::Total | Stage::Drain) => {
                Next::Stop
            }
        }
    }

    /// The status that a caller of the router gets for it.
    #[must_use]
    pub const fn caller_status(self) -> u16 {
        match self {
            Self::Auth => 401,
            Self::Billing => 402,
            Self::Forbidden => 403,
            Self::ModelNotFound | Self::PathNotFound => 404,
            Self::Rejected | Self::ContextOverflow | Self::ContentFilter => 400,
            Self::RateLimit => 429,
            Self::Overloaded => 503,
            Self::Deadline(_) => 504,
            Self::CallerLeft => 499,
            _ => 502,
        }
    }
}

impl Failure {
    /// Hides a key that the provider echoes: a failure is told to callers and printed in reports.
    pub(super) fn hide(&mut self, key: &str) {
        if key.len() < KEY_MIN {
            return;
        }
        self.message = self.message.replace(key, "[key]");
        let key = key.as_bytes();
        let mut at = 0;
        while let Some(window) = self.excerpt.get(at..at + key.len()) {
            if window == key {
                self.excerpt[at..at + key.len()].fill(b'*');
            }
            at += 1;
        }
    }

    /// A failure without an answer.
    #[must_use]
    pub fn bare(class: FailureClass, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { class, message, status: None, content_type: None, excerpt: Vec::new(), retry_after: None }
    }
}
