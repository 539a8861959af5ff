//! How many may come in: sockets per address before hello-ok, and connections in all.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts what may come in.
#[derive(Debug)]
pub(super) struct Door {
    per_ip: usize,
    strangers: Mutex<BTreeMap<IpAddr, usize>>,
    connections: AtomicUsize,
    most: usize,
}

/// One socket that is not let in yet. Dropped when it is, or when it goes.
#[derive(Debug)]
pub(super) struct Permit {
    door: Arc<Door>,
    ip: IpAddr,
}

/// One connection, of whatever kind. Dropped when it ends.
#[derive(Debug)]
pub(super) struct Place(Arc<Door>);

impl Door {
    /// At most `per_ip` strangers of one address, and `most` connections.
    pub(super) fn new(per_ip: usize, most: usize) -> Arc<Self> {
        let strangers = Mutex::default();
        Arc::new(Self { per_ip, strangers, connections: AtomicUsize::new(0), most })
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

    /// A place for a connection; `None`: there are too many.
    pub(super) fn place(self: &Arc<Self>) -> Option<Place> {
        let grow = |count: usize| (count < self.most).then_some(count + 1);
        let taken = self.connections.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grow);
        taken.ok().map(|_| Place(Arc::clone(self)))
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
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
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
        let places: Vec<_> = (0..4).map(|_| door.place()).collect();
        assert_eq!(places.iter().flatten().count(), 3);
        drop(places);
        assert!(door.place().is_some());
    }
}
