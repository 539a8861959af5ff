//! Finds out, before anything is judged, where the subject listens and whether it asks the mock.

use std::collections::BTreeMap;
use std::fmt;

use tokio::time::Instant;

use super::client::{Door, Patience, ask};
use super::{Foreign, PROBE_MAX, wall_of};
use crate::dialect::Codec;
use crate::io::clock::Clock;
use crate::io::mock::Lobby;
use crate::recording::{Policy, Recording, Redactor, Tap, TransportEvent};
use crate::scenario::foreign::{Canary, Stand, alive_question};
use crate::seed::Seed;

/// What was tried, and what came of it: a line each.
pub(super) type Tried = Vec<String>;

/// Why a foreign subject cannot be tried.
#[derive(Debug)]
pub enum Unreachable {
    /// The mock cannot listen.
    Listen(std::io::Error),
    /// Nobody takes connections at the subject's address.
    Refused(Vec<String>),
    /// The subject answers, and no request of it comes to the mock.
    NotRouted(Vec<String>),
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(error) => write!(f, "the mock cannot listen: {error}"),
            Self::Refused(tried) => write!(f, "the subject cannot be reached: {}", tried.join("; ")),
            Self::NotRouted(tried) => {
                write!(f, "the subject is there, and sends nothing to the mock: {}", tried.join("; "))
            }
        }
    }
}

/// The doors that work, by dialect; for the others, what was tried.
pub(super) async fn doors(
    wanted: &[&'static dyn Codec],
    foreign: &Foreign,
    lobby: &Lobby,
    nonce: Seed,
) -> Result<BTreeMap<&'static str, Result<Door, Tried>>, Unreachable> {
    let mut doors = BTreeMap::new();
    let (mut answered, mut all) = (false, Vec::new());
    for &dialect in wanted {
        let mut tried = Vec::new();
        for base in bases(&foreign.url, dialect) {
            let door = foreign.door(base);
            let seen = knock(&door, dialect, lobby, foreign, nonce).await;
            answered |= seen.answered;
            if seen.reached {
                doors.insert(dialect.id(), Ok(door));
                break;
            }
            tried.push(seen.told);
        }
        all.extend(tried.iter().cloned());
        doors.entry(dialect.id()).or_insert(Err(tried));
    }
    if doors.values().any(Result::is_ok) {
        Ok(doors)
    } else if answered {
        Err(Unreachable::NotRouted(all))
    } else {
        Err(Unreachable::Refused(all))
    }
}

/// The base URLs to try, with and without `/v1`; those that come to the same path once.
fn bases(url: &str, dialect: &dyn Codec) -> Vec<String> {
    let bare = url.trim_end_matches('/');
    let mut bases = vec![bare.to_owned()];
    if !bare.ends_with("/v1") {
        bases.insert(0, format!("{bare}/v1"));
    }
    let mut paths = Vec::new();
    bases.retain(|base| {
        let path = dialect.path(base, "model", false);
        let new = !paths.contains(&path);
        paths.push(path);
        new
    });
    bases
}

struct Seen {
    answered: bool,
    reached: bool,
    told: String,
}

async fn knock(
    door: &Door,
    dialect: &'static dyn Codec,
    lobby: &Lobby,
    foreign: &Foreign,
    nonce: Seed,
) -> Seen {
    let canary = Canary::of(nonce, &format!("probe {} {}", door.base, dialect.id()));
    let clock = Clock::start(foreign.scale);
    let witness = wall_of(Redactor::default(), clock);
    let visit = lobby.enter(canary, Stand::alive(&foreign.library), witness);
    let mut tap = Tap::new(Policy::Full, foreign.redactor());
    let call = door.call(dialect, alive_question(dialect, &canary));
    let url = call.url.clone();
    let patience = Patience { leaves: None, until: Instant::now() + PROBE_MAX };
    ask(call, ("", ""), dialect, patience, (&mut tap, &clock)).await;
    let reached = !visit.leave().await.finish().is_empty();
    let recording: Recording = tap.finish();
    let status = recording.caller().and_then(|caller| caller.head()).map(|head| head.status);
    let end = recording.caller().and_then(|caller| caller.end()).map(|end| end.what.clone());
    let what = match (status, end) {
        (Some(status), _) => format!("answers HTTP {status}"),
        (None, Some(TransportEvent::Refused)) => "takes no connection".to_owned(),
        (None, Some(TransportEvent::TimedOut(_))) => format!("says nothing for {} s", PROBE_MAX.as_secs()),
        _ => "breaks the connection".to_owned(),
    };
    Seen { answered: status.is_some(), reached, told: format!("POST {url} {what}") }
}
