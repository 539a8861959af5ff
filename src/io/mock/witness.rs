//! The witness: writes the wall, which is what the mocks saw and did, by the clock of the case.

use std::mem::replace;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::player::{Wall as Play, WallEvent};
use crate::fault::wire::WireAct;
use crate::io::clock::Clock;
use crate::mock::UpstreamTarget;
use crate::recording::{ExchangeId, Redactor, RequestBytes, Timed, TransportEvent, Wall};
use crate::simulation::told;
use crate::wire::http::ResponseReader;

/// Keeps the log of all mocks of one case. Clones write the same one.
#[derive(Debug, Clone)]
pub struct Witness {
    wall: Arc<Mutex<Wall>>,
    clock: Clock,
}

/// Whose mock it is.
#[derive(Debug, Clone)]
pub(super) struct Label {
    provider: String,
    model: String,
    dialect: &'static str,
}

/// A witness at one target.
#[derive(Debug, Clone)]
pub(super) struct Watcher {
    witness: Witness,
    label: Label,
}

/// A request that arrived.
#[derive(Debug)]
pub(super) struct Seen {
    witness: Witness,
    id: ExchangeId,
}

impl Witness {
    /// A witness that writes this wall by this clock.
    #[must_use]
    pub fn new(wall: Wall, clock: Clock) -> Self {
        Self { wall: Arc::new(Mutex::new(wall)), clock }
    }

    /// The wall as it is by now.
    #[must_use]
    pub fn finish(&self) -> Wall {
        replace(&mut *self.wall(), Wall::new(Redactor::default()))
    }

    pub(super) const fn clock(&self) -> Clock {
        self.clock
    }

    pub(super) fn of(&self, label: Label) -> Watcher {
        Watcher { witness: self.clone(), label }
    }

    fn wall(&self) -> MutexGuard<'_, Wall> {
        // A panic while it was held cannot have left it half-changed.
        self.wall.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Label {
    pub(super) const fn new(provider: String, model: String, dialect: &'static str) -> Self {
        Self { provider, model, dialect }
    }

    pub(super) fn of(target: &UpstreamTarget) -> Self {
        let (provider, model) = (target.provider.clone(), target.model.clone());
        Self { provider, model, dialect: target.dialect.id() }
    }
}

impl Watcher {
    pub(super) const fn clock(&self) -> Clock {
        self.witness.clock
    }

    pub(super) fn arrived(&self, request: RequestBytes) -> Seen {
        let Label { provider, model, dialect } = &self.label;
        let now = self.witness.clock.now();
        let id = self.witness.wall().arrived((provider, model), dialect, request, now);
        Seen { witness: self.witness.clone(), id }
    }
}

impl Seen {
    /// The acts were played, as far as the log of the play says.
    pub(super) fn played(self, acts: &[WireAct], play: &Play) {
        let mut wall = self.witness.wall();
        for event in events(acts, play) {
            wall.event(self.id, event.at, event.what);
        }
    }
}

/// What was sent and seen, as a client with the same reader of HTTP would tell it.
fn events(acts: &[WireAct], play: &Play) -> Vec<Timed<TransportEvent>> {
    let mut writes = acts.iter().filter_map(|act| match act {
        WireAct::Write(bytes) => Some(bytes.clone()),
        _ => None,
    });
    let mut reader = ResponseReader::new("POST");
    let mut rest = bytes::Bytes::new();
    let mut events = Vec::new();
    let mut over = false;
    for entry in &play.entries {
        let seen = match entry.what {
            WallEvent::Wrote(count) => {
                let mut seen = Vec::new();
                let mut left = count;
                while left > 0 {
                    if rest.is_empty() {
                        let Some(next) = writes.next() else { break };
                        rest = next;
                        continue;
                    }
                    let piece = rest.split_to(left.min(rest.len()));
                    left -= piece.len();
                    seen.extend(told(reader.push(&piece)));
                }
                seen
            }
            WallEvent::Closed => match told(reader.eof()) {
                ends if ends.is_empty() => vec![TransportEvent::Eof { complete: false }],
                ends => ends,
            },
            WallEvent::Reset => vec![TransportEvent::Reset],
            WallEvent::PeerLeft => vec![TransportEvent::Cancelled],
            WallEvent::GaveUp | WallEvent::Stopped => Vec::new(),
        };
        for what in seen {
            if over {
                return events;
            }
            over = !matches!(what, TransportEvent::Head(_) | TransportEvent::Bytes(_));
            events.push(Timed { at: entry.at, what });
        }
    }
    events
}
