//! What goes wrong: named faults, each a function from a timeline to a timeline.
//!
//! A fault is data until somebody performs the timeline that it gives. Faults compose: each gets
//! what the one before it left. The fault `none` is the specimen to start a new one from.
//!
//! Codes are those of the fault catalogue (`T01`: stream life, `S21`: SSE framing, …). Codes with a
//! `Z` are of behaviours that the catalogue does not list by themselves. Faults of routers are not here but
//! among the mutants of `routing::conduct`; those without a code in the catalogue have an `M`.

use std::fmt::Debug;

use crate::problem::{Problem, nearest};
use crate::recording::RequestBytes;
use crate::recording::timeline::Timeline;
use crate::seed::Seed;

mod args;
mod asked;
mod blocks;
mod calls;
mod dose;
mod edit;
mod gzip;
mod http_date;
mod registry;
mod rejection;
mod reshape;
mod spec;
mod voice;
pub mod wire;

mod connect;
mod history;
mod http;
mod life;
mod limits;
mod models;
mod none;
mod schema;
mod shape;
mod sse;
mod tools;
mod usage;

pub use args::{AFTER, Args, MAX_SPAN, MAX_TEXT, Param, Takes, parse_duration};
pub use dose::{Dose, MAX_ACTS, dosed};
pub use spec::{MAX_FAULTS, Spec, compose};

/// A fault.
pub trait Fault: Sync + Debug {
    /// What it is called, takes and stands for.
    fn card(&self) -> &'static Card;

    /// Rewrites a healthy timeline.
    ///
    /// # Errors
    /// A problem when the fault makes no sense in the dialect, when an argument is wrong, or when
    /// the answer has nothing that it could spoil. A reactive fault whose trigger is absent gives
    /// the healthy timeline.
    fn apply(&self, cx: &Context<'_>, healthy: Timeline) -> Result<Timeline, Problem>;

    /// Its code in the catalogue, such as `T01`.
    fn code(&self) -> &'static str {
        self.card().code
    }

    /// Its readable name, such as `stall-silent`.
    fn name(&self) -> &'static str {
        self.card().name
    }

    /// Its kind, which says how it is proven.
    fn kind(&self) -> Kind {
        self.card().kind
    }

    /// What happens on the wire.
    fn about(&self) -> &'static str {
        self.card().about
    }

    /// Where it was seen, or why it can happen.
    fn source(&self) -> &'static str {
        self.card().source
    }

    /// The duty of a router or client that meets it.
    fn ought(&self) -> &'static str {
        self.card().ought
    }

    /// Its parameters.
    fn params(&self) -> &'static [Param] {
        self.card().params
    }

    /// One use of it, as YAML on one line.
    fn example(&self) -> &'static str {
        self.card().example
    }

    /// Whether the right reading is health: unusual on the wire, but no fault of the answer.
    fn benign(&self) -> bool {
        self.card().benign
    }

    /// The causes that it shows to whoever reads the wire, by id, the true one first; empty where it
    /// is benign. More than one where dialects tell it differently, or where it has company.
    fn shows(&self) -> &'static [&'static str] {
        self.card().shows
    }

    /// The dose that holds when none is said.
    fn usual_dose(&self) -> Dose {
        Dose { times: self.card().times, ..Dose::ALWAYS }
    }
}

/// What a fault is called, takes and stands for.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// See [`Fault::code`].
    pub code: &'static str,
    /// See [`Fault::name`].
    pub name: &'static str,
    /// See [`Fault::kind`].
    pub kind: Kind,
    /// See [`Fault::benign`].
    pub benign: bool,
    /// See [`Fault::shows`].
    pub shows: &'static [&'static str],
    /// How many requests it spoils when no dose is said; `None`: all.
    pub times: Option<u32>,
    /// See [`Fault::about`].
    pub about: &'static str,
    /// See [`Fault::source`].
    pub source: &'static str,
    /// See [`Fault::ought`].
    pub ought: &'static str,
    /// See [`Fault::params`].
    pub params: &'static [Param],
    /// See [`Fault::example`].
    pub example: &'static str,
}

impl Card {
    /// What most faults share: a wire fault that bites always and takes nothing.
    pub const PLAIN: Self = Self {
        code: "",
        name: "",
        kind: Kind::Wire,
        benign: false,
        shows: &[],
        times: None,
        about: "",
        source: "",
        ought: "",
        params: &[],
        example: "",
    };

    /// The problem of a fault that has no meaning in the request's dialect.
    #[must_use]
    pub fn nonsense(&self, cx: &Context<'_>) -> Problem {
        Problem::new(format!("fault {} makes no sense in dialect {}", self.name, cx.dialect))
    }
}

/// The kinds of fault. Each has a proof of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A rewritten timeline; proven by the bytes on the wire.
    Wire,
    /// Connection, TLS, HTTP/2; proven on a socket.
    Transport,
    /// The answer depends on the request; proven by requests that do and do not trigger it.
    Reactive,
    /// A misbehaving subject; proven by a check that catches it.
    Conduct,
    /// An order of events; proven by an explorer that finds it.
    Race,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Transport => "transport",
            Self::Reactive => "reactive",
            Self::Conduct => "conduct",
            Self::Race => "race",
        }
    }
}

/// What a fault is told about the request that it spoils.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The dialect's id.
    pub dialect: &'a str,
    /// The request.
    pub request: &'a RequestBytes,
    /// The arguments of this use of the fault.
    pub args: &'a Args,
    /// The seed of the run.
    pub seed: Seed,
    /// How many requests this target has seen before, from 0.
    pub attempt: u32,
    /// The model that was asked for.
    pub model: &'a str,
    /// The time of day in seconds since 1970, as the caller tells it; for headers that hold dates.
    pub unix_seconds: u64,
}

impl<'a> Context<'a> {
    /// The first request to a target, at the beginning of 1970, with seed 0.
    #[must_use]
    pub const fn new(dialect: &'a str, request: &'a RequestBytes, args: &'a Args, model: &'a str) -> Self {
        Self { dialect, request, args, seed: Seed(0), attempt: 0, model, unix_seconds: 0 }
    }
}

/// All faults, in the order of the registry.
#[must_use]
pub fn all() -> &'static [&'static dyn Fault] {
    registry::ALL
}

/// The fault with this code or name, whatever its case.
///
/// # Errors
/// A problem with the nearest name.
pub fn find(id: &str) -> Result<&'static dyn Fault, Problem> {
    let is_it =
        |fault: &&&dyn Fault| fault.code().eq_ignore_ascii_case(id) || fault.name().eq_ignore_ascii_case(id);
    all().iter().find(is_it).copied().ok_or_else(|| {
        let problem = Problem::new(format!("no fault is called `{id}`"));
        let lower = id.to_ascii_lowercase();
        match nearest(&lower, all().iter().map(|fault| fault.name())) {
            Some(near) => problem.hint(format!("did you mean `{near}`?")),
            None => problem.hint(
                "`provoke list faults` shows them all; faults of a router go with `provoke run --mutant`",
            ),
        }
    })
}
