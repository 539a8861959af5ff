//! How many may come in: sockets per address before hello-ok, and connections in all.
//!
//! An address is what the peer comes from: 127.0.0.1 and ::1 are two, each with its own share.
//!
//! Whoever opens connections and says nothing keeps nobody out, whatever its address: where there are
//! too many, the one that has waited longest without becoming a socket makes room for the next.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Connections that have not become a socket yet, of all addresses.
const LOBBY_MAX: usize = 4096;

/// Of those that must go, so many may be on their way out: what is accepted must not outrun them, or the
/// system has nothing left to give.
const LEAVING_MAX: usize = 64;

/// How long a connection has at least to say what it wants, however many others come.
const HEARING: Duration = Duration::from_millis(250);

/// Counts what may come in.
#[derive(Debug)]
pub(super) struct Door {
    per_ip: usize,
    strangers: Mutex<BTreeMap<IpAddr, usize>>,
    connections: AtomicUsize,
    most: usize,
    lobby: Mutex<Lobby>,
    lobby_most: usize,
    /// Told when there may be room again.
    room: Notify,
}

/// Connections that have not become a socket yet.
#[derive(Debug, Default)]
struct Lobby {
    next: u64,
    /// With those that must go and are not gone yet.
    present: usize,
    /// In the order in which they came.
    waiting: BTreeMap<u64, (Instant, Arc<Notify>)>,
}

/// One socket that is not let in yet. Dropped when it is, or when it goes.
#[derive(Debug)]
pub(super) struct Permit {
    door: Arc<Door>,
    ip: IpAddr,
}

/// One connection, of whatever kind. Dropped when it ends.
#[derive(Debug)]
pub(super) struct Place {
    door: Arc<Door>,
    number: u64,
    is_socket: bool,
    must_go: Arc<Notify>,
}

/// Whether there is a place for a connection.
#[derive(Debug)]
pub(super) enum Entry {
    /// There is.
    In(Place),
    /// There will be: who waits has hardly had the time to speak, or who must go is not gone.
    Soon,
    /// There is none: all are taken by sockets.
    Full,
}

impl Door {
    /// At most `per_ip` strangers of one address, and `most` connections.
    pub(super) fn new(per_ip: usize, most: usize) -> Arc<Self> {
        Self::with_lobby(per_ip, most, LOBBY_MAX)
    }

    fn with_lobby(per_ip: usize, most: usize, lobby_most: usize) -> Arc<Self> {
        let (strangers, lobby) = (Mutex::default(), Mutex::default());
        let (connections, room) = (AtomicUsize::new(0), Notify::new());
        Arc::new(Self { per_ip, strangers, connections, most, lobby, lobby_most, room })
    }

    /// A permit for a stranger; `None`: too many of this address wait already.
    pub(super) fn permit(self: &Arc<Self>, ip: IpAddr) -> Option<Permit> {
        // The same machine by its other name.
        let ip = ip.to_canonical();
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        let count = strangers.entry(ip).or_default();
        if *count >= self.per_ip {
            return None;
        }
        *count += 1;
        Some(Permit { door: Arc::clone(self), ip })
    }

    /// A place for a connection that comes now.
    pub(super) fn place(self: &Arc<Self>, now: Instant) -> Entry {
        let mut lobby = self.lobby.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = self.connections.load(Ordering::Relaxed) >= self.most;
        if is_full || lobby.present >= self.lobby_most {
            let leaving = lobby.present - lobby.waiting.len();
            if leaving >= LEAVING_MAX {
                return Entry::Soon;
            }
            let Some(oldest) = lobby.waiting.first_entry() else {
                return if leaving > 0 { Entry::Soon } else { Entry::Full };
            };
            if now.duration_since(oldest.get().0) < HEARING {
                return Entry::Soon;
            }
            let (_, must_go) = oldest.remove();
            must_go.notify_one();
        }
        self.connections.fetch_add(1, Ordering::Relaxed);
        (lobby.next, lobby.present) = (lobby.next + 1, lobby.present + 1);
        let (number, must_go) = (lobby.next, Arc::new(Notify::new()));
        lobby.waiting.insert(number, (now, Arc::clone(&must_go)));
        Entry::In(Place { door: Arc::clone(self), number, is_socket: false, must_go })
    }

    /// Waits until there may be room again.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }
}

impl Place {
    /// The connection has become a socket: it stays.
    pub(super) fn stay(&mut self) {
        if !std::mem::replace(&mut self.is_socket, true) {
            let mut lobby = self.door.lobby.lock().unwrap_or_else(PoisonError::into_inner);
            lobby.waiting.remove(&self.number);
            lobby.present -= 1;
        }
        self.door.room.notify_one();
    }

    /// Waits until the connection must make room for another.
    pub(super) async fn must_go(&self) {
        self.must_go.notified().await;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut strangers = self.door.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = strangers.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                strangers.remove(&self.ip);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.door.connections.fetch_sub(1, Ordering::Relaxed);
        self.stay();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_permits_come_back_when_they_are_dropped() {
        let door = Door::new(2, 3);
        let (here, there) = ([127, 0, 0, 1].into(), [127, 0, 0, 2].into());
        let held = (door.permit(here), door.permit(here));
        assert!(door.permit(here).is_none() && door.permit(there).is_some());
        drop(held);
        assert!(door.permit(here).is_some());
        assert!(door.strangers.lock().unwrap().is_empty(), "an address that left is forgotten");
        let now = Instant::now();
        let mut places: Vec<_> = (0..3).map(|_| taken(door.place(now))).collect();
        places.iter_mut().for_each(Place::stay);
        assert!(matches!(door.place(now + HEARING), Entry::Full));
        drop(places);
        assert_eq!(door.connections.load(Ordering::Relaxed), 0);
        taken(door.place(now));
        assert!(door.lobby.lock().unwrap().waiting.is_empty());
    }

    fn taken(entry: Entry) -> Place {
        match entry {
            Entry::In(place) => place,
            other => panic!("no place: {other:?}"),
        }
    }

    #[tokio::test]
    async fn who_waits_longest_makes_room_unless_it_has_just_come() {
        for (most, lobby_most) in [(2, 100), (100, 2)] {
            let door = Door::with_lobby(1, most, lobby_most);
            let now = Instant::now();
            let oldest = taken(door.place(now));
            let mut second = taken(door.place(now + HEARING / 2));
            assert!(matches!(door.place(now + HEARING / 2), Entry::Soon));
            let third = taken(door.place(now + HEARING));
            oldest.must_go().await;
            drop(oldest);
            assert!(matches!(door.place(now + HEARING), Entry::Soon), "{most}");
            // A socket stays, and so the one that came after it goes.
            second.stay();
            let _newcomers: Vec<_> = (0..2).map(|_| door.place(now + 2 * HEARING)).collect();
            third.must_go().await;
        }
    }
}
